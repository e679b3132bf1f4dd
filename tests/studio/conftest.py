"""Windows that are closed without questions, and journals in a home of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from waiting import idle

from models.storage import journal
from studio.window.main_window import MainWindow

MakeWindow = Callable[..., MainWindow]


@pytest.fixture
def state_home(own_home: None) -> Iterator[None]:
    """Recovery files lie in this test's own home."""
    journal.state_folder.cache_clear()
    yield
    journal.state_folder.cache_clear()


@pytest.fixture
def make_window(qtbot: QtBot, state_home: None) -> Iterator[MakeWindow]:
    """Makes a window, shown, with a document if a path is given."""
    windows: list[MainWindow] = []

    def make(path: Path | None = None) -> MainWindow:
        window = MainWindow(path=path)
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        idle(window)
        return window

    yield make
    for window in windows:
        idle(window)
        window.controller.document.mark_saved()
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make_window: MakeWindow) -> MainWindow:
    """A window as it is at a first start."""
    return make_window()
