"""Edits that put something exactly as it is elsewhere: each is taken back whole, broken content included."""

from __future__ import annotations

import pytest
from random_edits import chain, state

from models.document import Document
from models.document.edits import Edit
from models.document.exact import InsertNodes, ReplaceNode, SetEntries, SetOrder, SetParameters, SetWires
from models.network import Edge, MakesCycle, NetworkError, Node


def document() -> Document:
    return chain(("Input", {"shape": [4]}), ("Linear", {"out_features": 4}), ("ReLU", {}), ("Output", {}))


def wire(source: str, target: str, port: str = "input") -> Edge:
    return Edge(source, "output", target, port)


EDITS: list[Edit] = [
    ReplaceNode(Node("n1", "Linear", {"out_features": "many"}, module="n2")),
    ReplaceNode(Node("n1", "Zork", {"depth": 3}, extra={"later": 1})),
    InsertNodes([(0, Node("a", "ReLU")), (3, Node("b", "Zork"))]),
    SetWires({"n2": [wire("n0", "n2"), wire("n1", "n2", "nowhere")], "n1": [], "n3": [wire("n0", "n3")]}),
    SetOrder(["n3", "n1", "n0", "n2"]),
    SetParameters({"2x": "no number"}),
    SetEntries({"later": [1]}),
    SetEntries({"about": {"title": "A net"}}, whole=True),
]


@pytest.mark.parametrize("edit", EDITS, ids=[type(edit).__name__ + str(place) for place, edit in enumerate(EDITS)])
def test_each_is_made_and_taken_back_whole(edit: Edit) -> None:
    changed = document()
    before = state(changed)
    changed.apply(edit)
    after = state(changed)
    assert edit.label and after != before
    changed.undo()
    assert state(changed) == before
    changed.redo()
    assert state(changed) == after


def test_a_replaced_layer_keeps_place_wires_and_analysis() -> None:
    changed = document()
    changed.apply(ReplaceNode(Node("n2", "Tanh")))
    node = changed.network["n2"]
    assert (node.kind, node.position) == ("Tanh", (0, 144)) and list(changed.network.nodes) == ["n0", "n1", "n2", "n3"]
    assert changed.network.edges == document().network.edges and changed.analysis["n3"].shape == (4,)


def test_wires_take_the_place_of_those_that_they_stand_for() -> None:
    changed = document()
    changed.apply(SetWires({"n2": [wire("n0", "n2")]}))
    assert [(edge.source, edge.target) for edge in changed.network.edges] == [("n0", "n1"), ("n0", "n2"), ("n2", "n3")]


@pytest.mark.parametrize(
    ("wires", "error"),
    [
        ({"n1": [wire("n2", "n1")]}, MakesCycle),
        ({"n1": [wire("gone", "n1")]}, NetworkError),
        ({"gone": [wire("n1", "gone")]}, NetworkError),
        ({"gone": []}, NetworkError),
    ],
)
def test_wires_that_cannot_be_change_nothing(wires: dict[str, list[Edge]], error: type[Exception]) -> None:
    changed = document()
    before = state(changed)
    with pytest.raises(error):
        changed.apply(SetWires(wires))
    assert state(changed) == before and not changed.undo_label


def test_a_loop_that_is_meant_to_be_is_made() -> None:
    changed = document()
    changed.apply(SetWires({"n1": [wire("n2", "n1")]}, in_loops=["n1", "n2"]))
    assert set(changed.network.order.loops) == {"n1", "n2"}
