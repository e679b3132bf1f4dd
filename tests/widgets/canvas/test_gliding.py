"""A large network follows the wheel by its last picture, and is drawn as it is once the wheel rests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from waiting import until

from models.document import Document
from models.document.edits import SetParam
from models.network import Edge, Network, Node
from widgets.canvas import CanvasView

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
