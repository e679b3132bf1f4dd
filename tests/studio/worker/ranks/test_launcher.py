"""How the processes of a launcher find one another, and what becomes of them where some do not come, or go."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch.distributed as dist
from documents import mlp
from nursery import Nursery
from torch._C._distributed_c10d import HashStore

from models.document import Document
from studio.processes.interpreter import ROOT, environment
from studio.runs.folder import RunFolder
from studio.worker.errors import TrainingError
from studio.worker.process.control import Control, Ended
from studio.worker.ranks import launcher, meeting
from studio.worker.ranks.launcher import Pulse, come_to_door, door, open_door, wait_until_all_came
from studio.worker.ranks.meeting import Meeting
from studio.worker.ranks.place import Place

New = Callable[[Document], RunFolder]
FIRST, SECOND = Place(0, 2, 0, 2), Place(1, 2, 1, 2)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A free port, at which the environment says that processes meet; nobody waits long there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("MASTER_PORT", str(found))
    monkeypatch.setattr(launcher, "MEETS_WITHIN", 0.6)
    monkeypatch.setattr(launcher, "SAYS_AFTER", 0.1)
    monkeypatch.setattr(launcher, "ANSWERS_WITHIN", 1.0)
    open_door.cache_clear()
    yield found
    open_door.cache_clear()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "MASTER_ADDR is not set"),
        ({"MASTER_ADDR": "a"}, "Expected MASTER_PORT from 1 to 65535, found ''"),
        ({"MASTER_ADDR": "a", "MASTER_PORT": "abc"}, "found 'abc'"),
        ({"MASTER_ADDR": "a", "MASTER_PORT": "65536"}, "found '65536'"),
    ],
)
def test_a_door_that_is_none_is_refused(given: dict[str, str], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        door(given)
    assert door({"MASTER_ADDR": "a", "MASTER_PORT": "29500"}) == ("a", 29500)


def test_a_port_that_is_taken_is_told_before_there_is_a_run(port: int) -> None:
    with socket.create_server(("0.0.0.0", port)), pytest.raises(TrainingError) as told:
        open_door(FIRST)
    assert f"Port {port} is taken" in str(told.value) and "Set MASTER_PORT to a free one" in str(told.value)
    assert open_door(FIRST).check(["anything"]) is False


def test_a_first_process_that_never_comes_is_waited_for_no_longer_than_is_said(
    port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    start = time.monotonic()
    with pytest.raises(TrainingError) as told:
        come_to_door(SECOND)
    assert time.monotonic() - start < 10
    assert f"not at 127.0.0.1:{port} within" in str(told.value) and "refused" in str(told.value)
    assert f"Waiting for the first at 127.0.0.1:{port}" in capsys.readouterr().err


def test_a_host_without_an_address_is_named(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_ADDR", "nowhere.invalid")
    with pytest.raises(TrainingError, match="not at nowhere"):
        come_to_door(SECOND)


def test_somebody_else_at_the_door_is_told_from_the_first_process(port: int) -> None:
    with socket.create_server(("127.0.0.1", port), backlog=8), pytest.raises(TrainingError) as told:
        come_to_door(SECOND)
    assert "is not the first process of this training" in str(told.value)


def test_those_who_do_not_come_are_named_and_a_stop_is_heard_meanwhile(port: int) -> None:
    store, place = open_door(FIRST), Place(0, 4, 0, 4)
    store.set("came/2", "")
    with pytest.raises(TrainingError) as told:
        wait_until_all_came(place, store)
    assert str(told.value).startswith("2 of 4 processes came within") and "number 2, 4 did not" in str(told.value)
    control = Control()
    control.stop()
    with pytest.raises(Ended):
        wait_until_all_came(place, store, control.end_if_asked)


def test_both_meet_and_what_a_process_before_has_left_is_not_found(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = open_door(FIRST), come_to_door(SECOND)
    second.set("came/1", "")
    wait_until_all_came(FIRST, first)
    first.set("word", "yes")
    assert second.get("word") == b"yes"
    monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", "1")
    assert not come_to_door(SECOND).check(["word"])


def test_a_process_without_a_sign_of_life_is_named(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "BEATS_EVERY", 0.05)
    monkeypatch.setattr(meeting, "REASON_WITHIN", -0.4)
    monkeypatch.setattr(meeting, "HEARD_WITHIN", 1.5)
    store = open_door(FIRST)
    pulses = [Pulse(place, store) for place in (FIRST, SECOND)]
    here = Meeting(FIRST, store, [], pulses[0])
    time.sleep(0.5)
    assert here.lost() == "" and pulses[0].lost(0.4) == ""
    pulses[1].close()
    reason = here.reason_for(dist.DistError("Connection closed by peer"))
    assert reason.startswith("Process 2 of 2 has not been heard of for ") and "it was killed" in reason
    here.close()


def test_a_process_has_no_pulse_where_it_has_started_the_others_itself() -> None:
    alone = Meeting(FIRST, HashStore(), [])
    assert alone.lost() == ""
    alone.close()


SLURM = {
    "SLURM_JOB_ID": "4711",
    "SLURM_STEP_ID": "0",
    "SLURM_STEP_NUM_TASKS": "2",
    "SLURM_STEP_NODELIST": "localhost,node[01-02,05]",
    "SLURM_STEP_TASKS_PER_NODE": "1(x2)",
    "SLURM_LOCALID": "0",
}


def started(nursery: Nursery, document: Path, runs: Path, port: int) -> list[subprocess.Popen[Any]]:
    """The two tasks of a step of Slurm, on what it takes for two computers."""
    command = [sys.executable, str(ROOT / "main.py"), "train", str(document), "--runs", str(runs)]
    output = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    numbers = [{"SLURM_PROCID": str(rank), "SLURM_NODEID": str(rank), "MASTER_PORT": str(port)} for rank in (0, 1)]
    without = {name: value for name, value in environment().items() if name != "MASTER_ADDR"}
    return [nursery.subprocess.Popen(command, env=without | SLURM | own, **output) for own in numbers]


def test_tasks_of_slurm_train_together(tmp_path: Path, new: New, port: int, nursery: Nursery) -> None:
    tasks = started(nursery, new(mlp(epochs=2)).document_path, tmp_path / "together", port)
    told = [task.communicate(timeout=120) for task in tasks]
    assert [task.returncode for task in tasks] == [0, 0], told
    assert b"2 processes" in told[0][0] and b"Finished after 2 epochs" in told[0][0] and not told[1][0]


def test_a_task_that_is_killed_ends_the_run_with_a_reason(
    tmp_path: Path, new: New, port: int, nursery: Nursery
) -> None:
    runs = tmp_path / "together"
    tasks = started(nursery, new(mlp(epochs=100_000)).document_path, runs, port)
    deadline = time.monotonic() + 60
    while not any('"epoch"' in log.read_text() for log in runs.glob("*/events.jsonl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(tasks[1].pid, signal.SIGKILL)
    told = tasks[0].communicate(timeout=60)
    tasks[1].communicate()
    assert tasks[0].returncode == 1
    assert b"Process 2 of 2 has not been heard of for " in told[1], told
