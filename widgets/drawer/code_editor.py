"""Python source under the hand: what the keys of an editor of code do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QTextBlock, QTextCursor
from PySide6.QtWidgets import QWidget

from models.sources import Offers
from widgets.drawer.code_view import CodeView
from widgets.theme import Menu

INDENT = 4
MOST_LINES = 12
_OPENS = (":", "(", "[", "{")


class CodeEditor(CodeView):
    """Source that can be edited. `edited` follows each change that a person makes; ``offers`` says what fits behind the
    text before the cursor, which Ctrl+Space shows."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own = False
        self.offers: Callable[[str, str], Offers] = lambda before, text: Offers("")
        self.set_editable(True)
        self.setUndoRedoEnabled(True)
        self.document().contentsChanged.connect(self._changed)

    def set_editable(self, editable: bool) -> None:
        """Let it be edited, or only read."""
        flags = Qt.TextInteractionFlag
        reads = flags.TextSelectableByMouse | flags.TextSelectableByKeyboard
        self.setTextInteractionFlags(flags.TextEditorInteraction if editable else reads)
        self.setAccessibleName("Code" if editable else "Code, to read")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.hasFocus():  # what is said below leaves less room, and the line that it is about stays in sight
            self.ensureCursorVisible()

    def set_text(self, text: str) -> None:
        self._own = True
        try:
            super().set_text(text)
        finally:
            self._own = False

    def _changed(self) -> None:
        if not self._own:
            self._look_again()
            self.edited.emit()

    # Keys

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._is_of_document(event)
        ):
            event.ignore()
            return False
        return super().event(event)

    def _is_of_document(self, event: QKeyEvent) -> bool:
        """Whether a key is the window's: it takes back or makes again an edit of the document, as nothing was typed
        since the last one, or searches, which some systems have for deleting to the end of a line."""
        keys = QKeySequence.StandardKey
        if event.matches(keys.Undo):
            return not self.document().isUndoAvailable()
        if event.matches(keys.Redo):
            return not self.document().isRedoAvailable()
        return event.matches(keys.DeleteEndOfLine)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = (
            event.key(),
            event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier),
        )
        if self.isReadOnly() or key == Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.offer()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._break_line()
        elif key == Qt.Key.Key_Tab and plain:
            self._indent()
        elif key == Qt.Key.Key_Backtab:
            self._outdent(self._chosen_blocks())
        elif key == Qt.Key.Key_Backspace and plain and self._stands_in_indent():
            self._outdent([self.textCursor().block()])
        else:
            super().keyPressEvent(event)

    def offer(self) -> Menu | None:
        """Open a menu of what can be written here; None where that is nothing. A single one is written at once."""
        cursor = self.textCursor()
        start = cursor.block()
        for _ in range(MOST_LINES):  # of a call that began above
            if start.text().rstrip().endswith(_OPENS) or not start.previous().isValid():
                break
            start = start.previous()
        before = self.toPlainText()[start.position() : cursor.position()]
        found = self.offers(before, self.toPlainText())
        if len(found.texts) < 2:
            self._write(found.typed, *found.texts)
            return None
        menu = Menu(self)
        for text in found.texts:
            menu.addAction(text).triggered.connect(lambda _=False, text=text: self._write(found.typed, text))
        menu.setActiveAction(menu.actions()[0])
        menu.popup(self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))
        return menu

    def _write(self, typed: str, text: str = "") -> None:
        """Put what was chosen in place of what was typed of it."""
        if text:
            cursor = self.textCursor()
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, len(typed))
            cursor.insertText(text)

    def _break_line(self) -> None:
        """Begin a line, as far in as the present one, or further where that opens something."""
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        more = INDENT if before.rstrip().endswith(_OPENS) else 0
        cursor.insertText("\n" + " " * (indent_of(before) + more))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _indent(self) -> None:
        cursor = self.textCursor()
        if not cursor.hasSelection():
            cursor.insertText(" " * (INDENT - cursor.positionInBlock() % INDENT))
            return
        cursor.beginEditBlock()
        for block in self._chosen_blocks():
            if block.text():
                QTextCursor(block).insertText(" " * INDENT)
        cursor.endEditBlock()

    def _outdent(self, blocks: Iterable[QTextBlock]) -> None:
        cursor = self.textCursor()
        cursor.beginEditBlock()
        for block in blocks:
            depth = indent_of(block.text())
            start = QTextCursor(block)
            for _ in range(depth - (depth - 1) // INDENT * INDENT if depth else 0):
                start.deleteChar()
        cursor.endEditBlock()

    def _stands_in_indent(self) -> bool:
        cursor = self.textCursor()
        place = cursor.positionInBlock()
        return not cursor.hasSelection() and 0 < place == indent_of(cursor.block().text())

    def _chosen_blocks(self) -> list[QTextBlock]:
        """The lines that the selection touches, or that of the cursor."""
        cursor = self.textCursor()
        block = self.document().findBlock(cursor.selectionStart())
        found = []
        while block.isValid() and block.position() <= cursor.selectionEnd():
            found.append(block)
            block = block.next()
        return found


def indent_of(line: str) -> int:
    """How many blanks a line begins with."""
    return len(line) - len(line.lstrip(" "))
