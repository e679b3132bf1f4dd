"""Search and add in one go: a small list at the pointer in which each layer shows the shape that it would give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
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
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from models.document import Sheet
from models.kinds.layer import Layer, ShapeError, TensorType, times
from models.specs.spec import closeness
from widgets.controls import ElidedLabel, KeyCap, Label, Paragraph, Separator, Themed, escape_tip
from widgets.controls.frames import SHADOW, PopupFrame
from widgets.controls.marks import Icon
from widgets.kinds.catalog import Kind, closest, family_token, found, kind_icon, not_found
from widgets.theme import color, font, pixmap, px, round_menu

WIDTH, ROW = 316, 31
MOST_ROWS = 9
Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class Offer(NamedTuple):
    """A kind with its default settings and the shape it would give; ``refusal`` says why it cannot stand there."""

    kind: Kind
    summary: str
    shape: str
    refusal: str = ""
    suits: bool = True


def offer(kind: Kind, after: TensorType | None, connected: bool) -> Offer:
    """What a kind would give after an output of this type; with nothing before it, no shape is shown."""
    layer: Layer = kind()
    if not connected:
        return Offer(kind, layer.summary(), "")
    if not layer.inputs:
        return Offer(kind, layer.summary(), "", f"{kind.kind} starts a network and takes no input.")
    needed = sum(not port.optional for port in layer.inputs)
    if after is None or needed > 1:
        return Offer(kind, layer.summary(), "?")
    try:
        outputs = layer.output_types((after,))
    except ShapeError as error:
        if _merges(layer, after):
            return Offer(kind, layer.summary(), "+1 input")
        return Offer(kind, layer.summary(), "does not fit", str(error))
    return Offer(kind, layer.summary(), times(outputs[0].shape) if outputs else "", suits=layer.suits((after,)))


def _merges(layer: Layer, after: TensorType) -> bool:
    """Whether a layer would take this type together with another like it."""
    if not any(port.variadic for port in layer.inputs):
        return False
    try:
        layer.output_types((after, after))
    except ShapeError:
        return False
    return True


class _Offers(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._offers: list[Offer] = []

    def show_offers(self, offers: list[Offer]) -> None:
        self.beginResetModel()
        self._offers = offers
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        item = self._offers[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.kind.kind
        if role == Qt.ItemDataRole.UserRole:
            return item
        if role == Qt.ItemDataRole.ToolTipRole:
            return escape_tip(item.refusal or item.kind.title)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (item.kind.kind, item.summary, item.refusal or item.shape) if part)
        return None


class _Delegate(QStyledItemDelegate):
    """Icon, kind, settings and, at the right, the shape."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(120), px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item: Offer = index.data(Qt.ItemDataRole.UserRole)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRect(option.rect)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent_soft" if chosen else "hover"))
            painter.drawRoundedRect(QRectF(area).adjusted(px(6), 0, -px(6), 0), 7, 7)
        ratio = painter.device().devicePixelRatioF()
        token = "text3" if item.refusal else family_token(item.kind.family)
        mark = pixmap(kind_icon(item.kind), token, px(16), ratio)
        painter.drawPixmap(area.left() + px(15), area.center().y() - px(7), mark)
        self._paint_words(painter, area.adjusted(px(40), 0, -px(17), 0), item, chosen)
        painter.restore()

    def _paint_words(self, painter: QPainter, area: QRect, item: Offer, chosen: bool) -> None:
        painter.setFont(font(12, 600 if chosen and not item.refusal else 400))
        shape_width = min(painter.fontMetrics().horizontalAdvance(item.shape) + 2, area.width() // 2)
        painter.setPen(color("text1" if chosen and not item.refusal else "text3"))
        shape = painter.fontMetrics().elidedText(item.shape, Qt.TextElideMode.ElideLeft, shape_width)
        painter.drawText(area, _LINE | Qt.AlignmentFlag.AlignRight, shape)
        room = area.width() - shape_width - px(10)
        painter.setFont(font(13, 600 if chosen else 400))
        painter.setPen(color("text3" if item.refusal else "text1"))
        name = painter.fontMetrics().elidedText(item.kind.kind, Qt.TextElideMode.ElideRight, room)
        painter.drawText(area, _LINE, name)
        used = painter.fontMetrics().horizontalAdvance(name) + px(10)
        painter.setFont(font(12))
        if item.summary and room - used > px(24):
            painter.setPen(color("text3"))
            text = painter.fontMetrics().elidedText(item.summary, Qt.TextElideMode.ElideRight, room - used)
            painter.drawText(area.adjusted(used, 0, 0, 0), _LINE, text)


class _Search(Themed, QLineEdit):
    """The line at the top, without a frame of its own."""

    def restyle(self) -> None:
        self.setFont(font(13))
        bare = "border: none; background: transparent; padding: 0;"
        self.setStyleSheet(f"QLineEdit, QLineEdit:hover, QLineEdit:focus {{ {bare} }}")


class QuickAdd(Themed, PopupFrame):
    """The list itself, a child that floats over its parent. `chosen` carries a kind, `canceled` that none was wanted.

    Place it with `open_at`; it closes when it loses the keyboard, on Escape, and once something was chosen.
    """

    chosen = Signal(str)
    canceled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Add a layer")
        self._after: TensorType | None = None
        self._connected = False
        self._blocks: Sequence[Kind] = ()
        self.search = _Search()
        self.search.follow_theme()
        round_menu(self.search)
        self.search.setPlaceholderText("Search layers")
        self.search.setAccessibleName("Search layers")
        self._where = ElidedLabel("", 12, 400, "text3")
        self._empty = Paragraph("", 12, 400, "text3")
        self._empty.set_padding(16, 10, 16, 0)
        self._offers = _Offers(self)
        self.list = QListView()
        self._build()
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self.hide()
        self.follow_theme()

    def _build(self) -> None:
        self.list.setModel(self._offers)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName("Layers found")
        top = QHBoxLayout()
        top.setContentsMargins(16, 0, 16, 0)
        top.setSpacing(10)
        top.addWidget(Icon("search", "text3", 14))
        top.addWidget(self.search, 1)
        top.addWidget(self._where)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 0, 14, 0)
        foot.setSpacing(7)
        for keys, word in ((("↵",), "add"), (("↑", "↓"), "choose"), (("Esc",), "cancel")):
            for key in keys:
                foot.addWidget(KeyCap(key))
            foot.addWidget(Label(word, 12, 400, "text3"))
            foot.addSpacing(7)
        foot.addStretch()
        self._top, self._foot = QWidget(), QWidget()
        self._top.setLayout(top)
        self._foot.setLayout(foot)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(0)
        for widget in (self._top, Separator(), self._empty, self.list, Separator(), self._foot):
            self._column.addWidget(widget)

    def restyle(self) -> None:
        margin = px(SHADOW)
        self._column.setContentsMargins(margin + 1, margin + 1, margin + 1, margin + 1)
        self._top.setFixedHeight(px(50))
        self._foot.setFixedHeight(px(46))
        self.setFixedWidth(px(WIDTH) + 2 * margin)
        self._fit()

    def open_at(
        self,
        point: QPoint,
        document: Sheet | None = None,
        after: str = "",
        port: str = "output",
        instead: str = "",
        blocks: Sequence[Kind] = (),
    ) -> None:
        """Open with the middle of the upper edge at ``point`` of the screen, moved inside the parent where needed.

        ``after`` names the node, and ``port`` its output, that the new layer is to be connected to, ``instead`` what it
        takes the place of. ``blocks`` are offered beside the registered kinds.
        """
        self._blocks = blocks
        self._connected = bool(document and after in document.network)
        self._after = None
        if document is not None and self._connected:
            names = document.network[after].outputs
            types = document.analysis[after].outputs
            place = names.index(port) if port in names else 0
            self._after = types[place] if place < len(types) else None
        where = f"instead of {instead}" if instead else f"after {after}" if self._connected else ""
        self._where.setText(where)
        self._where.setVisible(bool(where))
        self._where.setMaximumWidth(px(130))
        self.search.clear()
        self._search("")
        self._move_to(point)
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def anchor(self) -> QPoint:
        """The middle of the upper edge, in the parent's coordinates: where a wire may end."""
        return self.geometry().topLeft() + QPoint(self.width() // 2, px(SHADOW))

    def kinds(self) -> list[str]:
        """The kinds in the list, in order."""
        return [str(self._offers.index(row, 0).data()) for row in range(self._offers.rowCount())]

    def offers(self) -> list[Offer]:
        """The rows of the list, in order."""
        return [self._offers.index(row, 0).data(Qt.ItemDataRole.UserRole) for row in range(self._offers.rowCount())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if watched is self.search and isinstance(event, QFocusEvent) and event.lostFocus() and self.isVisible():
            keeps = event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
            if not keeps:
                self.cancel()
        return False

    def cancel(self) -> None:
        """Close without choosing anything."""
        if self.isVisible():
            self.hide()
            self.canceled.emit()

    def _key(self, event: QKeyEvent) -> bool:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        key = Qt.Key(event.key())
        if key in steps:
            self._walk(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.cancel()
        else:
            # Tab would carry the keyboard away from a list that closes when it loses it.
            return key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        return True

    def _walk(self, count: int) -> None:
        rows = self._offers.rowCount()
        if rows:
            row = min(max(self.list.currentIndex().row() + count, 0), rows - 1)
            self.list.setCurrentIndex(self._offers.index(row, 0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            kind = str(index.data())
            self.hide()
            self.chosen.emit(kind)

    def _search(self, text: str) -> None:
        kinds = found(text, self._blocks)
        self._empty.setVisible(not kinds)
        self._empty.setText("" if kinds else not_found(text, self._blocks))
        nearest = closest(text, self._blocks) if not kinds else None
        offers = [offer(kind, self._after, self._connected) for kind in kinds or ([nearest] if nearest else [])]
        self._offers.show_offers(sorted(offers, key=lambda item: self._rank(item, text.strip())))
        self.list.setCurrentIndex(self._offers.index(0, 0))
        self._fit()

    def _rank(self, item: Offer, searched: str) -> tuple[int, bool, bool, bool]:
        """What is called so comes first, whether it fits or not; then what begins so, then what has it somewhere.

        Of these what suits comes first and what does not fit last; what ends the network, only to who searches for it.
        """
        ends = self._connected and not searched and not item.kind.outputs
        return closeness(item.kind, searched) if searched else 0, bool(item.refusal), ends, not item.suits

    def _fit(self) -> None:
        rows = min(max(self._offers.rowCount(), 1), self._most_rows())
        self.list.setFixedHeight(rows * px(ROW) + px(14))
        self.list.setViewportMargins(0, px(7), 0, px(7))
        self.adjustSize()

    def _most_rows(self) -> int:
        """As many as the parent has room for beside the field and the keys."""
        parent = self.parentWidget()
        around = px(50) + px(46) + px(14) + 2 * (px(SHADOW) + 2)
        return MOST_ROWS if parent is None else min(max((parent.height() - around) // px(ROW), 2), MOST_ROWS)

    def _move_to(self, point: QPoint) -> None:
        self.adjustSize()
        parent = self.parentWidget()
        corner = (parent.mapFromGlobal(point) if parent else point) - QPoint(self.width() // 2, px(SHADOW))
        if parent is not None:
            corner.setX(max(min(corner.x(), parent.width() - self.width()), 0))
            corner.setY(max(min(corner.y(), parent.height() - self.height()), 0))
        self.move(corner)
