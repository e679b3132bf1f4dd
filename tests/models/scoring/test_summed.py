"""Answers that are added up come to what they come to one by one."""

from __future__ import annotations

import numpy as np
import pytest

from models.scoring.numbers import Errors
from models.scoring.summed import BINS, TENTHS, from_arrays
from models.scoring.thresholds import Calibration, Thresholds

SOUND = {
    "loss": np.array([0.5, 2.0]),
    "right": np.array([4, 1]),
    "mistakes": np.array([-1.0, 0.9]),
    "mistake_truth": np.array([0, 1]),
    "mistake_answer": np.array([0, 2]),
    "certainties": np.array([0.7, 0.4]),
    "margins": np.array([0.5, 0.1]),
    "counts": np.array([[3, 0, 0], [0, 2, 2], [0, 0, 1]]),
    "tenths": np.zeros((3, TENTHS)),
    "cell_rows": np.array([0, 0, 1, 1]),
    "cell_codes": np.array([0, 4, 5, 8]),
}


def test_sums_are_asked_as_answers_are() -> None:
    found = from_arrays(SOUND, 4)
    assert found.examples == 2 and found.mistaken.tolist() == [False, True]
    assert found.surest_mistake == (0.9, 1, 2) and found.right_in(1) == (1, 4)
    assert found.fits(1, 2).tolist() == [False, True] and found.fits(None, 1).tolist() == [True, False]
    assert found.fits(None, None).all()
    without = from_arrays({name: array for name, array in SOUND.items() if not name.startswith("cell")}, 4)
    assert without.fits(1, 2).all(), "which examples is not known, so none is hidden"
    assert from_arrays(SOUND | {"right": np.array([4, 4])}, 4).surest_mistake is None


@pytest.mark.parametrize(
    "change",
    [
        {"right": np.zeros(3)},
        {"counts": np.zeros((2, 3))},
        {"tenths": np.zeros(3)},
        {"cell_rows": np.array([0, 1, 1, 9])},
        {"score_counts": np.zeros((2, 7))},
    ],
)
def test_arrays_that_do_not_belong_together_are_refused(change: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        from_arrays(SOUND | change, 4)
    with pytest.raises(LookupError):
        from_arrays({name: array for name, array in SOUND.items() if name not in change and name != "loss"}, 4)


def test_curves_over_counted_scores_are_those_of_the_scores() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 5_000)
    score = np.clip(generator.normal(0.4 + 0.2 * truth, 0.2), 0, 0.9999)
    counts = np.stack([np.bincount((score[truth == side] * BINS).astype(int), minlength=BINS) for side in (0, 1)])
    one, other = Thresholds.of(truth, score), Thresholds.of_counts(counts)
    assert other.area == pytest.approx(one.area, abs=0.001)
    assert other.average_precision == pytest.approx(one.average_precision, abs=0.002)
    assert other.at(0.5) == one.at(0.5)
    tenths = np.zeros((3, TENTHS))
    for row, weights in enumerate((np.ones(5_000), truth, score)):
        tenths[row] = np.bincount((score * TENTHS).astype(int), weights, minlength=TENTHS)
    plain, summed = Calibration.of(truth == 1, score), Calibration.of_sums(*tenths)
    np.testing.assert_allclose(summed.mean, plain.mean)
    np.testing.assert_allclose(summed.share, plain.share)
    assert summed.error == pytest.approx(plain.error)


def test_errors_of_sums_are_those_of_numbers() -> None:
    generator = np.random.default_rng(1)
    truth, given = generator.normal(5, 2, 300), generator.normal(5, 2, 300)
    away = given - truth
    sums = [float(part.sum()) for part in (np.abs(away), away**2, truth, truth**2)]
    assert Errors.of_sums(300, *sums) == pytest.approx(Errors.of(truth, given))
    assert Errors.of_sums(2, 1.0, 1.0, 6.0, 18.0).explained is None
