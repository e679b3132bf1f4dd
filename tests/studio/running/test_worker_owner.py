"""A program with a worker is killed at any moment: no process is left, and the run can be resumed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from documents import cnn

from studio.running.launch import new_run
from studio.runs.index import RunIndex
from studio.runs.metrics.reader import read_metrics
from support import ROOT, in_time, scaled, slowness, within


def gone(pid: int, timeout: float) -> bool:
    """Whether a process ends within so many seconds; one that nobody has waited for does not live."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


BEFORE = ("starting", "ready", "loading", "frozen", "alive")
"""What a client tells until its worker trains; the last two where a busy computer takes long to import torch."""
OWNER = """
import sys, time
from pathlib import Path
from studio.running.client import WorkerClient

def tell(state):
    print(state.name, state.facts.get("step", 0), flush=True)

client = WorkerClient(tell)
client.start()
getattr(client, sys.argv[1])(Path(sys.argv[2]))
print(client.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.R15
@pytest.mark.timeout(0)
def test_owners_killed_at_random_leave_no_process_and_a_run_that_goes_on(
    tmp_path: Path, figure: Callable[[str], None]
) -> None:
    document = cnn(epochs=100_000, optimizer={"kind": "SGD", "params": {"lr": 0.01}})
    run = new_run(document, None, tmp_path / "runs")
    rng, kills, most_lost, slowest = random.Random(15), scaled(200, 0.01), 0.0, 0.0
    for number in range(kills):
        trained, killed, left = kill_owner("resume" if number else "train", run.path, rng.uniform(0.0, 1.5))
        slowest = max(slowest, left)
        lost = killed - max(trained, read_metrics(run.metrics_path)["train/loss"].times.max())
        assert in_time(lost, 1.0), f"{number}: points of {lost:.2f} s are lost"
        most_lost = max(most_lost, lost)
        with RunIndex(tmp_path / "runs") as index:  # as the next start looks for runs to offer
            index.refresh()
            (listed,) = index.runs()
        assert listed.state == "interrupted" and listed.reason.startswith("The window was closed; the run ")
        newest, problems = run.checkpoints.newest_sound()
        assert newest is not None and problems == []
    steps = read_metrics(run.metrics_path)["train/loss"].steps
    assert (steps[1:] > steps[:-1]).all()
    figure(f"{kills} kills of a worker’s owner: none left after {slowest:.2f} s, {most_lost:.2f} s of points lost")


def kill_owner(command: str, run: Path, wait: float) -> tuple[float, float, float]:
    """Kill a program while its worker trains; gives since when it did, when, and how long a process of its was left."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, command, str(run)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert owner.stdout
    pid = int(owner.stdout.readline())
    while not (line := owner.stdout.readline()).startswith("training"):
        assert line.startswith(BEFORE), line
    trained = time.time()
    time.sleep(wait)
    family = psutil.Process(owner.pid).children(recursive=True)
    assert pid in [child.pid for child in family]
    os.kill(owner.pid, signal.SIGKILL)
    killed, start = time.time(), time.monotonic()
    owner.wait()
    owner.stdout.close()
    late = slowness()
    assert all(gone(child.pid, 2.0 * late) for child in family)
    return trained, killed, time.monotonic() - start


def test_a_killed_window_leaves_no_worker() -> None:
    """A program with a worker is killed: the pipe closes, the worker ends."""
    code = (
        "import time\nfrom studio.running.client import WorkerClient\n"
        "client = WorkerClient(lambda state: None)\nclient.start()\nprint(client.pid, flush=True)\ntime.sleep(60)\n"
    )

    def kill() -> float:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout
        pid = int(process.stdout.readline())
        time.sleep(0.5)
        start = time.monotonic()
        process.kill()
        process.wait()
        process.stdout.close()
        assert gone(pid, 60.0)
        return time.monotonic() - start

    within(2.0, kill)
