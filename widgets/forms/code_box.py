"""Several lines of code that stand for a spec's field."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from models.specs.fields import Field, FieldError
from widgets.controls import Themed, set_tip, show_complaint
from widgets.theme import font, px, round_menu

COMPLAIN_AFTER = 600
"""Milliseconds of typing in peace before the box turns red."""
HEIGHT = 132


class CodeBox(Themed, QPlainTextEdit):
    """Code that is told of while it is typed and can be read; leaving it brings the last such text back. Tab leaves."""

    changed = Signal(object)

    def __init__(self, field: Field[Any]) -> None:
        super().__init__()
        self.field = field
        self._value, self._error, self._tip = "", "", ""
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._complain)
        self.setAccessibleName(field.label)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("invalid", False)
        round_menu(self)
        self.textChanged.connect(self._typed)
        self.follow_theme()

    def value(self) -> str:
        """The last text that can be read."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a text; the same one keeps the place of the keyboard in it."""
        self._timer.stop()
        self.set_error(None)
        self.setPlaceholderText("")
        self._value = str(value)
        if self.toPlainText() != self._value:
            with QSignalBlocker(self):
                self.setPlainText(self._value)

    def show_mixed(self) -> None:
        """Stand for several texts that differ."""
        with QSignalBlocker(self):
            self.clear()
        self.setPlaceholderText("mixed")

    def show_found(self, text: str, sentence: str) -> None:
        """Show what a document holds although it cannot be read, and why it cannot."""
        self.set_value(text)
        self.set_error(sentence)

    def set_tip(self, tip: str) -> None:
        """What the field is for; shown while nothing is wrong."""
        self._tip = tip
        if not self._error:
            set_tip(self, tip)

    def error(self) -> str:
        """The sentence that says what is wrong, or nothing."""
        return self._error

    def set_error(self, sentence: str | None) -> None:
        """Turn the box red and say why, or back to normal with None."""
        if (sentence or "") != self._error:
            self._error = sentence or ""
            show_complaint(self, self._error, self._tip)

    def restyle(self) -> None:
        self.setFont(font(12, 400, True))
        self.setFixedHeight(px(HEIGHT))

    def event(self, event: QEvent) -> bool:
        # Undo is that of the document, so that all comes back in the order of the edits.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_undo(event):
            event.ignore()
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._error or self._timer.isActive():
            self.set_value(self._value)

    def _typed(self) -> None:
        text = self.toPlainText()
        try:
            self.field.parse(text)
        except FieldError:
            self._timer.start(COMPLAIN_AFTER)
            return
        self._timer.stop()
        self.set_error(None)
        if text != self._value:
            self._value = text
            self.changed.emit(text)

    def _complain(self) -> None:
        try:
            self.field.parse(self.toPlainText())
        except FieldError as error:
            self.set_error(str(error))


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
