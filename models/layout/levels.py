"""How many wires run level between two rows of cards, and how much room they need."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from models.layout.measures import GAP

PITCH = 8
"""How far apart level wires should lie, at least."""
_CLEAR = 7
Across = tuple[float, float]
"""From where to where something runs, in lanes: a card lies at an integer, a half is between two."""
Levels = dict[int, dict[str, Across]]
"""By the row below which they run: the level wires, by the layer that sends them."""


def gap_for(wires: Iterable[Across]) -> int:
    """The gap that lets level wires lie apart."""
    steps: dict[float, int] = {}
    for start, end in wires:
        steps[start] = steps.get(start, 0) + 1
        steps[end + 0.25] = steps.get(end + 0.25, 0) - 1
    most = max(accumulate(steps[at] for at in sorted(steps)), default=0)
    return max(GAP, 2 * _CLEAR + PITCH * (most - 1))


def level_wires(
    followers: Mapping[str, Sequence[str]],
    rank: Mapping[str, int],
    lane: Mapping[str, int],
    columns: Sequence[tuple[int, int]],
) -> Levels:
    """The level wires of a drawing whose rows are folded into columns."""
    column = {row: place for place, (first, last) in enumerate(columns) for row in range(first, last)}
    taken: dict[int, list[int]] = {}
    for id, row in rank.items():
        taken.setdefault(lane[id], []).append(row)
    for rows in taken.values():
        rows.sort()
    found: Levels = {}
    for source, targets in followers.items():
        for target in targets:
            top, bottom = rank[source], rank[target]
            if bottom == top + 1 and lane[source] == lane[target] and column[top] == column[bottom]:
                continue  # straight down, as most
            for row, across in _ways(lane[source], lane[target], top, bottom, column[top] != column[bottom], taken):
                _add(found.setdefault(row, {}), source, across)
    return found


def _ways(
    start: int, end: int, top: int, bottom: int, folds: bool, taken: Mapping[int, Sequence[int]]
) -> list[tuple[int, Across]]:
    """Where a wire runs level: none if it is straight, else below its source, above its target, or both."""
    if folds:
        return [(top, (start, 1e6)), (bottom - 1, (-0.5, end))]
    if _is_free(taken[start], top, bottom):
        return [(bottom - 1, (min(start, end), max(start, end)))] if start != end else []
    if start != end and _is_free(taken[end], top, bottom):
        return [(top, (min(start, end), max(start, end)))]
    beside = max(start, end) + 0.5
    return [(top, (start, beside)), (bottom - 1, (end, beside))]


def _is_free(rows: Sequence[int], top: int, bottom: int) -> bool:
    """Whether no card lies between two rows."""
    return bisect_right(rows, top) >= bisect_left(rows, bottom)


def _add(row: dict[str, Across], source: str, across: Across) -> None:
    """A source's level wires in one row are one."""
    before = row.get(source, across)
    row[source] = min(before[0], across[0]), max(before[1], across[1])
