"""The toy sets: points where the formulas say, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.data import Facts
from studio.data import DATASETS

TOYS = ("moons", "circles", "spirals", "xor")


def points(name: str, **changes: object) -> tuple[np.ndarray, np.ndarray]:
    raw = DATASETS[name](**{"noise": 0.0, "samples": 400, **changes}).read_arrays(None, None)
    return raw.inputs["x"].values, raw.targets["y"].values


@pytest.mark.parametrize("name", TOYS)
@settings(max_examples=20)
@given(samples=st.integers(10, 500), noise=st.floats(0, 10), seed=st.integers(0, 5))
def test_as_many_points_as_asked_for_half_of_each_class(name: str, samples: int, noise: float, seed: int) -> None:
    x, y = points(name, samples=samples, noise=noise, points_seed=seed)
    assert x.shape == (samples, 2) and x.dtype == np.float32 and np.isfinite(x).all()
    assert abs(2 * int(y.sum()) - samples) <= 1
    again, _ = points(name, samples=samples, noise=noise, points_seed=seed)
    np.testing.assert_array_equal(x, again)
    assert not np.array_equal(x, points(name, samples=samples, noise=noise, points_seed=seed + 1)[0])


def test_circles_lie_on_their_radii() -> None:
    x, y = points("circles")
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 0, 1.0, 0.5), rtol=1e-6)


def test_moons_lie_on_half_circles_that_reach_into_each_other() -> None:
    x, y = points("moons")
    centers = np.where(y[:, None] == 0, (0.0, 0.0), (1.0, 0.5))
    np.testing.assert_allclose(np.hypot(*(x - centers).T), 1.0, rtol=1e-5)
    assert (x[y == 0, 1] >= -1e-6).all() and (x[y == 1, 1] <= 0.5 + 1e-6).all()


def test_the_arms_of_spirals_are_half_a_turn_apart() -> None:
    x, y = points("spirals")
    radius, angle = np.hypot(*x.T), np.arctan2(x[:, 1], x[:, 0])
    expected = 3 * np.pi * radius + np.pi * y
    outside = radius > 1e-3
    np.testing.assert_allclose(np.cos(angle - expected)[outside], 1.0, atol=1e-3)
    assert radius.max() <= 1 + 1e-6


def test_noise_has_its_deviation() -> None:
    plain, _ = points("circles", samples=20_000)
    noisy, _ = points("circles", samples=20_000, noise=0.3)
    assert np.std(noisy - plain) == pytest.approx(0.3, rel=0.03)


@pytest.mark.parametrize("name", TOYS)
def test_facts_are_told_without_drawing_points(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = DATASETS[name](samples=10_000_000)
    monkeypatch.setattr(np.random, "default_rng", pytest.fail)
    facts = dataset.facts()
    assert facts == Facts.simple(dataset.title, (2,), dataset.names, (), 10_000_000)


def test_squares_across_from_each_other_are_one_class() -> None:
    x, y = points("xor")
    assert ((x[:, 0] * x[:, 1] < 0) == (y == 1)).all() and np.abs(x).min() >= 0.2
    quadrants = {(bool(a), bool(b)) for a, b in x > 0}
    assert len(quadrants) == 4


@pytest.mark.parametrize("count", [2, 3, 10])
def test_blobs_lie_around_their_centers(count: int) -> None:
    dataset = DATASETS["blobs"](blobs=count, samples=20_000, noise=0.2)
    raw = dataset.read_arrays(None, None)
    x, y = raw.inputs["x"].values, raw.targets["y"].values
    assert dataset.facts().classes == raw.targets["y"].classes == tuple(f"blob {n}" for n in range(1, count + 1))
    for label in range(count):
        angle = 2 * np.pi * label / count
        np.testing.assert_allclose(x[y == label].mean(0), (np.cos(angle), np.sin(angle)), atol=0.03)
        np.testing.assert_allclose(x[y == label].std(0), 0.2, rtol=0.1)
