"""The square with a family's icon that stands at the head of cards, rows and panels."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.catalog import family_icon, family_token
from widgets.controls import Themed
from widgets.theme import pixmap, px, tile_tint


def paint_tile(painter: QPainter, area: QRectF, family: str, ratio: float, icon_size: int = 16) -> None:
    """A family's icon on its tinted square."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tile_tint(family_token(family)))
    painter.drawRoundedRect(area, 8, 8)
    size = px(icon_size)
    spot = area.center() - QRectF(0, 0, size, size).center()
    painter.drawPixmap(spot, pixmap(family_icon(family), family_token(family), size, ratio))


class Tile(Themed, QWidget):
    """A family's square."""

    def __init__(self, size: int = 36, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._family, self._size = "", size
        self.follow_theme()

    def set_family(self, family: str) -> None:
        """Stand for another family."""
        self._family = family
        self.update()

    def restyle(self) -> None:
        self.setFixedSize(px(self._size), px(self._size))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tile(painter, QRectF(self.rect()), self._family, self.devicePixelRatioF(), 18)
