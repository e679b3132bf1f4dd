"""The window is killed at any moment: edits are at most a second behind, no process is left, work is offered again."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from documents import mlp
from random_edits import state

from models.storage import files, journal
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from support import ROOT, in_time, scaled

WINDOW = """
import hashlib, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from models.document.edits import Batch, SetSection
from studio.window.main_window import MainWindow
from waiting import idle
from widgets.theme import theme

application = QApplication([])
theme().apply(application)
window = MainWindow(path=Path(sys.argv[1]))
window.show()
idle(window)
assert window.controller.path

def hash_of(content):
    return hashlib.sha256(content).hexdigest()

def live(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.002)
"""
EDITING = """
import random
from random_edits import edit_from, random_codes, state

chance = random.Random(int(sys.argv[2]))
for number, code in enumerate(random_codes(int(sys.argv[2]), 100_000), 1):
    edit, count = edit_from(window.controller.document, code), SetSection("training", {"epochs": number})
    if edit is None or not window.controller.apply(Batch("Several", [edit, count])):
        window.controller.apply(count)
    print(number, time.time(), hash_of(state(window.controller.document)), flush=True)
    if chance.random() < 0.15:
        window.save()
    live(chance.uniform(0.0, 0.06))
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
print(window.training.worker_pid, window.training.run, flush=True)
live(600)
"""
NEXT = """
from random_edits import state
while not window.banner.text():
    live(0.05)
print(window.banner.text(), flush=True)
message = window.messages._present
for label, act in message.actions if message else ():
    if label in ("Recover", "Resume"):
        act()
        live(0.2)
        idle(window)
        break
print(hash_of(state(window.controller.document)), window.controller.path, flush=True)
window.files._closing = True
window.close()
"""


@pytest.fixture
def environment(tmp_path: Path, xvfb_display: str) -> dict[str, str]:
    modules = {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    homes = {f"XDG_{name}_HOME": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    display = {"DISPLAY": xvfb_display, "QT_QPA_PLATFORM": "xcb"}
    return os.environ | modules | homes | display | {"HOME": str(tmp_path), "NETLOOM_RUNS": str(tmp_path / "runs")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "exam.netloom"
    files.write(mlp(), file)
    return file


def start(code: str, path: Path, environment: dict[str, str], *more: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WINDOW + code, str(path), *map(str, more)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def line(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    words = process.stdout.readline().split()
    assert words, f"the window ended with status {process.wait()}"
    return words


def rest(process: subprocess.Popen[str]) -> list[str]:
    output, _ = process.communicate(timeout=240)
    return output.splitlines()


class Edited(NamedTuple):
    """What a window said of its edits before it was killed: when each was made, and what the document was then."""

    times: dict[int, float]
    hashes: dict[str, int]

    @classmethod
    def from_lines(cls, lines: list[list[str]]) -> Edited:
        whole = [words for words in lines if len(words) == 3]
        numbers = {words[2]: int(words[0]) for words in whole}
        return cls({int(words[0]): float(words[1]) for words in whole}, numbers)


def killed_while_editing(path: Path, environment: dict[str, str], seed: int) -> tuple[Edited, float]:
    """Kill a window under random edits and saves at a random moment; gives what it said, and when it was killed."""
    process = start(EDITING, path, environment, seed)
    first = line(process)
    time.sleep(random.Random(seed).uniform(0.0, 2.5))
    killed = time.time()
    process.send_signal(signal.SIGKILL)
    return Edited.from_lines([first, *(text.split() for text in rest(process))]), killed


@pytest.mark.end_to_end
@pytest.mark.R1
@pytest.mark.timeout(0)
def test_a_killed_window_loses_at_most_a_second_of_edits(
    tmp_path: Path, environment: dict[str, str], figure: Callable[[str], None]
) -> None:
    rounds, worst, saves, offered = scaled(500, 0.008), 0.0, 0, 0
    folder, new = tmp_path / "state" / "netloom" / "journal", state(mlp())
    for seed in range(rounds):
        path = tmp_path / f"{seed}.netloom"
        files.write(mlp(), path)
        edited, killed = killed_while_editing(path, environment, seed)
        saved, problems = files.read(path)
        waiting = journal.recoverable(folder)
        assert problems == [] and len(waiting) <= 1, seed
        left = state(journal.load(waiting[0]) if waiting else saved)
        kept = edited.hashes.get(hash_of(left), 0)
        assert kept or left == new, f"{seed}: what is left is no state that there was"
        lost = killed - min((moment for number, moment in edited.times.items() if number > kept), default=killed)
        assert in_time(lost, 1.0), f"{seed}: edits of {lost:.2f} s are lost"
        worst, saves, offered = max(worst, lost), saves + (state(saved) != new), offered + len(waiting)
        if waiting and seed % 5 == 0:
            said, again = rest(start(NEXT, path, environment))
            assert said.startswith(f"{seed} was not closed properly") and again == f"{hash_of(left)} {path}", seed
        for recovery in journal.recoverable(folder):
            journal.discard(recovery)
    figure(f"{rounds} kills, {saves} after a save, {offered} with work to recover; {worst:.2f} s lost at most")


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.end_to_end
@pytest.mark.R15
@pytest.mark.R25
@pytest.mark.timeout(0)
def test_a_window_killed_while_it_trains_leaves_no_process_and_the_run_goes_on(
    path: Path, tmp_path: Path, environment: dict[str, str], figure: Callable[[str], None]
) -> None:
    rounds, slowest = scaled(200, 0.01), 0.0
    shared = {*Path("/dev/shm").glob("*")}
    for seed in range(rounds):
        process = start(TRAINING, path, environment)
        words = line(process)
        run = RunFolder.open(Path(words[1]))
        family = [process.pid, *(child.pid for child in psutil.Process(process.pid).children(recursive=True))]
        assert int(words[0]) in family
        assert [found for found in psutil.net_connections("inet") if found.pid in family] == []
        time.sleep(random.Random(seed).uniform(0.0, 1.5))
        points = len(read_metrics(run.metrics_path)["train/loss"])
        killed = time.monotonic()
        process.send_signal(signal.SIGKILL)
        rest(process)
        while any(map(lives, family)):
            assert in_time(time.monotonic() - killed, 2.0), f"{seed}: a process lives on"
            time.sleep(0.02)
        slowest = max(slowest, time.monotonic() - killed)
        assert run.status().state == "interrupted" and run.status().reason.startswith("The window was closed; the run ")
        assert len(read_metrics(run.metrics_path)["train/loss"]) >= points
        newest, problems = run.checkpoints.newest_sound()
        assert newest is not None and problems == []
    assert {*Path("/dev/shm").glob("*")} <= shared
    said = rest(start(NEXT, path, environment))[0]
    assert "was interrupted" in said or "not closed properly" in said
    figure(f"{rounds} kills of a window that trains: nothing left after {slowest:.2f} s, no socket, no shared memory")


def lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
