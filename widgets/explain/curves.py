"""The picture of a function of one number with its slope, read under the pointer or by the arrow keys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.kinds.layer import Layer
from widgets.basics.painted import painted
from widgets.controls import Themed, shows_ring
from widgets.theme import color, font, px, theme

if TYPE_CHECKING:
    from models.expected.curves import Properties

SIDE = 4.0
"""It is drawn from −4 to 4."""
POINTS = 161
LOWEST, HIGHEST = -2.0, 4.0
"""What is drawn at least to, and at most, of its values."""
HEIGHT = 168
STEP = 2 * SIDE / (POINTS - 1)


class CurvePicture(Themed, QWidget):
    """A function as a line, its slope as a dashed one, and both at the cursor in numbers."""

    def __init__(self) -> None:
        super().__init__()
        self._points: list[tuple[float, float, float]] = []
        self.read_at: int | None = None
        """The point that is read, by its place."""
        self._low, self._high = LOWEST, HIGHEST
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.follow_theme()

    def show_layer(self, layer: Layer) -> bool:
        """Show the curve of a layer; returns whether it has one."""
        from models.expected.curves import curve_of, drawn  # what By hand computes with: the first window needs none

        curve = curve_of(layer)
        self._points = list(drawn(curve, -SIDE, SIDE, POINTS)) if curve else []
        if self._points:
            seen = [number for _, *pair in self._points for number in pair if math.isfinite(number)]
            self._low = max(min([*seen, -0.25]), LOWEST)
            self._high = min(max([*seen, 1.25]), HIGHEST)
        self.read_at = None
        self._tell()
        self.update()
        return bool(self._points)

    def reading(self) -> str:
        """What is read at the cursor, or what the lines are."""
        if self.read_at is None or not self._points:
            return "y, and dashed its slope y′"
        x, y, slope = self._points[self.read_at]
        return f"x = {_number(x)}   y = {_number(y)}   y′ = {_number(slope)}"

    def restyle(self) -> None:
        self.setFixedHeight(px(HEIGHT))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        share = event.position().x() / max(self.width(), 1)
        self._read(round(share * (POINTS - 1)))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._read(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            super().keyPressEvent(event)
            return
        before = POINTS // 2 if self.read_at is None else self.read_at
        self._read(before + (1 if event.key() == Qt.Key.Key_Right else -1))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        area = self._area()
        painter.save()
        painter.setClipRect(area)
        curves = theme().palette.curves
        self._paint_line(painter, 2, QPen(color(curves[1]), px(2), Qt.PenStyle.DashLine))
        self._paint_line(painter, 1, QPen(color(curves[0]), px(2)))
        self._paint_cursor(painter)
        painter.restore()
        painter.setFont(font(11))
        painter.setPen(color("text2"))
        painter.drawText(QRectF(0, area.bottom(), self.width(), px(20)), Qt.AlignmentFlag.AlignCenter, self.reading())
        if shows_ring(self):
            painter.setPen(QPen(color("accent"), 1))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))

    def _area(self) -> QRectF:
        return QRectF(0, 0, self.width(), self.height() - px(20))

    def _at(self, x: float, y: float) -> QPointF:
        area = self._area()
        across = area.left() + (x + SIDE) / (2 * SIDE) * area.width()
        return QPointF(across, area.bottom() - (y - self._low) / (self._high - self._low) * area.height())

    def _paint_axes(self, painter: QPainter) -> None:
        painter.setFont(font(10))
        for number in range(-int(SIDE), int(SIDE) + 1):
            painter.setPen(QPen(color("separator" if number else "text3"), 1))
            if number % 2 == 0:
                painter.drawLine(self._at(number, self._low), self._at(number, self._high))
            if self._low <= number <= self._high:
                painter.drawLine(self._at(-SIDE, number), self._at(SIDE, number))
                painter.setPen(color("text3"))
                painter.drawText(self._at(-SIDE, number) + QPointF(px(3), -px(3)), f"{number}".replace("-", "−"))

    def _paint_line(self, painter: QPainter, which: int, pen: QPen) -> None:
        """The values or the slopes, with a gap wherever there is none."""
        path, drawing = QPainterPath(), False
        for point in self._points:
            known = math.isfinite(point[which])
            where = self._at(point[0], point[which]) if known else QPointF()
            if known and drawing:
                path.lineTo(where)
            elif known:
                path.moveTo(where)
            drawing = known
        painter.setPen(pen)
        painter.drawPath(path)

    def _paint_cursor(self, painter: QPainter) -> None:
        if self.read_at is None or not self._points:
            return
        x, *pair = self._points[self.read_at]
        painter.setPen(QPen(color("text3"), 1))
        painter.drawLine(self._at(x, self._low), self._at(x, self._high))
        painter.setPen(Qt.PenStyle.NoPen)
        for shade, number in zip(theme().palette.curves, pair, strict=False):
            if math.isfinite(number):
                painter.setBrush(color(shade))
                painter.drawEllipse(self._at(x, number), px(4), px(4))

    def _read(self, place: int | None) -> None:
        self.read_at = None if place is None else min(max(place, 0), POINTS - 1)
        self._tell()
        self.update()

    def _tell(self) -> None:
        self.setAccessibleName(f"Curve: {self.reading()}")


def properties_text(layer: Layer) -> list[str]:
    """What is so of a function, a sentence each; nothing for what is no function of one number."""
    from models.expected.curves import properties_of

    found = properties_of(layer)
    if found is None:
        return []
    low, high = (_number(bound) for bound in found.bounds)
    yes = {True: "yes", False: "no"}
    shape = f"Monotone: {yes[found.monotone]}. Convex: {yes[found.convex]}. Invertible: {yes[found.invertible]}."
    return [shape, f"Values from {low} to {high}.", *_places(found), *_gain(layer)]


def _places(found: Properties) -> Sequence[str]:
    lowest = [f"Lowest {_number(found.lowest.value)} at {_number(found.lowest.at)}."] if found.lowest else []
    at = f" at {_number(found.steepest_at)}" if found.steepest_at is not None else ""
    steepest = "Its slope is 0 everywhere." if found.flat else f"Largest slope {_number(found.steepest)}{at}."
    return [*lowest, steepest]


def _gain(layer: Layer) -> Sequence[str]:
    """By how much Kaiming's weights before it are larger."""
    from models.expected.moments import gain

    told = layer.gain
    return [f"Gain of the weights before it: {gain(told):.6f}."] if told and told.nonlinearity != "linear" else []


def _number(value: float) -> str:
    """Six digits, and 0 for what differs from it by rounding alone."""
    if not math.isfinite(value):
        return {math.inf: "∞", -math.inf: "−∞"}.get(value, "–")
    text = f"{0.0 if abs(value) < 1e-6 else value:.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")
