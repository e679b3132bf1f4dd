"""The main job by hand: drag layers, read shapes, undo, train real digits, pause, stop, export, save."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from driver import Driver
from hands import drag_kind, set_field, train_workspace, wire
from PySide6.QtCore import QPoint

from studio.exports import EXPORTS

KINDS = ["Input", "Conv2d", "ReLU", "MaxPool2d", "BatchNorm2d", "Dropout", "Flatten", "Linear", "Output"]


def main() -> None:
    driver = Driver()
    window = driver.window
    driver.shot("welcome.png")
    driver.key("ctrl+n")
    driver.until(lambda: window.pages.currentWidget() is window.design, "the Design workspace")
    network = window.controller.document.network

    canvas = window.design.canvas
    left = canvas.width() // 2 - 60
    # Every second one hangs from the one above it; the others lie aside, and are wired by hand.
    ids = [
        drag_kind(driver, kind, driver.place(canvas, QPoint(left + place // 2 % 2 * 320, 60 + place * 66)))
        for place, kind in enumerate(KINDS)
    ]
    assert [(edge.source, edge.target) for edge in network.edges] == list(zip(ids[:-1:2], ids[1::2], strict=True))
    for source, target in pairwise(ids):
        wire(driver, source, target)
    assert len(network) == 9 and len(network.edges) == 8
    driver.shot("drawn.png")

    # The digits are 1×8×8 in ten classes: set the input, and read every shape change.
    analysis = window.controller.document.analysis
    set_field(driver, ids[0], "shape", "1x8x8")
    driver.until(lambda: analysis[ids[1]].shape == (16, 6, 6), "the convolution's shape after the input")
    set_field(driver, ids[7], "out_features", "10")
    driver.until(lambda: analysis[ids[8]].shape == (10,), "ten outputs")
    driver.until(lambda: window.controller.errors == 0, "no errors")

    # Undo and redo work by keyboard.
    set_field(driver, ids[1], "out_channels", "8")
    driver.until(lambda: analysis[ids[1]].shape == (8, 6, 6), "eight filters")
    canvas.setFocus()
    driver.key("ctrl+z")
    driver.until(lambda: analysis[ids[1]].shape == (16, 6, 6), "undo of the last field")
    driver.key("ctrl+shift+z")
    driver.until(lambda: analysis[ids[1]].shape == (8, 6, 6), "redo of it")
    driver.shot("designed.png")

    # Train, watch the curves grow, pause, go on, stop.
    driver.until(lambda: window.training.devices, "the worker")
    driver.click(window.top_bar.train)
    driver.until(lambda: window.training.is_training, "training begins")
    train = train_workspace(driver)
    log = train.log
    driver.until(lambda: any(text.count("Epoch") for text in log.texts()), "the first epoch in the log")
    driver.until(lambda: len(train.curves.loss.table()) > 1, "points on the loss chart")
    driver.shot("training.png")
    if window.training.is_training:
        driver.key("ctrl+period")
    driver.until(lambda: not window.training.is_training, "the end of the run")
    driver.shot("trained.png")

    # Export runs by itself; save is atomic and can be opened again.
    model = Path("exported.py").absolute()
    window.exporter.write(EXPORTS["module"](), model)
    driver.until(model.exists, "the exported module")
    code = (
        "import torch, exported; net = [v for v in vars(exported).values() if isinstance(v, type) "
        "and issubclass(v, torch.nn.Module) and v.__module__ == 'exported'][0](); "
        "print(tuple(net.eval()(torch.zeros(2, 1, 8, 8)).shape))"
    )
    environment = {"PYTHONPATH": str(model.parent), "PATH": "/usr/bin:/bin", "HOME": str(model.parent)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert result.stdout.strip() == "(2, 10)", result.stderr
    window.controller.save_as(Path("drawn.netloom").absolute())
    driver.until(lambda: not window.controller.is_saving, "the save")
    opened: list[bool] = []
    window.controller.open(Path("drawn.netloom").absolute(), lambda: opened.append(True))
    driver.until(lambda: opened, "the document")
    assert len(window.controller.document.network) == 9
    driver.close()
    print("done")


if __name__ == "__main__":
    main()
