"""The fold behind which a form keeps its rarely used fields."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.painted import painted
from widgets.controls import Pressed, shows_ring
from widgets.theme import color, font, pixmap, px


class _Line(Pressed, QAbstractButton):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(12, 500))
        self.setFixedHeight(px(26))

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + px(22), px(26))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = "text1" if self.underMouse() else "text3"
        mark = pixmap("chev_d" if self.isChecked() else "chev_r", token, px(12), self.devicePixelRatioF())
        painter.drawPixmap(0, (self.height() - px(12)) // 2, mark)
        painter.setPen(color(token))
        area = self.rect().adjusted(px(18), 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self.text())
        if shows_ring(self):
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class More(QWidget):
    """A line that unfolds what lies beneath it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.line = _Line(text)
        content = QWidget()
        content.hide()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 4, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.line)
        column.addWidget(content)
        self.line.toggled.connect(content.setVisible)

    def is_expanded(self) -> bool:
        """Whether the rest is in sight."""
        return self.line.isChecked()

    def set_expanded(self, expanded: bool) -> None:
        """Unfold or fold."""
        self.line.setChecked(expanded)
