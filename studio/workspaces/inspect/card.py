"""A card of the Inspect workspace: a heading with words behind it and controls at its right, and a body."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from widgets.controls import Card, ElidedLabel, Label, Separator


class TitledCard(Card):
    """Lays out a heading above a ``body``: a title, ``choices`` of what is seen, words, and ``controls``, which take a
    line of their own where one has no room for all."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.title = Label(title, 13, 600)
        self.words = ElidedLabel("", 12, token="text2")
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choices, self.controls = QHBoxLayout(), QHBoxLayout()
        self.controls.setSpacing(8)
        self._heading = line = QHBoxLayout()
        line.addWidget(self.title)
        line.addLayout(self.choices)
        line.addWidget(self.words, 1)
        self._head = head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.addLayout(line, 1)
        head.addLayout(self.controls)
        for layout in (line, head):
            layout.setSpacing(10)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(self.body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_head()

    def minimumSizeHint(self) -> QSize:
        """As wide as its widest line, with the controls in one of their own."""
        around = self._column.contentsMargins()
        widest = max(part.minimumSize().width() for part in (self._heading, self.controls, self.body))
        return QSize(widest + around.left() + around.right(), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a control has come, gone, or other words
            self._fit_head()
        return super().event(event)

    def _fit_head(self) -> None:
        needed = self._heading.minimumSize().width() + self._head.spacing() + self.controls.minimumSize().width()
        around, directions = self._column.contentsMargins(), QBoxLayout.Direction
        fits = needed <= self.width() - around.left() - around.right()
        self._head.setDirection(directions.LeftToRight if fits else directions.TopToBottom)


def side_by_side(left: QWidget, right: QWidget) -> QWidget:
    """What takes the room there is, and at its right what is said of one thing in it."""
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(12)
    row.addWidget(left, 1)
    row.addWidget(Separator(vertical=True))
    row.addWidget(right)
    return page


def scrolled(inner: QWidget) -> QScrollArea:
    """A widget that scrolls up and down where it has less room than it needs: large text, a small screen."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(inner)
    return area
