"""A real worker process: what it says, and how it is told to train, pause and stop."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from documents import cnn, mlp
from queued_worker import LONG, SLOW, New, Worker

from models.document.edits import SetSection
from studio.running import client
from studio.runs.metrics.reader import read_metrics
from studio.runs.source import ANY
from support import SOAK, held_up, in_time, scaled, within


@pytest.fixture
def cold() -> Iterator[Worker]:
    """One whose process has just been started."""
    made = Worker()
    made.client.start()
    yield made
    made.client.close()


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
