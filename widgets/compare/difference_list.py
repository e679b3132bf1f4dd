"""The list of differences: what became of which layer or setting, in words and color."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from models.compare import Difference
from widgets.compare.looks import LOOKS
from widgets.controls import paint_row
from widgets.theme import color, font, px, theme

ROW = 30
_WORD = 104
Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


def subject(item: Difference) -> str:
    """What differs, as a row names it: a layer by its name, a setting by the part of the document that holds it."""
    if item.part == "layer":
        return item.name or "layers"
    return f"{item.part} {item.name}" if item.part == "block" else item.part


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.items: list[Difference] = []

    def set_items(self, items: Sequence[Difference]) -> None:
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{LOOKS[item.what].word} {subject(item)}: {item}"
        return None


class DifferenceList(QListView):
    """Rows of differences; several can be selected. `shown` carries the one that the keyboard is on."""

    shown = Signal(object)
    selection_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Differences")
        self.selectionModel().selectionChanged.connect(self.selection_moved)
        theme().changed.connect(self.scheduleDelayedItemsLayout)

    def set_differences(self, items: Sequence[Difference]) -> None:
        """List these; the keyboard stays on the difference that it is on, or at its place."""
        place = self.currentIndex().row()
        key = self._model.items[place].key if 0 <= place < len(self._model.items) else None
        self._model.set_items(items)
        places = [at for at, item in enumerate(items) if item.key == key]
        at = places[0] if places else min(place, len(items) - 1)
        if at >= 0:
            self.setCurrentIndex(self._model.index(at))

    def differences(self) -> list[Difference]:
        """All that is listed."""
        return self._model.items

    def chosen(self) -> list[Difference]:
        """The selected differences, from top to bottom."""
        return [self._model.items[index.row()] for index in sorted(self.selectedIndexes())]

    def choose(self, name: str, *, older: bool) -> bool:
        """Select the first difference of a layer by the id that it has on one side; tells whether there is one."""
        for place, item in enumerate(self._model.items):
            if item.part == "layer" and (item.before if older else item.after) == name:
                self.setCurrentIndex(self._model.index(place))
                return True
        self.clearSelection()
        return False

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if 0 <= current.row() < len(self._model.items):
            self.shown.emit(self._model.items[current.row()])


class _Delegate(QStyledItemDelegate):
    def __init__(self, view: DifferenceList) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(120), px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = self._view.differences()[index.row()]
        look = LOOKS[item.what]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row: QRect = option.rect.adjusted(px(8), 1, -px(8), -1)
        paint_row(painter, row, option.state)
        area = row.adjusted(px(10), 0, -px(10), 0)
        self._write(painter, area, f"{look.sign} {look.word}", look.token, 600)
        area.setLeft(area.left() + px(_WORD))
        used = self._write(painter, area, subject(item), "text1", 600)
        area.setLeft(area.left() + used + px(10))
        self._write(painter, area, str(item), "text2", 400)
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, area: QRect, text: str, token: str, weight: int) -> int:
        """Write as much as has room; returns its width."""
        painter.setFont(font(12, weight))
        painter.setPen(color(token))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(area.width(), 0))
        painter.drawText(area, _LINE, shown)
        return painter.fontMetrics().horizontalAdvance(shown)
