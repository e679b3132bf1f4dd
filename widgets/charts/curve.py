"""One curve: its points and how they are drawn, fast where they are dense and fine where they are few.

A wide pen over thousands of points costs the painter milliseconds to seconds. Dense curves are therefore filled: the
band
between the least and greatest y of every pixel column, half a line wider on both sides. Colors are mixed with the card
beforehand instead of being see-through, which lets the painter copy instead of blend.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from widgets.charts.axis import Frame
from widgets.charts.pyramid import Pyramid
from widgets.theme import color, theme

Series = Literal["validation", "training", "planned"]
Floats = NDArray[np.float64]

VALIDATION_WIDTH, TRAINING_WIDTH = 2.4, 1.1
TRAINING_STRENGTH = 0.55
FEW_POINTS = 160
SMOOTH_BELOW = 2.0
DASH, DASH_GAP = 9.0, 5.0
FIRST_DASHED = 3


@dataclass
class Curve:
    """The points of one series of one run; `color_index` counts through the palette's curve colors."""

    run_id: str
    series: Series
    color_index: int
    name: str
    points: Pyramid = field(default_factory=Pyramid)
    visible: bool = True

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

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Draw the part that lies in `frame`; the caller clips."""
        x, low, high = self.points.envelope(frame.x0, frame.x1, max(int(frame.area.width()), 1))
        across, bottom, top = frame.across(x), frame.down(low), frame.down(high)
        for part in _unbroken(bottom):
            if part.stop - part.start == 1 or len(x) <= FEW_POINTS:
                self._draw_line(painter, across[part], bottom[part], top[part])
            else:
                self._draw_band(painter, across[part], bottom[part], top[part])

    def _draw_line(self, painter: QPainter, x: Floats, bottom: Floats, top: Floats) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.shade(), self.width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap if self.dashed else Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if self.dashed:
            pen.setDashPattern([DASH / self.width, DASH_GAP / self.width])
        painter.setPen(pen)
        if len(x) == 1:
            painter.drawPoint(QPointF(x[0], (bottom[0] + top[0]) / 2))
            return
        ys = np.stack((bottom, top), axis=1)
        distinct = np.stack((np.ones(len(x), dtype=bool), bottom != top), axis=1)
        painter.drawPolyline(polygon(np.repeat(x, 2)[distinct.ravel()], ys[distinct]))

    def _draw_band(self, painter: QPainter, x: Floats, bottom: Floats, top: Floats) -> None:
        half = self.width / 2 * _steepness(x, (bottom + top) / 2)
        bottom, top = bottom + half, top - half
        # Noise has so many edges that smoothing them costs most and shows least.
        smooth = np.abs(np.diff(bottom)).mean() + np.abs(np.diff(top)).mean() < 2 * SMOOTH_BELOW
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, bool(smooth))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.shade())
        for part in _dashes(x) if self.dashed else [slice(0, len(x))]:
            painter.drawPolygon(polygon(np.concatenate((x[part], x[part][::-1])),
                                        np.concatenate((top[part], bottom[part][::-1]))))


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


def _steepness(x: Floats, y: Floats) -> Floats:
    """The vertical extent of a line of even width over that width, at each point; at most 3."""
    steps = np.maximum(np.diff(x), 1e-6)
    slope = np.abs(np.diff(y)) / steps
    sides = np.minimum(np.concatenate((slope[:1], slope)), np.concatenate((slope, slope[-1:])))
    return np.minimum(np.hypot(1.0, sides), 3.0)


def _dashes(x: Floats) -> list[slice]:
    """Stretches of DASH pixels with DASH_GAP pixels between, fixed to the plot so that they do not crawl."""
    period = DASH + DASH_GAP
    drawn = np.mod(x, period) < DASH
    edges = np.flatnonzero(np.diff(np.concatenate(([False], drawn, [False])).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]
