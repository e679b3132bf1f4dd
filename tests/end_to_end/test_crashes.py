"""The window is killed at any moment: edits are at most a second behind, no process is left, work is offered again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from documents import mlp

from models.storage import files, journal
from studio.runs.folder import RunFolder
from studio.runs.metric_reader import read_metrics
from support import ROOT, in_time, scaled, within

WINDOW = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from models.document.edits import SetParam, SetSection
from studio.window.main_window import MainWindow
from widgets.theme import theme

application = QApplication([])
theme().apply(application)
window = MainWindow(path=Path(sys.argv[1]))
window.show()

def live(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.002)
"""
EDITING = """
for size in range(17, 100_000):
    window.controller.apply(SetParam("fc1", "out_features", size))
    print(size, time.time(), flush=True)
    live(0.03)
"""
TRAINING = """
window.controller.apply(SetSection("training", {"epochs": 100_000, "batch_size": 32, "device": "cpu"}))
while not window.training.devices:
    live(0.05)
window.train()
steps = []
window.training.progressed.connect(lambda progress: steps.append(progress.step))
while len(steps) < 5:
    live(0.05)
print(window.training._client.pid, window.training.run, flush=True)
live(600)
"""
NEXT = """
while not window.banner.text():
    live(0.05)
print(window.banner.text(), flush=True)
message = window.messages._present
for label, act in message.actions if message else ():
    if label in ("Recover", "Resume"):
        act()
        live(0.2)
        break
print(window.controller.document.network["fc1"].params["out_features"], window.controller.path, flush=True)
window._closing = True
window.close()
"""


@pytest.fixture
def environment(tmp_path: Path, xvfb_display: str) -> dict[str, str]:
    homes = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    display = {"DISPLAY": xvfb_display, "QT_QPA_PLATFORM": "xcb"}
    return os.environ | homes | display | {"HOME": str(tmp_path), "NETLOOM_RUNS": str(tmp_path / "runs")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "exam.netloom"
    files.write(mlp(), file)
    return file


def start(code: str, path: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WINDOW + code, str(path)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def line(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    words = process.stdout.readline().split()
    assert words, f"the window ended with status {process.wait()}"
    return words


def rest(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=240)
    return output.splitlines()


@pytest.mark.end_to_end
@pytest.mark.soak
@pytest.mark.parametrize("round", range(scaled(500, 0.006)))
def test_a_killed_window_loses_at_most_a_second_of_edits(
    path: Path, tmp_path: Path, environment: dict[str, str], round: int
) -> None:
    wait = random.Random(round).uniform(0.1, 2.5)

    def kill() -> float:
        """How long before the end the first edit that is lost was made."""
        process = start(EDITING, path, environment)
        first = line(process)
        time.sleep(wait)
        killed = time.time()
        process.send_signal(signal.SIGKILL)
        edits = [first, *(text.split() for text in rest(process))]
        made = {int(words[0]): float(words[1]) for words in edits if len(words) == 2}
        assert files.read(path)[1] == []
        recovered = 0
        waiting = journal.recoverable(tmp_path / "state" / "netloom" / "journal")
        if waiting:
            recovered = journal.load(waiting[0]).network["fc1"].params["out_features"]
            said, kept = rest(start(NEXT, path, environment))
            assert said.startswith("exam was not closed properly")
            assert kept == f"{recovered} {path}"
        return killed - min((moment for size, moment in made.items() if size > recovered), default=killed)

    within(1.0, kill)


@pytest.mark.end_to_end
@pytest.mark.soak
@pytest.mark.parametrize("round", range(scaled(50, 0.02)))
def test_a_window_killed_while_it_trains_leaves_no_process_and_the_run_goes_on(
    path: Path, tmp_path: Path, environment: dict[str, str], round: int
) -> None:
    process = start(TRAINING, path, environment)
    words = line(process)
    pid, run = int(words[0]), RunFolder.open(Path(words[1]))
    time.sleep(random.Random(round).uniform(0.0, 1.5))
    points = len(read_metrics(run.metrics_path)["train/loss"])
    killed = time.monotonic()
    process.send_signal(signal.SIGKILL)
    rest(process)
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert in_time(time.monotonic() - killed, 2.0), "the worker lives on"
        time.sleep(0.02)
    status = run.status()
    assert status.state == "interrupted" and status.reason.startswith("The window was closed; the run ")
    assert len(read_metrics(run.metrics_path)["train/loss"]) >= points
    newest, problems = run.checkpoints.newest_sound()
    assert newest is not None and problems == []
    said = rest(start(NEXT, path, environment))[0]
    assert "run 1 was interrupted" in said or "not closed properly" in said
