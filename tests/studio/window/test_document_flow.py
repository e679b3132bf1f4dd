"""Opening, saving and closing while the disk is slow: nothing is lost, nothing waits, and what goes on is said."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked import banner_button, edit, on_disk, questions
from documents import mlp
from PySide6.QtWidgets import QMessageBox
from waiting import idle, until

from models.storage import files, journal
from studio.window.main_window import MainWindow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    file = tmp_path / "work" / "exam.netloom"
    files.write(mlp(), file)
    return file


@pytest.fixture
def gate(window: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A document is open; from now on the disk takes and gives nothing until the gate is opened."""
    window.open(path)
    idle(window)
    gate = threading.Event()
    read, sync = files.read, os.fsync

    def slow_sync(handle: int) -> None:
        assert threading.current_thread().name != "background" or gate.wait(60)
        sync(handle)

    monkeypatch.setattr(os, "fsync", slow_sync)
    monkeypatch.setattr(files, "read", lambda place: gate.wait(60) and read(place))
    yield gate
    gate.set()
    idle(window)


def test_quitting_during_a_save_closes_when_it_is_saved(window: MainWindow, gate: threading.Event, path: Path) -> None:
    edit(window, 5)
    window.save()
    window.close()
    assert window.isVisible() and not questions(window)
    assert window.banner.text() == "Netloom closes when exam is saved."
    gate.set()
    until(lambda: not window.isVisible())
    assert on_disk(path) == 5 and journal.recoverable() == []


def test_edits_made_while_it_is_saved_are_asked_about_before_it_closes(
    window: MainWindow, gate: threading.Event, path: Path
) -> None:
    edit(window, 5)
    window.save()
    until(lambda: list(path.parent.glob(".*")), "the copy of the document that is written")
    window.close()
    edit(window, 6)
    gate.set()
    until(lambda: questions(window))
    assert window.isVisible() and on_disk(path) == 5
    questions(window)[0].button(QMessageBox.StandardButton.Save).click()
    until(lambda: not window.isVisible())
    assert on_disk(path) == 6


def test_a_save_that_fails_keeps_the_window_that_was_to_close(
    window: MainWindow, gate: threading.Event, path: Path
) -> None:
    edit(window, 5)
    path.parent.rename(path.parent.with_name("moved"))
    window.save()
    window.close()
    gate.set()
    idle(window)
    assert window.isVisible() and "was not saved" in window.banner.text()
    assert window.controller.document.is_modified


def test_quitting_while_a_document_is_opened_does_not_wait_for_it(
    window: MainWindow, gate: threading.Event, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.services.background.LONGEST_FAREWELL", 0.05)
    window.open(path)
    window.close()
    assert not window.isVisible()


def test_what_takes_long_to_open_is_said_and_can_be_canceled(
    window: MainWindow, gate: threading.Event, path: Path
) -> None:
    document = window.controller.document
    window.open(path)
    until(lambda: window.banner.text() == "Opening exam.netloom…")
    banner_button(window, "Cancel").click()
    assert not window.controller.opening and window.banner.isHidden()
    gate.set()
    idle(window)
    assert window.controller.document is document


def test_what_was_said_of_opening_goes_when_it_is_open(window: MainWindow, gate: threading.Event, path: Path) -> None:
    window.open(path)
    until(lambda: window.banner.text() == "Opening exam.netloom…")
    gate.set()
    idle(window)
    assert window.banner.isHidden()


def test_a_long_save_is_shown(window: MainWindow, gate: threading.Event) -> None:
    edit(window, 5)
    window.save()
    until(lambda: window.status.file.text() == "Saving…")
    gate.set()
    until(lambda: window.status.file.text().startswith("Saved"))


def test_edits_made_while_another_document_is_read_are_asked_about(
    window: MainWindow, gate: threading.Event, path: Path
) -> None:
    window.open(path)
    edit(window, 5)
    document = window.controller.document
    gate.set()
    until(lambda: questions(window))
    questions(window)[0].button(QMessageBox.StandardButton.Cancel).click()
    assert window.controller.document is document and window.controller.document.is_modified


def test_a_second_document_that_is_asked_for_during_a_save_comes_after_it(
    window: MainWindow, gate: threading.Event, path: Path
) -> None:
    edit(window, 5)
    window.save()
    window.open(path)
    assert not questions(window)
    gate.set()
    until(lambda: not window.controller.document.undo_label)
    assert window.controller.document.network["fc1"].params["out_features"] == 5
