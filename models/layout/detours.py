"""The way of a wire through a crowd: the shortest one with few turns along the gaps between cards."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from models.layout.junctions import Point

TURN = 60.0
"""How many pixels longer a way may be for a turn less."""
Wall = tuple[float, float, float, float]
"""Left, top, right and bottom of what no way may run through; it may run along its sides."""
_Step = tuple[int, int, bool]
"""A crossing of two gaps, and whether the way arrives there level."""


def detour(
    start: Point, end: Point, lanes: Sequence[float], heights: Sequence[float], walls: Iterable[Wall]
) -> tuple[Point, ...] | None:
    """The corners of a way from a point, left downward, to another, reached downward; None if there is none.

    It runs along ``lanes`` and ``heights``, those of its ends included (A*, Hart et al. 1968, by place and direction).
    """
    xs, ys = sorted({*lanes, start[0], end[0]}), sorted({*heights, start[1], end[1]})
    first: _Step = (xs.index(start[0]), ys.index(start[1]), False)
    last: _Step = (xs.index(end[0]), ys.index(end[1]), False)
    steps = _Steps(xs, ys, walls)
    cost = {first: 0.0}
    came: dict[_Step, _Step] = {}
    queue = [(0.0, 0.0, first)]
    while queue:
        _, so_far, step = heappop(queue)
        if step == last:
            return _corners(last, came, xs, ys)
        if so_far > cost[step]:
            continue
        for other, length in steps.leaving(step, first, last):
            total = so_far + length + (TURN if other[2] != step[2] else 0.0)
            if total < cost.get(other, total + 1):
                cost[other], came[other] = total, step
                left = abs(xs[other[0]] - end[0]) + abs(ys[other[1]] - end[1])
                heappush(queue, (total + left, total, other))
    return None


class _Steps:
    """From which crossing to which a way may go: what walls bar is marked once, since a search asks thousands."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float], walls: Iterable[Wall]) -> None:
        self._xs, self._ys = xs, ys
        columns, rows = len(xs), len(ys)
        # By crossing: whether the stretch down from it, and the one to the right of it, is barred.
        self._down = [bytearray(rows) for _ in range(columns)]
        self._right = [bytearray(columns) for _ in range(rows)]
        for line in self._down:
            line[rows - 1] = 1
        for line in self._right:
            line[columns - 1] = 1
        for left, top, right, bottom in walls:
            west, east = bisect_right(xs, left), bisect_left(xs, right)
            north, south = bisect_right(ys, top), bisect_left(ys, bottom)
            above, before = max(north - 1, 0), max(west - 1, 0)
            for line in self._down[west:east]:
                line[above:south] = b"\1" * (south - above)
            for line in self._right[north:south]:
                line[before:east] = b"\1" * (east - before)

    def leaving(self, step: _Step, first: _Step, last: _Step) -> list[tuple[_Step, float]]:
        """Where one can go from a crossing, and how far that is: on from the first downward, to the last so."""
        column, row, _ = step
        xs, ys = self._xs, self._ys
        down, right = self._down[column], self._right[row]
        found: list[tuple[_Step, float]] = []
        if not down[row]:
            found.append(((column, row + 1, False), ys[row + 1] - ys[row]))
        if step == first:
            return found
        if row and not down[row - 1]:
            found.append(((column, row - 1, False), ys[row] - ys[row - 1]))
        if not right[column]:
            found.append(((column + 1, row, True), xs[column + 1] - xs[column]))
        if column and not right[column - 1]:
            found.append(((column - 1, row, True), xs[column] - xs[column - 1]))
        goal = last[:2]
        return [(other, far) for other, far in found if other[:2] != goal or (not other[2] and other[1] > row)]


def _corners(last: _Step, came: Mapping[_Step, _Step], xs: Sequence[float], ys: Sequence[float]) -> tuple[Point, ...]:
    """The ends of a way and the points where it turns."""
    steps = [last]
    while steps[-1] in came:
        steps.append(came[steps[-1]])
    steps.reverse()
    turns = [step for step, after in pairwise(steps) if step[2] != after[2]]
    return tuple((xs[column], ys[row]) for column, row, _ in [steps[0], *turns, steps[-1]])
