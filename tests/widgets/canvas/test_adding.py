"""Where a layer goes that is searched for, what hangs in the meantime, and where copies lie."""

from __future__ import annotations

import numpy as np
import pytest
from pixels import names, pixels
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QCursor, QPainter, QPixmap

from models.network import Edge
from widgets.canvas.gestures.connect import paint_note
from widgets.theme import color, theme

Key = Qt.Key
CHAIN = (("input1", "Input", {}), ("conv1", "Conv2d", {}), ("relu1", "ReLU", {}), ("relu2", "ReLU", {}))
FORK = [("input1", "conv1"), ("conv1", "relu1"), ("conv1", "relu2")]
FORKED = {"input1": (0.0, 0.0), "conv1": (0.0, 80.0), "relu1": (0.0, 180.0), "relu2": (400.0, 180.0)}
CONV_RELU = Edge("conv1", "output", "relu1", "input")


@pytest.fixture
def away(hand):
    """The small document, with the pointer outside of the canvas."""
    QCursor.setPos(hand.view.mapToGlobal(QPoint(-50, -50)))
    return hand


def asked(hand, qtbot, key=Key.Key_Tab):
    """What a key asks for: a place of the scene and what the layer goes to."""
    with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
        hand.press(key)
    return caught.args[0], caught.args[2]


def overlaps(hand) -> bool:
    """Whether any card lies on another."""
    rects = [card.rect for card in hand.view.scene.cards.values()]
    return any(one.intersects(other) for place, one in enumerate(rects) for other in rects[:place])


def test_tab_behind_a_layer_that_leads_on_goes_into_its_wire(away, qtbot):
    away.view.select({"conv1"})
    point, into = asked(away, qtbot)
    assert into == CONV_RELU
    away.view.insert_kind("BatchNorm2d", point, into)
    assert away.wires == {("input1", "conv1"), ("conv1", "batchnorm1"), ("batchnorm1", "relu1")}
    assert away.view.selection() == {"batchnorm1"} and not overlaps(away)
    away.document.undo()
    assert away.wires == {("input1", "conv1"), ("conv1", "relu1")}


def test_what_has_no_place_in_a_wire_lies_free(away, qtbot):
    away.view.select({"conv1"})
    point, into = asked(away, qtbot)
    away.view.insert_kind("Input", point, into)
    assert away.wires == {("input1", "conv1"), ("conv1", "relu1")}
    assert away.view.selection() == {"input2"} and not overlaps(away)


def test_a_wire_that_is_gone_when_the_layer_is_chosen_leaves_it_free(away, qtbot):
    away.view.select({"conv1"})
    point, into = asked(away, qtbot)
    away.document.undo()
    away.view.delete(heal=False)
    away.view.insert_kind("ReLU", point, into)
    assert away.wires == set() and not overlaps(away)


def test_tab_with_nothing_selected_keeps_clear_of_cards(hand, qtbot):
    QCursor.setPos(hand.view.mapToGlobal(hand.body("conv1")))
    point, into = asked(hand, qtbot)
    assert into is None
    hand.view.insert_kind("Add", point, into)
    assert not overlaps(hand)


def test_tab_where_several_wires_leave_goes_nowhere(open_canvas, make, qtbot):
    hand = open_canvas(make(CHAIN, FORK, **FORKED))
    hand.view.select({"conv1"})
    assert asked(hand, qtbot)[1] is None


# The wire that hangs


def looks(hand, area: QRectF) -> set[str]:
    """The colors of an area of the canvas."""
    picture = QPixmap(hand.view.size())
    hand.view.render(picture)
    return names(picture.copy(area.toAlignedRect()).toImage())


def test_a_wire_hangs_from_its_port_until_it_is_taken_away(hand, end):
    point = QPoint(800, 600)
    spot = QRectF(790, 590, 20, 20)
    assert color("accent").name() not in looks(hand, spot)
    hand.view.hang_wire(end("relu1", "output", True), hand.view.mapToGlobal(point))
    assert color("accent").name() in looks(hand, spot)
    assert hand.view.floats()
    hand.view.hang_wire(None)
    assert color("accent").name() not in looks(hand, spot)
    assert not hand.view.floats()


def test_a_hanging_wire_stays_at_the_search_while_the_canvas_moves(hand, end):
    hand.view.hang_wire(end("relu1", "output", True), hand.view.mapToGlobal(QPoint(800, 600)))
    hand.view.pan(-100, -50)
    assert color("accent").name() in looks(hand, QRectF(690, 540, 20, 20))


def test_a_hanging_wire_goes_with_its_card_and_its_document(hand, end, make):
    hand.view.hang_wire(end("relu1", "output", True), hand.view.mapToGlobal(QPoint(800, 600)))
    hand.view.select({"relu1"})
    hand.press(Key.Key_Delete)
    assert color("accent").name() not in looks(hand, QRectF(790, 590, 20, 20))
    hand.view.set_document(make())
    assert not hand.view.floats()


# Words at the end of a wire


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("corner", [(5, 5), (990, 5), (990, 790), (5, 790), (900, 700)])
def test_a_note_is_whole_wherever_the_wire_ends(hand, corner, scale):
    """The box is drawn inside the canvas and beside the map, which lies above it."""
    theme().set_scale(scale)
    try:
        picture = QPixmap(hand.view.size())
        picture.fill(Qt.GlobalColor.black)
        painter = QPainter(picture)
        words = "conv1 already has an input. Remove that wire first."
        paint_note(painter, hand.view, hand.view.camera.to_scene(QPointF(*corner)), words, refused=True)
        painter.end()
        inked = pixels(picture.toImage()) != 0xFF000000
        rows, columns = np.nonzero(inked)
        assert columns.min() > 0 and columns.max() < picture.width() - 1
        assert columns.max() - columns.min() < 360 * scale
        assert rows.max() < picture.height() - 1
        map = hand.view.minimap.geometry()
        assert not inked[map.top() : map.bottom() + 1, map.left() : map.right() + 1].any()
    finally:
        theme().set_scale(1.0)


