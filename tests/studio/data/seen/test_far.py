"""The examples that lie farthest from their class, in whatever part."""

from __future__ import annotations

import numpy as np
import pytest

from studio.data.data import Column, Data
from studio.data.seen.far import MOST, farthest
from studio.data.seen.twins import exact_twins


def of(x: np.ndarray, y: np.ndarray, classes: tuple[str, ...] | None = ("a", "b")) -> Data:
    """Data with 60 examples for training, 20 for validation, the rest kept apart."""
    columns = [
        Column(name, values[:60], values[60:80], names, test=values[80:])
        for name, values, names in (("x", x, None), ("y", y, classes))
    ]
    rows = np.arange(len(x))
    return Data("Toy", {"": columns[0]}, {"": columns[1]}, rows=(rows[:60], rows[60:80]), test_rows=rows[80:])


@pytest.mark.parametrize("shape", [(6,), (1, 4, 4)])
def test_they_are_told_by_class_part_by_part(shape: tuple[int, ...]) -> None:
    y = np.arange(100) % 2
    x = np.random.default_rng(0).normal(size=(100, *shape)).astype(np.float32) + 50 * y.reshape(-1, *[1] * len(shape))
    x[7] += 90
    x[65] = x[64]  # an example of one class that looks like the other
    y[65] = y[64] = 0
    x[64:66] += 50
    x[91] -= 60
    found = farthest(of(x.astype(np.float32), y))
    assert len(found) == MOST and {(0, 7), (2, 11)} == set(found[:2]) and {(1, 4), (1, 5)} == set(found[2:4])


def test_numbers_to_predict_have_no_classes_and_tokens_no_distance() -> None:
    x = np.arange(100, dtype=np.float32)[:, None] % 7
    x[3] = 1000
    assert farthest(of(x, x, None))[0] == (0, 3)
    assert farthest(of(x.astype(np.int64), x, None)) == []


def test_pairs_are_told_with_the_parts_that_they_lie_in() -> None:
    x = np.arange(100, dtype=np.float32)[:, None]
    x[90], x[61], x[95] = x[5], x[6], x[96]
    found = exact_twins(of(x, np.arange(100) % 2))
    assert found is not None
    assert (found.training, found.validation, found.test, found.across, found.total) == (0, 0, 1, 2, 3)
    assert {*found.places} == {((0, 5), (2, 10)), ((0, 6), (1, 1)), ((2, 15), (2, 16))}
    assert set(found.rows) == {(5, 90), (6, 61), (95, 96)}
