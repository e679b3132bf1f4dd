"""A table of facts, sorted by any column, with a histogram behind each row where there are some."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from widgets.controls import Themed, escape_tip
from widgets.data.seen.listing import Line, Listing
from widgets.data.split_bar import part_color
from widgets.theme import font, px

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
MOST_IN_SIGHT = 12
"""Rows of a table that are shown without scrolling in it."""
WIDEST_WORDS, WIDTH_OF_BARS = 260, 84
"""Pixels of the design."""
PADDING = 24
ROW, HEAD = 28, 32
MOST_MEASURED = 200
"""Rows whose words are measured: more would take long."""
COUNTS = int(Qt.ItemDataRole.UserRole)


class _Model(QAbstractTableModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.listing = Listing("", "", "", (), ())
        self.lines: list[Line] = []

    def show(self, listing: Listing) -> None:
        self.beginResetModel()
        self.listing, self.lines = listing, list(listing.lines)
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self.layoutAboutToBeChanged.emit()
        self.lines = list(self.listing.lines)
        if 0 <= column < len(self.listing.heads):
            down = order == Qt.SortOrder.DescendingOrder
            self.lines.sort(key=lambda line: line.ranks[column], reverse=down)
        self.layoutChanged.emit()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.heads)

    @property
    def heads(self) -> tuple[str, ...]:
        return (*self.listing.heads, self.listing.bars) if self.listing.bars else self.listing.heads

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self.lines[index.row()], index.column()
        if role == COUNTS:
            return line.counts if column == len(self.listing.heads) else ()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(column)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) or column >= len(line.texts):
            return None
        text = line.texts[column]
        return " ".join(text.split()) if role == Qt.ItemDataRole.DisplayRole else escape_tip(text)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.heads):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        return self.heads[section] if role == Qt.ItemDataRole.DisplayRole else None

    def _side(self, column: int) -> int:
        return _LEFT if column < self.listing.words or column >= len(self.listing.heads) else _RIGHT


class _Bars(QStyledItemDelegate):
    """Paints histograms; everything else as it is."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        counts = index.data(COUNTS)
        if not counts:
            return
        area = QRectF(option.rect).adjusted(px(8), px(5), -px(8), -px(5))
        step, most = area.width() / len(counts), max(counts) or 1
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(part_color(0))
        for place, count in enumerate(counts):
            height = max(area.height() * count / most, 1.0 if count else 0.0)
            painter.drawRect(QRectF(area.left() + place * step, area.bottom() - height, max(step - 1, 1), height))
        painter.restore()


class FactTable(Themed, QTableView):
    """`chosen` carries the key of the row that is clicked, or on which Enter is pressed."""

    chosen = Signal(str)

    def __init__(self, listing: Listing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Bars(self))
        self.setAccessibleName(listing.title)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setStyleSheet("QTableView::item { padding: 0 8px; }")
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.clicked.connect(self._tell)
        self.activated.connect(self._tell)
        self._model.show(listing)
        self.follow_theme()

    def lines(self) -> list[Line]:
        """The rows in the order in which they stand."""
        return self._model.lines

    def restyle(self) -> None:
        self.setFont(font(12))
        self.horizontalHeader().setFont(font(12, 500))
        self.horizontalHeader().setFixedHeight(px(HEAD))
        self.verticalHeader().setDefaultSectionSize(px(ROW))
        self._set_widths()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        rows = min(self._model.rowCount(), MOST_IN_SIGHT)
        bar = self.horizontalScrollBar().sizeHint().height() if self._is_wide() else 0
        return QSize(super().sizeHint().width(), px(HEAD) + rows * px(ROW) + bar + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(160), self.sizeHint().height())

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def _is_wide(self) -> bool:
        return self.horizontalHeader().length() > self.viewport().width()

    def _set_widths(self) -> None:
        """As wide as the words need, up to a limit; what is left over goes to a last one of bars or words."""
        listing, header = self._model.listing, self.horizontalHeader()
        header.setMinimumSectionSize(px(40))
        for column, head in enumerate(self._model.heads):
            if column >= len(listing.heads):
                self.setColumnWidth(column, px(WIDTH_OF_BARS))
                continue
            texts = {line.texts[column] for line in listing.lines[:MOST_MEASURED]}
            wanted = max(
                [header.fontMetrics().horizontalAdvance(head), *map(self.fontMetrics().horizontalAdvance, texts)]
            )
            most = px(WIDEST_WORDS) if column < listing.words else wanted
            self.setColumnWidth(column, min(wanted, most) + px(PADDING))
        # A number stays beside those before it.
        header.setStretchLastSection(bool(listing.bars) or listing.words == len(listing.heads))

    def _tell(self, index: QModelIndex) -> None:
        key = self._model.lines[index.row()].key
        if key:
            self.chosen.emit(key)
