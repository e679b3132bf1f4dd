"""The window that compares: opened by commands, for git, files and runs; what differs is taken over as one edit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from documents import mlp
from PySide6.QtWidgets import QFileDialog
from waiting import idle, until

from models.compare import compare
from models.document.edits import Batch, Move, RemoveNodes, Rename, SetParam
from models.storage import files
from studio.compare.window import CompareWindow
from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A document in git, changed since."""
    file = tmp_path / "work" / "net.netloom"
    file.parent.mkdir()
    document = mlp()
    files.write(document, file)
    about = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "net.netloom"], [*about, "commit", "-q", "-m", "A net"]):
        subprocess.run(["git", "-C", str(file.parent), *arguments], check=True, capture_output=True)
    document.apply(SetParam("fc1", "out_features", 20))
    files.write(document, file)
    return file


@pytest.fixture
def opened(window: MainWindow, path: Path) -> MainWindow:
    window.open(path)
    idle(window)
    return window


def shown(window: MainWindow) -> CompareWindow:
    until(lambda: not window.comparer.is_busy)
    found = window.comparer.shown
    assert found is not None and found.isVisible()
    return found


def test_git_and_now_and_a_change_put_back(opened: MainWindow) -> None:
    opened.commands.run("compare-git")
    compared = shown(opened)
    assert compared.left.title == "net.netloom in git (HEAD)" and compared.open_side is opened.controller.document
    (item,) = compared.comparison.differences
    assert str(item) == "out_features 16 → 20" and "131 → 163 parameters" in compared.effect.text()
    compared.list.choose("fc1", older=True)
    assert compared.take_button.isEnabled() and compared.take_button.text() == "Put back"
    compared.take_button.click()
    assert opened.controller.document.network["fc1"].params == {"out_features": 16}
    assert compared.comparison.equal and not compared.empty.isHidden() and compared.list.isHidden()
    opened.controller.undo()
    until(lambda: not compared.comparison.equal)
    assert opened.controller.document.network["fc1"].params == {"out_features": 20}


def test_another_file_all_taken_over_in_one_undo(opened: MainWindow, tmp_path: Path) -> None:
    other = mlp()
    other.apply(Batch("", [Rename("fc2", "head"), RemoveNodes(["relu1"], heal=True), Move({"fc1": (9, 9)})]))
    files.write(other, tmp_path / "other.netloom")
    opened.comparer.with_file(tmp_path / "other.netloom")
    compared = shown(opened)
    assert compared.right.title == "other.netloom" and compared.take_button.text() == "Take over"
    assert "1 card moved" in compared.summary.text()
    compared.all_button.click()
    document = opened.controller.document
    assert compare(document, other).equal and document.undo_label.startswith("Take over")
    document.undo()
    assert "relu1" in document.network and "fc2" in document.network


def test_what_cannot_be_taken_alone_is_said(opened: MainWindow, tmp_path: Path) -> None:
    value = files.to_json(opened.controller.document)
    value["network"]["edges"] = [["input1", "fc2"], ["fc2", "relu1"], ["relu1", "fc1"], ["fc1", "output1"]]
    other, _ = files.from_json(value)
    files.write(other, tmp_path / "other.netloom")
    opened.comparer.with_file(tmp_path / "other.netloom")
    compared = shown(opened)
    before = files.to_json(opened.controller.document)
    rewired = next(item for item in compared.comparison.differences if item.name == "relu1")
    assert not compared.take([rewired])
    assert "close a loop" in compared.summary.text() and files.to_json(opened.controller.document) == before
    assert compared.take(compared.comparison.differences) and compared.comparison.equal


def test_runs_are_compared_but_nothing_is_taken(opened: MainWindow, tmp_path: Path) -> None:
    runs = []
    for width in (16, 24):
        document = mlp()
        document.apply(SetParam("fc1", "out_features", width))
        content = files.format_json(files.to_json(document))
        runs.append(RunFolder.create(tmp_path / "runs", content, "", {"name": f"Width {width}"}).path)
    opened.compare_runs(runs)
    compared = shown(opened)
    assert [compared.left.title, compared.right.title] == ["Width 16", "Width 24"]
    assert compared.open_side is None and compared.take_button.isHidden()
    assert not compared.take(compared.comparison.differences)
    opened.compare_runs(runs[:1])
    compared = shown(opened)
    assert compared.right.document is opened.controller.document and len(compared.comparison.differences) == 1


def test_two_files_are_asked_for_one_after_the_other(opened: MainWindow, path: Path, tmp_path: Path) -> None:
    files.write(mlp(), tmp_path / "other.netloom")
    opened.commands.run("compare-files")
    for chosen in (path, tmp_path / "other.netloom"):
        dialog = next(each for each in opened.findChildren(QFileDialog) if each.isVisible())
        dialog.fileSelected.emit(str(chosen))
        dialog.close()
    compared = shown(opened)
    assert [compared.left.title, compared.right.title] == ["net.netloom", "other.netloom"]


def test_what_cannot_be_read_is_said_in_the_banner(opened: MainWindow, tmp_path: Path) -> None:
    opened.comparer.with_file(tmp_path / "gone.netloom")
    until(lambda: not opened.comparer.is_busy)
    assert opened.comparer.shown is None and "There is no file" in opened.banner.text()


def test_it_follows_edits_and_closes_with_the_document(opened: MainWindow) -> None:
    opened.commands.run("compare-git")
    compared = shown(opened)
    opened.controller.apply(SetParam("fc1", "out_features", 16))
    until(lambda: compared.comparison.equal)
    opened.controller.document.mark_saved()
    opened.new()
    until(lambda: opened.comparer.shown is None)


def test_without_a_file_there_is_no_git_to_compare_with(window: MainWindow) -> None:
    assert not window.commands.actions["compare-git"].isEnabled()
