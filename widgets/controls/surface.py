"""A quiet rounded area, a shade off the panel, for things that belong together."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame

from widgets.basics.painted import painted
from widgets.theme import color, theme


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
