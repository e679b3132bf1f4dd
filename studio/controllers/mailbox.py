"""What workers say, on its way from their threads to the window's."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from studio.running.client import WorkerState

OUTDATED = ("loading", "training")
"""States that tell how far a run is: the newest of several in a row says it all."""


class Mailbox(QObject):
    """Hands states on in their order; however many come while the window is busy, it is not kept busy by them."""

    _rang = Signal()

    def __init__(self, read: Callable[[WorkerState], None], parent: QObject) -> None:
        super().__init__(parent)
        self._read = read
        self._states: deque[WorkerState] = deque()
        self._lock = threading.Lock()
        self._rang.connect(self._empty)

    def put(self, state: WorkerState) -> None:
        """Take a state, on any thread; it is read on the window's."""
        with self._lock:
            rings = not self._states
            if self._states and _is_outdated(self._states[-1], state):
                self._states.pop()
            self._states.append(state)
        if rings:
            with suppress(RuntimeError):  # the window may be gone by now, and its signals with it
                self._rang.emit()

    def _empty(self) -> None:
        with self._lock:
            states, self._states = self._states, deque()
        for state in states:
            self._read(state)


def _is_outdated(before: WorkerState, now: WorkerState) -> bool:
    return now.name in OUTDATED and (before.name, before.run, before.worker) == (now.name, now.run, now.worker)
