"""Content and scopes: several networks, one undo stack, each change told for the scope in which it happened."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import Code, apply, chain, codes, edit_from

from models.analysis import Analysis
from models.document import MAIN, Content, Document, DocumentChange
from models.document.edits import (
    AddNode,
    Batch,
    Edit,
    InNetwork,
    RemoveNodes,
    Rename,
    SetParam,
    SetSection,
)
from models.document.scopes import AddScope, RemoveScope
from models.network import Change, Edge, Network, NetworkError, Node


def block() -> Network:
    """An Input and a Linear behind it."""
    nodes = [Node("input1", "Input", {"shape": [8]}), Node("fc1", "Linear", {"out_features": 3})]
    return Network(nodes, [Edge("input1", "output", "fc1", "input")])


def with_block() -> Document:
    main = chain(("Input", {"shape": [4]}), ("Linear", {"out_features": 3}), ("Output", {})).network
    return Document(content=Content(main, blocks={"Head": block()}))


def heard(document: Document) -> list[DocumentChange]:
    told: list[DocumentChange] = []
    document.changed.connect(told.append)
    return told


def test_an_edit_is_of_the_main_network_unless_it_says_otherwise() -> None:
    document = with_block()
    document.apply(AddNode(Node("a1", "ReLU")))
    document.apply(AddNode(Node("b1", "ReLU")).within("Head"))
    assert "a1" in document.network and "a1" not in document.content["Head"]
    assert "b1" in document.content["Head"] and "b1" not in document.network
    with pytest.raises(NetworkError, match="no block called ‘Tail’"):
        document.apply(AddNode(Node("c1", "ReLU")).within("Tail"))


def test_changes_and_reports_are_told_by_scope() -> None:
    document = with_block()
    told = heard(document)
    document.apply(SetParam("fc1", "out_features", 9).within("Head"))
    (change,) = told
    assert change.network == () and change.reports == frozenset() and list(change.scopes) == ["Head"]
    assert change.of("Head").network == (Change("params", ("fc1",), scope="Head"),)
    assert change.of("Head").reports == {"fc1"}
    assert document.analyses["Head"]["fc1"].shape == (9,)
    document.apply(SetParam("n1", "out_features", 7))
    assert told[1].reports == {"n1", "n2"} and told[1].of("Head") == ((), frozenset())


def test_one_undo_stack_serves_all_scopes() -> None:
    document = with_block()
    document.apply(SetParam("fc1", "bias", False).within("Head"))
    document.apply(SetParam("n1", "bias", False))
    document.undo()
    assert document.network["n1"].params == {"out_features": 3}
    assert document.content["Head"]["fc1"].params == {"out_features": 3, "bias": False}
    document.undo()
    assert document.content["Head"]["fc1"].params == {"out_features": 3}
    document.redo()
    document.redo()
    assert document.network["n1"].params["bias"] is False


def test_typing_in_equal_names_of_different_scopes_does_not_merge() -> None:
    here, there = SetParam("fc1", "bias", True), SetParam("fc1", "bias", False).within("Head")
    assert here.merged(there) is None
    merged = there.merged(SetParam("fc1", "bias", True).within("Head"))
    assert isinstance(merged, SetParam) and merged.scope == "Head"


def test_one_step_may_touch_several_scopes() -> None:
    document = with_block()
    told = heard(document)
    steps: list[Edit] = [RemoveNodes(["n1"]), AddScope("Middle", block()), SetSection("data", {"source": "iris"})]
    document.apply(Batch("Make a block", [*steps, SetParam("fc1", "bias", False).within("Middle")]))
    assert set(told[0].scopes) == {MAIN, "Middle"} and told[0].sections == ("data",)
    assert told[0].of("Middle").reports == {"input1", "fc1"}
    assert document.analyses["Middle"]["fc1"].parameters == 24
    document.undo()
    assert list(document.content.networks) == [MAIN, "Head"] == list(document.analyses)
    assert "n1" in document.network and document.data == {}


def test_a_batch_hands_its_scope_on() -> None:
    document = with_block()
    document.apply(Batch("Two", [AddNode(Node("a1", "ReLU")), Rename("fc1", "head")]).within("Head"))
    assert list(document.content["Head"].nodes) == ["input1", "head", "a1"]


def test_a_scope_comes_back_to_its_place() -> None:
    document = Document(content=Content(blocks={name: block() for name in "ABC"}))
    before = document.content["B"]
    document.apply(RemoveScope("B"))
    assert list(document.content.networks) == [MAIN, "A", "C"] and "B" not in document.analyses
    before.add_node(Node("later", "ReLU"))  # no longer the document's
    document.undo()
    assert list(document.content.networks) == [MAIN, "A", "B", "C"]
    assert document.content["B"] is before and document.analyses["B"].network is before


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (AddScope("Head", Network()), "already a block called ‘Head’"),
        (AddScope(MAIN, Network()), "already"),
        (RemoveScope(MAIN), "main network stays"),
        (RemoveScope("Tail"), "no block called"),
        (SetSection("views", {}), "no section"),
    ],
)
def test_what_cannot_be_changes_nothing(edit: Edit, sentence: str) -> None:
    document = with_block()
    with pytest.raises(ValueError, match=sentence):
        document.apply(edit)
    assert list(document.content.networks) == [MAIN, "Head"] and not document.is_modified


def test_a_network_that_left_is_heard_no_more() -> None:
    document = with_block()
    gone = document.content["Head"]
    document.apply(RemoveScope("Head"))
    told = heard(document)
    gone.add_node(Node("ghost", "ReLU"))
    document.apply(SetParam("n1", "bias", False))
    assert list(told[0].scopes) == [MAIN]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), codes), max_size=20))
def test_edits_of_two_scopes_undo_and_redo_to_the_same_reports(many: list[tuple[bool, Code]]) -> None:
    document = with_block()
    twin = Document(document.content["Head"])  # so that the random edits find what is in the block
    for inside, code in many:
        if not inside:
            apply(document, code)
            continue
        edit = edit_from(twin, code)
        if isinstance(edit, InNetwork):
            try:
                document.apply(edit.within("Head"))
            except ValueError:
                continue
    for _ in range(2):
        while document.undo_label:
            document.undo()
        while document.redo_label:
            document.redo()
        for scope, network in document.content.networks.items():
            assert document.analyses[scope].reports == Analysis(network, scope).reports