def test_connecting_by_keyboard_starts_at_the_nearest_layer_that_takes_the_wire(open_canvas, make):
    places = {"input1": (0.0, 0.0), "conv1": (0.0, 150.0), "relu1": (0.0, 300.0), "relu2": (0.0, 450.0)}
    hand = open_canvas(make(CHAIN, [("input1", "conv1")], **places))
    hand.view.select({"conv1"})
    hand.press(Key.Key_C)
    assert hand.view.gesture.target == "relu1"
    assert hand.messages[-1] == "Enter connects conv1 to relu1."
    hand.press(Key.Key_Return)
    hand.view.select({"conv1"})
    hand.press(Key.Key_C)
    assert hand.view.gesture.target == "relu2"
    hand.press(Key.Key_Escape)


def test_connecting_by_keyboard_offers_to_cut_where_nothing_else_is_free(hand):
    hand.view.select({"conv1"})
    hand.press(Key.Key_C)
    assert hand.view.gesture.target == "relu1"
    hand.press(Key.Key_Return)
    assert hand.wires == {("input1", "conv1")}


# Wires between near cards


def test_a_click_on_a_wired_port_selects_the_wire(hand):
    hand.view.select({"relu1"})
    hand.click(hand.port("conv1"))
    assert hand.view.picked_wire == CONV_RELU and hand.view.selection() == frozenset()
    hand.press(Key.Key_Delete)
    assert hand.wires == {("input1", "conv1")}
    hand.document.undo()
    hand.click(hand.port("conv1", output=False))
    assert hand.view.picked_wire == Edge("input1", "output", "conv1", "input")


def test_a_click_on_a_port_of_several_wires_selects_its_card(open_canvas, make):
    hand = open_canvas(make(CHAIN, FORK, **FORKED))
    hand.click(hand.port("conv1"))
    assert hand.view.selection() == {"conv1"} and hand.view.picked_wire is None


# Copies


def test_copies_lie_beside_what_they_were_made_from(hand):
    hand.view.select({"conv1", "relu1"})
    hand.view.duplicate()
    assert hand.view.selection() == {"conv2", "relu2"}
    assert ("conv2", "relu2") in hand.wires and not overlaps(hand)
    places = {id: hand.document.network[id].position for id in hand.ids}
    assert places["conv2"][0] - places["conv1"][0] == places["relu2"][0] - places["relu1"][0] > 296
    assert (places["conv2"][1], places["relu2"][1]) == (places["conv1"][1], places["relu1"][1])


def test_copies_of_copies_find_room_too(hand):
    hand.view.select({"conv1"})
    for _ in range(4):
        hand.view.duplicate()
    assert not overlaps(hand)
    shown = hand.view.camera.area_to_widget(hand.view.scene.cards["conv5"].rect)
    assert hand.view.rect().contains(shown.toAlignedRect()), "the newest copy is in view"


# The first look


def column(make, count: int, columns: int = 1):
    """Loose cards in columns."""
    ids = [f"input{place}" for place in range(1, count + 1)]
    rows = -(-count // columns)
    places = {id: (place // rows * 406.0, place % rows * 72.0) for place, id in enumerate(ids)}
    return make(tuple((id, "Input", {}) for id in ids), [], **places)


@pytest.mark.parametrize(
    ("count", "columns", "readable"),
    [(5, 1, True), (20, 1, True), (28, 1, True), (50, 2, True), (60, 1, False), (200, 20, False)],
)
def test_a_document_opens_readable_where_a_little_scrolling_shows_the_rest(hand, make, count, columns, readable):
    hand.view.set_document(column(make, count, columns))
    assert (hand.view.zoom >= 0.7) == readable
    first = hand.view.camera.area_to_widget(hand.view.scene.cards["input1"].area)
    assert hand.view.rect().contains(first.toAlignedRect()), "its beginning is in view"
    assert first.left() > hand.view.tools.geometry().right()


def test_home_shows_the_whole_of_what_opened_readable(hand, make):
    hand.view.set_document(column(make, 25))
    assert not hand.view.rect().contains(hand.view.camera.area_to_widget(hand.view.scene.bounds).toAlignedRect())
    hand.press(Key.Key_Home)
    assert hand.view.rect().contains(hand.view.camera.area_to_widget(hand.view.scene.bounds).toAlignedRect())


def test_a_canvas_that_was_drawn_keeps_its_view_when_it_is_resized(hand, make):
    hand.view.set_document(column(make, 25))
    hand.view.repaint()
    before = hand.view.camera.zoom, hand.view.camera.x, hand.view.camera.y
    hand.view.resize(900, 500)
    assert (hand.view.camera.zoom, hand.view.camera.x, hand.view.camera.y) == before


def test_running_twice_is_running_once(hand):
    hand.view.set_running({"conv1"})
    ticker = hand.view._ticker
    assert ticker.isActive()
    hand.view.set_running({"conv1"})
    assert ticker.isActive() and hand.view.marks.running == {"conv1"}
    hand.view.set_running(())
    assert not ticker.isActive()
