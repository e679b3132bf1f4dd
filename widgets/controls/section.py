"""A titled part of a panel that folds away."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.painted import painted
from widgets.controls.base import Pressed, shows_ring
from widgets.theme import color, font, pixmap, px

_NOTE_FLAGS = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class _Header(Pressed, QAbstractButton):
    def __init__(self, title: str, note: str, collapsible: bool) -> None:
        super().__init__()
        self._title, self._note, self._collapsible = title, note, collapsible
        self.setAccessibleName(title)
        self.setCheckable(collapsible)
        self.setChecked(collapsible)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if collapsible else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set_note(self, note: str) -> None:
        self._note = note
        self.setAccessibleDescription(note)
        self.update()

    def restyle(self) -> None:
        self.setFont(font(13, 600))
        self.setFixedHeight(px(28))

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._title) + px(24), px(28))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(color("text1"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self._title)
        right = px(20) if self._collapsible else 0
        title = self.fontMetrics().horizontalAdvance(self._title) + px(8)
        painter.setFont(font(12))
        painter.setPen(color("text3"))
        painter.drawText(self.rect().adjusted(title, 0, -right, 0), _NOTE_FLAGS, self._note)
        if self._collapsible:
            name = "chev_d" if self.isChecked() else "chev_r"
            mark = pixmap(name, "text1" if self.underMouse() else "text3", px(14), self.devicePixelRatioF())
            painter.drawPixmap(self.width() - px(16), (self.height() - px(14)) // 2, mark)
        if shows_ring(self):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class Section(QWidget):
    """A heading with an optional note at its right, and a body that the heading folds away."""

    toggled = Signal(bool)

    def __init__(self, title: str, note: str = "", collapsible: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(4)
        self._header = _Header(title, note, collapsible)
        outer.addWidget(self._header)
        self._content = QWidget()
        outer.addWidget(self._content)
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(4)
        self._header.toggled.connect(self._content.setVisible)
        self._header.toggled.connect(self.toggled)

    def add(self, widget: QWidget) -> None:
        """Put `widget` at the end of the body."""
        self.body.addWidget(widget)

    def set_note(self, note: str) -> None:
        """Change the words at the right of the heading."""
        self._header.set_note(note)

    def is_expanded(self) -> bool:
        """Whether the body is in sight."""
        return self._header.isChecked() or not self._header.isCheckable()

    def set_expanded(self, expanded: bool) -> None:
        """Unfold or fold the body."""
        if self._header.isCheckable():
            self._header.setChecked(expanded)
