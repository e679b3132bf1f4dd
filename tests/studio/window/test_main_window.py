"""The window: pages, commands, questions, and that nothing is lost in it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from documents import chain, mlp
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import SetParam
from models.storage import files, journal
from studio.controllers.preparation import TrustQuestion
from studio.services import errors
from studio.services.message import Message
from studio.window.file_drop import Takes
from studio.window.main_window import MainWindow
from support import run_python
from widgets.inspector.parts import MendButton

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "exam.netloom"
    files.write(mlp(), file)
    return file


def edit(window: MainWindow, size: int = 5) -> None:
    node = "fc1" if "fc1" in window.controller.document.network else ""
    assert node
    assert window.controller.apply(SetParam(node, "out_features", size))


def question(window: MainWindow) -> QMessageBox:
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1
    return boxes[0]


def answer(window: MainWindow, button: QMessageBox.StandardButton) -> None:
    question(window).button(button).click()
    QApplication.processEvents()
    idle(window)


def file_dialog(window: QWidget) -> QFileDialog:
    return next(dialog for dialog in window.findChildren(QFileDialog) if dialog.isVisible())


def banner_button(window: MainWindow, label: str) -> QPushButton:
    QApplication.processEvents()
    buttons = window.banner.findChildren(QPushButton)
    return next(button for button in buttons if button.text() == label and not button.isHidden())


def on_disk(path: Path) -> int:
    document, problems = files.read(path)
    assert not problems
    return int(document.network["fc1"].params["out_features"])


# Pages


def test_first_start_shows_the_welcome_screen_alone(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.welcome
    assert not window.top_bar.isVisible() and not window.status.isVisible()
    assert not window.banner.isVisible()


def test_first_start_fits_the_screen(window: MainWindow) -> None:
    room = window.screen().availableSize()
    assert window.height() <= max(room.height(), window.minimumHeight())
    assert window.width() <= max(room.width(), window.minimumWidth())


@pytest.mark.parametrize("name", ["data", "design", "train"])
def test_workspaces_come_to_the_front(window: MainWindow, name: str, qtbot: QtBot) -> None:
    window.commands[f"show-{name}"].trigger()
    assert window.pages.currentWidget() is window.workspace(name)
    assert window.top_bar.workspaces.value() == name
    assert window.top_bar.isVisible() and window.status.isVisible()
    if name == "data":
        qtbot.waitUntil(lambda: not window.workspace("data").is_busy)


def test_welcome_returns_with_the_document_behind_it(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    window.top_bar.home.click()
    assert window.pages.currentWidget() is window.welcome
    window.show_workspace("design")
    assert window.controller.path == path


def test_f6_walks_through_all_parts_and_back(window: MainWindow) -> None:
    window.new("mlp")
    idle(window)
    window.design.select(["fc1"])
    parts = [window.top_bar, *window.design.panels(), window.status]
    window.top_bar.menu_button.setFocus()
    for part in [*parts[1:], parts[0]]:
        window.walk_panels()
        assert part.isAncestorOf(window.focusWidget()) or part is window.focusWidget(), part
    for part in reversed(parts):
        window.walk_panels(-1)
        assert part.isAncestorOf(window.focusWidget()) or part is window.focusWidget(), part


def test_f6_comes_back_to_a_page_whose_parts_are_not_there_yet(window: MainWindow) -> None:
    page = window.show_workspace("inspect")
    window.top_bar.menu_button.setFocus()
    window.walk_panels()
    assert page.isAncestorOf(window.focusWidget())


def test_f6_passes_over_parts_without_anything_to_focus(window: MainWindow) -> None:
    window.new()
    seen = set()
    for _ in range(8):
        window.walk_panels()
        seen.add(window.focusWidget())
    assert len(seen) >= 4


# Opening


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


def test_a_run_that_is_resumed_at_the_start_is_shown(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.welcome
    window.training.run_started.emit(Path("run"))
    assert window.pages.currentWidget() is window.workspace("train")
    window.show_workspace("design")
    window.training.run_started.emit(Path("run"))
    assert window.pages.currentWidget() is window.design


def test_what_the_workspace_in_front_shows_needs_no_banner(window: MainWindow) -> None:
    message = Message("run 1 has finished.", "good", shown_by="train")
    window.show_workspace("design")
    window.say(message)
    assert window.banner.text() == message.text
    window.training.run_started.emit(Path("run"))
    assert window.banner.isHidden()
    window.show_workspace("train")
    window.say(message)
    assert window.banner.isHidden()


def test_answering_a_message_by_mouse_leaves_the_keyboard_where_it_was(
    window: MainWindow, path: Path, qtbot: QtBot
) -> None:
    window.open(path)
    idle(window)
    answers: list[str] = []
    window.say(Message("It changed.", "warning", (("Open it again", lambda: answers.append("open")),)))
    qtbot.mouseClick(banner_button(window, "Open it again"), Qt.MouseButton.LeftButton)
    assert answers == ["open"] and window.banner.isHidden()
    assert window.focusWidget() is window.design.canvas


# Saving


def test_what_is_said_goes_once_it_is_not_true_any_more(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    window.say(Message("exam.netloom was not saved: the disk is full.", "error"))
    window.save()
    idle(window)
    assert window.banner.isHidden()
    window.say(Message("exam.netloom is open in another window, too.", "warning"))
    window.new()
    assert window.banner.isHidden()


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


# Questions


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


# Training from the bar


def test_train_with_errors_opens_problems_at_the_first(window: MainWindow, tmp_path: Path) -> None:
    layers = [("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {}), ("output1", "Output", {})]
    files.write(chain(layers), tmp_path / "wrong.netloom")
    window.open(tmp_path / "wrong.netloom")
    idle(window)
    assert window.controller.errors
    window.design.drawer.show_tab("code")
    window.show_workspace("train")
    window.train()
    assert window.pages.currentWidget() is window.design
    assert not window.training.is_training
    assert window.design.drawer.tab() == "problems"
    assert window.design.canvas.selection() == {"conv1"}


# Recovery


def crash(path: Path) -> None:
    """Another window is killed with unsaved edits on a document."""
    code = """
