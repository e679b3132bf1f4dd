"""How the numbers of each layer are spread: one column a layer, one row each for what it gives, gradients, weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.inspection.inside.scrolled import Scrolled
from widgets.inspection.plot import point_color
from widgets.theme import color, font, px

COLUMN, GAP = 150, 22
TITLES = 96
HEAD = 24
LEAST_ROW = 70
DEAD = 0.3
"""The share of silent channels from which a layer deserves a warning."""
ROWS = {
    "activations": ("Activations", "what it gives", 0),
    "gradients": ("Gradients", "size, log scale", 3),
    "weights": ("Weights", "of the layer", 2),
}
"""By kind: what people call it, more words, and the place of its color among the curves."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Counts in equal ranges between ``low`` and ``high``, and what is written below them."""

    counts: NDArray[np.integer]
    low: float
    high: float
    note: str
    warns: bool = False


class Spreads(Scrolled):
    """A table of small histograms; wide networks are moved sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Distributions of the layers", parent)
        self.layers: Sequence[tuple[str, Mapping[str, Spread]]] = ()
        self.logarithmic = True
        self.follow_theme()

    def show_layers(self, layers: Sequence[tuple[str, Mapping[str, Spread]]]) -> None:
        """Show columns by their names (those of layers, or of moments of a training), each with a spread for some
        kinds."""
        self.layers = layers
        warned = [f"{id}: {spread.note}" for id, kinds in layers for spread in kinds.values() if spread.warns]
        self.setAccessibleDescription(f"{len(layers)} columns. {' '.join(warned)}".strip())
        self.fit()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Count by the logarithm, so that rare values are seen."""
        self.logarithmic = logarithmic
        self.viewport().update()

    def extent(self) -> QSize:
        return QSize(px(TITLES) + len(self.layers) * px(COLUMN + GAP), px(HEAD) + len(ROWS) * self._row())

    def notch(self) -> QSize:
        return QSize(px(COLUMN + GAP) // 2, px(20))

    def _row(self) -> int:
        return max(px(LEAST_ROW), (self.viewport().height() - px(HEAD)) // len(ROWS))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if not self.layers:
            return
        left, down = self.origin().x(), self.origin().y()
        row = self._row()
        for number, (id, kinds) in enumerate(self.layers):
            x = px(TITLES) + number * px(COLUMN + GAP) - left
            if x + px(COLUMN) < px(TITLES) or x > self.viewport().width():
                continue
            painter.setClipRect(QRectF(px(TITLES), 0, self.viewport().width(), self.viewport().height()))
            painter.setFont(font(12, 600))
            painter.setPen(color("text1"))
            head = QRectF(x, -down, px(COLUMN), px(HEAD))
            name = painter.fontMetrics().elidedText(id, Qt.TextElideMode.ElideMiddle, px(COLUMN))
            painter.drawText(head, Qt.AlignmentFlag.AlignVCenter, name)
            for place, kind in enumerate(ROWS):
                if kind in kinds:
                    area = QRectF(x, px(HEAD) + place * row - down, px(COLUMN), row - px(10))
                    self._paint_spread(painter, area, kinds[kind], ROWS[kind][2])
        painter.setClipping(False)
        self._paint_titles(painter, row, down)

    def _paint_titles(self, painter: QPainter, row: int, down: int) -> None:
        for place, (title, more, _) in enumerate(ROWS.values()):
            top = px(HEAD) + place * row - down
            painter.setFont(font(12))
            painter.setPen(color("text1"))
            painter.drawText(QRectF(0, top + px(6), px(TITLES), px(18)), 0, title)
            painter.setFont(font(11))
            painter.setPen(color("text3"))
            painter.drawText(QRectF(0, top + px(23), px(TITLES), px(18)), 0, more)

    def _paint_spread(self, painter: QPainter, area: QRectF, spread: Spread, hue: int) -> None:
        bars = QRectF(area.left(), area.top(), area.width(), area.height() - px(18))
        heights = np.log1p(spread.counts) if self.logarithmic else spread.counts.astype(float)
        top = float(heights.max()) or 1.0
        width = bars.width() / len(heights)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("warning") if spread.warns else point_color(hue))
        for number, height in enumerate((heights / top * bars.height()).tolist()):
            painter.drawRect(QRectF(bars.left() + number * width, bars.bottom() - height, max(width - 1, 1), height))
        painter.setPen(QPen(color("control_line"), 1))
        painter.drawLine(bars.bottomLeft(), bars.bottomRight())
        painter.setFont(font(11, 500 if spread.warns else 400))
        painter.setPen(color("warning" if spread.warns else "text2"))
        words = f"⚠ {spread.note}" if spread.warns else spread.note
        painter.drawText(QRectF(area.left(), bars.bottom() + px(2), area.width(), px(16)), 0, words)
