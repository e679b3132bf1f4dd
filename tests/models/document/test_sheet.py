"""Sheets: one network of a document as views see it, whatever happens in the others."""

from __future__ import annotations

import pytest
from random_edits import chain

from models.document import MAIN, Content, Document, DocumentChange, Sheet
from models.document.edits import AddNode, SetParam, SetSection
from models.document.scopes import AddScope, RemoveScope
from models.network import Change, Edge, Network, NetworkError, Node


@pytest.fixture
def document() -> Document:
    nodes = [Node("a", "Input", {"shape": [8]}), Node("n1", "Linear", {"out_features": 3})]
    main = chain(("Input", {"shape": [4]}), ("Linear", {"out_features": 3})).network
    return Document(content=Content(main, blocks={"Head": Network(nodes, [Edge("a", "output", "n1", "input")])}))


def heard(sheet: Sheet) -> list[DocumentChange]:
    told: list[DocumentChange] = []
    sheet.changed.connect(told.append)
    return told


def test_a_document_is_the_sheet_of_its_main_network(document: Document) -> None:
    assert document.sheet(MAIN) is document and document.scope == MAIN
    assert document.sheet("Head") is document.sheet("Head") and document.sheet("Head").scope == "Head"
    with pytest.raises(NetworkError, match="no block called ‘Tail’"):
        document.sheet("Tail")


def test_each_sheet_hears_what_happened_in_it(document: Document) -> None:
    head = document.sheet("Head")
    main_told, head_told = heard(document), heard(head)
    head.apply(SetParam("n1", "out_features", 9))
    document.apply(SetParam("n1", "bias", False))
    assert [change.network for change in main_told] == [(), (Change("params", ("n1",)),)]
    assert [change.network for change in head_told] == [(Change("params", ("n1",), scope="Head"),), ()]
    assert head_told[0].reports == {"n1"} and main_told[0].reports == frozenset()
    assert head.analysis["n1"].shape == (9,) and document.analysis["n1"].shape == (3,)


def test_edits_of_all_sheets_are_undone_in_one_order(document: Document) -> None:
    head = document.sheet("Head")
    head.apply(SetParam("n1", "out_features", 5), merge=True)
    head.apply(SetParam("n1", "out_features", 55), merge=True)
    head.apply(SetSection("data", {"source": "iris"}))
    document.undo()
    document.undo()
    assert head.network["n1"].params == {"out_features": 3} and document.undo_label == ""


def test_a_sheet_of_a_scope_that_is_gone_is_quiet_and_lives_on_with_it(document: Document) -> None:
    head = document.sheet("Head")
    document.apply(RemoveScope("Head"))
    told = heard(head)
    document.apply(AddNode(Node("b", "ReLU")))
    assert told == []
    with pytest.raises(NetworkError, match="no block"):
        _ = head.network
    document.undo()
    document.undo()
    assert told[-1].network == (Change("scope", scope="Head"),) and head.network["n1"].kind == "Linear"


def test_a_new_scope_has_a_sheet_at_once(document: Document) -> None:
    document.apply(AddScope("Tail", Network([Node("x", "ReLU")])))
    assert document.sheet("Tail").analysis["x"].issues
