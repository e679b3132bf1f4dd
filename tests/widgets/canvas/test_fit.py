"""Showing a network whole: no card beneath a panel, whatever the size of the canvas and of the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF

from models.document import Document
from models.document.edits import AddNode, Batch
from models.network import Network, Node
from models.storage.files import parse
from widgets.canvas import CanvasView
from widgets.theme import theme

TEMPLATES = sorted(Path(__file__).parents[3].glob("resources/templates/*.netloom"))
SIZES = [(480, 300), (720, 498), (720, 700), (1040, 700), (1360, 900), (2000, 1200)]
"""From the smallest canvas in a window of 1280×800 with a drawer to that in one of 2560×1440."""


@pytest.fixture(params=[1.0, 1.5], ids=["100 %", "150 %"])
def scale(request) -> Iterator[float]:
    theme().set_scale(request.param)
    yield request.param
    theme().set_scale(1.0)


def covered(view: CanvasView) -> list[str]:
    """Cards with a panel above them."""
    return [
        card.id
        for card in view.scene.cards.values()
        for panel in view.panels()
        if view.camera.area_to_widget(card.area).intersects(panel)
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_fit_shows_all_cards_clear_of_the_panels(qtbot, scale, path):
    view = CanvasView()
    qtbot.addWidget(view)
    view.set_document(parse(path.read_bytes(), name=path.name)[0])
    for size in SIZES:
        view.resize(*size)
        view.show()
        view.fit()
        assert len(view.panels()) == 3
        assert covered(view) == []
        assert QRectF(view.rect()).contains(view.camera.area_to_widget(view.scene.bounds | view.scene.wire_bounds))


def test_fit_is_as_large_as_the_panels_allow(hand, make):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(10))
    tall = make(nodes, **{f"relu{place}": (0.0, place * 50.0) for place in range(10)})
    hand.view.set_document(tall)
    hand.view.fit()
    assert hand.view.zoom == 1.0, "a column in the middle needs no room beside the panels"


def test_framing_a_selection_shows_it_clear_of_the_panels(hand, make):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(12))
    places = {f"relu{place}": (place % 3 * 406.0, place // 3 * 190.0) for place in range(12)}
    hand.view.set_document(make(nodes, [], **places))
    hand.view.select({"relu0", "relu11"})
    hand.view.frame_selection()
    assert {"relu0", "relu11"}.isdisjoint(covered(hand.view))


def test_a_revealed_card_lies_beneath_no_panel(hand, make):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(40))
    places = {f"relu{place}": (place % 4 * 406.0, place // 4 * 50.0) for place in range(40)}
    hand.view.set_document(make(nodes, [], **places))
    hand.view.zoom_reset()
    for card in list(hand.view.scene.cards.values()):
        hand.view.reveal(card.id)
        assert card.id not in covered(hand.view)
        assert hand.view.rect().contains(hand.view.camera.area_to_widget(card.area).toAlignedRect())


def test_the_start_of_a_network_too_large_to_read_lies_below_the_choice_of_colors(hand, make):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(60))
    places = {f"relu{place}": (place % 4 * 406.0, place // 4 * 100.0) for place in range(60)}
    hand.view.set_document(make(nodes, [], **places))
    assert hand.view.zoom == 0.7
    top = hand.view.camera.area_to_widget(hand.view.scene.bounds).top()
    assert top >= hand.view.colors.geometry().bottom() - 6
    assert {"relu0", "relu1", "relu2", "relu3"}.isdisjoint(covered(hand.view))


def test_a_card_wider_than_the_room_shows_its_start(qtbot, make):
    theme().set_scale(1.5)
    try:
        view = CanvasView()
        qtbot.addWidget(view)
        view.set_document(make((("image", "Input", {"shape": [3, 8, 8]}), ("conv", "Conv2d", {}))))
        view.resize(480, 300)
        view.show()
        view.reveal("conv")
        assert (
            view.room().left() <= view.camera.area_to_widget(view.scene.cards["conv"].area).left() <= view.width() / 2
        )
    finally:
        theme().set_scale(1.0)


def test_a_network_that_comes_at_once_to_an_empty_canvas_is_shown_whole(hand):
    """As when Inputs and Outputs are created for chosen data; a first layer stays where it was put."""
    document = Document(Network())
    hand.view.set_document(document)
    document.apply(AddNode(Node("relu1", "ReLU", {}, (3000.0, 2000.0))))
    assert (hand.view.camera.x, hand.view.zoom) == (hand.view.width() // 2, 1.0)
    document.undo()
    nodes = [AddNode(Node(f"relu{place}", "ReLU", {}, (900.0 * place, 600.0 * place))) for place in range(4)]
    document.apply(Batch("Create", nodes))
    whole = hand.view.camera.area_to_widget(hand.view.scene.bounds)
    assert QRectF(hand.view.rect()).contains(whole) and not covered(hand.view)


def test_a_start_that_a_panel_would_cover_in_part_is_shown_whole_instead(qtbot):
    """ResNet-50 has just room in a window of 1280×800, its Output beneath the zoom."""
    view = CanvasView()
    qtbot.addWidget(view)
    path = next(path for path in TEMPLATES if path.stem == "resnet50")
    view.resize(718, 497)
    view.show()
    view.set_document(parse(path.read_bytes(), name=path.name)[0])
    assert covered(view) == [] and 0.6 < view.zoom < 0.7
    assert QRectF(view.rect()).contains(view.camera.area_to_widget(view.scene.bounds))
