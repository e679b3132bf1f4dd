"""A file of code beside the document follows the canvas, and the canvas follows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import SetParam
from models.storage import files, templates
from studio.controllers.coding import code_file
from studio.controllers.coding.code_file import CodeFile
from studio.controllers.documents import DocumentController
from studio.services.message import Message


@pytest.fixture(autouse=True)
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are looked at, and written, much sooner than elsewhere."""
    monkeypatch.setattr(code_file, "LOOK_MS", 30)
    monkeypatch.setattr(code_file, "SEND_MS", 20)


@pytest.fixture
def controller(qtbot: QtBot, state_home: None, tmp_path: Path) -> Iterator[DocumentController]:
    files.write(templates.load("small-resnet"), tmp_path / "net.netloom")
    controller = DocumentController()
    controller.open(tmp_path / "net.netloom")
    idle(controller)
    yield controller
    controller.close()


@pytest.fixture
def beside(controller: DocumentController) -> Iterator[CodeFile]:
    kept = CodeFile(controller)
    yield kept
    kept.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.py"


def write(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))
    os.utime(path, (1, path.stat().st_mtime + 1))


def begin(qtbot: QtBot, beside: CodeFile, path: Path) -> None:
    beside.toggle()
    assert beside.is_on and beside.path == path
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: not beside._disk.is_busy)


def test_edits_of_either_side_come_to_the_other(
    qtbot: QtBot, beside: CodeFile, controller: DocumentController, path: Path
) -> None:
    begin(qtbot, beside, path)
    controller.apply(SetParam("conv1", "kernel_size", 5))
    qtbot.waitUntil(lambda: "nn.Conv2d(3, 16, kernel_size=5," in path.read_text())
    write(path, "nn.Linear(64, 10)  # 10", "nn.Linear(64, 12)  # a dozen")
    qtbot.waitUntil(lambda: controller.document.network["fc1"].params["out_features"] == 12)
    qtbot.waitUntil(lambda: "fc1                Linear                   12" in path.read_text())
    assert "# a dozen" in path.read_text()
    controller.undo()
    qtbot.waitUntil(lambda: "nn.Linear(64, 10)" in path.read_text())


def test_an_edit_right_behind_a_save_is_not_taken_for_the_save(
    qtbot: QtBot, beside: CodeFile, controller: DocumentController, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the save and the look at what the file is now, somebody else writes it."""
    begin(qtbot, beside, path)
    plain, hurried = files.save_text, iter(["nn.Linear(64, 12)  # a dozen"])

    def save(content: bytes, to: Path) -> None:
        plain(content, to)
        if edit := next(hurried, ""):
            write(to, "nn.Linear(64, 10)  # 10", edit)

    monkeypatch.setattr(code_file.files, "save_text", save)
    controller.apply(SetParam("conv1", "kernel_size", 5))
    qtbot.waitUntil(lambda: controller.document.network["fc1"].params["out_features"] == 12)
    assert controller.document.network["conv1"].params["kernel_size"] == 5
    qtbot.waitUntil(lambda: "# a dozen" in path.read_text() and "kernel_size=5" in path.read_text())


def test_what_cannot_be_drawn_is_said_once_and_changes_nothing(
    qtbot: QtBot, beside: CodeFile, controller: DocumentController, path: Path
) -> None:
    begin(qtbot, beside, path)
    said: list[Message] = []
    controller.said.connect(said.append)
    write(path, "x = self.fc1(x)", "x = self.fc9(x)")
    qtbot.waitUntil(lambda: bool(said))
    assert "net.py, line" in said[0].text and "self.fc9 is not made" in said[0].text
    label = controller.document.undo_label
    qtbot.wait(100)
    assert len(said) == 1 and controller.document.undo_label == label
    write(path, "x = self.fc9(x)", "x = self.fc1(x)")
    qtbot.waitUntil(lambda: not beside._disk.is_busy)


def test_a_file_of_something_else_is_asked_about(
    qtbot: QtBot, beside: CodeFile, controller: DocumentController, path: Path
) -> None:
    path.write_text("print('mine')\n")
    said: list[Message] = []
    controller.said.connect(said.append)
    beside.toggle()
    qtbot.waitUntil(lambda: bool(said))
    assert path.read_text() == "print('mine')\n" and "is there already" in said[0].text
    dict(said[0].actions)["Keep the canvas"]()
    qtbot.waitUntil(lambda: "class Net(" in path.read_text())


def test_what_both_changed_is_asked_about(
    qtbot: QtBot, beside: CodeFile, controller: DocumentController, path: Path
) -> None:
    begin(qtbot, beside, path)
    said: list[Message] = []
    controller.said.connect(said.append)
    controller.document.apply(SetParam("fc1", "out_features", 16))
    beside._pause.stop()
    write(path, "nn.Linear(64, 10)", "nn.Linear(64, 14)")
    qtbot.waitUntil(lambda: bool(said))
    assert "both changed line" in said[0].text
    dict(said[0].actions)["Take the code"]()
    assert controller.document.network["fc1"].params["out_features"] == 14


def test_without_the_switch_nothing_is_written(qtbot: QtBot, beside: CodeFile, path: Path) -> None:
    beside._controller.apply(SetParam("conv1", "kernel_size", 5))
    qtbot.wait(80)
    assert not path.exists() and not beside._timer.isActive()
    begin(qtbot, beside, path)
    beside.toggle()
    assert not beside.is_on and not beside._timer.isActive() and path.exists()
