"""Where wires meet and where they merely cross: forks of one source's wires, and crossings of different sources'."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf

from models.network import Edge

Point = tuple[float, float]
Span = tuple[float, float]
"""From where to where something runs."""
Route = Sequence[Point]
"""The corners of a wire, each level with or above or below the one before."""
_HIGH = 256.0
"""How high the bands are in which steep stretches are looked for."""
_HAIR = 0.5


def crossings(routes: Mapping[Edge, Route]) -> dict[Edge, tuple[Point, ...]]:
    """The points at which level stretches of wires cross steep ones of other sources, by the wire that runs level."""
    # Only bands in which something runs level: of a stretch across an absurd plane there would be millions.
    level = sorted({y // _HIGH for route in routes.values() for (x, y), (u, v) in pairwise(route) if y == v and x != u})
    bands: dict[float, list[tuple[float, float, float, str]]] = {}
    for edge, route in routes.items():
        for (x, y), (u, v) in pairwise(route):
            if x == u and y != v:
                top, bottom = (y, v) if y < v else (v, y)
                stretch = x, top + _HAIR, bottom - _HAIR, edge.source
                for band in level[bisect_left(level, top // _HIGH) : bisect_right(level, bottom // _HIGH)]:
                    bands.setdefault(band, []).append(stretch)
    for steep in bands.values():
        steep.sort()
    found: dict[Edge, tuple[Point, ...]] = {}
    for edge, route in routes.items():
        points = {
            (stretch[0], y)
            for (x, y), (u, v) in pairwise(route)
            if y == v and x != u and (near := bands.get(y // _HIGH))
            for stretch in near[bisect_right(near, (min(x, u) + _HAIR, inf)) : bisect_left(near, (max(x, u) - _HAIR,))]
            if stretch[1] < y < stretch[2] and stretch[3] != edge.source
        }
        if points:
            found[edge] = tuple(sorted(points))
    return found


def forks(routes: Sequence[Route]) -> frozenset[Point]:
    """The points at which wires from one output part: where stretches lead from in more than two directions."""
    if len(routes) < 2:
        return frozenset()
    level, steep = _spans(routes, 1), _spans(routes, 0)
    return frozenset(
        (x, y)
        for x, y in {corner for route in routes for corner in route[1:-1]}
        if _ways(level.get(y, ()), x) + _ways(steep.get(x, ()), y) > 2
    )


def _spans(routes: Iterable[Route], axis: int) -> dict[float, list[Span]]:
    """The stretches along which a coordinate stays, by that coordinate, joined where they meet, sorted."""
    found: dict[float, set[Span]] = {}
    for route in routes:
        for one, other in pairwise(route):
            if one[axis] == other[axis] and one != other:
                ends = one[1 - axis], other[1 - axis]
                found.setdefault(one[axis], set()).add((min(ends), max(ends)))
    return {at: merged(sorted(spans)) for at, spans in found.items()}


def merged(spans: Sequence[Span]) -> list[Span]:
    """Sorted spans, those that meet joined to one."""
    found = list(spans[:1])
    for start, end in spans[1:]:
        if start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _ways(spans: Sequence[Span], at: float) -> int:
    """In how many directions a stretch leads on from a point."""
    place = bisect_right(spans, (at, float("inf"))) - 1
    if place < 0:
        return 0
    start, end = spans[place]
    return (start < at <= end) + (start <= at < end)
