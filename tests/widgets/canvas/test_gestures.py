"""Every gesture with a real mouse on the real view, and its undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.document.edits import Move
from models.network import Edge
from widgets.canvas import KIND_MIME
from widgets.canvas.gestures.move import MoveGesture

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
MIDDLE = Qt.MouseButton.MiddleButton
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
    hand.document.apply(_move("relu1", (0.0, 300.0)))
    hand.click(hand.at(148, 200))
    assert hand.view.picked_wire == Edge("conv1", "output", "relu1", "input")
    hand.press(Qt.Key.Key_Delete)
    assert hand.wires == {("input1", "conv1")}
    hand.document.undo()
    assert hand.wires == {("input1", "conv1"), ("conv1", "relu1")}


# Moving


def _move(id, place):
    return Move({id: place})


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
    hand.document.apply(_move("relu1", (600.0, 400.0)))
    body = hand.body("relu1")
    hand.drag(body, body + QPoint(-596, -260))
    assert hand.place("relu1") == (0.0, 144.0)


def test_alt_moves_freely(hand):
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(203, 55), release=False)
    gesture = hand.view.gesture
    assert isinstance(gesture, MoveGesture)
    gesture.move(gesture.origin + QPointF(203, 55), Qt.KeyboardModifier.AltModifier)
    assert hand.place("relu1") == (203.0, 199.0)
    hand.press(Qt.Key.Key_Escape)


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


# Connecting


@pytest.fixture
def pair(open_canvas, make):
    """Two loose convolutions beside an input."""
    nodes = (("input1", "Input", {"shape": [3, 32, 32]}), ("conv1", "Conv2d", {}), ("conv2", "Conv2d", {}))
    return open_canvas(make(nodes, [], input1=(0.0, 0.0), conv1=(0.0, 160.0), conv2=(0.0, 320.0)))


def test_dragging_port_to_port_connects(pair):
    pair.drag(pair.port("input1"), pair.port("conv1", output=False))
    assert pair.wires == {("input1", "conv1")}
    assert pair.view.scene.cards["conv1"].face.shape == "16×30×30"
    pair.document.undo()
    assert pair.wires == set()


def test_dragging_backwards_connects_too(pair):
    pair.drag(pair.port("conv1", output=False), pair.port("input1"))
    assert pair.wires == {("input1", "conv1")}


def test_dropping_on_a_card_takes_its_free_input(pair):
    pair.drag(pair.port("input1"), pair.body("conv2"))
    assert pair.wires == {("input1", "conv2")}


def test_possible_targets_grow_while_a_wire_is_drawn(pair):
    pair.drag(pair.port("conv1"), pair.at(300, 300), release=False)
    assert {end.node for end in pair.view.marks.targets} == {"conv2"}
    pair.view.repaint()
    pair.press(Qt.Key.Key_Escape)
    assert pair.view.marks.targets == frozenset()
    assert pair.wires == set()


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        (("conv2", True), ("conv1", False), "conv2 already leads to"),
        (("input1", True), ("conv2", False), "takes one wire here"),
        (("conv1", True), ("conv2", True), "these are both outputs"),
        (("conv2", True), ("input1", None), "starts the network and takes no input"),
    ],
)
def test_a_refused_wire_says_why(pair, source, target, sentence):
    for edge in (("conv1", "conv2"), ("input1", "conv1")):
        pair.drag(pair.port(edge[0]), pair.port(edge[1], output=False))
    before = pair.wires
    goal = pair.body(target[0]) if target[1] is None else pair.port(*target)
    if sentence.startswith("conv2"):
        pair.document.undo()
        sentence = "conv1 already leads to conv2; this wire would close a loop."
        before = pair.wires
    pair.drag(pair.port(*source), goal, release=False)
    assert pair.view.marks.refused == target[0]
    pair.view.repaint()
    QTest.mouseRelease(pair.view, LEFT, NONE, goal)
    assert pair.wires == before
    assert sentence in pair.messages[-1]
    assert pair.view.marks.refused == ""


def test_a_wire_to_empty_space_asks_for_a_layer(pair, qtbot, end):
    with qtbot.waitSignal(pair.view.quick_add_requested) as caught:
        pair.drag(pair.port("conv1"), pair.at(500, 260))
    point, place, asked = caught.args
    assert asked == end("conv1", "output", True)
    assert point == QPointF(500, 260)
    assert place == pair.view.mapToGlobal(pair.at(500, 260))
    pair.view.insert_kind("ReLU", point, asked)
    assert pair.wires == {("conv1", "relu1")}
    assert pair.view.selection() == {"relu1"}
    pair.document.undo()
    assert "relu1" not in pair.ids


def test_pulling_a_wire_off_cuts_it_or_moves_it(pair):
    pair.drag(pair.port("input1"), pair.port("conv1", output=False))
    pair.drag(pair.port("conv1", output=False), pair.port("conv2", output=False))
    assert pair.wires == {("input1", "conv2")}
    assert pair.document.undo_label == "Move wire"
    pair.drag(pair.port("conv2", output=False), pair.at(500, 250))
    assert pair.wires == set()
    pair.document.undo()
    pair.document.undo()
    assert pair.wires == {("input1", "conv1")}


def test_a_wire_put_back_changes_nothing(pair):
    pair.drag(pair.port("input1"), pair.port("conv1", output=False))
    label = pair.document.undo_label
    pair.drag(pair.port("conv1", output=False), pair.body("conv1") + QPoint(0, 10))
    assert pair.wires == {("input1", "conv1")}
    assert pair.document.undo_label == label


def test_clicking_a_port_selects_its_card(pair):
    pair.click(pair.port("conv1"))
    assert pair.view.selection() == {"conv1"}


def test_a_merge_takes_wires_on_the_side_they_come_from(open_canvas, make):
    nodes = (("input1", "Input", {}), ("relu1", "ReLU", {}), ("add1", "Add", {}))
    document = make(nodes, [("input1", "relu1"), ("relu1", "add1"), ("input1", "add1")])
    hand = open_canvas(document)
    ports = hand.view.scene.cards["add1"].inputs
    assert [(port.edge.source, port.offset) for port in ports] == [("relu1", 0.0), ("input1", 64.0)]


# Dropping from the palette


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


@pytest.mark.parametrize(("x", "y"), [(170, 300), (400, 210), (170, 160)])
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
