"""The square with a family's icon that stands at the head of cards, rows and panels."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.kinds.catalog import Kind, family_token, kind_icon
from widgets.theme import pixmap, px, theme, tint


def paint_tile(painter: QPainter, area: QRectF, kind: Kind | None, ratio: float, icon_size: int = 16) -> None:
    """A kind's icon on the tinted square of its family; None stands for unknown kinds."""
    token, name = (family_token(kind.family), kind_icon(kind)) if kind else ("text2", "info")
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint(token, 0.17 if theme().is_dark else 0.12))
    painter.drawRoundedRect(area, 8, 8)
    size = px(icon_size)
    spot = area.center() - QRectF(0, 0, size, size).center()
    painter.drawPixmap(spot, pixmap(name, token, size, ratio))


def drag_pixmap(kind: Kind, ratio: float) -> QPixmap:
    """What hangs at the pointer while a kind is dragged: its tile; the canvas draws the card where it will lie."""
    side = px(28)
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_tile(painter, QRectF(0, 0, side, side), kind, ratio)
    painter.end()
    return picture


class Tile(Themed, QWidget):
    """The square of a layer kind."""

    def __init__(self, size: int = 36, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: Kind | None = None
        self._size = size
        self.follow_theme()

    def set_kind(self, kind: Kind | None) -> None:
        """Stand for another kind; None for one that is not known."""
        self._kind = kind
        self.update()

    def restyle(self) -> None:
        self.setFixedSize(px(self._size), px(self._size))
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_tile(painter, QRectF(self.rect()), self._kind, self.devicePixelRatioF(), 18)
