"""A titled section of a form: what is often set, and behind its heading what few need."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from widgets.basics.painted import painted
from widgets.controls import Pressed, shows_ring
from widgets.theme import color, font, pixmap, px


class Heading(Pressed, QAbstractButton):
    """The title of a section, with how many settings it unfolds at its right; a plain title where there are none."""

    def __init__(self, title: str, hidden: int) -> None:
        super().__init__()
        self._hidden = hidden
        self.setText(title)
        self.setAccessibleName(f"{title}, {hidden} more settings" if hidden else title)
        self.setCheckable(True)
        self.setEnabled(hidden > 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if hidden else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(12, 600))
        self.setFixedHeight(px(24))

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(f"{self.text()}  {self.words()}") + px(24), px(24))

    def words(self) -> str:
        """What a click does: “3 more”, “Fewer”, or "" where nothing is folded."""
        if not self._hidden:
            return ""
        return "Fewer" if self.isChecked() else f"{self._hidden} more"

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(color("text1"))
        ring = shows_ring(self)
        margin = px(8) if ring else 0
        area, right = (
            self.rect().adjusted(margin, 0, -margin, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
        )
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, self.text())
        if self._hidden:
            token = "text1" if self.underMouse() else "text3"
            mark = pixmap("chev_d" if self.isChecked() else "chev_r", token, px(12), self.devicePixelRatioF())
            painter.drawPixmap(area.right() + 1 - px(12), (area.height() - px(12)) // 2, mark)
            painter.setFont(font(12, 400))
            painter.setPen(color(token))
            painter.drawText(area.adjusted(0, 0, -px(16), 0), right | Qt.TextFlag.TextSingleLine, self.words())
        if ring:
            painter.setPen(QPen(color("accent"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)


class Section(QWidget):
    """A heading, what is always in sight beneath it (`common`), and what it unfolds (`body`)."""

    def __init__(self, title: str, hidden: int) -> None:
        super().__init__()
        self.line = Heading(title, hidden)
        content = QWidget()
        content.hide()
        self.common = QVBoxLayout()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.line)
        column.addLayout(self.common)
        column.addWidget(content)
        self.line.toggled.connect(content.setVisible)

    def is_expanded(self) -> bool:
        """Whether all of its settings are in sight."""
        return self.line.isChecked()

    def set_expanded(self, expanded: bool) -> None:
        """Unfold or fold."""
        self.line.setChecked(expanded)
