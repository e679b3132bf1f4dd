"""Wires over whole networks can be followed: none touches a card or lies on another, where two cross one has a gap.

Those of the networks that people know cross no other wire at all.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from benchmarks.networks import Builder, densenet, document, inception, resnet, two_inputs, unet
from benchmarks.wires import cards_cut, crossings, shared
from models.document import Document
from models.document.edits import AddNode, Move
from models.layout import CARD_WIDTH, COLUMN_GAP
from models.layout.junctions import crossings as gaps_of
from models.network import Edge, Node
from models.storage import templates
from support import scaled
from widgets.canvas.scene.grid import Box
from widgets.canvas.scene.measures import LANE_STEP, PORT_STEP
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Wire

TEMPLATES = [template.name for template in templates.available()]
NETWORKS: dict[str, Callable[[], Builder]] = {
    "unet": lambda: unet(3),
    "deep unet": lambda: unet(5, 2),
    "densenet": lambda: densenet(2, 5),
    "dense block": lambda: densenet(1, 4),
    "inception": lambda: inception(3),
    "two inputs": two_inputs,
    "resnet50": lambda: resnet(50),
}
NUDGE = PORT_STEP + LANE_STEP
"""How far a wire may give way to others beside it: a port and a lane."""


def opened(name: str) -> Document:
    return document(NETWORKS[name]()) if name in NETWORKS else templates.load(name)


def assert_legible(scene: Scene) -> None:
    """No wire touches a card or lies on one from elsewhere, and there is a gap at every crossing."""
    assert cards_cut(scene) == set()
    assert shared(scene) == {}
    gaps = gaps_of({edge: wire.points for edge, wire in scene.wires.items()})
    assert {gap for found in gaps.values() for gap in found} == crossings(scene)


@pytest.mark.parametrize("name", [*TEMPLATES, *NETWORKS])
def test_wires_can_be_followed(name):
    assert_legible(Scene(opened(name)))


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_wires_of_a_template_cross_nothing(name):
    scene = Scene(templates.load(name))
    assert scene.wires
    assert crossings(scene) == set()


@pytest.mark.parametrize("name", ["unet", "deep unet", "inception", "resnet50"])
def test_the_wires_of_a_well_known_network_cross_nothing(name):
    assert crossings(Scene(opened(name))) == set()


@settings(max_examples=scaled(1250), deadline=None)
@given(st.data())
def test_wires_can_be_followed_however_a_network_branches(data):
    build = Builder()
    ids = [build.add("input1", "Input", shape=[3, 32, 32])]
    for place in range(data.draw(st.integers(2, 30))):
        if len(ids) > 2 and data.draw(st.booleans()):
            sources = data.draw(st.lists(st.sampled_from(ids[-8:]), min_size=2, max_size=3, unique=True))
            ids.append(build.add(f"add{place}", "Add", *sources))
        else:
            kind = data.draw(st.sampled_from(["ReLU", "Conv2d", "BatchNorm2d"]))
            ids.append(build.add(f"layer{place}", kind, data.draw(st.sampled_from(ids[-3:]))))
    assert_legible(Scene(document(build)))


# An edit elsewhere


def near(wire: Wire, box: Box) -> bool:
    """Whether a wire runs where a card in a box leaves no room for it."""
    left, top, right, bottom = box
    return any(
        min(x, u) < right + COLUMN_GAP / 2
        and max(x, u) > left - COLUMN_GAP / 2
        and min(y, v) < bottom + 30
        and max(y, v) > top - 30
        for (x, y), (u, v) in pairwise(wire.points)
    )


def assert_stays(before: dict[Edge, Wire], after: dict[Edge, Wire], id: str, *boxes: Box) -> None:
    """Wires that neither end at a card nor run where it was or is have their corners where they were, or beside."""
    for edge, wire in before.items():
        if id in (edge.source, edge.target) or any(near(each[edge], box) for box in boxes for each in (before, after)):
            continue
        was, now = wire.points, after[edge].points
        assert len(was) == len(now), edge
        assert all(abs(x - u) <= NUDGE and abs(y - v) <= NUDGE for (x, y), (u, v) in zip(was, now, strict=True)), edge


@pytest.mark.parametrize("name", ["small-resnet", "resnet18", "unet", "densenet", "inception", "two inputs"])
def test_a_card_that_moves_leaves_wires_alone_that_are_none_of_its_concern(name):
    document = opened(name)
    scene = Scene(document)
    document.changed.connect(scene.update)
    document.apply(Move({card.id: (card.rect.x(), card.rect.y()) for card in scene.cards.values()}))
    for id in list(scene.cards)[:: max(1, len(scene.cards) // 12)]:
        for dx, dy in ((8.0, 0.0), (150.0, 40.0), (-COLUMN_GAP - CARD_WIDTH, 0.0)):
            before, box = dict(scene.wires), scene.cards[id].box
            document.apply(Move({id: (box[0] + dx, box[1] + dy)}))
            assert_stays(before, scene.wires, id, box, scene.cards[id].box)
            document.undo()
            assert {edge: wire.points for edge, wire in before.items()} == {
                edge: wire.points for edge, wire in scene.wires.items()
            }


@settings(max_examples=scaled(1000), deadline=None)
@given(st.sampled_from(["small-resnet", "unet", "inception", "two inputs"]), st.data())
def test_wires_can_be_followed_wherever_a_card_is_moved(name, data):
    document = opened(name)
    scene = Scene(document)
    document.changed.connect(scene.update)
    document.apply(Move({card.id: (card.rect.x(), card.rect.y()) for card in scene.cards.values()}))
    for _ in range(data.draw(st.integers(1, 2))):
        id = data.draw(st.sampled_from(list(scene.cards)))
        place = data.draw(
            st.tuples(st.integers(-60, 160).map(lambda at: at * 8.0), st.integers(-10, 150).map(lambda at: at * 8.0))
        )
        free = QRectF(*place, CARD_WIDTH, scene.cards[id].height).adjusted(-16, -16, 16, 16)
        if all(card.id == id for card in scene.cards_in(free)):
            document.apply(Move({id: place}))
            assert cards_cut(scene) == set()


@pytest.mark.parametrize("name", ["small-resnet", "unet", "dense block"])
def test_a_card_put_beside_a_skip_does_not_send_it_around(name):
    document = opened(name)
    scene = Scene(document)
    document.changed.connect(scene.update)
    document.apply(Move({card.id: (card.rect.x(), card.rect.y()) for card in scene.cards.values()}))
    column = max(card.box[2] for card in scene.cards.values() if not card.box[0])
    lanes = {x for wire in scene.wires.values() for x, _ in wire.points if column < x < column + 100}
    before = dict(scene.wires)
    document.apply(AddNode(Node("new1", "ReLU", {}, (max(lanes) + 10, 200.0))))
    for edge, wire in before.items():
        assert len(wire.points) == len(scene.wires[edge].points)
        shifts = [abs(x - u) for (x, _), (u, _) in zip(wire.points, scene.wires[edge].points, strict=True)]
        assert max(shifts) <= NUDGE
    assert_legible(scene)


def test_cards_close_together_leave_all_wires_apart(make):
    """Five sources beside each other, five targets that take each of them, in gaps made for one wire."""
    nodes = [(f"in{place}", "Input", {}) for place in range(5)] + [(f"add{place}", "Add", {}) for place in range(5)]
    wires = [(f"in{one}", f"add{other}") for one in range(5) for other in range(5)]
    places = {f"in{place}": (place * 320.0, 0.0) for place in range(5)}
    places |= {f"add{place}": (place * 320.0, 72.0) for place in range(5)}
    scene = Scene(make(tuple(nodes), wires, **places))
    assert cards_cut(scene) == set()
    assert all(one.source == other.source for one, other in map(tuple, shared(scene)))
    assert len(list(combinations(scene.wires, 2))) == 300
