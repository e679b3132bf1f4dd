"""Rows of a data set as a table: the part, the target, then every number of an example."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from widgets.controls import Themed, escape_tip
from widgets.data.samples import Example, Samples, number_text
from widgets.theme import font, px

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
FIXED = ("Part", "Target")


class _RowModel(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.samples: Samples | None = None
        self.examples: Sequence[Example] = ()
        self.names: list[str] = []

    def show(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        self.beginResetModel()
        self.samples, self.examples = samples, examples
        self.names = [*FIXED, *samples.columns()] if samples else []
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.examples)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if index.column() < len(FIXED) else _RIGHT
        if role == Qt.ItemDataRole.DisplayRole and self.samples is not None:
            return self._text(self.samples, self.examples[index.row()], index.column())
        return None

    def _text(self, samples: Samples, example: Example, column: int) -> str:
        if column == 0:
            return samples.parts[example.part].name
        if column == 1:
            return " ".join(samples.target(example).split())
        return number_text(samples.values(example)[column - len(FIXED)].item())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.names):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(self.names[section].split())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if section < len(FIXED) else _RIGHT
        return escape_tip(self.names[section]) if role == Qt.ItemDataRole.ToolTipRole else None


class RowTable(Themed, QTableView):
    """Read only; cells are asked for as they come into sight, so a wide and long table stays quick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _RowModel(self)
        self.setModel(self._model)
        self.setAccessibleName("Samples")
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setStyleSheet("QTableView::item { padding: 0 8px; }")
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.horizontalHeader().setHighlightSections(False)
        self.follow_theme()

    def show_samples(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        """Show these examples, replacing those before."""
        names_before = self._model.names
        self._model.show(samples, examples)
        if self._model.names != names_before:
            self._set_widths()
        self.scrollToTop()

    def examples(self) -> Sequence[Example]:
        """What is shown, in order."""
        return self._model.examples

    def restyle(self) -> None:
        self.setFont(font(12))
        self.horizontalHeader().setFont(font(12, 500))
        self.horizontalHeader().setFixedHeight(px(32))
        self.verticalHeader().setDefaultSectionSize(px(28))
        self._set_widths()

    def _set_widths(self) -> None:
        metrics = self.horizontalHeader().fontMetrics()
        for column, name in enumerate(self._model.names):
            widest = px(180 if column >= len(FIXED) else 130)
            self.setColumnWidth(column, min(max(metrics.horizontalAdvance(name) + px(24), px(84)), widest))
