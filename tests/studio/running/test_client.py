"""A real worker process: what it says, how it is told, and how it dies."""

from __future__ import annotations

import os
import queue
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from documents import cnn, mlp

from models.document import Document
from models.document.edits import SetSection
from studio.processes import interpreter
from studio.running import client
from studio.running.client import WorkerClient, WorkerState
from studio.running.death import Killer, cause_of_death, is_of_memory
from studio.running.launch import new_run
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.runs.source import ANY
from studio.runs.status import Status
from support import SOAK, clocked, held_up, in_time, scaled, slowness, within

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


@pytest.fixture
def new(tmp_path: Path) -> New:
    return lambda document: new_run(document, None, tmp_path / "runs")


@pytest.fixture
def cold() -> Iterator[Worker]:
    """One whose process has just been started."""
    made = Worker()
    made.client.start()
    yield made
    made.client.close()


@pytest.fixture(scope="module")
def kept() -> Iterator[Worker]:
    made = Worker()
    made.client.start()
    yield made
    made.client.close()


@pytest.fixture
def worker(kept: Worker) -> Iterator[Worker]:
    """One that is ready: a process does for many tests, unless it dies in one of them."""
    kept.be_ready()
    yield kept
    kept.rest()


def gone(pid: int, timeout: float = 2.0) -> bool:
    deadline = time.monotonic() + timeout * slowness()
    while time.monotonic() < deadline:
        if not _runs(pid):
            return True
        time.sleep(0.02)
    return False


