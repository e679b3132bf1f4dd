"""How a run stands, told from its events and from whether the process that writes it lives."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from studio.runs.claims import Claim
from studio.runs.events import Event

CREATED, RUNNING, PAUSED = "created", "running", "paused"
FINISHED, STOPPED, FAILED, INTERRUPTED = "finished", "stopped", "failed", "interrupted"
STATES = (CREATED, RUNNING, PAUSED, FINISHED, STOPPED, FAILED, INTERRUPTED)
LIVE_STATES = (RUNNING, PAUSED)
ENDED_STATES = (FINISHED, STOPPED, FAILED, INTERRUPTED)

_STATE_AFTER = {
    "created": CREATED,
    "started": RUNNING,
    "resumed": RUNNING,
    "epoch": RUNNING,
    "paused": PAUSED,
    "stopped": STOPPED,
    "finished": FINISHED,
    "failed": FAILED,
    "interrupted": INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a run, one of `STATES`, and a sentence why (empty where there is nothing to say)."""

    state: str
    reason: str = ""
    is_told: bool = field(default=False, compare=False)
    """Whether an event says so, rather than that no process is there: then it stays so until there are more events."""

    @property
    def is_live(self) -> bool:
        """Whether a process is at it now."""
        return self.state in LIVE_STATES


def status_of(events: Sequence[Event], claim: Claim | None, touched: float) -> Status:
    """The status after `events`, written by the holder of `claim`; `touched` is when the logs were last written
    (Unix seconds)."""
    last = next((event for event in reversed(events) if event["event"] in _STATE_AFTER), None)
    state = _STATE_AFTER[last["event"]] if last else CREATED
    if state in ENDED_STATES:
        return Status(state, _reason(events), is_told=True)
    if claim is None:
        return Status(CREATED if state == CREATED else INTERRUPTED, "" if state == CREATED else "No process is named.")
    owner = claim.owner
    elsewhere = f" on {owner.host}" if owner and owner.is_elsewhere() else ""
    seen = max(touched, claim.seen) if elsewhere else claim.seen
    if replace(claim, seen=seen).is_held(time.time()):
        return Status(state, f"Runs{elsewhere}." if elsewhere else "")
    if owner and elsewhere and not claim.ended:
        minutes = (time.time() - seen) / 60
        return Status(INTERRUPTED, f"No sign from process {owner.pid}{elsewhere} for {minutes:.0f} minutes.")
    return Status(INTERRUPTED, f"The training process{f' ({owner.pid})' if owner else ''} ended without a word.")


def _reason(events: Sequence[Event]) -> str:
    """The sentence that came with the end of the run or, failing that, with a loss that was NaN or infinite."""
    for event in reversed(events):
        if event["event"] in ("failed", "stopped", "finished", "interrupted", "nan"):
            text = event.get("reason") or event.get("message") or ""
            if text:
                return str(text)
        if event["event"] in ("started", "resumed"):
            break
    return ""
