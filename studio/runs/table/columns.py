"""The columns of a table of runs: which there are, in which order, how rows are sorted by one, what a cell says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from models.basics.quantities import duration_text, epochs_text
from models.training.metrics import measure_of
from studio.runs.table.facts import ABOUT, LAST, NAME, RunFacts, is_measured

LARGE = 1_000.0
"""Numbers from here on are written without decimals."""
MOST_COLUMNS = 400
"""Columns of a table; a run may come from anybody, and name any number of settings."""


class Column(NamedTuple):
    """A column: its name, whether its values differ among the rows, and whether they are numbers."""

    key: str
    differs: bool
    numeric: bool


def columns_of(rows: Sequence[RunFacts]) -> list[Column]:
    """Every column of these rows: the name, then those whose values differ, then the others."""
    first: dict[str, Any] = {}
    counts: dict[str, int] = {}
    differing: set[str] = set()
    wordy: set[str] = set()
    for row in rows:
        for key, value in row.values.items():
            if key not in counts and len(counts) >= MOST_COLUMNS:
                continue
            if first.setdefault(key, value) != value:
                differing.add(key)
            counts[key] = counts.get(key, 0) + 1
            if not isinstance(value, int | float) or isinstance(value, bool):
                wordy.add(key)
    differing |= {key for key, count in counts.items() if count < len(rows)}
    columns = [Column(key, key in differing, key not in wordy) for key in sorted(counts, key=_rank)]
    # What a device did differs in every run and tells none of them.
    return sorted(columns, key=lambda column: (column.key != NAME, not column.differs, _is_of_the_machine(column.key)))


def names_of(columns: Sequence[Column]) -> list[str]:
    """What rows can be asked for: their columns, and what is known of some runs and happens to be of none of these."""
    there = [column.key for column in columns]
    return there + [key for key in (NAME, *ABOUT) if key not in there]


def in_order(rows: Sequence[RunFacts], key: str, *, descending: bool = False) -> list[RunFacts]:
    """The rows by the values of a column: numbers, then words, and what has no value last either way."""
    there = [row for row in rows if row.values.get(key) is not None]
    absent = [row for row in rows if row.values.get(key) is None]
    return sorted(there, key=lambda row: _place(row.values[key]), reverse=descending) + absent


def _place(value: Any) -> tuple[int, float, str]:
    if isinstance(value, int | float):
        return (0, -math.inf if math.isnan(value) else float(value), "")
    return (1, 0.0, str(value).casefold())


def cell_text(key: str, value: Any) -> str:
    """A value as people read it; nothing for one that is not there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key == "duration":
        return duration_text(value)
    if key == "epoch":
        return epochs_text(value)
    if isinstance(value, float) and math.isfinite(value):
        return measure_of(key).text(value) if abs(value) < LARGE else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and key != "seed" else str(value)


def _is_of_the_machine(key: str) -> bool:
    """Whether a column tells of the machine, not of the training."""
    series = key.removeprefix(LAST)
    return series != key and measure_of(series).metric is None and not series.endswith("loss")


def _rank(key: str) -> int:
    """Settings, then what was measured (the best of the validation part first), then the rest."""
    if key in ABOUT:
        return 10
    if not is_measured(key):
        return 0
    return 1 if "/" not in key else 3 if key.startswith(LAST) else 2
