"""Several workers, each of which trains one run at a time; whoever starts and steers runs asks here.

    pool = WorkerPool(on_state)        # on_state(state: WorkerState) is called from threads of the workers' own
    pool.start()                       # one worker ahead of need; returns at once, as everything here but `close`
    pool.train(run.path)               # by a worker that is free; or resume
    pool.pause(run.path)               # or go_on, stop
    pool.close()                       # all workers save and end; called before the program ends

No Qt, no torch. States carry the number of their worker and the folder of their run.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.running.client import WorkerClient, WorkerState


class WorkerPool:
    """Up to ``size`` workers of so many ``threads`` each (0 for the computer's number), started as they are needed.
    Methods may be called from any thread."""

    def __init__(
        self,
        on_state: Callable[[WorkerState], None],
        *,
        size: int = 1,
        threads: int = 0,
        python: str = sys.executable,
    ) -> None:
        self._on_state, self._size, self._threads, self._python = on_state, size, threads, python
        self._lock = threading.RLock()
        self._workers: list[WorkerClient] = []
        self._is_closed = False

    @property
    def is_busy(self) -> bool:
        """Whether any run is being trained or about to be."""
        return any(worker.is_busy for worker in self._workers)

    @property
    def pids(self) -> list[int]:
        """The numbers of the workers' processes."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    @property
    def devices(self) -> list[dict[str, Any]]:
        """The devices that the workers found."""
        return next((worker.devices for worker in self._workers if worker.devices), [])

    def trains(self, run: Path | None) -> bool:
        """Whether a run is being trained or about to be."""
        return run is not None and self._worker_of(run) is not None

    def start(self, count: int = 1) -> None:
        """Start so many workers ahead of need, at the same time, as far as they are not there."""
        with self._lock:
            while len(self._workers) < min(count, self._size):
                self._add()
            workers = self._workers[:count]
        for worker in workers:
            worker.start()

    def train(self, run: Path, device: str = "") -> None:
        """Train a new run. Where no worker is free the state "refused" says so."""
        self._begin(run, lambda worker: worker.train(run, device))

    def resume(self, run: Path, device: str = "", trust: str = "") -> None:
        """Go on with a run that stopped or was interrupted; ``trust`` as in `studio.runs.source`."""
        self._begin(run, lambda worker: worker.resume(run, device, trust))

    def pause(self, run: Path) -> None:
        """Let a run rest after its present step."""
        if worker := self._worker_of(run):
            worker.pause()

    def go_on(self, run: Path) -> None:
        """End the pause of a run."""
        if worker := self._worker_of(run):
            worker.go_on()

    def stop(self, run: Path, reason: str = "") -> None:
        """End a run after its present step, by force if that takes too long; see `WorkerClient.stop`."""
        if worker := self._worker_of(run):
            worker.stop(reason)

    def kill(self, number: int) -> None:
        """End the worker of a number at once; a new one takes its place. Its run can be resumed."""
        self._workers[number].kill()

    def close(self, timeout: float = 3.0) -> None:
        """Have all workers save and end, at the same time, by force after some seconds; waits for them."""
        with self._lock:
            self._is_closed, workers = True, list(self._workers)
        threads = [threading.Thread(target=worker.close, args=(timeout,), name="close") for worker in workers[1:]]
        for thread in threads:
            thread.start()
        for worker in workers[:1]:
            worker.close(timeout)
        for thread in threads:
            thread.join()

    def _begin(self, run: Path, begin: Callable[[WorkerClient], None]) -> None:
        with self._lock:
            free = next((worker for worker in self._workers if not worker.is_busy), None)
            if self._is_closed:
                refusal = "The program is about to end."
            elif self._worker_of(run) is not None:
                refusal = "This run is being trained already."
            elif free is None and len(self._workers) >= self._size:
                refusal = "Another run is being trained."
            else:
                begin(free or self._add())
                return
        self._on_state(WorkerState("refused", str(run), {"message": refusal}))

    def _add(self) -> WorkerClient:
        number = len(self._workers)
        hear = self._on_state
        worker = WorkerClient(
            lambda state: hear(replace(state, worker=number)), python=self._python, threads=self._threads
        )
        self._workers.append(worker)
        return worker

    def _worker_of(self, run: Path) -> WorkerClient | None:
        return next((worker for worker in self._workers if worker.run == str(run)), None)
