"""Wires, boxes and copies by hand: refuse, hang, cancel, drag many, duplicate, paste elsewhere, close in a drag."""

from __future__ import annotations

from pathlib import Path

from driver import ROOT, Driver
from hands import card, card_place, drag_kind, port_place, wire_middle
from PySide6.QtCore import QPoint


def hold(driver: Driver, *places: QPoint) -> None:
    """Press at the first place and move over the others, without letting go."""
    steps: list[object] = []
    for place in places[1:]:
        steps += ["mousemove", place.x(), place.y(), "sleep", "0.05"]
    driver.xdotool("mousemove", places[0].x(), places[0].y(), "sleep", "0.05", "mousedown", 1, "sleep", "0.05", *steps)
    driver.pump(0.2)


def let_go(driver: Driver) -> None:
    driver.xdotool("mouseup", 1)
    driver.pump(0.2)


def refused(driver: Driver) -> None:
    """A wire that would close a loop turns red over its target; Escape takes it away."""
    canvas, network = driver.window.design.canvas, driver.window.controller.document.network
    before = list(network.edges)
    hold(driver, port_place(driver, "relu1", output=True), card_place(driver, "conv1"))
    assert canvas.marks.refused == "conv1"
    driver.shot("refused.png")
    driver.key("Escape")
    assert canvas.gesture is None and canvas.marks.refused == ""
    let_go(driver)
    assert network.edges == before


def hanging(driver: Driver) -> None:
    """A wire dropped on empty space hangs from its port while a layer is searched; Escape forgets it, Enter adds."""
    design, network = driver.window.design, driver.window.controller.document.network
    start = port_place(driver, "relu1", output=True)
    aside = start + QPoint(330, 60)
    driver.drag(start, aside)
    driver.until(design.quick_add.isVisible, "the quick add")
    assert design.canvas.floats()
    driver.shot("hanging.png")
    driver.key("Escape")
    assert not design.quick_add.isVisible() and design.canvas.hasFocus() and not design.canvas.floats()
    driver.drag(start, aside)
    driver.type("sigmoid")
    driver.key("Return")
    driver.until(lambda: "sigmoid1" in network, "the layer at the end of the wire")
    assert [edge.source for edge in network.edges_into("sigmoid1")] == ["relu1"]
    driver.key("ctrl+z")
    driver.until(lambda: "sigmoid1" not in network, "undo of it")


def one_wire(driver: Driver) -> None:
    """A click between two near cards selects their wire; Delete cuts it."""
    canvas, network = driver.window.design.canvas, driver.window.controller.document.network
    before = list(network.edges)
    driver.click(wire_middle(driver, "conv2", "relu2"))
    assert canvas.picked_wire is not None and canvas.selection() == frozenset()
    driver.key("Delete")
    driver.until(lambda: len(network.edges) == len(before) - 1, "the wire is cut")
    driver.key("ctrl+z")
    driver.until(lambda: network.edges == before, "undo of it")


def many(driver: Driver) -> None:
    """A box selects, a drag moves all of it as one step, Ctrl+D puts copies beside."""
    canvas, network = driver.window.design.canvas, driver.window.controller.document.network
    top, bottom = card_place(driver, "conv1"), card_place(driver, "relu1")
    hold(driver, top - QPoint(160, 30), top, bottom + QPoint(300, 22))
    driver.shot("box.png")
    let_go(driver)
    assert canvas.selection() == {"conv1", "relu1"}
    before = {id: card(driver, id).rect.topLeft() for id in ("conv1", "relu1")}
    driver.drag(top, top + QPoint(-120, 8))
    moves = {id: card(driver, id).rect.topLeft() - before[id] for id in before}
    assert len({(round(move.x()), round(move.y())) for move in moves.values()}) == 1 and moves["conv1"].x() < -50
    driver.key("ctrl+z")
    driver.until(lambda: card(driver, "relu1").rect.topLeft() == before["relu1"], "undo of the move")
    assert canvas.selection() == {"conv1", "relu1"}
    driver.key("ctrl+d")
    driver.until(lambda: "conv3" in network, "copies")
    copied = [card(driver, id).rect for id in canvas.selection()]
    others = [found.rect for id, found in canvas.scene.cards.items() if id not in canvas.selection()]
    assert not any(one.intersects(other) for one in copied for other in others), "copies lie beside, not above"
    driver.shot("duplicated.png")
    driver.key("ctrl+z")


def elsewhere(driver: Driver, other: Path) -> None:
    """Layers copied here are pasted into another document, and what was searched for is forgotten after a drop."""
    window = driver.window
    driver.click(card_place(driver, "conv1"))
    driver.key("ctrl+c")
    window.controller.document.mark_saved()
    window.open(other)
    driver.until(lambda: window.controller.path == other, "the other document")
    driver.pump(0.4)
    network = window.controller.document.network
    count = len(network)
    driver.key("ctrl+v")
    driver.until(lambda: len(network) == count + 1, "the pasted layer")
    driver.key("ctrl+z")
    canvas = window.design.canvas
    drag_kind(driver, "Dropout", driver.place(canvas, QPoint(canvas.width() - 220, 260)))
    assert window.design.palette_panel.search.text() == ""
    driver.key("ctrl+z")
    driver.until(lambda: len(network) == count, "undo of both")


def main() -> None:
    path, other = Path("work.netloom").absolute(), Path("other.netloom").absolute()
    path.write_bytes((ROOT / "resources/examples/digits.netloom").read_bytes())
    other.write_bytes((ROOT / "resources/templates/mlp.netloom").read_bytes())
    driver = Driver(path=path, trains=False)
    driver.until(lambda: "conv1" in driver.window.design.canvas.scene.cards, "the document")
    refused(driver)
    hanging(driver)
    one_wire(driver)
    many(driver)
    elsewhere(driver, other)
    start = card_place(driver, "fc1")
    hold(driver, start, start + QPoint(40, 20), start + QPoint(80, 40))
    assert driver.window.design.canvas.gesture is not None
    driver.close()
    driver.xdotool("mouseup", 1)
    print("done")


if __name__ == "__main__":
    main()
