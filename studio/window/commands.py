"""Every command of the window, once: its words, its keys, what it does. Menu, shortcuts and search grow out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.services.commands import Command
from widgets.theme import Menu


class Commands:
    """The commands of a window as actions."""

    def __init__(self, window: QWidget, commands: Iterable[Command]) -> None:
        self._window = window
        self._commands = {command.name: command for command in commands}
        self.actions = {name: self._action(command) for name, command in self._commands.items()}

    def __getitem__(self, name: str) -> QAction:
        return self.actions[name]

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def keys(self, name: str) -> str:
        """The first shortcut as people read it, such as Ctrl+S."""
        return keys_text(self._commands[name])

    def menu(self) -> Menu:
        """A menu of all commands, one submenu for each heading."""
        menu = Menu(self._window)
        submenus: dict[tuple[str, str], Menu] = {}
        for command in self._commands.values():
            if (command.menu, "") not in submenus:
                submenus[command.menu, ""] = menu.submenu(command.menu)
            place = command.menu, command.submenu
            if place not in submenus:
                submenus[place] = submenus[command.menu, ""].submenu(command.submenu)
            submenus[place].addAction(self.actions[command.name])
        menu.aboutToShow.connect(self.show_checked)
        return menu

    def run(self, name: str) -> None:
        """Do what a command does, if it would do anything now."""
        command = self._commands[name]
        if command.enabled():
            command.run()
        self.show_checked()

    def show_checked(self) -> None:
        """Show in menus what is switched on."""
        for name, command in self._commands.items():
            if command.checked is not None:
                self.actions[name].setChecked(command.checked())

    def show_enabled(self) -> None:
        """Show in menus which commands would do something now."""
        for name, command in self._commands.items():
            self.actions[name].setEnabled(command.enabled())

    def _action(self, command: Command) -> QAction:
        action = QAction(command.text, self._window)
        action.setObjectName(command.name)
        action.setCheckable(command.checked is not None)
        action.triggered.connect(lambda: self.run(command.name))
        if command.in_canvas:
            action.setText(f"{command.text}\t{', '.join(command.keys)}")
        else:
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            self._window.addAction(action)
        return action


def keys_text(command: Command) -> str:
    """The first shortcut as people read it, "" if there is none."""
    if not command.keys:
        return ""
    return QKeySequence(command.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
