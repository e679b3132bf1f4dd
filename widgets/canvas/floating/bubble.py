"""A sentence that floats on the canvas for a while: why something could not be done."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from widgets.basics.painted import painted
from widgets.controls import plain
from widgets.theme import color, font, px

_SHOWN_MS = 6000
_WIDEST = 360


class Bubble(QLabel):
    """Red words beside the pointer; a click or time takes them away."""

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

    def say(self, text: str, near: QPoint) -> None:
        """Show a sentence near a point of the parent, within the parent."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setFont(font(12, 500))
        self.setContentsMargins(px(12), px(7), px(12), px(7))
        wide = min(self.fontMetrics().horizontalAdvance(text) + px(26), px(_WIDEST))
        self.resize(wide, self.heightForWidth(wide))
        room = self._around.rect().adjusted(8, 8, -8, -8)
        x = min(max(near.x() + 14, room.left()), max(room.right() - self.width(), room.left()))
        y = min(max(near.y() + 14, room.top()), max(room.bottom() - self.height(), room.top()))
        self.move(x, y)
        self.show()
        self.raise_()
        self._timer.start(_SHOWN_MS)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

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
