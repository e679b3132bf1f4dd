"""The window while its worker has no memory left, and while it says more than anybody could read."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from documents import Layers, chain, mlp
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from studio.processes import interpreter
from studio.running.launch import new_run
from studio.services.message import Message
from studio.window.main_window import MainWindow
from support import SOAK, in_time, scaled, slowness, undisturbed, within

MakeWindow = Callable[..., MainWindow]
WAIT = 120_000
ROOM = 512 << 20
"""Bytes that a worker may take beside what it has when it is ready."""
LONGEST_GAP = 0.1
"""Seconds between two turns of the event loop, but for what other programs took of them."""
STORM = """
import json, sys, threading, time

def say(state, **facts):
    print(json.dumps({"state": state, **facts}), flush=True)

say("ready", devices=[{"id": "cpu", "name": "CPU"}], torch="none")
run, over = json.loads(sys.stdin.readline())["run"], threading.Event()
threading.Thread(target=lambda: [over.set() for line in sys.stdin if "stop" in line], daemon=True).start()
start, step = time.monotonic(), 0
while not over.is_set():
    for step in range(step, round((time.monotonic() - start) * 1000)):
        say("training", run=run, step=step, steps=10**6, epoch=step / 1000, epochs=1000, samples_per_second=1e4)
    time.sleep(0.001)
say("ended", run=run, outcome="stopped", reason=str(step))
"""


@pytest.mark.R20
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs a limit of memory for another process")
@pytest.mark.timeout(0)
def test_memory_that_runs_out_ends_a_run_and_a_smaller_one_starts(
    qtbot: QtBot, window: MainWindow, figure: Callable[[str], None]
) -> None:
    training, said, rng = window.training, list[Message](), random.Random(20)
    window.controller.said.connect(said.append)

    def end_of(width: int) -> str:
        """Train two layers of a width; how the run ended."""
        layers: Layers = [
            ("input1", "Input", {"shape": [4]}), ("wide1", "Linear", {"out_features": width}),
            ("wide2", "Linear", {"out_features": width}), ("fc1", "Linear", {"out_features": 3}),
            ("output1", "Output", {}),
        ]  # fmt: skip
        run = new_run(chain(layers, "iris", epochs=1), None, training.runs_dir)
        training.resume(run.id)
        qtbot.waitUntil(lambda: not training.is_training, timeout=WAIT)
        return run.status().state

    training.warm_up()
    rounds, deaths, limited = scaled(100), 0, 0
    for number in range(rounds):
        qtbot.waitUntil(lambda: bool(training.devices and training.worker_pid), timeout=WAIT)
        pid = training.worker_pid
        assert pid
        if pid != limited:
            assert end_of(8) == "finished"
            size = psutil.Process(pid).memory_info().vms + ROOM
            resource.prlimit(pid, resource.RLIMIT_AS, (size, size))
            limited = pid
        before = len(said)
        # From what does not fit when it is made to what fits until the optimizer takes as much again. The first one
        # leaves too little to read the next run, unless what it held is given back.
        width = round(7_500 * 8 ** rng.random()) if number else 11_140
        assert end_of(width) in ("failed", "interrupted"), number
        qtbot.waitUntil(lambda: any(message.kind == "error" for message in said[before:]), timeout=WAIT)  # noqa: B023
        assert any("memory" in message.text for message in said[before:]), said[before:]
        deaths += training.worker_pid != pid
        assert end_of(8) == "finished"
    figure(f"{rounds} runs without the memory they need, {deaths} of them the end of the worker: a sentence each time, "
           "and the next, smaller one finished")  # fmt: skip


@pytest.mark.R21
@pytest.mark.timeout(0)
def test_a_thousand_messages_a_second_leave_the_window_answering(
    qtbot: QtBot,
    make_window: MakeWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str], None],
) -> None:
    package = tmp_path / "storm" / "studio" / "worker"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "__main__.py").write_text(STORM)
    monkeypatch.setattr(interpreter, "ROOT", tmp_path / "storm")
    window = make_window()
    training = window.training
    training.warm_up()
    qtbot.waitUntil(lambda: bool(training.devices), timeout=WAIT)
    steps: list[int] = []
    training.progressed.connect(lambda progress: steps.append(progress.step))
    training.resume(new_run(mlp(), None, training.runs_dir).id)
    qtbot.waitUntil(lambda: bool(steps), timeout=WAIT)

    seconds, turns, gaps = 60.0 if SOAK else 3.0, list[float](), list[float]()
    timer = QTimer(window, interval=1)
    timer.timeout.connect(lambda: turns.append(undisturbed()))

    def longest_gap() -> float:
        turns[:], first = [undisturbed()], steps[-1]
        timer.start()
        qtbot.wait(round(seconds * 1000))
        timer.stop()
        assert steps[-1] - first > 900 * seconds / slowness()
        gaps.append(max(after - before for before, after in pairwise(turns)))
        return gaps[-1]

    first = steps[-1]
    within(LONGEST_GAP, longest_gap)
    heard = steps[-1] - first

    time.sleep(1.0)  # the window stands still, its worker does not
    before = len(steps)
    qtbot.wait(1)
    held = len(steps) - before
    assert held < 100
    start = time.monotonic()
    training.stop()
    qtbot.waitUntil(lambda: not training.is_training, timeout=WAIT)
    late = time.monotonic() - start
    assert in_time(late, 1.0), f"{late:.2f} s"
    figure(
        f"{heard / len(gaps) / seconds:.0f} messages a second for {seconds:.0f} s: {gaps[-1] * 1000:.0f} ms between "
        f"two turns of the event loop at most, a stop shown after {late * 1000:.0f} ms; "
        f"of 1,000 that came while it stood still {held} read"
    )
