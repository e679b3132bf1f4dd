"""The main job by hand: drag layers, read shapes, undo, train real digits, pause, stop, export, save."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from driver import Driver
from PySide6.QtCore import QPoint

from models.network import Edge

KINDS = ["Input", "Conv2d", "ReLU", "MaxPool2d", "BatchNorm2d", "Dropout", "Flatten", "Linear", "Output"]


def palette_row(driver: Driver, kind: str) -> QPoint:
    """Find a kind by typing its name, and give the place of its row."""
    palette = driver.window.design.palette_panel
    driver.replace_text(palette.search, kind)
    tree = palette.tree
    row = driver.until(lambda: palette.row_rect(kind), f"{kind} in the palette")
    return driver.place(tree.viewport(), row.center())


def drag_kind(driver: Driver, kind: str, place: int) -> str:
    """Drag a kind from the palette onto the canvas; returns the id it got."""
    network = driver.window.controller.document.network
    before = set(network.nodes)
    canvas = driver.window.design.canvas
    target = driver.place(canvas, QPoint(canvas.width() // 2 - 60, 60 + place * 66))
    driver.drag(palette_row(driver, kind), target)
    added = driver.until(lambda: set(network.nodes) - before, f"{kind} on the canvas")
    return next(iter(added))


def wire(driver: Driver, source: str, target: str) -> None:
    """Draw a wire from the output of one card to the input of another."""
    canvas = driver.window.design.canvas
    network = driver.window.controller.document.network
    edge = Edge(source, network[source].outputs[0], target, network[target].inputs[0].name)
    if edge in network.edges:
        return
    driver.drag(canvas.port_place(source, output=True), canvas.port_place(target, output=False))
    driver.until(lambda: edge in network.edges, f"a wire from {source} to {target}")


def main() -> None:
    driver = Driver()
    window = driver.window
    driver.shot("welcome.png")
    driver.key("ctrl+n")
    driver.until(lambda: window.pages.currentWidget() is window.design, "the Design workspace")
    network = window.controller.document.network

    ids = [drag_kind(driver, kind, place) for place, kind in enumerate(KINDS)]
    for source, target in zip(ids, ids[1:], strict=False):
        wire(driver, source, target)
    assert len(network) == 9 and len(network.edges) == 8
    driver.shot("drawn.png")

    # The digits are 1×8×8 in ten classes: set the input, and read every shape change.
    analysis = window.controller.document.analysis
    window.design.canvas.setFocus()
    driver.click(window.design.canvas.card_place(ids[0]))
    driver.replace_text(window.design.inspector.editor("shape"), "1x8x8")
    driver.key("Return")
    driver.until(lambda: analysis[ids[1]].shape == (16, 6, 6), "the convolution's shape after the input")
    driver.click(window.design.canvas.card_place(ids[7]))
    driver.replace_text(window.design.inspector.editor("out_features"), "10")
    driver.key("Return")
    driver.until(lambda: analysis[ids[8]].shape == (10,), "ten outputs")
    driver.until(lambda: window.controller.errors == 0, "no errors")

    # Undo and redo work by keyboard.
    window.design.canvas.setFocus()
    driver.key("ctrl+z")
    driver.until(lambda: analysis[ids[8]].shape != (10,), "undo of the last field")
    driver.key("ctrl+shift+z")
    driver.until(lambda: analysis[ids[8]].shape == (10,), "redo of it")
    driver.shot("designed.png")

    # Train, watch the curves grow, pause, go on, stop.
    driver.until(lambda: window.training.devices, "the worker", 60)
    driver.click(window.top_bar.train)
    driver.until(lambda: window.training.is_training, "training begins")
    train = window.workspace("train")
    log = train.log
    driver.until(lambda: any(text.count("Epoch") for text in log.texts()), "the first epoch in the log", 60)
    driver.until(lambda: len(train.curves.loss.table()) > 1, "points on the loss chart")
    driver.shot("training.png")
    if window.training.is_training:
        driver.key("ctrl+period")
    driver.until(lambda: not window.training.is_training, "the end of the run", 30)
    driver.shot("trained.png")

    # Export runs by itself; save is atomic and can be opened again.
    model = Path("exported.py").absolute()
    assert window.exporter.write_module(model)
    code = (
        "import torch, exported; net = [v for v in vars(exported).values() if isinstance(v, type) "
        "and issubclass(v, torch.nn.Module) and v.__module__ == 'exported'][0](); "
        "print(tuple(net.eval()(torch.zeros(2, 1, 8, 8)).shape))"
    )
    environment = {"PYTHONPATH": str(model.parent), "PATH": "/usr/bin:/bin", "HOME": str(model.parent)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert result.stdout.strip() == "(2, 10)", result.stderr
    assert window.controller.save_as(Path("drawn.netloom").absolute())
    assert window.controller.open(Path("drawn.netloom").absolute())
    assert len(window.controller.document.network) == 9
    driver.close()
    print("done")


if __name__ == "__main__":
    main()
