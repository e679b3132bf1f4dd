"""Two classes and a score between them: what every threshold would bring."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


class Thresholds(NamedTuple):
    """For each different score as the threshold (falling): how many true and false ones lie at or above it."""

    scores: Real
    true_positives: Real
    false_positives: Real
    positives: int
    negatives: int

    @classmethod
    def of(cls, truth: NDArray[np.integer], score: NDArray[np.floating]) -> Thresholds:
        """Count; equal scores are one threshold, since no rule can part them."""
        order = np.argsort(-score, kind="stable")
        ranked, is_true = score[order].astype(np.float64), (truth[order] == 1)
        last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1) if len(ranked) else np.array([], np.int64)
        true = np.cumsum(is_true)[last].astype(np.float64)
        positives = int(is_true.sum())
        return cls(ranked[last], true, last + 1 - true, positives, len(ranked) - positives)

    @classmethod
    def of_counts(cls, counts: NDArray[np.integer]) -> Thresholds:
        """From scores that are counted in equal ranges from 0 to 1, false ones in the first row, true ones in the
        second; each range that holds any is one threshold, its lower end."""
        falling = counts[:, ::-1]
        held = falling.sum(0) > 0
        scores = (np.arange(counts.shape[1])[::-1] / counts.shape[1])[held]
        false, true = (np.cumsum(row[held]).astype(np.float64) for row in falling)
        return cls(scores, true, false, int(counts[1].sum()), int(counts[0].sum()))

    @property
    def has_both(self) -> bool:
        """Whether either class occurs: else there is no curve."""
        return bool(self.positives and self.negatives)

    def roc(self) -> tuple[Real, Real]:
        """False positive rate and true positive rate, from (0, 0) on; NaN where one class never occurs."""
        return _from_zero(self.false_positives, self.negatives), _from_zero(self.true_positives, self.positives)

    @property
    def area(self) -> float:
        """The area under the ROC curve: how often a true one has a larger score than a false one, ties by half."""
        across, up = self.roc()
        return float(np.sum(np.diff(across) * (up[1:] + up[:-1]) / 2))

    def precision_recall(self) -> tuple[Real, Real]:
        """Recall and precision, as recall grows."""
        named = self.true_positives + self.false_positives
        recall = self.true_positives / self.positives if self.positives else np.full(len(named), np.nan)
        return recall, self.true_positives / named

    @property
    def average_precision(self) -> float:
        """Precision averaged over the steps of recall."""
        recall, precision = self.precision_recall()
        return float(np.sum(np.diff(np.append(0.0, recall)) * precision))

    def at(self, threshold: float) -> tuple[int, int, int, int]:
        """True and false positives, false and true negatives, where a score from ``threshold`` on means yes."""
        above = int(np.searchsorted(-self.scores, -threshold, side="right"))
        true = int(self.true_positives[above - 1]) if above else 0
        false = int(self.false_positives[above - 1]) if above else 0
        return true, false, self.positives - true, self.negatives - false


class Calibration(NamedTuple):
    """For each tenth of the scores that holds any: their mean, the share that was true, and how many."""

    mean: Real
    share: Real
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, right: NDArray[np.bool_], score: NDArray[np.floating], bins: int = 10) -> Calibration:
        """Count by equal ranges of the score from 0 to 1."""
        place = np.clip((score * bins).astype(np.int64), 0, bins - 1)
        counts = np.bincount(place, minlength=bins)
        held = counts > 0
        mean = np.bincount(place, weights=score.astype(np.float64), minlength=bins)[held] / counts[held]
        share = np.bincount(place, weights=right.astype(np.float64), minlength=bins)[held] / counts[held]
        return cls(mean, share, counts[held])

    @classmethod
    def of_sums(cls, counts: Real, right: Real, sums: Real) -> Calibration:
        """From answers, right ones and the sum of the scores that are counted by equal ranges already."""
        held = counts > 0
        return cls(sums[held] / counts[held], right[held] / counts[held], counts[held].astype(np.int64))

    @property
    def error(self) -> float:
        """The expected calibration error: how far scores are from shares, on average over the examples."""
        return float(np.sum(np.abs(self.mean - self.share) * self.counts) / max(int(self.counts.sum()), 1))


def _from_zero(counts: Real, total: int) -> Real:
    return np.append(0.0, counts / total if total else np.full(len(counts), np.nan))
