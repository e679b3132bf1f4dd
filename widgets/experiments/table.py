"""The trials of an experiment as a table, sorted by any column."""

from __future__ import annotations

import csv
import io
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from widgets.controls import Themed, escape_tip
from widgets.experiments.board import Board, Mark
from widgets.theme import font, px

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class _Model(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.board = Board()
        self.marks: list[Mark] = []
        self._order = (-1, Qt.SortOrder.AscendingOrder)

    def show(self, board: Board) -> None:
        self.layoutAboutToBeChanged.emit() if board.columns == self.board.columns else self.beginResetModel()
        same, self.board = board.columns == self.board.columns, board
        self.marks = self._sorted()
        self.layoutChanged.emit() if same else self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self._order = (column, order)
        self.marks = self._sorted()
        self.layoutChanged.emit()

    def _sorted(self) -> list[Mark]:
        """By the column that sorts, what lacks it last; by nothing from the best on."""
        column, order = self._order
        if column < 0:
            return list(self.board.marks)
        known = [mark for mark in self.board.marks if self._key(mark, column) is not None]
        others = [mark for mark in self.board.marks if self._key(mark, column) is None]
        down = order == Qt.SortOrder.DescendingOrder
        return sorted(known, key=lambda mark: self._key(mark, column), reverse=down) + others

    def _key(self, mark: Mark, column: int) -> Any:
        if column < len(mark.places):
            return mark.places[column]
        return mark.value if column == len(mark.places) else mark.state

    def heads(self) -> list[str]:
        return [*(column.title for column in self.board.columns), self.board.metric.title, "State"]

    def cells(self, mark: Mark) -> list[str]:
        return [*mark.texts, mark.text, mark.state]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.marks)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.heads())

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if index.column() == self.columnCount() - 1 else _RIGHT
        text = self.cells(self.marks[index.row()])[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return escape_tip(text)
        return text if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section == self.columnCount() - 1 else _RIGHT
        return self.heads()[section] if role == Qt.ItemDataRole.DisplayRole else None


class TrialTable(Themed, QTableView):
    """`chosen` carries the number of the trial that the selection moves to."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setAccessibleName("Trials")
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setStyleSheet("QTableView::item { padding: 0 8px; }")
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.selectionModel().currentRowChanged.connect(self._tell)
        self.follow_theme()

    def show_board(self, board: Board, trial: int) -> None:
        """Show these results, with one trial chosen."""
        self._model.show(board)
        self.choose(trial)

    def choose(self, trial: int) -> None:
        """Select a trial without telling of it; none is fine."""
        row = next((row for row, mark in enumerate(self._model.marks) if mark.trial == trial), -1)
        blocked = self.selectionModel().blockSignals(True)
        if row >= 0:
            self.selectRow(row)
        else:
            self.clearSelection()
        self.selectionModel().blockSignals(blocked)
        self.viewport().update()

    def as_csv(self) -> str:
        """The table as it is sorted."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([self._model.heads(), *(self._model.cells(mark) for mark in self._model.marks)])
        return text.getvalue()

    def restyle(self) -> None:
        self.setFont(font(12))
        self.horizontalHeader().setFont(font(12, 500))
        self.horizontalHeader().setFixedHeight(px(32))
        self.verticalHeader().setDefaultSectionSize(px(28))

    def _tell(self, current: Index, _before: Index) -> None:
        if current.isValid():
            self.chosen.emit(self._model.marks[current.row()].trial)
