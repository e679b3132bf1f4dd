"""A plain plot: lines and points between two axes, with one threshold that may be dragged."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from models.basics.quantities import figures
from widgets.basics.painted import painted
from widgets.charts.axis import decimals, linear_ticks, nice_step
from widgets.charts.painting.labels import spread
from widgets.controls import Themed
from widgets.theme import color, font, px, theme, tint

MOST_IN_LINE = 2_000
"""Points that a line is drawn with: more than a screen has columns."""
LONGEST_NAME = 120
NEAR = 12
"""Logical pixels within which a click is on a point."""
Real = NDArray[np.float64]
Ends = tuple[float, float]


class Line(NamedTuple):
    """A line through points; ``token`` colors it, ``dashed`` marks what is only for comparison, ``name`` stands at its
    end."""

    x: Real
    y: Real
    token: str = "accent"
    dashed: bool = False
    name: str = ""


class Points(NamedTuple):
    """Points, each with the number of its color (-1 if predicted wrongly) and of the sample that it stands for; in the
    middle of those of a color stands its name, if it has one."""

    x: Real
    y: Real
    colors: NDArray[np.integer]
    rows: NDArray[np.integer]
    names: Mapping[int, str] | None = None


class Plot(Themed, QWidget):
    """Lines over points over a background. `pointed` carries the number of a sample that was clicked."""

    pointed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: Sequence[Line] = ()
        self.points: Points | None = None
        self.marks: Sequence[tuple[float, float]] = ()
        self.background: QImage | None = None
        self.titles = ("", "")
        self.ends: tuple[Ends, Ends] = ((0.0, 1.0), (0.0, 1.0))
        self.chosen = -1
        """The sample that is marked."""
        self._square, self._counts = False, (False, False)
        self.setMinimumSize(140, 100)
        self.follow_theme()

    def show_plot(
        self,
        titles: tuple[str, str],
        ends: tuple[Ends, Ends],
        lines: Sequence[Line] = (),
        points: Points | None = None,
        *,
        marks: Sequence[tuple[float, float]] = (),
        background: QImage | None = None,
        square: bool = False,
        counts: tuple[bool, bool] = (False, False),
    ) -> None:
        """Show these; ``marks`` are rings, such as the present threshold. A background fills the whole plot; an axis
        that ``counts`` has integers at its ticks alone."""
        self.titles, self.ends, self.lines, self.points = titles, ends, lines, points
        self.marks, self.background, self._square, self._counts = marks, background, square, counts
        self.setAccessibleName(f"{titles[1]} by {titles[0]}")
        count = f"{len(points.x):,} points" if points is not None else f"{len(lines)} lines"
        self.setAccessibleDescription(f"{count}, across {figures(ends[0][0])} to {figures(ends[0][1])}")
        self.update()

    def mark_sample(self, row: int) -> None:
        """Mark the point of a sample."""
        self.chosen = row
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(380), px(300))

    def area(self) -> QRectF:
        """Where values are drawn."""
        left, bottom = px(52), px(40)
        top = px(22)
        area = QRectF(left, top, max(self.width() - left - px(12), 1), max(self.height() - bottom - top, 1))
        if self._square:
            side = min(area.width(), area.height())
            area = QRectF(area.left(), area.top(), side, side)
        return area

    def place(self, x: float, y: float) -> QPointF:
        """Where a point of the data is drawn."""
        area, ((left, right), (low, high)) = self.area(), self.ends
        return QPointF(
            area.left() + (x - left) / ((right - left) or 1) * area.width(),
            area.bottom() - (y - low) / ((high - low) or 1) * area.height(),
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.points is None or not len(self.points.x):
            return
        x, y = self._on_screen(self.points.x, self.points.y)
        away = np.hypot(x - event.position().x(), y - event.position().y())
        nearest = int(np.nanargmin(away)) if np.isfinite(away).any() else -1
        if nearest >= 0 and away[nearest] <= px(NEAR):
            self.pointed.emit(int(self.points.rows[nearest]))

    def _on_screen(self, x: Real, y: Real) -> tuple[Real, Real]:
        area, ((left, right), (low, high)) = self.area(), self.ends
        across = area.left() + (x - left) / ((right - left) or 1) * area.width()
        return across, area.bottom() - (y - low) / ((high - low) or 1) * area.height()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.area()
        if self.background is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(area, self.background)
        self._paint_axes(painter, area)
        painter.setClipRect(area.adjusted(-4, -4, 4, 4))
        if self.points is not None:
            self._paint_points(painter, self.points)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self.lines:
            self._paint_line(painter, line)
        self._paint_names(painter, area)
        painter.setBrush(color("panel"))
        painter.setPen(QPen(color("accent"), 2))
        for mark in self.marks:
            painter.drawEllipse(self.place(*mark), px(5), px(5))

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        painter.setFont(font(11))
        metrics = painter.fontMetrics()
        (left, right), (low, high) = self.ends
        for value, text in _ticks(low, high, max(2, int(area.height() / px(40))), self._counts[1]):
            y = self.place(left, value).y()
            if self.background is None:
                painter.setPen(QPen(color("separator"), 1))
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(color("text3"))
            place = QRectF(0, y - metrics.height() / 2, area.left() - px(6), metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for value, text in _ticks(left, right, max(2, int(area.width() / px(64))), self._counts[0]):
            x = self.place(value, low).x()
            place = QRectF(x - px(40), area.bottom() + px(4), px(80), metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, text)
        painter.setPen(color("text2"))
        below = QRectF(area.left(), area.bottom() + px(20), area.width(), metrics.height())
        title = metrics.elidedText(self.titles[0], Qt.TextElideMode.ElideMiddle, int(below.width()))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, title)
        painter.drawText(QRectF(0, 0, self.width(), px(18)), Qt.AlignmentFlag.AlignLeft, self.titles[1])
        painter.setPen(QPen(color("control_line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())

    def _paint_line(self, painter: QPainter, line: Line) -> None:
        step = max(1, len(line.x) // MOST_IN_LINE)
        x, y = self._on_screen(line.x[::step], line.y[::step])
        good = np.isfinite(x) & np.isfinite(y)
        pen = QPen(color(line.token), 1 if line.dashed else 2)
        if line.dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawPolyline(
            QPolygonF([QPointF(a, b) for a, b in zip(x[good].tolist(), y[good].tolist(), strict=True)])
        )

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        """The names of lines at their ends, the upper ones above and the lower ones below, none over another."""
        named = [(line, np.flatnonzero(np.isfinite(line.x) & np.isfinite(line.y))) for line in self.lines if line.name]
        ends = [(line, self.place(line.x[good[-1]], line.y[good[-1]])) for line, good in named if len(good)]
        height, middle = px(15), float(np.mean([end.y() for _, end in ends])) if ends else 0.0
        wanted = [end.y() + (px(10) if end.y() > middle else -px(10)) for _, end in ends]
        tops = spread(wanted, height, area.top() + height / 2, area.bottom() - height / 2)
        painter.setFont(font(11, 600))
        room = min(px(160), area.width())
        for (line, end), at in zip(ends, tops, strict=True):
            painter.setPen(color(line.token))
            place = QRectF(end.x() - room, at - height / 2, room - px(4), height)
            name = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideMiddle, int(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_points(self, painter: QPainter, points: Points) -> None:
        """All points of one color in one go, as round dots of a pen."""
        x, y = self._on_screen(points.x, points.y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number in np.unique(points.colors).tolist():
            chosen = (points.colors == number) & np.isfinite(x) & np.isfinite(y)
            dots = [QPointF(a, b) for a, b in zip(x[chosen].tolist(), y[chosen].tolist(), strict=True)]
            if self.background is not None:  # a rim, so that points are seen on their own color
                painter.setPen(_dot(QColor(color("panel")), 8))
                painter.drawPoints(dots)
            painter.setPen(_dot(point_color(number), 5))
            painter.drawPoints(dots)
        for number, name in (points.names or {}).items():
            mine = (points.colors == number) & np.isfinite(x) & np.isfinite(y)
            if mine.any():
                self._paint_group(painter, QPointF(float(np.median(x[mine])), float(np.median(y[mine]))), name)
        places = np.flatnonzero(points.rows == self.chosen)
        if len(places):
            painter.setPen(QPen(color("text1"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(float(x[places[0]]), float(y[places[0]])), px(7), px(7))

    def _paint_group(self, painter: QPainter, middle: QPointF, name: str) -> None:
        """The name of some points in their middle, on a ground that lets them be seen."""
        painter.setFont(font(11, 600))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, px(LONGEST_NAME))
        place = QRectF(0, 0, metrics.horizontalAdvance(name) + px(8), metrics.height())
        place.moveCenter(middle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tint("panel", 0.75))
        painter.drawRoundedRect(place, 4, 4)
        painter.setPen(color("text1"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, name)


def point_color(number: int) -> QColor:
    """The color of a class: those of the curves, paler each time they come again; -1 is that of mistakes."""
    if number < 0:
        return QColor(color("error_line"))
    curves = theme().palette.curves
    turn, place = divmod(number, len(curves))
    hue, pale, share = color(curves[place]), color("text1" if theme().is_dark else "panel"), 0.55**turn
    ends = zip((hue.red(), hue.green(), hue.blue()), (pale.red(), pale.green(), pale.blue()), strict=True)
    return QColor(*(round(share * one + (1 - share) * other) for one, other in ends))


def span_of(values: Real, margin: float = 0.05) -> Ends:
    """The ends of an axis on which values lie, with a margin; 0 to 1 where there are none."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    room = margin * ((high - low) or abs(high) or 1.0)
    return low - room, high + room


def _dot(fill: QColor, size: int) -> QPen:
    return QPen(fill, px(size), Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)


def _ticks(low: float, high: float, count: int, counts: bool) -> list[tuple[float, str]]:
    if not high > low:
        return []
    if counts:
        step = max(1, round(nice_step(high - low, count)))
        return [(float(value), f"{value:,}") for value in range(math.ceil(low), math.floor(high) + 1, step)]
    digits = decimals(nice_step(high - low, count))
    return [(value, f"{value:,.{digits}f}") for value in linear_ticks(low, high, count)]
