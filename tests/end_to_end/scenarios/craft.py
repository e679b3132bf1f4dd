"""Working on a network by hand: insert on a wire, edit, refuse, heal, quick add, copy, pause, kill, broken files."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from driver import ROOT, Driver
from hands import card, card_place, drag_kind, port_place, set_field, train_workspace, wire_middle
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from models.document.edits import SetSection


def insert_and_edit(driver: Driver) -> None:
    """Drop a convolution onto a wire, change its kernel, read the new shape on its card, undo."""
    network = driver.window.controller.document.network
    driver.window.design.canvas.zoom_reset()
    driver.window.design.canvas.reveal("relu1")
    driver.pump(0.2)
    added = drag_kind(driver, "Conv2d", wire_middle(driver, "conv1", "relu1"))
    assert [edge.source for edge in network.edges_into(added)] == ["conv1"]
    assert [edge.target for edge in network.edges_from(added)] == ["relu1"]
    driver.shot("inserted.png")
    set_field(driver, added, "kernel_size", "5")
    driver.until(lambda: card(driver, added).face.shape == "16×4×4", "the new shape on the card")
    driver.window.design.canvas.setFocus()
    driver.key("ctrl+z", "ctrl+z")
    driver.until(lambda: added not in network, "undo of the drop")


def refuse_and_heal(driver: Driver) -> None:
    """A wire that cannot be is refused with a reason; deleting a card joins its neighbors."""
    design = driver.window.design
    network = driver.window.controller.document.network
    before = list(network.edges)
    driver.drag(port_place(driver, "relu1", output=True), port_place(driver, "conv1", output=False))
    assert network.edges == before, "a loop or a second wire must be refused"
    driver.click(card_place(driver, "relu1"))
    driver.key("Delete")
    driver.until(lambda: "relu1" not in network, "the card is gone")
    assert [edge.target for edge in network.edges_from("conv1")] == ["pool1"]
    driver.key("ctrl+z")
    driver.until(lambda: "relu1" in network and network.edges == before, "undo of the deletion")
    assert design.canvas.hasFocus()


def copy_and_paste(driver: Driver) -> None:
    """Copy two layers; a clipboard that holds no network changes nothing."""
    network = driver.window.controller.document.network
    driver.click(card_place(driver, "conv1"))
    driver.key("ctrl+c", "ctrl+v")
    driver.until(lambda: "conv3" in network, "a copy of the convolution")
    driver.key("ctrl+z")
    driver.until(lambda: "conv3" not in network, "undo of the paste")
    QApplication.clipboard().setText("<b>not a network</b>")
    count = len(network)
    driver.key("ctrl+v")
    assert len(network) == count


def quick_add(driver: Driver) -> None:
    """Tab on the selected end of the network searches and adds behind it."""
    design = driver.window.design
    network = driver.window.controller.document.network
    canvas = design.canvas
    driver.click(driver.place(canvas, QPoint(60, canvas.height() - 30)))
    driver.key("Tab")
    driver.until(design.quick_add.isVisible, "the quick add")
    driver.type("gelu")
    driver.shot("quick_add.png")
    driver.key("Return")
    driver.until(lambda: "gelu1" in network, "a GELU by keyboard")
    driver.key("ctrl+z")
    driver.until(lambda: "gelu1" not in network, "undo of it")


def rest_and_die(driver: Driver) -> None:
    """Pause, go on, kill the worker: the window says so within a second, keeps the points and resumes."""
    window = driver.window
    window.controller.apply(set_epochs(driver, 4000))
    driver.until(lambda: window.training.devices, "the worker")
    driver.key("ctrl+Return")
    train = train_workspace(driver)
    driver.until(lambda: len(train.curves.loss.table()) > 2, "points on the chart")
    driver.click(train.strip.pause)
    driver.until(lambda: window.training.is_paused, "the pause")
    driver.click(train.strip.pause)
    driver.until(lambda: not window.training.is_paused, "going on")
    rows = len(train.curves.loss.table())
    run, pid = window.training.run, window.training.worker_pid
    assert run is not None and pid is not None
    os.kill(pid, signal.SIGKILL)
    driver.until(lambda: "killed" in window.banner.text().lower(), "the cause in the banner")
    driver.shot("killed.png")
    assert len(train.curves.loss.table()) >= rows
    driver.until(lambda: not window.training.is_training, "the end of the run")
    driver.until(lambda: window.training.devices and window.training.worker_pid, "a new worker")
    window.training.resume(run.name)
    driver.until(lambda: any("Resumed" in text for text in train.log.texts()), "the run goes on")
    driver.key("ctrl+period")
    driver.until(lambda: not window.training.is_training, "the end of the resumed run")


def set_epochs(driver: Driver, epochs: int) -> SetSection:
    """Enough epochs to act within."""
    document = driver.window.controller.document
    return SetSection("training", document.training | {"epochs": epochs}, field="epochs")


def broken_file(driver: Driver) -> None:
    """A torn document opens as far as it can be read; garbage leaves what is open and says why."""
    window = driver.window
    torn, garbage = Path("torn.netloom").absolute(), Path("garbage.netloom").absolute()
    content = (ROOT / "resources/templates/exam-cnn.netloom").read_bytes()
    torn.write_bytes(content[: len(content) // 2])
    garbage.write_bytes(bytes(range(256)) * 8)
    window.controller.document.mark_saved()
    window.open(torn)
    driver.until(lambda: len(window.controller.document.network) > 2 and window.banner.isVisible(), "the torn file")
    driver.shot("torn.png")
    window.controller.document.mark_saved()
    window.open(garbage)
    driver.until(lambda: "garbage" in window.banner.text(), "what is said of garbage")
    assert len(window.controller.document.network) > 2


def main() -> None:
    path = Path("work.netloom").absolute()
    path.write_bytes((ROOT / "resources/examples/digits.netloom").read_bytes())
    driver = Driver(path=path)
    driver.until(lambda: "conv1" in driver.window.design.canvas.scene.cards, "the document")
    insert_and_edit(driver)
    refuse_and_heal(driver)
    copy_and_paste(driver)
    quick_add(driver)
    rest_and_die(driver)
    broken_file(driver)
    driver.close()
    print("done")


if __name__ == "__main__":
    main()
