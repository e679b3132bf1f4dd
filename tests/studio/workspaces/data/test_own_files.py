"""The user's own data: files and folders, what cannot be read of them, what is asked first, and how they go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from data_page import Open, click_source, in_use, mend, notes, settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot
from waiting import idle

from models.storage.consent import CONSENT
from studio.controllers.documents import DocumentController
from studio.services import dialogs
from studio.services.message import Message
from studio.services.settings import Settings
from studio.workspaces.data.workspace import DataWorkspace

HOSTILE = "<b>bold</b> مرحبا 🎉"


def test_the_users_own_file_is_chosen_in_a_dialog_that_does_not_block(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tmp_path: Path
) -> None:
    workspace = open_workspace(data={})
    file = tmp_path / f"{HOSTILE.replace('/', '-')}.csv"
    file.write_text("length,kind\n" + f"1,{HOSTILE}\n2,b\n" * 20, encoding="utf-8")
    click_source(qtbot, workspace, "csv")
    dialog = workspace.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(file))
    dialog.close()
    settle(qtbot, workspace)
    assert controller.document.data == {"source": "csv", "path": str(file)}
    assert workspace.page.title.text() == file.name
    assert in_use(workspace) == ["own:0"]
    assert workspace.page.samples.classes.itemText(1) in (HOSTILE, "b")
    click_source(qtbot, workspace, "digits")
    assert in_use(workspace) == ["digits"]
    click_source(qtbot, workspace, "own:0")
    assert controller.document.data["path"] == str(file)


@pytest.mark.parametrize(
    ("place", "mode"), [(0, QFileDialog.FileMode.Directory), (1, QFileDialog.FileMode.ExistingFile)]
)
def test_a_folder_or_an_archive_is_chosen_as_such(
    qtbot: QtBot, open_workspace: Open, place: int, mode: QFileDialog.FileMode
) -> None:
    workspace = open_workspace(data={})
    click_source(qtbot, workspace, "image_folder")
    (menu,) = workspace.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert [action.text() for action in menu.actions()] == ["A folder…", "A file (.zip, .tar)…"]
    menu.actions()[place].trigger()
    menu.close()
    qtbot.waitUntil(lambda: workspace.findChild(QFileDialog) is not None)
    dialog = workspace.findChild(QFileDialog)
    assert dialog is not None and dialog.fileMode() == mode
    dialog.reject()


def test_paths_beside_the_document_stay_relative(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tmp_path: Path
) -> None:
    workspace = open_workspace(data={"source": "csv"})
    controller.save_as(tmp_path / "net.netloom")
    idle(controller)
    (tmp_path / "a.csv").write_text("x,y\n" + "1,a\n2,b\n" * 9)
    workspace.details.form.editor("path").pick(str(tmp_path / "a.csv"))  # type: ignore[attr-defined]
    settle(qtbot, workspace)
    assert controller.document.data["path"] == "a.csv"
    assert workspace.preview and sum(workspace.preview.counts) == 18


def test_saving_elsewhere_looks_for_relative_paths_there(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tmp_path: Path
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": "a.csv"})
    assert notes(workspace)[0][0] == "error"
    (tmp_path / "a.csv").write_text("x,y\n" + "1,a\n2,b\n" * 9)
    controller.save_as(tmp_path / "net.netloom")
    idle(controller)
    settle(qtbot, workspace)
    assert workspace.preview is not None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"source": "nonsense<b>"}, "There is no data set"),
        ({"source": "csv", "path": "/gone/<i>x</i>.csv"}, "nothing is there"),
        ({"source": 7}, "There is no data set"),
    ],
)
def test_what_cannot_be_read_is_said_in_place(open_workspace: Open, data: dict[str, Any], words: str) -> None:
    workspace = open_workspace(data=data)
    assert notes(workspace)[0][0] == "error" and words in notes(workspace)[0][1]
    assert workspace.preview is None
    assert QApplication.activeModalWidget() is None


def test_a_file_that_comes_back_is_read_again(qtbot: QtBot, open_workspace: Open, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    workspace = open_workspace(data={"source": "csv", "path": str(file)})
    file.write_text("x,y\n" + "1,a\n2,b\n" * 9)
    again = next(button for button in workspace.page.notes[0].buttons if "again" in button.text())
    qtbot.mouseClick(again, Qt.MouseButton.LeftButton)
    settle(qtbot, workspace)
    assert workspace.preview and workspace.preview.title == "a.csv"


def test_a_bad_table_is_a_sentence_with_the_cell(open_workspace: Open, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,a\n2,\n")
    workspace = open_workspace(data={"source": "csv", "path": str(tmp_path / "a.csv")})
    assert "found a gap" in notes(workspace)[0][1]


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Path]:
    CONSENT.ask("Allow it in the Data workspace if you trust it.")
    (tmp_path / "a.csv").write_text("x,y\n" + "1,a\n2,b\n" * 10)
    yield tmp_path / "a.csv"
    CONSENT.forget()


def test_a_path_that_nobody_here_has_named_is_read_when_the_user_says_so(
    qtbot: QtBot, open_workspace: Open, asking: Path
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(asking)})
    ((kind, text),) = notes(workspace)
    assert kind == "info" and text.endswith(f"outside of its folder: {asking}. Read it if you trust it.")
    assert workspace.preview is None
    mend(qtbot, workspace)
    assert workspace.page.title.text() == "a.csv"
    assert workspace.preview is not None
    assert Settings().data_paths() == [str(asking)]


def test_a_program_is_shown_and_run_when_the_user_says_so(qtbot: QtBot, open_workspace: Open, tmp_path: Path) -> None:
    (tmp_path / "rows.py").write_text("def load_data():\n    return [[0.0], [1.0]] * 10, ['no', 'yes'] * 10\n")
    workspace = open_workspace(data={"source": "python", "path": str(tmp_path / "rows.py")})
    ((kind, text),) = notes(workspace)
    assert kind == "info" and text.startswith("rows.py is a program") and workspace.preview is None
    assert [button.text() for button in workspace.page.notes[0].buttons] == ["Run it", "Show it…"]
    qtbot.mouseClick(workspace.page.notes[0].buttons[1], Qt.MouseButton.LeftButton)
    (dialog,) = workspace.findChildren(QDialog)
    (lines,) = dialog.findChildren(QPlainTextEdit)
    assert "def load_data" in lines.toPlainText()
    dialog.accept()
    settle(qtbot, workspace)
    assert workspace.preview is not None and workspace.preview.facts.classes == ("no", "yes")
    (tmp_path / "rows.py").write_text("print('another program')\n")
    workspace.load(fresh=True)
    settle(qtbot, workspace)
    assert [said for _, said in notes(workspace)] == [text], "asked anew"


def test_a_path_that_the_user_chooses_needs_no_question(qtbot: QtBot, open_workspace: Open, asking: Path) -> None:
    workspace = open_workspace()
    workspace.use_file(asking)
    settle(qtbot, workspace)
    assert workspace.page.title.text() == "a.csv"
    assert Settings().data_paths() == [str(asking)]


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    """Three tables with two columns."""
    paths = [tmp_path / f"{name}.csv" for name in ("first", "second", "third")]
    for path in paths:
        path.write_text("x,y\n" + "1,a\n2,b\n" * 10)
    return paths


def own_titles(workspace: DataWorkspace) -> list[str]:
    return [row.source.title for row in workspace.sources.rows.values() if row.source.own]


def test_a_source_in_use_is_removed_by_an_edit(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tables: list[Path]
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0]), "target": "y", "seed": 4})
    assert own_titles(workspace) == ["first.csv"]
    workspace.sources.remove_requested.emit("own:0")
    settle(qtbot, workspace)
    assert controller.document.data == {"source": "csv", "seed": 4} and own_titles(workspace) == []
    assert workspace.page.title.text() == "Table" and workspace.preview is None
    controller.undo()
    settle(qtbot, workspace)
    assert own_titles(workspace) == in_use_titles(workspace) == ["first.csv"]
    assert controller.document.data["target"] == "y"


def in_use_titles(workspace: DataWorkspace) -> list[str]:
    return [workspace.sources.rows[key].source.title for key in in_use(workspace)]


def test_a_source_that_is_not_in_use_comes_back_by_undo(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tables: list[Path]
) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0])})
    workspace.use_file(tables[1])
    settle(qtbot, workspace)
    said: list[Message] = []
    controller.said.connect(said.append)
    label = controller.document.undo_label
    workspace.sources.remove_requested.emit("own:0")
    assert own_titles(workspace) == ["second.csv"] and controller.document.undo_label == label
    ((_, undo),) = said[0].actions
    undo()
    assert sorted(own_titles(workspace)) == ["first.csv", "second.csv"]
    assert in_use_titles(workspace) == ["second.csv"]


def test_a_source_is_corrected_in_place(
    qtbot: QtBot, controller: DocumentController, open_workspace: Open, tables: list[Path],
    monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0]), "target": "y"})
    monkeypatch.setattr(dialogs, "ask_open", lambda parent, title, start, filters, take: take(tables[2]))
    workspace.sources.replace_requested.emit("own:0")
    settle(qtbot, workspace)
    assert own_titles(workspace) == ["third.csv"]
    assert controller.document.data == {"source": "csv", "path": str(tables[2]), "target": "y"}
    controller.undo()
    settle(qtbot, workspace)
    assert in_use_titles(workspace) == ["first.csv"]


def test_a_path_that_is_typed_leaves_no_sources_behind(qtbot: QtBot, open_workspace: Open, tables: list[Path]) -> None:
    workspace = open_workspace(data={"source": "csv", "path": str(tables[0])})
    for letters in ("s", "se", "second.csv"):
        workspace.details.changed.emit("path", str(tables[0].with_name(letters)))
    settle(qtbot, workspace)
    assert own_titles(workspace) == ["second.csv"]
