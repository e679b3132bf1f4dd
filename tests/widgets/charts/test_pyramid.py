from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from widgets.charts.pyramid import Pyramid

gaps = st.sampled_from([float("nan"), float("inf"), float("-inf")])
values = st.floats(-1e6, 1e6) | gaps
steps = st.floats(0, 10) | st.just(0.0) | st.floats(1e3, 1e4)
chunks = st.lists(st.lists(st.tuples(steps, values), max_size=90), min_size=1, max_size=8)


def build(parts: list[list[tuple[float, float]]]) -> tuple[Pyramid, np.ndarray, np.ndarray]:
    pyramid = Pyramid()
    position = 0.0
    xs: list[float] = []
    ys: list[float] = []
    for part in parts:
        start = len(xs)
        for step, value in part:
            position += step
            xs.append(position)
            ys.append(value)
        pyramid.append(xs[start:], ys[start:])
    y = np.asarray(ys, dtype=float)
    return pyramid, np.asarray(xs, dtype=float), np.where(np.isfinite(y), y, np.nan)


@given(parts=chunks, ends=st.tuples(st.floats(0, 1), st.floats(0, 1)), pixels=st.integers(1, 40))
def test_no_extreme_is_lost_and_none_is_invented(
    parts: list[list[tuple[float, float]]], ends: tuple[float, float], pixels: int
) -> None:
    pyramid, xs, ys = build(parts)
    total = float(xs[-1]) if len(xs) else 1.0
    x0, x1 = min(ends) * total, max(ends) * total + 1e-6
    x, low, high, mean = pyramid.envelope(x0, x1, pixels)
    inside = (xs >= x0) & (xs <= x1)
    shown = (x >= x0) & (x <= x1)
    assert (np.diff(x) >= 0).all()
    known = ~np.isnan(mean)
    assert (known == ~np.isnan(low)).all()
    assert (mean[known] >= low[known] - 1e-6).all()
    assert (mean[known] <= high[known] + 1e-6).all()
    if np.isfinite(ys[inside]).any():
        assert np.nanmin(low[shown]) == np.nanmin(ys[inside])
        assert np.nanmax(high[shown]) == np.nanmax(ys[inside])
    else:
        assert np.isnan(low[shown]).all()


SPARSE_THEN_DENSE = [[(0.0, 0.0)] * 11, [(3271.0, 1.0), (1000.0, 2.0), (11.0, 3.0), (1000.0, 4.0), (0.0, 5.0)]]


@given(parts=chunks, pixels=st.integers(1, 40))
@example(parts=[[*SPARSE_THEN_DENSE[0], *SPARSE_THEN_DENSE[1], *[(500.0, 0.0)] * 24]], pixels=4)
def test_every_point_lies_in_the_range_of_a_column_at_most_a_pixel_away(
    parts: list[list[tuple[float, float]]], pixels: int
) -> None:
    pyramid, xs, ys = build(parts)
    if not len(xs):
        return
    x0, x1 = float(xs[0]), float(xs[-1]) + 1e-6
    width = (x1 - x0) / pixels
    x, low, high, _ = pyramid.envelope(x0, x1, pixels)
    assert len(x) <= pixels + 1
    for point, value in zip(xs, ys, strict=True):
        near = np.abs(x - point) <= width * (1 + 1e-9)
        assert np.isnan(value) or ((low[near] <= value) & (value <= high[near])).any()


@given(parts=chunks, pixels=st.integers(1, 30))
def test_appending_in_parts_equals_appending_at_once(parts: list[list[tuple[float, float]]], pixels: int) -> None:
    pyramid, xs, ys = build(parts)
    whole = Pyramid()
    whole.append(xs, ys)
    end = float(xs[-1]) if len(xs) else 1.0
    for mine, other in zip(pyramid.envelope(0, end, pixels), whole.envelope(0, end, pixels), strict=True):
        np.testing.assert_array_equal(mine, other)


