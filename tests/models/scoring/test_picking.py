"""Orders of examples, and numbers that are off."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from models.scoring.numbers import Errors
from models.scoring.picking import ORDERS, Answered

FOUR = Answered(
    truth=np.array([0, 1, 1, 2]),
    answer=np.array([0, 2, 1, 0]),
    loss=np.array([0.1, 2.0, 0.7, 5.0]),
    certainty=np.array([0.9, 0.95, 0.5, 0.6]),
    margin=np.array([0.8, 0.9, 0.05, 0.3]),
)


@pytest.mark.parametrize(
    ("name", "rows"),
    [("worst", [3, 1, 2, 0]), ("certain", [1, 3]), ("ties", [2, 3, 0, 1]), ("surest", [0, 2]), ("order", [0, 1, 2, 3])],
)
def test_examples_come_in_the_order_that_is_wanted(name: str, rows: list[int]) -> None:
    assert ORDERS[name][1](FOUR).tolist() == rows


def test_a_cell_picks_a_class_that_was_taken_for_another() -> None:
    assert np.flatnonzero(FOUR.fits(1, 2)).tolist() == [1]
    assert np.flatnonzero(FOUR.fits(1, None)).tolist() == [1, 2]
    assert np.flatnonzero(FOUR.fits(None, 0)).tolist() == [0, 3]
    assert not FOUR.fits(0, 2).any()


def test_an_example_of_several_answers_counts_with_any_of_them() -> None:
    tagged = Answered(FOUR.truth, FOUR.answer, FOUR.loss, FOUR.certainty, FOUR.margin, positions=2)
    assert tagged.examples == 2
    assert tagged.mistaken.tolist() == [True, True]
    assert ORDERS["certain"][1](tagged).tolist() == [0, 1]
    assert ORDERS["worst"][1](tagged).tolist() == [1, 0]
    assert ORDERS["ties"][1](tagged).tolist() == [1, 0]
    assert not len(ORDERS["surest"][1](tagged))
    assert tagged.fits(2, 0).tolist() == [False, True]


def test_a_loss_that_is_no_number_is_the_worst() -> None:
    broken = Answered(np.zeros(3), np.zeros(3), np.array([1.0, np.nan, 2.0]))
    assert ORDERS["worst"][1](broken).tolist() == [1, 2, 0]


def test_errors_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    truth = generator.normal(5, 2, 50).astype(np.float32)
    answer = truth + generator.normal(0, 0.5, 50).astype(np.float32)
    found = Errors.of(truth, answer)
    assert found.mean_absolute == pytest.approx(mean_absolute_error(truth, answer), rel=1e-5)
    assert found.root_mean_square == pytest.approx(root_mean_squared_error(truth, answer), rel=1e-5)
    assert found.explained == pytest.approx(r2_score(truth, answer), rel=1e-5)
    assert Errors.of(np.ones(3), np.zeros(3)).explained is None
