"""One curve: its points and how they are drawn, fast where they are dense and fine where they are few.

A wide pen over thousands of points costs the painter milliseconds to seconds. Dense curves are therefore several lines
of one pixel beside each other, which together look wide. Where the points of a pixel lie far apart, the line follows
their mean and a faint spread behind it shows the extremes. Colors are mixed with the card beforehand instead of being
see-through, which lets the painter copy instead of blend (30 times as fast).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import Shiboken, VoidPtr

from widgets.charts.axis import Frame
from widgets.charts.pyramid import Pyramid, View
from widgets.theme import color, theme

Series = Literal["validation", "training", "planned"]
Floats = NDArray[np.float64]

VALIDATION_WIDTH, TRAINING_WIDTH = 2.4, 1.1
TRAINING_STRENGTH = 0.55
FEW_POINTS = 160
WILD_ABOVE = 3.0
SPREAD_STRENGTH = 0.2
SPREAD_WIDTH = 2.0
DASH, DASH_GAP = 9.0, 5.0
FIRST_DASHED = 3
HUGEST, TINIEST = 1e300, 1e-300
# Shifts in pixels, each from the one before it, of the thin lines that make up a line.
NARROW = ((0.0, 0.0),)
WIDE = ((0.0, 0.0), (0.7, 0.0), (-1.4, 0.0), (0.7, 0.7), (0.0, -1.4))


@dataclass
class Curve:
    """The points of one series of one run; `color_index` counts through the palette's curve colors."""

    run_id: str
    series: Series
    color_index: int
    name: str
    points: Pyramid = field(default_factory=Pyramid)
    visible: bool = True
    way_changed: bool = False  # drawn in another way than the last time, so that an older picture does not fit it
    _way: tuple[bool, bool] = (False, False)
    _view: View | None = None
    _seen: tuple[float, float, int, int] = (0.0, 0.0, 0, 0)

    @property
    def width(self) -> float:
        """The line's width in pixels."""
        return VALIDATION_WIDTH if self.series == "validation" else TRAINING_WIDTH

    @property
    def dashed(self) -> bool:
        """From the fourth color on, dashes tell curves apart too; what is only planned is always dashed."""
        return self.series == "planned" or self.color_index % len(theme().palette.curves) >= FIRST_DASHED

    def hue(self) -> QColor:
        """The run's color."""
        curves = theme().palette.curves
        return color(curves[self.color_index % len(curves)])

    def shade(self) -> QColor:
        """The color the line is drawn in: training is fainter, as if 55 % opaque on the card."""
        if self.series != "training":
            return self.hue()
        return mixed(self.hue(), color("panel"), TRAINING_STRENGTH)

    def add(self, xs: Floats, ys: Floats) -> None:
        """Append points; points that begin before the last one replace what follows them (a resumed run)."""
        if len(xs) and len(self.points) and xs[0] < self.points.xs[-1]:
            self.points.cut(float(xs[0]))
            self._view = None
        self.points.append(xs, ys)

    def nearest(self, x: float) -> tuple[float, float] | None:
        """The point closest to `x` as (x, y), or None without points or outside their range."""
        xs = self.points.xs
        if not len(xs) or x < xs[0] - 1e-9 or x > xs[-1] + 1e-9:
            return None
        right = min(int(np.searchsorted(xs, x)), len(xs) - 1)
        left = max(right - 1, 0)
        best = left if x - xs[left] < xs[right] - x else right
        return float(xs[best]), float(self.points.ys[best])

    def view(self, x0: float, x1: float, pixels: int) -> View:
        """The columns between `x0` and `x1`; while the view stays the same, only the newest are worked out."""
        size = len(self.points)
        if self._view is None or self._seen[:3] != (x0, x1, pixels):
            self._view = self.points.envelope(x0, x1, pixels)
        elif size > self._seen[3]:
            self._view = self._with_newest(self._view, x0, x1, pixels)
        self._seen = (x0, x1, pixels, size)
        return View(self._view.x, *(_drawable(values) for values in self._view[1:]))

    def _with_newest(self, old: View, x0: float, x1: float, pixels: int) -> View:
        width = (x1 - x0) / pixels
        latest = float(self.points.xs[self._seen[3] - 1]) if self._seen[3] else x0
        column = min(max(math.floor((latest - x0) / width), 0), pixels - 1)
        edge = x0 + column * width
        newest = self.points.envelope(edge, x1, pixels - column)
        kept, fresh = old.x < edge, newest.x >= edge
        return View(*(np.concatenate((a[kept], b[fresh])) for a, b in zip(old, newest, strict=True)))

    def draw_spread(self, painter: QPainter, frame: Frame) -> None:
        """Draw faintly how far the points of each pixel column lie apart, where that is much."""
        view = self.view(frame.x0, frame.x1, frame.pixels)
        top, bottom = frame.down(view.high), frame.down(view.low)
        if not _is_wild(top, bottom):
            return
        left = np.floor(frame.across(view.x) / SPREAD_WIDTH) * SPREAD_WIDTH
        first = np.flatnonzero(np.diff(left, prepend=left[0] - 1))
        top, bottom = np.fmin.reduceat(top, first), np.fmax.reduceat(bottom, first)
        boxes = np.stack((left[first], top, np.full(len(first), SPREAD_WIDTH), bottom - top), axis=1)
        boxes = boxes[~np.isnan(top)]
        boxes = boxes[boxes[:, 0] >= painter.clipBoundingRect().left() - SPREAD_WIDTH]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(self.hue(), color("panel"), SPREAD_STRENGTH))
        _fill_boxes(painter, boxes)

    def draw_line(self, painter: QPainter, frame: Frame) -> None:
        """Draw the line; the caller clips."""
        view = self.view(frame.x0, frame.x1, frame.pixels)
        across, bottom, top = frame.across(view.x), frame.down(view.low), frame.down(view.high)
        wild, many = _is_wild(top, bottom), len(across) > FEW_POINTS
        self._way, self.way_changed = (wild, many), self.way_changed or self._way != (wild, many)
        if wild:
            bottom = top = frame.down(view.mean)
        draw = self._draw_many if many else self._draw_few
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for part in _unbroken(bottom):
            draw(painter, *_line_through(across[part], bottom[part], top[part]))

    def _draw_few(self, painter: QPainter, xs: Floats, ys: Floats) -> None:
        pen = QPen(self.shade(), self.width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap if self.dashed else Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if self.dashed and len(xs) > 1:
            pen.setDashPattern([DASH / self.width, DASH_GAP / self.width])
        painter.setPen(pen)
        if len(xs) == 1:
            painter.drawPoint(QPointF(xs[0], ys[0]))
        else:
            painter.drawPolyline(polygon(xs, ys))

    def _draw_many(self, painter: QPainter, xs: Floats, ys: Floats) -> None:
        painter.setPen(QPen(self.shade(), 1))
        shifts = WIDE if self.width > TRAINING_WIDTH else NARROW
        first = max(int(np.searchsorted(xs, painter.clipBoundingRect().left() - 8)) - 1, 0)
        xs, ys = xs[first:], ys[first:]
        for part in _dashes(xs) if self.dashed else [slice(0, len(xs))]:
            line = polygon(xs[part], ys[part])
            for across, down in shifts:
                line.translate(across, down)
                painter.drawPolyline(line)


def mixed(front: QColor, back: QColor, strength: float) -> QColor:
    """`front` as it would look at opacity `strength` on `back`."""
    pairs = ((front.red(), back.red()), (front.green(), back.green()), (front.blue(), back.blue()))
    return QColor(*(round(f * strength + b * (1 - strength)) for f, b in pairs))


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


def _fill_boxes(painter: QPainter, boxes: Floats) -> None:
    """Fill rectangles given as rows of left, top, width, height, without a Python object for each."""
    if len(boxes):
        rows = np.ascontiguousarray(boxes)
        first: Any = Shiboken.wrapInstance(rows.ctypes.data, QRectF)
        painter.drawRects(first, len(rows))


def _drawable(values: Floats) -> Floats:
    """Values with which an axis can reckon: the hugest cut off, the tiniest as 0."""
    return np.where(np.abs(values) < TINIEST, 0.0, np.clip(values, -HUGEST, HUGEST))


def _is_wild(top: Floats, bottom: Floats) -> bool:
    """Whether most columns hold points far apart: the noise of batches rather than a line."""
    return bool(2 * np.count_nonzero(bottom - top > WILD_ABOVE) > np.count_nonzero(~np.isnan(top)))


def _unbroken(ys: Floats) -> Iterator[slice]:
    """The stretches of `ys` without gaps."""
    solid = ~np.isnan(ys)
    if solid.all():
        if len(ys):
            yield slice(0, len(ys))
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([False], solid, [False])).astype(np.int8)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(start), int(stop))


def _line_through(x: Floats, bottom: Floats, top: Floats) -> tuple[Floats, Floats]:
    """One line through columns: through both ends of those that hold a range, the nearer end first."""
    middle = (bottom + top) / 2
    falling = np.diff(middle, prepend=middle[:1]) > 0
    ys = np.stack((np.where(falling, top, bottom), np.where(falling, bottom, top)), axis=1)
    distinct = np.stack((np.ones(len(x), dtype=bool), bottom != top), axis=1)
    return np.repeat(x, 2)[distinct.ravel()], ys[distinct]


def _dashes(x: Floats) -> list[slice]:
    """Stretches of DASH pixels with DASH_GAP pixels between, fixed to the plot so that they do not crawl."""
    period = DASH + DASH_GAP
    drawn = np.mod(x, period) < DASH
    edges = np.flatnonzero(np.diff(np.concatenate(([False], drawn, [False])).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
