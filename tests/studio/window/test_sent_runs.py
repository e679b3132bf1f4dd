"""Runs that come as files are opened, dropped or named at the start, and shown beside those that are here."""

from __future__ import annotations

from pathlib import Path

import pytest
from hostile_runs import make_run
from PySide6.QtWidgets import QFileDialog
from waiting import until

from studio.runs.exchange.pack import pack
from studio.runs.exchange.tensorboard import write_events
from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow
from studio.workspaces.train.table.sent import holds_runs
from studio.workspaces.train.workspace import TrainWorkspace


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """A run as a file."""
    file = tmp_path / "exam run 3.netloomrun"
    pack(make_run(tmp_path / "elsewhere"), file)
    return file


def shown(window: MainWindow) -> TrainWorkspace:
    """The workspace, when what was sent is on its charts."""
    until(lambda: not window.sent_runs.is_busy)
    train = window.made("train")
    assert isinstance(train, TrainWorkspace)
    until(lambda: not (window.training.runs.is_busy or train.panel.is_reading or train.curves.is_reading))
    return train


def test_a_sent_run_is_opened_like_a_document(window: MainWindow, sent: Path) -> None:
    window.files.ask_open()
    (dialog,) = [each for each in window.findChildren(QFileDialog) if each.isVisible()]
    dialog.fileSelected.emit(str(sent))
    dialog.close()
    train = shown(window)
    assert window.pages.currentWidget() is train
    assert [run.id for run in train.panel.book.known.summaries] == list(train.curves.colors)
    window.open(sent)
    assert len(shown(window).panel.book.known.summaries) == 1, "it is the same run"


def test_a_sent_run_is_taken_when_it_is_dropped_and_when_the_window_begins_with_it(
    window: MainWindow, make_window: type, sent: Path
) -> None:
    take = next(each for each in window.file_drop.takes if each.accepts(sent))
    take.take(sent)
    assert len(shown(window).curves.colors) == 1
    other = make_window(sent)
    assert len(shown(other).curves.colors) == 1


def test_event_files_of_tensorboard_become_runs(window: MainWindow, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "elsewhere", b"", "", {"name": "theirs"})
    with run.metric_writer() as writer:
        for step in (1, 2, 3):
            writer.record("validation/loss", step, step, 1 / step)
    write_events(run, tmp_path / "board")
    assert holds_runs(tmp_path / "board") and not holds_runs(tmp_path / "elsewhere")
    window.open(tmp_path / "board")
    train = shown(window)
    assert [run.name[:6] for run in train.panel.book.known.summaries] == ["theirs"]
    assert len(train.curves.loss.table()) == 4


def test_what_is_no_run_is_said(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "broken.netloomrun"
    file.write_bytes(b"no zip at all")
    window.open(file)
    until(lambda: not window.sent_runs.is_busy)
    assert "no run that Netloom has sent" in window.banner.text()
