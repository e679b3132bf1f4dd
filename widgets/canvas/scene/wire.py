"""A wire on the canvas: a polyline with rounded corners."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import hypot
from types import MappingProxyType

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from models.layout.junctions import Point, Span, merged
from models.network import Edge
from widgets.canvas.scene.grid import Box, area_of
from widgets.canvas.scene.measures import PORT_HOVER, WIRE_RADIUS

_SMALL = 100_000.0
"""A box that holds fewer square pixels is painted whole."""
_Piece = tuple[Point, Point | None, Point]
"""A line from a point to another, or a curve, with its corner in the middle."""
_NONE: Mapping[Edge, Collection[Point]] = MappingProxyType({})
_CUT = 4.0
"""Half of the gap of a wire that passes beneath another."""
_ROOM = WIRE_RADIUS + _CUT
"""How far beside a wire others may look other where it passes: they turn less roundly."""


class Wire:
    """An edge as drawn: its corner points from source to target, in scene coordinates."""

    __slots__ = ("_lines", "_path", "box", "chevron", "edge", "points")

    def __init__(self, edge: Edge, points: tuple[Point, ...]) -> None:
        self.edge = edge
        self.points = points
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        self.box = min(xs) - PORT_HOVER, min(ys) - PORT_HOVER, max(xs) + PORT_HOVER, max(ys) + PORT_HOVER
        self.chevron = _chevron(points)
        self._lines: list[QLineF] | None = None
        self._path: tuple[object, QPainterPath] | None = None

    def moved(self, dx: float, dy: float) -> Wire:
        """The same wire elsewhere."""
        wire = Wire.__new__(Wire)
        left, top, right, bottom = self.box
        wire.edge = self.edge
        wire.points = tuple([(x + dx, y + dy) for x, y in self.points])
        wire.box = left + dx, top + dy, right + dx, bottom + dy
        wire.chevron = (self.chevron[0] + dx, self.chevron[1] + dy) if self.chevron else None
        wire._lines = wire._path = None
        return wire

    @property
    def bounds(self) -> QRectF:
        """The area that it needs, ports included."""
        return area_of(self.box)

    @property
    def boxes(self) -> list[Box]:
        """Few boxes that cover it, and little beside it: a long one lies within a box that is mostly empty."""
        if len(self.points) == 2:
            return [self.box]
        if self._is_small:
            left, top, right, bottom = self.box
            return [_around((left + PORT_HOVER, top + PORT_HOVER), (right - PORT_HOVER, bottom - PORT_HOVER))]
        return [_around(*stretch) for stretch in pairwise(self.points)]

    @property
    def _is_small(self) -> bool:
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top) <= _SMALL

    def changes(self, after: Wire | None) -> list[Box]:
        """Few boxes that cover where it looks other than it does ``after`` a change: of a long wire a part alone."""
        if after is None:
            return self.boxes
        if len(self.points) == 2 == len(after.points):
            return [self.box, after.box]
        if self._is_small or after._is_small or len(self.points) != len(after.points):
            return [*self.boxes, *after.boxes]
        pairs = zip(pairwise(self.points), pairwise(after.points), strict=True)
        found = [box for one, other in pairs if one != other for box in _ends_of(*one, *other)]
        if self.chevron != after.chevron:
            found += [_around(place, place) for place in (self.chevron, after.chevron) if place]
        return found

    @property
    def lines(self) -> list[QLineF]:
        """Its stretches."""
        if self._lines is None:
            self._lines = [QLineF(*start, *end) for start, end in pairwise(self.points)]
        return self._lines

    def path(self, cuts: Collection[Point] = (), forks: Collection[Point] = ()) -> QPainterPath:
        """The wire with its corners rounded, but where it forks, and with gaps where it passes beneath others."""
        if self._path is None or self._path[0] != (cuts, forks):
            self._path = (cuts, forks), rounded(self.points, cuts, forks)
        return self._path[1]

    def distance(self, point: QPointF) -> float:
        """How far a point lies from the wire."""
        return min(_distance(point.x(), point.y(), line) for line in self.lines)

    def middle(self) -> QPointF:
        """The middle of the longest stretch."""
        return max(self.lines, key=QLineF.length).center()


def _around(start: Point, end: Point) -> Box:
    """What a stretch takes, with its turns."""
    (x, y), (u, v) = start, end
    return min(x, u) - _ROOM, min(y, v) - _ROOM, max(x, u) + _ROOM, max(y, v) + _ROOM


def _ends_of(start: Point, end: Point, then: Point, until: Point) -> tuple[Box, Box]:
    """Where a stretch changes that becomes another: at its ends alone, where it stays in line."""
    in_line = start[0] == end[0] == then[0] == until[0] or start[1] == end[1] == then[1] == until[1]
    return (_around(start, then), _around(end, until)) if in_line else (_around(start, end), _around(then, until))


def rounded(points: Sequence[Point], cuts: Collection[Point] = (), sharp: Collection[Point] = ()) -> QPainterPath:
    """A path through corner points, each corner rounded as far as its two stretches allow, with gaps at ``cuts``."""
    path = QPainterPath(QPointF(*points[0]))
    for start, corner, end in _outline(points, cuts, sharp):
        if path.currentPosition() != QPointF(*start):
            path.moveTo(*start)
        if corner is None:
            path.lineTo(*end)
        else:
            path.quadTo(*corner, *end)
    return path


def joined(
    wires: Iterable[Wire], cuts: Mapping[Edge, Collection[Point]] = _NONE, forks: Collection[Point] = ()
) -> QPainterPath:
    """The path of wires from one source: what they share is there once, lest it look thicker than the rest."""
    level: dict[float, list[Span]] = {}
    steep: dict[float, list[Span]] = {}
    curves: dict[_Piece, None] = {}
    for wire in wires:
        for start, corner, end in _outline(wire.points, cuts.get(wire.edge, ()), forks):
            (x, y), (u, v) = start, end
            if corner is not None:
                curves[start, corner, end] = None
            elif y == v:
                level.setdefault(y, []).append((min(x, u), max(x, u)))
            else:
                steep.setdefault(x, []).append((min(y, v), max(y, v)))
    path = QPainterPath()
    for lines, upright in ((level, False), (steep, True)):
        for at, spans in lines.items():
            for one, other in merged(sorted(spans)):
                path.moveTo(*((at, one) if upright else (one, at)))
                path.lineTo(*((at, other) if upright else (other, at)))
    for start, corner, end in curves:
        path.moveTo(*start)
        path.quadTo(*(corner or start), *end)
    return path


def _outline(points: Sequence[Point], cuts: Collection[Point], sharp: Collection[Point]) -> Iterator[_Piece]:
    """The lines and the curves of a wire, in order; a curve has a corner."""
    last = points[0]
    for index in range(1, len(points) - 1):
        before, corner, after = points[index - 1], points[index], points[index + 1]
        radius = 0.0 if corner in sharp else min(_radius(points, index), *_to_cuts(corner, cuts), WIRE_RADIUS)
        turn, start, last = _toward(corner, before, radius), last, _toward(corner, after, radius)
        yield from ((one, None, other) for one, other in _pieces(start, turn, cuts))
        if radius:
            yield turn, corner, last
    yield from ((one, None, other) for one, other in _pieces(last, points[-1], cuts))


def _radius(points: Sequence[Point], index: int) -> float:
    """How large the radius of a corner may be, between its neighbors."""
    before, corner, after = points[index - 1], points[index], points[index + 1]
    first = 1.0 if index == 1 else 0.5
    last = 1.0 if index == len(points) - 2 else 0.5
    return min(_length(before, corner) * first, _length(corner, after) * last)


def _to_cuts(corner: Point, cuts: Collection[Point]) -> Iterator[float]:
    """How far from a corner the gaps of its level stretch begin."""
    for x, y in cuts:
        if y == corner[1] and abs(x - corner[0]) > _CUT:
            yield abs(x - corner[0]) - _CUT


def _pieces(start: Point, end: Point, cuts: Collection[Point]) -> Iterator[tuple[Point, Point]]:
    """A stretch in pieces, with gaps where a level one passes beneath others."""
    (x, y), (last, same) = start, end
    way = 1 if last > x else -1
    passed = sorted(way * cut for cut, height in cuts if height == y == same)
    for cut in passed:
        if way * start[0] < cut < way * last:
            if way * x < cut - _CUT:
                yield (x, y), (way * (cut - _CUT), y)
            x = way * max(way * x, cut + _CUT)
    if (x, y) == start or way * x < way * last:
        yield (x, y), end


def loose(start: QPointF, end: QPointF, *, downward: bool = True) -> QPainterPath:
    """The curve of a wire that is being drawn; it leaves an output downward, an input upward."""
    bend = max(24.0, abs(end.y() - start.y()) / 2) * (1 if downward else -1)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x(), start.y() + bend), QPointF(end.x(), end.y() - bend), end)
    return path


def _chevron(points: Sequence[Point]) -> Point | None:
    for (x, y), (next_x, next_y) in pairwise(points):
        if next_x == x and y - next_y > 2 * WIRE_RADIUS:
            return x, (y + next_y) / 2
    return None


def _length(start: Point, end: Point) -> float:
    return abs(start[0] - end[0]) + abs(start[1] - end[1])


def _toward(start: Point, end: Point, distance: float) -> Point:
    length = _length(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * distance / length, start[1] + (end[1] - start[1]) * distance / length


def _distance(x: float, y: float, line: QLineF) -> float:
    dx, dy = line.dx(), line.dy()
    square = dx * dx + dy * dy
    along = 0.0 if not square else max(0.0, min(1.0, ((x - line.x1()) * dx + (y - line.y1()) * dy) / square))
    return hypot(x - line.x1() - along * dx, y - line.y1() - along * dy)
