"""What the window will need soon, read while it waits for its user: modules, by a thread.

PySide6 makes most of Qt's classes when they are asked for first. Two threads that do so at once take the program with
them: one reads a module, say, while the window paints. So the window's thread asks for all of them before, a few at a
time, and no thread reads modules that use Qt until that is done.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from importlib import import_module

from PySide6 import QtCore, QtGui, QtWidgets

from studio.services.background import Queue

SLICE = 0.004
"""Seconds that are spent on classes between two looks at what else there is to do."""
_made = threading.Event()


def may_read() -> bool:
    """Whether a thread may read modules that use Qt."""
    return _made.is_set()


def make_classes() -> Iterator[None]:
    """Have all of Qt's classes made, one for each step."""
    for module in (QtCore, QtGui, QtWidgets):
        for name in dir(module):
            getattr(module, name)
            yield
    _made.set()


class ReadAhead(QtCore.QObject):
    """Has modules read once all classes are there."""

    def __init__(self, parent: QtCore.QObject) -> None:
        super().__init__(parent)
        self._queue = Queue(self)
        self._modules: list[str] = []
        self._steps = make_classes()
        self._timer = QtCore.QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be read."""
        return bool(self._modules) or self._queue.is_busy

    def read(self, module: str) -> None:
        """Have a module read soon."""
        self._modules.append(module)
        self._timer.start()

    def forget(self) -> None:
        """Read nothing more, and wait a moment for what is being read."""
        self._modules.clear()
        self._timer.stop()
        self._queue.forget()

    def _go_on(self) -> None:
        end = time.perf_counter() + SLICE
        while not may_read() and time.perf_counter() < end:
            next(self._steps, None)
        if may_read():
            self._timer.stop()
            for module in self._modules:
                self._queue.run(partial(import_module, module))
            self._modules.clear()
