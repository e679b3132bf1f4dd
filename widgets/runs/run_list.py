"""The list of runs: which are shown on the charts, in which color, how each stands. Thousands of rows stay quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QCursor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from widgets.basics.deeds import Deed, open_menu
from widgets.charts.painting.style import dashes_of, draw_sample, hue_of
from widgets.controls import paint_row
from widgets.theme import color, font, pixmap, px, theme

ROW = 48
BOX = 38
"""How far the part of a row reaches that shows or hides the run."""
LIVE = ("running", "paused")
RESUMABLE = ("interrupted", "stopped", "failed")
STATES = {"running": "live", "finished": ""}
"""What the chip of a state says, where that is not the state itself."""
TROUBLED = ("failed", "interrupted")
Index = QModelIndex | QPersistentModelIndex
MIDDLE = Qt.TextElideMode.ElideMiddle


ROWS_AT_ONCE = 500
"""How many rows get their place in one turn of the event loop."""


class RunRow(NamedTuple):
    """What one row shows: ``state`` as the run folder names it, ``value`` such as “94.6 %”, ``detail`` such as
    “20 of 20”, ``note`` what was special about the run, ``tip`` more of it, such as why it ended."""

    id: str
    name: str
    note: str
    state: str
    value: str
    detail: str
    tip: str = ""


class RunModel(QAbstractListModel):
    """Rows and which of them are shown on the charts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self.shown: dict[str, int] = {}
        """Color index of each run on the charts."""
        self.names: dict[str, str] = {}
        """What tells the runs on the charts apart."""

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

    def set_shown(self, shown: Mapping[str, int], names: Mapping[str, str] | None = None) -> None:
        """Tell which runs are on the charts, the color index of each, and what tells them apart."""
        self.shown, self.names = dict(shown), dict(names or {})
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def note(self, row: RunRow) -> str:
        """What stands beneath the name of a run: on the charts, what tells it from the others there."""
        name = self.names.get(row.id, row.name)
        return row.note if name == row.name else name

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
        if role == Qt.ItemDataRole.ToolTipRole:
            return "".join(f"<p>{escape(text)}</p>" for text in (row.name, self.note(row), row.tip) if text)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.id in self.shown else Qt.CheckState.Unchecked
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled


class RunList(QListView):
    """Click the box (or Space) to show a run on the charts; Enter or a double click opens its network as trained.

    Emits the run's id: `toggled`, `chosen` for the run that the selection moves to, `only_requested` for it alone on
    the charts, `opened`, `resume_requested`, `rename_requested`, `settings_requested` for its settings in the next run,
    `compare_requested` for its network beside the open one, `copy_requested` for the path of its folder,
    `delete_requested`.
    """

    toggled = Signal(str)
    chosen = Signal(str)
    only_requested = Signal(str)
    opened = Signal(str)
    compare_requested = Signal(str)
    resume_requested = Signal(str)
    rename_requested = Signal(str)
    settings_requested = Signal(str)
    copy_requested = Signal(str)
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

    def choose_none(self) -> None:
        """Take the selection away."""
        self._chosen = ""
        self.setCurrentIndex(QModelIndex())

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
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        area = self.visualRect(index)
        if position.x() < area.left() + px(BOX):
            self.toggled.emit(self.runs.rows[index.row()].id)
        elif self.offers_resume(index.row()) and resume_area(area).contains(position):
            self.resume_requested.emit(self.runs.rows[index.row()].id)

    def offers_resume(self, place: int) -> bool:
        """Whether the row shows a button that resumes the run: the chosen one does, and the one under the mouse."""
        under = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())).row() if self.underMouse() else -1
        return self.runs.rows[place].state in RESUMABLE and place in (self.currentIndex().row(), under)

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
        if index.isValid():
            open_menu(self, self._deeds(self.runs.rows[index.row()]), self.viewport().mapToGlobal(position))

    def deeds(self) -> list[Deed]:
        """What can be done with the chosen run."""
        place = self.runs.place(self.current_id())
        return [] if place is None else self._deeds(self.runs.rows[place])

    def _deeds(self, row: RunRow) -> list[Deed]:
        shown = "Hide from the charts" if row.id in self.runs.shown else "Show on the charts"
        deeds = [
            (shown, self.toggled, "Space", "charts", True),
            ("Show only this run", self.only_requested, "", "charts", True),
            ("Resume", self.resume_requested, "", "use", row.state in RESUMABLE),
            ("Open the network as trained", self.opened, "Return", "use", True),
            ("Compare with the open network", self.compare_requested, "", "use", True),
            ("Use its settings for the next run", self.settings_requested, "", "use", True),
            ("Rename…", self.rename_requested, "F2", "folder", True),
            ("Copy the path of its folder", self.copy_requested, "", "folder", True),
            ("Delete", self.delete_requested, "Del", "folder", row.state not in LIVE),
        ]
        return [
            Deed(text, partial(signal.emit, row.id), keys, part=part)
            for text, signal, keys, part, offered in deeds
            if offered
        ]