def _runs(pid: int) -> bool:
    """Whether a process lives; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_it_trains_one_run_after_another(worker: Worker, new: New) -> None:
    assert worker.client.devices[-1]["id"] == "cpu"
    for document in (mlp(epochs=2), cnn(epochs=1)):
        run = new(document)
        worker.client.train(run.path)
        assert worker.client.is_busy
        ended = worker.until("ended")
        assert (ended.run, ended.facts["outcome"]) == (str(run.path), "finished")
        assert not worker.client.is_busy
        assert run.status().state == "finished"
        claim = run.claim()
        assert claim and claim.ended


@pytest.mark.usefixtures("forked")
@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that whoever opens it waits for")
def test_a_worker_that_can_not_stop_reading_makes_room_for_another(worker: Worker, new: New, tmp_path: Path) -> None:
    document = mlp(epochs=1)
    document.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "data.csv")}))
    run = new(document)
    with held_up(tmp_path / "data.csv"):
        worker.client.train(run.path)
        worker.until("loading")
        pid = worker.client.pid
        worker.client.stop()
        assert worker.until("ended").facts["outcome"] == "stopped"
        assert run.status().state == "stopped"
        after = new(mlp(epochs=1))
        worker.client.train(after.path)
        assert worker.until("died").run == ""
    assert worker.until("ended").run == str(after.path)
    assert worker.client.pid != pid and after.status().state == "finished"


def at_rest(pid: int) -> None:
    """Wait until a process has nothing more to do."""
    process = psutil.Process(pid)
    used, still = -1.0, 0
    while still < 3:
        time.sleep(0.3)
        before, used = used, sum(process.cpu_times()[:2])
        still = still + 1 if used - before < 0.02 else 0


def test_a_warm_worker_gives_its_first_point_within_a_second(worker: Worker, new: New) -> None:
    assert worker.client.pid
    at_rest(worker.client.pid)  # the readers of data are imported as well

    def first_point() -> float:
        run = new(cnn(epochs=LONG))
        start = time.monotonic()
        worker.client.train(run.path)
        while not read_metrics(run.metrics_path):
            time.sleep(0.01)
        taken = time.monotonic() - start
        worker.client.stop()
        worker.until("ended")
        return taken

    within(1.0, first_point)


def test_pause_go_on_and_stop_are_obeyed_at_once(worker: Worker, new: New) -> None:
    run = new(cnn(epochs=LONG))
    worker.client.train(run.path)
    worker.until_step(20)

    def steps() -> int:
        return int(read_metrics(run.metrics_path)["train/loss"].steps[-1])

    def pause() -> float:
        start = time.monotonic()
        worker.client.pause()
        worker.until("paused")
        taken = time.monotonic() - start
        before = steps()
        time.sleep(0.4)
        assert steps() == before
        worker.client.go_on()
        worker.until_step(before)
        return taken

    def stop() -> float:
        start = time.monotonic()
        worker.client.stop()
        assert worker.until("ended").facts["outcome"] == "stopped"
        taken = time.monotonic() - start
        assert run.checkpoints.get("last") is not None
        worker.client.resume(run.path)
        worker.until_step(steps())
        return taken

    within(1.0, pause)
    within(1.0, stop)
    worker.client.stop()
    worker.until("ended", outcome="stopped")


def test_a_run_stopped_before_the_worker_is_ready_never_begins(cold: Worker, new: New) -> None:
    run = new(cnn())
    cold.client.train(run.path)
    assert cold.client.is_busy
    cold.client.stop()
    assert cold.until("ended").facts["outcome"] == "stopped" and not cold.client.is_busy
    assert cold.until("ready").facts["devices"] == cold.client.devices
    assert run.status().state == "created"


@pytest.mark.R16
@pytest.mark.timeout(0)
def test_stop_is_obeyed_in_every_phase(
    worker: Worker, new: New, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    if not SOAK:
        # A computer that is busy with other things may take longer than a worker gets before it is ended by force.
        monkeypatch.setattr(client, "ENDS_WITHIN", 60.0)
    rng, rounds, slowest, forced = random.Random(16), scaled(200), 0.0, 0
    for number in range(rounds):
        run = new(cnn(epochs=LONG))
        worker.client.train(run.path)
        time.sleep(rng.choice((0.0, 0.02, 0.1, 0.3, rng.uniform(0.3, 1.5))))
        start = time.monotonic()
        worker.client.stop()
        end = worker.end_of(run)
        taken = time.monotonic() - start
        assert end.facts.get("outcome") == "stopped" or "did not stop when it was told" in end.facts["reason"], number
        assert in_time(taken, 5.0), f"{number}: it took {taken:.2f} s"
        slowest, forced = max(slowest, taken), forced + (end.name == "died")
        assert run.status().state in ("created", "stopped", "interrupted")
    worker.client.train(new(cnn(epochs=1)).path)
    worker.until("ended", outcome="finished")
    figure(f"{rounds} stops while reading, beginning and training: {slowest:.2f} s at most, {forced} by force")


def test_a_second_run_is_refused_while_one_trains(worker: Worker, new: New) -> None:
    worker.client.train(new(cnn(epochs=LONG)).path)
    worker.client.train(new(cnn(epochs=LONG)).path)
    assert "Another run" in worker.until("refused").facts["message"]
    worker.until_step(0)
    worker.client.stop()
    worker.until("ended")


def test_a_folder_that_is_no_run_is_a_sentence(worker: Worker, tmp_path: Path) -> None:
    worker.client.train(tmp_path)
    ended = worker.until("ended")
    assert ended.facts["outcome"] == "failed" and "is not a run" in ended.facts["reason"]


@pytest.mark.usefixtures("forked")
@pytest.mark.R18
def test_a_killed_worker_is_reported_within_a_second_and_replaced(worker: Worker, new: New) -> None:
    run = new(cnn(epochs=LONG))
    worker.client.train(run.path)

    def kill(number: int) -> float:
        worker.until_step(20)
        assert worker.client.pid
        start = time.monotonic()
        os.kill(worker.client.pid, number)
        died = worker.until("died")
        taken = time.monotonic() - start
        assert died.run == str(run.path) and died.facts["restarts"]
        assert f"signal {number} ({signal.Signals(number).name})" in died.facts["reason"]
        assert run.status().state == "interrupted"
        assert len(read_metrics(run.metrics_path)["train/loss"]) > 0
        worker.until("ready")
        worker.client.resume(run.path)
        return taken

    for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT) if SOAK else (signal.SIGKILL, signal.SIGSEGV):
        within(1.0, partial(kill, number))
    worker.until_step(20)


def test_an_exception_of_the_worker_itself_is_told_with_its_sentence(new: New, tmp_path: Path) -> None:
    made = Worker()
    package = tmp_path / "broken" / "studio" / "worker"
    package.mkdir(parents=True)
    for folder in (package, package.parent):
        (folder / "__init__.py").touch()
    (package / "__main__.py").write_text("raise ValueError('no worker today')\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interpreter, "ROOT", tmp_path / "broken")
        patch.chdir(tmp_path)
        made.client.start()
        deaths = [made.until("died") for _ in range(client.STARTS)]
    assert "ValueError: no worker today" in deaths[0].facts["reason"]
    assert [death.facts["restarts"] for death in deaths] == [True, True, False]
    made.client.close()


@pytest.mark.usefixtures("forked")
@pytest.mark.R17
def test_a_frozen_worker_is_flagged_and_can_be_ended(
    worker: Worker, new: New, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    if not SOAK:
        monkeypatch.setattr(client, "FROZEN_AFTER", 3.0)
        monkeypatch.setattr(client, "ENDS_WITHIN", 2.0)
    worker.client.train(new(cnn(epochs=LONG)).path)
    worker.until_step(20)
    pid = worker.client.pid
    assert pid
    quiet = time.monotonic() + (120.0 if SOAK else 2.0)
    while time.monotonic() < quiet:  # no false alarm meanwhile
        assert worker.until("training").name == "training" and not worker.client._flagged
    os.kill(pid, signal.SIGSTOP)
    start = time.monotonic()
    worker.until("frozen")
    flagged = time.monotonic() - start
    assert in_time(flagged, client.FROZEN_AFTER + 4.0), f"it took {flagged:.1f} s"
    figure(
        f"no alarm in {'two minutes' if SOAK else 'two seconds'} of training, a stopped process after {flagged:.1f} s"
    )
    os.kill(pid, signal.SIGCONT)
    worker.until("alive")

    def end() -> float:
        worker.until_step(20)
        assert worker.client.pid
        os.kill(worker.client.pid, signal.SIGSTOP)
        start = time.monotonic()
        worker.client.stop()
        died = worker.until("died")
        taken = time.monotonic() - start
        assert "did not stop" in died.facts["reason"]
        worker.until("ready")
        worker.client.train(new(cnn(epochs=LONG)).path)
        return taken

    within(client.ENDS_WITHIN + 0.5, end)


@pytest.mark.usefixtures("forked")
def test_the_worker_saves_and_ends_when_the_window_is_gone(new: New) -> None:
    for _ in range(5):
        made = Worker()
        made.client.start()
        made.until("ready")
        run = new(cnn(epochs=LONG))
        made.client.train(run.path)
        made.until_step(20)
        pid = made.client.pid
        taken = clocked(made.client.close) / slowness()
        assert pid and gone(pid)
        assert run.status().state == "interrupted"
        if taken < 2.0 and run.status().reason == "The window was closed; the run was saved.":
            break
        # The computer was so busy that the worker had to go before it was done, or was ended by force even.
        assert run.status().reason == "The window was closed; the run goes on from its last checkpoint." or taken > 1.5
    else:
        raise AssertionError("no worker of five had the time to save")
    assert run.checkpoints.get("last") is not None


def test_closing_while_torch_is_imported_leaves_no_process() -> None:
    def close_after(wait: float) -> float:
        made = Worker()
        made.client.start()
        pid = made.client.pid
        time.sleep(wait)
        taken = clocked(made.client.close)
        assert pid and gone(pid)
        return taken

    for wait in (0.0, 0.2, 0.6):
        within(3.0, partial(close_after, wait))


@pytest.mark.usefixtures("forked")
@pytest.mark.R12
@pytest.mark.timeout(0)
def test_killed_workers_resume_and_lose_at_most_a_second_of_points(
    worker: Worker, new: New, figure: Callable[[str], None]
) -> None:
    run = new(cnn(epochs=LONG, optimizer={"kind": "SGD", "params": {"lr": 0.01}}))
    rng, kills, most_lost, most_redone, step = random.Random(12), scaled(500, 0.006), 0.0, 0.0, 0
    worker.client.train(run.path)
    for number in range(kills):
        worker.until_step(step)
        time.sleep(rng.uniform(0.0, 0.5 if number % 2 == 0 else 5.0 if SOAK else 1.5))
        assert worker.client.pid
        os.kill(worker.client.pid, signal.SIGKILL)
        killed = time.time()
        worker.until("died")
        points = read_metrics(run.metrics_path)["train/loss"]
        newest, problems = run.checkpoints.newest_sound()
        step = newest.step if newest else 0
        lost = killed - points.times.max()
        redone = killed - min(points.times[points.steps > step], default=killed)
        assert problems == [] and run.status().state == "interrupted", number
        assert in_time(lost, 1.0) and in_time(redone, 60.0), f"{number}: {lost:.2f} s lost, {redone:.1f} s to do again"
        most_lost, most_redone = max(most_lost, lost), max(most_redone, redone)
        worker.until("ready")
        worker.client.resume(run.path)
    figure(f"{kills} kills, all resumed; {most_lost:.2f} s of points lost, {most_redone:.1f} s to do again at most")
    worker.until_step(0)
    worker.client.stop()
    worker.until("ended", outcome="stopped")
    steps = read_metrics(run.metrics_path)["train/loss"].steps
    assert (steps[1:] > steps[:-1]).all()
    assert not [event for event in read_events(run.events_path) if event["event"] == "failed"]


@pytest.mark.parametrize(
    ("status", "log", "sentence"),
    [
        (-9, "", "killed by signal 9 (SIGKILL)"),
        (-11, "", "crashed: signal 11 (SIGSEGV)"),
        (-15, "", "killed by signal 15 (SIGTERM)"),
        (1, "Traceback\nValueError: two is not three", "ended with an error: ValueError: two is not three"),
        (1, "MemoryError", "memory ran out"),
        (1, "torch.OutOfMemoryError: CUDA out of memory. Tried to", "memory ran out"),
        (3, "", "by itself with status 3"),
        (0, "", "The worker ended."),
    ],
)
def test_every_cause_has_a_sentence(tmp_path: Path, status: int, log: str, sentence: str) -> None:
    (tmp_path / "log.txt").write_text(log)
    cause = cause_of_death(status, Killer(), tmp_path / "log.txt", None)
    assert sentence in cause and is_of_memory(cause) == ("memory ran out" in sentence)


def test_a_kill_for_memory_is_told_from_others() -> None:
    killer = Killer()
    killer.ended_for_memory -= 1
    assert "because memory ran out" in cause_of_death(-9, killer, None, None)


SLOW = """
import pathlib, time

