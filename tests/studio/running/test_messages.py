"""What a worker says is read as if anybody might have said it, and its death is noticed whatever it said."""

from __future__ import annotations

import json
import os
import queue
import random
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.running import client
from studio.running.client import WorkerClient, WorkerState
from studio.running.messages import STATES, read_message
from support import scaled

ODD = [
    *("[]", "{}", "7", '""', "null", "NaN", "[" * 5_000, "\\xff", "x" * 200_000),
    *('{"state": 3}', '{"state": ["ready"]}', '{"state": "nonsense"}', '{"state": "alive"}'),
    *('{"state": "ready", "devices": 7}', '{"state": "ready", "devices": [{"id": 1}]}'),
    *('{"state": "alive", "ticks": "x"}', '{"state": "ended", "run": []}', '{"state": "refused", "message": {}}'),
    *('{"state": "training", "step": {}, "epoch": "1"}', '{"state": "paused", "reason": 1e999}'),
]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from([10**400, -1, 2**70]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)
NAMES = ("run", "ticks", "devices", "step", "steps", "epoch", "epochs", "reason", "message", "outcome", "retires", "x")


@given(st.sampled_from(STATES) | values, st.dictionaries(st.sampled_from(NAMES), values))
def test_a_message_has_a_state_and_facts_of_their_kinds(state: object, facts: dict[str, Any]) -> None:
    message = read_message(json.dumps({"state": state, **facts}).encode())
    if message is None:
        return
    assert message["state"] in STATES
    assert isinstance(message.get("run", ""), str) and isinstance(message.get("message", ""), str)
    assert -1 <= message.get("ticks", 0) < 2**53 and 0 <= message.get("epoch", 0) < 1e18
    assert all(isinstance(device["id"], str) for device in message.get("devices", []))


@given(st.binary(max_size=300))
def test_bytes_are_no_message(line: bytes) -> None:
    assert read_message(line) is None


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], queue.Queue[WorkerState]]]:
    """The states that a client gives for a worker that prints a text and ends."""
    monkeypatch.setattr(client, "STARTS", 1)
    clients = []

    def start(text: str) -> queue.Queue[WorkerState]:
        (tmp_path / "said").write_text(text)
        worker = tmp_path / "worker"
        worker.write_text(f"#!/bin/sh\ncat '{tmp_path / 'said'}'\nexit 3\n")
        worker.chmod(worker.stat().st_mode | stat.S_IXUSR)
        states: queue.Queue[WorkerState] = queue.Queue()
        clients.append(WorkerClient(states.put, python=str(worker)))
        clients[-1].start()
        return states

    yield start
    for made in clients:
        made.close()


@pytest.mark.skipif(os.name == "nt", reason="the worker is a shell script")
def test_the_death_of_a_worker_is_noticed_whatever_it_said(says: Callable[[str], queue.Queue[WorkerState]]) -> None:
    states = says("\n".join([*ODD, '{"state": "refused", "message": "Heard."}']) + "\n")
    heard: list[WorkerState] = []
    while not heard or heard[-1].name != "died":
        heard.append(states.get(timeout=60))
    assert heard[-1].facts["reason"] == "The worker ended by itself with status 3."
    assert WorkerState("refused", "", {"message": "Heard."}) in heard


@pytest.mark.R25
@pytest.mark.skipif(os.name == "nt", reason="the worker is a shell script")
def test_damaged_lines_of_a_worker_leave_the_client_listening(
    says: Callable[[str], queue.Queue[WorkerState]], figure: Callable[[str], None]
) -> None:
    chance, count = random.Random(25), scaled(100_000)
    device = {"id": "cpu", "name": "CPU"}
    sound = [
        {"state": "ready", "devices": [device], "torch": "2.6"}, {"state": "alive", "ticks": 3},
        {"state": "training", "run": "x", "step": 1, "steps": 9, "epoch": 0.5, "epochs": 3, "loss": 0.5},
        {"state": "ended", "run": "x", "outcome": "finished", "reason": "", "retires": False},
    ]  # fmt: skip
    lines = [damaged(json.dumps(chance.choice(sound)), chance) for _ in range(count)]
    states = says("\n".join([*lines, '{"state": "refused", "message": "Heard."}']) + "\n")
    heard: list[WorkerState] = []
    while not heard or heard[-1].name != "died":
        heard.append(states.get(timeout=60))
    assert [state.facts["message"] for state in heard if state.name == "refused"][-1] == "Heard."
    figure(f"{count:,} damaged lines of a worker: the window goes on listening, and notices its end")


def damaged(text: str, chance: random.Random) -> str:
    """A line with some of its letters lost, changed or doubled, or a value of another kind."""
    letters = list(text)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(letters))
        letters[place] = chance.choice(("", letters[place] * 2, chance.choice('{}[]":,0-9eE.\\xnul'), "1e999", "null"))
    return "".join(letters).replace("\n", "")


def test_what_is_said_of_a_question_carries_its_number() -> None:
    message = read_message(b'{"state": "answered", "id": 7, "outcome": "failed", "message": "No."}')
    assert message == {"state": "answered", "id": 7, "outcome": "failed", "message": "No."}
    assert read_message(b'{"state": "answering", "id": "x", "done": -5, "total": 2}') == {
        "state": "answering",
        "total": 2,
    }
