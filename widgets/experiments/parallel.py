"""Parallel coordinates: an upright axis for each setting, one line a trial, the best on top."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.experiments.board import Board, Column, Mark
from widgets.experiments.hues import hue
from widgets.theme import color, font, px

NEAR = 8
"""Logical pixels within which a click is on a line."""
SIDE, TOP, BOTTOM = 64, 36, 20


class Parallel(Themed, QWidget):
    """`chosen` carries the number of the trial that was clicked."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = Board()
        self._goodness: dict[int, float] = {}
        self.trial = -1
        """The trial that stands out."""
        self.setAccessibleName("Parallel coordinates")
        self.setMinimumSize(200, 140)
        self.follow_theme()

    def show_board(self, board: Board, trial: int) -> None:
        """Show these results, with one trial standing out."""
        self.board, self.trial, self._goodness = board, trial, board.goodness()
        titles = ", ".join(column.title for column in self.axes())
        self.setAccessibleDescription(f"{len(board.marks)} trials over {titles}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(560), px(300))

    def axes(self) -> list[Column]:
        """The axes from left to right; the metric is the last."""
        return [*self.board.columns, self.board.metric]

    def line(self, mark: Mark) -> list[QPointF]:
        """Where a trial crosses the axes, in widget pixels."""
        places = enumerate([*mark.places, mark.value])
        return [QPointF(self._x(number), self._y(place)) for number, place in places if place is not None]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = [(_distance(event.position(), self.line(mark)), mark.trial) for mark in self.board.marks]
        away, trial = min(near, default=(float("inf"), -1))
        if away <= px(NEAR):
            self.chosen.emit(trial)

    def _x(self, number: int) -> float:
        room = self.width() - 2 * px(SIDE)
        return px(SIDE) + room * number / max(1, len(self.board.columns))

    def _y(self, place: float) -> float:
        return self.height() - px(BOTTOM) - place * (self.height() - px(TOP) - px(BOTTOM))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in reversed(self.board.marks):
            goodness = self._goodness.get(mark.trial)
            pen = QPen(hue(goodness, 0.85), 1.5)
            if goodness is None:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(self.line(mark)))
        for mark in (mark for mark in self.board.marks if mark.trial == self.trial):
            painter.setPen(QPen(color("text1"), 2.5))
            painter.drawPolyline(QPolygonF(self.line(mark)))
        for number, column in enumerate(self.axes()):
            self._paint_axis(painter, self._x(number), column)

    def _paint_axis(self, painter: QPainter, x: float, column: Column) -> None:
        painter.setPen(QPen(color("control_line"), 1))
        painter.drawLine(QPointF(x, self._y(0.0)), QPointF(x, self._y(1.0)))
        painter.setFont(font(11))
        metrics = painter.fontMetrics()
        room = (self.width() - 2 * px(SIDE)) / max(1, len(self.board.columns)) - px(12)
        for tick in column.ticks:
            y = self._y(tick.place)
            text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, int(max(room, px(40))))
            area = QRectF(
                x + px(5), y - metrics.height() / 2, metrics.horizontalAdvance(text) + px(4), metrics.height()
            )
            painter.fillRect(area, color("panel"))
            painter.setPen(color("text2"))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(font(12, 600))
        painter.setPen(color("text1"))
        width = min(room + px(12), 2.0 * px(SIDE))
        area = QRectF(x - width / 2, px(4), width, painter.fontMetrics().height())
        title = painter.fontMetrics().elidedText(column.title, Qt.TextElideMode.ElideLeft, int(width))
        painter.drawText(area, Qt.AlignmentFlag.AlignHCenter, title)


def _distance(point: QPointF, line: list[QPointF]) -> float:
    """How far a point is from a line of several pieces, in pixels."""
    return min((_to_piece(point, start, end) for start, end in pairwise(line)), default=float("inf"))


def _to_piece(point: QPointF, start: QPointF, end: QPointF) -> float:
    along = end - start
    length = QPointF.dotProduct(along, along)
    share = min(max(QPointF.dotProduct(point - start, along) / length, 0.0), 1.0) if length else 0.0
    away = point - (start + along * share)
    return float(QPointF.dotProduct(away, away) ** 0.5)
