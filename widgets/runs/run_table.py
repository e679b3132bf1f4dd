"""A table of runs: a column for everything, rows that can be shown on charts, starred, folded, sorted and chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from widgets.controls import Themed, escape_tip, paint_row
from widgets.runs.run_box import paint_box
from widgets.theme import color, font, pixmap, px

Index = QModelIndex | QPersistentModelIndex
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
NARROWEST, WIDEST, FIRST_WIDEST, PADDING = 64, 220, 360, 24
ROWS_MEASURED, MOST_MEASURED = 60, 40
"""Rows and columns whose words are measured: more would take long."""
BOX, STAR = 38, 24
"""How far the parts of a row's first cell reach that show the run, and that star it."""
INDENT = 16


class Head(NamedTuple):
    """A column: its key, what stands above it, whether it holds numbers, and more words about it."""

    key: str
    title: str
    numeric: bool
    tip: str = ""


class Line(NamedTuple):
    """A row: of a run, or of a group of so many that are folded or not; ``inside`` says that it belongs to one."""

    id: str
    starred: bool = False
    inside: bool = False
    members: int = 0
    folded: bool = False


class TableModel(QAbstractTableModel):
    """Cells are asked for as they come into sight, so ten thousand rows and hundreds of columns stay quick."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heads: Sequence[Head] = ()
        self.lines: Sequence[Line] = ()
        self.shown: Mapping[str, int] = {}
        """Color index of each run on the charts."""
        self._text: Callable[[str, str], str] = lambda id, key: ""

    def show(self, heads: Sequence[Head], lines: Sequence[Line], text: Callable[[str, str], str]) -> None:
        """Show these rows and columns; ``text`` gives what the row of an id says in the column of a key."""
        self.beginResetModel()
        self.heads, self.lines, self._text = heads, lines, text
        self.endResetModel()

    def text(self, row: int, column: int) -> str:
        """What a cell says."""
        return self._text(self.lines[row].id, self.heads[column].key)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return escape_tip(self.text(index.row(), index.column()))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.heads[index.column()].numeric else LEFT
        if role == Qt.ItemDataRole.FontRole and self.lines[index.row()].members:
            return font(12, 600)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return self._spoken(self.lines[index.row()], self.text(index.row(), 0))
        return None

    def _spoken(self, line: Line, name: str) -> str:
        words = [name, "starred" if line.starred else "", "on the charts" if line.id in self.shown else ""]
        words += [f"group of {line.members}, {'folded' if line.folded else 'unfolded'}"] if line.members else []
        return ", ".join(word for word in words if word)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.heads):
            return None
        head = self.heads[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return head.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return escape_tip(head.tip or head.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if head.numeric else LEFT
        return None


class RunTable(Themed, QTableView):
    """Click the box (or Space) to show runs on the charts, the star to star one, a head to sort, Enter to open.

    Emits ids: `toggled`, `starred`, `folded` (a group), `opened`, `rename_requested`, `delete_requested` (a list),
    `menu_requested` (a list, and where); `sort_requested` the key of a column.
    """

    toggled = Signal(str)
    starred = Signal(str)
    folded = Signal(str)
    opened = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(object)
    menu_requested = Signal(object, QPoint)
    sort_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = TableModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_CellDelegate(self))
        self.setAccessibleName("Table of runs")
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSectionsMovable(True)
        header.sectionClicked.connect(lambda place: self.sort_requested.emit(self.rows.heads[place].key))
        self.follow_theme()

    def show_table(self, heads: Sequence[Head], lines: Sequence[Line], text: Callable[[str, str], str]) -> None:
        """Show these rows and columns; what is chosen stays chosen, and wide what was made wide."""
        chosen, current = set(self.chosen()), self.current_id()
        before = [head.key for head in self.rows.heads]
        self.rows.show(heads, lines, text)
        if [head.key for head in heads] != before:
            self._set_widths()
        self.choose(chosen, current)

    def set_shown(self, shown: Mapping[str, int]) -> None:
        """Tell which runs are on the charts, and the color index of each."""
        self.rows.shown = dict(shown)
        self.viewport().update()

    def set_sorted(self, key: str, descending: bool) -> None:
        """Show by which column the rows are sorted, "" for none."""
        place = next((place for place, head in enumerate(self.rows.heads) if head.key == key), -1)
        header = self.horizontalHeader()
        header.setSortIndicatorShown(place >= 0)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        header.setSortIndicator(place, order)

    def chosen(self) -> list[str]:
        """The ids of the rows that are chosen, from the top."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self.rows.lines[row].id for row in rows]

    def current_id(self) -> str:
        """The id of the row the keyboard is on, "" if none."""
        row = self.currentIndex().row()
        return self.rows.lines[row].id if 0 <= row < len(self.rows.lines) else ""

    def choose(self, ids: set[str], current: str = "") -> None:
        """Choose rows by their ids."""
        flags = QItemSelectionModel.SelectionFlag
        for row, line in enumerate(self.rows.lines if ids or current else ()):
            index = self.rows.index(row, 0)
            if line.id in ids:
                self.selectionModel().select(index, flags.Select | flags.Rows)
            if line.id == current:
                self.selectionModel().setCurrentIndex(index, flags.NoUpdate)

    def restyle(self) -> None:
        self.setFont(font(12))
        self.horizontalHeader().setFont(font(12, 500))
        self.horizontalHeader().setFixedHeight(px(32))
        self.verticalHeader().setDefaultSectionSize(px(30))
        self._set_widths()

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or index.column() or event.button() != Qt.MouseButton.LeftButton:
            return
        line, x = self.rows.lines[index.row()], event.position().x() - self.visualRect(index).left()
        x -= px(INDENT) if line.inside else 0
        if 0 <= x < px(BOX):
            self.toggled.emit(line.id)
        elif px(BOX) <= x < px(BOX + STAR):
            (self.folded if line.members else self.starred).emit(line.id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and (index.column() or event.position().x() > px(BOX + STAR)):
            self._open(self.rows.lines[index.row()])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        at = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if at.isValid():
            if not self.selectionModel().isRowSelected(at.row()):
                self.selectRow(at.row())
            middle = self.viewport().mapToGlobal(self.visualRect(at).center())
            self.menu_requested.emit(self.chosen(), event.globalPos() if by_mouse else middle)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ids, row = self.chosen(), self.currentIndex().row()
        line = self.rows.lines[row] if 0 <= row < len(self.rows.lines) else None
        if event.key() == Qt.Key.Key_Space and ids:
            for id in ids:
                self.toggled.emit(id)
        elif event.key() == Qt.Key.Key_Delete and ids:
            self.delete_requested.emit(ids)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and line:
            self._open(line)
        elif event.key() == Qt.Key.Key_F2 and line and not line.members:
            self.rename_requested.emit(line.id)
        else:
            super().keyPressEvent(event)

    def _open(self, line: Line) -> None:
        (self.folded if line.members else self.opened).emit(line.id)

    # Widths

    def _set_widths(self) -> None:
        """Give each column the room that its words need."""
        for column in range(len(self.rows.heads)):
            wanted = self._wanted(column) if column < MOST_MEASURED else px(NARROWEST + PADDING)
            self.setColumnWidth(column, wanted)

    def _wanted(self, column: int) -> int:
        head, cells = self.horizontalHeader().fontMetrics(), self.fontMetrics()
        texts = {self.rows.text(row, column) for row in range(min(len(self.rows.lines), ROWS_MEASURED))}
        widest = max((cells.horizontalAdvance(text) for text in texts), default=0)
        if column == 0:
            return min(widest + px(BOX + STAR + INDENT + PADDING), px(FIRST_WIDEST))
        wide = max(head.horizontalAdvance(self.rows.heads[column].title) + px(16), widest, px(NARROWEST - PADDING))
        return min(wide + px(PADDING), px(WIDEST))


class _CellDelegate(QStyledItemDelegate):
    def __init__(self, view: RunTable) -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line, column = self._view.rows.lines[index.row()], index.column()
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            paint_row(painter, area, option.state & ~QStyle.StateFlag.State_HasFocus)
        text = area.adjusted(px(10), 0, -px(10), 0)
        if column == 0:
            left = area.left() + (px(INDENT) if line.inside else 0)
            corner = QPoint(left + px(14), area.center().y() - 7)
            paint_box(painter, corner, self._view.rows.shown.get(line.id), self._view.devicePixelRatioF())
            self._paint_mark(painter, QRect(left + px(BOX), area.top(), px(STAR), area.height()), line)
            text.setLeft(left + px(BOX + STAR))
        painter.setFont(font(12, 600 if line.members or column == 0 else 400))
        painter.setPen(color("text1" if line.members or column == 0 else "text2"))
        words = painter.fontMetrics().elidedText(index.data() or "", Qt.TextElideMode.ElideMiddle, text.width())
        painter.drawText(text, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), words)
        painter.restore()

    def _paint_mark(self, painter: QPainter, area: QRect, line: Line) -> None:
        """The star of a run; of a group whether it is folded."""
        name = ("chev_r" if line.folded else "chev_d") if line.members else "star"
        token = "text2" if line.members else "warning" if line.starred else "control_line"
        size = px(14)
        at = QPoint(area.left() + px(2), area.center().y() - size // 2)
        painter.drawPixmap(at, pixmap(name, token, size, self._view.devicePixelRatioF()))
