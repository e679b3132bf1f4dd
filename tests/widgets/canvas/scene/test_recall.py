"""What is selected after an undo."""

from __future__ import annotations

from PySide6.QtCore import Qt

from models.document import MAIN, DocumentChange, ScopeChange
from models.document.edits import RemoveNodes, Rename, SetParam
from models.network import Change
from widgets.canvas.scene.recall import Recall


def change(*steps: Change) -> DocumentChange:
    return DocumentChange("", {MAIN: ScopeChange(steps)})


def test_undo_of_a_deletion_selects_what_was_deleted(hand):
    hand.view.select({"conv1", "relu1"})
    hand.press(Qt.Key.Key_Delete)
    assert hand.view.selection() == frozenset()
    hand.document.undo()
    assert hand.view.selection() == {"conv1", "relu1"}
    hand.document.redo()
    hand.document.undo()
    assert hand.view.selection() == {"conv1", "relu1"}


def test_undo_selects_all_that_was_selected_when_a_part_of_it_went(hand):
    hand.view.select({"conv1", "relu1"})
    hand.document.apply(RemoveNodes(["relu1"]))
    assert hand.view.selection() == {"conv1"}
    hand.document.undo()
    assert hand.view.selection() == {"conv1", "relu1"}


def test_undo_of_deletions_goes_back_step_by_step(hand):
    for id in ("conv1", "relu1"):
        hand.view.select({id})
        hand.view.delete()
    hand.document.undo()
    assert hand.view.selection() == {"relu1"}
    hand.document.undo()
    assert hand.view.selection() == {"conv1"}


def test_what_others_remove_and_bring_back_leaves_the_selection(hand):
    hand.view.select({"conv1"})
    hand.document.apply(RemoveNodes(["relu1"]))
    hand.document.undo()
    assert hand.view.selection() == {"conv1"}


def test_other_changes_keep_the_selection(hand):
    hand.view.select({"conv1"})
    hand.document.apply(SetParam("conv1", "out_channels", 8))
    assert hand.view.selection() == {"conv1"}
    hand.document.apply(Rename("conv1", "first"))
    assert hand.view.selection() == {"first"}
    hand.document.undo()
    assert hand.view.selection() == {"conv1"}


def test_undo_and_redo_of_a_paste_select_the_copies_again(hand):
    hand.view.select({"relu1"})
    hand.view.duplicate()
    copies = hand.view.selection()
    hand.document.undo()
    assert hand.view.selection() == frozenset()
    hand.document.redo()
    assert hand.view.selection() == copies == {"relu2"}


def test_only_so_many_deletions_are_remembered():
    recall = Recall()
    for number in range(200):
        name = f"relu{number}"
        assert name in recall.after(change(Change("removed", (name,))), frozenset({name}))
    assert recall.after(change(Change("added", ("relu0",))), frozenset()) == frozenset()
    assert recall.after(change(Change("added", ("relu199",))), frozenset()) == {"relu199"}
