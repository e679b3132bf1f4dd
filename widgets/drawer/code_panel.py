"""The network's PyTorch source under the hand: generated when it is looked at, read when it is edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.codegen.module import generate
from models.document import MAIN, Document, DocumentChange, Sheet, document_of
from models.document.content import CODE
from models.sources import Code, Problem, code_of, editing, kept_source, lines_of, merged, read
from widgets.basics.following import Following, renamed
from widgets.controls.note import Note
from widgets.drawer.code_editor import CodeEditor

PATIENCE = 120
"""Milliseconds without an edit after which the code is generated again."""
TYPING = 300
"""Milliseconds without a key after which edited code is read."""


class CodePanel(QWidget):
    """Code of a document. Follows it while it is given one; selection and edits go both ways.

    `edit_requested` carries the edit that edited code is. What cannot be drawn stays in the editor, marked, until it
    can, or is discarded.
    """

    selection_requested = Signal(list)
    edit_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = CodeEditor()
        self.note = Note("warning", "", [("Discard", self.discard)], wraps=True)
        self._title = "Network"
        self._code: Code | None = None
        self._shown = ""
        self._stale = True
        self._chosen: tuple[str, ...] = ()
        self._lines: Mapping[str, tuple[int, ...]] = {}
        self._timer = QTimer(self, singleShot=True, interval=PATIENCE)
        self._timer.timeout.connect(self.refresh)
        self._typing = QTimer(self, singleShot=True, interval=TYPING)
        self._typing.timeout.connect(self.take_over)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.note)
        self.note.hide()
        self.setFocusProxy(self.view)
        self.view.line_clicked.connect(self._clicked)
        self.view.edited.connect(self._typing.start)
        self._following = Following(self, self._follow_change)

    @property
    def _document(self) -> Document | None:
        """The document whose network is shown."""
        sheet = self._following.document
        return document_of(sheet) if sheet is not None else None

    def set_document(self, document: Sheet | None, title: str = "Network") -> None:
        """Show the code of another document, whose main class is called after ``title``, at the network of a sheet."""
        other = document is None or self._document is not document_of(document)
        self._following.follow(document)
        self._title, self._chosen = title, ()
        if other:
            self._forget()
        self._expire()
        if self.isVisible():
            self.refresh()

    def set_title(self, title: str) -> None:
        """Call the class after another title."""
        if title != self._title:
            self._title = title
            self._expire()

    def set_selection(self, ids: Iterable[str]) -> None:
        """Mark the lines of these nodes."""
        self._chosen = tuple(ids)
        self._mark()

    def text(self) -> str:
        """The code as the document has it now."""
        self.refresh()
        return f"{self._shown}\n" if self._shown else ""

    def copy(self) -> None:
        """Put the code on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())

    def is_pending(self) -> bool:
        """Whether the editor holds something that the document does not."""
        return self._code is not None and self.view.toPlainText() != self._shown

    def discard(self) -> None:
        """Show again what the document says."""
        self._typing.stop()
        self.view.set_text(self._shown)
        self._show_problems(())

    def refresh(self) -> None:
        """Generate the code if it is out of date. What was typed meanwhile stays, among what is new."""
        self._timer.stop()
        if not self._stale:
            return
        self._stale = False
        document = self._document
        if document is None:
            self._forget()
            return
        pending = self.view.toPlainText() if self.is_pending() else None
        code = code_of(document, self._title)
        self._lines, self._code, text = self._placed(code)
        shown = text.rstrip("\n")
        self.view.set_text(shown if pending is None else merged(self._shown, pending, shown).text)
        self._shown = shown
        self._mark()
        self.view.set_editable(self._code is not None)
        if pending is not None:
            self._typing.start()

    def take_over(self) -> None:
        """Read what was typed, and ask for the edit that it is."""
        self._typing.stop()
        document, code = self._document, self._code
        if document is None or code is None or not self.is_pending():
            self._show_problems(())
            return
        text = self.view.toPlainText()
        reading = read(text + "\n", code.before, code.text)
        self._show_problems(reading.problems)
        if reading.problems:
            return
        self.edit_requested.emit(editing(document, code, text + "\n", reading))
        if kept_source(document.content) == text + "\n":
            self._shown = text
            self._code = code._replace(text=text + "\n")
        else:
            self._show_problems((Problem(1, "The network cannot be so. Discard this, or write it otherwise."),))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _forget(self) -> None:
        self._code, self._shown, self._lines = None, "", {}
        self._typing.stop()
        self.view.set_text("")
        self._show_problems(())

    def _placed(self, code: Code) -> tuple[Mapping[str, tuple[int, ...]], Code | None, str]:
        """The lines of the network that is looked at. A block that nothing uses stands in no code: its own is shown."""
        sheet = self._following.document
        lines = lines_of(code, sheet.scope if sheet else MAIN)
        if lines is not None or sheet is None:
            return lines or {}, code, code.text
        alone = generate(sheet.network, sheet.analysis, sheet.scope)
        return alone.lines, None, alone.text

    def _show_problems(self, problems: Iterable[Problem]) -> None:
        found = {item.line: item.message for item in reversed(list(problems))}
        self.view.mark_problems(found)
        self.note.setVisible(bool(found))
        if found:
            line = min(found)
            more = f" And {len(found) - 1} more." if len(found) > 1 else ""
            self.note.set_text(f"Line {line}: {found[line]} Nothing changes until this can be drawn.{more}")

    def _follow_change(self, change: DocumentChange) -> None:
        self._chosen = renamed(self._chosen, change, self._following.document)
        steps = [step for scope in change.scopes.values() for step in scope.network]
        if CODE in change.sections or any(step.what != "moved" for step in steps):
            self._expire()

    def _expire(self) -> None:
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def _mark(self) -> None:
        lines = [line for id in self._chosen for line in self._lines.get(id, ())]
        self.view.mark_lines(lines, reveal=not self.view.hasFocus())

    def _clicked(self, line: int) -> None:
        id = next((id for id, lines in self._lines.items() if line in lines), None)
        if id:
            self.selection_requested.emit([id])