@given(parts=chunks, share=st.floats(0, 1), pixels=st.integers(1, 30))
def test_cutting_and_appending_again_changes_nothing(
    parts: list[list[tuple[float, float]]], share: float, pixels: int
) -> None:
    pyramid, xs, ys = build(parts)
    end = float(xs[-1]) if len(xs) else 1.0
    before = pyramid.envelope(0, end, pixels)
    pyramid.cut(share * end)
    assert len(pyramid) == int((xs < share * end).sum())
    pyramid.append(xs[len(pyramid) :], ys[len(pyramid) :])
    for mine, other in zip(pyramid.envelope(0, end, pixels), before, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_sparse_points_come_back_as_they_are() -> None:
    pyramid = Pyramid()
    pyramid.append([1, 2, 5], [3, 1, 2])
    x, low, high, _ = pyramid.envelope(0, 6, 100)
    assert x.tolist() == [1, 2, 5]
    assert low.tolist() == high.tolist() == [3, 1, 2]
    line = pyramid.reduce(0, 6, 100)
    assert line[0].tolist() == [1, 2, 5]
    assert line[1].tolist() == [3, 1, 2]


def test_a_view_brings_the_neighbor_beyond_each_end() -> None:
    pyramid = Pyramid()
    pyramid.append(np.arange(10), np.arange(10))
    assert pyramid.envelope(3, 5, 50)[0].tolist() == [2, 3, 4, 5, 6]


def test_a_spike_among_a_million_points_is_seen() -> None:
    pyramid = Pyramid()
    ys = np.zeros(1_000_000)
    ys[654_321] = 7
    pyramid.append(np.arange(1_000_000), ys)
    xs, shown = pyramid.reduce(0, 1_000_000, 800)
    assert len(xs) <= 1602
    assert shown.max() == 7
    assert abs(xs[shown.argmax()] - 654_321) <= 1_000_000 / 800


def test_a_dense_part_does_not_blur_a_sparse_one() -> None:
    pyramid = Pyramid()
    pyramid.append(np.linspace(0, 1, 100_000), np.zeros(100_000))
    pyramid.append([10, 20, 30], [1, 2, 3])
    x, low, high, _ = pyramid.envelope(0, 40, 400)
    assert x[-3:].tolist() == [10, 20, 30]
    assert low[-3:].tolist() == high[-3:].tolist() == [1, 2, 3]


def test_gaps_stay_gaps() -> None:
    pyramid = Pyramid()
    pyramid.append([0, 1, 2], [1.0, float("inf"), 3.0])
    xs, ys = pyramid.reduce(0, 2, 10)
    assert xs.tolist() == [0, 1, 2]
    assert np.isnan(ys[1])


@pytest.mark.parametrize(("xs", "ys"), [([1, 2], [1]), ([2, 1], [0, 0]), ([float("nan")], [0]), ([[1]], [[1]])])
def test_wrong_points_are_refused_and_change_nothing(xs: list[float], ys: list[float]) -> None:
    pyramid = Pyramid()
    with pytest.raises(ValueError, match="series"):
        pyramid.append(xs, ys)
    assert len(pyramid) == 0


def test_x_may_not_go_back_to_before_the_last_point() -> None:
    pyramid = Pyramid()
    pyramid.append([5], [0])
    with pytest.raises(ValueError, match="never decrease"):
        pyramid.append([4], [0])


def test_an_empty_series_has_an_empty_view() -> None:
    assert [len(part) for part in Pyramid().envelope(0, 1, 10)] == [0, 0, 0, 0]


def test_the_mean_of_a_column_is_the_mean_of_its_points() -> None:
    pyramid = Pyramid()
    ys = np.random.default_rng(3).standard_normal(64_000)
    pyramid.append(np.arange(64_000) / 64_000, ys)
    mean = pyramid.envelope(0, 1, 10).mean
    np.testing.assert_allclose(mean, ys.reshape(10, -1).mean(axis=1), atol=0.01)
