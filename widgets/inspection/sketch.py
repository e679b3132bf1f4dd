"""A field to draw an input in with the mouse, such as a digit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.inspection.pictures import gray
from widgets.theme import color, px

BRUSH = 0.055
"""The radius of the brush as a share of the side."""


class SketchPad(Themed, QWidget):
    """Height × width values from 0, the ground, to 1. `drawn` follows every stroke of the mouse and `clear`.

    With the keyboard arrows move a cursor and Space draws there.
    """

    drawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values: NDArray[np.float32] = np.zeros((28, 28), np.float32)
        self._last: QPointF | None = None
        self._cursor = (14, 14)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Sketch")
        self.setAccessibleDescription("Draw with the mouse, or walk with the arrow keys and draw with Space.")
        self.follow_theme()

    def set_shape(self, height: int, width: int) -> None:
        """Begin anew with so many pixels, unless there are so many already."""
        if self.values.shape != (height, width):
            self.values = np.zeros((height, width), np.float32)
            self._cursor = (height // 2, width // 2)
            self.update()

    def clear(self) -> None:
        """Wipe it."""
        self.values[:] = 0
        self.update()
        self.drawn.emit()

    def stroke(self, start: QPointF, end: QPointF) -> None:
        """Draw a line between two points, in pixels of the sketch, with a soft brush."""
        height, width = self.values.shape
        radius = max(BRUSH * max(height, width), 0.6)
        rows, columns = np.mgrid[0:height, 0:width]
        count = max(2, int(2 * np.hypot(end.x() - start.x(), end.y() - start.y())) + 1)
        for share in np.linspace(0, 1, count):
            x, y = start.x() + share * (end.x() - start.x()), start.y() + share * (end.y() - start.y())
            away = np.hypot(columns + 0.5 - x, rows + 0.5 - y)
            np.maximum(self.values, np.clip(1.3 - away / (2 * radius), 0, 1), out=self.values, casting="unsafe")
        self.update()
        self.drawn.emit()

    def restyle(self) -> None:
        self.setMinimumSize(px(120), px(120))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(200), px(200))

    def _area(self) -> QRectF:
        height, width = self.values.shape
        factor = min(self.width() / width, self.height() / height)
        area = QRectF(0, 0, width * factor, height * factor)
        area.moveTop((self.height() - area.height()) / 2)
        return area

    def _pixel(self, point: QPointF) -> QPointF:
        area, (height, width) = self._area(), self.values.shape
        return QPointF(
            (point.x() - area.left()) / area.width() * width, (point.y() - area.top()) / area.height() * height
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._last = self._pixel(event.position())
        self.stroke(self._last, self._last)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            point = self._pixel(event.position())
            self.stroke(self._last, point)
            self._last = point

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        step = steps.get(Qt.Key(event.key()))
        height, width = self.values.shape
        if step is not None:
            row, column = self._cursor
            self._cursor = (min(max(row + step[0], 0), height - 1), min(max(column + step[1], 0), width - 1))
            self.update()
        elif event.key() == Qt.Key.Key_Space:
            point = QPointF(self._cursor[1] + 0.5, self._cursor[0] + 0.5)
            self.stroke(point, point)
        elif event.key() == Qt.Key.Key_Delete:
            self.clear()
        else:
            super().keyPressEvent(event)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self._area()
        painter.drawImage(area, gray((self.values * 255).astype(np.uint8)))
        painter.setPen(QPen(color("accent" if self.hasFocus() else "card_line"), 2 if self.hasFocus() else 1))
        painter.drawRect(area.adjusted(1, 1, -1, -1))
        if self.hasFocus():
            height, width = self.values.shape
            side = QPointF(area.width() / width, area.height() / height)
            left, top = area.left() + self._cursor[1] * side.x(), area.top() + self._cursor[0] * side.y()
            painter.drawRect(QRectF(left, top, side.x(), side.y()))
