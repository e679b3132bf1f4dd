"""What the doctor says above the log: of the run that is shown, again when it goes on, with remedies that apply."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from documents import mlp
from pytestqt.qtbot import QtBot

from models.storage import files
from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow
from studio.workspaces.train import run_doctor
from studio.workspaces.train.run_doctor import RunDoctor
from studio.workspaces.train.workspace import TrainWorkspace
from widgets.controls.note import Note

TRAIN = (1.0, 0.5, 0.3, 0.2, 0.1, 0.05)
LEARNS_BY_HEART = (1.1, 0.7, 0.6, 0.8, 0.9, 0.9)
WELL = (1.1, 0.6, 0.5, 0.45, 0.449, 0.449)


def a_run(folder: Path, validation: Iterable[float], *, over: bool = True) -> RunFolder:
    document = mlp(epochs=len(TRAIN))
    header = {"name": "run 1", "settings": {"epochs": len(TRAIN)}}
    run = RunFolder.create(folder, files.format_json(files.to_json(document)), "", header)
    go_on(run, zip(range(1, 9), TRAIN, validation, strict=False), over=over)
    return run


def go_on(run: RunFolder, epochs: Iterable[tuple[int, float, float]], *, over: bool) -> None:
    writer = run.metric_writer()
    for epoch, train, validation in epochs:
        writer.record("train/loss", epoch, float(epoch), train)
        writer.record("validation/loss", epoch, float(epoch), validation)
    writer.close()
    if over:
        with run.event_log() as events:
            events.write("finished")


@pytest.fixture
def doctor(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> RunDoctor:
    monkeypatch.setattr(run_doctor, "PATIENCE_MS", 10)
    made = RunDoctor()
    qtbot.addWidget(made)
    return made


def examine(qtbot: QtBot, doctor: RunDoctor, path: Path) -> list[str]:
    with qtbot.waitSignals([doctor.examined] * 2, timeout=60_000):
        doctor.show_run(path)
    return doctor.sentences()


def test_a_run_that_learns_by_heart_is_told_with_its_remedy(qtbot: QtBot, doctor: RunDoctor, tmp_path: Path) -> None:
    (sentence,) = examine(qtbot, doctor, a_run(tmp_path, LEARNS_BY_HEART).path)
    assert sentence.startswith("Validation loss rose from 0.6 in epoch 3 to 0.9")
    note = doctor.findChild(Note)
    assert not doctor.isHidden() and note is not None
    assert [button.text() for button in note.buttons] == ["Show on chart", "Train for 3 epochs"]
    with qtbot.waitSignal(doctor.mend_requested) as asked:
        note.buttons[1].click()
    assert asked.args[0].label == "Train for 3 epochs"


def test_a_healthy_run_is_told_to_learn_steadily(qtbot: QtBot, doctor: RunDoctor, tmp_path: Path) -> None:
    said = examine(qtbot, doctor, a_run(tmp_path, WELL).path)
    assert said == ["Learning steadily: validation loss fell from 1.1 to 0.449 in epoch 5."]
    assert doctor.findings == [] and not doctor.isHidden()


def test_a_run_of_one_epoch_leaves_the_log_its_room(qtbot: QtBot, doctor: RunDoctor, tmp_path: Path) -> None:
    assert examine(qtbot, doctor, a_run(tmp_path, WELL[:1], over=False).path) == []
    assert doctor.isHidden()


def test_a_run_that_goes_on_is_looked_at_again(qtbot: QtBot, doctor: RunDoctor, tmp_path: Path) -> None:
    run = a_run(tmp_path, LEARNS_BY_HEART[:2], over=False)
    assert examine(qtbot, doctor, run.path) == [
        "Learning steadily: validation loss fell in every epoch from 1.1 to 0.7."
    ]
    go_on(run, zip(range(3, 9), TRAIN[2:], LEARNS_BY_HEART[2:], strict=False), over=False)
    doctor.look_again("another run")
    doctor.look_again(run.id)
    qtbot.waitUntil(lambda: len(doctor.findings) == 1, timeout=60_000)


def test_another_run_wipes_what_was_said(qtbot: QtBot, doctor: RunDoctor, tmp_path: Path) -> None:
    assert examine(qtbot, doctor, a_run(tmp_path / "a", LEARNS_BY_HEART).path)
    assert not examine(qtbot, doctor, a_run(tmp_path / "b", WELL[:1]).path)


def test_a_folder_that_is_no_run_says_nothing_here(qtbot: QtBot, doctor: RunDoctor, tmp_path: Path) -> None:
    assert examine(qtbot, doctor, tmp_path) == []


def test_the_remedy_of_a_chosen_run_is_one_edit_of_the_document(qtbot: QtBot, window: MainWindow) -> None:
    run = a_run(window.training.runs_dir, LEARNS_BY_HEART)
    window.controller.show_run(mlp(epochs=6), "flowers")
    window.show_workspace("train")
    train = window.workspace("train")
    assert isinstance(train, TrainWorkspace)
    qtbot.waitUntil(lambda: bool(train.panel.list.runs.rows), timeout=60_000)
    train.panel.show_log(run.id)
    qtbot.waitUntil(lambda: len(train.doctor.sentences()) == 1, timeout=60_000)
    note = train.doctor.findChild(Note)
    assert note is not None
    note.buttons[1].click()
    assert window.controller.document.training["epochs"] == 3
    window.controller.document.undo()
    assert window.controller.document.training["epochs"] == 6


def test_a_finding_is_shown_on_its_chart(qtbot: QtBot, window: MainWindow) -> None:
    run = a_run(window.training.runs_dir, LEARNS_BY_HEART)
    window.show_workspace("train")
    train = window.workspace("train")
    assert isinstance(train, TrainWorkspace)
    qtbot.waitUntil(lambda: bool(train.panel.list.runs.rows), timeout=60_000)
    train.panel.show_log(run.id)
    qtbot.waitUntil(lambda: len(train.doctor.findings) == 1, timeout=60_000)
    train.looks.hide("loss")
    note = train.doctor.findChild(Note)
    assert note is not None and run.id not in train.curves.colors
    note.buttons[0].click()
    qtbot.waitUntil(lambda: train.curves.rate._pointer == 3.0, timeout=60_000)
    assert "loss" in train.looks.shown(["loss", "rate"]) and train.curves.loss._pointer is None
    assert [marker.text for _, marker in train.curves.loss._plot.markers] == ["Starts to overfit"]
