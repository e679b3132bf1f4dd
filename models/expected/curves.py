"""Functions of one number as curves: their values, slopes and properties, worked out of the terms that By hand writes.

Nothing here is typed: where a function is lowest, or steepest, is searched for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from models.byhand.functions import greatest, least
from models.byhand.terms import Leaf, Term
from models.byhand.written.kinds.elementwise import ELEMENTWISE
from models.byhand.written.kinds.formulas import formula_term
from models.byhand.written.kinds.picking import JUMPS
from models.kinds.layer import Layer
from models.layers.activation import PReLU
from models.layers.activations.steps import RReLU
from models.layers.combining.expression import Expression
from models.specs.elementwise import NAMES, read_formula

Point = tuple[float, float]
"""The value at a place, and the slope there."""
Curve = Callable[[float], Point]

REACH = 8.0
"""How far from 0 properties are looked for."""
STEPS = 160
"""An even number, so that 0 is looked at."""
FAR = 1e6
"""Where a function that has a limit is there, as far as it is written."""
STEADY = 100.0
"""Where its slope is that of its end."""
NEAR = 1e-9
_GOLDEN = (math.sqrt(5) - 1) / 2


@lru_cache(maxsize=256)
def curve_of(layer: Layer) -> Curve | None:
    """A layer as a function of one number, at its settings and its first weights; None where it is none."""
    write = _writer(layer)
    return None if write is None else lambda x: _point(write, x)


def _writer(layer: Any) -> Callable[[Term, Leaf], Term] | None:
    if type(layer) in ELEMENTWISE:
        return lambda x, me: ELEMENTWISE[type(layer)](layer, x, me)
    if type(layer) in JUMPS:
        return lambda x, _me: JUMPS[type(layer)](layer, x)
    if isinstance(layer, PReLU | RReLU):
        slope = layer.init if isinstance(layer, PReLU) else (layer.lower + layer.upper) / 2
        return lambda x, _me: greatest(0, x) + slope * least(x, 0)
    if isinstance(layer, Expression) and read_formula(layer.formula).names == {NAMES[0]}:
        return lambda x, _me: formula_term(read_formula(layer.formula).tree, {NAMES[0]: x})
    return None


def _point(write: Callable[[Term, Leaf], Term], x: float) -> Point:
    at = Leaf("x", x, "x")
    try:
        value = write(at, Leaf("y", 0.0)).value
        slope = write(at, Leaf("y", value)).slopes().get("x", 0.0)
    except (ArithmeticError, ValueError):
        return math.nan, math.nan
    return value, slope


class Extremum(NamedTuple):
    """Where a function, or its slope, is largest or smallest, and how large it is there."""

    at: float
    value: float


class Properties(NamedTuple):
    """What is so of a function. ``lowest`` and ``steepest`` are None where they lie at no single place."""

    monotone: bool
    convex: bool
    invertible: bool
    bounds: tuple[float, float]
    """The least and the greatest value, infinite where there is none."""
    lowest: Extremum | None
    steepest: float
    """The largest slope by its size."""
    steepest_at: float | None
    flat: bool
    """Whether the slope is 0 wherever there is one."""


@lru_cache(maxsize=256)
def properties_of(layer: Layer) -> Properties | None:
    """The properties of a function between −8 and 8, and far out; None where a layer is no function of one number."""
    curve = curve_of(layer)
    if curve is None:
        return None
    places = [REACH * (2 * step / STEPS - 1) for step in range(STEPS + 1)]
    points = [curve(x) for x in places]
    values, slopes = [value for value, _ in points], [slope for _, slope in points]
    ends = [curve(-FAR)[0], curve(FAR)[0]]
    rises = [later - value for value, later in pairwise(values)]
    strictly = all(rise > 0 for rise in rises) or all(rise < 0 for rise in rises)
    steepest = _steepest(curve, places, slopes)
    lowest = _lowest(curve, places, values, ends)
    low, high = _bounds(values, ends, curve)
    return Properties(
        monotone=_one_way(rises),
        convex=all(later - rise > -NEAR for rise, later in pairwise(rises)),
        invertible=strictly,
        bounds=(lowest.value if lowest else low, high),
        lowest=lowest,
        steepest=steepest.value,
        steepest_at=None if math.isnan(steepest.at) else steepest.at,
        flat=not any(slopes),
    )


def _one_way(rises: Sequence[float]) -> bool:
    return all(rise > -NEAR for rise in rises) or all(rise < NEAR for rise in rises)


def _stands_out(heights: Sequence[float]) -> bool:
    """Whether the largest is at one place, or two that lie opposite, rather than all along."""
    most = max(heights)
    return sum(height > most - 1e-6 for height in heights) <= 2


def _steepest(curve: Curve, places: list[float], slopes: list[float]) -> Extremum:
    """The largest slope by its size, and where; NaN where it is approached far out or kept along a stretch."""
    heights = [abs(slope) for slope in slopes]
    far = max(abs(curve(-STEADY)[1]), abs(curve(STEADY)[1]))
    place = max(range(len(places)), key=heights.__getitem__)
    found = _sharpened(lambda x: abs(curve(x)[1]), places, place)
    most = max(found.value, heights[place], far)
    alone = far < most - 1e-6 and _stands_out(heights)
    # A slope that jumps is largest at the place itself.
    at = places[place] if heights[place] >= found.value else found.at
    return Extremum(at if alone else math.nan, most)


def _bounds(values: Sequence[float], ends: Sequence[float], curve: Curve) -> tuple[float, float]:
    """The least and the greatest value; infinite where it still grows far out."""
    further = [curve(-2 * FAR)[0], curve(2 * FAR)[0]]
    low, high = min(*values, *ends) + 0.0, max(*values, *ends) + 0.0
    for end, beyond in zip(ends, further, strict=True):
        if abs(beyond - end) > 1e-3 * max(1.0, abs(end)):
            low, high = (-math.inf, high) if beyond < end else (low, math.inf)
    return low, high


def _lowest(curve: Curve, places: list[float], values: list[float], ends: list[float]) -> Extremum | None:
    """The lowest point, where there is one: not at a flat end, and not all along a stretch."""
    place = min(range(len(values)), key=values.__getitem__)
    if place in (0, len(values) - 1) or min(ends) <= values[place] or not _stands_out([-value for value in values]):
        return None
    found = _sharpened(lambda x: -curve(x)[0], places, place)
    return Extremum(found.at, -found.value)


def _sharpened(height: Callable[[float], float], places: list[float], place: int) -> Extremum:
    """The highest point near a place, by golden-section search (Kiefer 1953)."""
    low, high = places[max(place - 1, 0)], places[min(place + 1, len(places) - 1)]
    while high - low > 1e-10:
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        low, high = (low, right) if height(left) >= height(right) else (left, high)
    return Extremum((low + high) / 2, height((low + high) / 2))


def drawn(curve: Curve, low: float, high: float, count: int) -> Iterator[tuple[float, float, float]]:
    """The places, values and slopes to draw it by."""
    for step in range(count):
        x = low + (high - low) * step / (count - 1)
        yield x, *curve(x)
