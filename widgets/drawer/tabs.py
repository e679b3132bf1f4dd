"""The drawer's tabs: names over a line, one of them with a count."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from widgets.basics.painted import painted
from widgets.controls import Pressed, shows_ring
from widgets.theme import color, font, px

PADDING = 8


class Tab(Pressed, QAbstractButton):
    """A tab; the count stands on red where it counts errors."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title, self._count, self._alarming = title, 0, False
        self.setAccessibleName(title)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set_count(self, count: int, alarming: bool) -> None:
        """Show how many there are; 0 shows nothing."""
        self._count, self._alarming = count, alarming
        self.setAccessibleName(f"{self._title}, {count}" if count else self._title)
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        self.setFont(font(13, 600))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        badge = self._badge_width() + px(7) if self._count else 0
        return QSize(self._title_width() + badge + 2 * px(PADDING), px(38))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("text1" if self.isChecked() or self.underMouse() else "text2"))
        painter.setFont(font(13, 600 if self.isChecked() else 500))
        area = self.rect().adjusted(px(PADDING), 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self._title)
        if self._count:
            self._paint_badge(painter)
        if self.isChecked():
            painter.fillRect(px(PADDING), self.height() - 2, self.width() - 2 * px(PADDING), 2, color("accent"))
        if shows_ring(self):
            painter.setPen(QPen(color("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, px(6), -1, -px(6)), 5, 5)

    def _paint_badge(self, painter: QPainter) -> None:
        height = px(18)
        left = px(PADDING) + self._title_width() + px(7)
        area = QRectF(left, (self.height() - height) / 2, self._badge_width(), height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("error_fill" if self._alarming else "chip"))
        painter.drawRoundedRect(area, height / 2, height / 2)
        painter.setPen(color("#FFFFFF" if self._alarming else "text1"))
        painter.setFont(font(11, 600))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._text())

    def _text(self) -> str:
        return str(self._count) if self._count < 1000 else "999+"

    def _title_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._title)

    def _badge_width(self) -> int:
        return max(px(18), self.fontMetrics().horizontalAdvance(self._text()) + px(8))
