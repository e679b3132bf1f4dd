"""The table of layers as an exam lays it out: sortable, with totals, copied as CSV, Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from models.document import DocumentChange, Sheet
from widgets.basics.deeds import Deed
from widgets.basics.following import Following, renamed
from widgets.basics.painted import painted
from widgets.controls import Themed
from widgets.drawer.layer_model import DEPTH, FIRST_NUMBER, HEADERS, UNFOLDED, Cell, Index, LayerModel
from widgets.drawer.table_text import as_csv, as_latex, as_markdown
from widgets.theme import Menu, color, font, pixmap, px

WEIGHTS = (14, 18, 9, 10, 8, 9, 11, 12, 13)
"""Shares of the width that the columns take."""
NARROWEST = 700
FOLD = 16
"""What a level of blocks is set in by; the chevron of a block stands there."""
SHORT = {"Output C": "Out C", "Parameters": "Params", "Multiply-adds": "Mult-adds", "Receptive field": "Receptive"}
"""What headings shrink to where they do not fit."""
RIGHT = tuple(column >= FIRST_NUMBER for column in range(len(HEADERS)))
FORMS = (("csv", "CSV"), ("markdown", "Markdown"), ("latex", "LaTeX"))
"""The forms in which the table is copied, and their names."""
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class _Header(Themed, QHeaderView):
    """Names of the columns; the one that sorts carries a chevron."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSectionsClickable(True)
        self.setSortIndicatorShown(True)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHighlightSections(False)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(12))
        self.setFixedHeight(px(34))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.fillRect(rect, color("panel"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, color("separator"))
        text = str(self.model().headerData(section, Qt.Orientation.Horizontal))
        sorts = self.sortIndicatorSection() == section
        area = padded(rect, section)
        painter.setFont(self.font())
        painter.setPen(color("text1" if sorts else "text2"))
        if painter.fontMetrics().horizontalAdvance(text) > area.width():
            text = SHORT.get(text, text)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, _LINE | _side(section), shown)
        if sorts:
            name = "chev_u" if self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder else "chev_d"
            width = painter.fontMetrics().horizontalAdvance(shown)
            x = area.right() - width - px(14) if RIGHT[section] else area.left() + width + px(4)
            mark = pixmap(name, "text2", px(11), painter.device().devicePixelRatioF())
            painter.drawPixmap(x, area.center().y() - px(5), mark)


