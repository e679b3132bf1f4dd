"""Selecting and moving with a real mouse on the real view, and its undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.document.edits import Move
from models.network import Edge
from widgets.canvas import KIND_MIME
from widgets.canvas.gestures.edge import EdgePan
from widgets.canvas.gestures.move import MoveGesture

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


# Selecting


def test_click_selects_and_empty_click_clears(hand, qtbot):
    with qtbot.waitSignal(hand.view.selection_changed) as caught:
        hand.click(hand.body("conv1"))
    assert caught.args == [frozenset({"conv1"})]
    hand.click(hand.at(-200, 300))
    assert hand.view.selection() == frozenset()


def test_shift_click_adds_and_takes_away(hand):
    hand.click(hand.body("conv1"))
    hand.click(hand.body("relu1"), SHIFT)
    assert hand.view.selection() == {"conv1", "relu1"}
    hand.click(hand.body("conv1"), SHIFT)
    assert hand.view.selection() == {"relu1"}


def test_click_on_one_of_several_selects_it_alone(hand):
    hand.view.select_all()
    hand.click(hand.body("conv1"))
    assert hand.view.selection() == {"conv1"}


def test_box_selects_what_it_touches(hand):
    hand.drag(hand.at(-40, 60), hand.at(20, 150))
    assert hand.view.selection() == {"conv1", "relu1"}


def test_box_with_shift_adds(hand):
    hand.view.select({"input1"})
    hand.drag(hand.at(-40, 140), hand.at(20, 190), held=SHIFT)
    assert hand.view.selection() == {"input1", "relu1"}


def test_escape_takes_a_box_back(hand):
    hand.view.select({"input1"})
    hand.drag(hand.at(-40, 60), hand.at(20, 150), release=False)
    hand.view.repaint()
    hand.press(Qt.Key.Key_Escape)
    assert hand.view.gesture is None
    assert hand.view.selection() == {"input1"}


def test_click_on_a_wire_picks_it_and_delete_cuts_it(hand):
    hand.document.apply(Move({"relu1": (0.0, 300.0)}))
    hand.click(hand.at(148, 200))
    assert hand.view.picked_wire == Edge("conv1", "output", "relu1", "input")
    hand.press(Qt.Key.Key_Delete)
    assert hand.wires == {("input1", "conv1")}
    hand.document.undo()
    assert hand.wires == {("input1", "conv1"), ("conv1", "relu1")}


def test_drag_moves_on_the_grid_as_one_undo(hand):
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(203, 55))
    assert hand.place("relu1") == (200.0, 200.0)
    assert hand.document.network["relu1"].position == (200.0, 200.0)
    assert hand.document.undo_label == "Move"
    hand.document.undo()
    assert hand.place("relu1") == (0.0, 144.0)
    assert hand.document.undo_label == ""


def test_drag_moves_the_whole_selection(hand):
    hand.view.select({"conv1", "relu1"})
    hand.drag(hand.body("conv1"), hand.body("conv1") + QPoint(400, 0))
    assert hand.place("conv1") == (400.0, 72.0)
    assert hand.place("relu1") == (400.0, 144.0)
    assert hand.place("input1") == (0.0, 0.0)


def test_a_drag_snaps_to_a_column_and_a_gap(hand):
    hand.document.apply(Move({"relu1": (600.0, 400.0)}))
    body = hand.body("relu1")
    hand.drag(body, body + QPoint(-596, -260))
    assert hand.place("relu1") == (0.0, 144.0)


def test_ctrl_moves_freely(hand):
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(203, 55), release=False)
    gesture = hand.view.gesture
    assert isinstance(gesture, MoveGesture)
    gesture.move(gesture.origin + QPointF(203, 55), CTRL)
    assert hand.place("relu1") == (203.0, 199.0)
    hand.press(Qt.Key.Key_Escape)


def test_alt_drags_a_copy_as_one_undo(hand):
    hand.drag(hand.body("conv1"), hand.body("conv1") + QPoint(400, 200), held=ALT, release=False)
    hand.view.repaint()
    assert hand.place("conv1") == (0.0, 72.0), "the card stays while its copy is dragged"
    QTest.mouseRelease(hand.view, LEFT, ALT, hand.body("conv1") + QPoint(400, 200))
    assert hand.ids == ["input1", "conv1", "relu1", "conv2"]
    assert hand.place("conv1") == (0.0, 72.0) and hand.place("conv2") == (400.0, 272.0)
    assert hand.document.network["conv2"].params == {"padding": 1} and hand.view.selection() == {"conv2"}
    assert hand.document.undo_label == "Duplicate"
    hand.document.undo()
    assert hand.ids == ["input1", "conv1", "relu1"] and hand.document.undo_label == ""


def test_alt_drags_copies_of_all_that_is_selected(hand):
    hand.view.select({"conv1", "relu1"})
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(400, 0), held=ALT)
    assert hand.wires == {("input1", "conv1"), ("conv1", "relu1"), ("conv2", "relu2")}


def test_a_copy_dropped_where_it_began_lies_beside(hand):
    hand.drag(hand.body("conv1"), hand.body("conv1") + QPoint(20, 4), held=ALT)
    rects = [card.rect for card in hand.view.scene.cards.values()]
    assert not any(rects[-1].intersects(rect) for rect in rects[:-1])


def test_a_dragged_card_lies_above_all_others_and_finds_room_when_it_is_dropped_on_them(hand):
    hand.document.apply(Move({"input1": (600.0, 300.0)}))
    start = hand.body("input1")
    over = start + QPoint(-560, -220)
    hand.drag(start, over, release=False)
    hand.view.repaint()
    scene = hand.view.scene
    assert scene.cards["input1"].rect.intersects(scene.cards["conv1"].rect)
    assert scene.card_at(hand.view.camera.to_scene(QPointF(over))).id == "input1"
    assert [card.id for card in scene.cards_in(scene.bounds)][-1] == "input1"
    QTest.mouseRelease(hand.view, LEFT, NONE, over)
    lies = scene.cards["input1"].rect
    assert not any(lies.intersects(scene.cards[id].rect) for id in ("conv1", "relu1"))
    assert hand.document.undo_label == "Move"
    hand.document.undo()
    assert hand.place("input1") == (600.0, 300.0)
    assert [card.id for card in scene.cards_in(scene.bounds)] == hand.ids


def test_a_drag_lines_up_with_a_row_and_shows_it(hand):
    hand.document.apply(Move({"relu1": (600.0, 400.0)}))
    body = hand.body("relu1")
    hand.drag(body, body + QPoint(-60, -314), release=False)  # 3 pixels from the middle of conv1's row
    hand.view.repaint()
    conv, relu = (hand.view.scene.cards[id].rect for id in ("conv1", "relu1"))
    assert relu.center().y() == conv.center().y()
    assert hand.view.gesture._snap.row == conv.center().y()
    hand.press(Qt.Key.Key_Escape)


EDGES = {"left": (4, 400), "right": (996, 400), "top": (500, 3), "bottom": (500, 797)}


@pytest.mark.parametrize("side", EDGES)
@pytest.mark.parametrize("what", ["card", "wire", "box"])
def test_a_drag_at_the_edge_moves_the_picture(hand, qtbot, what, side):
    start = {"card": hand.body("conv1"), "wire": hand.port("relu1"), "box": QPoint(750, 500)}[what]
    before = hand.view.camera.x, hand.view.camera.y
    hand.drag(start, QPoint(*EDGES[side]), release=False)
    qtbot.waitUntil(lambda: (hand.view.camera.x, hand.view.camera.y) != before)
    dx, dy = hand.view.camera.x - before[0], hand.view.camera.y - before[1]
    assert {"left": dx > 0, "right": dx < 0, "top": dy > 0, "bottom": dy < 0}[side]
    if what == "card":
        lies = hand.view.camera.area_to_widget(hand.view.scene.cards["conv1"].area)
        assert lies.contains(QPointF(*EDGES[side])), "the card stays under the pointer"
    hand.press(Qt.Key.Key_Escape)
    assert hand.place("conv1") == (0.0, 72.0) and not hand.view._edge.is_moving


def test_a_layer_from_the_palette_moves_the_picture_at_the_edge_too(hand, qtbot):
    data, copy = QMimeData(), Qt.DropAction.CopyAction
    data.setData(KIND_MIME, b"Linear")
    before = hand.view.camera.y
    QApplication.sendEvent(hand.view, QDragEnterEvent(QPoint(2, 400), copy, data, LEFT, NONE))
    for point in (QPoint(700, 400), QPoint(700, 796)):
        QApplication.sendEvent(hand.view, QDragMoveEvent(point, copy, data, LEFT, NONE))
    qtbot.waitUntil(lambda: hand.view.camera.y < before)
    QApplication.sendEvent(hand.view, QDragLeaveEvent())
    assert not hand.view._edge.is_moving and "linear1" not in hand.ids


def test_what_begins_at_the_edge_moves_nothing_until_it_was_away(hand):
    edge = EdgePan(lambda dx, dy: None, hand.view)
    room = hand.view.rect()
    for x, moves in ((2, False), (1, True), (2, False), (100, False), (10, True), (40, False)):
        edge.follow(QPointF(x, 400), room)
        assert edge.is_moving == moves, x
    edge.stop()


def test_a_hair_of_movement_is_a_click(hand):
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(2, 1))
    assert hand.document.undo_label == ""
    assert hand.view.selection() == {"relu1"}


def test_escape_puts_a_dragged_card_back(hand):
    before = hand.view.scene.wires[Edge("conv1", "output", "relu1", "input")].points
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(300, 100), release=False)
    hand.view.repaint()
    assert hand.place("relu1") != (0.0, 144.0)
    hand.press(Qt.Key.Key_Escape)
    assert hand.place("relu1") == (0.0, 144.0)
    assert hand.view.scene.wires[Edge("conv1", "output", "relu1", "input")].points == before
    assert hand.document.undo_label == ""


def test_moving_one_card_pins_those_without_a_place(open_canvas, make):
    hand = open_canvas(make())
    places = {id: hand.place(id) for id in hand.ids}
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(400, 160))
    assert hand.place("input1") == places["input1"]
    assert hand.document.network["input1"].position == places["input1"]
    hand.document.undo()
    assert hand.document.network["input1"].position is None


def test_a_loose_card_drops_into_a_wire(open_canvas, make):
    nodes = (("input1", "Input", {}), ("relu1", "ReLU", {}), ("drop1", "Dropout", {}))
    document = make(nodes, [("input1", "relu1")], input1=(0.0, 0.0), relu1=(0.0, 72.0), drop1=(400.0, 300.0))
    hand = open_canvas(document)
    hand.drag(hand.body("drop1"), hand.at(148, 63), release=False)
    hand.view.repaint()
    QTest.mouseRelease(hand.view, LEFT, NONE, hand.at(148, 63))
    assert hand.wires == {("input1", "drop1"), ("drop1", "relu1")}
    assert hand.place("drop1") == (0.0, 72.0)
    assert hand.place("relu1") == (0.0, 72.0 + 32 + 18)
    document.undo()
    assert hand.wires == {("input1", "relu1")}
    assert hand.place("drop1") == (400.0, 300.0)
    assert hand.place("relu1") == (0.0, 72.0)


def test_an_output_does_not_fit_into_a_wire(open_canvas, make):
    nodes = (("input1", "Input", {}), ("relu1", "ReLU", {}), ("out1", "Output", {}))
    document = make(nodes, [("input1", "relu1")], input1=(0.0, 0.0), relu1=(0.0, 172.0), out1=(400.0, 300.0))
    hand = open_canvas(document)
    hand.drag(hand.body("out1"), hand.at(148, 110))
    assert hand.messages == ["Output has no place within a wire."]
    assert hand.place("out1") == (400.0, 300.0)
