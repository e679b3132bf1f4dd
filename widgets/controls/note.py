"""A sentence in place, with what can be done about it: whether data fits the network, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls import Button, Label, Paragraph
from widgets.controls.marks import Icon
from widgets.theme import color, px, tint

Kind = Literal["good", "error", "warning", "info"]
_ICONS = {"good": "check", "error": "err", "warning": "warn", "info": "info"}
_TOKENS = {"good": "good", "error": "error_text", "warning": "warning", "info": "hint"}
_TINT = 0.12
WIDE = 480
SENTENCE = 240
"""What buttons leave for the sentence beside them, with its icon."""


class Note(QWidget):
    """A rounded strip with an icon, a sentence and buttons. Unlike a banner it cannot be closed: it is a state.

    What is well is said in passing, beside a title; all else, and what ``wraps``, gets a row of its own.
    """

    def __init__(
        self,
        kind: Kind,
        text: str,
        actions: Iterable[tuple[str, Callable[[], object]]] = (),
        parent: QWidget | None = None,
        *,
        wraps: bool = False,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        in_passing = kind == "good" and not wraps
        self.label = Label(text, 12, 500) if in_passing else Paragraph(text, 12, 500)
        wide = QSizePolicy.Policy.Preferred if in_passing else QSizePolicy.Policy.Expanding
        self.label.setSizePolicy(wide, QSizePolicy.Policy.Preferred)
        self.buttons: list[Button] = []
        self._is_holding = False
        said = QHBoxLayout()
        said.setSpacing(10)
        said.addWidget(Icon(_ICONS[kind], _TOKENS[kind]))
        said.addWidget(self.label, 1)
        self._acts = QHBoxLayout()
        self._acts.setSpacing(8)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(12, 7, 10, 7)
        self._row.addLayout(said, 1)
        self._row.addLayout(self._acts)
        for words, act in actions:
            button = Button(words, height=28)
            button.clicked.connect(lambda _=False, act=act: act())
            self.buttons.append(button)
            self._acts.addWidget(button)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Buttons stand beside the sentence, or beneath it where it needs the width.
        wide = not self.buttons or self.width() >= max(px(WIDE), px(SENTENCE) + self._acts.sizeHint().width())
        directions, alignments = QBoxLayout.Direction, Qt.AlignmentFlag
        self._row.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        self._row.setSpacing(10 if wide else 6)
        self._row.setAlignment(self._acts, alignments.AlignRight if wide else alignments.AlignLeft)
        self._acts.setContentsMargins(0 if wide else px(16) + 10, 0, 0, 0)
        self._hold_lines()

    def _hold_lines(self) -> None:
        """Never be less high than the lines of the sentence, in a page that shrinks its rows to the least as well."""
        if self._is_holding or not self._row.hasHeightForWidth():
            return
        self._is_holding = True  # a scroll bar that comes or goes with the height changes the width at once
        try:
            self.setMinimumHeight(self._row.totalHeightForWidth(self.width()))
        finally:
            self._is_holding = False

    def text(self) -> str:
        """The sentence."""
        return self.label.text()

    def set_text(self, text: str) -> None:
        """Say it otherwise; the buttons stay."""
        self.label.setText(text)
        self.setAccessibleName(text)
        self._hold_lines()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("error_soft") if self.kind == "error" else tint(_TOKENS[self.kind], _TINT))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
