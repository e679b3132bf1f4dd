"""What became of training samples over the epochs: which were learned late, forgotten, or never, and which labels look
wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Course:
    """Samples through ``epochs`` (numbers from 1, rising).

    ``halves`` (epochs × samples) are losses as the upper halves of float32, NaN where a sample had no turn; ``right``
    tells where its answers were right, None where answers are numbers. ``strangers`` is the share of each sample's
    nearest neighbors that have another label, NaN where that was not looked at; None as long as nothing was.
    """

    epochs: Whole
    halves: NDArray[np.uint16]
    right: NDArray[np.bool_] | None = None
    strangers: Real | None = None

    @property
    def count(self) -> int:
        """How many samples there are."""
        return int(self.halves.shape[1])

    def losses(self, place: int) -> NDArray[np.float32]:
        """The loss of every sample at a place among the epochs."""
        return floats(self.halves[place])

    def curve(self, sample: int) -> NDArray[np.float32]:
        """The loss of a sample, epoch by epoch."""
        return floats(self.halves[:, sample])

    @cached_property
    def mean_losses(self) -> Real:
        """The loss of each sample on average over the epochs; infinite where it was no finite number."""
        total, seen = np.zeros(self.count), np.zeros(self.count)
        for place in range(len(self.epochs)):
            losses = self.losses(place)
            had_turn = ~np.isnan(losses)
            total += np.where(had_turn, losses, 0)
            seen += had_turn
        return np.where(seen > 0, total / np.maximum(seen, 1), 0.0)

    @cached_property
    def mean_curve(self) -> Real:
        """The loss of all samples on average, epoch by epoch; those that are no finite numbers are left out."""
        means = np.full(len(self.epochs), np.nan)
        for place in range(len(self.epochs)):
            losses = self.losses(place)
            finite = losses[np.isfinite(losses)]
            if len(finite):
                means[place] = finite.mean(dtype=np.float64)
        return means

    @cached_property
    def turns(self) -> Turns:
        """When each sample was learned and forgotten."""
        assert self.right is not None
        known = np.zeros(self.count, bool)
        learned, forgotten, ever = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64), known.copy()
        for place, epoch in enumerate(self.epochs.tolist()):
            had_turn = ~np.isnan(self.losses(place))
            now = np.where(had_turn, self.right[place], known)
            learned[now & ~known] = epoch
            forgotten += known & ~now
            ever |= now
            known = now
        return Turns(np.where(known, learned, 0), forgotten, ever)

    @cached_property
    def suspicion(self) -> Real:
        """How likely each label is wrong, from 0 on: the rank of its mean loss among all (samples with a wrong label
        are learned last: Arpit et al. 2017), and half as much again the share of neighbors with another label."""
        order = np.argsort(self.mean_losses, kind="stable")
        rank = np.empty(self.count)
        rank[order] = (np.arange(self.count) + 1) / max(self.count, 1)
        return rank if self.strangers is None else rank + 0.5 * np.nan_to_num(self.strangers)


class Turns(NamedTuple):
    """For each sample: the epoch since which it is ``learned`` to the end (0 if it is not), how often it was
    ``forgotten`` (right, then wrong: Toneva et al. 2019), and whether it ``ever`` was right."""

    learned: Whole
    forgotten: Whole
    ever: NDArray[np.bool_]


def floats(halves: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Numbers from the upper halves of float32."""
    return (halves.astype(np.uint32) << 16).view(np.float32)


def suspects(course: Course) -> Whole:
    """All samples, those first whose labels are most likely wrong."""
    return _by(-course.suspicion)


def learned_late(course: Course) -> Whole:
    """Samples that are learned at the end, the latest first; of one epoch those first that cost most."""
    learned = course.turns.learned
    order = np.lexsort((-course.mean_losses, -learned))
    return order[learned[order] > 0]


def forgotten(course: Course) -> Whole:
    """Samples that were right and then wrong, the most often first."""
    times = course.turns.forgotten
    order = np.lexsort((-course.mean_losses, -times))
    return order[times[order] > 0]


def never_learned(course: Course) -> Whole:
    """Samples that never were right, the most costly first."""
    order = _by(-course.mean_losses)
    return order[~course.turns.ever[order]]


def among_strangers(course: Course) -> Whole:
    """Samples most of whose neighbors have another label, the most contradicted first."""
    if course.strangers is None:
        return np.zeros(0, np.int64)
    share = np.nan_to_num(course.strangers)
    order = np.lexsort((-course.mean_losses, -share))
    return order[share[order] > 0.5]


LISTS: dict[str, tuple[str, Callable[[Course], Whole], bool]] = {
    "wrong": ("Likely wrong labels", suspects, False),
    "late": ("Learned late", learned_late, True),
    "forgotten": ("Forgotten", forgotten, True),
    "never": ("Never learned", never_learned, True),
    "neighbors": ("Against neighbors", among_strangers, True),
}
"""By name: what people call it, the samples in order, and whether it needs answers that are right or wrong."""


def _by(keys: Real) -> Whole:
    return np.argsort(keys, kind="stable")
