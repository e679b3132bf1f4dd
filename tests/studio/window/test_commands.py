"""Commands: one table, from which menu, shortcuts and search grow."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle

from studio.services.commands import Command
from studio.window.command_search import CommandSearch
from studio.window.commands import Commands
from studio.window.main_window import MainWindow
from widgets.theme import theme


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def commands(host: QWidget, done: list[str]) -> Commands:
    table = [
        Command("save", "File", "Save", ("Ctrl+S", "F12"), lambda: done.append("save")),
        Command("open", "File", "Open…", ("Ctrl+O",), lambda: done.append("open")),
        Command("delete", "Edit", "Delete layers", ("Delete",), lambda: done.append("delete"), in_canvas=True),
        Command("dark", "View", "Dark theme", (), lambda: done.append("dark")),
    ]
    return Commands(host, table)


def test_every_key_runs_its_command(commands: Commands, host: QWidget, done: list[str], qtbot: QtBot) -> None:
    host.activateWindow()
    for key, modifier in ((Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier), (Qt.Key.Key_F12, None)):
        qtbot.keyClick(host, key, modifier or Qt.KeyboardModifier.NoModifier)
    assert done == ["save", "save"]


def test_the_canvas_keeps_its_own_keys(commands: Commands, host: QWidget, done: list[str], qtbot: QtBot) -> None:
    qtbot.keyClick(host, Qt.Key.Key_Delete)
    assert done == []
    assert commands["delete"].text() == "Delete layers\tDelete"
    commands["delete"].trigger()
    assert done == ["delete"]


def test_the_menu_has_a_submenu_for_each_heading(commands: Commands) -> None:
    menu = commands.menu()
    titles = [action.text() for action in menu.actions()]
    assert titles == ["File", "Edit", "View"]
    first = menu.actions()[0].menu()
    assert isinstance(first, QMenu)
    assert [action.text() for action in first.actions()] == ["Save", "Open…"]


def test_keys_read_as_people_write_them(commands: Commands) -> None:
    assert commands.keys("save") == "Ctrl+S"
    assert commands.keys("dark") == ""


# Search


@pytest.fixture
def search(commands: Commands, host: QWidget, qtbot: QtBot) -> CommandSearch:
    search = CommandSearch(host, commands)
    search.open()
    qtbot.waitExposed(search)
    return search


def entries(search: CommandSearch) -> list[str]:
    return [search.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(search.list.count())]


def test_search_lists_everything_until_words_are_typed(search: CommandSearch) -> None:
    assert entries(search) == ["save", "open", "delete", "dark"]
    search.field.setText("LAY del")
    assert entries(search) == ["delete"]
    search.field.setText("file")
    assert entries(search) == ["save", "open"]
    search.close()


def test_enter_runs_the_chosen_command(search: CommandSearch, done: list[str], qtbot: QtBot) -> None:
    qtbot.keyClick(search.field, Qt.Key.Key_Down)
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert done == ["open"]


def test_up_from_the_first_is_the_last(search: CommandSearch, done: list[str], qtbot: QtBot) -> None:
    qtbot.keyClick(search.field, Qt.Key.Key_Up)
    qtbot.keyClick(search.field, Qt.Key.Key_Enter)
    assert done == ["dark"]


def test_nothing_found_runs_nothing(search: CommandSearch, done: list[str], qtbot: QtBot) -> None:
    search.field.setText("zebra")
    qtbot.keyClick(search.field, Qt.Key.Key_Down)
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert done == []
    search.close()


def test_what_is_not_found_is_said(search: CommandSearch) -> None:
    search.field.setText("<b>zebra</b>")
    assert search.empty.isVisible() and search.empty.text() == "No command called ‘<b>zebra</b>’."
    search.field.setText("save")
    assert search.empty.isHidden()
    search.close()


def test_escape_gives_the_keyboard_back(commands: Commands, host: QWidget, qtbot: QtBot) -> None:
    field = QLineEdit(host)
    field.show()
    with qtbot.waitActive(host):
        host.activateWindow()
    field.setFocus()
    search = CommandSearch(host, commands)
    search.open()
    qtbot.waitUntil(search.field.hasFocus)
    qtbot.keyClick(search.field, Qt.Key.Key_Tab)
    assert search.field.hasFocus()
    qtbot.keyClick(search.field, Qt.Key.Key_Escape)
    qtbot.waitUntil(field.hasFocus)
    assert not search.isVisible()


def test_it_closes_when_one_works_elsewhere(commands: Commands, host: QWidget, qtbot: QtBot) -> None:
    field = QLineEdit(host)
    field.show()
    with qtbot.waitActive(host):
        host.activateWindow()
    search = CommandSearch(host, commands)
    search.open()
    qtbot.waitUntil(search.field.hasFocus)
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not search.isVisible()


# The window's own table


def test_no_key_has_two_meanings(window: MainWindow) -> None:
    keys = Counter(QKeySequence(key).toString() for command in window.commands for key in command.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_command_has_words_and_a_heading(window: MainWindow) -> None:
    for command in window.commands:
        assert command.text and command.menu
        assert window.commands[command.name].objectName() == command.name


def test_commands_of_the_canvas_bring_it_to_the_front(window: MainWindow) -> None:
    window.new("mlp")
    idle(window)
    window.show_workspace("train")
    window.commands["fit"].trigger()
    assert window.pages.currentWidget() is window.design


def test_look_commands_change_the_look_and_are_remembered(window: MainWindow) -> None:
    try:
        window.commands["theme-light"].trigger()
        assert not theme().is_dark
        assert window.settings.text("theme") == "light"
        window.commands["larger"].trigger()
        assert window.settings.scale == theme().scale == 1.1
        window.commands["contrast"].trigger()
        assert theme().contrast and window.settings.text("contrast") == "high"
    finally:
        theme().set_mode("system")
        theme().set_scale(1.0)
        theme().set_contrast(False)


def test_search_of_the_window_opens_and_finds(window: MainWindow, qtbot: QtBot) -> None:
    window.commands["search"].trigger()
    (search,) = window.findChildren(CommandSearch)
    search.field.setText("new")
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert window.pages.currentWidget() is window.design
