"""Lines in pixels as Qt wants them, copied in one go, and their dashes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF
from shiboken6 import Shiboken, VoidPtr

from widgets.charts.painting.style import Dashes

Floats = NDArray[np.float64]


@dataclass
class Line:
    """A line in pixels, and the same as Qt wants it."""

    xs: Floats
    ys: Floats
    _paths: dict[Dashes, QPainterPath] = field(default_factory=dict)

    @cached_property
    def polygon(self) -> QPolygonF:
        return polygon(self.xs, self.ys)

    def draw(self, painter: QPainter, dashes: Dashes, phase: float = 0.0) -> None:
        """Draw it with the painter's pen, its dashes in one go, so many pixels on in their pattern."""
        if not dashes:
            painter.drawPolyline(self.polygon)
            return
        path = self._paths.get(dashes)
        if path is None:
            path = self._paths[dashes] = QPainterPath()
            for part in _dashes(self.xs + phase, dashes):
                path.addPolygon(polygon(self.xs[part], self.ys[part]))
        painter.drawPath(path)


def polygon(xs: Floats, ys: Floats) -> QPolygonF:
    """The points as Qt wants them, copied in one go."""
    shape = QPolygonF()
    shape.resize(len(xs))
    if len(xs):
        address: Any = shape.data()  # a number, whatever its annotation says
        room: Any = VoidPtr(address, len(xs) * 16, True)  # type: ignore[call-arg]
        memory = np.frombuffer(room, dtype=np.float64).reshape(-1, 2)
        memory[:, 0] = xs
        memory[:, 1] = ys
    return shape


def fill_boxes(painter: QPainter, boxes: Floats) -> None:
    """Fill rectangles given as rows of left, top, width, height, without a Python object for each."""
    if len(boxes):
        rows = np.ascontiguousarray(boxes)
        first: Any = Shiboken.wrapInstance(rows.ctypes.data, QRectF)
        painter.drawRects(first, len(rows))


def unbroken(ys: Floats) -> Iterator[slice]:
    """The stretches of `ys` without gaps."""
    solid = ~np.isnan(ys)
    if solid.all():
        if len(ys):
            yield slice(0, len(ys))
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([False], solid, [False])).astype(np.int8)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(stop))


def line_through(x: Floats, bottom: Floats, top: Floats) -> tuple[Floats, Floats]:
    """One line through columns: through both ends of those that hold a range, the nearer end first."""
    middle = (bottom + top) / 2
    falling = np.diff(middle, prepend=middle[:1]) > 0
    ys = np.stack((np.where(falling, top, bottom), np.where(falling, bottom, top)), axis=1)
    distinct = np.stack((np.ones(len(x), dtype=bool), bottom != top), axis=1)
    return np.repeat(x, 2)[distinct.ravel()], ys[distinct]


def _dashes(x: Floats, dashes: Dashes) -> list[slice]:
    """The stretches that are drawn, fixed to the plot so that they do not crawl."""
    ends = np.cumsum(dashes)
    # Where in the pattern a point lies: in a dash in every other part of it.
    drawn = np.searchsorted(ends, np.mod(x, ends[-1]), side="right") % 2 == 0
    edges = np.flatnonzero(np.diff(np.concatenate(([False], drawn, [False])).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
