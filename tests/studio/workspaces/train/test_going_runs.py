"""Runs that train while the Train workspace, the window or the program comes and goes, by a real worker."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import mlp
from kept_worker import KeptWorker
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from train_page import LONG, old_run, rows, settle
from waiting import idle, until

from models.document.edits import SetSection
from models.storage import files
from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow
from studio.workspaces.train.table.book import _known
from studio.workspaces.train.workspace import TrainWorkspace
from support import within
from widgets.runs.run_model import RunRow


@pytest.fixture
def warm(kept_worker: KeptWorker, train: TrainWorkspace, window: MainWindow) -> Iterator[TrainWorkspace]:
    """The same, when the worker is ready; a run that goes on is stopped at the end."""
    window.training.warm_up()
    until(lambda: window.training.devices)
    yield train
    window.training.stop()
    until(lambda: not window.training.is_training)


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


def test_a_run_that_begins_while_the_list_is_read_stays_on_the_charts(
    train: TrainWorkspace, past: list[RunFolder]
) -> None:
    panel, newest = train.panel, past[-1]
    before = [run for run in train.training.runs.summaries or () if run.id != newest.id]
    panel.show_run(newest.id)
    panel.book._show(_known(before))
    assert list(train.curves.colors) == [newest.id]


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
