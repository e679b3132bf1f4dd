"""The Train workspace: settings, runs, curves, log and strip, on runs that a real worker trained."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import mlp
from kept_worker import KeptWorker
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document.edits import SetSection
from models.storage import files
from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow
from studio.workspaces.train.table.book import _known
from studio.workspaces.train.workspace import TrainWorkspace
from studio.workspaces.workspace import WORKSPACES
from support import within
from widgets.charts.card import Look
from widgets.runs.run_model import RunRow

LONG = 100_000


def old_run(runs_dir: Path, number: int, epochs: int = 3, end: str = "finished", **header: object) -> RunFolder:
    """A finished run that was trained some time ago."""
    document = mlp(epochs=epochs)
    about = {"name": f"run {number}", "title": "exam", "settings": {"epochs": epochs}, **header}
    run = RunFolder.create(runs_dir, files.format_json(files.to_json(document)), "", about)
    writer = run.metric_writer()
    with run.event_log() as events:
        events.write("started", device="cpu")
        for epoch in range(1, epochs + 1):
            values = {"validation/loss": 1 / epoch, "validation/accuracy": 1 - 0.1 / epoch}
            for name, value in values.items():
                writer.record(name, epoch * 10, float(epoch), value)
            events.write("epoch", epoch=epoch, values=values)
        events.write(end)
    writer.close()
    return run


@pytest.fixture
def past(window: MainWindow) -> list[RunFolder]:
    return [old_run(window.training.runs_dir, number) for number in (1, 2, 3)]


@pytest.fixture
def train(window: MainWindow, past: list[RunFolder]) -> TrainWorkspace:
    window.controller.show_run(mlp(epochs=LONG), "flowers")
    window.show_workspace("train")
    workspace = window.workspace("train")
    assert isinstance(workspace, TrainWorkspace)
    settle(workspace)
    return workspace


def settle(train: TrainWorkspace) -> None:
    """Wait for what is read on threads: the list of runs, curves, the log."""
    panel = train.panel
    until(lambda: not (train.training.runs.is_busy or panel.is_reading or train.curves.is_reading))


@pytest.fixture
def warm(kept_worker: KeptWorker, train: TrainWorkspace, window: MainWindow) -> Iterator[TrainWorkspace]:
    """The same, when the worker is ready; a run that goes on is stopped at the end."""
    window.training.warm_up()
    until(lambda: window.training.devices)
    yield train
    window.training.stop()
    until(lambda: not window.training.is_training)


def rows(train: TrainWorkspace) -> dict[str, tuple[str, str, str]]:
    return {row.name: (row.state, row.value, row.detail) for row in train.panel.list.runs.rows}


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


def test_runs_of_other_programs_are_listed_when_one_comes_back(window: MainWindow, train: TrainWorkspace) -> None:
    """Whether to the workspace or to the window."""

    def made_elsewhere(number: int) -> str:
        return old_run(window.training.runs_dir, number).id

    def is_listed(id: str) -> bool:
        return id in {row.id for row in train.panel.list.runs.rows}

    window.show_workspace("design")
    first = made_elsewhere(8)
    window.show_workspace("train")
    until(lambda: is_listed(first))
    second = made_elsewhere(9)
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowActivate))
    until(lambda: is_listed(second))


def test_what_another_program_trains_is_followed_from_its_beginning_to_its_end(
    window: MainWindow, train: TrainWorkspace
) -> None:
    about = {"name": "theirs", "title": "exam", "settings": {"epochs": 3}}
    run = RunFolder.create(window.training.runs_dir, files.format_json(files.to_json(mlp(epochs=3))), "", about)
    train.panel.refresh()
    until(lambda: run.id in rows_by_id(train))
    train.panel.toggle(run.id)
    assert rows_by_id(train)[run.id].state == "created" and run.id not in train.curves.live()
    holding, writer = run.hold(), run.metric_writer()
    with run.event_log() as events:
        events.write("started", device="cpu")
        train.panel.refresh()
        until(lambda: run.id in train.curves.live())
        writer.record("validation/loss", 10, 2.0, 0.5)
        events.write("epoch", epoch=2, values={"validation/loss": 0.5})
        until(lambda: rows_by_id(train)[run.id].detail == "2 of 3")
        events.write("finished")
    until(lambda: rows_by_id(train)[run.id].state == "finished" and run.id not in train.curves.live())
    writer.close()
    holding.release()


def rows_by_id(train: TrainWorkspace) -> dict[str, RunRow]:
    return {row.id: row for row in train.panel.list.runs.rows}


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


def test_a_stopped_run_offers_to_go_on(window: MainWindow, train: TrainWorkspace) -> None:
    stopped = old_run(window.training.runs_dir, 7, end="stopped")
    train.panel.refresh()
    settle(train)
    train.panel.list.choose(stopped.id)
    settle(train)
    assert train.strip.resume.isVisible() and not train.strip.stop.isVisible()
    assert train.strip.state.text() == "Stopped · exam" and train.strip.epoch.text() == "3 of 3 epochs"
    train.panel.list.choose(next(row.id for row in train.panel.list.runs.rows if row.name == "run 1"))
    settle(train)
    assert not train.strip.resume.isVisible() and train.strip.state.text() == "Finished · exam"


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


def test_a_run_that_begins_while_the_list_is_read_stays_on_the_charts(
    train: TrainWorkspace, past: list[RunFolder]
) -> None:
    panel, newest = train.panel, past[-1]
    before = [run for run in train.training.runs.summaries or () if run.id != newest.id]
    panel.show_run(newest.id)
    panel.book._show(_known(before))
    assert list(train.curves.colors) == [newest.id]


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


def test_another_document_brings_its_settings(window: MainWindow, train: TrainWorkspace) -> None:
    window.controller.show_run(mlp(optimizer={"kind": "SGD", "params": {"lr": 0.25}}), "other")
    assert "0.25" in train.preview.accessibleName()
    assert "Data: Iris ·" in train.data_line.text(), "its title, not the word of the file"


# With a run


def test_a_run_from_the_button_to_its_end(window: MainWindow, warm: TrainWorkspace) -> None:
    window.top_bar.train.click()
    until(lambda: warm.log.texts() and "Epoch 2" in " ".join(warm.log.texts()))
    run = window.training.run
    assert run is not None
    assert warm.log.texts()[0].endswith("Started on cpu")
    assert warm.log.list.accessibleName() == "Log of run 4"
    # Log and rows come from the folder, strip and buttons from the worker: either may be ahead.
    until(lambda: rows(warm)["run 4"][0] == "running")
    assert warm.panel.list.current_id() == run.name
    assert warm.panel.list.runs.rows[0].note.endswith(" · flowers")
    until(lambda: "%" in rows(warm)["run 4"][1])
    assert warm.strip.name.text() == "run 4"
    until(lambda: warm.strip.stop.isVisible() and window.top_bar.train.text() == "Training")
    until(lambda: len(warm.curves.loss.table()) > 3)
    seen = rows(warm)["run 4"][2]
    until(lambda: rows(warm)["run 4"][2] != seen)
    warm.strip.pause.click()
    until(lambda: warm.strip.pause.text() == "Continue" and rows(warm)["run 4"][0] == "paused")
    warm.strip.pause.click()
    until(lambda: warm.strip.pause.text() == "Pause" and rows(warm)["run 4"][0] == "running")
    warm.strip.stop.click()
    until(lambda: rows(warm)["run 4"][0] == "stopped")
    until(lambda: not warm.strip.stop.isVisible() and window.top_bar.train.text() == "Train")
    until(lambda: "Stopped" in warm.log.texts()[-1])


@pytest.mark.usefixtures("forked")
def test_a_killed_worker_keeps_every_point_and_resume_goes_on(
    window: MainWindow, train: TrainWorkspace, qtbot: QtBot
) -> None:
    window.train()
    until(lambda: len(train.curves.loss.table()) > 3)

    def kill() -> float:
        points = len(train.curves.loss.table())
        resumed = sum("Resumed at step" in text for text in train.log.texts())
        pid = window.training.worker_pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        start = time.monotonic()
        until(lambda: "killed by signal 9" in window.banner.text())
        taken = time.monotonic() - start
        assert len(train.curves.loss.table()) >= points
        until(lambda: rows(train)["run 4"][0] == "interrupted")
        assert window.messages._present is not None
        dict(window.messages._present.actions)["Resume"]()
        until(lambda: sum("Resumed at step" in text for text in train.log.texts()) > resumed)
        until(lambda: rows(train)["run 4"][0] == "running")
        return taken

    within(1.0, kill)
    xs = [float(row[0]) for row in train.curves.loss.table()[1:]]
    assert xs == sorted(set(xs))
    assert len(train.curves.colors) == 1
    window.training.stop()
    until(lambda: not window.training.is_training)


def test_the_workspace_opened_during_a_run_shows_it(kept_worker: KeptWorker, window: MainWindow, qtbot: QtBot) -> None:
    window.controller.show_run(mlp(epochs=LONG), "flowers")
    window.training.train()
    until(lambda: window.training.current_id)
    window.show_workspace("train")
    train = window.workspace("train")
    until(lambda: len(train.curves.loss.table()) > 2)
    assert train.strip.stop.isVisible()
    assert list(train.curves.colors) == [window.training.current_id]
    until(lambda: "at epoch" in window.training.farewell)
    assert answer_quit(window, "Cancel") == ("Stop the run?", ["Cancel", "Stop and quit"])
    window.controller.apply(SetSection("training", {"epochs": 7}))
    asked = answer_quit(window, "Cancel")
    assert asked == ("Stop the run, and save the changes to flowers?", ["Cancel", "Stop and discard", "Stop and save"])
    assert window.isVisible() and window.training.is_training
    train.strip.stop.setFocus()
    train.strip.stop.click()
    until(lambda: not window.training.is_training)
    assert train.isAncestorOf(window.focusWidget()), "the keyboard stays in the workspace"
    assert window.training.farewell == ""


def answer_quit(window: MainWindow, label: str) -> tuple[str, list[str]]:
    """Close the window, and answer what it asks; gives the question and the answers to choose from."""
    window.close()
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    buttons = {button.text().replace("&", ""): button for button in box.buttons()}
    asked = box.text(), sorted(buttons)
    buttons[label].click()
    until(lambda: not [box for box in window.findChildren(QMessageBox) if box.isVisible()])
    return asked


@pytest.mark.parametrize("answer", ["stop", "discard", "save"])
def test_a_window_that_is_closed_during_a_run_asks_and_then_closes(
    window: MainWindow, tmp_path: Path, answer: str
) -> None:
    window.controller.show_run(mlp(), "flowers")
    window.controller.save_as(tmp_path / "flowers.netloom")
    idle(window)
    if answer != "stop":
        window.controller.apply(SetSection("training", {"epochs": 7}))
    assert not window.files.may_close("run 4 is at epoch 3 of 20.")
    (box,) = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert "run 4 is at epoch 3 of 20." in box.informativeText()
    words = {"stop": "Stop and quit", "discard": "Stop and discard", "save": "Stop and save"}[answer]
    next(button for button in box.buttons() if button.text().replace("&", "") == words).click()
    until(lambda: not window.isVisible())
    saved, _ = files.read(tmp_path / "flowers.netloom")
    assert (saved.training.get("epochs") == 7) is (answer == "save")


def resumed(window: MainWindow, run: RunFolder) -> None:
    """What follows when a run goes on."""
    window.training.run, window.training.run_name = run.path, run.name
    window.training.run_started.emit(run.path)
    until(lambda: window.controller.document.network.nodes and window.pages.name == "train")


def test_a_run_that_goes_on_after_a_restart_brings_its_document(window: MainWindow, tmp_path: Path) -> None:
    resumed(window, old_run(window.training.runs_dir, 1))
    assert window.controller.title == "exam" and window.controller.document.training["epochs"] == 3
    train = window.workspace("train")
    settle(train)
    assert train.log.list.accessibleName() == "Log of run 1"
    assert list(train.curves.colors) == [window.training.run.name if window.training.run else ""]


def test_or_its_file_where_that_is_still_there(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "flowers.netloom"
    path.write_bytes(files.format_json(files.to_json(mlp(epochs=77))))
    resumed(window, old_run(window.training.runs_dir, 1, document_path=str(path)))
    assert window.controller.path == path and window.controller.document.training["epochs"] == 77
    settle(window.workspace("train"))


def test_a_run_of_another_document_says_whose_it_is(window: MainWindow, train: TrainWorkspace) -> None:
    window.training.run_title = "exam"
    assert window.training.whose == "", "none goes on"
    pool = window.training._pool
    window.training.run = Path("/some/run")
    pool.trains = lambda run: True  # type: ignore[method-assign]
    assert window.training.whose == "exam"
    window.training.run_title = "flowers"
    assert window.training.whose == ""
    del pool.trains


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
