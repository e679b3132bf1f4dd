"""Layers dropped from the palette on the real view: where they land and what they are wired to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from widgets.canvas import KIND_MIME

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


def drop(hand, kind: str, point: QPoint, *, leave: bool = False) -> None:
    """Drag a kind over the canvas and let go there (or leave)."""
    data = QMimeData()
    data.setData(KIND_MIME, kind.encode())
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(hand.view, QDragEnterEvent(point - QPoint(5, 5), copy, data, LEFT, NONE))
    QApplication.sendEvent(hand.view, QDragMoveEvent(point, copy, data, LEFT, NONE))
    hand.view.repaint()
    if leave:
        QApplication.sendEvent(hand.view, QDragLeaveEvent())
    else:
        QApplication.sendEvent(hand.view, QDropEvent(QPointF(point), copy, data, LEFT, NONE))


def test_a_dropped_layer_lands_on_the_grid(hand):
    drop(hand, "Linear", hand.at(600, 400))
    assert hand.ids[-1] == "linear1"
    x, y = hand.document.network["linear1"].position
    assert (x % 8, y % 8) == (0, 0)
    assert hand.view.selection() == {"linear1"}
    hand.document.undo()
    assert "linear1" not in hand.ids


def test_dropped_on_a_wire_a_layer_goes_in_and_makes_room(hand):
    drop(hand, "Dropout", hand.at(150, 134))
    assert hand.wires == {("input1", "conv1"), ("conv1", "dropout1"), ("dropout1", "relu1")}
    assert hand.place("dropout1") == (0.0, 144.0)
    assert hand.place("relu1") == (0.0, 194.0)
    assert hand.document.undo_label == "Insert Dropout"
    hand.document.undo()
    assert hand.wires == {("input1", "conv1"), ("conv1", "relu1")}
    assert hand.place("relu1") == (0.0, 144.0)


def test_dropped_beneath_a_free_output_a_layer_hangs_from_it(hand):
    drop(hand, "Dropout", hand.at(170, 200))
    assert ("relu1", "dropout1") in hand.wires
    assert hand.place("dropout1") == (0.0, 192.0)
    hand.document.undo()
    assert "dropout1" not in hand.ids and len(hand.wires) == 2


@pytest.mark.parametrize("y", [210, 250, 304])
def test_a_layer_hangs_from_what_is_well_above_it(hand, y):
    drop(hand, "Dropout", hand.at(170, y))
    assert ("relu1", "dropout1") in hand.wires
    rect = hand.view.scene.cards["dropout1"].rect
    assert rect.x() == 0.0 and rect.top() >= 176 + 16


def test_a_layer_hangs_from_nothing_behind_another_card(open_canvas, make):
    nodes = (("relu1", "ReLU", {}), ("output1", "Output", {}))
    hand = open_canvas(make(nodes, [], relu1=(0.0, 0.0), output1=(0.0, 40.0)))
    drop(hand, "Dropout", hand.at(150, 190))
    assert "dropout1" in hand.ids and hand.wires == set()


@pytest.mark.parametrize("point", [(300, 100), (-140, 100), (420, 160), (90, 70), (150, 20)])
@pytest.mark.parametrize("kind", ["Linear", "Input"])
def test_a_dropped_layer_covers_no_card(hand, kind, point):
    drop(hand, kind, hand.at(*point))
    for menu in hand.view.findChildren(QMenu):
        menu.close()
    rects = [card.area for card in hand.view.scene.cards.values()]
    assert not any(one.intersects(other) for place, one in enumerate(rects) for other in rects[:place])


def choices(hand, qtbot, kind: str, id: str) -> dict[str, QAction]:
    """What is offered when a kind is dropped on a card."""
    drop(hand, kind, hand.body(id))
    qtbot.waitUntil(lambda: bool(hand.view.findChildren(QMenu)))
    (menu,) = hand.view.findChildren(QMenu)
    return {action.text(): action for action in menu.actions()}


@pytest.mark.parametrize(
    ("kind", "words", "ids", "wires"),
    [
        ("MaxPool2d", "Replace conv1 with MaxPool2d", ["input1", "maxpool1", "relu1"],
         {("input1", "maxpool1"), ("maxpool1", "relu1")}),
        ("Dropout", "Insert after conv1", ["input1", "conv1", "relu1", "dropout1"],
         {("input1", "conv1"), ("conv1", "dropout1"), ("dropout1", "relu1")}),
        ("Dropout", "Put it beside", ["input1", "conv1", "relu1", "dropout1"],
         {("input1", "conv1"), ("conv1", "relu1")}),
    ],
)  # fmt: skip
def test_dropped_on_a_card_a_layer_replaces_it_or_goes_behind_or_beside(hand, qtbot, kind, words, ids, wires):
    offered = choices(hand, qtbot, kind, "conv1")
    assert hand.ids == ["input1", "conv1", "relu1"], "nothing has happened yet"
    offered[words].trigger()
    qtbot.waitUntil(lambda: hand.ids == ids)
    assert hand.wires == wires and hand.view.selection() == {ids[1] if "maxpool1" in ids else ids[-1]}
    hand.document.undo()
    assert hand.ids == ["input1", "conv1", "relu1"] and hand.document.undo_label == ""


def test_a_layer_dropped_on_the_last_card_can_be_added_after_it(hand, qtbot):
    choices(hand, qtbot, "Dropout", "relu1")["Add after relu1"].trigger()
    qtbot.waitUntil(lambda: ("relu1", "dropout1") in hand.wires)


def test_escape_leaves_a_layer_that_was_dropped_on_a_card(hand, qtbot):
    choices(hand, qtbot, "Dropout", "conv1")
    (menu,) = hand.view.findChildren(QMenu)
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert hand.ids == ["input1", "conv1", "relu1"] and hand.view.marks.target == ""


@pytest.mark.parametrize(("x", "y"), [(170, 360), (400, 210)])
def test_dropped_elsewhere_a_layer_lies_free(hand, x, y):
    drop(hand, "Linear", hand.at(x, y))
    assert len(hand.wires) == 2 and "linear1" in hand.ids


def test_an_input_dropped_on_a_wire_lies_beside_it(hand):
    drop(hand, "Input", hand.at(150, 134))
    assert hand.wires == {("input1", "conv1"), ("conv1", "relu1")}
    assert "input2" in hand.ids


def test_a_drag_that_leaves_adds_nothing(hand):
    drop(hand, "Linear", hand.at(600, 400), leave=True)
    assert hand.view.gesture is None
    assert "linear1" not in hand.ids


def test_other_things_cannot_be_dropped(hand):
    data = QMimeData()
    data.setText("hello")
    event = QDragEnterEvent(QPoint(400, 400), Qt.DropAction.CopyAction, data, LEFT, NONE)
    event.ignore()
    QApplication.sendEvent(hand.view, event)
    assert hand.view.gesture is None
