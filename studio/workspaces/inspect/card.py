"""A card of the Inspect workspace: a heading with words behind it and controls at its right, and a body."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from widgets.controls import Card, ElidedLabel, Label, Separator


class TitledCard(Card):
    """Lays out a heading above a ``body``: a title, ``choices`` of what is seen, words, and ``controls``."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.title = Label(title, 13, 600)
        self.words = ElidedLabel("", 12, token="text2")
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choices, self.controls = QHBoxLayout(), QHBoxLayout()
        self.controls.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title)
        head.addLayout(self.choices)
        head.addWidget(self.words, 1)
        head.addLayout(self.controls)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(self.body, 1)


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
