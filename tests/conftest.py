"""Every test runs away from the user's files, draws offscreen, leaves nothing behind, and has patience.

A test that touches Qt fails if it leaves a top-level widget, a running timer, a running thread, or a warning of Qt's.
Waiting for something that will come goes on for a minute: only what never comes should take long.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from figures import figure, pytest_collection_modifyitems, pytest_configure, pytest_terminal_summary
from pytestqt.qtbot import QtBot

from support import SOAK

__all__ = [
    "figure",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_terminal_summary",
]

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

# Set while pytest collects, before anything reads them: no test may see or change what is the user's own.
_home = tempfile.TemporaryDirectory(prefix="netloom-tests-")
_HOMES = {
    "HOME": "",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
}

# How somebody likes his desktop, his terminal or his Python changes no test.
_TASTES = ("QT_", "NETLOOM_RUNS", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING")
for _variable in [name for name in os.environ if name.startswith(_TASTES)]:
    del os.environ[_variable]
os.environ |= {"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What is compiled while tests are collected is kept for the next time, and for the processes that tests start. Nothing
# else is: what tests write and import leaves nothing beside it.
sys.dont_write_bytecode = False
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
# Tests kill processes and never the power: what one has written another reads, whether a disk has it by then or not.
# Each wait for the disk is some milliseconds, and there are tens of thousands.
if not SOAK:
    os.fsync = lambda handle: None
# A crash that a test is about leaves no large file behind.
resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
# Nor does a shell that starts them in the background, which has Ctrl-C ignored there and in all their processes.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# The runtime folder stays: sockets of the desktop, nothing that Netloom writes.
for _variable, _folder in _HOMES.items():
    os.environ[_variable] = str(Path(_home.name, _folder))


# The same examples each time, so that a change alone can break a test; the long batteries look for new ones. How long
# an example may take is a matter of the computer.
hypothesis.settings.register_profile("netloom", deadline=None, derandomize=not SOAK)
hypothesis.settings.load_profile("netloom")

PATIENCE = 60_000
"""Milliseconds after which a test gives up waiting."""
_AWAY = -10_000
SETTLES_WITHIN = 20.0
"""Seconds that threads may take to end after a test."""


class PatientBot(QtBot):
    """Waits as long as a busy computer may need."""

    waitUntil = partialmethod(QtBot.waitUntil, timeout=PATIENCE)
    waitSignal = partialmethod(QtBot.waitSignal, timeout=PATIENCE)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=PATIENCE)
    waitActive = partialmethod(QtBot.waitActive, timeout=PATIENCE)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=PATIENCE)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """pytest-qt's, with more patience."""
    return PatientBot(request)


def pytest_collection(session: pytest.Session) -> None:
    """What is collected stays: looking for garbage among it would cost a third of the collection."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Compile for this process alone from now on."""
    sys.dont_write_bytecode = True
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_sessionfinish() -> None:
    # What canvas and inspector copy is Python's: a clipboard that holds it when Python is gone crashes the process.
    gui = sys.modules.get("PySide6.QtGui")
    if gui and gui.QGuiApplication.instance():
        gui.QGuiApplication.clipboard().clear()


def pytest_unconfigure() -> None:
    """Remove the session's own home."""
    _home.cleanup()


def _uses_qt(request: pytest.FixtureRequest) -> bool:
    return bool({"qtbot", "qapp"} & set(request.fixturenames))


def _forget_state_folder() -> None:
    """The journal looks once a process for its folder."""
    if journal := sys.modules.get("models.storage.journal"):
        journal.state_folder.cache_clear()


