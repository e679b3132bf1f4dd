"""A plot of samples in which a loop drawn with the mouse, or a ring moved by keys, takes out those inside it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.controls import shows_ring
from widgets.inspection.plot import Plot
from widgets.theme import color, px, tint

MOVED = 6
"""Pixels from which on a pressed mouse draws a loop rather than clicks."""
STEP, GROWTH = 0.02, 1.15
"""How far a key moves the ring, as a share of the plot, and how much larger one makes it."""


class LassoPlot(Plot):
    """`enclosed` carries the numbers of the samples inside a loop. With the keyboard the arrows move a ring, + and −
    make it larger and smaller, Enter takes what is inside."""

    enclosed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loop: list[QPointF] = []
        self.ring = (0.5, 0.5, 0.1)
        """Its middle across and down and its radius, as shares of the plot and its shorter side."""
        self._pressed: QMouseEvent | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def samples_in(self, loop: QPolygonF) -> list[int]:
        """The numbers of the samples inside a loop of the screen."""
        if self.points is None:
            return []
        x, y = self._on_screen(self.points.x, self.points.y)
        good = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        inside = [
            place
            for place in good.tolist()
            if loop.containsPoint(QPointF(float(x[place]), float(y[place])), Qt.FillRule.OddEvenFill)
        ]
        return [int(row) for row in self.points.rows[inside]]

    def _circle(self) -> QPolygonF:
        area, (across, down, radius) = self.area(), self.ring
        side = min(area.width(), area.height())
        angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        middle = QPointF(area.left() + across * area.width(), area.top() + down * area.height())
        return QPolygonF([middle + QPointF(float(np.cos(a)), float(np.sin(a))) * radius * side for a in angles])

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.loop = [event.position()]

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.loop:
            self.loop.append(event.position())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        loop, self.loop = self.loop, []
        self.update()
        if not loop or max((point - loop[0]).manhattanLength() for point in loop) < px(MOVED):
            super().mousePressEvent(event)
        elif found := self.samples_in(QPolygonF(loop)):
            self.enclosed.emit(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        across, down, radius = self.ring
        moves = {Qt.Key.Key_Left: (-STEP, 0), Qt.Key.Key_Right: (STEP, 0), Qt.Key.Key_Up: (0, -STEP),
                 Qt.Key.Key_Down: (0, STEP)}  # fmt: skip
        sizes = {Qt.Key.Key_Plus: GROWTH, Qt.Key.Key_Equal: GROWTH, Qt.Key.Key_Minus: 1 / GROWTH}
        key = Qt.Key(event.key())
        if key in moves:
            self.ring = (min(max(across + moves[key][0], 0), 1), min(max(down + moves[key][1], 0), 1), radius)
        elif key in sizes:
            self.ring = (across, down, min(max(radius * sizes[key], 0.01), 1.0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if found := self.samples_in(self._circle()):
                self.enclosed.emit(found)
        else:
            super().keyPressEvent(event)
            return
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        shape = QPolygonF(self.loop) if len(self.loop) > 1 else self._circle() if shows_ring(self) else None
        if shape is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(tint("accent", 0.12))
            painter.drawPolygon(shape)
