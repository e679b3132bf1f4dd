"""Nothing is lost: saving, places that cannot be written, and the questions before edits go."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from asked import banner_button, edit, on_disk, question
from documents import mlp
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import SetParam
from models.storage import files, journal
from studio.window.main_window import MainWindow
from support import run_python


def answer(window: MainWindow, button: QMessageBox.StandardButton) -> None:
    question(window).button(button).click()
    QApplication.processEvents()
    idle(window)


def file_dialog(window: QWidget) -> QFileDialog:
    return next(dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible())


def test_saving_clears_the_mark_of_unsaved_edits(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    edit(window)
    assert window.windowTitle() == "• exam — Netloom"
    assert window.top_bar.dot.isVisible()
    window.commands["save"].trigger()
    idle(window)
    assert on_disk(path) == 5
    assert window.windowTitle() == "exam — Netloom"
    assert window.status.file.text().startswith("Saved")


def test_an_unnamed_document_asks_for_a_name(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window.new("mlp")
    idle(window)
    window.save()
    idle(window)
    dialog = file_dialog(window)
    dialog.fileSelected.emit(str(tmp_path / "first.netloom"))
    dialog.close()
    idle(window)
    assert window.controller.path == tmp_path / "first.netloom"
    assert files.read(tmp_path / "first.netloom")[1] == []


def test_a_place_that_cannot_be_written_keeps_everything_and_offers_another(
    window: MainWindow, path: Path, tmp_path: Path
) -> None:
    place = tmp_path / "work" / "exam.netloom"
    place.parent.mkdir()
    path.rename(place)
    window.open(place)
    idle(window)
    edit(window)
    moved = place.parent.rename(tmp_path / "moved")
    window.save()
    idle(window)
    assert "that folder does not exist" in window.banner.text()
    moved.rename(place.parent)
    assert on_disk(place) == 16
    assert window.controller.document.is_modified
    banner_button(window, "Save elsewhere…").click()
    file_dialog(window).close()


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from models.document.edits import SetParam
from models.storage import files
from studio.window.main_window import MainWindow
application = QApplication([])
path = Path(sys.argv[1])
window = MainWindow(path=path)
window.show()
def idle():
    while window.controller.opening or window.controller.is_saving:
        application.processEvents()
idle()
window.controller.apply(SetParam("fc1", "out_features", 5))
said = []  # the banner shows the last of them, and the recovery file has no room either
window.controller.said.connect(said.append)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20, resource.RLIM_INFINITY))
window.save()
idle()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert files.read(path)[0].network["fc1"].params["out_features"] == 16
assert window.controller.document.network["fc1"].params["out_features"] == 5
assert window.controller.document.is_modified
assert not [file.name for file in path.parent.iterdir() if file.suffix == ".tmp"]
print(*(message.text for message in said))
window.controller.save_as(path.with_name("elsewhere.netloom"))
idle()
assert files.read(path.with_name("elsewhere.netloom"))[0].network["fc1"].params["out_features"] == 5
window.close()
print("done")
"""


def test_a_full_disk_keeps_the_old_file_and_the_edits(path: Path, state_home: None) -> None:
    result = run_python(FULL_DISK, str(path))
    assert result.stdout.rstrip().endswith("done"), result.stderr
    assert "was not saved" in result.stdout and "save to another place" in result.stdout


def test_a_file_changed_by_someone_else_is_not_replaced_unasked(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    edit(window)
    other = mlp()
    other.apply(SetParam("fc1", "out_features", 77))
    files.write(other, path)
    window.save()
    idle(window)
    assert on_disk(path) == 77
    assert "changed elsewhere" in window.banner.text()
    banner_button(window, "Replace it").click()
    idle(window)
    assert on_disk(path) == 5


def test_closing_with_unsaved_edits_asks_and_cancel_stays(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    edit(window)
    window.close()
    assert window.isVisible()
    assert "exam" in question(window).text()
    answer(window, QMessageBox.StandardButton.Cancel)
    assert window.isVisible()
    assert window.controller.document.is_modified


def test_closing_after_discard_keeps_the_file_as_it_was(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    edit(window)
    window.close()
    answer(window, QMessageBox.StandardButton.Discard)
    assert not window.isVisible()
    assert on_disk(path) == 16
    assert journal.recoverable() == []


def test_closing_after_save_saves(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    edit(window)
    window.close()
    answer(window, QMessageBox.StandardButton.Save)
    assert not window.isVisible()
    assert on_disk(path) == 5


def test_save_that_fails_does_not_close(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    edit(window)
    files.write(mlp(), path)  # changed elsewhere: needs a second thought
    window.close()
    answer(window, QMessageBox.StandardButton.Save)
    assert window.isVisible()
    assert "changed elsewhere" in window.banner.text()


@pytest.mark.parametrize("act", ["new", "open", "example", "trained"])
def test_nothing_replaces_unsaved_edits_unasked(window: MainWindow, path: Path, tmp_path: Path, act: str) -> None:
    window.open(path)
    idle(window)
    edit(window)
    document = window.controller.document
    acts: dict[str, Callable[[], object]] = {
        "new": window.new,
        "open": lambda: window.open(path),
        "example": window.open_example,
        "trained": lambda: window.training.trained_opened.emit(mlp(), "run 1"),
    }
    acts[act]()
    assert window.controller.document is document
    answer(window, QMessageBox.StandardButton.Cancel)
    assert window.controller.document is document
    acts[act]()
    answer(window, QMessageBox.StandardButton.Discard)
    assert window.controller.document is not document
    if act == "example":
        window.training.stop()


def test_an_unedited_document_is_replaced_without_a_word(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    window.new("mlp")
    idle(window)
    assert window.controller.path is None
    assert not window.findChildren(QMessageBox)


def test_saved_documents_are_plain_json(window: MainWindow, tmp_path: Path) -> None:
    window.new("mlp")
    idle(window)
    window.controller.save_as(tmp_path / "plain.netloom")
    idle(window)
    assert json.loads((tmp_path / "plain.netloom").read_text())["netloom"] == 1
