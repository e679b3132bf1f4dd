"""Editing the text of a note, or the title of a frame, in its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from widgets.theme import font, px, round_menu

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class TextEditor(QPlainTextEdit):
    """A field over the canvas. Leaving it, or Ctrl+Enter, takes the text (Enter does for one line); Escape does not."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(
        self, parent: QWidget, over: QRectF, text: str, name: str, longest: int, *, line: bool = False
    ) -> None:
        super().__init__(text, parent)
        self._line, self._longest, self._done = line, longest, False
        self.setAccessibleName(name)
        round_menu(self)
        self.setFont(font(13, 600) if line else font(12))
        if line:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        width, height = max(over.width(), px(200)), px(32) if line else max(over.height(), px(90))
        left = max(0, min(over.x(), parent.width() - width))
        top = max(0, min(over.y(), parent.height() - height))
        self.setGeometry(round(left), round(top), round(width), round(height))
        self.selectAll()
        self.show()
        self.setFocus()

    def text(self) -> str:
        """What was typed, as far as it may be kept."""
        text = self.toPlainText()
        return (" ".join(text.split()) if self._line else text)[: self._longest]

    def finish(self, *, take: bool = True) -> None:
        """Take the text, or not, and close."""
        if self._done:
            return
        self._done = True
        if take:
            self.chosen.emit(self.text())
        self.hide()
        self.closed.emit()
        self.deleteLater()

    def event(self, event: QEvent) -> bool:
        # Single letters and Delete are shortcuts of the window; here they are typed.
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = self._line or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in _KEYS and ends:
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.finish(take=False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()
