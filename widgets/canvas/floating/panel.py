"""A small rounded panel that floats on the canvas."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.canvas.painting.plates import paint_shadow
from widgets.theme import color

SHADOW = 6
"""Room around the panel for its shadow."""


class FloatingPanel(QWidget):
    """Paints itself; presses on it do not reach the canvas."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setContentsMargins(SHADOW, SHADOW, SHADOW, SHADOW)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        # Soft shadows cost more than a thousand cards, and the panel is painted with every frame of the canvas.
        ratio = self.devicePixelRatioF()
        look = color("panel").name(), color("card_line").name()
        QPainter(self).drawPixmap(0, 0, _background(self.width(), self.height(), ratio, look))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


@lru_cache(maxsize=8)
def _background(width: int, height: int, ratio: float, look: tuple[str, str]) -> QPixmap:
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    panel = QRectF(SHADOW, SHADOW, width - 2 * SHADOW, height - 2 * SHADOW)
    paint_shadow(painter, panel, 10)
    fill, line = look
    painter.setPen(QPen(color(line), 1))
    painter.setBrush(color(fill))
    painter.drawRoundedRect(panel.adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
    painter.end()
    return picture
