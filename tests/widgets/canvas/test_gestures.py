"""Every gesture with a real mouse on the real view, and its undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from models.document.edits import Batch, Move
from models.network import Edge
from widgets.canvas import KIND_MIME
from widgets.canvas.gestures.edge import EdgePan
from widgets.canvas.gestures.move import MoveGesture
from widgets.theme import color

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
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
    hand.document.apply(_move("input1", (600.0, 300.0)))
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
    hand.document.apply(_move("relu1", (600.0, 400.0)))
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
    pair.document.apply(Batch("Apart", [_move("conv1", (400.0, 160.0)), _move("conv2", (0.0, 400.0))]))
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
