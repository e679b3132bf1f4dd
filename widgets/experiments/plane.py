"""Two settings against each other: a heat map where both took few values, dots where one is a range."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.experiments.board import Board, Column, Mark
from widgets.experiments.hues import hue
from widgets.theme import color, font, px

LEFT, TOP, RIGHT, BOTTOM = 92, 30, 20, 44
NEAR = 10


class Plane(Themed, QWidget):
    """`chosen` carries the number of the trial that was clicked."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board, self.trial = Board(), -1
        self._goodness: dict[int, float] = {}
        self.across, self.up = 0, 0
        self.setAccessibleName("Two settings")
        self.setMinimumSize(200, 140)
        self.follow_theme()

    def show_board(self, board: Board, trial: int, across: int, up: int) -> None:
        """Show the results over two of the settings, by the numbers of their columns; the number behind the last stands
        for the metric."""
        self.board, self.trial, self.across, self.up = board, trial, across, up
        self._goodness = board.goodness()
        words = " and ".join(column.title for column in (self._column(across), self._column(up)))
        self.setAccessibleDescription(f"{len(board.marks)} trials over {words}")
        self.update()

    @property
    def is_map(self) -> bool:
        """Whether cells are drawn rather than dots."""
        return self.across != self.up and self._column(self.across).is_list and self._column(self.up).is_list

    def sizeHint(self) -> QSize:
        return QSize(px(420), px(300))

    def at(self, mark: Mark) -> QPointF | None:
        """Where a trial lies, in widget pixels; None where it lacks one of the two."""
        x, y = self._place(mark, self.across), self._place(mark, self.up)
        return None if x is None or y is None else self._point(x, y)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_size()
        for mark in self.board.marks:
            point = self.at(mark)
            if point is None:
                continue
            away = event.position() - point
            room = (cell.width() / 2, cell.height() / 2) if self.is_map else (px(NEAR), px(NEAR))
            if abs(away.x()) <= room[0] and abs(away.y()) <= room[1]:
                self.chosen.emit(mark.trial)
                return

    def _column(self, number: int) -> Column:
        columns = [*self.board.columns, self.board.metric]
        return columns[min(number, len(columns) - 1)]

    def _place(self, mark: Mark, number: int) -> float | None:
        return mark.places[number] if number < len(mark.places) else mark.value

    def _area(self) -> QRectF:
        return QRectF(px(LEFT), px(TOP), max(1, self.width() - px(LEFT) - px(RIGHT)),
                      max(1, self.height() - px(TOP) - px(BOTTOM)))  # fmt: skip

    def _point(self, x: float, y: float) -> QPointF:
        """Lists lie in the middles of their cells, ranges reach from end to end."""
        area, cell = self._area(), self._cell_size()
        inner = area.adjusted(cell.width() / 2, cell.height() / 2, -cell.width() / 2, -cell.height() / 2)
        return QPointF(inner.left() + x * inner.width(), inner.bottom() - y * inner.height())

    def _cell_size(self) -> QRectF:
        area = self._area()
        counts = [max(1, len(column.ticks)) if column.is_list else 24
                  for column in (self._column(self.across), self._column(self.up))]  # fmt: skip
        return QRectF(0, 0, area.width() / counts[0], area.height() / counts[1])

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.board.columns:
            self._paint_axes(painter)
            if self.is_map:
                self._paint_cells(painter)
            else:
                self._paint_dots(painter)

    def _paint_cells(self, painter: QPainter) -> None:
        """One cell for each pair of values, with the mean of all trials there."""
        cells: dict[tuple[float, float], list[Mark]] = {}
        for mark in self.board.marks:
            x, y = self._place(mark, self.across), self._place(mark, self.up)
            if x is not None and y is not None:
                cells.setdefault((x, y), []).append(mark)
        painter.setFont(font(12, 600))
        for place, marks in cells.items():
            size = self._cell_size()
            area = QRectF(0, 0, size.width() - 2, size.height() - 2)
            area.moveCenter(self._point(*place))
            known = [goodness for mark in marks if (goodness := self._goodness.get(mark.trial)) is not None]
            fill = hue(fmean(known)) if known else color("chip")
            painter.setPen(
                QPen(color("text1"), 2) if self.trial in [mark.trial for mark in marks] else Qt.PenStyle.NoPen
            )
            painter.setBrush(fill)
            painter.drawRoundedRect(area, 4, 4)
            painter.setPen(_on(QColor(fill)))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, _words(marks))

    def _paint_dots(self, painter: QPainter) -> None:
        for mark in reversed(self.board.marks):
            point = self.at(mark)
            if point is not None:
                painter.setPen(QPen(color("text1" if mark.trial == self.trial else "panel"), 2))
                painter.setBrush(hue(self._goodness.get(mark.trial)))
                painter.drawEllipse(point, px(6), px(6))

    def _paint_axes(self, painter: QPainter) -> None:
        area, across, up = self._area(), self._column(self.across), self._column(self.up)
        painter.setPen(QPen(color("control_line"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.topLeft(), area.bottomLeft())
        painter.setFont(font(11))
        painter.setPen(color("text2"))
        metrics = painter.fontMetrics()
        room = area.width() / max(1, len(across.ticks))
        for tick in across.ticks:
            x = self._point(tick.place, 0.0).x()
            text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(x - room / 2, area.bottom() + px(4), room, metrics.height()), _CENTER, text)
        for tick in up.ticks:
            y = self._point(0.0, tick.place).y()
            text = metrics.elidedText(tick.text, Qt.TextElideMode.ElideRight, px(LEFT - 10))
            painter.drawText(QRectF(0, y - metrics.height() / 2, px(LEFT - 8), metrics.height()), _RIGHT, text)
        painter.setFont(font(12, 600))
        painter.setPen(color("text1"))
        below = QRectF(area.left(), area.bottom() + px(22), area.width(), painter.fontMetrics().height())
        painter.drawText(below, _CENTER, across.title)
        painter.drawText(QRectF(px(8), px(4), self.width(), painter.fontMetrics().height()), _LEFT, up.title)


_CENTER = Qt.AlignmentFlag.AlignHCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft


def _words(marks: Sequence[Mark]) -> str:
    return marks[0].text if len(marks) == 1 else f"{marks[0].text} …"


def _on(fill: QColor) -> QColor:
    """Black or white, whichever is read better on a fill (by its luma, ITU-R BT.601)."""
    luma = 0.299 * fill.redF() + 0.587 * fill.greenF() + 0.114 * fill.blueF()
    return QColor(Qt.GlobalColor.black if luma > 0.5 else Qt.GlobalColor.white)
