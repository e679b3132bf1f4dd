"""The list of runs: which are shown on the charts, in which color, how each stands. Thousands of rows stay quick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import (
    QModelIndex,
    QPoint,
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
from widgets.controls import paint_row
from widgets.runs.run_box import paint_box
from widgets.runs.run_model import Index, RunModel, RunRow
from widgets.theme import color, font, pixmap, px, theme

ROW = 48
BOX = 38
"""How far the part of a row reaches that shows or hides the run."""
INDENT = 16
LIVE = ("running", "paused")
RESUMABLE = ("interrupted", "stopped", "failed")
STATES = {"running": "live", "finished": ""}
"""What the chip of a state says, where that is not the state itself."""
TROUBLED = ("failed", "interrupted")
MIDDLE = Qt.TextElideMode.ElideMiddle


ROWS_AT_ONCE = 500
"""How many rows get their place in one turn of the event loop."""


class RunList(QListView):
    """Click the box (or Space) to show a run on the charts; Enter or a double click opens its network as trained.

    Emits the run's id: `toggled`, `chosen` for the run that the selection moves to, `only_requested` for it alone on
    the charts, `opened`, `resume_requested`, `rename_requested`, `settings_requested` for its settings in the next run,
    `compare_requested` for its network beside the open one, `copy_requested` for the path of its folder,
    `delete_requested`; `folded` carries the id of a row that stands for several. ``more`` may give more deeds for some.
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
    folded = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chosen = ""
        self.more: Callable[[Sequence[str]], list[Deed]] = lambda ids: []
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
            if not self.runs.rows[self.currentIndex().row()].members:
                self.chosen.emit(id)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        position = event.position().toPoint()
        index = self.indexAt(position)
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        area = self.visualRect(index)
        row = self.runs.rows[index.row()]
        if position.x() < area.left() + px(BOX) + indent_of(row):
            self.toggled.emit(row.id)
        elif row.members:
            self.folded.emit(row.id)
        elif self.offers_resume(index.row()) and resume_area(area).contains(position):
            self.resume_requested.emit(self.runs.rows[index.row()].id)

    def offers_resume(self, place: int) -> bool:
        """Whether the row shows a button that resumes the run: the chosen one does, and the one under the mouse."""
        under = self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())).row() if self.underMouse() else -1
        return self.runs.rows[place].state in RESUMABLE and place in (self.currentIndex().row(), under)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        index = self.indexAt(position)
        row = self.runs.rows[index.row()] if index.isValid() else None
        if row and not row.members and position.x() >= self.visualRect(index).left() + px(BOX):
            self.opened.emit(row.id)

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
        place = self.currentIndex().row()
        if signal not in (None, self.toggled) and place >= 0 and self.runs.rows[place].members:
            signal = self.folded if signal is self.opened else None
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
        if row.members:
            words = "Fold" if row.unfolded else "Unfold"
            shown = "Hide from the charts" if self.runs.color_of(row) is not None else "Show on the charts"
            return [
                Deed(shown, partial(self.toggled.emit, row.id), "Space", part="charts"),
                Deed(words, partial(self.folded.emit, row.id), "Return", part="charts"),
                *self.more(row.members),
            ]
        return self.deeds_of(row)

    def deeds_of(self, row: RunRow) -> list[Deed]:
        """What can be done with one run, listed or not."""
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
        own = [
            Deed(text, partial(signal.emit, row.id), keys, part=part)
            for text, signal, keys, part, offered in deeds
            if offered
        ]
        last = next(place for place, deed in enumerate(own) if deed.part == "folder")
        return [*own[:last], *self.more((row.id,)), *own[last:]]


def indent_of(row: RunRow) -> int:
    """How far a row stands in: a run within a group."""
    return px(INDENT) if row.inside else 0


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
        area: QRect = option.rect.adjusted(px(8) + indent_of(row), 1, -px(8), -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row(painter, area, option.state)
        corner = QPoint(area.left() + px(8), area.center().y() - 7)
        paint_box(painter, corner, self._view.runs.color_of(row), self._view.devicePixelRatioF())
        self._paint_text(painter, area, row, self._view.offers_resume(index.row()))
        if self._view.offers_resume(index.row()):
            self._paint_resume(painter, resume_area(option.rect))
        painter.restore()

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
        mark = ("chev_d" if row.unfolded else "chev_r") if row.members else "star" if row.starred else ""
        room -= px(20) if mark else 0
        name = metrics.elidedText(row.name, MIDDLE, room - (chip_width + px(8) if chip else 0))
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, name)
        start = left + metrics.horizontalAdvance(name) + px(6)
        if mark:
            picture = pixmap(mark, "text2" if row.members else "warning", px(13), self._view.devicePixelRatioF())
            painter.drawPixmap(QPoint(start, upper.center().y() - px(6)), picture)
            start += px(20)
        if chip:
            start += px(2)
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
