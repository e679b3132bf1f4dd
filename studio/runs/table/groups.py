"""Rows of a table that are told as one: what they share, and the means of what was measured."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from studio.runs.table.columns import cell_text
from studio.runs.table.facts import NAME, RunFacts, is_measured


class Group(NamedTuple):
    """Some rows as one: its own facts, how far measured values lie apart (standard deviation), and the rows."""

    facts: RunFacts
    spreads: Mapping[str, float]
    members: Sequence[RunFacts]

    def text(self, key: str) -> str:
        """What its cell in a column says."""
        value = self.facts.values.get(key)
        spread = self.spreads.get(key)
        return cell_text(key, value) + (f" ± {cell_text(key, spread)}" if spread is not None else "")


def group_of(id: str, name: str, rows: Sequence[RunFacts]) -> Group:
    """Rows under an id and a name: values that all share, means of what was measured in all."""
    values: dict[str, Any] = {}
    spreads: dict[str, float] = {}
    for key in rows[0].values:
        found: list[Any] = [row.values.get(key) for row in rows]
        if all(value == found[0] for value in found):
            values[key] = found[0]
        elif is_measured(key) and all(isinstance(value, int | float) and math.isfinite(value) for value in found):
            values[key], spreads[key] = statistics.fmean(found), statistics.stdev(found)
    return Group(RunFacts(id, {**values, NAME: name}, ""), spreads, rows)


def grouped_by(rows: Sequence[RunFacts], key: str) -> list[Group]:
    """A group for each value of a column, in the order of their first rows."""
    found: dict[str, list[RunFacts]] = {}
    for row in rows:
        found.setdefault(cell_text(key, row.values.get(key)), []).append(row)
    return [
        group_of(f"group:{key}={value}", f"{key} {value or '–'} · {len(members):,}", members)
        for value, members in found.items()
    ]
