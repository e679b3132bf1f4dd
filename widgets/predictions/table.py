"""A table of answers: an example a row, sorted by any column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from widgets.controls import Themed, escape_tip, read_only
from widgets.theme import font, px

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
WIDEST, MEASURED = 320, 100
"""Pixels of a column, and the rows whose words are measured."""


class _Answers(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.names: Sequence[str] = ()
        self.rows: Sequence[Sequence[str]] = ()
        self.numbers: frozenset[int] = frozenset()

    def show(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self.beginResetModel()
        self.names, self.rows = names, rows
        named = enumerate(names)
        self.numbers = frozenset(place for place, name in named if place and not name.lower().endswith("class"))
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() in self.numbers else _LEFT
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.UserRole):
            return None
        text = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.UserRole:
            return float(text) if index.column() in self.numbers else text
        return text if role == Qt.ItemDataRole.DisplayRole else escape_tip(text)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.names):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in self.numbers else _LEFT
        if role == Qt.ItemDataRole.FontRole:  # a header keeps the size of its first font otherwise
            return font(12, 500)
        return self.names[section] if role == Qt.ItemDataRole.DisplayRole else None


class AnswerTable(Themed, QTableView):
    """Read only. `current_changed` carries the number of the example that is looked at, as they were given."""

    current_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answers = _Answers(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self._answers)
        self._sorted.setSortRole(Qt.ItemDataRole.UserRole)
        self.setModel(self._sorted)
        self.setAccessibleName("Answers")
        self.setSortingEnabled(True)
        read_only(self)
        self.selectionModel().currentRowChanged.connect(self._tell)
        self.follow_theme()

    def show_answers(self, names: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show these, in the order in which they were given, and look at the first."""
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._answers.show(names, rows)
        self._set_widths()
        self.selectRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        else:
            super().keyPressEvent(event)

    def copy_rows(self) -> None:
        """Put the selected rows on the clipboard, as spreadsheets take them."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedRows())
        rows = [self._answers.rows[self._sorted.mapToSource(self._sorted.index(row, 0)).row()] for row in chosen]
        if rows:
            QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in (self._answers.names, *rows)))

    def restyle(self) -> None:
        self.setFont(font(12))
        self.horizontalHeader().setFont(font(12, 500))
        self.horizontalHeader().setFixedHeight(px(32))
        self.verticalHeader().setDefaultSectionSize(px(28))
        self._set_widths()

    def _set_widths(self) -> None:
        head, body = self.horizontalHeader().fontMetrics(), self.fontMetrics()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for column, name in enumerate(self._answers.names):
            cells = (body.horizontalAdvance(row[column]) for row in self._answers.rows[:MEASURED])
            widest = max(head.horizontalAdvance(name) + px(20), *cells, px(48))
            self.setColumnWidth(column, min(widest + px(24), px(WIDEST)))
        if self._answers.names and self.horizontalHeader().length() < self.viewport().width():
            self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def _tell(self, current: QModelIndex) -> None:
        if current.isValid():
            self.current_changed.emit(self._sorted.mapToSource(current).row())