@pytest.fixture(autouse=True)
def own_home(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test of windows starts with a home of its own, since windows remember what was done in them."""
    _forget_state_folder()
    if _uses_qt(request):
        from PySide6.QtCore import QSettings

        monkeypatch = request.getfixturevalue("monkeypatch")
        home = request.getfixturevalue("tmp_path") / "home"
        home.mkdir()
        for variable, folder in _HOMES.items():
            monkeypatch.setenv(variable, str(home / folder))
        # QSettings reads the environment once a process.
        for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
            QSettings.setPath(form, QSettings.Scope.UserScope, str(home / "config"))
    yield
    _forget_state_folder()


class _Started:
    """The timers and threads of Qt that were started while a test ran: Qt keeps no list of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from PySide6.QtCore import QThread, QTimer

        self.timers: weakref.WeakSet[QTimer] = weakref.WeakSet()
        self.threads: weakref.WeakSet[QThread] = weakref.WeakSet()
        self._record(monkeypatch, QTimer, self.timers)
        self._record(monkeypatch, QThread, self.threads)

    @staticmethod
    def _record(monkeypatch: pytest.MonkeyPatch, kind: type[Any], seen: weakref.WeakSet[Any]) -> None:
        start = kind.start

        def recording(instance: Any, *arguments: Any) -> None:
            seen.add(instance)
            start(instance, *arguments)

        monkeypatch.setattr(kind, "start", recording)

    def still_going(self) -> list[str]:
        import shiboken6

        timers = [timer for timer in self.timers if shiboken6.isValid(timer) and timer.isActive()]
        threads = [thread for thread in self.threads if shiboken6.isValid(thread) and thread.isRunning()]
        return [f"running {item!r} ({item.objectName() or 'no name'})" for item in (*timers, *threads)]


def _own_top_level_widgets(app: QApplication) -> dict[int, QWidget]:
    """By address: wrappers come and go. Qt keeps its label for tool tips for a while, which is its own affair."""
    import shiboken6

    widgets = [widget for widget in app.topLevelWidgets() if widget.metaObject().className() != "QTipLabel"]
    return {shiboken6.getCppPointer(widget)[0]: widget for widget in widgets}


def _put_the_pointer_away() -> None:
    """No window of a test opens beneath the pointer where the one before it left it."""
    from PySide6.QtGui import QCursor

    QCursor.setPos(_AWAY, _AWAY)


def _settle(app: QApplication) -> None:
    """Let Qt delete what was asked to be deleted."""
    from PySide6.QtCore import QEvent

    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    app.processEvents()


def _wait_until_empty(leaks: Callable[[], list[str]], app: QApplication) -> list[str]:
    """What is left once garbage is collected and threads had a moment to end."""
    _settle(app)
    deadline = time.monotonic() + SETTLES_WITHIN
    if not leaks():
        return []
    while (left := leaks()) and time.monotonic() < deadline:
        gc.collect()
        _settle(app)
        time.sleep(0.01)
    gc.freeze()  # what is alive now stays for long, and would be looked through each time
    return left


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest, own_home: None) -> Iterator[None]:
    """Fail a test of windows that leaves widgets, timers or threads behind, or draws a warning on its way out."""
    if not _uses_qt(request):
        yield
        return
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler

    app: QApplication = request.getfixturevalue("qapp")
    _put_the_pointer_away()
    started = _Started(request.getfixturevalue("monkeypatch"))
    widgets_before = set(_own_top_level_widgets(app))
    threads_before = set(threading.enumerate())

    def leaks() -> list[str]:
        widgets = [repr(widget) for key, widget in _own_top_level_widgets(app).items() if key not in widgets_before]
        threads = [repr(thread) for thread in set(threading.enumerate()) - threads_before]
        return widgets + started.still_going() + threads

    gc.disable()  # a thread that happens to collect what Qt owns ends in a crash: windows see to that by themselves
    yield
    warnings: list[str] = []

    def note(kind: QtMsgType, _context: object, message: str) -> None:
        if kind != QtMsgType.QtDebugMsg and kind != QtMsgType.QtInfoMsg:
            warnings.append(message)

    previous = qInstallMessageHandler(note)
    try:
        left = _wait_until_empty(leaks, app)
    finally:
        qInstallMessageHandler(previous)
        gc.enable()
    assert not left, f"the test leaves behind: {left}"
    assert not warnings, f"Qt warned while the test was cleared away: {warnings}"
