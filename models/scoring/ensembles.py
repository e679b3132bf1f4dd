"""What several networks come to that answer together: each of them, their average, and any few of them.

Sums are taken batch by batch, so that no answer is kept. The average of members is the average of their probabilities;
where numbers are answered, of the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.scoring.summed import TENTHS
from models.scoring.thresholds import Calibration

Real = NDArray[np.float64]
MOST_SUBSETS = 20
"""Choices of members that are averaged for each number of members: all of them where there are no more."""
ENTROPY_BINS = 20
SMALLEST = 1e-12
"""The probability below which a loss counts no further."""


def subsets_of(members: int, seed: int = 0) -> list[tuple[int, ...]]:
    """Choices of members for each number of them, from one to all; drawn by chance where there are too many."""
    generator = np.random.default_rng(seed)
    found: list[tuple[int, ...]] = []
    for size in range(1, members + 1):
        if math.comb(members, size) <= MOST_SUBSETS:
            found += combinations(range(members), size)
            continue
        drawn: set[tuple[int, ...]] = set()
        while len(drawn) < MOST_SUBSETS:
            drawn.add(tuple(sorted(generator.choice(members, size, replace=False).tolist())))
        found += sorted(drawn)
    return found


class Growth(NamedTuple):
    """How well members do together, by how many they are: ``mean``, ``low`` and ``high`` over choices of them."""

    sizes: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @classmethod
    def of(cls, subsets: Sequence[tuple[int, ...]], values: Sequence[float]) -> Growth:
        """From the value of each choice."""
        by_size: dict[int, list[float]] = {}
        for subset, value in zip(subsets, values, strict=True):
            by_size.setdefault(len(subset), []).append(float(value))
        groups = list(by_size.values())
        means = tuple(sum(group) / len(group) for group in groups)
        return cls(tuple(by_size), means, tuple(map(min, groups)), tuple(map(max, groups)))


class ClassEnsemble:
    """Takes the probabilities of members (members × answers × classes) with the true classes, batch by batch.

    Rows of what is counted stand for the members in order, the last one for their average. ``losses`` are means of
    −ln p(truth); ``disagreement`` is the share of answers in which two members differ.
    """

    def __init__(self, members: int) -> None:
        self.members = members
        self.subsets = subsets_of(members)
        rows = members + 1
        self.count = 0
        self._right, self._loss = np.zeros(rows), np.zeros(rows)
        self._by_subset = np.zeros(len(self.subsets))
        self._differ = np.zeros((members, members))
        self._tenths = np.zeros((rows, 3, TENTHS))
        self._entropy = np.zeros((rows, 2, ENTROPY_BINS))
        self._entropy_sums = np.zeros((rows, 2))

    def add(self, chances: NDArray[np.floating], truth: NDArray[np.integer]) -> None:
        """Take in a batch."""
        given = chances.astype(np.float64)
        answers = given.argmax(2)
        for one in range(self.members):
            self._differ[one] += (answers != answers[one]).sum(1)
        for row, each in enumerate((*given, given.mean(0))):
            self._take(row, each, truth)
        for place, subset in enumerate(self.subsets):
            self._by_subset[place] += (given[list(subset)].mean(0).argmax(1) == truth).sum()
        self.count += len(truth)

    def _take(self, row: int, chances: Real, truth: NDArray[np.integer]) -> None:
        answer, certainty = chances.argmax(1), np.nan_to_num(chances.max(1))
        right = answer == truth
        self._right[row] += right.sum()
        self._loss[row] -= np.log(np.maximum(chances[np.arange(len(truth)), truth], SMALLEST)).sum()
        place = np.clip((certainty * TENTHS).astype(np.int64), 0, TENTHS - 1)
        for number, weights in enumerate((None, right.astype(np.float64), certainty)):
            self._tenths[row, number] += np.bincount(place, weights, minlength=TENTHS)
        entropy = entropy_of(chances)
        for kind, chosen in enumerate((right, ~right)):
            place = np.clip((entropy[chosen] * ENTROPY_BINS).astype(np.int64), 0, ENTROPY_BINS - 1)
            self._entropy[row, kind] += np.bincount(place, minlength=ENTROPY_BINS)
            self._entropy_sums[row, kind] += entropy[chosen].sum()

    @property
    def accuracies(self) -> Real:
        """The share of correct answers of each member, last of their average."""
        return self._right / max(self.count, 1)

    @property
    def losses(self) -> Real:
        """The mean of −ln p(truth) of each member, last of their average."""
        losses: Real = self._loss / max(self.count, 1)
        return losses

    @property
    def disagreement(self) -> Real:
        """Members × members: the share of answers in which they differ."""
        shares: Real = self._differ / max(self.count, 1)
        return shares

    @property
    def entropy(self) -> Real:
        """Mean entropy (share of ln classes) where answers are right and where wrong; NaN where there are none."""
        counts = self._entropy.sum(2)
        means: Real = np.divide(self._entropy_sums, counts, out=np.full_like(counts, np.nan), where=counts > 0)
        return means

    @property
    def growth(self) -> Growth:
        """Accuracy by the number of members."""
        return Growth.of(self.subsets, (self._by_subset / max(self.count, 1)).tolist())

    def calibration(self, row: int) -> Calibration:
        """How far the certainty of a member, or of the average, can be trusted."""
        return Calibration.of_sums(*self._tenths[row])

    def facts(self) -> dict[str, Any]:
        """All of it as JSON data; `from_facts` reads it again."""
        return {
            "kind": "classes",
            "examples": self.count,
            "accuracies": self.accuracies.tolist(),
            "losses": self.losses.tolist(),
            "calibration_errors": [self.calibration(row).error for row in range(self.members + 1)],
            "entropy": [[None if math.isnan(value) else value for value in pair] for pair in self.entropy.tolist()],
            "disagreement": self.disagreement.tolist(),
            "growth": self.growth._asdict(),
            "tenths": self._tenths.tolist(),
            "entropy_counts": self._entropy.astype(int).tolist(),
        }


class NumberEnsemble:
    """Takes the answers of members (members × examples × numbers) with the true numbers, batch by batch.

    ``errors`` are roots of mean squared errors, of each member and last of their average; ``spread`` is how far members
    lie from their average, as the root of the mean square: the error of the average squared is the mean of theirs
    squared less this squared (Krogh and Vedelsby, 1995).
    """

    def __init__(self, members: int) -> None:
        self.members = members
        self.subsets = subsets_of(members)
        self.count = 0
        self._squares, self._absolute = np.zeros(members + 1), np.zeros(members + 1)
        self._by_subset, self._differ = np.zeros(len(self.subsets)), np.zeros((members, members))
        self._spread = 0.0

    def add(self, answers: NDArray[np.floating], truth: NDArray[np.floating]) -> None:
        """Take in a batch."""
        given, true = answers.astype(np.float64), truth.astype(np.float64)
        mean = given.mean(0)
        for row, each in enumerate((*given, mean)):
            self._squares[row] += np.square(each - true).sum()
            self._absolute[row] += np.abs(each - true).sum()
        for one in range(self.members):
            self._differ[one] += np.square(given - given[one]).sum((1, 2))
        self._spread += np.square(given - mean).sum() / self.members
        for place, subset in enumerate(self.subsets):
            self._by_subset[place] += np.square(given[list(subset)].mean(0) - true).sum()
        self.count += true.size

    def facts(self) -> dict[str, Any]:
        """All of it as JSON data."""
        count = max(self.count, 1)
        return {
            "kind": "numbers",
            "examples": self.count,
            "errors": np.sqrt(self._squares / count).tolist(),
            "absolute_errors": (self._absolute / count).tolist(),
            "spread": math.sqrt(self._spread / count),
            "disagreement": np.sqrt(self._differ / count).tolist(),
            "growth": Growth.of(self.subsets, np.sqrt(self._by_subset / count).tolist())._asdict(),
        }


class OutOfBag:
    """What members answer for training examples that they have not drawn: an estimate that costs no validation part."""

    def __init__(self, members: int) -> None:
        self._right, self._asked = np.zeros(members), np.zeros(members)
        self._together = self._covered = self.count = 0

    def add(self, chances: NDArray[np.floating], truth: NDArray[np.integer], unseen: NDArray[np.bool_]) -> None:
        """Take in a batch; ``unseen`` (members × answers) tells which members have not drawn an example."""
        right = (chances.argmax(2) == truth) & unseen
        self._right += right.sum(1)
        self._asked += unseen.sum(1)
        total = np.where(unseen[:, :, None], chances, 0.0).sum(0)
        covered = unseen.any(0)
        self._together += int(((total.argmax(1) == truth) & covered).sum())
        self._covered += int(covered.sum())
        self.count += len(truth)

    def facts(self) -> dict[str, Any]:
        """Accuracy of each member and of the averages, and how many examples some member has not drawn."""
        each = [right / asked if asked else None for right, asked in zip(self._right, self._asked, strict=True)]
        together = self._together / self._covered if self._covered else None
        return {"accuracies": each, "accuracy": together, "covered": self._covered, "examples": self.count}


def entropy_of(chances: Real) -> Real:
    """The entropy of each row of probabilities as a share of the largest there is, ln classes."""
    total = chances.sum(1, keepdims=True)
    shares = np.divide(chances, total, out=np.zeros_like(chances), where=total > 0)
    logs = np.log(np.where(shares > 0, shares, 1.0))
    found: Real = -(shares * logs).sum(1) / math.log(max(chances.shape[1], 2))
    return found
