"""How long an experiment takes, by runs of before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from documents import mlp

from studio.experiments.axis import Axis
from studio.experiments.estimate import duration_text, epoch_of_past, measured_epoch, total_seconds
from studio.experiments.experiment import Experiment
from studio.runs.summary import RunSummary

DOCUMENT = mlp(epochs=10, batch_size=32)
RUN = RunSummary("a", "a", "2026-01-01", "finished", "", "iris", "cpu", 10, 20.0, 131, "", {"batch_size": 32}, {}, {})


def test_only_like_runs_count() -> None:
    assert DOCUMENT.analysis.totals().parameters == RUN.parameters
    others = [replace(RUN, dataset="digits"), replace(RUN, parameters=9), replace(RUN, state="failed"),
              replace(RUN, epochs=0.0), replace(RUN, settings={"batch_size": 64})]  # fmt: skip
    assert epoch_of_past(others, DOCUMENT) is None
    slow = replace(RUN, seconds=60.0)
    assert epoch_of_past([*others, RUN, slow, slow], DOCUMENT) == 6.0


@pytest.mark.parametrize(("runs", "beside", "seconds"), [(1, 2, 20), (4, 2, 40), (5, 2, 60), (5, 1, 100)])
def test_runs_go_side_by_side(runs: int, beside: int, seconds: float) -> None:
    assert total_seconds(2.0, Experiment("x"), DOCUMENT, runs, beside) == seconds


def test_epochs_that_vary_count_by_their_mean() -> None:
    plan = Experiment("x", axes=(Axis("training.epochs", (10, 20)),))
    assert total_seconds(1.0, plan, DOCUMENT, 2, 1) == 30


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "1 s"), (40, "40 s"), (720, "12 min"), (12_600, "3.5 h"), (200_000, "2 days")]
)
def test_durations_are_rough(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_an_epoch_is_measured_and_leaves_nothing(kept_worker: object) -> None:
    seconds = measured_epoch(mlp(epochs=50), None)
    assert seconds is not None and 0 < seconds < 30
