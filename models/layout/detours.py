"""The way of a wire through a crowd: the shortest one with few turns along the gaps between cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from models.layout.junctions import Point

TURN = 60.0
"""How many pixels longer a way may be for a turn less."""
IsClear = Callable[[Point, Point], bool]
"""Whether no card lies between two points, one beside or below the other."""
_Step = tuple[int, int, bool]
"""A crossing of two gaps, and whether the way arrives there level."""


def detour(
    start: Point, end: Point, lanes: Sequence[float], heights: Sequence[float], is_clear: IsClear
) -> tuple[Point, ...] | None:
    """The corners of a way from a point, left downward, to another, reached downward; None if there is none.

    It runs along ``lanes`` and ``heights``, those of its ends included (A*, Hart et al. 1968, by place and direction).
    """
    xs, ys = sorted({*lanes, start[0], end[0]}), sorted({*heights, start[1], end[1]})
    first: _Step = (xs.index(start[0]), ys.index(start[1]), False)
    last: _Step = (xs.index(end[0]), ys.index(end[1]), False)
    cost = {first: 0.0}
    came: dict[_Step, _Step] = {}
    queue = [(0.0, 0.0, first)]
    while queue:
        _, so_far, step = heappop(queue)
        if step == last:
            return _corners(last, came, xs, ys)
        if so_far > cost[step]:
            continue
        for other, length in _steps(step, xs, ys, is_clear, first, last):
            total = so_far + length + (TURN if other[2] != step[2] else 0.0)
            if total < cost.get(other, total + 1):
                cost[other], came[other] = total, step
                left = abs(xs[other[0]] - end[0]) + abs(ys[other[1]] - end[1])
                heappush(queue, (total + left, total, other))
    return None


def _steps(
    step: _Step, xs: Sequence[float], ys: Sequence[float], is_clear: IsClear, first: _Step, last: _Step
) -> list[tuple[_Step, float]]:
    """Where one can go from a crossing, and how far that is: on from the first downward, to the last so."""
    column, row, _ = step
    found = []
    for right, down in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        x, y = column + right, row + down
        leaves_wrong = step == first and down < 1
        if leaves_wrong or not (0 <= x < len(xs) and 0 <= y < len(ys)):
            continue
        if (x, y) == last[:2] and down < 1:
            continue
        here, there = (xs[column], ys[row]), (xs[x], ys[y])
        if is_clear(here, there):
            found.append(((x, y, bool(right)), abs(here[0] - there[0]) + abs(here[1] - there[1])))
    return found


def _corners(last: _Step, came: dict[_Step, _Step], xs: Sequence[float], ys: Sequence[float]) -> tuple[Point, ...]:
    """The ends of a way and the points where it turns."""
    steps = [last]
    while steps[-1] in came:
        steps.append(came[steps[-1]])
    steps.reverse()
    turns = [step for step, after in pairwise(steps) if step[2] != after[2]]
    return tuple((xs[column], ys[row]) for column, row, _ in [steps[0], *turns, steps[-1]])
