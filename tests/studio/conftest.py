"""Windows that are closed without questions, and journals in a home of their own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kept_worker import KeptWorker
from nursery import Nursery
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot
from waiting import idle

from models.storage import journal
from studio.controllers.asking.probing import Probing
from studio.processes import limited
from studio.running import client, pool
from studio.window import main_window
from studio.window.main_window import MainWindow
from studio.worker.ranks import spawning
from support import SOAK

MakeWindow = Callable[..., MainWindow]
USUAL = QSize(1024, 640)
"""A size with room for every panel."""


@pytest.fixture
def state_home(own_home: None) -> Iterator[None]:
    """Recovery files lie in this test's own home."""
    journal.state_folder.cache_clear()
    yield
    journal.state_folder.cache_clear()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """The process for `forked`."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def own_code_is_forked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that runs a program which gives data has torch at once (`nursery`), which is made with the first."""

    def popen(*given: Any, **named: Any) -> subprocess.Popen[bytes]:
        if "studio.worker.reading" not in given[0]:
            return subprocess.Popen(*given, **named)
        child: subprocess.Popen[bytes] = request.getfixturevalue("nursery").subprocess.Popen(*given, **named)
        return child

    if not SOAK:
        monkeypatch.setattr(limited, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": popen}))


@pytest.fixture
def forked(nursery: Nursery, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that start in this test have torch at once (`nursery`): for tests that kill workers or wait for new ones.
    Not for tests of the start itself. ``make soak`` starts them as the program does."""
    if not SOAK:
        monkeypatch.setattr(client, "subprocess", nursery.subprocess)
        monkeypatch.setattr(spawning, "subprocess", nursery.subprocess)


@pytest.fixture(scope="session")
def kept_process() -> Iterator[KeptWorker]:
    """The process for `kept_worker`."""
    worker = KeptWorker()
    worker.start()
    yield worker
    worker.end()


@pytest.fixture
def kept_worker(kept_process: KeptWorker, monkeypatch: pytest.MonkeyPatch) -> KeptWorker:
    """Whoever trains in this test does so with a worker that is there already, and stays. Not for tests that kill it,
    or that are about what becomes of a run when the window closes."""
    monkeypatch.setattr(pool, "WorkerClient", kept_process.serve)
    return kept_process


@pytest.fixture(scope="session")
def probing(qapp: object) -> Iterator[Probing]:
    """One worker for all tests that ask one: each would wait seconds for its own. Not for tests that kill it."""
    probing = Probing()
    probing.warm_up()
    yield probing
    probing.close()


@pytest.fixture
def make_window(qtbot: QtBot, state_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeWindow]:
    """Makes a window, shown, with a document if a path is given. It starts no worker before it is told to: importing
    torch costs more than all that most tests do with a window."""
    monkeypatch.setattr(main_window, "WARM_UP_AFTER", 10**9)
    windows: list[MainWindow] = []

    def make(path: Path | None = None, room: QSize = USUAL) -> MainWindow:
        window = MainWindow(path=path)
        windows.append(window)
        window.resize(window.size().expandedTo(room))  # the screen that is drawn offscreen is a small one
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
