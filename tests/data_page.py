"""The Data page in a test: waiting for it, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.workspaces.data.workspace import DataWorkspace

WAIT = 60_000
Open = Callable[..., DataWorkspace]


def settle(qtbot: QtBot, workspace: DataWorkspace) -> None:
    qtbot.waitUntil(lambda: not workspace.is_busy, timeout=WAIT)
    QApplication.processEvents()


def notes(workspace: DataWorkspace) -> list[tuple[str, str]]:
    return [(note.kind, note.text()) for note in workspace.page.notes]


def in_use(workspace: DataWorkspace) -> list[str]:
    return [key for key, row in workspace.sources.rows.items() if row.in_use]


def click_source(qtbot: QtBot, workspace: DataWorkspace, key: str) -> None:
    qtbot.mouseClick(workspace.sources.rows[key], Qt.MouseButton.LeftButton)
    settle(qtbot, workspace)


def mend(qtbot: QtBot, workspace: DataWorkspace, place: int = 0) -> None:
    qtbot.mouseClick(workspace.page.notes[place].buttons[0], Qt.MouseButton.LeftButton)
    settle(qtbot, workspace)
