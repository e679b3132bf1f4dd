"""Comparison has an algebra: nothing differs from itself, and what differs, taken over, makes both equal."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import Code, apply, chain, codes, state

from models.compare import Comparison, compare, effect, take
from models.document import Document
from models.document.edits import (
    AddNode,
    Disconnect,
    Edit,
    Move,
    RemoveNodes,
    Rename,
    SetParam,
    SetSection,
    insert_on_edge,
)  # fmt: skip
from models.document.exact import SetEntries
from models.document.scopes import AddScope, SetParameter
from models.document.sharing import ShareWeights
from models.network import Edge, MakesCycle, Network, Node
from models.storage import files


def base() -> Document:
    return chain(
        ("Input", {"shape": [1, 8, 8]}), ("Conv2d", {"out_channels": 4}), ("ReLU", {}), ("Flatten", {}),
        ("Linear", {"out_features": 5}), ("Output", {}),
    )  # fmt: skip


def twin(document: Document) -> Document:
    opened, problems = files.parse(state(document))
    assert not problems
    return opened


def after(*edits: Edit) -> Comparison:
    """The base compared with itself after some edits."""
    edited = base()
    for edit in edits:
        edited.apply(edit)
    return compare(base(), edited)


def told(comparison: Comparison) -> list[str]:
    return [f"{item.what} {item.name}: {item}" for item in comparison.differences]


def plain(document: Document) -> dict[str, Any]:
    """What a document holds; wires in the order of their targets, as the order among targets means nothing."""
    value = copy.deepcopy(files.to_json(document))
    for network in [value["network"], *(block["network"] for block in value.get("blocks", {}).values())]:
        network["edges"] = sorted(network["edges"], key=lambda wire: wire[1])
    value.pop("netloom")
    return value


def grown(many: list[Code]) -> Document:
    document = base()
    for code in many:
        apply(document, code)
    return document


@settings(max_examples=60, deadline=None)
@given(st.lists(codes, max_size=25))
def test_nothing_differs_from_itself(many: list[Code]) -> None:
    document = grown(many)
    comparison = compare(document, twin(document))
    assert comparison.equal and not comparison.moved


@settings(max_examples=150, deadline=None)
@given(st.lists(codes, max_size=20), st.lists(codes, max_size=20), st.lists(codes, max_size=20))
def test_what_differs_taken_over_makes_both_equal(common: list[Code], one: list[Code], two: list[Code]) -> None:
    first, second = grown(common), grown(common)
    for document, many in ((first, one), (second, two)):
        for code in many:
            apply(document, code)
    before = state(first)
    comparison = compare(first, second)
    first.apply(take(comparison, [*comparison.differences, *comparison.moved]))
    again = compare(first, second)
    assert told(again) == [] and not again.moved
    assert without_spelling(plain(first)) == without_spelling(plain(second))
    if comparison.differences or comparison.moved:
        first.undo()
    assert state(first) == before


def without_spelling(value: dict[str, Any]) -> dict[str, Any]:
    """Settings whose spelling alone may differ are compared by `compare`; here their names and all else are."""
    for node in value["network"]["nodes"]:
        node.pop("params", None)
    value.pop("training", None)
    return value


@settings(max_examples=80, deadline=None)
@given(st.lists(codes, max_size=15), st.lists(codes, max_size=15), st.integers(0, 1000))
def test_any_one_difference_is_taken_alone_or_refused_whole(one: list[Code], two: list[Code], place: int) -> None:
    first, second = grown(one), grown(two)
    comparison = compare(first, second)
    items = [*comparison.differences, *comparison.moved]
    if not items:
        return
    before, item = state(first), items[place % len(items)]
    try:
        first.apply(take(comparison, [item]))
    except ValueError:
        assert state(first) == before
        return
    left = compare(first, second)
    assert item.key not in {other.key for other in (*left.differences, *left.moved)}
    first.undo()
    assert state(first) == before


@settings(max_examples=60, deadline=None)
@given(st.lists(codes, max_size=15))
def test_both_sides_tell_of_the_same(many: list[Code]) -> None:
    first, second = base(), grown(many)
    there, back = compare(first, second), compare(second, first)
    assert there.equal == back.equal


CASES: list[tuple[Callable[[], list[Edit]], list[str]]] = [
    (lambda: [SetParam("n1", "out_channels", 8)], ["changed n1: out_channels 4 → 8"]),
    (lambda: [SetParam("n1", "stride", 1), SetParam("n1", "kernel_size", [1, 1])], ["changed n1: kernel_size 3 → 1"]),
    (lambda: [SetParam("n1", "stride", [1, 1])], []),
    (lambda: [SetParam("n5", "loss", {"kind": "CrossEntropyLoss", "params": {"label_smoothing": 0.1}})],
     ["changed n5: loss.label_smoothing 0 → 0.1"]),
    (lambda: [SetParam("n5", "loss", "MSELoss")], ["changed n5: loss CrossEntropyLoss → MSELoss"]),
    (lambda: [Rename("n1", "stem")], ["renamed stem: renamed from n1"]),
    (lambda: [Rename("n1", "stem"), SetParam("stem", "out_channels", 8)],
     ["renamed stem: renamed from n1", "changed stem: out_channels 4 → 8"]),
    (lambda: [Rename(f"n{place}", f"layer{place}") for place in range(6)],
     [f"renamed layer{place}: renamed from n{place}" for place in range(6)]),
    (lambda: [RemoveNodes(["n2"], heal=True)], ["removed n2: ReLU, was fed by n1", "rewired n3: input n2 → n1"]),
    (lambda: [insert_on_edge(base().network, Node("bn", "BatchNorm2d"), Edge("n1", "output", "n2", "input"))],
     ["rewired n2: input n1 → bn", "added bn: BatchNorm2d, from n1"]),
    (lambda: [Disconnect(Edge("n1", "output", "n2", "input"))], ["rewired n2: input n1 → –"]),
    (lambda: [AddNode(Node("n6", "Conv2d")), ShareWeights("n6", "n1")],
     ["added n6: Conv2d"]),
    (lambda: [SetParameter("width", 16)], ["changed width: width – → 16"]),
    (lambda: [SetSection("training", {"optimizer": {"kind": "Adam", "params": {"lr": 0.01}}, "epochs": 10})],
     ["changed optimizer: optimizer.lr 0.001 → 0.01"]),
    (lambda: [SetSection("data", {"source": "digits"})], ["changed source: source – → digits"]),
    (lambda: [SetEntries({"about": {"title": "A net"}}, whole=True)], ["changed about: about – → {'title': 'A net'}"]),
    (lambda: [AddScope("Head", Network([Node("a", "ReLU")]))], ["added Head: added"]),
    (lambda: [Move({"n1": (50, 50)})], []),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), CASES, ids=[str(place) for place in range(len(CASES))])
def test_what_is_told(edits: Callable[[], list[Edit]], expected: list[str]) -> None:
    assert told(after(*edits())) == expected


def test_moved_cards_are_told_apart() -> None:
    comparison = after(Move({"n1": (50, 50), "n2": None}))
    assert comparison.equal and [item.name for item in comparison.moved] == ["n1", "n2"]


def test_columns_follow_a_layer_that_was_renamed() -> None:
    first = base()
    first.apply(SetSection("data", {"source": "numpy", "inputs": {"n0": "image"}}))
    second = twin(first)
    second.apply(Rename("n0", "picture"))
    assert second.data["inputs"] == {"picture": "image"}
    assert told(compare(first, second)) == ["renamed picture: renamed from n0"]


def test_wires_of_a_merge_count_in_their_order() -> None:
    def merged(*names: str) -> Document:
        nodes = [Node("a", "Input", {"shape": [4]}), Node("b", "Input", {"shape": [4]}), Node("c", "Concat")]
        return Document(Network(nodes, [Edge(name, "output", "c", nodes[2].inputs[0].name) for name in names]))

    assert [item.what for item in compare(merged("a", "b"), merged("b", "a")).differences] == ["rewired"]
    assert compare(merged("a", "b"), merged("a", "b")).equal


def test_the_order_of_layers_is_told_once() -> None:
    first, second = base(), base()
    second.network.reorder(sorted(second.network.nodes, reverse=True))
    assert told(compare(first, second)) == ["reordered : other order of layers in the document"]
    assert compare(second, second).equal


def test_a_wire_brings_along_what_it_leads_from() -> None:
    second = base()
    for place in (1, 2):
        wire = second.network.edges_into("n2")[0]
        second.apply(insert_on_edge(second.network, Node(f"bn{place}", "BatchNorm2d"), wire))
    first = base()
    comparison = compare(first, second)
    rewired = next(item for item in comparison.differences if item.what == "rewired")
    first.apply(take(comparison, [rewired]))
    assert compare(first, second).equal and first.undo_label == "Take over rewired n2"


def test_wires_that_alone_close_a_loop_are_refused() -> None:
    def order(*names: str) -> Document:
        nodes = [Node(name, "ReLU") for name in "abc"]
        pairs = pairwise(names)
        return Document(Network(nodes, [Edge(one, "output", two, "input") for one, two in pairs]))

    first, second = order("a", "b", "c"), order("c", "b", "a")
    before, comparison = state(first), compare(first, second)
    by_name = {item.name: item for item in comparison.differences}
    with pytest.raises(MakesCycle):
        first.apply(take(comparison, [by_name["b"]]))
    assert state(first) == before
    first.apply(take(comparison, comparison.differences))
    assert compare(first, second).equal


def test_settings_parameters_blocks_and_entries_are_taken_over() -> None:
    first, second = base(), base()
    for edit in (
        SetSection("training", {"epochs": 3, "optimizer": "SGD"}),
        SetSection("data", {"source": "digits", "later": [1]}),
        SetParameter("width", 16),
        AddScope("Head", Network([Node("a", "ReLU")], parameters={"depth": 2})),
        SetEntries({"about": {"title": "A net"}}, whole=True),
        SetEntries({"later": 1}),
    ):
        second.apply(edit)
    before, comparison = state(first), compare(first, second)
    assert [item.part for item in comparison.differences] == [
        "parameter", "network entry", "block", "data", "data", "training", "training", "entry",
    ]  # fmt: skip
    first.apply(take(comparison, comparison.differences))
    assert plain(first) == plain(second)
    first.content["Head"]["a"].params["later"] = 1
    assert "later" not in second.content["Head"]["a"].params, "a block is taken over as a copy"
    first.undo()
    assert state(first) == before
    back = compare(second, first)
    second.apply(take(back, back.differences))
    assert plain(second) == plain(base())


def test_another_kind_keeps_place_and_wires() -> None:
    first, second = base(), base()
    second.network.nodes["n2"].kind = "Tanh"
    second.network.nodes["n2"].refresh()
    comparison = compare(first, second)
    assert told(comparison) == ["changed n2: kind ReLU → Tanh"]
    first.apply(take(comparison, comparison.differences))
    assert first.network["n2"].kind == "Tanh" and first.network["n2"].position == (0, 144)
    assert compare(first, second).equal
    first.undo()
    assert state(first) == state(base())


def test_the_effect_on_shapes_and_totals() -> None:
    comparison = after(SetParam("n1", "out_channels", 8))
    found = effect(comparison)
    shapes = {change.name: (change.before, change.after) for change in found.shapes}
    assert shapes["n1"] == ((4, 6, 6), (8, 6, 6)) and "n4" not in shapes and list(shapes) == ["n1", "n2", "n3"]
    parameters = found.quantities[0]
    assert (parameters.before, parameters.after) == (40 + 725, 80 + 1445)
    assert found.receptive_fields == ()


def test_the_effect_on_the_receptive_field() -> None:
    def field(kernel: int) -> Document:
        return chain(("Input", {"shape": [1, 16, 16]}), ("Conv2d", {"kernel_size": kernel}), ("Output", {}))

    (change,) = effect(compare(field(3), field(5))).receptive_fields
    assert (change.name, change.before, change.after) == ("n2", (3, 3), (5, 5))


def test_a_large_network_with_all_layers_renamed() -> None:
    def many(name: str) -> Document:
        nodes = [Node(f"{name}{place}", "ReLU") for place in range(2000)]
        ids = [node.id for node in nodes]
        return Document(Network(nodes, [Edge(a, "output", b, "input") for a, b in pairwise(ids)]))

    comparison = compare(many("old"), many("new"))
    assert all(kind == "renamed" for kind, _ in groupby(item.what for item in comparison.differences))
    assert len(comparison.differences) == 2000


def test_differences_are_known_from_either_side() -> None:
    first, second = base(), base()
    second.apply(RemoveNodes(["n2"], heal=True))
    second.apply(Rename("n1", "stem"))
    there, back = compare(first, second), compare(second, first)
    assert {item.key for item in there.differences} == {item.key for item in back.differences}
