"""Answers that are too many to be kept one by one: what each example comes to, and the tables of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 1_000
"""Equal ranges of a score from 0 to 1, in which thresholds are told apart."""
TENTHS = 10
"""Ranges of certainty that calibration is counted in."""


@dataclass(frozen=True, eq=False)
class Summed:
    """The answers of each example, ``positions`` of them, and of all together.

    ``right`` counts the right ones; ``mistakes`` is the certainty of the surest wrong one, ``mistake_truth`` and
    ``mistake_answer`` its classes. ``counts`` is the confusion matrix. ``cell_rows`` and ``cell_codes`` name for each
    example the cells of the matrix (truth × classes + answer) that it has answers in; None where these are too many.
    ``score_counts`` (2 × `BINS`) counts scores by the true class, where there are two; ``tenths`` (3 × `TENTHS`)
    answers, right ones and the sum of their certainty, by certainty.
    """

    losses: NDArray[np.floating]
    positions: int
    right: NDArray[np.integer]
    mistakes: NDArray[np.floating]
    mistake_truth: NDArray[np.integer]
    mistake_answer: NDArray[np.integer]
    certainties: NDArray[np.floating]
    margins: NDArray[np.floating]
    counts: NDArray[np.int64]
    tenths: NDArray[np.float64]
    cell_rows: NDArray[np.integer] | None = None
    cell_codes: NDArray[np.integer] | None = None
    score_counts: NDArray[np.int64] | None = None

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return len(self.losses)

    @property
    def mistaken(self) -> NDArray[np.bool_]:
        """For each example whether any of its answers is wrong."""
        return np.asarray(self.right < self.positions)

    def fits(self, truth: int | None, answer: int | None) -> NDArray[np.bool_]:
        """For each example whether some answer of it is of class ``truth`` and was taken for ``answer``; all fit where
        that is not known."""
        if self.cell_rows is None or self.cell_codes is None:
            return np.ones(self.examples, bool)
        classes = len(self.counts)
        chosen = np.ones(len(self.cell_codes), bool)
        if truth is not None:
            chosen &= self.cell_codes // classes == truth
        if answer is not None:
            chosen &= self.cell_codes % classes == answer
        found = np.zeros(self.examples, bool)
        found[self.cell_rows[chosen]] = True
        return found

    def right_in(self, row: int) -> tuple[int, int]:
        """How many answers of an example are right, and of how many."""
        return int(self.right[row]), self.positions

    @property
    def surest_mistake(self) -> tuple[float, int, int] | None:
        """The most certain mistake of all: how sure, the true class and the answer; None without any."""
        rows = np.flatnonzero(self.mistaken)
        if not len(rows):
            return None
        row = rows[self.mistakes[rows].argmax()]
        return float(self.mistakes[row]), int(self.mistake_truth[row]), int(self.mistake_answer[row])


def from_arrays(arrays: dict[str, NDArray[Any]], positions: int) -> Summed:
    """What the probe "scores" gives; raises `LookupError` or `ValueError` where arrays do not belong together."""
    names = ("right", "mistakes", "mistake_truth", "mistake_answer", "certainties", "margins")
    parts = {name: arrays[name] for name in names}
    losses, counts = arrays["loss"], arrays["counts"].astype(np.int64)
    sound = all(part.shape == losses.shape for part in parts.values()) and losses.ndim == 1 and len(losses)
    scores, rows, codes = (arrays.get(name) for name in ("score_counts", "cell_rows", "cell_codes"))
    sound = sound and counts.ndim == 2 and counts.shape[0] == counts.shape[1] and arrays["tenths"].shape == (3, TENTHS)
    sound = sound and (scores is None or scores.shape == (2, BINS))
    if rows is not None and codes is not None:
        sound = sound and len(rows) == len(codes) and (not len(rows) or 0 <= rows.min() <= rows.max() < len(losses))
    if not sound:
        raise ValueError("sums that do not belong together")
    whole = None if scores is None else scores.astype(np.int64)
    return Summed(losses, positions, **parts, counts=counts, tenths=arrays["tenths"].astype(np.float64),
                  cell_rows=rows, cell_codes=codes, score_counts=whole)  # fmt: skip
