"""A workspace is declared in one place, as is a command: what is declared here is everywhere in the window at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QSplitter, QVBoxLayout
from pytestqt.qtbot import QtBot
from waiting import idle

from models.storage import journal
from studio.services.commands import Command
from studio.services.settings import Settings
from studio.window import main_window
from studio.window.command_search import CommandSearch
from studio.window.main_window import MainWindow
from studio.workspaces.workspace import WORKSPACES, Page, Studio, Workspace, in_order, register
from tools.pictures import SHOTS, screens


class Notes(Page):
    """Two lines, side by side."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.first, self.second = QLineEdit(), QLineEdit()
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        for line in self.panels():
            self.columns.addWidget(line)
        QVBoxLayout(self).addWidget(self.columns)
        self.remember("notes/columns", self.columns)

    def panels(self) -> tuple[QLineEdit, QLineEdit]:
        return self.first, self.second

    def begin(self) -> None:
        self.second.setFocus()


def clear(studio: Studio) -> None:
    page = studio.show_workspace("notes")
    assert isinstance(page, Notes)
    page.first.clear()


def is_open(studio: Studio) -> bool:
    return bool(studio.controller.path)


def commands(studio: Studio) -> list[Command]:
    return [
        Command("clear-notes", "Notes", "Clear the notes", ("Ctrl+Alt+N",), lambda: clear(studio)),
        Command("send", "Notes", "Send the notes", (), lambda: clear(studio), enabled=lambda: is_open(studio)),
    ]


@pytest.fixture
def window(qtbot: QtBot, own_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """A window with one more workspace, between the second and the third."""
    monkeypatch.setitem(WORKSPACES, "notes", Workspace("notes", "Notes", "info", 25, _page, commands))
    journal.state_folder.cache_clear()
    monkeypatch.setattr(main_window, "WARM_UP_AFTER", 10**9)  # nothing here is trained
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    idle(window)
    yield window
    window.controller.document.mark_saved()
    window.close()
    journal.state_folder.cache_clear()


def _page(studio: Studio) -> Notes:
    return Notes(studio.settings)


def notes(window: MainWindow) -> Notes:
    page = window.workspace("notes")
    assert isinstance(page, Notes)
    return page


def test_a_name_stands_for_one_workspace() -> None:
    with pytest.raises(AssertionError):
        register(in_order()[0])


def test_the_top_bar_and_ctrl_and_a_digit_lead_to_it(window: MainWindow) -> None:
    window.show_workspace("design")
    names = sorted(WORKSPACES, key=lambda name: window.top_bar.workspaces.segment(name).x())
    assert names == ["data", "design", "notes", "train", "inspect", "numbers", "experiments", "predict"]
    window.top_bar.workspace_requested.emit("notes")
    assert window.pages.currentWidget() is notes(window) and window.top_bar.workspaces.value() == "notes"
    window.commands["show-design"].trigger()
    shortcuts = {name: window.commands[f"show-{name}"].shortcut().toString() for name in names}
    assert shortcuts == {
        "data": "Ctrl+1",
        "design": "Ctrl+2",
        "notes": "Ctrl+3",
        "train": "Ctrl+4",
        "inspect": "Ctrl+5",
        "numbers": "Ctrl+6",
        "experiments": "Ctrl+7",
        "predict": "Ctrl+8",
    }
    window.commands["show-notes"].trigger()
    assert window.focusWidget() is notes(window).second


def test_its_commands_are_found_and_run(window: MainWindow) -> None:
    notes(window).first.setText("something")
    window.commands["search"].trigger()
    (search,) = window.findChildren(CommandSearch)
    search.field.setText("clear notes")
    assert search.list.count() == 1
    search.list.itemActivated.emit(search.list.item(0))
    assert window.pages.currentWidget() is notes(window) and notes(window).first.text() == ""
    assert window.commands["clear-notes"].shortcut().toString() == "Ctrl+Alt+N"


def test_a_command_that_would_do_nothing_is_gray_and_does_nothing(window: MainWindow) -> None:
    notes(window).first.setText("something")
    window.commands.show_enabled()
    gray: QAction = window.commands["send"]
    assert not gray.isEnabled() and window.commands["clear-notes"].isEnabled()
    window.commands.run("send")
    assert notes(window).first.text() == "something"


def test_the_keyboard_walks_its_panels(window: MainWindow) -> None:
    window.show_workspace("notes")
    window.top_bar.menu_button.setFocus()
    met = []
    for _ in range(3):
        window.walk_panels()
        met.append(window.focusWidget())
    assert met[:2] == [notes(window).first, notes(window).second]


def test_its_panels_are_remembered(window: MainWindow) -> None:
    page = notes(window)
    page.resize(600, 300)
    page.columns.setSizes([500, 90])
    window.pages.save_state()
    assert window.settings.state("notes/columns") == page.columns.saveState()


def test_it_is_drawn_for_the_documentation(window: MainWindow) -> None:
    assert "notes" in screens()
    assert {f"notes-{mode}-1280x800.png" for mode in ("dark", "light")} <= {shot.file("notes") for shot in SHOTS}
