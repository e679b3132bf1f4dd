"""Work beside the training's own thread, which stays free to hear what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

R = TypeVar("R")


class Aside(Generic[R]):
    """One piece of work on a thread of its own that nobody has to wait for.

    Exceptions of the ``expected`` types are raised again by `result`; of others the log has the traceback.
    """

    def __init__(self, work: Callable[[], R], expected: tuple[type[Exception], ...]) -> None:
        self._work, self._expected = work, expected
        self._results: list[R] = []
        self._error: Exception = RuntimeError("the log has the details")
        # A daemon: the process may end while something that cannot be interrupted goes on.
        self._thread = threading.Thread(target=self._run, name="aside", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._results.append(self._work())
        except self._expected as error:
            self._error = error

    @property
    def is_going_on(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait so long at most."""
        self._thread.join(seconds)

    def result(self) -> R:
        """What came of it, waiting for its end; raises what it raised."""
        self._thread.join()
        if not self._results:
            raise self._error
        return self._results[0]
