"""What looks other after an act is painted, and little else."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from models.document.edits import AddNode, Connect, Disconnect, Move, RemoveNodes, Rename, SetParam
from models.network import Edge, Node
from widgets.canvas.gestures.connect import ConnectGesture


class Regions(QObject):
    """Remembers what a widget was asked to paint."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.painted = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.painted += event.region()
        return False


def pixels(view) -> np.ndarray:
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4).copy()


EDITS = {
    "a wire less": lambda network: Disconnect(network.edges_into("relu1")[0]),
    "a wire more": lambda network: Connect(Edge("input1", "output", "add1", "input")),
    "a layer more": lambda network: AddNode(Node("tanh1", "Tanh", {}, (420.0, 60.0))),
    "a layer less": lambda network: RemoveNodes(["relu1"], heal=True),
    "a layer moved": lambda network: Move({"relu1": (380.0, 190.0)}),
    "a name": lambda network: Rename("conv1", "first"),
    "a setting": lambda network: SetParam("conv1", "out_channels", 9),
    "a shape that is refused": lambda network: SetParam("conv1", "padding", 0),
}


@pytest.mark.parametrize("name", EDITS)
def test_what_looks_other_after_an_edit_is_painted(open_canvas, make, qtbot, name):
    """Every pixel that a picture of the whole has changed lies in what was painted, there and back."""
    nodes = [("input1", "Input", {"shape": [3, 8, 8]}), ("conv1", "Conv2d", {"padding": 1, "out_channels": 3})]
    nodes += [("relu1", "ReLU", {}), ("add1", "Add", {})]
    wires = [("input1", "conv1"), ("conv1", "relu1"), ("relu1", "add1"), ("conv1", "add1")]
    places = {id: (0.0, 90.0 * place) for place, (id, _, _) in enumerate(nodes)}
    hand = open_canvas(make(tuple(nodes), wires, **places))
    view, document = hand.view, hand.document
    for panel in (view.tools, view.minimap, view.colors):
        panel.hide()
    regions = Regions(view)
    view.select({"relu1"})
    for act in (lambda: document.apply(EDITS[name](document.network)), document.undo, document.redo):
        check_painted(view, regions, act, qtbot)


def test_of_a_long_wire_only_what_changes_is_painted(open_canvas, make, qtbot):
    """Its lane leads through all of the view, becomes longer below it and gives way to others; these cross it."""
    nodes = tuple((f"add{place}", "Add", {}) for place in range(24))
    places = {f"add{place}": (place // 12 * 420.0, place % 12 * 150.0) for place in range(24)}
    wires = [("add0", "add1"), ("add11", "add12"), ("add4", "add16"), ("add5", "add17"), ("add7", "add9")]
    hand = open_canvas(make(nodes, wires, **places))
    view, document = hand.view, hand.document
    for panel in (view.tools, view.minimap, view.colors):
        panel.hide()
    view.zoom_reset()
    view.ensure_visible("add5")
    regions = Regions(view)
    long = view.scene.wires[Edge("add11", "output", "add12", "input")]
    assert len(long.points) == 6 and long.box[3] - long.box[1] > 2 * view.height()
    for id, place in {
        "add11": (0.0, 1690.0),
        "add6": (100.0, 850.0),
        "add4": (16.0, 560.0),
        "add16": (420.0, 500.0),
    }.items():
        for move in (Move({id: place}), Move({id: places[id]})):  # an undo would show what it concerns
            painted = check_painted(view, regions, partial(document.apply, move), qtbot, in_view=id != "add11")
            assert painted < (0.02 if id == "add11" else 0.6) * view.width() * view.height()


def check_painted(view, regions, act, qtbot, *, in_view: bool = True) -> int:
    """Every pixel that is another after an act was painted, which is waited for if it is ``in_view``; returns how many
    were."""
    before = pixels(view)
    QApplication.processEvents()
    regions.painted = QRegion()
    act()
    if in_view:
        qtbot.waitUntil(lambda: not regions.painted.isEmpty())
    QApplication.processEvents()
    painted = QImage(view.size(), QImage.Format.Format_RGB32)
    painted.fill(0)
    painter = QPainter(painted)
    for rect in regions.painted:
        painter.fillRect(rect, Qt.GlobalColor.white)
    painter.end()
    count = sum(rect.width() * rect.height() for rect in regions.painted)
    told = np.frombuffer(painted.constBits(), np.uint32).reshape(painted.height(), -1)[:, : view.width()]
    missed = (before != pixels(view)) & (told & 0xFFFFFF == 0)
    assert not missed.any(), np.argwhere(missed)[:5]
    return count


def test_a_selection_paints_its_cards_and_wires_and_little_else(open_canvas, make, qtbot):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(24))
    places = {f"relu{place}": (place % 2 * 420.0, place // 2 * 50.0) for place in range(24)}
    wires = [("relu0", "relu2"), ("relu2", "relu22"), ("relu1", "relu3")]
    view = open_canvas(make(nodes, wires, **places)).view
    for panel in (view.tools, view.minimap, view.colors):
        panel.hide()
    regions = Regions(view)
    edge = next(iter(view.scene.wires))
    for act in (lambda: view.select({"relu2"}), lambda: view.select({"relu0"}), lambda: view.pick_wire(edge)):
        assert check_painted(view, regions, act, qtbot) < view.width() * view.height() / 3
    check_painted(view, regions, lambda: view.select(()), qtbot)


def test_a_wire_that_is_drawn_paints_what_it_changes_and_little_else(open_canvas, make, qtbot):
    nodes = tuple((f"add{place}", "Add", {}) for place in range(12))
    places = {f"add{place}": (place % 2 * 420.0, place // 2 * 90.0) for place in range(12)}
    view = open_canvas(make(nodes, [("add2", "add4")], **places)).view
    for panel in (view.tools, view.minimap, view.colors):
        panel.hide()
    regions, card = Regions(view), view.scene.cards["add2"]
    port = card.outputs[0]
    view.begin(ConnectGesture.from_port(view, card.place(port), port))
    start = card.place(port)
    ways = [(200, 20), (210, 40), (205, 60), (250, -30), (300, -32), (-100, 90), (0, -150), (20, 60), (25, 62)]
    painted = [check_painted(view, regions, partial(moved_by, view, start, way), qtbot) for way in ways]
    assert max(painted[1:3]) < 0.1 * view.width() * view.height()
    check_painted(view, regions, view.cancel_gesture, qtbot)


def moved_by(view, start, way) -> None:
    view.gesture.move(start + QPointF(*way), Qt.KeyboardModifier.NoModifier)


def test_an_edit_far_away_paints_little(open_canvas, make, qtbot):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(40))
    places = {f"relu{place}": (place % 2 * 420.0, place // 2 * 60.0) for place in range(40)}
    hand = open_canvas(make(nodes, [], **places))
    hand.view.set_issues([])
    hand.view.grab()
    regions = Regions(hand.view)
    QApplication.processEvents()
    regions.painted = QRegion()
    hand.document.apply(Connect(Edge("relu0", "output", "relu2", "input")))
    qtbot.waitUntil(lambda: not regions.painted.isEmpty())
    area = sum(rect.width() * rect.height() for rect in regions.painted)
    assert area < hand.view.width() * hand.view.height() / 4
