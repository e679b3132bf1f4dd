"""The words of a text, or the answers along a sequence: one chip a position, wrong ones marked, each with its weight;
the present one can be walked to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed, announce
from widgets.inspection.pictures import warm_or_cold
from widgets.theme import color, font, px, tint

SMALLEST_CHIP, LARGEST_CHIP = 34, 72
LINE, ONE_LINE = 34, 22
"""Height of a position with an answer, and of a word alone."""
MOST_SHOWN = 256


class Token(NamedTuple):
    """A position: what stands there, what was answered, what is true; "" twice where the whole has one answer."""

    text: str
    answer: str
    truth: str

    @property
    def is_right(self) -> bool:
        """Whether the answer is true."""
        return self.answer == self.truth


class Tokens(Themed, QWidget):
    """`current_changed` carries the place of the chosen position."""

    current_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens: Sequence[Token] = ()
        self.current = 0
        self.weights: Sequence[float] = ()
        self._chip = px(SMALLEST_CHIP)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Answers along the sequence")
        self.follow_theme()

    def show_tokens(self, tokens: Sequence[Token]) -> None:
        """Show positions, as many as anybody looks through."""
        self.tokens = tokens[:MOST_SHOWN]
        self.weights = ()
        self.current = next((place for place, token in enumerate(self.tokens) if not token.is_right), 0)
        wrong = sum(not token.is_right for token in tokens)
        verdict = f", {wrong:,} wrong" if self._has_answers else ""
        self.setAccessibleDescription(f"{len(tokens):,} positions{verdict}. Left and Right walk.")
        self._fit()
        self.update()

    def show_weights(self, weights: Sequence[float]) -> None:
        """Show how much each position speaks for the answer (orange) or against it (blue); nothing without any."""
        reach = max(map(abs, weights), default=0.0) or 1.0
        self.weights = [weight / reach for weight in weights]
        self.update()

    def choose(self, place: int) -> None:
        """Make a position the present one."""
        if self.tokens:
            self.current = min(max(place, 0), len(self.tokens) - 1)
            announce(self, self.describe(self.current))
            self.update()
            self.current_changed.emit(self.current)

    def describe(self, place: int) -> str:
        """A position in words."""
        token, parts = self.tokens[place], []
        if token.answer:
            parts = [token.answer, "right" if token.is_right else f"is {token.truth}"]
        if place < len(self.weights):
            parts.append(f"weighs {self.weights[place]:+.2f}")
        return f"Position {place + 1:,}, {token.text}: {', '.join(parts)}"

    def restyle(self) -> None:
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(px(200), self.minimumHeight())

    @property
    def _has_answers(self) -> bool:
        return any(token.answer for token in self.tokens)

    @property
    def _line(self) -> int:
        return px(LINE if self._has_answers else ONE_LINE)

    def _columns(self) -> int:
        return max(1, self.width() // self._chip)

    def _fit(self) -> None:
        metrics = QFontMetrics(font(11, 600))
        widest = max((metrics.horizontalAdvance(text) for token in self.tokens for text in token[:2]), default=0)
        self._chip = min(max(widest + px(10), px(SMALLEST_CHIP)), px(LARGEST_CHIP))
        self.setFixedHeight(max(-(-len(self.tokens) // self._columns()), 1) * self._line)

    def _area(self, place: int) -> QRectF:
        columns, line = self._columns(), self._line
        return QRectF(place % columns * self._chip, place // columns * line, self._chip - 3, line - 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = next((n for n in range(len(self.tokens)) if self._area(n).contains(event.position())), -1)
        if place >= 0:
            self.choose(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._columns()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.choose(self.current + step)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
        has_answers = self._has_answers
        for place, token in enumerate(self.tokens):
            area = self._area(place)
            ring = place == self.current
            painter.setPen(QPen(color("accent" if self.hasFocus() else "text2"), 2) if ring else Qt.PenStyle.NoPen)
            painter.setBrush(color("field") if token.is_right else tint("error_line", 0.3))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 4, 4)
            if place < len(self.weights):
                weight = self.weights[place]
                bar = QRectF(area.left() + 2, area.bottom() - px(4), (area.width() - 4) * abs(weight), px(3))
                painter.fillRect(bar, warm_or_cold(weight))
            half = QRectF(area.left(), area.top() + 1, area.width(), area.height() / 2 if has_answers else px(14))
            for text, token_color, weight, box in (
                (token.text, "text2", 400, half),
                (token.answer, "text1" if token.is_right else "error_text", 600, half.translated(0, half.height() - 1)),
            ):
                painter.setFont(font(11, weight))
                painter.setPen(color(token_color))
                shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()) - 4)
                painter.drawText(box, flags, shown)
