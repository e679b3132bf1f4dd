"""How a curve goes apart from its noise: where it was best, where it stands, how far it climbed in between."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

AROUND = 3
"""Epochs whose median stands for one of them: a single lucky or unlucky one says nothing."""
_OF_SECOND_DIFFERENCES = 0.6745 * 6**0.5
"""Median size of second differences of independent normal numbers, as a multiple of their standard deviation."""


class Climb(NamedTuple):
    """From which place to which a loss climbed above the best that it had come to, and by what share of that."""

    start: int
    end: int
    share: float


def smooth(values: Sequence[float]) -> list[float]:
    """Each value as the median of itself and its neighbors, of which the first and the last have but one."""
    return [median(values[max(0, place - 1) : place + 2]) for place in range(len(values))]


def level(values: Sequence[float], count: int = AROUND) -> float:
    """Where a curve stands at its end."""
    return median(values[-count:])


def jitter(values: Sequence[float]) -> float:
    """The standard deviation of single values around their trend, by the median of second differences, which a steady
    change does not touch (Gasser, Sroka and Jennen-Steinmetz 1986 estimate residual variance so); 0 for fewer than 4.
    """
    bends = [abs(a - 2 * b + c) for a, b, c in zip(values, values[1:], values[2:], strict=False)]
    return median(bends) / _OF_SECOND_DIFFERENCES if len(bends) > 1 else 0.0


def longest_climb(losses: Sequence[float]) -> Climb:
    """The farthest that a loss has climbed above its best so far; a share of 0 where it never did."""
    best, found = 0, Climb(0, 0, 0.0)
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        elif losses[best] > 0 and (share := loss / losses[best] - 1) > found.share:
            found = Climb(best, place, share)
    return found


def share_of_falls(losses: Sequence[float]) -> float:
    """How many of the moves from value to value go down, as a share."""
    moves = [later < sooner for sooner, later in pairwise(losses)]
    return sum(moves) / len(moves) if moves else 0.0
