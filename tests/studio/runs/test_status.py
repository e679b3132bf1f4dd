from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.storage.process import Owner
from studio.runs.claims import Claim
from studio.runs.status import LIVE_STATES, STATES, status_of

ME = Owner.current()
DEAD = Owner(ME.pid, ME.host, "0", ME.boot)
FAR = Owner(1, "far away", "0", "")


def claim_of(owner: Owner | None, seen: float = 0.0) -> Claim | None:
    return owner and Claim(1, owner, False, seen)


NAMES = [
    "created",
    "started",
    "epoch",
    "paused",
    "resumed",
    "checkpoint",
    "warning",
    "nan",
    "stopped",
    "finished",
    "failed",
    "interrupted",
    "something-new",
]


def log(*names: str, **facts: Any) -> list[dict[str, Any]]:
    return [{"event": name, "sequence": number, "time": 0.0, **facts} for number, name in enumerate(names)]


@pytest.mark.parametrize(
    ("names", "owner", "state"),
    [
        ("", None, "created"),
        ("created", None, "created"),
        ("created", ME, "created"),
        ("created", DEAD, "interrupted"),
        ("created started", ME, "running"),
        ("created started", DEAD, "interrupted"),
        ("created started", None, "interrupted"),
        ("created started epoch checkpoint", ME, "running"),
        ("created started epoch something-new", ME, "running"),
        ("created started paused", ME, "paused"),
        ("created started paused checkpoint", ME, "paused"),
        ("created started paused", DEAD, "interrupted"),
        ("created started paused resumed", ME, "running"),
        ("created started stopped", DEAD, "stopped"),
        ("created started stopped", ME, "stopped"),
        ("created started stopped resumed", ME, "running"),
        ("created started stopped resumed", DEAD, "interrupted"),
        ("created started finished", None, "finished"),
        ("created started nan failed", DEAD, "failed"),
        ("created started interrupted", DEAD, "interrupted"),
        ("created started interrupted", ME, "interrupted"),
        ("created started interrupted resumed", ME, "running"),
        ("created started interrupted resumed finished", DEAD, "finished"),
    ],
)
def test_state(names: str, owner: Owner | None, state: str) -> None:
    status = status_of(log(*names.split(), reason="Why."), claim_of(owner), time.time())
    assert status.state == state
    assert status.is_live == (state in LIVE_STATES)
    assert bool(status.reason) == (state not in (*LIVE_STATES, "created"))


@given(st.lists(st.sampled_from(NAMES), max_size=12), st.sampled_from([None, ME, DEAD, FAR]), st.floats(0, 2e9))
def test_any_history_has_a_state(names: list[str], owner: Owner | None, touched: float) -> None:
    status = status_of(log(*names), claim_of(owner), touched)
    assert status.state in STATES
    if owner is not ME and owner is not FAR:
        assert not status.is_live


def test_the_latest_reason_is_given() -> None:
    events = log("started") + log("nan", reason="NaN at step 3") + log("failed")
    assert status_of(events, None, 0).reason == "NaN at step 3"
    events += log("resumed") + log("finished", message="Loss no longer improves")
    assert status_of(events, None, 0).reason == "Loss no longer improves"
    events += log("resumed") + log("stopped")
    assert status_of(events, None, 0).reason == ""


@pytest.mark.parametrize(("silence", "state"), [(0, "running"), (100, "running"), (1000, "interrupted")])
def test_elsewhere(silence: float, state: str) -> None:
    status = status_of(log("started"), claim_of(FAR), time.time() - silence)
    assert status.state == state
    assert "far away" in status.reason


def test_a_clock_set_back_ends_no_run_elsewhere() -> None:
    assert status_of(log("started"), claim_of(FAR), time.time() + 86_400).state == "running"
