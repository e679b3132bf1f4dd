"""The queue of experiments: each with what varies and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from widgets.basics.deeds import Deed, open_menu
from widgets.controls import Themed, escape_tip, paint_row
from widgets.theme import color, font, px

ROW = 66


class QueueRow(NamedTuple):
    """An experiment: what it is of, what varies, how it stands in words, and the share of its runs that are over."""

    id: str
    title: str
    varies: str
    stands: str
    share: float
    is_live: bool


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        row: QueueRow = index.data(Qt.ItemDataRole.UserRole)  # type: ignore[attr-defined]
        area = QRect(option.rect).adjusted(px(6), px(2), -px(6), -px(2))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row(painter, area, option.state)
        inner = area.adjusted(px(10), px(7), -px(10), -px(8))
        lines = ((row.title, font(13, 600), "text1"), (row.varies, font(12), "text2"), (row.stands, font(11), "text2"))
        top = inner.top()
        for text, face, token in lines:
            painter.setFont(face)
            painter.setPen(color(token))
            metrics = painter.fontMetrics()
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(
                QRect(inner.left(), top, inner.width(), metrics.height()), Qt.AlignmentFlag.AlignLeft, shown
            )
            top += metrics.height()
        track = QRectF(inner.left(), area.bottom() - px(5), inner.width(), px(3))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("active"))
        painter.drawRoundedRect(track, 1.5, 1.5)
        track.setWidth(track.width() * row.share)
        painter.setBrush(color("accent" if row.is_live else "text3"))
        painter.drawRoundedRect(track, 1.5, 1.5)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(px(200), px(ROW))


class QueueList(Themed, QListWidget):
    """`chosen` carries the id of the experiment that the selection moves to; ``deeds`` of it are in its menu."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.deeds: Sequence[Deed] = ()
        """What can be done with the chosen experiment."""
        self.setAccessibleName("Experiments")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.currentItemChanged.connect(self._tell)
        self.follow_theme()

    def show_rows(self, rows: Sequence[QueueRow], chosen: str) -> None:
        """Show these, with one of them chosen; tells of nothing."""
        blocked = self.blockSignals(True)
        while self.count() > len(rows):
            self.takeItem(self.count() - 1)
        while self.count() < len(rows):
            self.addItem(QListWidgetItem())
        for place, row in enumerate(rows):
            item = self.item(place)
            item.setData(Qt.ItemDataRole.UserRole, row)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{row.title}, {row.varies}, {row.stands}")
            item.setToolTip(escape_tip(f"{row.varies}. {row.stands}"))
            if row.id == chosen:
                self.setCurrentItem(item)
        self.blockSignals(blocked)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.currentItem() is not None:
            open_menu(self, self.deeds, event.globalPos())

    def restyle(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole).id)
