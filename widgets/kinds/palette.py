"""The palette: every layer kind by family, searchable, to be dragged onto the canvas or added by Enter."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QAbstractItemModel,
    QByteArray,
    QEvent,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QDrag,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from widgets.controls import KeyCap, Label, Paragraph, SearchField, Separator, Themed, escape_tip
from widgets.controls.base import BY_KEYBOARD
from widgets.kinds.catalog import MIME, Kind, closest, families, family_icon, family_token, found, not_found
from widgets.kinds.tile import drag_pixmap
from widgets.theme import color, font, pixmap, px

KIND = Qt.ItemDataRole.UserRole
FAMILY = Qt.ItemDataRole.UserRole + 1
COUNT = Qt.ItemDataRole.UserRole + 2
NOTE = Qt.ItemDataRole.UserRole + 3
SPEC = Qt.ItemDataRole.UserRole + 4

Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class _Model(QStandardItemModel):
    """Families with kinds beneath, or the flat result of a search; kinds can be dragged."""

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Iterable[QModelIndex]) -> QMimeData:
        data = QMimeData()
        for index in indexes:
            data.setData(MIME, QByteArray(str(index.data(KIND) or "").encode()))
        return data

    def show_families(self, blocks: Iterable[Kind]) -> None:
        """One row a family, its kinds beneath."""
        self.clear()
        for family, kinds in families(blocks):
            row = _item(family, FAMILY, family)
            row.setData(len(kinds), COUNT)
            row.setData(f"{family}, {len(kinds)} layers", Qt.ItemDataRole.AccessibleTextRole)
            row.setDragEnabled(False)
            for kind in kinds:
                row.appendRow(_kind_item(kind))
            self.appendRow(row)

    def show_kinds(self, kinds: Iterable[Kind]) -> None:
        """One row a kind, with its friendly name beside it."""
        self.clear()
        for kind in kinds:
            row = _kind_item(kind)
            row.setData(kind.title if kind.title != kind.kind else "", NOTE)
            self.appendRow(row)


def _item(text: str, role: int, value: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setEditable(False)
    item.setData(value, role)
    return item


def _kind_item(kind: Kind) -> QStandardItem:
    item = _item(kind.kind, KIND, kind.kind)
    item.setData(kind.family, FAMILY)
    item.setData(kind, SPEC)
    item.setData(f"{kind.kind}, {kind.title}", Qt.ItemDataRole.AccessibleTextRole)
    item.setToolTip(escape_tip(f"{kind.title}. {kind.help}" if kind.help else kind.title))
    return item


def _plain(index: Index) -> QModelIndex:
    return index.model().index(index.row(), index.column(), index.parent())


class _Delegate(QStyledItemDelegate):
    """Draws families 30 high with icon and count, kinds 27 high with a dot and a handle for dragging."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if index.data(KIND):
            last = index.parent().isValid() and index.row() == index.model().rowCount(index.parent()) - 1
            return QSize(px(120), px(31 if last else 27))
        return QSize(px(120), px(30))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRect(option.rect)
        area.setHeight(min(area.height(), px(27 if index.data(KIND) else 30)))
        self._paint_back(painter, option, area)
        if index.data(KIND):
            self._paint_kind(painter, option, area, index)
        else:
            self._paint_family(painter, option, area, index)
        painter.restore()

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect) -> None:
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = chosen and bool(option.state & QStyle.StateFlag.State_HasFocus)
        if not (hovered or focused):
            return
        painter.setPen(QPen(color("accent"), 2) if focused else Qt.PenStyle.NoPen)
        painter.setBrush(color("hover"))
        painter.drawRoundedRect(QRectF(area).adjusted(px(8), 1, -px(8), -1), 8, 8)

    def _paint_family(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, index: Index) -> None:
        view = option.widget
        expanded = isinstance(view, QTreeView) and view.isExpanded(_plain(index))
        ratio = painter.device().devicePixelRatioF()
        middle = area.center().y() + 1
        painter.drawPixmap(px(13), middle - px(7), pixmap("chev_d" if expanded else "chev_r", "text3", px(14), ratio))
        family = str(index.data(FAMILY))
        painter.drawPixmap(px(30), middle - px(8), pixmap(family_icon(family), family_token(family), px(16), ratio))
        painter.setFont(font(12))
        count = str(index.data(COUNT))
        width = painter.fontMetrics().horizontalAdvance(count)
        painter.setPen(color("text3"))
        painter.drawText(area.adjusted(0, 0, -px(17), 0), _LINE | Qt.AlignmentFlag.AlignRight, count)
        painter.setFont(font(13, 600))
        _elided(painter, area.adjusted(px(54), 0, -px(25) - width, 0), family, "text1")

    def _paint_kind(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, index: Index) -> None:
        hovered = bool(option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(family_token(str(index.data(FAMILY)))))
        painter.drawEllipse(QRectF(px(36), area.center().y() - px(2) + 0.5, px(4), px(4)))
        right = px(17)
        if hovered:
            right = px(30)
            grip = pixmap("grip", "text3", px(14), painter.device().devicePixelRatioF())
            painter.drawPixmap(area.right() - px(28), area.center().y() - px(6), grip)
        text = area.adjusted(px(54), 0, -right, 0)
        painter.setFont(font(13))
        used = _elided(painter, text, str(index.data(KIND)), "text1" if hovered else "text2")
        note = str(index.data(NOTE) or "")
        if note and text.width() - used > px(40):
            painter.setFont(font(11))
            _elided(painter, text.adjusted(used + px(8), 0, 0, 0), note, "text3")


def _elided(painter: QPainter, area: QRect, text: str, token: str) -> int:
    painter.setPen(color(token))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, _LINE, shown)
    return painter.fontMetrics().horizontalAdvance(shown)


