from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from widgets.charts.axis import (
    Frame,
    SettlingRange,
    decimals,
    linear_ticks,
    log_ceiling,
    log_floor,
    log_ticks,
    nice_step,
    write_tick,
    write_value,
)

numbers = st.floats(-1e6, 1e6)


@given(span=st.floats(1e-9, 1e9), count=st.integers(1, 20))
def test_a_step_divides_the_span_into_at_most_the_parts_asked_for(span: float, count: int) -> None:
    step = nice_step(span, count)
    assert span / step <= count * (1 + 1e-6)
    assert span / step >= count / 2.6


@given(low=numbers, span=st.floats(1e-3, 1e6), count=st.integers(2, 12))
def test_ticks_are_evenly_spaced_inside_the_range(low: float, span: float, count: int) -> None:
    high = low + span
    ticks = linear_ticks(low, high, count)
    assert len(ticks) <= count + 1
    assert all(low - 1e-6 * span <= tick <= high + 1e-6 * span for tick in ticks)
    assert np.ptp(np.diff(ticks)) < 1e-6 * span if len(ticks) > 2 else True


@given(value=st.floats(1e-9, 1e9))
def test_log_ends_enclose_a_value_closely(value: float) -> None:
    assert log_floor(value) <= value * (1 + 1e-9)
    assert log_ceiling(value) >= value * (1 - 1e-9)
    assert log_ceiling(value) / log_floor(value) <= 2.6


def test_log_ticks_are_powers_of_ten_where_there_is_room() -> None:
    assert log_ticks(0.01, 10) == pytest.approx([0.01, 0.1, 1, 10])
    assert log_ticks(0.2, 0.9) == pytest.approx([0.2, 0.5])


@given(values=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=30))
def test_a_range_always_holds_what_it_was_given_last(values: list[tuple[float, float]]) -> None:
    settling = SettlingRange()
    for pair in values:
        low, high = min(pair), max(pair)
        bottom, top = settling.fit(low, high)
        slack = 1e-6 * max(abs(low), abs(high), 1.0)
        assert bottom <= low + slack
        assert top >= high - slack
        assert bottom < top


def test_a_range_settles_while_a_curve_creeps() -> None:
    settling = SettlingRange()
    ends = [settling.fit(0.2, 1.0 + i / 1000) for i in range(200)]
    assert len(set(ends)) <= 2


def test_a_range_shrinks_when_little_of_it_is_used() -> None:
    settling = SettlingRange()
    settling.fit(0, 100)
    assert settling.fit(0, 80) == (0, 100)
    assert settling.fit(0, 10) == (0, 10)
    settling.forget()
    assert settling.ends == (0.0, 1.0)


def test_shares_stay_between_0_and_100_percent() -> None:
    assert SettlingRange(0.0, 1.0).fit(0.55, 0.999)[1] == 1.0
    low, high = SettlingRange(0.0, 1.0).fit(1.0, 1.0)
    assert low < high == 1.0


@pytest.mark.parametrize("ends", [(-3.6e16, -2e15), (-7.75e-62, -6.25e-62), (-1.0, -1.0), (-2.0, 0.5), (1.2, 3.0)])
def test_shares_that_none_can_have_leave_an_axis_that_goes_up(ends: tuple[float, float]) -> None:
    low, high = SettlingRange(0.0, 1.0).fit(*ends)
    assert 0.0 <= low < high and len(linear_ticks(low, high, 4)) > 1


def test_a_rate_of_errors_above_100_percent_is_in_sight() -> None:
    settling = SettlingRange(0.0, 1.0)
    low, high = settling.fit(1.706, 2.34)
    assert low <= 1.706 and high >= 2.34
    assert settling.fit(0.1, 0.9) == (0.0, 1.0), "once it fell, the axis is that of shares again"


@pytest.mark.parametrize(
    ("value", "step", "form", "text"),
    [
        (1.5, 0.25, "number", "1.50"),
        (1, 0.5, "number", "1.0"),
        (20, 5, "number", "20"),
        (1, 0.1, "percent", "100 %"),
        (0.925, 0.025, "percent", "92.5 %"),
        (2e7, 1e6, "number", "2e+07"),
        (12000, 1000, "number", "12,000"),
    ],
)
def test_ticks_are_written_with_the_decimals_they_need(value: float, step: float, form: str, text: str) -> None:
    assert write_tick(value, step, "percent" if form == "percent" else "number") == text


def test_values_are_written_short_and_gaps_as_a_dash() -> None:
    assert write_value(0.25, "number") == "0.2500"
    assert write_value(0.919, "percent") == "91.9"
    assert write_value(1e-7, "number") == "1e-07"
    assert write_value(math.nan, "number") == "–"
    assert decimals(0.025) == 3


def test_a_frame_maps_values_to_pixels_and_back() -> None:
    frame = Frame(QRectF(10, 20, 100, 50), 0, 20, 0, 2)
    point = frame.point(5, 2)
    assert (point.x(), point.y()) == (35, 20)
    assert frame.x_at(35) == 5
    assert frame.pixels == 100
    assert np.isnan(frame.down(np.array([np.nan]))).all()


def test_a_log_frame_leaves_out_zero() -> None:
    frame = Frame(QRectF(0, 0, 100, 100), 0, 1, 0.01, 1, log=True)
    down = frame.down(np.array([1, 0.1, 0.01, 0.0, -1]))
    assert down[:3].tolist() == pytest.approx([0, 50, 100])
    assert np.isnan(down[3:]).all()
