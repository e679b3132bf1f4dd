"""A small rounded panel that floats on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.canvas.plates import paint_shadow
from widgets.theme import color

SHADOW = 6
"""Room around the panel for its shadow."""


class FloatingPanel(QWidget):
    """Paints itself; presses on it do not reach the canvas."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContentsMargins(SHADOW, SHADOW, SHADOW, SHADOW)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        panel = QRectF(self.contentsRect()).adjusted(0.5, 0.5, -0.5, -0.5)
        paint_shadow(painter, panel, 10)
        painter.setPen(QPen(color("card_line"), 1))
        painter.setBrush(color("panel"))
        painter.drawRoundedRect(panel, 10, 10)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()
