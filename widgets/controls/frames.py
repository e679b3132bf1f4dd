"""Rounded areas: what floats above the window, with a soft shadow around, and a quiet one a shade off the panel."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame

from widgets.basics.painted import painted
from widgets.theme import color, px, theme

SHADOW = 14
"""Width of the shadow around the frame, in pixels of the design; contents keep it as a margin."""


class PopupFrame(QFrame):
    """A floating frame; lay things out inside `SHADOW` pixels of margin."""

    radius = 12

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        draw_floating(QPainter(self), QRectF(self.rect()), self.radius)


def draw_floating(painter: QPainter, area: QRectF, radius: float, fill: str = "panel") -> QRectF:
    """Draw a frame inside `SHADOW` pixels of shadow, and give where it lies."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    margin = px(SHADOW)
    inside = area.adjusted(margin, margin, -margin, -margin)
    painter.setPen(Qt.PenStyle.NoPen)
    strength = 10 if theme().is_dark else 4
    for step in range(margin, 0, -2):
        painter.setBrush(QColor(0, 0, 0, strength))
        spread = inside.adjusted(-step, -step + 4, step, step)
        painter.drawRoundedRect(spread, radius + step, radius + step)
    painter.setPen(QPen(color("control_line"), 1))
    painter.setBrush(color(fill))
    inside = inside.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(inside, radius, radius)
    return inside


def soft_fill() -> QColor:
    """The panel's color, a little towards that of chips."""
    panel, chip, share = color("panel"), color("chip"), 0.24 if theme().is_dark else 0.42
    ends = (panel.red(), chip.red()), (panel.green(), chip.green()), (panel.blue(), chip.blue())
    return QColor(*(round(start + (end - start) * share) for start, end in ends))


class Surface(QFrame):
    """A rounded area to lay things out in."""

    radius = 10

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft_fill())
        painter.drawRoundedRect(QRectF(self.rect()), self.radius, self.radius)
