"""Edits: what is applied can be reverted, order included, and what is refused changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import Code, apply, chain, codes, random_codes, state

from models.analysis import Analysis
from models.document import Document
from models.document.edits import (
    AddNode,
    AddNodes,
    Batch,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNodes,
    Rename,
    SetParam,
    SetSection,
    connecting,
    insert_on_edge,
)
from models.document.replacing import Replace, replacing
from models.network import Edge, MakesCycle, NameTaken, Network, NetworkError, Node, PortOccupied
from support import scaled


def linked(document: Document) -> None:
    """What the network keeps beside its list of wires agrees with it."""
    network = document.network
    for id in network.nodes:
        assert network.edges_into(id) == [edge for edge in network.edges if edge.target == id]
        assert network.edges_from(id) == [edge for edge in network.edges if edge.source == id]
        assert network[id].id == id


def small() -> Document:
    return chain(("Input", {"shape": [3, 8, 8]}), ("Conv2d", {}), ("ReLU", {}), ("Flatten", {}), ("Output", {}))


EDITS: list[tuple[str, Edit]] = [
    ("Add Linear", AddNode(Node("fc1", "Linear"), 2)),
    ("Add 2 layers", AddNodes(Network([Node("a", "ReLU"), Node("b", "Tanh")], [Edge("a", "output", "b", "input")]))),
    ("Add LSTM", AddNodes(Network([Node("a", "LSTM")]))),
    ("Delete n2", RemoveNodes(["n2"])),
    ("Delete n2", RemoveNodes(["n2"], heal=True)),
    ("Delete 3 layers", RemoveNodes(["n1", "n2", "n3", "n1"], heal=True)),
    ("Disconnect", Disconnect(Edge("n1", "output", "n2", "input"))),
    ("Set bias of n1", SetParam("n1", "bias", False)),
    ("Set bias of n1", SetParam("n1", "bias", SetParam.UNSET)),
    ("Rename n3", Rename("n3", "flat")),
    ("Replace n1 by Conv1d", Replace("n1", "Conv1d")),
    ("Replace n1 by Output", Replace("n1", "Output")),
    ("Replace 2 layers by Tanh", replacing(["n2", "n1"], "Tanh")[0]),
    ("Move", Move({"n1": (5, 6), "n2": None})),
    ("Set learning rate", SetSection("training", {"lr": 1}, field="learning_rate")),
    ("Set data", SetSection("data", {"source": "iris"})),
]


@pytest.mark.parametrize(("label", "edit"), EDITS)
def test_applied_and_reverted_nothing_has_changed(label: str, edit: Edit) -> None:
    document = small()
    before = state(document)
    assert edit.label == label
    document.apply(edit)
    after = state(document)
    linked(document)
    document.undo()
    linked(document)
    assert state(document) == before
    document.redo()
    assert state(document) == after


def test_healing_joins_what_was_around() -> None:
    document = small()
    document.apply(RemoveNodes(["n1", "n2"], heal=True))
    assert document.network.edges == [
        Edge("n0", "output", "n3", "input"), Edge("n3", "output", "n4", "input"),
    ]  # fmt: skip


def test_without_healing_wires_are_cut() -> None:
    document = small()
    document.apply(RemoveNodes(["n2"]))
    assert [edge.target for edge in document.network.edges] == ["n1", "n4"]


def test_healing_keeps_the_order_of_a_merge() -> None:
    document = chain(("Input", {"shape": [4]}), ("ReLU", {}), ("Concat", {}))
    document.apply(AddNode(Node("b", "Tanh")))
    document.apply(Connect(Edge("n0", "output", "b", "input")))
    document.apply(Connect(Edge("b", "output", "n2", "input"), 0))
    assert [edge.source for edge in document.network.edges_into("n2")] == ["b", "n1"]
    document.apply(RemoveNodes(["b"], heal=True))
    assert [edge.source for edge in document.network.edges_into("n2")] == ["n0", "n1"]


def wires(document: Document) -> list[tuple[str, str]]:
    return [(edge.source, edge.target) for edge in document.network.edges]


def drawn(*pairs: str, others: str = "") -> Document:
    """Merges named by letters, those that take one wire by capitals; a pair of letters for a wire."""
    ids = dict.fromkeys("".join(pairs) + others)
    edges = [Edge(source, "output", target, "input") for source, target in pairs]
    return Document(Network([Node(id, "ReLU" if id.isupper() else "Add") for id in ids], edges))


@pytest.mark.parametrize(
    ("pairs", "drawn_wire", "moved", "label", "left"),
    [
        (("ab", "cd"), "ad", None, "Connect", ["ab", "cd", "ad"]),  # a merge takes any number
        (("ab", "bR"), "aR", None, "Replace wire", ["ab", "aR"]),
        (("aR", "ab", "bc"), "cR", None, "Replace wire", ["cR", "ab", "bc"]),
        (("ab", "cb", "db"), "eb", "cb", "Move wire", ["ab", "eb", "db"]),  # in the order of the merge
        (("ab", "aR", "cS"), "aS", "aR", "Move wire", ["ab", "aS"]),  # the wire that was there goes
        (("cS", "ab", "aR"), "aS", "aR", "Move wire", ["ab", "aS"]),
    ],
)
def test_a_wire_takes_the_place_of_what_is_in_its_way(
    pairs: tuple[str, ...], drawn_wire: str, moved: str | None, label: str, left: list[str]
) -> None:
    document = drawn(*pairs, others="e")
    before = state(document)
    source, target = drawn_wire
    edit = connecting(
        document.network,
        Edge(source, "output", target, "input"),
        Edge(moved[0], "output", moved[1], "input") if moved else None,
    )
    assert edit.label == label
    document.apply(edit)
    linked(document)
    assert [source + target for source, target in wires(document)] == left
    document.undo()
    assert state(document) == before


def test_a_wire_that_closes_a_loop_replaces_nothing() -> None:
    document = drawn("aR", "Rb")
    with pytest.raises(MakesCycle):
        connecting(document.network, Edge("b", "output", "R", "input"))


@pytest.mark.parametrize(
    ("pairs", "removed", "left"),
    [
        (("ab", "bc", "cd", "de"), "dcb", ["ae"]),  # a whole row, in whatever order
        (("ab", "ac", "bc", "cd"), "bc", ["ad"]),  # two ways from one layer are one again
        (("ab", "cb", "bd"), "b", []),  # two layers feed it: nobody knows which is meant
        (("ab", "cb", "bd"), "ab", ["cd"]),  # one of them goes along
        (("ab", "bc", "bd", "be"), "b", ["ac", "ad", "ae"]),
        (("ab", "bc", "ac", "cd"), "b", ["ac", "cd"]),  # joined already
        (("ab", "bc", "cb", "cd"), "b", ["cd"]),  # a loop is opened, not drawn tighter
        (("ab", "bb", "bc"), "b", []),
    ],
)
def test_healing_joins_where_one_layer_fed_what_goes(pairs: tuple[str, ...], removed: str, left: list[str]) -> None:
    document = drawn(*pairs)
    before = state(document)
    document.apply(RemoveNodes(removed, heal=True))
    assert wires(document) == [tuple(pair) for pair in left]
    linked(document)
    document.undo()
    assert state(document) == before


def test_a_long_row_is_healed_at_once() -> None:
    document = chain(*[("ReLU", {})] * 3_000)
    told = []
    document.changed.connect(told.append)
    document.apply(RemoveNodes([f"n{place}" for place in range(1, 2_999)], heal=True))
    assert wires(document) == [("n0", "n2999")]
    assert [change.what for change in told[0].network] == ["disconnected", "removed", "connected"]


@pytest.mark.parametrize(
    ("pairs", "reason"), [(("ab", "ba"), MakesCycle), (("aa",), MakesCycle), (("ac", "bc"), PortOccupied)]
)
def test_what_is_pasted_must_fit_together(pairs: tuple[str, ...], reason: type[NetworkError]) -> None:
    document = small()
    before = state(document)
    nodes = [Node(id, "ReLU") for id in "abc"]
    piece = Network(nodes, [Edge(source, "output", target, "input") for source, target in pairs])
    with pytest.raises(reason):
        document.apply(AddNodes(piece))
    with pytest.raises(NameTaken):
        document.apply(AddNodes(Network([Node("a", "ReLU"), Node("n1", "ReLU")])))
    assert state(document) == before


def test_an_added_node_is_a_copy_each_time() -> None:
    document = Document()
    document.apply(AddNode(Node("a", "Conv2d")))
    document.apply(SetParam("a", "bias", False))
    document.undo()
    document.undo()
    document.redo()
    assert document.network["a"].params == {}


def test_inserting_on_a_wire_keeps_the_order_of_wires() -> None:
    document = small()
    wire = Edge("n1", "output", "n2", "input")
    document.apply(insert_on_edge(document.network, Node("bn1", "BatchNorm2d"), wire))
    assert [(edge.source, edge.target) for edge in document.network.edges][:3] == [
        ("n0", "n1"), ("n1", "bn1"), ("bn1", "n2"),
    ]  # fmt: skip
    with pytest.raises(NetworkError, match="no place"):
        insert_on_edge(document.network, Node("in9", "Input"), document.network.edges[0])


def test_a_batch_is_all_or_nothing() -> None:
    document = small()
    before = state(document)
    with pytest.raises(NetworkError):
        document.apply(Batch("Both", [AddNode(Node("x1", "ReLU")), AddNode(Node("n0", "ReLU"))]))
    assert state(document) == before and document.undo_label == ""


@pytest.mark.parametrize(
    "edit",
    [
        Disconnect(Edge("n0", "output", "n4", "input")), RemoveNodes(["n1", "gone"]), SetParam("gone", "bias", 1),
        Rename("n0", "n1"), Rename("gone", "x1"), Move({"n1": (1, 1), "gone": (0, 0)}),
        SetSection("views", {}), Connect(Edge("n0", "output", "n2", "input")),
    ],
)  # fmt: skip
def test_what_cannot_be_changes_nothing(edit: Edit) -> None:
    document = small()
    before = state(document)
    with pytest.raises(ValueError):
        document.apply(edit)
    assert state(document) == before
    linked(document)


def test_typing_in_a_field_merges() -> None:
    first, second = SetParam("n1", "bias", False), SetParam("n1", "bias", True)
    assert first.merged(second) is not None
    assert first.merged(SetParam("n2", "bias", True)) is None
    assert first.merged(Move({})) is None
    lr = SetSection("training", {"lr": 1}, field="lr")
    assert lr.merged(SetSection("training", {"lr": 2}, field="lr")) is not None
    assert lr.merged(SetSection("data", {"lr": 2}, field="lr")) is None
    assert SetSection("training", {}).merged(SetSection("training", {})) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(codes, max_size=30))
def test_any_edits_undone_and_redone_give_the_same_states(many: list[Code]) -> None:
    document = small()
    states = [state(document)]
    for code in many:
        if apply(document, code):
            linked(document)
            states.append(state(document))
    for expected in reversed(states[:-1]):
        document.undo()
        assert state(document) == expected
    for expected in states[1:]:
        document.redo()
        assert state(document) == expected
    linked(document)


@settings(max_examples=60, deadline=None)
@given(st.lists(codes, max_size=25))
def test_the_incremental_analysis_equals_the_full_one(many: list[Code]) -> None:
    document = small()
    for code in many:
        apply(document, code)
        full = Analysis(document.network)
        assert document.analysis.reports == full.reports
        assert document.analysis.order == full.order


@pytest.mark.R11
def test_two_hundred_edits_undone_and_redone_are_hash_equal(figure: Callable[[str], None]) -> None:
    """2,000 × 200 edits in the long run."""
    for seed in range(scaled(2_000, 0.01)):
        document = small()
        fresh = hashlib.sha256(state(document)).hexdigest()
        for code in random_codes(seed, 200):
            apply(document, code)
        last = hashlib.sha256(state(document)).hexdigest()
        while document.undo_label:
            document.undo()
        assert hashlib.sha256(state(document)).hexdigest() == fresh, seed
        assert document.analysis.reports == Analysis(document.network).reports, seed
        while document.redo_label:
            document.redo()
        assert hashlib.sha256(state(document)).hexdigest() == last, seed
        assert document.analysis.reports == Analysis(document.network).reports, seed
    figure(f"{scaled(2_000, 0.01):,} × 200 random edits undone and redone: every hash equal")
