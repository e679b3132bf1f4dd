"""Tables of classes, compared with scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from models.scoring.classes import Confusion

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=60)


def of(given: list[tuple[int, int]], classes: int = 6) -> Confusion:
    truth, answer = np.array(given).T
    return Confusion.of(truth, answer, classes)


@given(pairs)
def test_counts_and_shares_are_those_of_scikit_learn(given: list[tuple[int, int]]) -> None:
    truth, answer = np.array(given).T
    found = of(given)
    np.testing.assert_array_equal(found.counts, confusion_matrix(truth, answer, labels=range(6)))
    options = {"labels": range(6), "average": None, "zero_division": np.nan}
    np.testing.assert_allclose(found.recall, recall_score(truth, answer, **options))
    np.testing.assert_allclose(found.precision, precision_score(truth, answer, **options))
    assert found.accuracy == pytest.approx(np.mean(truth == answer))
    occurring = found.occurring > 0
    np.testing.assert_allclose(found.shares.sum(1)[occurring], 1)
    assert not found.shares[~occurring].any()


@given(pairs)
def test_every_order_holds_each_class_once(given: list[tuple[int, int]]) -> None:
    found = of(given)
    assert sorted(found.by_recall()) == sorted(found.clustered()) == list(range(6))
    recall = found.recall[found.by_recall()]
    known = recall[~np.isnan(recall)]
    assert (np.diff(known) >= 0).all() and np.isnan(recall[len(known) :]).all()
    assert found.hardest == found.by_recall()[0]


def test_classes_that_are_confused_become_neighbors() -> None:
    counts = np.diag([50] * 6)
    for one, other in ((0, 4), (4, 2), (1, 5), (5, 3)):
        counts[one, other] = counts[other, one] = 20
    order = Confusion(counts).clustered()
    place = {number: at for at, number in enumerate(order)}
    assert all(abs(place[a] - place[b]) == 1 for a, b in ((0, 4), (4, 2), (1, 5), (5, 3))), order


def test_a_class_that_never_occurs_has_no_recall_and_is_not_the_hardest() -> None:
    found = of([(0, 0), (0, 1), (2, 2)], 4)
    assert np.isnan(found.recall[[1, 3]]).all()
    assert found.hardest == 0
    assert Confusion(np.zeros((3, 3), np.int64)).hardest is None
    assert np.isnan(Confusion(np.zeros((3, 3), np.int64)).accuracy)


def test_numbers_of_no_class_are_left_out() -> None:
    assert of([(0, 0), (-100, 1), (1, 7), (9, 1)], 2).counts.tolist() == [[1, 0], [0, 0]]


def test_one_or_two_classes_have_an_order_too() -> None:
    assert of([(0, 0)], 1).clustered() == [0]
    assert of([(0, 1), (1, 0)], 2).clustered() == [0, 1]
