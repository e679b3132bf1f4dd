"""What happens to the open file behind the window's back is said, once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import cnn, mlp
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import SetParam
from models.storage import files
from studio.controllers import document_files, file_watch
from studio.controllers.documents import DocumentController
from studio.controllers.file_watch import stamp_of
from studio.services.message import Message
from studio.window.main_window import MainWindow

PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at much more often than they are elsewhere."""
    monkeypatch.setattr(file_watch, "LOOK_MS", 100)


OTHER = """
import sys
from pathlib import Path
from models.storage import files
from models.storage.journal import Journal
document, _ = files.read(sys.argv[1])
Journal(document, Path(sys.argv[1])).flush()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "net.netloom"
    files.write(mlp(), file)
    return file


@pytest.fixture
def controller(qtbot: QtBot, state_home: None, path: Path) -> Iterator[DocumentController]:
    controller = DocumentController()
    controller.open(path)
    idle(controller)
    yield controller
    controller.close()


@pytest.fixture
def said(controller: DocumentController) -> list[str]:
    sentences: list[str] = []

    def hear(message: Message) -> None:
        sentences.append(message.text)

    controller.said.connect(hear)
    controller.changed_elsewhere.connect(sentences.append)
    return sentences


def test_the_first_window_is_told_of_a_second_one(qtbot: QtBot, said: list[str], path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        qtbot.waitUntil(lambda: said == ["net.netloom is open in another window, too."], timeout=PATIENCE_MS)
    finally:
        other.communicate()


def test_a_file_that_another_program_writes_is_told(qtbot: QtBot, said: list[str], path: Path) -> None:
    files.write(cnn(), path)
    qtbot.waitUntil(lambda: said == ["net.netloom was changed by another program."], timeout=PATIENCE_MS)


def test_a_file_that_is_renamed_is_told(
    qtbot: QtBot, controller: DocumentController, said: list[str], path: Path
) -> None:
    path.rename(path.with_name("other.netloom"))
    qtbot.waitUntil(lambda: len(said) == 1, timeout=PATIENCE_MS)
    assert said == ["net.netloom is not there any more. Saving writes it again."]
    controller.save()
    idle(controller)
    assert path.exists()


def test_saving_here_is_not_a_change_elsewhere(
    qtbot: QtBot, controller: DocumentController, said: list[str], path: Path
) -> None:
    for features in (20, 30):
        controller.apply(SetParam("fc1", "out_features", features))
        controller.save()
        idle(controller)
        with qtbot.waitSignal(controller._watch._timer.timeout, timeout=PATIENCE_MS):
            pass
    files.write(cnn(), path)
    qtbot.waitUntil(lambda: bool(said), timeout=PATIENCE_MS)
    assert said == ["net.netloom was changed by another program."]


def test_an_edit_right_behind_a_save_is_not_taken_for_the_save(
    qtbot: QtBot,
    controller: DocumentController,
    said: list[str],
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the save and the look at what the file is now, another program writes it."""
    plain, theirs = files.save_text, files.format_json(files.to_json(cnn()))
    hurried, asked = iter([theirs]), list[str]()
    controller.replace_asked.connect(asked.append)

    def save(content: bytes, to: Path) -> None:
        plain(content, to)
        if other := next(hurried, b""):
            plain(other, to)

    monkeypatch.setattr(document_files.files, "save_text", save)
    controller.apply(SetParam("fc1", "out_features", 20))
    controller.save()
    idle(controller)
    qtbot.waitUntil(lambda: said == ["net.netloom was changed by another program."], timeout=PATIENCE_MS)
    controller.apply(SetParam("fc1", "out_features", 30))
    controller.save()
    idle(controller)
    assert len(asked) == 1 and path.read_bytes() == theirs


@pytest.mark.parametrize("gone", [False, True])
def test_a_save_has_the_stamp_of_what_it_wrote(tmp_path: Path, gone: bool) -> None:
    path = tmp_path / "net.netloom"
    files.write(cnn(), path)
    content = path.read_bytes()
    if gone:
        path.unlink()
    sight = document_files._as_saved(path, content)
    assert sight.stamp == stamp_of(path) and (sight.stamp is None) == gone
    if not gone:
        assert document_files._as_saved(path, content + b" ").stamp is None


def test_a_changed_file_can_be_opened_again(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    files.write(cnn(), path)
    qtbot.waitUntil(lambda: window.banner.text().endswith("by another program."), timeout=PATIENCE_MS)
    next(button for button in window.banner.findChildren(QPushButton) if button.text() == "Open it again").click()
    idle(window)
    assert "conv1" in window.controller.document.network
