"""A wire on the canvas: a polyline with rounded corners."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from models.network import Edge
from widgets.canvas.scene.measures import PORT_HOVER, WIRE_RADIUS

Point = tuple[float, float]
_SMALL = 100_000.0
"""A box that holds fewer square pixels is painted whole."""


class Wire:
    """An edge as drawn: its corner points from source to target, in scene coordinates."""

    __slots__ = ("_lines", "_path", "box", "chevron", "edge", "points")

    def __init__(self, edge: Edge, points: tuple[Point, ...]) -> None:
        self.edge = edge
        self.points = points
        xs, ys = [point[0] for point in points], [point[1] for point in points]
        self.box = min(xs) - PORT_HOVER, min(ys) - PORT_HOVER, max(xs) + PORT_HOVER, max(ys) + PORT_HOVER
        self._lines: list[QLineF] | None = None
        self.chevron = _chevron(points)
        self._path: QPainterPath | None = None

    def moved(self, dx: float, dy: float) -> Wire:
        """The same wire elsewhere."""
        return Wire(self.edge, tuple([(x + dx, y + dy) for x, y in self.points]))

    @property
    def bounds(self) -> QRectF:
        """The area that it needs, ports included."""
        left, top, right, bottom = self.box
        return QRectF(left, top, right - left, bottom - top)

    @property
    def areas(self) -> list[QRectF]:
        """Few areas that cover it, and little beside it: a long one lies within a box that is mostly empty."""
        left, top, right, bottom = self.box
        if (right - left) * (bottom - top) <= _SMALL:
            return [self.bounds]
        grown = (-PORT_HOVER, -PORT_HOVER, PORT_HOVER, PORT_HOVER)
        return [QRectF(line.p1(), line.p2()).normalized().adjusted(*grown) for line in self.lines]

    @property
    def lines(self) -> list[QLineF]:
        """Its stretches."""
        if self._lines is None:
            self._lines = [QLineF(*start, *end) for start, end in pairwise(self.points)]
        return self._lines

    @property
    def path(self) -> QPainterPath:
        """The wire with its corners rounded."""
        if self._path is None:
            self._path = rounded(self.points)
        return self._path

    def distance(self, point: QPointF) -> float:
        """How far a point lies from the wire."""
        return min(_distance(point.x(), point.y(), line) for line in self.lines)

    def middle(self) -> QPointF:
        """The middle of the longest stretch."""
        return max(self.lines, key=QLineF.length).center()


def rounded(points: Sequence[Point]) -> QPainterPath:
    """A path through corner points, each corner rounded as far as its two stretches allow."""
    path = QPainterPath(QPointF(*points[0]))
    for index in range(1, len(points) - 1):
        before, corner, after = points[index - 1], points[index], points[index + 1]
        first = 1.0 if index == 1 else 0.5
        last = 1.0 if index == len(points) - 2 else 0.5
        radius = min(WIRE_RADIUS, _length(before, corner) * first, _length(corner, after) * last)
        path.lineTo(_toward(corner, before, radius))
        path.quadTo(QPointF(*corner), _toward(corner, after, radius))
    path.lineTo(QPointF(*points[-1]))
    return path


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


def _toward(start: Point, end: Point, distance: float) -> QPointF:
    length = _length(start, end) or 1.0
    return QPointF(
        start[0] + (end[0] - start[0]) * distance / length, start[1] + (end[1] - start[1]) * distance / length
    )


def _distance(x: float, y: float, line: QLineF) -> float:
    dx, dy = line.dx(), line.dy()
    square = dx * dx + dy * dy
    along = 0.0 if not square else max(0.0, min(1.0, ((x - line.x1()) * dx + (y - line.y1()) * dy) / square))
    return hypot(x - line.x1() - along * dx, y - line.y1() - along * dy)
