"""Small marks beside text: an icon by itself, and the key of a keyboard as a cap within a hint."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls.base import Themed, plain
from widgets.theme import color, font, pixmap, px


class Icon(Themed, QLabel):
    """A bundled icon in the color of a token; follows the theme."""

    def __init__(self, name: str, token: str = "text2", size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        self.follow_theme()

    def show_icon(self, name: str, token: str) -> None:
        """Become another icon."""
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self.restyle()

    def restyle(self) -> None:
        self.setFixedSize(px(self._size), px(self._size))
        self.setPixmap(pixmap(self._name, self._token, px(self._size), self.devicePixelRatioF()))


class KeyCap(Themed, QLabel):
    """The name of a key on a small rounded fill, such as Tab or Esc."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(key, parent)
        plain(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(11, 600))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + px(12), px(18))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("chip"))
        painter.drawRoundedRect(self.rect(), 4, 4)
        painter.setPen(color("text2"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
