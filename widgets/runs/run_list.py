"""The list of runs: which are shown on the charts, in which color, how well each did. Thousands of rows stay quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from widgets.theme import color, font, pixmap, px, theme

ROW = 48
BOX = 38
"""How far the part of a row reaches that shows or hides the run."""
Index = QModelIndex | QPersistentModelIndex


ROWS_AT_ONCE = 500
"""How many rows get their place in one turn of the event loop."""


class RunRow(NamedTuple):
    """What one row shows: ``state`` as the run folder names it, ``value`` such as “94.6 %”, ``detail`` such as
    “20 of 20”, ``note`` what was special about the run."""

    id: str
    name: str
    note: str
    state: str
    value: str
    detail: str


class RunModel(QAbstractListModel):
    """Rows and which of them are shown on the charts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self.shown: dict[str, int] = {}
        """Color index of each run on the charts."""

    def set_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these rows; equal ids keep their place in views."""
        if [row.id for row in rows] == [row.id for row in self.rows]:
            self.rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def set_row(self, row: RunRow) -> None:
        """Show one run as it is now; one that is not listed is fine."""
        place = self.place(row.id)
        if place is not None:
            self.rows[place] = row
            self.dataChanged.emit(self.index(place), self.index(place))

    def set_shown(self, shown: Mapping[str, int]) -> None:
        """Tell which runs are on the charts, and the color index of each."""
        self.shown = dict(shown)
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def place(self, id: str) -> int | None:
        """Where a run is listed, None if it is not."""
        return next((place for place, row in enumerate(self.rows) if row.id == id), None)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            shown = ", on the charts" if row.id in self.shown else ""
            return f"{row.name}, {row.state}, {row.value} {row.detail}{shown}"
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.id in self.shown else Qt.CheckState.Unchecked
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


class RunList(QListView):
    """Click the box (or Space) to show a run on the charts; Enter or a double click opens its network as trained.

    Emits `toggled(run id)`, `chosen(run id)` for the run that the selection moves to, `opened(run id)`,
    `compare_requested(run id)`, `resume_requested(run id)`, `rename_requested(run id)` and `delete_requested(run id)`.
    """

    toggled = Signal(str)
    chosen = Signal(str)
    opened = Signal(str)
    compare_requested = Signal(str)
    resume_requested = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = ""
        self.runs = RunModel(self)
        self.setModel(self.runs)
        self.setItemDelegate(_RunDelegate(self))
        self.setUniformItemSizes(True)
        # Ten thousand rows would take a fifth of a second at once.
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setBatchSize(ROWS_AT_ONCE)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Runs")
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def set_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these runs; the selection stays on its run, or moves to what stands in the place of one that is gone."""
        id, place = self.current_id(), self.currentIndex().row()
        self.runs.set_rows(rows)
        if id and rows and self.runs.place(id) is None:
            id = rows[min(place, len(rows) - 1)].id
        self.choose(id)

    def current_id(self) -> str:
        """The id of the run the keyboard is on, "" if none."""
        place = self.currentIndex().row()
        return self.runs.rows[place].id if 0 <= place < len(self.runs.rows) else ""

    def choose(self, id: str) -> None:
        """Move the selection to a run."""
        place = self.runs.place(id)
        if place is not None:
            self.setCurrentIndex(self.runs.index(place))

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        id = self.current_id()
        if id and id != self._chosen:
            self._chosen = id
            self.chosen.emit(id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        position = event.position().toPoint()
        index = self.indexAt(position)
        in_box = position.x() < self.visualRect(index).left() + px(BOX)
        if index.isValid() and in_box and event.button() == Qt.MouseButton.LeftButton:
            self.toggled.emit(self.runs.rows[index.row()].id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        index = self.indexAt(position)
        if index.isValid() and position.x() >= self.visualRect(index).left() + px(BOX):
            self.opened.emit(self.runs.rows[index.row()].id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        self._open_menu(self.visualRect(self.currentIndex()).center() if by_keyboard else event.pos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        signals = {
            Qt.Key.Key_Space: self.toggled,
            Qt.Key.Key_Return: self.opened,
            Qt.Key.Key_Enter: self.opened,
            Qt.Key.Key_F2: self.rename_requested,
            Qt.Key.Key_Delete: self.delete_requested,
        }
        signal = signals.get(Qt.Key(event.key()))
        if signal is None or not self.current_id():
            super().keyPressEvent(event)
        else:
            signal.emit(self.current_id())

    def _open_menu(self, position: QPoint) -> None:
        index = self.indexAt(position)
        if not index.isValid():
            return
        row = self.runs.rows[index.row()]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = row.id in self.runs.shown
        menu.addAction("Hide from the charts" if shown else "Show on the charts", lambda: self.toggled.emit(row.id))
        menu.addAction("Open the network as trained", lambda: self.opened.emit(row.id))
        menu.addAction("Compare with the open network", lambda: self.compare_requested.emit(row.id))
        if row.state in ("interrupted", "stopped", "failed"):
            menu.addAction("Resume", lambda: self.resume_requested.emit(row.id))
        menu.addAction("Rename…", lambda: self.rename_requested.emit(row.id))
        if row.state not in ("running", "paused"):
            menu.addAction("Delete", lambda: self.delete_requested.emit(row.id))
        menu.popup(self.viewport().mapToGlobal(position))


class _RunDelegate(QStyledItemDelegate):
    def __init__(self, view: RunList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(200), px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._view.runs.rows[index.row()]
        area: QRect = option.rect.adjusted(px(8), 1, -px(8), -1)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_back(painter, area, state)
        self._paint_box(painter, area, row)
        self._paint_text(painter, area, row)
        painter.restore()

    def _paint_back(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent_soft" if selected else "hover"))
            painter.drawRoundedRect(area, 8, 8)

    def _paint_box(self, painter: QPainter, area: QRect, row: RunRow) -> None:
        box = QRect(area.left() + px(8), area.center().y() - 7, 15, 15)
        place = self._view.runs.shown.get(row.id)
        if place is None:
            painter.setPen(QPen(color("text3"), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
            return
        curves = theme().palette.curves
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(curves[place % len(curves)]))
        painter.drawRoundedRect(box, 4, 4)
        tick = pixmap("check", "panel", 13, self._view.devicePixelRatioF())
        painter.drawPixmap(box.topLeft() + QPoint(1, 1), tick)

    def _paint_text(self, painter: QPainter, area: QRect, row: RunRow) -> None:
        left, middle = area.left() + px(32), area.center().y()
        upper = QRect(left, middle - px(19), area.right() - left - px(8), px(19))
        lower = upper.translated(0, px(19))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        troubled = row.state in ("failed", "interrupted")
        painter.setFont(font(13, 600))
        painter.setPen(color("warning" if troubled else "text1"))
        value = row.state if troubled else row.value
        painter.drawText(upper, right, value)
        room = upper.width() - painter.fontMetrics().horizontalAdvance(value) - px(12)
        painter.setPen(color("text1"))
        live = row.state in ("running", "paused")
        name = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, room - (px(44) if live else 0))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, name)
        if live:
            chip_left = left + painter.fontMetrics().horizontalAdvance(name) + px(8)
            self._paint_chip(
                painter,
                QRect(chip_left, upper.top() + 1, px(46), px(17)),
                "live" if row.state == "running" else "paused",
            )
        painter.setFont(font(12))
        painter.setPen(color("text2"))
        painter.drawText(lower, right, row.detail)
        room = lower.width() - painter.fontMetrics().horizontalAdvance(row.detail) - px(12)
        note = painter.fontMetrics().elidedText(row.note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, note)

    def _paint_chip(self, painter: QPainter, area: QRect, text: str) -> None:
        painter.setFont(font(11))
        area.setWidth(painter.fontMetrics().horizontalAdvance(text) + px(10))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("chip"))
        painter.drawRoundedRect(area, 5, 5)
        painter.setPen(color("text1"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def helpEvent(self, event: QEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        return False
