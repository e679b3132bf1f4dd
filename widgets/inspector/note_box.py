"""What is said about a layer: a field for Markdown, which stands on the card and in generated code."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from models.network.remarks import LONGEST_NOTE
from widgets.controls import Section, Themed
from widgets.theme import font, px, round_menu

HEIGHT = 76


class NoteField(Themed, QPlainTextEdit):
    """Text that is told of while it is typed; Tab leaves the field."""

    edited = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Why this layer? Markdown; a comment in the code.")
        self.setAccessibleName("Note on the layer")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._showing = False
        round_menu(self)
        self.textChanged.connect(self._tell)
        self.follow_theme()

    def show_text(self, text: str) -> None:
        """Show a note; one that is shown already keeps the place of the keyboard in it."""
        if text != self.toPlainText():
            self._showing = True
            try:
                self.setPlainText(text)
            finally:
                self._showing = False

    def _tell(self) -> None:
        if not self._showing:
            self.edited.emit(self.toPlainText()[:LONGEST_NOTE])

    def event(self, event: QEvent) -> bool:
        # Undo is that of the document, so that the note and all else come back in the order of the edits.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_undo(event):
            event.ignore()
            return False
        return super().event(event)

    def restyle(self) -> None:
        self.setFont(font(12))
        self.setFixedHeight(px(HEIGHT))


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


class NoteBox(Section):
    """The section of the note, open where something is said."""

    edited = Signal(str)

    def __init__(self) -> None:
        super().__init__("Note")
        self.field = NoteField()
        self.field.edited.connect(self.edited)
        self.add(self.field)

    def show_note(self, text: str) -> None:
        """Show what is said about a layer."""
        self.field.show_text(text)
