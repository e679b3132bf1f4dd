"""How a number came about: each line with names, with the numbers put in, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from models.byhand.notation import number
from models.byhand.pen import Line
from widgets.basics.painted import painted
from widgets.controls import Paragraph, Themed
from widgets.explain.boxes import Row
from widgets.numbers.typeset import Typesetter, height_of, paint_rows, widest
from widgets.theme import color, px

NOTHING = "Choose a number to see how it came about."
GAP, BETWEEN = 3, 8
"""Logical pixels between rows, and between lines."""
MOST = 24
"""Lines that are shown; the last ones are the number's own."""


class SetLines(Themed, QWidget):
    """Lines set as in a book, as wide as there is room; a line that cannot be broken scales down to fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[tuple[Line, bool]] = []
        self._set: list[list[Row]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_lines(self, lines: Sequence[tuple[Line, bool]]) -> None:
        """Show lines, each with whether its numbers are told."""
        self.lines = list(lines)
        self.setAccessibleName("\n".join(told(*line) for line in self.lines))
        self.restyle()

    def restyle(self) -> None:
        setter = Typesetter(color("text1"), color("accent"))
        room = float(max(self.width(), px(120)))
        self._set = [setter.line(line, room, whole) for line, whole in self.lines]
        heights = (height_of(rows, px(GAP)) * self._scale(rows) + px(BETWEEN) for rows in self._set)
        self.setFixedHeight(round(sum(heights)) + 1)
        self.update()

    def _scale(self, rows: Sequence[Row]) -> float:
        return min(1.0, self.width() / widest(rows)) if rows and widest(rows) else 1.0

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != self.width():
            self.restyle()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = 0.0
        for rows in self._set:
            scale = self._scale(rows)
            painter.save()
            painter.translate(0, top)
            painter.scale(scale, scale)
            top += paint_rows(painter, rows, 0, 0, px(GAP)) * scale + px(BETWEEN)
            painter.restore()


def told(line: Line, whole: bool) -> str:
    """A line as it is read."""
    return line.text if whole else f"{line.name} = {line.names}"


class FormulaView(QWidget):
    """Shows lines one below another; a number that is hidden is not given away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said, self._lines = Paragraph("", 12, token="text2"), SetLines()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._lines)
        column.addWidget(self._said)
        self.show_lines([], NOTHING)

    def text(self) -> str:
        """All that is read."""
        return "\n".join([*(told(*line) for line in self._lines.lines), *([self._words] if self._words else [])])

    def show_lines(self, lines: Sequence[Line], words: str = "", hidden: Sequence[bool] = ()) -> None:
        """Show lines, or words where there are none; of those that are ``hidden`` the names alone."""
        left_out = max(len(lines) - MOST, 0)
        covered = [*hidden, *[False] * (len(lines) - len(hidden))]
        shown = [(line, not cover) for line, cover in zip(lines, covered, strict=True)][left_out:]
        self._words = words or (f"{number(left_out)} steps before these are in the export." if left_out else "")
        self._lines.show_lines(shown)
        self._lines.setVisible(bool(shown))
        self._said.setText(self._words)
        self._said.setVisible(bool(self._words))
