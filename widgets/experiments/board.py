"""The results of an experiment as plain data that every view of them shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Tick(NamedTuple):
    """A place on an axis from 0 to 1, and what stands there."""

    place: float
    text: str


class Column(NamedTuple):
    """A setting that varied, or the metric: its ``title`` and the ticks of its axis; ``is_list`` tells of a setting
    that took few values, each of which has a tick."""

    title: str
    ticks: Sequence[Tick] = ()
    is_list: bool = False


class Mark(NamedTuple):
    """A trial: its number, where it lies on each axis from 0 to 1 (None where it has no such setting), its metric's
    place (None without a value) and the words for all of it."""

    trial: int
    places: Sequence[float | None]
    value: float | None
    texts: Sequence[str]
    text: str
    state: str
    words: str


class Board(NamedTuple):
    """Trials from the best to the worst. ``metric`` runs from worse to better."""

    columns: Sequence[Column] = ()
    metric: Column = Column("")
    marks: Sequence[Mark] = ()
    lower_is_better: bool = False

    def goodness(self) -> dict[int, float]:
        """How good each trial with a value is among all, from 0 to 1, by its number."""
        values = {mark.trial: mark.value for mark in self.marks if mark.value is not None}
        low, high = min(values.values(), default=0.0), max(values.values(), default=0.0)
        shares = {trial: (value - low) / (high - low) if high > low else 1.0 for trial, value in values.items()}
        return {trial: 1.0 - share for trial, share in shares.items()} if self.lower_is_better else shares
