"""What is said about a layer: a field for Markdown, which stands on the card and in generated code."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QTextDocument
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QToolTip, QWidget

from models.network.remarks import LONGEST_NOTE
from widgets.basics.painted import painted
from widgets.controls import Section, Themed
from widgets.controls.base import escape_tip
from widgets.notes.formulas import formulas
from widgets.notes.inline import reason_at
from widgets.notes.markdown import context, forget, looks_as_written, rendered
from widgets.theme import font, px, round_menu, theme

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
        self.viewport().setFont(font(12))  # in which the placeholder is painted
        self.setFixedHeight(px(HEIGHT))


def _is_undo(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


class NotePicture(Themed, QWidget):
    """A note as it is meant, headings, lists, formulas and all; hidden where it looks as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Note as it is read")
        self.hide()
        formulas().drawn.connect(self._show_formulas)
        self.follow_theme()

    def show_text(self, text: str) -> None:
        """Show another note."""
        self._text = text
        self.restyle()

    def restyle(self) -> None:
        self.setAccessibleDescription(self._text)
        self.setVisible(not looks_as_written(self._text))
        self.setFixedHeight(round(self._document().size().height() * theme().scale))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.isHidden() and event.size().width() != event.oldSize().width():
            self.restyle()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            reason = reason_at(self._document(), QPointF(event.pos()) / theme().scale)
            QToolTip.showText(event.globalPos(), escape_tip(reason), self)
            return True
        return super().event(event)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.scale(theme().scale, theme().scale)
        self._document().documentLayout().draw(painter, context("text1", "accent"))

    def _document(self) -> QTextDocument:
        return rendered(self._text, max(self.width(), 1) / theme().scale, theme().palette.name, "")

    def _show_formulas(self) -> None:
        forget()
        self.restyle()


class NoteBox(Section):
    """The section of the note, open where something is said."""

    edited = Signal(str)

    def __init__(self) -> None:
        super().__init__("Note")
        self.field, self.picture = NoteField(), NotePicture()
        self.field.edited.connect(self.edited)
        for part in (self.field, self.picture):
            self.add(part)

    def show_note(self, text: str) -> None:
        """Show what is said about a layer."""
        self.field.show_text(text)
        self.picture.show_text(text)
