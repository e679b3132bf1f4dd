"""What is offered after a run that failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from documents import mlp

from studio.doctor.case import Case
from studio.doctor.failures import out_of_memory, remedies
from studio.running.launch import new_run
from studio.runs.folder import RunFolder


def offered(case: Case) -> list[str]:
    return [mend.label for finding in out_of_memory(case) for mend in finding.mends]


def test_smaller_batches_are_offered_by_themselves_and_as_many_as_make_the_same_update() -> None:
    assert offered(Case({"batch_size": 96, "accumulate": 2}, {}, fits=40)) == [
        "Use batches of 40",
        "Accumulate 5 of 40",
    ]
    assert offered(Case({"batch_size": 5000}, {}, fits=30, examples=60)) == ["Use batches of 30", "Accumulate 2 of 30"]
    assert offered(Case({"batch_size": 96, "optimizer": "LBFGS"}, {}, fits=40)) == ["Use batches of 40"]
    assert not offered(Case({"batch_size": 96}, {}, fits=0)) and not offered(Case({"batch_size": 96}, {}))


@pytest.fixture
def ended(tmp_path: Path) -> Callable[..., RunFolder]:
    """Makes a run of batches of 100 with some events."""

    def make(*events: dict[str, Any]) -> RunFolder:
        run = new_run(mlp(batch_size=100), None, tmp_path)
        with run.event_log() as log:
            for facts in events:
                log.write(**facts)
        return run

    return make


def test_what_the_worker_found_is_offered(ended: Callable[..., RunFolder]) -> None:
    run = ended({"event": "started", "examples": 120}, {"event": "memory", "fits": 25}, {"event": "failed"})
    assert [mend.label for mend in remedies(run.path)] == ["Use batches of 25", "Accumulate 4 of 25"]
    assert remedies(ended({"event": "failed", "reason": "no data"}).path) == []


def test_of_a_worker_that_was_ended_for_its_memory_half_is_offered_at_most(ended: Callable[..., RunFolder]) -> None:
    run = ended({"event": "started", "examples": 80})
    assert [mend.label for mend in remedies(run.path, {"cpu": 10**10})] == ["Use batches of 40", "Accumulate 2 of 40"]
    assert [mend.label for mend in remedies(run.path, {"cpu": 100})] == []