class _Tree(Themed, QTreeView):
    """The list itself: one click folds a family, Enter or a double click chooses a kind."""

    chosen = Signal(str)
    dropped = Signal()
    left_upwards = Signal()

    def __init__(self, model: QAbstractItemModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(_Delegate(self))
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setUniformRowHeights(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setAccessibleName("Layers by family")
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(font(13))
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def startDrag(self, actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if not index.data(KIND):
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        drag.setPixmap(drag_pixmap(index.data(SPEC), self.devicePixelRatioF()))
        drag.setHotSpot(QPoint(px(38), px(38)))  # what the canvas says stands beneath the pointer
        if drag.exec(Qt.DropAction.CopyAction) == Qt.DropAction.CopyAction:
            self.dropped.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and not index.data(KIND):
            self.setExpanded(index, not self.isExpanded(index))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self._choose(self.indexAt(event.position().toPoint()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(index)
            if not index.data(KIND):
                self.setExpanded(index, not self.isExpanded(index))
        elif event.key() == Qt.Key.Key_Up and not self.indexAbove(index).isValid():
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # Qt makes a row the current one, but only what is selected shows where the keyboard is.
        if event.reason() in BY_KEYBOARD and not self.selectionModel().hasSelection():
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and index.data(KIND):
            self.chosen.emit(str(index.data(KIND)))


class _Hint(QWidget):
    """How to add a layer, at the foot of the palette."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(17, 12, 12, 12)
        column.setSpacing(3)
        words = Paragraph("Drag a layer onto the canvas,\ndrop it on a wire to insert it,", 12, 400, "text3")
        column.addWidget(words)
        row = QHBoxLayout()
        row.setSpacing(7)
        row.addWidget(Label("or press", 12, 400, "text3"))
        row.addWidget(KeyCap("Tab"))
        row.addWidget(Label("on the canvas.", 12, 400, "text3"))
        row.addStretch()
        column.addLayout(row)


class Palette(Themed, QWidget):
    """All layer kinds. `chosen` carries the kind that Enter or a double click picked; dragging carries `MIME`."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layers")
        self._expanded = {"Convolution", "Pooling"}
        self._blocks: tuple[Kind, ...] = ()
        self.search = SearchField("Search layers", "Tab")
        self._empty = Paragraph("", 12, 400, "text3")
        self._empty.setObjectName("empty")
        self._empty.set_padding(17, 4, 12, 8)
        self._empty.hide()
        self._model = _Model(self)
        self._tree = _Tree(self._model, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(0)
        top = QHBoxLayout()
        top.setContentsMargins(12, 0, 12, 12)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self._empty)
        column.addWidget(self._tree, 1)
        column.addWidget(Separator())
        column.addWidget(_Hint())
        self.setFocusProxy(self.search)
        self._connect()
        self.refresh()
        self.follow_theme()

    def _connect(self) -> None:
        self.search.textChanged.connect(self._search)
        self.search.returnPressed.connect(self._choose_first)
        self.search.installEventFilter(self)
        self._tree.chosen.connect(self.chosen)
        self._tree.dropped.connect(self.search.clear)
        self._tree.left_upwards.connect(self.search.setFocus)
        self._tree.expanded.connect(lambda index: self._expanded.add(str(index.data(FAMILY))))
        self._tree.collapsed.connect(lambda index: self._expanded.discard(str(index.data(FAMILY))))

    def refresh(self) -> None:
        """Read the registry again: kinds that were registered since appear."""
        self._search(self.search.text())

    def set_blocks(self, blocks: Iterable[Kind]) -> None:
        """Offer these blocks beside the registered kinds."""
        self._blocks = tuple(blocks)
        self.refresh()

    def expanded_families(self) -> list[str]:
        """The families that are unfolded, to be remembered."""
        return sorted(self._expanded)

    def set_expanded_families(self, names: Iterable[str]) -> None:
        """Unfold these families and no others."""
        self._expanded = set(names)
        self.refresh()

    def kinds_in_sight(self) -> list[str]:
        """The kinds as the list shows them now, those of folded families left out."""
        found_kinds = []
        index = self._model.index(0, 0)
        while index.isValid():
            if index.data(KIND):
                found_kinds.append(str(index.data(KIND)))
            index = self._tree.indexBelow(index)
        return found_kinds

    def restyle(self) -> None:
        self.setMinimumWidth(px(200))

    def sizeHint(self) -> QSize:
        return QSize(px(232), px(600))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Down and Up in the search line walk through the list, so that the hands stay on the keyboard.
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Down
        ):
            self._enter_list()
            return True
        return False

    def _enter_list(self) -> None:
        if not self._tree.currentIndex().isValid():
            self._tree.setCurrentIndex(self._model.index(0, 0))
        self._tree.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _search(self, text: str) -> None:
        if text.strip():
            kinds = found(text, self._blocks)
            nearest = None if kinds else closest(text, self._blocks)
            self._model.show_kinds(kinds or ([nearest] if nearest else []))
            self._empty.setText("" if kinds else not_found(text, self._blocks))
            self._empty.setVisible(not kinds)
            self._tree.setCurrentIndex(self._model.index(0, 0))
        else:
            self._empty.hide()
            self._show_families()

    def _show_families(self) -> None:
        expanded = set(self._expanded)
        self._model.show_families(self._blocks)
        for row in range(self._model.rowCount()):
            index = self._model.index(row, 0)
            self._tree.setExpanded(index, str(index.data(FAMILY)) in expanded)

    def _choose_first(self) -> None:
        index = self._tree.currentIndex()
        if self.search.text().strip() and index.isValid() and index.data(KIND):
            self.chosen.emit(str(index.data(KIND)))
