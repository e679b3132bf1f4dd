"""What x is: every kind from what the run's own log says, and never going backwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.metrics.reader import Points
from studio.workspaces.train.charts.axis import EPOCH, EXAMPLES, KINDS, MINUTES, STEP, RunAxis

STARTED: dict[str, Any] = {"event": "started", "time": 1000.0, "examples": 50, "steps_per_epoch": 5}


def points(steps: list[int], times: list[float] | None = None) -> Points:
    row = np.array(steps, dtype=np.int64)
    return Points(row, row / 5, np.array(times or [1000.0 + 60 * step for step in steps]), np.zeros(len(row)))


def learned() -> RunAxis:
    axis = RunAxis(10)
    axis.learn([{"event": "created", "time": 900.0}, STARTED])
    return axis


@pytest.mark.parametrize(
    ("kind", "xs", "end", "planned"),
    [
        (EPOCH, [1, 2], 2.0, [0.0, 3.0]),
        (STEP, [5, 10], 10.0, [0.0, 15.0]),
        (EXAMPLES, [50, 100], 100.0, [0.0, 150.0]),
        (MINUTES, [5, 10], 10.0, None),
    ],
)
def test_points_ends_of_epochs_and_plans_lie_on_one_axis(
    kind: str, xs: list[float], end: float, planned: list[float] | None
) -> None:
    axis = learned()
    assert axis.of(points([5, 10]), kind).tolist() == xs
    assert axis.of_epoch_end({"event": "epoch", "epoch": 2, "step": 10, "time": 1600.0}, kind) == end
    assert axis.of_epochs([0, 3], kind) == planned


def test_what_the_log_does_not_say_is_left_out_or_follows_from_the_batch_size() -> None:
    bare = RunAxis(10)
    assert bare.of(points([5]), EXAMPLES).tolist() == [50] and bare.of_epochs([1], EXAMPLES) is None
    assert RunAxis().of_epoch_end({"event": "epoch", "epoch": 1, "time": 1.0}, STEP) is None
    assert RunAxis().of(points([5, 10], [100.0, 160.0]), MINUTES).tolist() == [0, 1]


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=9), st.sampled_from(list(KINDS)))
def test_x_never_goes_backwards_whatever_the_clock_does(times: list[float], kind: str) -> None:
    xs = learned().of(points(list(range(len(times))), times), kind)
    assert np.isfinite(xs).all() and (np.diff(xs) >= 0).all()
