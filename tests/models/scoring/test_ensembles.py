"""Members that answer together, against what their definitions say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.scoring.ensembles import (
    MOST_SUBSETS,
    ClassEnsemble,
    Growth,
    NumberEnsemble,
    OutOfBag,
    entropy_of,
    subsets_of,
)

SIZES = st.tuples(st.integers(1, 5), st.integers(1, 40), st.integers(2, 4), st.integers(0, 1000))


def drawn(members: int, answers: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of members and true classes."""
    generator = np.random.default_rng(seed)
    scores = np.exp(3 * generator.normal(size=(members, answers, classes)))
    return scores / scores.sum(2, keepdims=True), generator.integers(classes, size=answers)


@given(SIZES)
def test_what_is_summed_in_batches_is_what_all_at_once_comes_to(sizes: tuple[int, int, int, int]) -> None:
    chances, truth = drawn(*sizes)
    pieces, whole = ClassEnsemble(sizes[0]), ClassEnsemble(sizes[0])
    whole.add(chances, truth)
    for start in range(0, len(truth), 7):
        pieces.add(chances[:, start : start + 7], truth[start : start + 7])
    assert pieces.count == whole.count == len(truth)
    np.testing.assert_allclose(pieces.losses, whole.losses)
    np.testing.assert_allclose(pieces.accuracies, whole.accuracies)
    np.testing.assert_allclose(pieces.disagreement, whole.disagreement)
    assert pieces.growth == whole.growth


@given(SIZES)
def test_accuracy_loss_and_disagreement_are_those_of_their_definitions(sizes: tuple[int, int, int, int]) -> None:
    chances, truth = drawn(*sizes)
    found = ClassEnsemble(sizes[0])
    found.add(chances, truth)
    rows = [*chances, chances.mean(0)]
    answers = [row.argmax(1) for row in rows]
    np.testing.assert_allclose(found.accuracies, [(answer == truth).mean() for answer in answers])
    np.testing.assert_allclose(found.losses, [-np.log(row[np.arange(len(truth)), truth]).mean() for row in rows])
    assert found.losses[-1] <= found.losses[:-1].mean() + 1e-12, "Jensen's inequality"
    assert found.disagreement[0, -1] == pytest.approx((answers[0] != answers[-2]).mean())
    assert not found.disagreement.diagonal().any()
    assert found.growth.sizes == tuple(range(1, sizes[0] + 1))
    assert found.growth.mean[-1] == pytest.approx(found.accuracies[-1])
    assert found.growth.mean[0] == pytest.approx(found.accuracies[:-1].mean())


@given(SIZES)
def test_right_and_wrong_answers_are_counted_by_entropy_and_by_certainty(sizes: tuple[int, int, int, int]) -> None:
    chances, truth = drawn(*sizes)
    found = ClassEnsemble(sizes[0])
    found.add(chances, truth)
    facts, right = found.facts(), found.accuracies * len(truth)
    counts = np.array(facts["entropy_counts"])
    np.testing.assert_array_equal(counts.sum((1, 2)), len(truth))
    np.testing.assert_allclose(counts[:, 0].sum(1), right)
    for row, error in enumerate(facts["calibration_errors"]):
        calibration = found.calibration(row)
        assert calibration.counts.sum() == len(truth)
        assert error == pytest.approx(calibration.error)
    assert all(value is None or 0 <= value <= 1 + 1e-9 for pair in facts["entropy"] for value in pair)


def test_three_members_that_err_apart_are_right_together() -> None:
    sure, unsure = [0.9, 0.1], [0.4, 0.6]
    chances = np.array([[unsure, sure, sure], [sure, unsure, sure], [sure, sure, unsure]])
    found = ClassEnsemble(3)
    found.add(chances, np.zeros(3, int))
    np.testing.assert_allclose(found.accuracies, [2 / 3, 2 / 3, 2 / 3, 1.0])
    assert found.growth.mean == pytest.approx((2 / 3, 1.0, 1.0))


def test_entropy_is_one_where_nothing_is_known_and_none_where_all_is() -> None:
    np.testing.assert_allclose(entropy_of(np.array([[0.25] * 4, [1.0, 0, 0, 0], [0, 0, 0, 0]])), [1, 0, 0], atol=1e-12)
    assert entropy_of(np.array([[0.5, 0.5, 0.0, 0.0]]))[0] == pytest.approx(math.log(2) / math.log(4))


@given(st.integers(1, 12))
def test_choices_of_members_are_different_and_of_every_number(members: int) -> None:
    found = subsets_of(members)
    assert len(found) == len(set(found)) == len(set(map(frozenset, found)))
    for size in range(1, members + 1):
        assert sum(len(subset) == size for subset in found) == min(math.comb(members, size), MOST_SUBSETS)
    assert found == subsets_of(members)


def test_growth_tells_the_ends_over_choices() -> None:
    assert Growth.of([(0,), (1,), (0, 1)], [0.5, 0.7, 0.9]) == Growth(
        (1, 2), (pytest.approx(0.6), 0.9), (0.5, 0.9), (0.7, 0.9)
    )


@given(st.integers(1, 5), st.integers(1, 30), st.integers(1, 3), st.integers(0, 99))
def test_the_error_of_a_mean_is_that_of_members_less_their_spread(
    members: int, examples: int, numbers: int, seed: int
) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.normal(size=(examples, numbers))
    answers = truth + generator.normal(size=(members, examples, numbers))
    found = NumberEnsemble(members)
    for start in range(0, examples, 7):
        found.add(answers[:, start : start + 7], truth[start : start + 7])
    facts = found.facts()
    *each, together = facts["errors"]
    assert together**2 == pytest.approx(np.mean(np.square(each)) - facts["spread"] ** 2, abs=1e-9)
    assert together == pytest.approx(np.sqrt(np.square(answers.mean(0) - truth).mean()))
    assert facts["growth"]["mean"][-1] == pytest.approx(together)
    assert facts["disagreement"][0][-1] == pytest.approx(np.sqrt(np.square(answers[0] - answers[-1]).mean()))


def test_out_of_bag_asks_only_members_that_have_not_seen_an_example() -> None:
    right, wrong = [0.9, 0.1], [0.3, 0.7]
    chances = np.array([[right, wrong, right], [wrong, right, right]])
    unseen = np.array([[True, False, False], [False, True, False]])
    found = OutOfBag(2)
    found.add(chances, np.zeros(3, int), unseen)
    assert found.facts() == {"accuracies": [1.0, 1.0], "accuracy": 1.0, "covered": 2, "examples": 3}
    assert OutOfBag(1).facts() == {"accuracies": [None], "accuracy": None, "covered": 0, "examples": 0}