def resume_area(row: QRect) -> QRect:
    """Where the button that resumes a run lies in its row."""
    return QRect(row.right() - px(16 + 62), row.center().y() + 1, px(62), px(20))


class _RunDelegate(QStyledItemDelegate):
    def __init__(self, view: RunList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(200), px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = self._view.runs.rows[index.row()]
        area: QRect = option.rect.adjusted(px(8), 1, -px(8), -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row(painter, area, option.state)
        self._paint_box(painter, area, row)
        self._paint_text(painter, area, row, self._view.offers_resume(index.row()))
        if self._view.offers_resume(index.row()):
            self._paint_resume(painter, resume_area(option.rect))
        painter.restore()

    def _paint_box(self, painter: QPainter, area: QRect, row: RunRow) -> None:
        box = QRect(area.left() + px(8), area.center().y() - 7, 15, 15)
        place = self._view.runs.shown.get(row.id)
        if place is None:
            painter.setPen(QPen(color("text3"), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 4, 4)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hue_of(place))
        painter.drawRoundedRect(box, 4, 4)
        tick = pixmap("check", "panel", 13, self._view.devicePixelRatioF())
        painter.drawPixmap(box.topLeft() + QPoint(1, 1), tick)
        if dashes_of(place):  # where the color alone does not say which curve it is
            draw_sample(painter, QPointF(box.left() - 4, box.bottom() + px(7)), 23, place)

    def _paint_text(self, painter: QPainter, area: QRect, row: RunRow, resumes: bool) -> None:
        left, middle = area.left() + px(32), area.center().y()
        upper = QRect(left, middle - px(19), area.right() - left - px(8), px(19))
        lower = upper.translated(0, px(19))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font(13, 600))
        painter.setPen(color("text1"))
        painter.drawText(upper, right, row.value)
        metrics = painter.fontMetrics()
        room = upper.width() - metrics.horizontalAdvance(row.value) - px(12)
        chip = STATES.get(row.state, row.state)
        chip_width = QFontMetrics(font(11)).horizontalAdvance(chip) + px(10) if chip else 0
        name = metrics.elidedText(row.name, MIDDLE, room - (chip_width + px(8) if chip else 0))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, name)
        if chip:
            start = left + metrics.horizontalAdvance(name) + px(8)
            self._paint_chip(painter, QRect(start, upper.top() + 1, chip_width, px(17)), chip, row.state)
        painter.setFont(font(12))
        painter.setPen(color("text2"))
        room = lower.width() - px(70)
        if not resumes:
            painter.drawText(lower, right, row.detail)
            room = lower.width() - painter.fontMetrics().horizontalAdvance(row.detail) - px(12)
        note = painter.fontMetrics().elidedText(self._view.runs.note(row), MIDDLE, room)
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, note)

    def _paint_resume(self, painter: QPainter, area: QRect) -> None:
        painter.setPen(QPen(color("control_line"), 1))
        painter.setBrush(color("raised"))
        painter.drawRoundedRect(area, 6, 6)
        painter.setFont(font(11, 500))
        painter.setPen(color("text1"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "Resume")

    def _paint_chip(self, painter: QPainter, area: QRect, text: str, state: str) -> None:
        painter.setFont(font(11))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_soft" if state == "running" else "chip"))
        painter.drawRoundedRect(area, 5, 5)
        painter.setPen(color("warning" if state in TROUBLED else "accent" if state == "running" else "text1"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)
