"""Real workers side by side: each run has one of its own, and what befalls one leaves the others alone."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from documents import cnn

from studio.running.client import WorkerState
from studio.running.launch import new_run
from studio.running.pool import WorkerPool
from studio.runs.folder import RunFolder

LONG = 100_000


class Pool:
    """A pool of two, whose states are kept."""

    def __init__(self) -> None:
        self.states: queue.Queue[WorkerState] = queue.Queue()
        self.pool = WorkerPool(self.states.put, size=2)

    def until(self, name: str, run: Path | None = None, **facts: Any) -> WorkerState:
        """Wait for a state of that name, of a run if one is given."""
        deadline = time.monotonic() + 240
        while True:
            state = self.states.get(timeout=max(0.01, deadline - time.monotonic()))
            if state.name == name and (run is None or state.run == str(run)) and facts.items() <= state.facts.items():
                return state


@pytest.fixture
def pair(forked: None) -> Iterator[Pool]:
    made = Pool()
    yield made
    made.pool.close()
    assert made.pool.pids == []


@pytest.fixture
def new(tmp_path: Path) -> Callable[[], RunFolder]:
    """Makes runs that go on until they are told to end."""
    return lambda: new_run(cnn(epochs=LONG), None, tmp_path / "runs")


def test_two_runs_go_on_at_once_and_neither_knows_of_the_other(pair: Pool, new: Callable[[], RunFolder]) -> None:
    pool = pair.pool
    first, second, third = new(), new(), new()
    pool.start()
    pool.start()
    assert len(pool.pids) == 1 and not pool.is_busy
    pool.train(first.path)
    pool.train(second.path)
    workers = {pair.until("training", run.path).worker for run in (second, first)}
    assert workers == {0, 1} and len(set(pool.pids)) == 2
    assert pool.trains(first.path) and pool.trains(second.path) and not pool.trains(third.path)

    for run in (third, first):
        pool.train(run.path)
        pair.until("refused", run.path)
    assert third.claim() is None

    pool.pause(first.path)
    pair.until("paused", first.path)
    assert first.status().state == "paused" and second.status().state == "running"
    pool.pause(third.path)
    pool.stop(second.path)
    assert pair.until("ended", second.path).facts["outcome"] == "stopped"
    assert pool.trains(first.path) and not pool.trains(second.path) and pool.is_busy

    pool.resume(third.path)
    victim = pair.until("training", third.path).worker
    pool.kill(victim)
    assert pair.until("died", third.path).worker == victim
    assert first.status().state == "paused"
    assert pair.until("ready").worker == victim
    pool.resume(third.path)
    pair.until("training", third.path)
    pool.go_on(first.path)
    pair.until("training", first.path)


def test_all_save_and_end_together(pair: Pool, new: Callable[[], RunFolder]) -> None:
    runs = [new(), new()]
    for run in runs:
        pair.pool.train(run.path)
    for run in reversed(runs):
        pair.until("training", run.path)
    pids = pair.pool.pids
    pair.pool.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)
    for run in runs:
        assert run.status().state == "interrupted" and run.checkpoints.get("last")
    pair.pool.train(new().path)
    pair.until("refused")
