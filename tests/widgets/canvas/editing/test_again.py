"""Undo and redo show what they changed: with a ring, and by going there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF

from models.document.edits import Connect, Disconnect, Move, RemoveNodes, SetParam
from models.network import Edge
from widgets.theme import color

WIRED = Edge("conv1", "output", "relu1", "input")


def in_view(hand, id: str) -> bool:
    lies = hand.view.camera.area_to_widget(hand.view.scene.cards[id].area)
    return QRectF(hand.view.rect()).contains(lies)


@pytest.mark.parametrize(
    ("edit", "shown"),
    [
        (SetParam("conv1", "out_channels", 4), {"conv1"}),
        (RemoveNodes(["relu1"]), {"conv1", "relu1"}),
        (Move({"relu1": (0.0, 300.0)}), {"relu1"}),
        (Disconnect(WIRED), {"conv1", "relu1"}),
    ],
)
def test_undo_and_redo_go_where_something_changed_and_ring_it(hand, qtbot, edit, shown):
    hand.document.apply(edit)
    assert hand.view.flash.ids == frozenset(), "an edit itself needs no ring"
    zoom = hand.view.zoom
    for step in (hand.document.undo, hand.document.redo):
        hand.view.pan(5000, -4000)
        step()
        assert hand.view.flash.ids == shown & set(hand.ids)
        assert all(in_view(hand, id) for id in hand.view.flash.ids)
        assert hand.view.zoom == zoom


def test_what_is_in_view_stays_where_it_is(hand):
    hand.document.apply(SetParam("conv1", "out_channels", 4))
    before = hand.view.camera.x, hand.view.camera.y
    hand.document.undo()
    assert (hand.view.camera.x, hand.view.camera.y) == before and hand.view.flash.ids == {"conv1"}


def test_cards_that_were_only_pinned_are_not_ringed(open_canvas, make):
    hand = open_canvas(make())
    hand.view.select({"relu1"})
    hand.view.nudge(80, 0)
    hand.document.undo()
    assert hand.view.flash.ids == {"relu1"}


def test_cards_that_made_room_are_not_ringed(hand):
    wire = hand.view.scene.wires[WIRED]
    hand.view.insert_into("Dropout", wire)
    hand.document.undo()
    assert hand.view.flash.ids == {"conv1", "relu1"}
    hand.document.apply(Move({"input1": (0.0, -80.0)}))
    hand.document.undo()
    assert hand.view.flash.ids == {"input1"}


def test_the_ring_is_drawn_and_goes(hand, qtbot):
    hand.document.apply(SetParam("conv1", "out_channels", 4))
    hand.document.undo()
    corner = hand.view.camera.area_to_widget(hand.view.scene.cards["conv1"].area).topLeft().toPoint()

    def is_ringed() -> bool:
        image = hand.view.grab().toImage()
        return image.pixelColor(corner.x() + 60, corner.y() - 4) == color("accent")

    assert is_ringed()
    qtbot.waitUntil(lambda: not hand.view.flash.ids, timeout=3000)
    assert not is_ringed()


def test_what_leaves_nothing_behind_shows_nothing(open_canvas, make):
    hand = open_canvas(make((("input1", "Input", {}),), [], input1=(0.0, 0.0)))
    hand.document.apply(RemoveNodes(["input1"]))
    hand.document.undo()
    hand.document.redo()
    assert hand.view.flash.ids == frozenset()
    hand.view.grab()


def test_a_wire_drawn_again_is_shown_at_both_ends(hand):
    hand.document.apply(Disconnect(WIRED))
    hand.document.apply(Connect(WIRED))
    hand.document.undo()
    assert hand.view.flash.ids == {"conv1", "relu1"}
