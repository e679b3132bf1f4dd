"""Search for a command by its words (Ctrl+K): everything the window can do, from the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.actions import Command, Commands
from widgets.controls import SearchField
from widgets.theme import color, font, px

WIDTH, HEIGHT, ROW = 460, 400, 30
KEYS = Qt.ItemDataRole.UserRole + 1
MENU = Qt.ItemDataRole.UserRole + 2

Index = QModelIndex | QPersistentModelIndex
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine


class _Delegate(QStyledItemDelegate):
    """The command, its menu beside it, its keys at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(px(120), px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("accent_soft" if chosen else "hover"))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(0, 1, 0, -1), 7, 7)
        area = option.rect.adjusted(px(10), 0, -px(10), 0)
        painter.setFont(font(12))
        painter.setPen(color("text3"))
        painter.drawText(area, _LINE | Qt.AlignmentFlag.AlignRight, index.data(KEYS))
        painter.setFont(font(13))
        painter.setPen(color("text1"))
        painter.drawText(area, _LINE, index.data())
        area.setLeft(area.left() + painter.fontMetrics().horizontalAdvance(index.data()) + px(10))
        painter.setFont(font(11))
        painter.setPen(color("text3"))
        painter.drawText(area, _LINE, index.data(MENU))
        painter.restore()


class CommandSearch(QFrame):
    """A list of commands that narrows while typing; Enter runs the chosen one, Escape closes."""

    def __init__(self, window: QWidget, commands: Commands) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Search commands")
        self._window = window
        self._commands = commands
        self.field = SearchField("Search commands", "Esc")
        self.list = QListWidget()
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Commands")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list.itemActivated.connect(lambda _: self._run())
        self.list.itemClicked.connect(lambda _: self._run())
        self._fill("")

    def open(self) -> None:
        """Show the list under the window's top bar, ready to type."""
        window = self._window
        self.resize(px(WIDTH), px(HEIGHT))
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - self.width()) // 2, corner.y() + px(56))
        self.show()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.list.setCurrentRow((self.list.currentRow() + step) % max(self.list.count(), 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        self.list.clear()
        for command in self._commands:
            if all(word in f"{command.menu} {command.text}".casefold() for word in words):
                self.list.addItem(self._item(command))
        self.list.setCurrentRow(0)

    def _item(self, command: Command) -> QListWidgetItem:
        keys = self._commands.keys(command.name)
        item = QListWidgetItem(command.text)
        item.setData(Qt.ItemDataRole.UserRole, command.name)
        item.setData(KEYS, keys)
        item.setData(MENU, command.menu)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{command.text}, {keys}" if keys else command.text)
        return item

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("panel"))
        painter.setPen(QPen(color("control_line"), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _run(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        action: QAction = self._commands[item.data(Qt.ItemDataRole.UserRole)]
        self.close()
        action.trigger()
