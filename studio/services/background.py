"""Work that may take long, on a thread of its own; what comes of it arrives on the window's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Signal


class JobFailed(Exception):
    """A job ended with an exception that nobody expected."""


class Background(QObject):
    """Runs one job at a time that matters: a later one makes the results of earlier ones unwanted."""

    _done = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._forgotten = False
        self._on_result: dict[int, tuple[Callable[[Any], object], Callable[[Exception], object]]] = {}
        self._threads: list[threading.Thread] = []
        self._done.connect(self._deliver)

    def run(
        self,
        job: Callable[[], Any],
        on_result: Callable[[Any], object],
        on_error: Callable[[Exception], object],
        expected: tuple[type[Exception], ...],
    ) -> None:
        """Run ``job``; its result, or an exception of an ``expected`` type, is delivered on this object's thread.

        Any other exception goes to the door for errors (`studio.services.errors`); ``on_error`` gets a `JobFailed`.
        """
        self._number += 1
        self._on_result = {self._number: (on_result, on_error)}
        number = self._number

        def work() -> None:
            result: Any = None
            error: Exception | None = JobFailed("Something unexpected went wrong.")
            try:
                result, error = job(), None
            except expected as problem:
                error = problem
            finally:
                if not self._forgotten:
                    with suppress(RuntimeError):  # what asked may be gone by now, and its signals with it
                        self._done.emit(number, result, error)

        thread = threading.Thread(target=work, name="background", daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()

    def forget(self) -> None:
        """Want no results any more, and wait a moment for what is still running."""
        self._forgotten = True
        self._on_result.clear()
        for thread in self._threads:
            thread.join(5.0)

    def _deliver(self, number: int, result: Any, error: Exception | None) -> None:
        callbacks = self._on_result.pop(number, None)
        if callbacks:
            callbacks[1](error) if error else callbacks[0](result)
