"""Answers that are classes: how often each class was taken for each other one, and an order that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

MOST_CLASSES = 1_000
Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True)
class Confusion:
    """``counts[i, j]`` examples of class i (truth) were taken for class j."""

    counts: Whole

    @classmethod
    def of(cls, truth: NDArray[np.integer], answer: NDArray[np.integer], classes: int) -> Confusion:
        """Count answers; numbers of no class are left out."""
        known = (truth >= 0) & (truth < classes) & (answer >= 0) & (answer < classes)
        places = truth[known].astype(np.int64) * classes + answer[known]
        return cls(np.bincount(places, minlength=classes * classes).reshape(classes, classes))

    @cached_property
    def occurring(self) -> Whole:
        """How often each class is the truth."""
        found: Whole = self.counts.sum(1)
        return found

    @cached_property
    def shares(self) -> Real:
        """Each row in shares of its class; 0 for a class that never occurs."""
        return self.counts / np.maximum(self.occurring, 1)[:, None]

    @cached_property
    def recall(self) -> Real:
        """The share of each class that was recognized; NaN for one that never occurs."""
        return _divided(self.counts.diagonal(), self.occurring)

    @cached_property
    def precision(self) -> Real:
        """The share of right predictions among those that name a class; NaN where none does."""
        return _divided(self.counts.diagonal(), self.counts.sum(0))

    @property
    def accuracy(self) -> float:
        """The share of right predictions; NaN without any."""
        total = int(self.counts.sum())
        return float(self.counts.trace() / total) if total else float("nan")

    @property
    def hardest(self) -> int | None:
        """The class that is recognized least, among those that occur."""
        return None if np.isnan(self.recall).all() else int(np.nanargmin(self.recall))

    def by_recall(self) -> list[int]:
        """The classes, the hardest first; those that never occur last."""
        found: list[int] = np.argsort(np.where(np.isnan(self.recall), 2.0, self.recall), kind="stable").tolist()
        return found

    def clustered(self) -> list[int]:
        """The classes in an order in which those that are taken for each other are neighbors.

        Spectral seriation (Atkins, Boman and Hendrickson 1998) of each group that hangs together: along the second
        eigenvector of the Laplacian of the mutual shares of mistakes.
        """
        mutual = self.shares + self.shares.T
        np.fill_diagonal(mutual, 0.0)
        return [number for group in _groups(mutual > 0) for number in _along(mutual, group)]


def _groups(tied: NDArray[np.bool_]) -> list[list[int]]:
    """The numbers that are tied to each other, directly or by others, each group in the order of its first."""
    left, groups = set(range(len(tied))), []
    while left:
        group, waiting = set[int](), [min(left)]
        while waiting:
            number = waiting.pop()
            if number not in group:
                group.add(number)
                waiting += np.flatnonzero(tied[number]).tolist()
        groups.append(sorted(group))
        left -= group
    return groups


def _along(mutual: Real, group: list[int]) -> list[int]:
    """A group in the order in which strong ties are short; its first number in the first half."""
    if len(group) < 3:
        return group
    ties = mutual[np.ix_(group, group)]
    _, vectors = np.linalg.eigh(np.diag(ties.sum(1)) - ties)
    order = np.argsort(vectors[:, 1], kind="stable").tolist()
    if order.index(0) > len(order) // 2:
        order.reverse()
    return [group[place] for place in order]


def _divided(parts: Whole, whole: Whole) -> Real:
    out = np.full(len(parts), np.nan)
    np.divide(parts, whole, out=out, where=whole > 0)
    return out
