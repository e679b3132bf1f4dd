"""A real worker process that outlives those who train with it: importing torch takes longer than most tests."""

from __future__ import annotations

import time
from collections.abc import Callable

from studio.running.client import WorkerClient, WorkerState

Listener = Callable[[WorkerState], None]


class KeptWorker(WorkerClient):
    """Stands in a pool for the worker that it would start. Whoever closes it only has it end what it trains."""

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._is_new = False
        self._said = ""
        super().__init__(self._pass_on)

    def serve(self, on_state: Listener, *, python: str = "", threads: int = 0) -> WorkerClient:
        """Work for somebody else from now on."""
        self._listener, self._is_new = on_state, True
        return self

    def start(self) -> None:
        """As for a process that is started and ready at once, if there is one."""
        super().start()
        if self._is_new and self.state in ("ready", "ended"):
            self._pass_on(WorkerState("ready", "", {"devices": self.devices}))
        self._is_new = False

    def close(self, timeout: float = 60.0) -> None:
        self._listener = None
        self.stop()
        deadline = time.monotonic() + 60.0
        while self.is_busy or self._said in ("loading", "training", "paused"):
            assert time.monotonic() < deadline, "the worker did not stop"
            time.sleep(0.005)

    def end(self) -> None:
        """End the process."""
        super().close()

    def _pass_on(self, state: WorkerState) -> None:
        self._said = state.name
        if self._listener:
            self._listener(state)
