"""Work on many items in threads that nothing waits for when it is left early."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 64
"""Items for each thread that are under way or done before their turn: not all of them at once."""


def in_threads(work: Callable[[T], R], items: Iterable[T], count: int) -> Iterator[R]:
    """`work` on each item, in order. What is left early is not waited for: a file may never come to its end.

    (The threads of an executor are waited for when the program ends.) ``work`` must not raise.
    """
    todo: SimpleQueue[tuple[T, Future[R]] | None] = SimpleQueue()

    def serve() -> None:
        while job := todo.get():
            item, future = job
            try:
                future.set_result(work(item))
            finally:
                future.cancel()  # without effect on a result; else nobody would come for this one

    for _ in range(count):
        threading.Thread(target=serve, name="data-files", daemon=True).start()
    waiting: deque[Future[R]] = deque()
    try:
        for item in items:
            waiting.append(Future())
            todo.put((item, waiting[-1]))
            if len(waiting) > AHEAD * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        while not todo.empty():
            todo.get()
        for _ in range(count):
            todo.put(None)
