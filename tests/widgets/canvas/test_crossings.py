"""Wires over whole networks: none touches a card, and those of the networks that people know cross no other wire."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.networks import Builder, document, resnet
from models.document import Document
from models.document.edits import Move
from models.layout import arrange
from models.network import Edge
from models.storage.files import parse
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Point, Wire

Stretch = tuple[Point, Point]
TEMPLATES = sorted(Path(__file__).parents[3].glob("resources/templates/*.netloom"))
HAIR = 0.1


def stretches(wire: Wire) -> list[Stretch]:
    return [(start, end) for start, end in pairwise(wire.points) if start != end]


def card_hits(scene: Scene) -> list[tuple[Edge, str]]:
    """Wires that run within a card, with its id."""
    return [
        (edge, card.id)
        for edge, wire in scene.wires.items()
        for (x, y), (u, v) in stretches(wire)
        for card in scene.cards.values()
        if min(x, u) < card.box[2] - HAIR
        and max(x, u) > card.box[0] + HAIR
        and min(y, v) < card.box[3] - HAIR
        and max(y, v) > card.box[1] + HAIR
    ]


def crossings(scene: Scene) -> list[tuple[Edge, Edge]]:
    """Pairs of wires that cross."""
    near = [pair for pair in combinations(scene.wires.values(), 2) if pair[0].bounds.intersects(pair[1].bounds)]
    return [
        (one.edge, other.edge)
        for one, other in near
        if any(_cross(a, b) or _cross(b, a) for a in stretches(one) for b in stretches(other))
    ]


def _cross(level: Stretch, steep: Stretch) -> bool:
    (left, y), (right, same) = sorted(level)
    (x, top), (below, bottom) = sorted(steep, key=lambda point: point[1])
    return y == same and x == below and left + HAIR < x < right - HAIR and top + HAIR < y < bottom - HAIR


def unet(depth: int) -> Document:
    """Down with pooling, up again, with a wire across at every level."""
    build = Builder()
    build.add("input1", "Input", shape=[3, 64, 64])
    across = []
    for level in range(depth):
        build.add(f"down{level}", "Conv2d", out_channels=8, padding=1)
        across.append(build.add(f"relu{level}", "ReLU"))
        build.add(f"pool{level}", "MaxPool2d")
    for level in reversed(range(depth)):
        up = build.add(f"up{level}", "Upsample")
        build.add(f"join{level}", "Concat", up, across[level])
        build.add(f"conv{level}", "Conv2d", out_channels=8, padding=1)
    build.add("output1", "Output")
    return document(build)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
@pytest.mark.parametrize("anew", [False, True], ids=["as bundled", "arranged anew"])
def test_the_wires_of_a_template_cross_nothing(path, anew):
    opened, problems = parse(path.read_bytes(), name=path.name)
    assert not problems
    if anew:
        opened.apply(Move(arrange(opened.network, opened.analysis)))
    scene = Scene(opened)
    assert scene.wires
    assert card_hits(scene) == []
    assert crossings(scene) == []


@pytest.mark.parametrize("depth", [18, 34, 50])
def test_the_wires_of_a_resnet_cross_nothing(depth):
    scene = Scene(document(resnet(depth)))
    assert card_hits(scene) == []
    assert crossings(scene) == []


@pytest.mark.parametrize("depth", [2, 3, 4, 5])
def test_wires_across_a_network_that_folds_touch_no_card(depth):
    assert card_hits(Scene(unet(depth))) == []


@settings(max_examples=25)
@given(st.data())
def test_no_wire_touches_a_card_however_a_network_branches(data):
    build = Builder()
    ids = [build.add("input1", "Input", shape=[3, 32, 32])]
    for place in range(data.draw(st.integers(2, 30))):
        if len(ids) > 2 and data.draw(st.booleans()):
            sources = data.draw(st.lists(st.sampled_from(ids[-8:]), min_size=2, max_size=3, unique=True))
            ids.append(build.add(f"add{place}", "Add", *sources))
        else:
            kind = data.draw(st.sampled_from(["ReLU", "Conv2d", "BatchNorm2d"]))
            ids.append(build.add(f"layer{place}", kind, data.draw(st.sampled_from(ids[-3:]))))
    assert card_hits(Scene(document(build))) == []
