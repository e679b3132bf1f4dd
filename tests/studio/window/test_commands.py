"""Commands: one table, from which menu, shortcuts and search grow."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document import Document
from models.storage import files
from studio.runs.folder import RunFolder
from studio.services.commands import Command
from studio.window.command_search import MENU, CommandSearch
from studio.window.commands import Commands
from studio.window.main_window import MainWindow
from studio.workspaces.design import ON_THE_CANVAS
from widgets.canvas.editing.actions import ACTIONS
from widgets.theme import theme

if TYPE_CHECKING:
    from studio.workspaces.data.workspace import DataWorkspace
    from studio.workspaces.train.workspace import TrainWorkspace


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


def test_what_there_is_to_go_to_is_found_once_something_is_typed(
    commands: Commands, host: QWidget, done: list[str], qtbot: QtBot
) -> None:
    asked = []

    def finds() -> list[Command]:
        asked.append(1)
        return [Command("layer dark1", "Layer", "dark1", ("F2",), lambda: done.append("dark1"))]

    search = CommandSearch(host, commands, finds)
    search.open()
    assert entries(search) == ["save", "open", "delete", "dark"] and not asked
    search.field.setText("dark")
    search.field.setText("dark1")
    assert entries(search) == ["layer dark1"] and len(asked) == 1
    assert search.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole) == "dark1, Layer, F2"
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert done == ["dark1"]


def test_what_cannot_be_done_now_is_left(commands: Commands, host: QWidget, done: list[str], qtbot: QtBot) -> None:
    never = Command("never", "Edit", "Never", (), lambda: done.append("never"), enabled=lambda: False)
    search = CommandSearch(host, commands, lambda: [never])
    search.open()
    search.field.setText("never")
    qtbot.keyClick(search.field, Qt.Key.Key_Return)
    assert done == []


def test_what_is_not_found_is_said(search: CommandSearch) -> None:
    search.field.setText("<b>zebra</b>")
    assert search.empty.isVisible() and search.empty.text() == "Nothing called ‘<b>zebra</b>’."
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


def choose(window: MainWindow, qtbot: QtBot, text: str, menu: str) -> None:
    """Type into the search and take the entry of that heading."""
    window.commands["search"].trigger()
    search = window.findChildren(CommandSearch)[-1]
    search.field.setText(text)
    found = [search.list.item(row).data(MENU) for row in range(search.list.count())]
    search.list.setCurrentRow(found.index(menu))
    qtbot.keyClick(search.field, Qt.Key.Key_Return)


def test_asked_for_twice_it_is_there_once(window: MainWindow, qtbot: QtBot) -> None:
    window.search_commands()
    (search,) = window.findChildren(CommandSearch)
    qtbot.keyClicks(search.field, "light")
    window.search_commands()
    assert window.findChildren(CommandSearch) == [search] and search.field.selectedText() == "light"
    qtbot.keyClick(search.field, Qt.Key.Key_Escape)


def test_search_goes_to_layers_and_does_what_the_canvas_does(window: MainWindow, qtbot: QtBot) -> None:
    window.new("mlp")
    idle(window)
    window.show_workspace("train")
    layer = window.controller.document.network.nodes["fc1"]
    choose(window, qtbot, "linear fc1", "Layer · Linear")
    assert window.pages.currentWidget() is window.design and window.design.canvas.selection() == {layer.id}
    choose(window, qtbot, "delete and leave", "Canvas")
    assert layer.id not in window.controller.document.network
    window.design.canvas.select_all()
    choose(window, qtbot, "replace with", "Canvas")
    assert window.design.quick_add.isVisible()
    window.design.quick_add.cancel()


def test_search_opens_templates_and_recent_files(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    files.write(Document(), tmp_path / "flowers.netloom")
    window.settings.add_recent(tmp_path / "flowers.netloom")
    qtbot.waitUntil(lambda: any(command.menu == "Template" for command in window.welcome.finds()))
    choose(window, qtbot, "lenet", "Template")
    idle(window)
    assert "conv1" in window.controller.document.network
    window.controller.document.mark_saved()
    choose(window, qtbot, "flowers", f"Recent file · {tmp_path.name}")
    idle(window)
    assert window.controller.title == "flowers"


def test_search_finds_what_can_be_done_with_the_sources_of_data(window: MainWindow, qtbot: QtBot) -> None:
    window.new("iris-mlp")
    idle(window)
    data = cast("DataWorkspace", window.show_workspace("data"))
    until(lambda: data.preview is not None and not data.is_busy)
    window.show_workspace("design")
    choose(window, qtbot, "wine use", "Data · Wine")
    assert window.controller.document.data["source"] == "wine" and window.pages.name == "data"
    until(lambda: not data.is_busy)


def test_search_goes_to_settings_and_runs(window: MainWindow, qtbot: QtBot) -> None:
    window.new("mlp")
    idle(window)
    choose(window, qtbot, "batch size", "Setting of the training")
    train = cast("TrainWorkspace", window.workspace("train"))
    assert window.pages.currentWidget() is train and train.form.isAncestorOf(window.focusWidget())
    run = RunFolder.create(window.training.runs_dir, b"{}", "", {"name": "swift heron"})
    window.training.runs.refresh()
    qtbot.waitUntil(lambda: bool(window.training.runs.summaries))
    choose(window, qtbot, "heron", "Run")
    qtbot.waitUntil(lambda: train.panel.shown == run.path)
    idle(window)


def test_the_menu_of_the_window_says_of_the_canvas_what_the_canvas_says() -> None:
    told = {action.name: action for action in ACTIONS}
    for name, _, _, key in ON_THE_CANVAS:
        assert QKeySequence(key) == QKeySequence(told[name].keys[0]), name


def test_a_command_that_stands_for_something_on_is_checked(host: QWidget) -> None:
    chosen = ["dark"]

    def has(mode: str) -> bool:
        return chosen[-1] == mode

    table = [
        Command(mode, "View", mode, (), partial(chosen.append, mode), checked=partial(has, mode))
        for mode in ("dark", "light")
    ]
    commands = Commands(host, [*table, Command("fit", "View", "Fit", (), lambda: None)])
    (view,) = [action.menu() for action in commands.menu().actions()]
    assert isinstance(view, QMenu)

    def checked() -> list[str]:
        return [action.text() for action in view.actions() if action.isChecked()]

    commands.show_checked()
    assert checked() == ["dark"] and not commands["fit"].isCheckable()
    commands["light"].trigger()
    assert checked() == ["light"]
    commands["light"].trigger()  # choosing it again leaves it on
    assert checked() == ["light"]
    chosen.append("dark")
    commands.show_checked()
    assert checked() == ["dark"]
