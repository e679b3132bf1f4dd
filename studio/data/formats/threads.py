"""Work on many items in threads that nothing waits for when it is left early."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 64
"""Items for each thread that are under way or done before their turn, where nobody says otherwise: not all of them at
once."""
PATIENCE = 5.0
"""Seconds that one thread waits for what another finds out."""


def in_threads(work: Callable[[T], R], items: Iterable[T], count: int, ahead: int = AHEAD) -> Iterator[R]:
    """`work` on each item, in order. What is left early is not waited for: a file may never come to its end.

    (The threads of an executor are waited for when the program ends.) ``work`` must not raise, but for memory.
    """
    todo: SimpleQueue[tuple[T, Future[R]] | None] = SimpleQueue()

    def serve() -> None:
        while job := todo.get():
            item, future = job
            _answer(future, partial(work, item))

    for _ in range(count):
        threading.Thread(target=serve, name="data-files", daemon=True).start()
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(Future())
            todo.put((item, waiting[-1]))
            if len(waiting) > ahead * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        while not todo.empty():
            todo.get()
        for _ in range(count):
            todo.put(None)


def beside(work: Callable[[], R]) -> Callable[[], R]:
    """Begin some work in a thread, which must not raise, but for memory; call what is given back for its result."""
    future: Future[R] = Future()
    threading.Thread(target=_answer, args=(future, work), name="data-beside", daemon=True).start()
    return future.result


class Together:
    """Work that several threads want at once is done by the first of them; the others get what it found. Where that
    fails, or takes long, as it may never end, each does its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Future[Any]] = {}

    def done(self, what: Hashable, work: Callable[[], R]) -> R:
        """The result of some work, by ``what`` it is."""
        own: Future[R] = Future()
        with self._lock:
            first: Future[R] = self._under_way.setdefault(what, own)
        if first is not own:
            with suppress(CancelledError, TimeoutError):
                return first.result(PATIENCE)
            return work()
        try:
            own.set_result(work())
        finally:
            with self._lock:
                del self._under_way[what]
            own.cancel()  # without effect on a result
        return own.result()


def _answer(future: Future[R], work: Callable[[], R]) -> None:
    try:
        future.set_result(work())
    except MemoryError as error:
        future.set_exception(error)
    finally:
        future.cancel()  # without effect on a result; else nobody would come for this one