def slowly(self, inputs):
    pathlib.Path("{mark}").touch()
    time.sleep(600)

for item in list(vars().values()):
    if isinstance(item, type) and issubclass(item, nn.Module):
        item.forward = slowly
"""


@pytest.mark.usefixtures("forked")
def test_a_run_begun_right_after_a_slow_stop_is_trained_by_the_next_worker(
    worker: Worker, new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is told to end before its step does, and ends by itself, with its last word said."""
    monkeypatch.setattr(client, "ENDS_WITHIN", 20.0)
    monkeypatch.setattr(client, "LAST_WORD", 19.5)
    pid, slow, mark = worker.client.pid, new(cnn(epochs=LONG)), tmp_path / "mark"
    wait = SLOW.replace("{mark}", str(mark)).replace(
        "sleep(600)", "sleep(1.0)\n    return nn.Sequential.forward(self, inputs)"
    )
    slow.source_path.write_text(slow.source_path.read_text() + wait)
    worker.client.resume(slow.path, trust=ANY)
    while not mark.exists():
        time.sleep(0.01)
    worker.client.stop()
    ended = worker.until("ended")
    assert (ended.run, ended.facts["outcome"]) == (str(slow.path), "stopped")
    after = new(mlp(epochs=1))
    worker.client.train(after.path)
    assert worker.until("ended", outcome="finished").run == str(after.path)
    assert worker.client.pid != pid


