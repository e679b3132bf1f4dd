from __future__ import annotations

import numpy as np
import psutil
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from widgets.charts import numbers
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


@given(parts=chunks, ends=st.tuples(st.floats(0, 1), st.floats(0, 1)), pixels=st.integers(1, 40), keep=st.floats(0, 1))
def test_what_rests_in_a_file_looks_as_what_is_in_memory(
    parts: list[list[tuple[float, float]]], ends: tuple[float, float], pixels: int, keep: float
) -> None:
    here = build(parts)[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numbers, "IN_MEMORY", 16)
        there, xs, _ = build(parts)
        if len(xs):
            for pyramid in (here, there):
                pyramid.cut(keep * xs[-1])
                pyramid.append([xs[-1]], [1.0])
    x0, x1 = min(ends) * 2000, max(ends) * 2000 + 1e-6
    for one, other in zip(here.envelope(x0, x1, pixels), there.envelope(x0, x1, pixels), strict=True):
        np.testing.assert_array_equal(one, other)


def test_many_points_take_little_memory() -> None:
    pyramid, process = Pyramid(), psutil.Process()
    pyramid.append(np.arange(300_000.0), np.zeros(300_000))
    before = process.memory_info().rss
    for start in range(300_000, 2_300_000, 100_000):
        xs = np.arange(start, start + 100_000.0)
        pyramid.append(xs, np.sin(xs))
    for x0, x1 in ((0.0, 2.3e6), (1e6, 1.2e6), (1e6, 1e6 + 500)):
        assert len(pyramid.envelope(x0, x1, 1000).x) > 400
    grown = (process.memory_info().rss - before) / 2**20
    assert grown < 12, f"the points alone are 31 MB, and {grown:.1f} MB were taken"


def test_where_the_disk_refuses_points_stay_in_memory() -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    pyramid = Pyramid()
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 21, hard))
        for start in range(0, 800_000, 100_000):
            xs = np.arange(start, start + 100_000.0)
            pyramid.append(xs, xs % 7)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert pyramid.xs.tolist() == list(range(800_000)) and pyramid.ys[-1] == 799_999 % 7
    assert pyramid.envelope(0.0, 8e5, 100).high.max() == 6
