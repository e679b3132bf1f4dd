"""Work that may take long, on threads of its own; what comes of it arrives on the window's thread.

`Background` answers the newest request alone, `Queue` does one job after another and answers each. Whatever reads or
writes a file from the window goes through one of them: a disk may be slow, far away, or gone.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import ref

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

LONGEST_FAREWELL = 5.0
"""Seconds that the end of the program waits for a job that still runs."""


class JobFailed(Exception):
    """A job ended with an exception that nobody expected."""


class _Errand(NamedTuple):
    number: int
    job: Callable[[], Any]
    expected: tuple[type[Exception], ...]


class _Relay(QObject):
    """Brings what threads come to onto the window's thread. It is never destroyed while they run: an object that is,
    while a thread emits its signal, takes the program with it."""

    done = Signal(object, int, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.done.connect(self._deliver)

    def _deliver(self, asked: ref[_Threads], number: int, result: Any, error: Exception | None) -> None:
        threads = asked()
        if threads is not None and isValid(threads):
            threads.deliver(number, result, error)


_relay: _Relay | None = None
"""Made with the first that asks, on the window's thread."""


class _Threads(QObject):
    """Does errands on threads and hands over what they come to."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._forgotten = False
        # Kept here rather than with the errand: a thread that drops the last reference to a widget would destroy it.
        self._answers: dict[int, tuple[Callable[[Any], object], Callable[[Exception], object]]] = {}
        self._threads: list[threading.Thread] = []
        global _relay
        self._relay = _relay = _relay or _Relay()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._answers)

    def _note(
        self,
        job: Callable[[], Any],
        on_result: Callable[[Any], object],
        on_error: Callable[[Exception], object],
        expected: tuple[type[Exception], ...],
    ) -> _Errand:
        self._number += 1
        self._answers[self._number] = (on_result, on_error)
        return _Errand(self._number, job, expected)

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="background", daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()

    def _do(self, errand: _Errand) -> None:
        result: Any = None
        error: Exception | None = JobFailed("Something unexpected went wrong.")
        try:
            result, error = errand.job(), None
        except errand.expected as problem:
            error = problem
        finally:
            if not self._forgotten:
                self._relay.done.emit(ref(self), errand.number, result, error)

    def deliver(self, number: int, result: Any, error: Exception | None) -> None:
        """Answer who asked, unless nobody waits any more."""
        answers = self._answers.pop(number, None)
        if answers:
            answers[1](error) if error else answers[0](result)


class Background(_Threads):
    """Runs one job at a time that matters: a later one makes the results of earlier ones unwanted."""

    def run(
        self,
        job: Callable[[], Any],
        on_result: Callable[[Any], object],
        on_error: Callable[[Exception], object],
        expected: tuple[type[Exception], ...],
    ) -> None:
        """Run ``job``; its result, or an exception of an ``expected`` type, is delivered on this object's thread.

        Any other exception goes through the door for errors (`studio.services.errors`), and ``on_error`` gets a
        `JobFailed`.
        """
        self._answers.clear()
        errand = self._note(job, on_result, on_error, expected)
        self._start(lambda: self._do(errand))

    def drop(self) -> None:
        """Want no result of what runs now; it ends unheard."""
        self._answers.clear()

    def forget(self) -> None:
        """Want no results any more, and wait a moment for what is still running."""
        self._forgotten = True
        self._answers.clear()
        _join(self._threads)


class Queue(_Threads):
    """Runs jobs one after another, in the order in which they were asked for; each is done and answered."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._waiting: deque[_Errand] = deque()
        self._working = False

    def run(
        self,
        job: Callable[[], Any],
        on_result: Callable[[Any], object] = lambda _: None,
        on_error: Callable[[Exception], object] = lambda _: None,
        expected: tuple[type[Exception], ...] = (),
    ) -> None:
        """Run ``job`` after those that wait; answers come as those of `Background.run` do."""
        with self._lock:
            self._waiting.append(self._note(job, on_result, on_error, expected))
            if not self._working:
                self._start_next()

    def forget(self) -> None:
        """Want no results any more; what was asked for is still done, as far as a moment suffices."""
        self._forgotten = True
        self._answers.clear()
        deadline = time.monotonic() + LONGEST_FAREWELL
        while self._working and time.monotonic() < deadline:
            _join(self._threads, deadline)

    def _start_next(self) -> None:
        self._working = bool(self._waiting)
        if self._waiting:
            errand = self._waiting.popleft()
            self._start(lambda: self._work(errand))

    def _work(self, errand: _Errand) -> None:
        try:
            self._do(errand)
        finally:
            # A thread for each: an error that ends one does not keep the others from their turn.
            with self._lock:
                self._start_next()


def _join(threads: list[threading.Thread], deadline: float | None = None) -> None:
    for thread in tuple(threads):
        thread.join(LONGEST_FAREWELL if deadline is None else max(0.0, deadline - time.monotonic()))
