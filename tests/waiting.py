"""Waiting for what the window does on threads, while its event loop goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from studio.controllers.documents import DocumentController
from studio.controllers.run_follower import RunFollower
from studio.window.main_window import MainWindow
from studio.workspaces.inspect.workspace import InspectWorkspace
from studio.workspaces.numbers.workspace import NumbersWorkspace
from studio.workspaces.train.run_curves import RunCurves

PATIENCE = 60.0


def until(condition: Callable[[], object], what: str = "what was waited for") -> None:
    """Let the event loop go on until something is so; fails after a minute."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come within a minute"
        QCoreApplication.processEvents()
        time.sleep(0.001)


def idle(owner: MainWindow | DocumentController) -> None:
    """Wait until nothing is being opened, saved or looked for."""
    if isinstance(owner, MainWindow):
        until(lambda: not owner.recovery.is_looking, "the look for unsaved work")
        idle(owner.controller)
    else:
        until(lambda: not owner.opening and not owner.is_saving, "the end of opening and saving")


def read(reader: RunFollower | RunCurves) -> None:
    """Wait until no run is being read."""
    until(lambda: not reader.is_reading, "the end of reading")


def inspected(page: InspectWorkspace) -> None:
    """Wait until nothing is asked of a run, opened or sorted any more."""
    waits = (
        page._opening,
        page._counting,
        page.tables._sorting,
        page.samples._picking,
        page.side.over_time._picking,
        page.side.over_time._preparing,
        page.training.runs,
        page.probing,
    )
    until(lambda: not any(item.is_busy for item in waits), "the end of asking")


def worked_out(page: NumbersWorkspace) -> None:
    """Wait until no number is asked for any more."""
    until(lambda: not (page._asking.isActive() or page.probing.is_busy or page.chosen.is_busy), "the numbers")
