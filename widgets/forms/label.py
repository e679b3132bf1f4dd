"""The label of a field in a form: its role, whether it differs from its default, and a handle to step its number."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.specs.fields import Field
from widgets.basics.painted import painted
from widgets.controls import Themed, set_tip
from widgets.theme import color, font, pixmap, px
from widgets.theme.roles import has_color, role_color

STRIDE = 6
"""Pixels of dragging that are one step."""
LEAP = 10
"""Steps at once with Shift."""


class FieldLabel(Themed, QWidget):
    """A field's label with the dot of its role.

    One that differs from its default is marked; a click on the mark, or the label's menu, resets it. Dragging sideways
    emits `stepped` where the field holds a number, a click `clicked`.
    """

    reset_requested = Signal()
    stepped = Signal(int)
    vary_requested = Signal()
    clicked = Signal()

    def __init__(self, field: Field[Any], width: int, *, steps: bool = False) -> None:
        super().__init__()
        self.field = field
        self.is_changed = False
        self._width, self._steps = width, steps
        self._pressed: float | None = None
        self._done = 0
        self._reset = QAction("Reset this setting", self)
        self._reset.triggered.connect(self.reset_requested)
        self.addAction(self._reset)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.set_changed(False)
        self.follow_theme()

    def offer_varying(self) -> None:
        """Offer in the menu to train with several values: `vary_requested`."""
        vary = QAction("Vary…", self)
        vary.triggered.connect(self.vary_requested)
        self.addAction(vary)

    def set_changed(self, changed: bool) -> None:
        """Mark the field as one that differs from its default, or not."""
        self.is_changed = changed
        self._reset.setEnabled(changed)
        words = [self.field.help, f"A number {self.field.bounds()}." if self._steps and self.field.bounds() else ""]
        words.append("Drag to change it." if self._steps else "")
        words.append("It differs from its default: click the arrow to reset it." if changed else "")
        set_tip(self, " ".join(word for word in words if word))
        self.update()

    def mark(self) -> QRect:
        """Where the mark of a changed field is, in widget pixels; a click there resets the field."""
        side = px(16)
        return QRect(self.width() - side - px(2), (self.height() - side) // 2, side, side)

    def restyle(self) -> None:
        self.setFont(font(13))
        self.setFixedSize(px(self._width), px(28))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._done = event.position().x(), 0
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.is_changed and self.mark().contains(event.position().toPoint())
        shape = Qt.CursorShape.SizeHorCursor if self._steps else Qt.CursorShape.ArrowCursor
        self.setCursor(Qt.CursorShape.PointingHandCursor if over and not self._done else shape)
        if self._pressed is None or not self._steps:
            return
        leap = LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        steps = int((event.position().x() - self._pressed) / px(STRIDE))
        if steps != self._done:
            self.stepped.emit((steps - self._done) * leap)
            self._done = steps

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None or self._done:
            return
        if self.is_changed and self.mark().contains(event.position().toPoint()):
            self.reset_requested.emit()
        else:
            self.clicked.emit()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(13))
        painter.setPen(color("text1" if self.is_changed else "text2"))
        dot = px(16) if has_color(self.field.role) else 0
        room = self.width() - dot - px(4) - (self.mark().width() if self.is_changed else 0)
        text = painter.fontMetrics().elidedText(self.field.label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)
        left = painter.fontMetrics().horizontalAdvance(text) + px(8)
        if self.is_changed:
            size = px(12)
            middle = self.mark().center()
            arrow = pixmap("reset", "text3", size, self.devicePixelRatioF())
            painter.drawPixmap(middle.x() - size // 2, middle.y() - size // 2, arrow)
        if dot:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(role_color(self.field.role))
            painter.drawEllipse(QRectF(left, self.height() / 2 - px(3) + 0.5, px(6), px(6)))
