"""What is selected after an undo, and which cards are new."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from models.checks import findings
from models.document import MAIN, DocumentChange, ScopeChange
from models.document.edits import Move, RemoveNodes, Rename, SetParam
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


def test_what_takes_the_place_of_selected_cards_is_selected_in_history_too(hand):
    hand.view.select({"conv1", "relu1"})
    hand.view.replace("GELU", ["relu1"])
    assert hand.view.selection() == {"gelu1"}
    hand.document.undo()
    assert hand.view.selection() == {"relu1"}
    hand.document.redo()
    assert hand.view.selection() == {"gelu1"}
    hand.view.select({"conv1"})
    hand.document.undo()
    assert hand.view.selection() == {"conv1"}


# Newcomers


def shows_an_error(hand, id: str) -> bool:
    return hand.view.scene.cards[id].face.problem is not None


def test_a_new_card_is_neutral_until_something_else_is_edited(hand):
    hand.view.insert_kind("Conv2d", QPointF(600, 300))
    assert not shows_an_error(hand, "conv2")
    hand.document.apply(SetParam("conv2", "out_channels", 3))
    hand.document.apply(Move({"relu1": (0.0, 200.0)}))
    assert not shows_an_error(hand, "conv2"), "what is done with it, and where cards lie, is no edit elsewhere"
    hand.document.apply(SetParam("conv1", "out_channels", 3))
    assert shows_an_error(hand, "conv2")


def test_another_new_card_is_an_edit_elsewhere(hand):
    hand.view.insert_kind("Conv2d", QPointF(600, 300))
    hand.view.insert_kind("Conv2d", QPointF(600, 500))
    assert shows_an_error(hand, "conv2") and not shows_an_error(hand, "conv3")


def test_what_is_wrong_with_the_settings_of_a_new_card_shows_at_once(hand):
    hand.view.insert_kind("Conv2d", QPointF(600, 300))
    hand.document.apply(SetParam("conv2", "out_channels", -3))
    assert shows_an_error(hand, "conv2")


def test_findings_that_come_later_keep_a_new_card_neutral(hand):
    hand.view.insert_kind("Conv2d", QPointF(600, 300))
    hand.view.set_issues(findings(hand.document))
    assert not shows_an_error(hand, "conv2")
    assert any(finding.node == "conv2" for finding in findings(hand.document)), "it is listed all the same"


def test_a_new_card_keeps_its_peace_whatever_is_done_and_undone_with_it(hand):
    hand.view.insert_kind("Conv2d", QPointF(600, 300))
    hand.document.apply(Rename("conv2", "first"))
    assert not shows_an_error(hand, "first")
    hand.document.undo()
    assert not shows_an_error(hand, "conv2")
    hand.document.undo()
    hand.document.redo()
    assert shows_an_error(hand, "conv2"), "what comes back is not new"
