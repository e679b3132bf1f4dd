"""Where cards lie stands apart in a document, so that moving them changes no line that means something."""

from __future__ import annotations

import difflib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import chain, state

from models.document import Document
from models.document.edits import Move, RemoveNodes, Rename
from models.storage import files

PLACES = st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)) | st.none()


def small() -> Document:
    return chain(("Input", {"shape": [4]}), ("Linear", {"out_features": 4}), ("ReLU", {}), ("Output", {}))


def opened(network: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Positions by layer, and what was said of them."""
    document, problems = files.from_json({"netloom": 1, "network": network})
    return {node.id: node.position for node in document.network}, [str(problem) for problem in problems]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["n0", "n1", "n2", "n3"]), PLACES))
def test_moving_cards_changes_lines_of_the_layout_alone(places: dict[str, Any]) -> None:
    document = small()
    before = state(document).decode().splitlines()
    meaning = before[: before.index('  "layout": {')]
    document.apply(Move(places))
    after = state(document).decode().splitlines()
    assert after[: len(meaning) - 1] == meaning[:-1]
    assert meaning[-1].rstrip(",]}") == after[len(meaning) - 1].rstrip(",]}")
    again, problems = files.parse(state(document))
    assert not problems and {node.id: node.position for node in again.network} == {
        node.id: node.position for node in document.network
    }


def test_one_moved_card_is_one_line() -> None:
    document = small()
    before = state(document).decode().splitlines()
    document.apply(Move({"n1": (5, 6)}))
    lines = [line for line in difflib.ndiff(before, state(document).decode().splitlines()) if line[0] in "+-"]
    assert lines == ['-    "n1": [0, 72],', '+    "n1": [5, 6],']


def test_positions_follow_their_layers() -> None:
    document = small()
    document.apply(Rename("n1", "fc"))
    document.apply(RemoveNodes(["n2"]))
    assert files.to_json(document)["network"]["layout"] == {"n0": [0, 0], "fc": [0, 72], "n3": [0, 216]}


def test_what_a_node_says_itself_wins() -> None:
    nodes = [{"id": "a", "kind": "ReLU", "position": [1, 2]}, {"id": "b", "kind": "ReLU"}]
    assert opened({"nodes": nodes, "layout": {"a": [3, 4], "b": [5, 6]}}) == ({"a": (1, 2), "b": (5, 6)}, [])


def test_the_place_of_a_layer_that_is_not_there_means_nothing() -> None:
    places, problems = opened({"nodes": [{"id": "a", "kind": "ReLU"}], "layout": {"gone": [3, 4], "": 5}})
    assert (places, problems) == ({"a": None}, [])


def test_a_layer_that_gets_another_name_keeps_its_place() -> None:
    places, (problem,) = opened({"nodes": [{"id": "2x", "kind": "ReLU"}], "layout": {"2x": [3, 4]}})
    assert places == {"x1": (3, 4)} and "now called x1" in problem


@pytest.mark.parametrize("found", ["here", [1], [True, 0], [1, 1e300], {"x": 1}])
def test_places_that_are_none_are_named(found: object) -> None:
    places, (problem,) = opened({"nodes": [{"id": "a", "kind": "ReLU"}], "layout": {"a": found}})
    assert places == {"a": None} and problem.startswith("The position of a was left out")


def test_a_layout_that_is_none_is_named() -> None:
    _, (problem,) = opened({"nodes": [], "layout": [1]})
    assert problem == "The entry ‘layout’ was left out: expected a JSON object, found [1]."


def test_a_program_that_does_not_know_the_layout_keeps_it() -> None:
    """What it does with entries that it does not know, done with this one under another name."""
    value = json.loads(state(small()))
    value["network"]["plan"] = value["network"].pop("layout")
    document, problems = files.from_json(value)
    assert not problems and files.to_json(document)["network"]["plan"] == value["network"]["plan"]
