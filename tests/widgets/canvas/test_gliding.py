"""A large network follows the wheel by its last picture, and is drawn as it is once the wheel rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from waiting import until

from models.document import Document
from models.document.edits import SetParam
from models.document.remarks import SetNote
from models.network import Edge, Network, Node, Note
from widgets.canvas import CanvasView
from widgets.canvas.gestures.move import MoveGesture

ANCHOR = QPointF(300, 200)


@pytest.fixture(scope="module")
def large() -> Document:
    network = Network([Node("in", "Input", {"shape": [8]}), *(Node(f"fc{place}", "Linear") for place in range(120))])
    ids = list(network.nodes)
    for source, target in pairwise(ids):
        network.insert_edge(Edge(source, "output", target, "input"))
    return Document(network)


@pytest.fixture
def view(large: Document, qtbot: QtBot) -> Iterator[CanvasView]:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.set_document(large)
    view.show()
    view.tools.hide()
    view.minimap.hide()
    view.zoom_reset()
    yield view
    view.set_document(None)


def picture(view: CanvasView) -> QImage:
    return view.grab().toImage()


def test_small_networks_are_drawn_as_they_are(hand: Any) -> None:
    hand.view.glide(1.5, ANCHOR)
    assert hand.view.is_sharp


def test_it_is_sharp_soon_after_the_last_turn(view: CanvasView) -> None:
    view.glide(1.2, ANCHOR)
    glimpse = picture(view)
    view.glide(1.44, ANCHOR)
    assert not view.is_sharp and picture(view) != glimpse
    until(lambda: view.is_sharp, "the end of the last strip")
    shown = picture(view)
    view.look_sharp()
    view.set_zoom(1.44, ANCHOR)
    assert shown == picture(view)


def test_each_strip_is_drawn_as_it_will_stay(view: CanvasView) -> None:
    view.glide(0.8, ANCHOR)
    strips = []
    while not view.is_sharp:
        view.sharpen()
        strips.append(picture(view))
    assert len(strips) > 4
    for place, strip in enumerate(strips[:-1]):
        height = 500 * (place + 1) // len(strips)
        assert strip.copy(0, 0, 700, height) == strips[-1].copy(0, 0, 700, height)


def test_the_picture_lies_where_the_camera_looks(view: CanvasView) -> None:
    """The same camera shows the same pixels; one that is closer shows the anchor where it was."""
    exact = picture(view)
    view.glide(1.0, ANCHOR)
    assert not view.is_sharp and picture(view) == exact
    view.glide(2.0, ANCHOR)
    place = ANCHOR.toPoint()
    assert picture(view).pixelColor(place) == exact.pixelColor(place)


@pytest.mark.parametrize(
    "change",
    [
        lambda view: view.pan(20, 10),
        lambda view: view.zoom_in(),
        lambda view: view.fit(),
        lambda view: view.resize(600, 400),
        lambda view: view.scene.document.apply(SetParam("fc3", "out_features", 7)),
        lambda view: view.set_document(None),
    ],
)
def test_whatever_else_changes_is_shown_as_it_is(view: CanvasView, change: Callable[[CanvasView], None]) -> None:
    view.glide(1.3, ANCHOR)
    assert not view.is_sharp
    change(view)
    assert view.is_sharp


def drag(view: CanvasView, ids: list[str], by: QPointF) -> MoveGesture:
    """Hold these cards that far from where they were."""
    view.select(ids)
    gesture = MoveGesture(view, view.scene.cards[ids[0]].rect.center(), ids[0], Qt.KeyboardModifier.NoModifier)
    gesture.move(gesture.origin + by, Qt.KeyboardModifier.ControlModifier)
    return gesture


def test_all_that_is_dragged_goes_along_in_the_last_picture(view: CanvasView, large: Document) -> None:
    view.fit()
    ids, by = list(large.network.nodes), QPointF(24 / view.zoom, 12 / view.zoom)
    view.select(ids)
    before = picture(view)
    gesture = drag(view, ids, by)
    assert not view.is_sharp
    shown = picture(view)
    assert shown.copy(224, 112, 300, 300) == before.copy(200, 100, 300, 300)
    until(lambda: view.is_sharp, "the end of the last strip")
    gesture.cancel()
    assert view.is_sharp and picture(view) == before


def test_the_press_takes_the_picture_that_the_drag_shows(
    view: CanvasView, large: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    plain = view._picture
    monkeypatch.setattr(view, "_picture", lambda: taken.append("picture") or plain())
    ids = list(large.network.nodes)
    view.select(ids)
    picture(view)
    gesture = MoveGesture(view, view.scene.cards[ids[0]].rect.center(), ids[0], Qt.KeyboardModifier.NoModifier)
    assert taken == ["picture"]
    gesture.move(gesture.origin + QPointF(40, 80), Qt.KeyboardModifier.ControlModifier)
    assert not view.is_sharp and taken == ["picture"]
    gesture.cancel()


def test_what_is_painted_after_the_press_is_in_the_picture(view: CanvasView, large: Document) -> None:
    ids, by = list(large.network.nodes), QPointF(24, 12)
    view.select(ids)
    pressed = picture(view)
    gesture = MoveGesture(view, view.scene.cards[ids[0]].rect.center(), ids[0], Qt.KeyboardModifier.NoModifier)
    view.set_color_by("parameters")  # or whatever changes how cards look
    before = picture(view)
    assert before != pressed
    gesture.move(gesture.origin + by, Qt.KeyboardModifier.ControlModifier)
    assert picture(view).copy(224, 112, 300, 300) == before.copy(200, 100, 300, 300)
    gesture.cancel()


def test_let_go_it_is_drawn_where_it_is(view: CanvasView, large: Document) -> None:
    ids = list(large.network.nodes)
    gesture = drag(view, ids, QPointF(40, 80))
    gesture.move(gesture.origin + QPointF(48, 96), Qt.KeyboardModifier.ControlModifier)
    until(lambda: view.is_sharp, "the end of the last strip")
    held = picture(view)
    view.update()
    assert picture(view) == held
    gesture.cancel()


@pytest.mark.parametrize("case", ["one stays", "a note stays"])
def test_beside_what_stays_each_frame_is_drawn_as_it_is(view: CanvasView, large: Document, case: str) -> None:
    ids = list(large.network.nodes)
    if case == "a note stays":
        large.apply(SetNote("note1", Note("Read me", (0.0, 0.0))))
    gesture = drag(view, ids if case == "a note stays" else ids[1:], QPointF(40, 80))
    assert view.is_sharp
    gesture.cancel()
    if case == "a note stays":
        large.undo()
