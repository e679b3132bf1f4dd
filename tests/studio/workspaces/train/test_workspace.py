"""The Train workspace: its list of runs, curves, log and settings, on runs that were trained some time ago."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from documents import mlp
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot
from train_page import LONG, old_run, rows, settle
from waiting import idle, until

from models.storage import files
from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow
from studio.workspaces.train.workspace import TrainWorkspace
from studio.workspaces.workspace import WORKSPACES
from widgets.charts.card import Look
from widgets.controls import Label

# Without a run


def test_without_runs_it_says_how_to_start_one(window: MainWindow) -> None:
    window.show_workspace("train")
    panel = window.workspace("train").panel
    settle(window.workspace("train"))
    assert panel.empty.isVisible() and not panel.list.isVisible()


def test_past_runs_are_listed_latest_first(train: TrainWorkspace) -> None:
    assert sorted(rows(train)) == ["run 1", "run 2", "run 3"]
    assert rows(train)["run 2"] == ("finished", "96.7 %", "3 of 3")
    assert train.panel.list.isVisible() and not train.panel.empty.isVisible()


def test_runs_are_overlaid_in_colors_of_their_own(train: TrainWorkspace, past: list[RunFolder]) -> None:
    for run in past:
        train.panel.toggle(run.id)
    settle(train)
    shown = train.panel.list.runs.shown
    assert sorted(shown.values()) == [0, 1, 2]
    assert len(train.curves.loss.table()[0]) == 4
    train.panel.toggle(past[0].id)
    assert train.panel.list.runs.shown == {run.id: shown[run.id] for run in past[1:]}


def test_the_log_is_that_of_the_chosen_run(train: TrainWorkspace, past: list[RunFolder], qtbot: QtBot) -> None:
    train.panel.list.choose(past[1].id)
    settle(train)
    assert train.log.list.accessibleName() == "Log of run 2"
    assert len(train.log.texts()) == 5
    train.panel.toggle(past[0].id)
    settle(train)
    assert len(train.log.texts()) == 5


def test_keys_draw_and_open(window: MainWindow, train: TrainWorkspace, past: list[RunFolder], qtbot: QtBot) -> None:
    train.panel.list.choose(past[2].id)
    qtbot.keyClick(train.panel.list, Qt.Key.Key_Space)
    assert list(train.curves.colors) == [past[2].id]
    qtbot.keyClick(train.panel.list, Qt.Key.Key_Return)
    until(lambda: window.pages.currentWidget() is window.design)
    assert window.controller.title == "exam"
    assert window.controller.document.training["epochs"] == 3


def test_without_a_ticked_run_there_is_one_hint(train: TrainWorkspace, past: list[RunFolder]) -> None:
    assert train.hint.isVisible() and not any(chart.isVisible() for chart in train.curves.charts())
    train.panel.toggle(past[0].id)
    settle(train)
    assert not train.hint.isVisible() and all(chart.isVisible() for chart in train.curves.charts())
    train.panel.toggle(past[0].id)
    assert train.hint.isVisible() and not train.curves.loss.isVisible()


def test_the_latest_run_of_the_document_is_drawn_at_first(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "net.netloom"
    files.write(mlp(), path)
    for number in (1, 2):
        run = old_run(window.training.runs_dir, number, document_path=str(path))
    old_run(window.training.runs_dir, 3)
    window.open(path)
    idle(window)
    window.show_workspace("train")
    train = window.workspace("train")
    assert isinstance(train, TrainWorkspace)
    until(lambda: set(train.curves.colors) == {run.id})
    settle(train)
    assert train.curves.loss.isVisible()
    train.panel.toggle(run.id)
    train.panel.refresh()
    settle(train)
    assert not train.curves.colors and train.hint.isVisible(), "it stays away once it was taken off"


def test_one_chart_can_have_all_the_room(train: TrainWorkspace, past: list[RunFolder]) -> None:
    train.panel.toggle(past[0].id)
    settle(train)
    train.curves.loss.enlarge_requested.emit()
    assert [chart.isVisible() for chart in train.curves.charts()] == [True, False, False] and not train.log.isVisible()
    train.curves.loss.enlarge_requested.emit()
    assert all(chart.isVisible() for chart in train.curves.charts()) and train.log.isVisible()


def test_a_run_that_is_drawn_is_read(train: TrainWorkspace, past: list[RunFolder]) -> None:
    for run, name in zip(past, ("run 1", "run 2", "run 3"), strict=True):
        train.panel.toggle(run.id)
        settle(train)
        assert train.log.list.accessibleName() == f"Log of {name}"
        assert train.strip.name.text() == name and train.panel.list.current_id() == run.id


def test_the_log_is_that_of_the_network_that_is_open(window: MainWindow, train: TrainWorkspace) -> None:
    assert train.strip.name.text() == "No run of this network yet" and train.panel.shown is None
    window.controller.show_run(mlp(), "exam")
    settle(train)
    assert train.strip.name.text() in ("run 1", "run 2", "run 3") and len(train.log.texts()) == 5
    window.controller.show_run(mlp(), "another")
    settle(train)
    assert train.strip.name.text() == "No run of this network yet" and train.log.texts() == []
    assert train.panel.list.current_id() == ""


def test_search_finds_what_can_be_done_with_the_chosen_run_and_the_charts(
    window: MainWindow, train: TrainWorkspace, past: list[RunFolder]
) -> None:
    train.panel.list.choose(past[0].path.name)
    window.show_workspace("design")
    found = {(command.menu, command.text): command for command in WORKSPACES["train"].finds(window)}
    found["Chosen run", "Show only this run"].run()
    assert list(train.curves.colors) == [past[0].path.name]
    assert window.pages.currentWidget() is train
    found[f"Chart · {train.curves.loss.title}", "Logarithmic y"].run()
    assert train.curves.loss.look[0]


def test_only_one_run_and_the_settings_of_a_run(
    window: MainWindow, train: TrainWorkspace, past: list[RunFolder]
) -> None:
    for run in past:
        train.panel.toggle(run.id)
    train.panel.list.only_requested.emit(past[1].id)
    assert list(train.curves.colors) == [past[1].id]
    train.panel.list.settings_requested.emit(past[1].id)
    assert window.controller.document.training == {"epochs": 3}
    window.controller.undo()
    assert window.controller.document.training["epochs"] == LONG
    train.panel.list.copy_requested.emit(past[1].id)
    assert QApplication.clipboard().text() == str(past[1].path)
    settle(train)


def test_runs_of_other_data_are_said_on_the_charts(window: MainWindow, train: TrainWorkspace) -> None:
    losses = ["CrossEntropyLoss"], ["MSELoss"]
    runs = [
        old_run(window.training.runs_dir, 20 + k, dataset=data, settings={"epochs": 3, "losses": losses[k]})
        for k, data in enumerate(("digits", "iris"))
    ]
    train.panel.refresh()
    settle(train)
    for run in runs:
        train.panel.toggle(run.id)
    settle(train)
    assert train.curves.loss._plot.warning == "Different losses: CrossEntropyLoss; MSELoss"
    assert all(chart._plot.warning == "Different data: digits, iris" for chart in train.curves.metrics)
    train.panel.list.settings_requested.emit(runs[0].id)
    assert window.controller.document.training == {"epochs": 3}, "what is no setting of a run stays out"
    assert train.curves.loss.table()[0][1:] == ("digits validation", "iris validation")
    assert [train.panel.list.runs.names[run.id] for run in runs] == ["digits", "iris"]
    train.panel.toggle(runs[0].id)
    assert train.curves.loss._plot.warning == ""


def test_a_chart_is_saved_as_values_and_picture(
    window: MainWindow, train: TrainWorkspace, past: list[RunFolder], tmp_path: Path
) -> None:
    train.panel.toggle(past[0].id)
    settle(train)
    train._write_chart(train.curves.loss, "csv", tmp_path / "loss.csv")
    until(lambda: window.banner.text() == "Saved loss.csv.")
    assert (tmp_path / "loss.csv").read_text().splitlines()[1].startswith("run 1,validation,1.0,1.0")
    train._write_chart(train.curves.loss, "png", tmp_path / "nowhere" / "loss.png")
    until(lambda: window.banner.text().startswith("Could not write loss.png"))


def test_how_charts_are_looked_at_is_remembered_by_document(window: MainWindow, train: TrainWorkspace) -> None:
    train.curves.loss._choose(Look(True, False, 0.05))
    window.controller.show_run(mlp(), "another")
    assert train.curves.loss.look == Look(True, False, 0.05), "documents without a file share one memory"
    kept = json.loads(window.settings.text("train/charts"))
    assert kept[""]["looks"] == {"loss": [True, False, 0.05, ""]}


def test_renaming_reaches_row_curve_and_log(train: TrainWorkspace, past: list[RunFolder], qtbot: QtBot) -> None:
    train.panel.toggle(past[0].id)
    train.panel.list.choose(past[0].id)
    settle(train)
    qtbot.keyClick(train.panel.list, Qt.Key.Key_F2)
    (dialog,) = train.findChildren(QInputDialog)
    assert dialog.textValue() == "run 1"
    dialog.setTextValue("best")
    dialog.accept()
    settle(train)
    assert "best" in rows(train)
    assert train.curves.loss.table()[0][1] == "best validation"
    assert train.log.list.accessibleName() == "Log of best"


def test_an_empty_name_is_refused(window: MainWindow, train: TrainWorkspace, past: list[RunFolder]) -> None:
    train.panel._rename(past[0].id, "  ")
    settle(train)
    assert "needs a name" in window.banner.text()
    assert "run 1" in rows(train)


def test_deleting_can_be_undone(window: MainWindow, train: TrainWorkspace, past: list[RunFolder], qtbot: QtBot) -> None:
    train.panel.toggle(past[0].id)
    train.panel.list.choose(past[0].id)
    settle(train)
    qtbot.keyClick(train.panel.list, Qt.Key.Key_Delete)
    settle(train)
    assert "run 1" not in rows(train) and not train.curves.colors
    assert window.banner.text() == "Deleted run 1."
    assert window.messages._present is not None
    dict(window.messages._present.actions)["Undo"]()
    settle(train)
    assert "run 1" in rows(train)


def test_a_run_whose_folder_is_gone_leaves_the_charts(train: TrainWorkspace, past: list[RunFolder]) -> None:
    train.panel.toggle(past[0].id)
    settle(train)
    shutil.rmtree(past[0].path)
    train.panel.refresh()
    settle(train)
    assert "run 1" not in rows(train) and not train.curves.colors


def test_a_run_whose_document_is_damaged_is_said(
    window: MainWindow, train: TrainWorkspace, past: list[RunFolder]
) -> None:
    past[0].document_path.write_bytes(b"\x00")
    window.training.open_trained(past[0].id)
    until(lambda: "document.netloom" in window.banner.text())
    assert window.pages.currentWidget() is train


# Settings


def test_a_setting_is_an_edit_of_the_document(window: MainWindow, train: TrainWorkspace) -> None:
    train.form.changed.emit("epochs", 7)
    assert window.controller.document.training["epochs"] == 7
    assert window.controller.document.training["seed"] == 7
    window.controller.undo()
    assert window.controller.document.training["epochs"] == LONG


def test_the_picture_of_the_schedule_follows(window: MainWindow, train: TrainWorkspace) -> None:
    before = train.preview.accessibleName()
    train.form.changed.emit("schedule", {"kind": "CosineAnnealingLR"})
    assert train.preview.accessibleName() != before
    window.controller.undo()
    assert train.preview.accessibleName() == before


def test_the_picture_of_the_schedule_counts_accumulated_updates(window: MainWindow, train: TrainWorkspace) -> None:
    """120 flowers in batches of 32 are four updates an epoch, accumulated by four one: half of the warm-up."""
    window.controller.show_run(mlp(warmup=6, epochs=3), "short")
    assert train.preview.accessibleName() == "Learning rate from 0.000166667 to 0.001"
    window.controller.show_run(mlp(warmup=6, epochs=3, accumulate=4), "short")
    assert train.preview.accessibleName() == "Learning rate from 0.000166667 to 0.0005"


@pytest.mark.parametrize(
    ("by", "kind", "unit"),
    [("epoch", "StepLR", "epochs"), ("update", "StepLR", "updates"), ("update", "ReduceLROnPlateau", "epochs")],
)
def test_a_schedule_says_what_its_numbers_count(
    window: MainWindow, train: TrainWorkspace, by: str, kind: str, unit: str
) -> None:
    window.controller.show_run(mlp(schedule=kind, schedule_by=by), "counted")
    words = {label.text() for label in train.form.editor("schedule").findChildren(Label)}
    assert {"epochs", "updates"} & words == {unit}


def test_another_document_brings_its_settings(window: MainWindow, train: TrainWorkspace) -> None:
    window.controller.show_run(mlp(optimizer={"kind": "SGD", "params": {"lr": 0.25}}), "other")
    assert "0.25" in train.preview.accessibleName()
    assert "Data: Iris ·" in train.data_line.text(), "its title, not the word of the file"


def test_the_networks_of_two_ticked_runs_are_compared(
    window: MainWindow, train: TrainWorkspace, past: list[RunFolder]
) -> None:
    assert train.panel.compare_button.isHidden()
    window.commands.run("compare-runs")
    window.commands.run("average-runs")
    assert window.trained.averaging is None
    assert "Tick two runs" in window.banner.text()
    for run in past[:2]:
        train.panel.toggle(run.id)
    settle(train)
    assert not train.panel.average_button.isHidden()
    train.panel.average_button.click()
    assert window.trained.averaging is not None and len(window.trained.averaging.runs) == 2
    window.trained.averaging.close()
    assert window.trained.averaging is None
    train.panel.compare_button.click()
    until(lambda: window.comparer.shown is not None)
    shown = window.comparer.shown
    assert shown is not None and {shown.left.title, shown.right.title} == {"run 1", "run 2"}
    assert shown.curves is not None and not shown.curves.curves.colors, "curves are read when they are looked at"
    shown.show_view("curves")
    until(lambda: not shown.curves.curves.is_reading)
    assert len(shown.curves.curves.loss.table()[0]) == 3 and shown.curves.curves.loss.isVisible()
    shown.show_view("networks")
    assert shown.sides.isVisible()
    train.panel.toggle(past[2].id)
    assert train.panel.compare_button.isHidden()


def test_the_chosen_run_is_pruned_in_a_window_of_its_own(
    window: MainWindow, train: TrainWorkspace, past: list[RunFolder]
) -> None:
    train.panel.toggle(past[0].id)
    settle(train)
    window.commands.run("prune-run")
    assert window.trained.pruning is not None and window.trained.pruning.run == past[0].path
    window.trained.pruning.close()
    assert window.trained.pruning is None
    (deed,) = (deed for deed in train.panel.deeds_for([past[1].id]) if deed.words == "Prune…")
    deed.run()
    assert window.trained.pruning is not None and window.trained.pruning.run == past[1].path
