"""Clocks that jump by a day, in the window's process and in the worker's: nobody who lives is told dead."""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from documents import cnn

from models.document.edits import SetParam
from models.storage import journal
from models.storage.process import Owner
from studio.running.client import WorkerClient, WorkerState
from studio.running.launch import new_run
from studio.runs.errors import RunError
from studio.runs.index import RunIndex
from studio.runs.metrics.reader import read_metrics
from studio.runs.source import ANY
from support import scaled

DAY = 86_400.0
JUMPS_EVERY = 0.1
JUMPING = f"""
import time as _time
_true, _start = _time.time, _time.monotonic()
_time.time = lambda: _true() + (0.0, {DAY}, -{DAY})[int((_time.monotonic() - _start) / {JUMPS_EVERY}) % 3]
"""
"""Ends the source of a network, so that it is run by the worker: the clock of its process jumps from then on."""


@pytest.fixture
def states(forked: None) -> Iterator[tuple[WorkerClient, queue.Queue[WorkerState]]]:
    heard: queue.Queue[WorkerState] = queue.Queue()
    client = WorkerClient(heard.put)
    client.start()
    yield client, heard
    client.close()


@pytest.mark.R27
@pytest.mark.usefixtures("state_home")
@pytest.mark.timeout(0)
def test_clocks_that_jump_by_a_day_tell_nobody_dead(
    states: tuple[WorkerClient, queue.Queue[WorkerState]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str], None],
) -> None:
    client, heard = states
    run = new_run(cnn(epochs=100_000), None, tmp_path / "runs")
    run.source_path.write_text(run.source_path.read_text() + JUMPING)
    client.resume(run.path, trust=ANY)
    while heard.get(timeout=120).facts.get("step", 0) < 5:
        pass
    me, true, jumps = Owner.current(), time.time, scaled(1000)
    document = cnn()
    document.apply(SetParam("conv1", "out_channels", 7))
    kept = journal.Journal(document, None, title="mine")
    assert kept.flush()
    with RunIndex(run.path.parent) as index:
        for number in range(jumps):
            shift = (0.0, DAY, -DAY)[number % 3]
            monkeypatch.setattr(time, "time", lambda shift=shift: true() + shift)
            time.sleep(JUMPS_EVERY)
            index.refresh()
            assert me.is_alive() and run.status().state == "running", (number, run.status())
            assert [summary.state for summary in index.runs()] == ["running"]
            assert journal.recoverable() == []
            with pytest.raises(RunError, match="is training"):
                run.hold()
    monkeypatch.undo()
    assert kept.file.exists()
    kept.close()
    names = {heard.get().name for _ in range(heard.qsize())}
    assert names <= {"loading", "training"} and client.pid and client.is_busy
    times = read_metrics(run.metrics_path)["train/loss"].times
    assert times.max() - times.min() > DAY / 2  # they did jump
    os.kill(client.pid, 9)
    while heard.get(timeout=120).name != "died":
        pass
    assert run.status().state == "interrupted"
    figure(f"{jumps} jumps of a day in the window's process and {jumps} in the worker's: nobody who lived was told "
           "dead, who died was")  # fmt: skip
