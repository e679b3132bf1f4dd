"""Which steps each step looks at: all heads small at the left, one of them large with the steps on both axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed, announce, shows_ring
from widgets.inspection.pictures import colored
from widgets.theme import color, font, px

SMALL, GAP = 52, 8
LABELS = 56
LEAST_LABEL = 11
"""Pixels of a step from which on its name is written."""


class AttentionPage(Themed, QWidget):
    """Weights as heads × steps that look × steps that are looked at. Arrows walk over the cells, PageUp and PageDown
    over the heads; `described` carries the present cell in words."""

    described = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.weights: NDArray[np.floating] = np.zeros((0, 0, 0), np.float32)
        self.names: tuple[Sequence[str], Sequence[str]] = ((), ())
        self.head = 0
        self.cell = (0, 0)
        self._pictures: list[QImage] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Attention of each head")
        self.follow_theme()

    def show_attention(self, weights: NDArray[np.floating], names: tuple[Sequence[str], Sequence[str]]) -> None:
        """Show weights with the names of the steps that look, and of those that are looked at."""
        self.weights, self.names = weights, names
        self.head = min(self.head, max(len(weights) - 1, 0))
        heads, looking, seen = weights.shape
        self.cell = (min(self.cell[0], max(looking - 1, 0)), min(self.cell[1], max(seen - 1, 0)))
        self.setAccessibleDescription(f"{heads} heads, {looking} steps look at {seen}. Arrow keys walk.")
        self.restyle()

    def describe(self) -> str:
        """The present cell in words."""
        if not self.weights.size:
            return ""
        looking, seen = self.cell
        share = f"{100 * float(self.weights[self.head, looking, seen]):.1f} %"
        return f"Head {self.head + 1}: {self.names[0][looking]} looks at {self.names[1][seen]} with {share}"

    def choose(self, head: int, cell: tuple[int, int]) -> None:
        """Look at a cell of a head."""
        heads, looking, seen = self.weights.shape
        if self.weights.size:
            self.head = min(max(head, 0), heads - 1)
            self.cell = (min(max(cell[0], 0), looking - 1), min(max(cell[1], 0), seen - 1))
            self.described.emit(self.describe())
            self.update()

    def restyle(self) -> None:
        # All heads in one scale, so that a head that looks at one step alone is told from one that looks everywhere.
        top = float(np.nanmax(self.weights)) if self.weights.size else 1.0
        self._pictures = [colored(plane, 0.0, top) for plane in self.weights]
        self.update()

    # Places

    def _lines(self) -> int:
        return max(1, self.height() // px(SMALL + GAP))

    def _small(self, head: int) -> QRectF:
        lines, step = self._lines(), px(SMALL + GAP)
        return QRectF(2 + head // lines * step, 2 + head % lines * step, px(SMALL), px(SMALL))

    def area(self) -> QRectF:
        """Where the large map is."""
        columns = -(-len(self.weights) // self._lines())
        left, top = columns * px(SMALL + GAP) + px(LABELS), px(20)
        _, looking, seen = self.weights.shape
        room = QRectF(left, top, max(self.width() - left - 4, 1), max(self.height() - top - 4, 1))
        side = min(room.width() / max(seen, 1), room.height() / max(looking, 1), px(30))
        return QRectF(left, top, side * seen, side * looking)

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """The cell of the large map under a point."""
        area, (_, looking, seen) = self.area(), self.weights.shape
        if not area.contains(point) or not self.weights.size:
            return None
        row = int((point.y() - area.top()) / area.height() * looking)
        column = int((point.x() - area.left()) / area.width() * seen)
        return min(row, looking - 1), min(column, seen - 1)

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None and cell != self.cell:
            self.choose(self.head, cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for head in range(len(self.weights)):
            if self._small(head).contains(event.position()):
                self.choose(head, self.cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        heads = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}
        key = Qt.Key(event.key())
        if key not in steps and key not in heads:
            super().keyPressEvent(event)
            return
        down, right = steps.get(key, (0, 0))
        self.choose(self.head + heads.get(key, 0), (self.cell[0] + down, self.cell[1] + right))
        announce(self, self.describe())

    # Painting

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.weights.size:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for head, picture in enumerate(self._pictures):
            place = self._small(head)
            painter.drawImage(place, picture)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color("accent" if head == self.head else "card_line"), 2 if head == self.head else 1))
            painter.drawRect(place)
        area = self.area()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(area, self._pictures[self.head])
        painter.setPen(QPen(color("card_line"), 1))
        painter.drawRect(area)
        self._paint_names(painter, area)
        self._paint_cell(painter, area)

    def _paint_names(self, painter: QPainter, area: QRectF) -> None:
        """The names of the steps where there is room, and of the present ones at any rate."""
        _, looking, seen = self.weights.shape
        painter.setFont(font(11))
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        height = area.height() / looking
        every = max(1, -(-px(LEAST_LABEL) // max(int(height), 1)))
        for row in {*range(0, looking, every), self.cell[0]} - _near(self.cell[0], every, looking):
            painter.setPen(color("text1" if row == self.cell[0] else "text3"))
            place = QRectF(area.left() - px(LABELS), area.top() + row * height, px(LABELS) - px(5), height)
            text = metrics.elidedText(self.names[0][row], Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place.adjusted(0, -6, 0, 6), flags, text)
        width = area.width() / seen
        widest = max(metrics.horizontalAdvance(name) for name in self.names[1]) + px(6)
        every = max(1, -(-min(widest, px(60)) // max(int(width), 1)))
        for column in {*range(0, seen, every), self.cell[1]} - _near(self.cell[1], every, seen):
            painter.setPen(color("text1" if column == self.cell[1] else "text3"))
            middle = area.left() + (column + 0.5) * width
            place = QRectF(middle - px(30), 0, px(60), area.top() - 2)
            text = metrics.elidedText(self.names[1][column], Qt.TextElideMode.ElideRight, int(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, text)

    def _paint_cell(self, painter: QPainter, area: QRectF) -> None:
        _, looking, seen = self.weights.shape
        width, height = area.width() / seen, area.height() / looking
        place = QRectF(area.left() + self.cell[1] * width, area.top() + self.cell[0] * height, width, height)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color("accent" if shows_ring(self) else "text1"), 2))
        painter.drawRect(place.adjusted(-1, -1, 1, 1))


def _near(present: int, every: int, count: int) -> set[int]:
    """The steps whose names would stand in the way of the present one's."""
    return set(range(max(present - every + 1, 0), min(present + every, count))) - {present}
