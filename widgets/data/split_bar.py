"""How many examples are trained on and how many are held out, as a bar with its numbers."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.basics.quantities import percent
from widgets.basics.painted import painted
from widgets.controls import Label, Mark, Themed, rounded_square
from widgets.theme import color, px, theme


def part_color(place: int) -> QColor:
    """The color of the training part (0), of validation (1) and of the test (2): the first curve's, and softer ones."""
    strong = color(theme().palette.curves[0])
    if place == 0:
        return strong
    back, share = color("panel"), 0.5**place
    pairs = zip((strong.red(), strong.green(), strong.blue()), (back.red(), back.green(), back.blue()), strict=True)
    return QColor(*(round(one * share + other * (1 - share)) for one, other in pairs))


class _Bar(Themed, QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.counts: tuple[int, ...] = (0, 0)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedHeight(px(12))
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        total = sum(self.counts)
        if not total:
            painter.setBrush(color("active"))
            painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
            return
        room, left = self.width() - 2 * (len(self.counts) - 1), 0.0
        for place, count in enumerate(self.counts):
            width = room * count / total
            painter.setBrush(part_color(place))
            painter.drawRoundedRect(QRectF(left, 0, width, self.height()), 3, 3)
            left += width + 2


def swatch(place: int) -> Mark:
    """A small square in the color of a part."""
    return Mark(partial(part_color, place), 10, shape=rounded_square())


class SplitBar(QWidget):
    """Training against validation and, where there is one, a test part, with counts and shares."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = _Bar()
        self.numbers = (Label("", 12, 500), Label("", 12, 500), Label("", 12, 500))
        self._lines: list[QWidget] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._bar)
        for place, name in enumerate(("Training", "Validation", "Test")):
            line = QWidget()
            self._lines.append(line)
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(8)
            row.addWidget(swatch(place))
            row.addWidget(Label(name, 12, token="text2"))
            row.addStretch(1)
            row.addWidget(self.numbers[place])
            column.addWidget(line)
        self.show_counts(0, 0)

    def show_counts(self, *counts: int) -> None:
        """Show how many examples each part has: training, validation and perhaps a test."""
        self._bar.counts = counts
        self._bar.update()
        total = max(sum(counts), 1)
        for label, count in zip(self.numbers, counts, strict=False):
            label.setText(f"{count:,} · {percent(count / total)}")
        self._lines[2].setVisible(len(counts) > 2)
        parts = zip(("training", "validation", "the test"), counts, strict=False)
        self.setAccessibleName(", ".join(f"{count:,} for {name}" for name, count in parts))
