"""Wires drawn, moved and cut with a real mouse on the real view, and their undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from models.document.edits import Batch, Move
from models.network import Edge
from widgets.theme import color

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


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


@pytest.mark.parametrize("on", ["port", "card"])
def test_a_wire_into_an_occupied_input_replaces_what_is_there_as_one_undo(pair, on):
    pair.drag(pair.port("input1"), pair.port("conv2", output=False))
    goal = pair.port("conv2", output=False) if on == "port" else pair.body("conv2")
    pair.drag(pair.port("conv1"), goal, release=False)
    pair.view.repaint()
    assert pair.view.marks.refused == "" and pair.view.marks.target == "conv2"
    QTest.mouseRelease(pair.view, LEFT, NONE, goal)
    assert pair.wires == {("conv1", "conv2")}
    assert pair.document.undo_label == "Replace wire"
    pair.document.undo()
    assert pair.wires == {("input1", "conv2")}


def test_the_wire_that_makes_way_is_shown_before(apart):
    def reds() -> int:
        image = apart.view.grab().toImage().copy(apart.at(148, 0).x() - 3, apart.at(0, 80).y(), 6, 300)
        colors = [QColor(image.pixel(x, y)) for x in range(image.width()) for y in range(image.height())]
        return sum(one == color("error_line") for one in colors)

    assert reds() == 0
    apart.drag(apart.port("conv1"), apart.port("conv2", output=False), release=False)
    assert reds() > 100
    apart.press(Qt.Key.Key_Escape)
    assert reds() == 0


def test_an_occupied_input_grows_as_a_target_too(pair):
    pair.drag(pair.port("input1"), pair.port("conv2", output=False))
    pair.drag(pair.port("conv1"), pair.at(400, 250), release=False)
    assert {end.node for end in pair.view.marks.targets} == {"conv2"}
    pair.press(Qt.Key.Key_Escape)


@pytest.fixture
def apart(pair):
    """A wire from the input to the second convolution, long enough to be held."""
    pair.document.apply(Batch("Apart", [Move({"conv1": (400.0, 160.0)}), Move({"conv2": (0.0, 400.0)})]))
    pair.drag(pair.port("input1"), pair.port("conv2", output=False))
    return pair


def test_the_lower_end_of_a_wire_is_dragged_to_another_input(apart):
    apart.drag(apart.at(148, 340), apart.port("conv1", output=False))
    assert apart.wires == {("input1", "conv1")} and apart.document.undo_label == "Move wire"
    apart.document.undo()
    assert apart.wires == {("input1", "conv2")}


def test_the_upper_end_of_a_wire_is_dragged_to_another_output(apart):
    apart.drag(apart.at(148, 120), apart.port("conv1"))
    assert apart.wires == {("conv1", "conv2")} and apart.document.undo_label == "Move wire"


def test_a_wire_that_is_dragged_nowhere_stays(apart):
    apart.drag(apart.at(148, 300), apart.at(500, 560))
    assert apart.wires == {("input1", "conv2")} and apart.document.undo_label == "Connect"


def test_a_wire_that_is_clicked_is_selected(apart):
    apart.click(apart.at(148, 300))
    assert apart.view.picked_wire == Edge("input1", "output", "conv2", "input")


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
