"""Splitting and measuring: the algebra of both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from studio.data.portable import resampled_rows, some_rows, split_count, split_indices, split_times, statistics

LABELS = arrays.arrays(np.int64, st.integers(1, 200), elements=st.integers(0, 5))
SHARES = st.floats(0.01, 0.99)


@given(LABELS, SHARES, st.integers(0, 9), st.booleans())
def test_each_row_is_in_one_part_and_both_keep_their_order(
    y: np.ndarray, share: float, seed: int, by_class: bool
) -> None:
    training, validation = split_indices(y, share, seed, by_class)
    assert sorted([*training, *validation]) == list(range(len(y)))
    assert (np.diff(training) > 0).all() and (np.diff(validation) > 0).all()


@given(LABELS, SHARES, st.integers(0, 9))
def test_each_class_gives_its_share(y: np.ndarray, share: float, seed: int) -> None:
    _, validation = split_indices(y, share, seed, True)
    for label in np.unique(y):
        assert np.count_nonzero(y[validation] == label) == round(share * np.count_nonzero(y == label))


@given(LABELS, SHARES, st.integers(0, 9))
def test_without_classes_all_rows_count_as_one(y: np.ndarray, share: float, seed: int) -> None:
    _, validation = split_indices(y, share, seed, False)
    assert len(validation) == round(share * len(y))
    again = split_indices(y, share, seed, False)[1]
    np.testing.assert_array_equal(validation, again)


@given(LABELS, st.integers(1, 250), st.integers(0, 9), st.booleans())
def test_a_count_is_held_out_exactly_and_near_the_share_of_each_class(
    y: np.ndarray, count: int, seed: int, by_class: bool
) -> None:
    training, validation = split_count(y, count, seed, by_class)
    assert sorted([*training, *validation]) == list(range(len(y)))
    assert (np.diff(training) > 0).all() and (np.diff(validation) > 0).all()
    assert len(validation) == min(count, len(y))
    for label in np.unique(y) if by_class else ():
        share = len(validation) / len(y) * np.count_nonzero(y == label)
        assert abs(np.count_nonzero(y[validation] == label) - share) <= len(np.unique(y))


@given(LABELS, SHARES)
def test_the_latest_are_held_out_and_of_equal_times_the_last(times: np.ndarray, share: float) -> None:
    training, validation = split_times(times, share)
    assert sorted([*training, *validation]) == list(range(len(times)))
    assert len(validation) == round(share * len(times))
    keys = list(zip(times.tolist(), range(len(times)), strict=True))
    assert not len(training) or not len(validation) or max(keys[i] for i in training) < min(keys[i] for i in validation)
    for mine, other in zip(split_times(times, max(1, len(validation))), (training, validation), strict=True):
        assert not len(validation) or mine.tolist() == other.tolist()


def test_another_seed_holds_out_others() -> None:
    y = np.arange(100) % 2
    found = {tuple(split_indices(y, 0.2, seed, True)[1]) for seed in range(10)}
    assert len(found) == 10


@given(
    arrays.arrays(
        np.float32,
        arrays.array_shapes(min_dims=2, max_dims=5, max_side=6),
        elements=st.floats(-1000, 1000, width=32),
    )
)
def test_mean_and_deviation_are_those_of_each_channel_or_feature(x: np.ndarray) -> None:
    mean, std = statistics(x)
    assert mean.ndim == std.ndim == x.ndim - 1 and mean.dtype == std.dtype == np.float32
    axes = (0, *range(2, x.ndim)) if x.ndim >= 4 else tuple(range(x.ndim - 1))
    np.testing.assert_allclose(mean, x.astype(np.float64).mean(axes, keepdims=True)[0], rtol=1e-5, atol=1e-4)
    expected = x.astype(np.float64).std(axes, keepdims=True)[0]
    constant = std == 1.0
    np.testing.assert_allclose(std[~constant], expected[~constant], rtol=1e-4, atol=1e-4)
    assert (std > 0).all()


def test_a_deviation_too_small_for_its_type_counts_as_none() -> None:
    _, std = statistics(np.array([[0.0], [1e-45]], dtype=np.float32))
    assert std.tolist() == [1.0]


@pytest.mark.parametrize("value", [0.0, 7.0, 1e6])
def test_a_constant_is_divided_by_one(value: float) -> None:
    mean, std = statistics(np.full((5000, 3), value, np.float32))
    assert std.tolist() == [1.0] * 3 and mean.tolist() == [value] * 3


def test_bytes_are_measured_without_overflow() -> None:
    x = np.full((9000, 1, 4, 4), 255, np.uint8)
    x[::2] = 253
    mean, std = statistics(x)
    assert (mean.item(), std.item()) == (254.0, 1.0)


@given(st.integers(1, 200), SHARES, SHARES, st.integers(0, 9))
def test_a_smaller_share_of_rows_is_a_part_of_a_larger_one(count: int, one: float, other: float, seed: int) -> None:
    rows = np.arange(10, 10 + count)
    few, many = (some_rows(rows, share, seed) for share in sorted((one, other)))
    assert set(few) <= set(many) <= set(rows)
    assert len(few) == max(1, round(min(one, other) * count)) and (np.diff(many) > 0).all()
    np.testing.assert_array_equal(some_rows(rows, 1.0, seed), rows)


def test_a_bootstrap_sample_leaves_out_as_many_rows_as_theory_says() -> None:
    rows = np.arange(100, 20_100)
    drawn = resampled_rows(rows, 7)
    assert len(drawn) == len(rows) and set(drawn) <= set(rows) and (np.diff(drawn) >= 0).all()
    assert len(np.setdiff1d(rows, drawn)) / len(rows) == pytest.approx(np.exp(-1), abs=0.01)
    np.testing.assert_array_equal(drawn, resampled_rows(rows, 7))


@pytest.mark.parametrize(
    ("shape", "axes"), [((9_000, 5), (0,)), ((5_000, 4, 3), (0, 1)), ((4_100, 3, 2, 4), (0, 2, 3)), ((9, 1), (0,))]
)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_statistics_are_those_of_all_examples_at_once(
    shape: tuple[int, ...], axes: tuple[int, ...], dtype: type[np.generic]
) -> None:
    x = np.random.default_rng(1).uniform(3, 200, shape).astype(dtype)
    mean, std = statistics(x)
    exact = x.astype(np.float64)
    np.testing.assert_allclose(mean, exact.mean(axes, keepdims=True)[0], rtol=1e-6 if dtype != np.float64 else 1e-13)
    np.testing.assert_allclose(std, exact.std(axes, keepdims=True)[0], rtol=1e-6)
    assert mean.dtype == (np.float64 if dtype is np.float64 else np.float32) and std.dtype == np.float32
