"""Curves apart from their noise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.doctor.trends import jitter, level, longest_climb, share_of_falls, smooth

LOSSES = st.lists(st.floats(1e-3, 1e3), min_size=2, max_size=30)


@given(st.floats(-10, 10), st.floats(-1, 1), st.integers(4, 40))
def test_a_straight_line_has_no_noise(start: float, slope: float, count: int) -> None:
    line = [start + slope * place for place in range(count)]
    assert jitter(line) == pytest.approx(0, abs=1e-12)
    assert smooth(line)[1:-1] == line[1:-1]


def test_noise_is_measured_whatever_the_trend() -> None:
    draw = np.random.default_rng(3)
    for trend in (np.zeros(4000), np.linspace(5, 0, 4000), np.exp(-np.linspace(0, 3, 4000))):
        assert jitter(list(trend + 0.1 * draw.normal(size=4000))) == pytest.approx(0.1, rel=0.1)
    assert jitter([1.0, 2.0, 1.0]) == 0.0


@given(LOSSES, st.floats(0.1, 10))
def test_a_climb_starts_at_a_best_and_follows_the_scale(losses: list[float], factor: float) -> None:
    climb = longest_climb(losses)
    assert losses[climb.start] == min(losses[: climb.end + 1])
    assert climb.share == pytest.approx(losses[climb.end] / losses[climb.start] - 1)
    assert longest_climb([factor * loss for loss in losses]).share == pytest.approx(climb.share)
    assert all(later / min(losses[: at + 1]) - 1 <= climb.share + 1e-9 for at, later in enumerate(losses))


@given(LOSSES)
def test_what_only_falls_never_climbs(losses: list[float]) -> None:
    falling = sorted(set(losses), reverse=True)
    assert longest_climb(falling).share == 0
    assert share_of_falls(falling) == (1 if len(falling) > 1 else 0)
    assert share_of_falls(falling[::-1]) == 0


def test_one_lucky_value_neither_stands_for_its_place_nor_for_the_end() -> None:
    assert smooth([5, 5, 1, 5, 5]) == [5, 5, 5, 5, 5]
    assert level([5, 5, 5, 1]) == 5