class _Delegate(QStyledItemDelegate):
    """Cells in line with their headings, over the fill of the chosen rows."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        column, area = index.column(), QRect(option.rect)
        roles = Qt.ItemDataRole
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, color("accent_soft"))
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, color("separator"))
        inner = padded(area, column)
        if column == 0:
            inner.setLeft(inner.left() + px(FOLD) * (index.data(DEPTH) or 0))
            self._chevron(painter, inner, index.data(UNFOLDED))
        mark = index.data(roles.DecorationRole)
        if mark is not None:
            size = px(16)
            mark.paint(painter, QRect(inner.left(), inner.center().y() - size // 2 + 1, size, size))
            inner.setLeft(inner.left() + size + px(7))
        painter.setFont(index.data(roles.FontRole))
        painter.setPen(index.data(roles.ForegroundRole))
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, _LINE | _side(column), text)

    @staticmethod
    def _chevron(painter: QPainter, area: QRect, unfolded: bool | None) -> None:
        """Before a block: whether its layers are shown below it."""
        if unfolded is not None:
            name, ratio = "chev_d" if unfolded else "chev_r", painter.device().devicePixelRatioF()
            painter.drawPixmap(area.left() - px(14), area.center().y() - px(5), pixmap(name, "text2", px(11), ratio))


def padded(area: QRect, column: int) -> QRect:
    """The part of a cell that text may fill."""
    left, right = (16 if column == 0 else 8), (16 if column == len(HEADERS) - 1 else 8)
    return area.adjusted(px(left), 0, -px(right), 0)


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if RIGHT[column] else Qt.AlignmentFlag.AlignLeft


class _Table(Themed, QTableView):
    """Rows 26 high, chosen as wholes, with the columns sharing the width."""

    copy_requested = Signal()
    menu_requested = Signal(QPoint)

    def __init__(self, model: LayerModel) -> None:
        super().__init__()
        self._layers = model
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setHorizontalHeader(_Header())
        self.verticalHeader().hide()
        self.setSortingEnabled(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.horizontalHeader().setAccessibleName("Columns of the layers")
        self.setCornerButtonEnabled(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Layers with shapes and counts")
        self.follow_theme()

    def restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(px(26))
        self.verticalHeader().setMinimumSectionSize(px(20))
        self.setIconSize(QSize(px(16), px(16)))
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left) and row >= 0:
            self.fold(row, unfold=event.key() == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        start = padded(self.visualRect(index), 0).left() + px(FOLD) * ((index.data(DEPTH) or 1) - 1)
        if index.column() == 0 and index.data(UNFOLDED) is not None and event.position().x() < start + px(FOLD):
            self.fold(index.row(), unfold=not index.data(UNFOLDED))
        else:
            super().mousePressEvent(event)

    def fold(self, row: int, *, unfold: bool) -> None:
        """Show the layers of the block in a row, or show them no more; Left within a block goes up to it first."""
        path = self._layers.ids()[row]
        if not unfold and not self._layers.is_unfolded(path) and "/" in path:
            path = path.rpartition("/")[0]
        self._layers.fold(path, unfold=unfold)
        self.setCurrentIndex(self._layers.index(self._layers.place(path), 0))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selectionModel().hasSelection():
            by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
            row = self.visualRect(self.currentIndex()).bottomLeft()
            self.menu_requested.emit(self.viewport().mapToGlobal(row) if by_keyboard else event.globalPos())

    def _share_width(self) -> None:
        width = max(self.viewport().width(), px(NARROWEST))
        for column, weight in enumerate(WEIGHTS):
            self.setColumnWidth(column, width * weight // sum(WEIGHTS))


class _Totals(Themed, QWidget):
    """The sums beneath the table, each under its column."""

    def __init__(self, table: _Table) -> None:
        super().__init__()
        self._table = table
        self._cells: Sequence[Cell] = ()
        table.horizontalHeader().sectionResized.connect(self.update)
        table.horizontalScrollBar().valueChanged.connect(self.update)
        self.follow_theme()

    def show_cells(self, cells: Sequence[Cell]) -> None:
        """Show other sums."""
        self._cells = cells
        words = [f"{name} {cell.shown}" for name, cell in zip(HEADERS, cells, strict=False) if cell.shown]
        self.setAccessibleName(", ".join(words))
        self.update()

    def restyle(self) -> None:
        self.setFont(font(12, 600))
        self.setFixedHeight(px(28))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, color("separator"))
        painter.setPen(color("text1"))
        for column, cell in enumerate(self._cells):
            painter.drawText(self._place(column), _LINE | _side(column), cell.shown)

    def _place(self, column: int) -> QRect:
        """The area of a sum: a number may begin in the columns before it, as far as nothing stands there."""
        header = self._table.horizontalHeader()
        left = header.sectionViewportPosition(column)
        place = padded(QRect(left, 0, header.sectionSize(column), self.height()), column)
        while RIGHT[column] and column and not self._cells[column - 1].shown:
            column -= 1
            place.setLeft(header.sectionViewportPosition(column))
        return place


class LayerTable(QWidget):
    """All layers of a document. Follows it while it is given one; the selection goes both ways. Blocks unfold by a
    click on their chevron, or by Right; a row within one stands for the block.

    `menu_requested` asks, at a point of the screen, for what can be done with the chosen layers.
    """

    selection_requested = Signal(list)
    menu_requested = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = LayerModel(self)
        self.table = _Table(self.model)
        self._totals = _Totals(self.table)
        self._chosen: tuple[str, ...] = ()
        self._quiet = False
        self._stale = False
        # Rows that are new, and a table that is just being shown, are laid out before it.
        self._revealer = QTimer(self, singleShot=True, interval=0)
        self._revealer.timeout.connect(self._reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self._totals)
        self.setFocusProxy(self.table)
        self.copy_menu = self._make_copy_menu()
        self.table.copy_requested.connect(lambda: self.copy("csv"))
        self.table.menu_requested.connect(self.menu_requested)
        self.table.selectionModel().selectionChanged.connect(self._selected)
        self.model.modelReset.connect(self._show_selection)
        self._following = Following(self, self._follow_change)

    def set_document(self, document: Sheet | None) -> None:
        """Show another document."""
        self._following.follow(document)
        self._chosen = ()
        self._stale = True
        if self.isVisible() or document is None:
            self._refresh()

    def set_selection(self, ids: Iterable[str]) -> None:
        """Choose the rows of these nodes, without asking for it in turn."""
        before, self._chosen = self._chosen, tuple(ids)
        if self.isVisible() and set(before) == set(self._chosen):
            return  # what was chosen here, perhaps by rows within blocks
        if self.isVisible():
            self._show_selection()
            self._revealer.start()
        else:
            self._stale = True

    def _reveal(self) -> None:
        first = next((self.model.place(id) for id in self._chosen if self.model.place(id) >= 0), -1)
        if first >= 0:
            self.table.scrollTo(self.model.index(first, 0))

    def selected(self) -> list[str]:
        """The ids of the chosen rows, from top to bottom."""
        self._refresh()
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return list(dict.fromkeys(self.model.ids()[row].partition("/")[0] for row in rows))

    def text(self, form: str, ids: Sequence[str] | None = None) -> str:
        """The table as "csv", "markdown" or "latex": the rows of ``ids``, or all of them with the totals."""
        self._refresh()
        rows = [[cell.exact for cell in self.model.cells(id)] for id in (self.model.ids() if ids is None else ids)]
        if ids is None:
            rows.append([cell.exact for cell in self.model.totals()])
        if form == "csv":
            return as_csv(HEADERS, rows)
        return as_markdown(HEADERS, rows, RIGHT) if form == "markdown" else as_latex(HEADERS, rows, RIGHT)

    def copy(self, form: str) -> None:
        """Put the chosen rows, or the whole table if fewer than two are chosen, on the clipboard."""
        chosen = self.selected()
        QGuiApplication.clipboard().setText(self.text(form, chosen if len(chosen) > 1 else None))

    def deeds(self) -> list[Deed]:
        """The forms in which the rows can be copied."""
        return [Deed(words, partial(self.copy, form), part="rows", submenu="Copy as") for form, words in FORMS]

    def _make_copy_menu(self) -> Menu:
        menu = Menu(self)
        for form, words in FORMS:
            menu.addAction(f"As {words}").triggered.connect(lambda _=False, form=form: self.copy(form))
        return menu

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        """Catch up with what happened while the table was out of sight."""
        if self._stale:
            self._stale = False
            self.model.set_document(self._following.document)
            self._totals.show_cells(self.model.totals())
            self._revealer.start()

    def _follow_change(self, change: DocumentChange) -> None:
        self._chosen = renamed(self._chosen, change, self._following.document)
        if self.isVisible():
            self.model.follow(change)
            self._totals.show_cells(self.model.totals())
        else:
            self._stale = True

    def _selected(self) -> None:
        if not self._quiet:
            self._chosen = tuple(self.selected())
            self.selection_requested.emit(list(self._chosen))

    def _show_selection(self) -> None:
        selection = QItemSelection()
        last = len(HEADERS) - 1
        for first, end in _runs(sorted(self.model.place(id) for id in self._chosen)):
            selection.select(self.model.index(first, 0), self.model.index(end, last))
        self._quiet = True
        try:
            flags = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().select(selection, flags.ClearAndSelect | flags.Rows)
        finally:
            self._quiet = False


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Neighboring rows joined into (first, last), those that are not there (-1) left out."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if place < 0:
            continue
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
