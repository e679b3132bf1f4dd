"""Rows of a data set as a table: the part, the target, then every number of an example."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import prod
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QTableView, QWidget

from widgets.basics.deeds import Deed, open_menu
from widgets.controls import Themed, escape_tip, read_only
from widgets.data.samples import Example, NumberFormat, Samples
from widgets.theme import font, px

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
FIXED = ("Part", "Target")
NARROWEST, WIDEST, PADDING = 64, 180, 24
"""Pixels of a column; a wider one takes what others leave over."""
MOST_TEXTS = 12
"""So many of the longest texts of a column are measured, of which one is the widest."""
MOST_MEASURED, ROWS_MEASURED = 40, 100
"""Columns and rows whose words are measured: more would take long."""


class _RowModel(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.samples: Samples | None = None
        self.examples: Sequence[Example] = ()
        self.names: list[str] = []
        self._formats: dict[int, NumberFormat] = {}

    def show(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        self.beginResetModel()
        self.samples, self.examples = samples, examples
        self.names = [*FIXED, *samples.columns()] if samples else []
        self._formats = {}
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.examples)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.names)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.side(index.column())
        if self.samples is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        text = self.text(index.row(), index.column())
        return text if role == Qt.ItemDataRole.DisplayRole else escape_tip(text)

    def side(self, column: int) -> int:
        """Words stand at the left, numbers at the right."""
        words = column == 0 or self.samples is None or bool(self.samples.words if column > 1 else self.samples.classes)
        return _LEFT if words else _RIGHT

    def text(self, row: int, column: int) -> str:
        """What a cell shows."""
        samples, example = self.samples, self.examples[row]
        assert samples is not None
        if column == 0:
            return samples.parts[example.part].name
        if column > 1:
            return samples.number(example, column - len(FIXED), self._format(column))
        if samples.classes is None and prod(samples.parts[0].y.shape[1:]) == 1:
            return self._format(column).text(samples.parts[example.part].y[example.row].item())
        return " ".join(samples.target(example).split())

    def _format(self, column: int) -> NumberFormat:
        if column not in self._formats and self.samples is not None:
            self._formats[column] = self.samples.format_of(column - len(FIXED), self.examples)
        return self._formats[column]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.names):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(self.names[section].split())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.side(section)
        return escape_tip(self.names[section]) if role == Qt.ItemDataRole.ToolTipRole else None


class RowTable(Themed, QTableView):
    """Read only; cells are asked for as they come into sight, so a wide and long table stays quick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _RowModel(self)
        self.setModel(self._model)
        self.setAccessibleName("Samples")
        read_only(self)
        self._chosen: set[int] = set()
        self._wants: list[int] = []
        """The room that columns need, measured once and not with every step of a resize."""
        self._fitting = False
        self.horizontalHeader().sectionResized.connect(self._choose_width)
        self.follow_theme()

    def show_samples(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        """Show these examples, replacing those before."""
        names_before = self._model.names
        self._model.show(samples, examples)
        if self._model.names != names_before:
            self._chosen.clear()
        self._measure()
        self.scrollToTop()

    def examples(self) -> Sequence[Example]:
        """What is shown, in order."""
        return self._model.examples

    def restyle(self) -> None:
        self.setFont(font(12))
        self.horizontalHeader().setFont(font(12, 500))
        self.horizontalHeader().setFixedHeight(px(32))
        self.verticalHeader().setDefaultSectionSize(px(28))
        self._measure()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        at = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if at.isValid():
            middle = self.viewport().mapToGlobal(self.visualRect(at).center())
            open_menu(self, self.deeds_at(at), event.globalPos() if by_mouse else middle)

    def deeds_at(self, index: QModelIndex) -> list[Deed]:
        """What can be done with a row, which gets selected, and with the cell of it."""
        if not self.selectionModel().isRowSelected(index.row()):
            self.selectRow(index.row())
        count = len(self.selectionModel().selectedRows())
        value = self._model.text(index.row(), index.column())
        return [
            Deed("Copy value", partial(QGuiApplication.clipboard().setText, value)),
            Deed("Copy row" if count < 2 else f"Copy {count:,} rows", self.copy_rows, "Ctrl+C"),
        ]

    def copy_rows(self) -> None:
        """Put the selected rows on the clipboard, as spreadsheets take them."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        names = [self._model.headerData(column, Qt.Orientation.Horizontal) for column in range(len(self._model.names))]
        cells = [[self._model.text(row, column) for column in range(len(names))] for row in rows]
        if cells:
            QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in [names, *cells]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_widths()

    def _choose_width(self, column: int) -> None:
        if not self._fitting:
            self._chosen.add(column)  # by hand: it stays

    def _measure(self) -> None:
        self._wants = [self._wanted(column) for column in range(min(len(self._model.names), MOST_MEASURED))]
        self._set_widths()

    def _set_widths(self) -> None:
        """Give each column the room that its words need, and long words what is left over."""
        widths = [min(width, px(WIDEST)) for width in self._wants]
        left = self.viewport().width() - sum(widths) - max(0, len(self._model.names) - len(widths)) * px(NARROWEST)
        for column, width in enumerate(self._wants):
            more = min(max(left, 0), width - widths[column])
            widths[column] += more
            left -= more
        self._fitting = True
        for column in range(len(self._model.names)):
            if column not in self._chosen:
                self.setColumnWidth(column, widths[column] if column < len(widths) else px(NARROWEST))
        self._fitting = False

    def _wanted(self, column: int) -> int:
        """The room for a column's name and what the first rows hold in it."""
        head, cells = self.horizontalHeader().fontMetrics(), self.fontMetrics()
        texts = {self._model.text(row, column) for row in range(min(len(self._model.examples), ROWS_MEASURED))}
        longest = sorted(texts, key=len)[-MOST_TEXTS:]
        widest = max(map(cells.horizontalAdvance, longest), default=0)
        return max(head.horizontalAdvance(self._model.names[column]), widest, px(NARROWEST - PADDING)) + px(PADDING)
