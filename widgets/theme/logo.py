"""The mark of the program."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from widgets.theme.look import color, pixmap


def logo(size: int, ratio: float) -> QPixmap:
    """The mark in white on a tile of the main color."""
    drawn = QPixmap(round(size * ratio), round(size * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("main_button"))
    painter.drawRoundedRect(QRectF(0, 0, size, size), size * 0.24, size * 0.24)
    inner = round(size * 0.62)
    painter.drawPixmap(QPointF((size - inner) / 2, (size - inner) / 2), pixmap("mark", "#FFFFFF", inner, ratio))
    painter.end()
    return drawn
