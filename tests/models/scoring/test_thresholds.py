"""Curves over thresholds, compared with scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score, roc_curve

from models.scoring.thresholds import Calibration, Thresholds

scored = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 12)), min_size=2, max_size=60).filter(
    lambda pairs: len({truth for truth, _ in pairs}) == 2
)


def arrays(pairs: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    truth, score = np.array(pairs).T
    return truth, score / 12


@given(scored)
def test_areas_are_those_of_scikit_learn_with_ties_counted_by_half(pairs: list[tuple[int, int]]) -> None:
    truth, score = arrays(pairs)
    found = Thresholds.of(truth, score)
    assert found.area == pytest.approx(roc_auc_score(truth, score))
    assert found.average_precision == pytest.approx(average_precision_score(truth, score))
    across, up, _ = roc_curve(truth, score, drop_intermediate=False)
    np.testing.assert_allclose(found.roc()[0], across)
    np.testing.assert_allclose(found.roc()[1], up)


@given(scored, st.floats(-0.2, 1.2))
def test_a_threshold_parts_the_answers_as_a_comparison_does(pairs: list[tuple[int, int]], threshold: float) -> None:
    truth, score = arrays(pairs)
    true, false, missed, left = Thresholds.of(truth, score).at(threshold)
    expected = confusion_matrix(truth, score >= threshold, labels=[0, 1])
    assert [[left, false], [missed, true]] == expected.tolist()


def test_one_class_alone_has_no_curve_but_still_counts() -> None:
    found = Thresholds.of(np.array([1, 1]), np.array([0.2, 0.9]))
    assert np.isnan(found.area) and not found.has_both
    assert Thresholds.of(np.array([1, 0]), np.array([0.2, 0.9])).has_both
    assert found.at(0.5) == (1, 0, 1, 0)


def test_certainty_that_keeps_its_word_has_no_error() -> None:
    score = np.repeat([0.25, 0.75], 400)
    right = np.concatenate([np.arange(400) % 4 == 0, np.arange(400) % 4 != 0])
    found = Calibration.of(right, score)
    assert found.error == pytest.approx(0)
    assert found.counts.tolist() == [400, 400]
    assert Calibration.of(~right, score).error == pytest.approx(0.5)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=50))
def test_every_answer_counts_in_one_bin(pairs: list[tuple[bool, float]]) -> None:
    right, score = (np.array(part) for part in zip(*pairs, strict=True))
    found = Calibration.of(right, score)
    assert found.counts.sum() == len(pairs)
    assert (found.share >= 0).all() and (found.share <= 1).all()
    assert np.average(found.mean, weights=found.counts) == pytest.approx(score.mean())
