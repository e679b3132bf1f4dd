"""The document: one undo stack, what is told of each edit, and what counts as saved."""

from __future__ import annotations

import threading

import pytest
from random_edits import chain, state

from models.document import Document, DocumentChange
from models.document.edits import AddNode, Move, RemoveNodes, SetParam, SetSection
from models.network import NetworkError, Node


def document_of_three() -> Document:
    return chain(("Input", {"shape": [4]}), ("Linear", {"out_features": 3}), ("Output", {}))


def test_an_edit_is_told_with_the_reports_it_changed() -> None:
    document = document_of_three()
    told: list[DocumentChange] = []
    document.changed.connect(told.append)
    document.apply(SetParam("n1", "out_features", 7))
    assert told[0].label == "Set out_features of n1"
    assert told[0].reports == {"n1", "n2"} and told[0].sections == ()
    assert [change.what for change in told[0].network] == ["params"]
    document.apply(SetSection("training", {"epochs": 2}))
    assert told[1].sections == ("training",) and told[1].network == () and told[1].reports == frozenset()


def test_the_analysis_is_up_to_date_when_the_edit_is_told() -> None:
    document = document_of_three()
    shapes: list[object] = []
    document.changed.connect(lambda change: shapes.append(document.analysis["n2"].shape))
    document.apply(SetParam("n1", "out_features", 9))
    document.undo()
    assert shapes == [(9,), (3,)]


def test_undo_and_redo_have_labels() -> None:
    document = document_of_three()
    assert (document.undo_label, document.redo_label) == ("", "")
    document.apply(AddNode(Node("a", "ReLU")))
    document.undo()
    assert (document.undo_label, document.redo_label) == ("", "Add ReLU")
    document.undo()
    document.redo()
    document.redo()
    assert document.undo_label == "Add ReLU"


def test_a_new_edit_forgets_what_was_undone() -> None:
    document = document_of_three()
    document.apply(AddNode(Node("a", "ReLU")))
    document.undo()
    document.apply(AddNode(Node("b", "ReLU")))
    assert document.redo_label == ""


def test_a_refused_edit_is_not_told_and_not_undone() -> None:
    document = document_of_three()
    told: list[DocumentChange] = []
    document.changed.connect(told.append)
    with pytest.raises(NetworkError):
        document.apply(RemoveNodes(["nowhere"]))
    with pytest.raises(ValueError, match="views"):
        document.apply(SetSection("views", {}))
    assert told == [] and document.undo_label == "" and not document.is_modified
    document.apply(Move({"n1": (3, 4)}))
    assert [change.what for change in told[0].network] == ["moved"]


def test_typing_is_one_undo() -> None:
    document = document_of_three()
    for value in (1, 12, 128):
        document.apply(SetParam("n1", "out_features", value), merge=True)
    document.undo()
    assert document.network["n1"].params == {"out_features": 3}
    assert document.undo_label == ""


def test_typing_after_an_undo_begins_anew() -> None:
    document = document_of_three()
    document.apply(SetParam("n1", "out_features", 1), merge=True)
    document.apply(SetParam("n1", "bias", False))
    document.undo()
    document.apply(SetParam("n1", "out_features", 12), merge=True)
    document.undo()
    assert document.network["n1"].params == {"out_features": 1}


def test_typing_after_a_save_begins_anew() -> None:
    document = document_of_three()
    document.apply(SetParam("n1", "out_features", 1), merge=True)
    document.mark_saved()
    document.apply(SetParam("n1", "out_features", 12), merge=True)
    assert document.is_modified
    document.undo()
    assert not document.is_modified and document.network["n1"].params == {"out_features": 1}


def test_what_counts_as_saved() -> None:
    document = document_of_three()
    assert not document.is_modified
    document.apply(SetParam("n1", "bias", False))
    assert document.is_modified
    document.mark_saved()
    assert not document.is_modified
    document.undo()
    assert document.is_modified
    document.redo()
    assert not document.is_modified
    document.mark_modified()
    assert document.is_modified


def test_what_was_edited_while_it_was_saved_is_not_saved() -> None:
    document = document_of_three()
    document.apply(SetParam("n1", "out_features", 5))
    state = document.state()
    document.apply(SetParam("n1", "out_features", 55), merge=True)
    document.mark_saved(state)
    assert document.is_modified
    document.undo()
    assert document.network["n1"].params["out_features"] == 5 and not document.is_modified
    document.undo()
    assert document.is_modified
    document.redo()
    assert not document.is_modified


def test_a_state_taken_on_another_thread_goes_with_what_was_copied() -> None:
    document = document_of_three()
    seen: dict[object, int] = {}
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            with document.lock:
                state, size = document.state(), document.network["n1"].params["out_features"]
            assert seen.setdefault(state, size) == size

    thread = threading.Thread(target=look)
    thread.start()
    for size in range(4, 1500):
        document.apply(SetParam("n1", "out_features", size), merge=True)
        if size % 7 == 0:
            document.undo()
            document.redo()
    done.set()
    thread.join()
    assert len(seen) > 1


def test_history_changes_are_told() -> None:
    document = document_of_three()
    heard: list[bool] = []
    document.history_changed.connect(lambda: heard.append(document.is_modified))
    document.apply(SetParam("n1", "bias", False))
    document.mark_saved()
    document.undo()
    document.mark_modified()
    assert heard == [True, False, True, True]


def test_sections_are_read_and_replaced() -> None:
    document = Document(data={"source": "iris"})
    assert document.data == {"source": "iris"} and document.training == {}
    document.apply(SetSection("data", {"source": "digits"}))
    assert document.data == {"source": "digits"}
    document.undo()
    assert document.data == {"source": "iris"}


def test_another_thread_under_the_lock_never_sees_half_an_edit() -> None:
    document = chain(*[("ReLU", {})] * 40)
    torn: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            with document.lock:
                count = len(document.network.nodes)
            if count not in {0, 40}:
                torn.append(count)

    thread = threading.Thread(target=look)
    thread.start()
    for _ in range(50):
        document.apply(RemoveNodes(list(document.network.nodes)))
        document.undo()
    done.set()
    thread.join()
    assert not torn
    assert state(document).count(b"ReLU") == 40


def test_what_became_known_is_noted_beside_the_history() -> None:
    document = document_of_three()
    document.apply(SetParam("n1", "out_features", 7))
    document.mark_saved()
    told: list[DocumentChange] = []
    document.changed.connect(told.append)
    document.note("data_content", {"path": {"name": "a.csv"}})
    assert [change.sections for change in told] == [("data_content",)]
    assert not document.is_modified and document.undo_label == "Set out_features of n1"
    document.undo()
    assert document.content.section("data_content") == {"path": {"name": "a.csv"}}
    with pytest.raises(ValueError, match="no section"):
        document.note("nonsense", {})
