"""What lies under the pointer: ports, cards and wires at every zoom."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest

from models.network import Edge
from widgets.canvas.gestures.box import BoxGesture
from widgets.canvas.gestures.connect import ConnectGesture
from widgets.canvas.gestures.move import MoveGesture
from widgets.canvas.scene.measures import BLOCKS_BELOW, PORT_HIT


def look(hand, zoom: float) -> None:
    """See the scene at a zoom with its origin in the middle of the view."""
    hand.view.camera.zoom, hand.view.camera.x, hand.view.camera.y = zoom, 300, 100
    hand.view.update()


@pytest.mark.parametrize("zoom", [0.5, 1.0, 2.0, 3.0])
def test_a_port_is_hit_from_half_its_area_around_it(hand, zoom):
    look(hand, zoom)
    port = hand.port("relu1")
    reach = round(PORT_HIT / 2 * min(zoom, 1.0))  # no larger on the screen when looked at closely
    hand.drag(port + QPoint(reach - 2, 0), port + QPoint(60, 40), release=False)
    assert isinstance(hand.view.gesture, ConnectGesture)
    hand.view.cancel_gesture()
    hand.drag(port + QPoint(0, reach + 3), port + QPoint(60, 40), release=False)
    assert isinstance(hand.view.gesture, BoxGesture)
    hand.view.cancel_gesture()


def test_zoomed_out_a_card_is_all_there_is_to_hit(hand):
    look(hand, BLOCKS_BELOW - 0.02)
    port = hand.port("conv1")
    hand.drag(port - QPoint(0, 4), port + QPoint(60, 40), release=False)
    assert isinstance(hand.view.gesture, MoveGesture)
    hand.view.cancel_gesture()


@pytest.mark.parametrize("zoom", [0.1, 0.3, 0.5, 1.0, 3.0])
def test_cards_are_hit_where_they_are_drawn(hand, zoom):
    look(hand, zoom)
    for id in hand.ids:
        rect = hand.view.scene.cards[id].rect
        for place in (rect.center() - QPointF(140, 0), rect.center() + QPointF(80, 0)):
            found = hand.view.scene.card_at(hand.view.camera.to_scene(QPointF(hand.at(place.x(), place.y()))))
            assert found is not None and found.id == id
    assert hand.view.scene.card_at(QPointF(-1, 30)) is None
    assert hand.view.scene.card_at(QPointF(297, 30)) is None


def test_the_upper_of_two_cards_is_hit(open_canvas, make):
    nodes = (("relu1", "ReLU", {}), ("relu2", "ReLU", {}))
    hand = open_canvas(make(nodes, [], relu1=(0.0, 0.0), relu2=(40.0, 8.0)))
    assert hand.view.scene.card_at(QPointF(100, 20)).id == "relu2"
    hand.drag(hand.at(100, 20), hand.at(100, 220))
    assert hand.place("relu1") == (0.0, 0.0)
    assert hand.view.scene.card_at(QPointF(100, 20)).id == "relu1"


def test_a_wire_is_hit_near_it_and_follows_a_dragged_card(hand):
    wire = Edge("conv1", "output", "relu1", "input")
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(0, 200), release=False)
    near, off = QPointF(148 + 5, 240), QPointF(148 + 30, 240)
    assert hand.view.scene.wire_at(near).edge == wire
    assert hand.view.scene.wire_at(off) is None
    hand.view.cancel_gesture()
    assert hand.view.scene.wire_at(near) is None


def test_hovering_marks_the_port_then_the_card_then_nothing(hand):
    QTest.mouseMove(hand.view, hand.port("relu1"))
    assert hand.view.marks.hovered_port.end.node == "relu1"
    QTest.mouseMove(hand.view, hand.body("relu1"))
    assert (hand.view.marks.hovered, hand.view.marks.hovered_port) == ("relu1", None)
    QTest.mouseMove(hand.view, hand.at(-100, 400))
    assert (hand.view.marks.hovered, hand.view.marks.hovered_port) == ("", None)
