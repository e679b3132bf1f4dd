"""Automatic arrangement: top to bottom, nothing on top of anything, branches side by side, columns of sensible size."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import Code, apply, chain, codes

from benchmarks import networks
from models.document import Document
from models.layout import CARD_HEIGHT, CARD_WIDTH, COLUMN_GAP, GAP, SLIM_HEIGHT, arrange, card_height
from models.network import Edge, Network, Node
from models.storage import templates
from support import in_time

Places = dict[str, tuple[float, float]]


def places(document: Document) -> Places:
    return arrange(document.network, document.analysis)


def branched(*wires: tuple[str, str]) -> Document:
    ids = dict.fromkeys(end for wire in wires for end in wire)
    return Document(Network([Node(id, "Add") for id in ids], [Edge(a, "output", b, "input") for a, b in wires]))


def assert_tidy(document: Document, found: Places) -> None:
    """Every card has a place of its own, with room around it."""
    assert set(found) == set(document.network.nodes)
    columns: dict[float, list[tuple[float, int]]] = {}
    for id, (x, y) in found.items():
        columns.setdefault(x, []).append((y, card_height(document.network[id])))
    for x in columns:
        assert x % (CARD_WIDTH + COLUMN_GAP) == 0 and x >= 0
    for cards in columns.values():
        cards.sort()
        for (above, height), (below, _) in itertools.pairwise(cards):
            assert below >= above + height + GAP


def test_a_chain_goes_straight_down() -> None:
    document = chain(("Input", {}), ("Conv2d", {}), ("ReLU", {}), ("Output", {}))
    assert list(places(document).values()) == [
        (0, 0),
        (0, 72),
        (0, 144),
        (0, 144 + card_height(document.network["n2"]) + GAP),
    ]


def test_cards_that_keep_the_shape_and_have_no_settings_are_slim() -> None:
    assert card_height(Node("a", "ReLU")) == SLIM_HEIGHT
    assert card_height(Node("a", "Dropout")) == SLIM_HEIGHT
    assert card_height(Node("a", "Conv2d")) == card_height(Node("a", "FromTheFuture")) == CARD_HEIGHT


def test_branches_stand_side_by_side() -> None:
    document = branched(("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"))
    found = places(document)
    assert found["a"][0] == found["d"][0] == 0
    assert {found["b"][0], found["c"][0]} == {0, CARD_WIDTH + COLUMN_GAP}
    assert found["b"][1] == found["c"][1]


def test_the_longer_branch_goes_straight_on() -> None:
    document = branched(("a", "short"), ("a", "b"), ("b", "c"), ("short", "d"), ("c", "d"))
    found = places(document)
    assert [found[id][0] for id in "abcd"] == [0, 0, 0, 0] and found["short"][0] > 0


def test_no_card_stands_in_the_way_of_a_side_branch() -> None:
    document = branched(
        ("a", "b"), ("b", "c"), ("c", "d"), ("d", "end"), ("a", "x"), ("x", "end"), ("c", "y"), ("y", "end")
    )
    found = places(document)
    assert found["x"][0] != found["y"][0], "x is joined to end by a wire that passes y"


def test_a_skip_leaves_the_column_straight() -> None:
    document = branched(("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"))
    assert {x for x, _ in places(document).values()} == {0}


def test_a_late_input_stands_above_the_layer_that_needs_it() -> None:
    document = branched(("a", "b"), ("b", "c"), ("c", "d"), ("late", "d"))
    found = places(document)
    assert found["late"][1] == found["c"][1] and found["late"][0] > 0


def test_long_chains_fold_into_columns_of_about_equal_height() -> None:
    document = networks.document(networks.chain(120))
    found = places(document)
    heights: dict[float, float] = {}
    for x, y in found.values():
        heights[x] = max(heights.get(x, 0), y)
    assert 3 <= len(heights) <= 8
    assert max(heights.values()) < 2.2 * min(heights.values())
    width, height = max(heights) + CARD_WIDTH, max(heights.values())
    assert 0.6 < width / height < 3
    assert_tidy(document, found)


def test_blocks_are_not_cut_in_two() -> None:
    document = networks.document(networks.resnet(18))
    found = places(document)
    lanes = {edge: abs(found[edge.source][0] - found[edge.target][0]) for edge in document.network.edges}
    far = [edge for edge, distance in lanes.items() if distance > CARD_WIDTH + COLUMN_GAP]
    assert len(far) <= 2 * len({x for x, _ in found.values()})
    assert_tidy(document, found)


@pytest.mark.parametrize("name", [template.name for template in templates.available()])
def test_templates_lie_as_they_would_be_arranged(name: str) -> None:
    document = templates.load(name)
    assert {node.id: node.position for node in document.network} == places(document)


def test_parts_lie_beside_each_other_and_single_layers_in_one_column() -> None:
    document = branched(("a", "b"), ("c", "d"))
    for id in ("single1", "single2"):
        document.network.add_node(Node(id, "ReLU"))
    document.analysis.recompute()
    found = places(document)
    assert found["a"][0] < found["c"][0] < found["single1"][0] == found["single2"][0]
    assert found["single1"][1] != found["single2"][1]


def test_loops_are_arranged_too() -> None:
    document = branched(("a", "b"), ("b", "a"), ("b", "c"), ("c", "c"))
    assert_tidy(document, places(document))


def test_an_empty_network_has_no_places() -> None:
    assert places(Document()) == {}


def cost(count: int) -> float:
    document = networks.document(networks.chain(count))
    start = time.process_time()
    places(document)
    return time.process_time() - start


def test_the_cost_grows_with_the_network_alone() -> None:
    small, large = (min(cost(count) for _ in range(3)) for count in (500, 5_000))
    assert large < 40 * small and in_time(large, 1)


@settings(max_examples=120, deadline=None)
@given(st.lists(codes, max_size=40))
def test_any_network_is_arranged_without_overlaps(many: list[Code]) -> None:
    document = chain(("Input", {"shape": [3, 8, 8]}), ("Conv2d", {}), ("Add", {}), ("Output", {}))
    for code in many:
        apply(document, code)
    found = places(document)
    assert_tidy(document, found)
    assert found == places(document)
