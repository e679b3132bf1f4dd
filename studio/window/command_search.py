"""Search for a command by its words (Ctrl+K): everything the window can do, and what there is to go to or to open."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from studio.services.commands import Command, matching
from studio.window.commands import Commands, keys_text
from widgets.controls import Paragraph, SearchField
from widgets.controls.frames import SHADOW, PopupFrame
from widgets.theme import color, font, px

WIDTH, HEIGHT, ROW = 460, 400, 30
MOST = 100
"""So many are listed; more words narrow them down."""
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


class CommandSearch(PopupFrame):
    """A list of commands that narrows while typing; Enter runs the chosen one, Escape closes.

    Once something is typed it holds what ``finds`` gives, too: layers, files, runs, settings.
    """

    def __init__(
        self, window: QWidget, commands: Commands, finds: Callable[[], Iterable[Command]] = lambda: ()
    ) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Search commands")
        self._window = window
        self._commands = commands
        self._finds = finds
        self._found: list[Command] | None = None
        self._shown: list[Command] = []
        self._before: QWidget | None = None
        self.field = SearchField("Search commands, layers, files, runs, settings", "Esc")
        self.list = QListWidget()
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("Commands")
        column = QVBoxLayout(self)
        margin = px(SHADOW) + 10
        column.setContentsMargins(margin, margin, margin, margin)
        column.addWidget(self.field)
        self.empty = Paragraph("", 12, 400, "text3")
        self.empty.set_padding(10, 6, 10, 6)
        column.addWidget(self.empty)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list.itemActivated.connect(lambda _: self._run())
        self.list.itemClicked.connect(lambda _: self._run())
        self._fill("")

    def open(self) -> None:
        """Show the list under the window's top bar, ready to type."""
        window = self._window
        self.resize(px(WIDTH + 2 * SHADOW), px(HEIGHT + 2 * SHADOW))
        self.move((window.width() - self.width()) // 2, px(56 - SHADOW))
        self.show()
        self.raise_()
        self._before = QApplication.focusWidget()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.lostFocus() and self.isVisible():
            keeps = event.reason() in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
            if not keeps:
                self.close()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                return True  # it would carry the keyboard away from a list that closes when it loses it
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                self.list.setCurrentRow((self.list.currentRow() + step) % max(self.list.count(), 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        known = list(self._commands)
        if text.strip():
            self._found = self._found if self._found is not None else list(self._finds())
            known = matching([*known, *self._found], text)
        self._shown = known[:MOST]
        self.list.clear()
        for command in self._shown:
            self.list.addItem(self._item(command))
        self.list.setCurrentRow(0)
        self.empty.setText("" if self._shown else f"Nothing called ‘{text.strip()[:60]}’.")
        self.empty.setVisible(not self._shown)

    def _item(self, command: Command) -> QListWidgetItem:
        keys = keys_text(command)
        item = QListWidgetItem(command.text)
        item.setData(Qt.ItemDataRole.UserRole, command.name)
        item.setData(KEYS, keys)
        item.setData(MENU, command.menu)
        spoken = (command.text, command.menu if command.name not in self._commands.actions else "", keys)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, spoken)))
        return item

    def _run(self) -> None:
        row = self.list.currentRow()
        if row < 0:
            return
        command = self._shown[row]
        self._leave()
        if command.enabled():
            command.run()

    def _leave(self) -> None:
        """Close, and give the keyboard back to where it was."""
        before = self._before
        self.close()
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)


def open_search(window: QWidget, commands: Commands, finds: Callable[[], Iterable[Command]]) -> None:
    """Open the list in a window; one that is open stays, ready to be typed in anew."""
    if (shown := window.findChild(CommandSearch)) and shown.isVisible():
        shown.field.selectAll()
    else:
        CommandSearch(window, commands, finds).open()
