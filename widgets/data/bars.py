"""What the bar chart of a data set shows, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

FEW = 0.6
"""A class with less than this share of the median is remarked on."""


class Bar(NamedTuple):
    """One class, or one range of numbers, with its examples in training, validation and test."""

    name: str
    training: int
    validation: int
    ends: tuple[str, str] | None = None
    """Where a range begins and ends; None for a class."""
    test: int = 0

    @property
    def total(self) -> int:
        """Examples in all parts."""
        return self.training + self.validation + self.test


def few(bars: Sequence[Bar]) -> int | None:
    """Which bar has markedly few examples, if one has."""
    if len(bars) < 2:
        return None
    ranked = sorted(range(len(bars)), key=lambda index: bars[index].total)
    usual = bars[ranked[len(bars) // 2]].total
    return ranked[0] if bars[ranked[0]].total < FEW * usual else None
