"""No mouse at all: layers by Tab, a wire by C, settings, training, stopping and saving from an empty canvas."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from driver import Driver

from models.document.edits import SetSection
from models.network import Edge
from widgets.canvas.gestures.keyboard_connect import KeyboardConnect

LAYERS = [
    ("input", "input1"), ("conv2d", "conv1"), ("relu", "relu1"), ("flatten", "flatten1"), ("linear", "linear1"),
    ("output", "output1"),
]  # fmt: skip


def add(driver: Driver, words: str, id: str) -> None:
    """Tab, the first letters, Enter: the layer goes behind the selected one."""
    driver.key("Tab")
    driver.until(driver.window.design.quick_add.isVisible, "the quick add")
    driver.type(words)
    driver.key("Return")
    driver.until(lambda: id in driver.window.controller.document.network, id, 5)


def chain(driver: Driver) -> None:
    """Each layer hangs from the one before, as it is selected when it is added."""
    network = driver.window.controller.document.network
    for words, id in LAYERS:
        add(driver, words, id)
    ids = [id for _, id in LAYERS]
    assert [(edge.source, edge.target) for edge in network.edges] == list(pairwise(ids))


def between(driver: Driver) -> None:
    """Behind a layer that leads on, Tab puts the new one into its wire; undo takes it out."""
    design, network = driver.window.design, driver.window.controller.document.network
    before = list(network.edges)
    driver.key("Up", "Up", "Up", "Up")
    assert design.canvas.selection() == {"conv1"}
    add(driver, "batchnorm2d", "batchnorm1")
    assert [edge.target for edge in network.edges_from("conv1")] == ["batchnorm1"]
    assert [edge.target for edge in network.edges_from("batchnorm1")] == ["relu1"]
    driver.key("ctrl+z")
    driver.until(lambda: network.edges == before, "undo of it")


def connect(driver: Driver) -> None:
    """C and arrows cut a wire and draw it again; a wire that cannot be is refused."""
    design, network = driver.window.design, driver.window.controller.document.network
    wire = Edge("conv1", "output", "relu1", "input")
    design.canvas.reveal("conv1")
    driver.key("c", "Return")
    driver.until(lambda: wire not in network.edges, "the wire is cut")
    driver.key("c")
    gesture = design.canvas.gesture
    assert isinstance(gesture, KeyboardConnect)
    while gesture.target != "input1":
        driver.key("Up")
    assert gesture.reason
    driver.shot("refused_by_keyboard.png")
    driver.key("Escape")
    assert design.canvas.gesture is None
    driver.key("c", "Return")
    driver.until(lambda: wire in network.edges, "the wire is back")


def settings(driver: Driver) -> None:
    """Enter goes to a layer's fields, Escape and F6 lead on; shapes follow."""
    window = driver.window
    analysis = window.controller.document.analysis
    window.design.canvas.reveal("input1")
    driver.key("Return")
    driver.until(lambda: driver.focus_name() == "Shape", "the first field")
    driver.key("ctrl+a")
    driver.type("1x8x8")
    driver.key("Return")
    driver.until(lambda: analysis["conv1"].shape == (16, 6, 6), "the shapes of the digits")
    driver.key("Escape")
    assert window.design.canvas.hasFocus(), driver.focus_name()
    for _ in range(8):
        driver.key("F6")
        if window.design.canvas.hasFocus():
            break
    assert window.design.canvas.hasFocus(), driver.focus_name()
    assert window.controller.errors == 0


def train_and_save(driver: Driver) -> None:
    """Ctrl+Enter trains, Ctrl+period stops, Ctrl+S saves where it was saved before."""
    window, path = driver.window, Path("keyboard.netloom").absolute()
    window.controller.apply(SetSection("training", {"epochs": 10_000}))  # it ends when it is stopped
    driver.until(lambda: window.training.devices, "the worker")
    driver.key("ctrl+Return")
    driver.until(lambda: window.training.is_training, "training begins")
    driver.key("ctrl+2")
    driver.until(lambda: "output1" in window.design.canvas.marks.running, "the running bar")
    driver.key("ctrl+period")
    driver.until(lambda: not window.training.is_training, "the end of the run")
    driver.until(lambda: not window.design.canvas.marks.running, "the bar comes to rest")
    window.controller.save_as(path)
    driver.until(lambda: not window.controller.is_saving, "the save")
    driver.key("Up")
    driver.key("alt+Right")
    driver.until(lambda: window.controller.document.is_modified, "a nudge")
    driver.key("ctrl+s")
    driver.until(lambda: not window.controller.document.is_modified, "saved again")


def main() -> None:
    driver = Driver()
    driver.xdotool("mousemove", 1590, 990)
    driver.key("ctrl+n")
    driver.until(lambda: driver.window.pages.currentWidget() is driver.window.design, "the Design workspace")
    assert driver.window.design.canvas.hasFocus()
    chain(driver)
    between(driver)
    connect(driver)
    settings(driver)
    train_and_save(driver)
    driver.close()
    print("done")


if __name__ == "__main__":
    main()
