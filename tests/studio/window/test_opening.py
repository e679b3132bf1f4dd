"""Documents and data come into the window: at its start, by name, dropped onto it, and what cannot be opened."""

from __future__ import annotations

from pathlib import Path

from asked import MakeWindow, banner_button, on_disk
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPlainTextEdit
from waiting import idle

from studio.controllers.preparation import TrustQuestion
from studio.window.file_drop import Takes
from studio.window.main_window import MainWindow


def test_opens_the_document_that_it_was_started_with(make_window: MakeWindow, path: Path) -> None:
    window = make_window(path)
    assert window.pages.currentWidget() is window.design
    assert window.windowTitle() == "exam — Netloom"
    assert window.status.file.text() == "Saved"
    assert window.settings.recent() == [path]


def test_a_file_that_is_none_is_said_and_changes_nothing(window: MainWindow, path: Path, tmp_path: Path) -> None:
    window.open(path)
    idle(window)
    broken = tmp_path / "broken.netloom"
    broken.write_bytes(b"\x00\x01\x02")
    window.open(broken)
    idle(window)
    assert "broken.netloom" in window.banner.text()
    assert window.controller.path == path
    assert window.settings.recent() == [path]


def test_a_damaged_file_opens_as_far_as_it_can_be_read_and_is_not_replaced_unasked(
    window: MainWindow, path: Path
) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b'"edges"')])
    damaged = path.read_bytes()
    window.open(path)
    idle(window)
    assert window.pages.currentWidget() is window.design
    assert "fc1" in window.controller.document.network
    assert "as far as it can be read" in window.banner.text()
    window.save()
    idle(window)
    assert path.read_bytes() == damaged
    assert "could not be read whole" in window.banner.text()
    banner_button(window, "Replace it").click()
    idle(window)
    assert on_disk(path) == 16
    assert not window.controller.document.is_modified


def drop(window: MainWindow, *paths: Path) -> bool:
    """Drag files over the window and let go; whether the window takes them."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(200, 200).toPoint(), actions, mime, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), actions, mime, buttons, keys))
    return enter.isAccepted()


def test_a_document_can_be_dropped_onto_the_window(window: MainWindow, path: Path, tmp_path: Path) -> None:
    assert drop(window, tmp_path / "photo.png", path)
    idle(window)
    assert window.controller.path == path


def test_data_can_be_dropped_onto_the_window(window: MainWindow, path: Path, tmp_path: Path) -> None:
    window.controller.open(path)
    idle(window)
    assert drop(window, tmp_path)
    assert window.controller.document.data == {"source": "image_folder", "path": "."}
    assert drop(window, tmp_path / "TABLE.CSV")
    assert window.controller.document.data == {"source": "csv", "path": "TABLE.CSV"}
    assert window.pages.currentWidget() is window.workspace("data")
    window.controller.undo()
    assert window.controller.document.data["source"] == "image_folder"


def test_a_new_kind_of_file_to_drop_is_one_line(window: MainWindow, tmp_path: Path) -> None:
    taken: list[Path] = []
    window.file_drop.takes.append(Takes(lambda path: path.suffix == ".png", taken.append))
    assert drop(window, tmp_path / "song.wav", tmp_path / "photo.png")
    assert taken == [tmp_path / "photo.png"]


def test_other_files_cannot_be_dropped(window: MainWindow, tmp_path: Path) -> None:
    assert not drop(window, tmp_path / "photo.odd")
    assert window.controller.path is None


def test_what_is_no_data_as_it_is_says_what_makes_data_of_it(window: MainWindow, path: Path, tmp_path: Path) -> None:
    (tmp_path / "song.FLAC").write_bytes(b"fLaC")
    assert drop(window, tmp_path / "song.FLAC")
    assert window.banner.text() == "song.FLAC: found a FLAC recording. Convert it to WAV (ffmpeg does)."
    assert drop(window, tmp_path / "song.FLAC", path), "what can be taken comes first"
    idle(window)
    assert window.controller.path == path


def test_source_from_elsewhere_is_asked_about(window: MainWindow) -> None:
    answers: list[str] = []
    question = TrustQuestion("Run gift brings a model.py along.", "+import os", lambda: answers.append("yes"))
    window.training.preparation.trust_asked.emit(question)
    (dialog,) = [child for child in window.findChildren(QDialog) if child.isVisible()]
    assert dialog.findChild(QPlainTextEdit).toPlainText() == "+import os"
    assert dialog.findChildren(QLabel)[0].text() == question.text
    dialog.reject()
    assert not answers
