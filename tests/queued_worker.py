"""A client of a real worker process whose states wait in a queue, and a network that is slow."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any

from models.document import Document
from studio.running.client import WorkerClient, WorkerState
from studio.runs.folder import RunFolder

LONG = 100_000
New = Callable[[Document], RunFolder]


class Worker:
    """A client whose states are kept in a queue."""

    def __init__(self) -> None:
        self.states: queue.Queue[WorkerState] = queue.Queue()
        self.client = WorkerClient(self.states.put)

    def until(self, name: str, timeout: float = 120.0, **facts: Any) -> WorkerState:
        """Wait for a state of that name with these facts."""
        deadline = time.monotonic() + timeout
        while True:
            state = self.states.get(timeout=max(0.01, deadline - time.monotonic()))
            if state.name == name and facts.items() <= state.facts.items():
                return state
            # One that retires, as it could not stop reading data, ends in good order.
            assert state.name != "died" or name == "died" or (state.run, state.facts["status"]) == ("", 0), state

    def end_of(self, run: RunFolder) -> WorkerState:
        """Wait until a run ends by itself or with its worker."""
        while (state := self.states.get(timeout=120.0)).run != str(run.path) or state.name not in ("ended", "died"):
            pass
        return state

    def be_ready(self) -> None:
        """Wait for a process that waits for a command, and forget what was said before."""
        deadline = time.monotonic() + 120.0
        while not (self.client.pid and self.client.state in ("ready", "ended") and not self.client.is_busy):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        while not self.states.empty():
            self.states.get()

    def rest(self) -> None:
        """End what is still trained."""
        if self.client.is_busy:
            self.client.stop()
            while self.states.get(timeout=120.0).name not in ("ended", "died"):
                pass

    def until_step(self, step: int) -> WorkerState:
        """Wait until training is beyond a step."""
        while True:
            state = self.until("training")
            if state.facts.get("step", 0) > step:
                return state


SLOW = """
import pathlib, time

def slowly(self, inputs):
    pathlib.Path("{mark}").touch()
    time.sleep(600)

for item in list(vars().values()):
    if isinstance(item, type) and issubclass(item, nn.Module):
        item.forward = slowly
"""