@pytest.mark.usefixtures("forked")
@pytest.mark.R17
def test_a_step_that_never_ends_is_flagged(
    worker: Worker, new: New, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]
) -> None:
    limit = client.STUCK_AFTER if SOAK else 3.0  # a minute is for the soak
    monkeypatch.setattr(client, "STUCK_AFTER", limit)
    run = new(cnn(epochs=LONG))
    run.source_path.write_text(run.source_path.read_text() + SLOW.replace("{mark}", str(tmp_path / "mark")))
    worker.client.resume(run.path, trust=ANY)
    worker.until("training")
    start = time.monotonic()
    assert worker.until("stuck").facts["seconds"] >= limit
    taken = time.monotonic() - start
    assert in_time(taken, limit + 3.0), f"it took {taken:.1f} s"
    figure(f"a step that never ends after {taken:.1f} s, with a limit of {limit:.0f} s")
    worker.client.kill()
    worker.until("died")


@pytest.mark.usefixtures("forked")
def test_a_step_that_takes_longer_than_the_window_waits_leaves_a_word(new: New, tmp_path: Path) -> None:
    mark = tmp_path / "mark"

    def close() -> float:
        made = Worker()
        made.client.start()
        run = new(cnn(epochs=LONG))
        run.source_path.write_text(run.source_path.read_text() + SLOW.replace("{mark}", str(mark)))
        made.client.resume(run.path, trust=ANY)
        made.until("training")
        while not mark.exists():
            time.sleep(0.02)
        mark.unlink()
        pid = made.client.pid
        taken = clocked(made.client.close)
        assert pid and gone(pid)
        said = "The window was closed; the run goes on from its last checkpoint."
        assert run.status() == Status("interrupted", said) or taken > 2.5
        return taken

    within(2.0, close)