import os, signal, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from models.document.edits import SetParam
from studio.controllers.documents import DocumentController
application = QCoreApplication([])
controller = DocumentController()
controller.open(Path(sys.argv[1]))
while controller.opening:
    application.processEvents()
controller.apply(SetParam("fc1", "out_features", 42))
controller._journal.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert run_python(code, str(path)).returncode == -9


def test_what_a_crash_left_is_offered_and_recovered(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    window = make_window()
    assert "exam was not closed properly" in window.banner.text()
    assert window.focusWidget() is banner_button(window, "Recover")
    banner_button(window, "Recover").click()
    idle(window)
    assert window.controller.document.network["fc1"].params["out_features"] == 42
    assert window.controller.path == path
    assert window.controller.document.is_modified
    assert on_disk(path) == 16
    window.save()
    idle(window)
    assert on_disk(path) == 42
    assert journal.recoverable() == []


def test_what_a_crash_left_can_be_discarded_one_by_one(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    crash(path)
    window = make_window()
    assert "(1 more wait.)" in window.banner.text()
    banner_button(window, "Discard").click()
    idle(window)
    assert "more wait" not in window.banner.text()
    banner_button(window, "Discard").click()
    idle(window)
    assert not window.banner.isVisible()
    assert journal.recoverable() == []


def test_recovery_that_cannot_be_read_is_said(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    window = make_window()
    (file,) = journal.state_folder().glob("*.journal")
    file.write_bytes(file.read_bytes().split(b"\n")[0] + b"\n\x00")
    banner_button(window, "Recover").click()
    idle(window)
    assert "cannot be read" in window.banner.text() or "no Netloom document" in window.banner.text()
    assert file.exists()


def test_an_offer_comes_back_after_another_message(make_window: MakeWindow, path: Path) -> None:
    crash(path)
    window = make_window()
    window.say(Message("Something else.", "info"))
    assert window.banner.text() == "Something else."
    window.banner.dismiss()
    assert "exam was not closed properly" in window.banner.text()


def test_a_message_moves_nothing_and_stays_with_its_document(window: MainWindow) -> None:
    window.new("mlp")
    idle(window)
    before = window.pages.geometry()
    window.say(Message("Batch 512 needs 14 GB; 8.2 GB are free. Try 256.", "warning", (("Use 256", lambda: None),)))
    QApplication.processEvents()
    assert window.pages.geometry() == before and before.contains(window.banner.geometry())
    window.resize(1100, 700)
    QApplication.processEvents()
    assert window.pages.geometry().contains(window.banner.geometry())
    window.say(Message("Recover?", waits=True))
    window.new("digits-cnn")
    idle(window)
    assert window.banner.isHidden()
    window.show_welcome()
    assert window.banner.text() == "Recover?"


def test_the_keyboard_stays_where_a_problem_was_mended(window: MainWindow, qtbot: QtBot) -> None:
    window.new("small-resnet")
    idle(window)
    window.controller.apply(SetParam("block2_project", "stride", 1))
    window.design.drawer.show_tab("problems")

    def mends() -> list[MendButton]:
        return [button for button in window.design.drawer.findChildren(MendButton) if button.isVisible()]

    qtbot.waitUntil(lambda: bool(mends()))
    qtbot.waitUntil(window.isActiveWindow)
    mends()[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(mends()[0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.controller.errors)
    QApplication.processEvents()
    here = window.focusWidget()
    assert here is not None and window.design.isAncestorOf(here), here


def test_the_keyboard_goes_back_from_a_message_to_where_it_was(window: MainWindow) -> None:
    window.show_welcome()
    window.welcome.setFocus()
    before = window.focusWidget()
    done: list[str] = []
    window.say(Message("Resume?", "info", (("Resume", lambda: done.append("resume")),), waits=True))
    assert window.focusWidget() is banner_button(window, "Resume")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Space)
    assert done == ["resume"] and window.focusWidget() is before


def test_a_clean_end_leaves_nothing_to_recover(make_window: MakeWindow, path: Path) -> None:
    window = make_window(path)
    edit(window)
    window.controller.document.mark_saved()
    window.close()
    assert journal.recoverable() == []
    assert list(journal.state_folder().glob("*.journal")) == []


def test_a_document_open_in_another_window_is_said(make_window: MakeWindow, path: Path) -> None:
    code = """
import sys
from pathlib import Path
from models.storage import files
from models.storage.journal import Journal
document, _ = files.read(sys.argv[1])
journal = Journal(document, Path(sys.argv[1]))
journal.flush()
print("open", flush=True)
sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        window = make_window(path)
        assert window.banner.text() == "exam.netloom is open in another window, too."
        assert journal.recoverable() == []
    finally:
        other.communicate()


# Unexpected errors


@pytest.mark.qt_no_exception_capture
def test_an_unexpected_error_becomes_a_sentence_and_the_window_lives_on(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.excepthook", lambda *_: None)
    monkeypatch.setattr("threading.excepthook", lambda *_: None)
    errors.install()
    window.commands.actions["arrange"].triggered.disconnect()
    window.commands.actions["arrange"].triggered.connect(lambda: {}["missing"])
    window.commands["arrange"].trigger()
    assert "Something unexpected went wrong (KeyError)" in window.banner.text()
    assert "missing" in errors.log_path().read_text()
    assert "KeyError" in capsys.readouterr().err
    window.new("mlp")
    idle(window)
    assert window.pages.currentWidget() is window.design


# State


def test_place_and_panels_are_remembered(make_window: MakeWindow) -> None:
    window = make_window()
    window.new("mlp")
    idle(window)
    window.resize(1024, 640)
    QApplication.processEvents()
    window.design._columns.setSizes([205, 480, 339])
    QApplication.processEvents()
    sizes = window.design._columns.sizes()
    window.close()
    again = make_window()
    again.new("mlp")
    idle(again)
    QApplication.processEvents()
    assert again.design._columns.sizes() == sizes
    assert again.size() == window.size()


def test_totals_follow_the_edits(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    before = window.status.parameters.text()
    edit(window, 500)
    assert window.status.parameters.text() != before
    window.controller.undo()
    assert window.status.parameters.text() == before


def test_undo_and_redo_buttons_say_what_they_do(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    assert not window.top_bar.undo.isEnabled()
    edit(window)
    assert window.top_bar.undo.isEnabled() and not window.top_bar.redo.isEnabled()
    window.top_bar.undo.click()
    assert window.controller.document.network["fc1"].params["out_features"] == 16
    assert window.top_bar.redo.isEnabled()


def test_saved_documents_are_plain_json(window: MainWindow, tmp_path: Path) -> None:
    window.new("mlp")
    idle(window)
    window.controller.save_as(tmp_path / "plain.netloom")
    idle(window)
    assert json.loads((tmp_path / "plain.netloom").read_text())["netloom"] == 1
