"""A sentence that floats on the canvas for a while: why something could not be done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from widgets.basics.painted import painted
from widgets.controls import plain
from widgets.theme import color, font, px

_SHOWN_MS, _PER_LETTER_MS = 1500, 45
_WIDEST = 360
_OFF = 14


class Bubble(QLabel):
    """Red words beside the pointer, where they cover the fewest of what is there.

    Time takes them away: as long as reading them takes. So does the pointer that moves onto them.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._around = parent
        plain(self)
        self.setWordWrap(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str, near: QPoint, clear: Sequence[QRectF] = ()) -> None:
        """Show a sentence near a point of the parent, within the parent, and off these areas where that can be."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setFont(font(12, 500))
        self.setContentsMargins(px(12), px(7), px(12), px(7))
        wide = min(self.fontMetrics().horizontalAdvance(text) + px(26), px(_WIDEST))
        self.resize(wide, self.heightForWidth(wide))
        self.move(self._place(near, clear))
        self.show()
        self.raise_()
        self._timer.start(_SHOWN_MS + _PER_LETTER_MS * len(text))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _place(self, near: QPoint, clear: Sequence[QRectF]) -> QPoint:
        """The corner, beside the point or beside what it lies on, from which the words cover least."""
        room = self._around.rect().adjusted(8, 8, -8, -8)
        width, height = self.width(), self.height()
        x = [near.x() + _OFF, near.x() - _OFF - width, near.x() - width // 2]
        y = [near.y() + _OFF, near.y() - _OFF - height]
        for area in clear:
            if area.contains(near):
                x += [round(area.right()) + _OFF, round(area.left()) - _OFF - width]
        found = []
        for left, top in product(x, y):
            left = min(max(left, room.left()), max(room.right() - width, room.left()))
            top = min(max(top, room.top()), max(room.bottom() - height, room.top()))
            found.append(QRectF(left, top, width, height))

        def covered(area: QRectF) -> float:
            parts = [area & other for other in (*clear, QRectF(near.x() - 4, near.y() - 4, 8, 8))]
            return sum(part.width() * part.height() for part in parts)

        return min(found, key=covered).topLeft().toPoint()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("error_line"), 1.5))
        painter.setBrush(color("error_soft"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.end()
        palette = self.palette()
        if palette.color(self.foregroundRole()) != color("error_text"):
            palette.setColor(self.foregroundRole(), color("error_text"))
            self.setPalette(palette)
        super().paintEvent(event)
