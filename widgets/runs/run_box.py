"""The box before a run: in the color of its curves where it is on the charts."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.charts.painting.style import dashes_of, draw_sample, hue_of
from widgets.theme import color, pixmap, px

SIZE = 15


def paint_box(painter: QPainter, corner: QPoint, place: int | None, ratio: float) -> None:
    """Draw the box at its upper left corner: ticked in the color of that index, hollow for None."""
    box = QRect(corner, QSize(SIZE, SIZE))
    if place is None:
        painter.setPen(QPen(color("text3"), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(hue_of(place))
    painter.drawRoundedRect(box, 4, 4)
    painter.drawPixmap(box.topLeft() + QPoint(1, 1), pixmap("check", "panel", 13, ratio))
    if dashes_of(place):  # where the color alone does not say which curve it is
        draw_sample(painter, QPointF(box.left() - 4, box.bottom() + px(5)), 23, place)
