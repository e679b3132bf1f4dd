"""How a worker dies, hangs or is left alone: it is told with its cause, and nothing stays behind."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from documents import cnn
from queued_worker import LONG, SLOW, New, Worker

from studio.processes import interpreter
from studio.running import client
from studio.running.death import Killer, cause_of_death, is_of_memory
from studio.runs.events import read_events
from studio.runs.metrics.reader import read_metrics
from studio.runs.source import ANY
from studio.runs.status import Status
from support import SOAK, clocked, in_time, scaled, slowness, within


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
