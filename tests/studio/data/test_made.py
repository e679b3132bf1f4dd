"""Curves and sequences: what their descriptions say, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from studio.data import DATASETS

KINDS = ("curve", "sine_waves", "copy_task", "adding_task")


def made(name: str, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    raw = DATASETS[name](**{"samples": 300, **changes}).read_arrays(None, None)
    return raw.inputs["x"].values, raw.targets["y"].values


@pytest.mark.parametrize("name", KINDS)
def test_seeds_count_and_sizes_are_those_asked_for(name: str) -> None:
    x, y = made(name)
    assert len(x) == len(y) == 300
    np.testing.assert_array_equal(x, made(name)[0])
    assert not np.array_equal(x, made(name, examples_seed=1)[0])


@pytest.mark.parametrize(
    ("shape", "formula"),
    [("sine", lambda x: np.sin(np.pi * x)), ("cubic", lambda x: 2 * x**3 - x), ("absolute", np.abs), ("step", np.sign)],
)
def test_a_curve_is_its_formula_with_noise(shape: str, formula: object) -> None:
    x, y = made("curve", shape=shape, noise=0.0)
    np.testing.assert_allclose(y, formula(x), atol=1e-6)  # type: ignore[operator]
    noisy = made("curve", shape=shape, noise=0.3, samples=20_000)
    assert np.std(noisy[1] - formula(noisy[0])) == pytest.approx(0.3, rel=0.03)  # type: ignore[operator]


def test_the_next_value_of_a_sine_follows_from_those_before() -> None:
    x, y = made("sine_waves", noise=0.0, length=30)
    assert x.shape == (300, 30, 1) and y.shape == (300, 1)
    ratio = (x[:, -1] + x[:, -3]) / x[:, -2]  # of a sine it stays the same, 2·cos of a step
    sure = np.abs(x[:, -2]) > 0.1
    np.testing.assert_allclose((ratio * x[:, -1] - x[:, -2])[sure], y[sure], atol=1e-4)


def test_what_is_to_be_copied_was_shown_before_the_delay() -> None:
    x, y = made("copy_task", symbols=3, delay=5)
    assert x.shape == y.shape == (300, 11)
    np.testing.assert_array_equal(y[:, 8:], x[:, :3])
    assert set(np.unique(x[:, :3])) == set(range(1, 9)) and not y[:, :8].any()
    assert (x[:, 7] == 9).all() and not x[:, 3:7].any() and not x[:, 8:].any()


@pytest.mark.parametrize("length", [2, 7, 50])
def test_the_sum_is_of_one_number_of_each_half(length: int) -> None:
    x, y = made("adding_task", length=length)
    np.testing.assert_allclose((x[:, :, 0] * x[:, :, 1]).sum(1), y[:, 0], rtol=1e-6)
    assert (x[:, : length // 2, 1].sum(1) == 1).all() and (x[:, length // 2 :, 1].sum(1) == 1).all()
