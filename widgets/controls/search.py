"""The search line of palettes and lists."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls.base import Themed
from widgets.theme import color, font, pixmap, px, round_menu


class SearchField(Themed, QLineEdit):
    """A search line with a magnifier, and the key that leads to it. Escape empties it."""

    def __init__(self, placeholder: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        round_menu(self)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(12))
        self.setFixedHeight(px(32))
        cap = self._cap_width() + px(4) if self._key else 0
        self.setTextMargins(px(22), 0, cap, 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mark = pixmap("search", "text3", px(14), self.devicePixelRatioF())
        painter.drawPixmap(px(9), (self.height() - px(14)) // 2, mark)
        if self._key and not self.text():
            cap = QRect(
                self.width() - self._cap_width() - px(6), (self.height() - px(20)) // 2, self._cap_width(), px(20)
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("chip"))
            painter.drawRoundedRect(cap, 5, 5)
            painter.setFont(font(11, 600))
            painter.setPen(color("text2"))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key)

    def _cap_width(self) -> int:
        return px(14) + self.fontMetrics().horizontalAdvance(self._key)
