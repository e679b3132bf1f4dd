"""A sentence in place, with what can be done about it: whether data fits the network, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from widgets.controls import Button, Label, Paragraph
from widgets.icon import Icon
from widgets.theme import color, tint

Kind = Literal["good", "error", "warning", "info"]
_ICONS = {"good": "check", "error": "err", "warning": "warn", "info": "info"}
_TOKENS = {"good": "good", "error": "error_text", "warning": "warning", "info": "hint"}
_TINT = 0.12


class Note(QWidget):
    """A rounded strip with an icon, a sentence and buttons. Unlike a banner it cannot be closed: it is a state."""

    def __init__(
        self,
        kind: Kind,
        text: str,
        actions: Iterable[tuple[str, Callable[[], object]]] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        # What is well is said in passing, beside a title; all else gets a row of its own.
        self.label = Label(text, 12, 500) if kind == "good" else Paragraph(text, 12, 500)
        wide = QSizePolicy.Policy.Preferred if kind == "good" else QSizePolicy.Policy.Expanding
        self.label.setSizePolicy(wide, QSizePolicy.Policy.Preferred)
        self.buttons: list[Button] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 10, 7)
        row.setSpacing(10)
        row.addWidget(Icon(_ICONS[kind], _TOKENS[kind]))
        row.addWidget(self.label, 1)
        for words, act in actions:
            button = Button(words, height=28)
            button.clicked.connect(lambda _=False, act=act: act())
            self.buttons.append(button)
            row.addWidget(button)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def text(self) -> str:
        """The sentence."""
        return self.label.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("error_soft") if self.kind == "error" else tint(_TOKENS[self.kind], _TINT))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
