"""The network's PyTorch source under the hand: generated when it is looked at, read when it is edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.basics.pieces import Pieces
from models.codegen.module import generate
from models.document import MAIN, Document, DocumentChange, Sheet, document_of
from models.document.content import CODE
from models.sources import (
    Code,
    Problem,
    Reading,
    code_in_pieces,
    code_of,
    editing,
    kept_source,
    lines_of,
    merged,
    offers,
    read,
    read_in_pieces,
)
from widgets.basics.following import Following, renamed
from widgets.controls.note import Note
from widgets.drawer.code_editor import CodeEditor

PATIENCE = 120
"""Milliseconds without an edit after which the code is generated again."""
Lines = Mapping[str, tuple[int, ...]]
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
        self.view.offers = offers
        self.note = Note("warning", "", [("Discard", self.discard)], wraps=True)
        self._title = "Network"
        self._code: Code | None = None
        self._shown = ""
        self._stale = True
        self._chosen: tuple[str, ...] = ()
        self._found: Lines | None = None
        self._scope = MAIN
        self._pieces: Pieces[Code] | None = None
        self._reading: tuple[str, Pieces[Reading]] | None = None
        self._timer = QTimer(self, singleShot=True, interval=PATIENCE)
        self._timer.timeout.connect(self._go_on)
        self._typing = QTimer(self, singleShot=True, interval=TYPING)
        self._typing.timeout.connect(self._begin_reading)
        self._reader = QTimer(self, singleShot=True, interval=0)
        self._reader.timeout.connect(self._read_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.note)
        self.note.hide()
        self.setFocusProxy(self.view)
        self.view.line_clicked.connect(self._clicked)
        self.view.edited.connect(self._typed)
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
        self._reading = None
        self.view.set_text(self._shown)
        self._show_problems(())

    def refresh(self) -> None:
        """Generate the code if it is out of date. What was typed meanwhile stays, among what is new."""
        document = self._document
        self._timer.stop()
        if self._stale and document is not None:
            self._show(code_of(document, self._title))
        elif self._stale:
            self._forget()

    def _go_on(self) -> None:
        """Generate the code piece by piece, so that the window stays quick."""
        document = self._document
        if not self._stale or document is None:
            self.refresh()
            return
        self._pieces = self._pieces or code_in_pieces(document, self._title)
        try:
            next(self._pieces)
        except StopIteration as done:
            self._show(done.value)
        else:
            self._timer.start(0)

    def _show(self, code: Code) -> None:
        """Show code that is up to date."""
        self._stale, self._pieces = False, None
        pending = self.view.toPlainText() if self.is_pending() else None
        self._code, self._found, text = self._placed(code)
        shown = text.rstrip("\n")
        self.view.set_text(shown if pending is None else merged(self._shown, pending, shown).text)
        self._shown = shown
        self._mark()
        self._lead()
        self.view.set_editable(self._code is not None)
        if pending is not None:
            self._typing.start()

    @property
    def _lines(self) -> Lines:
        """The lines that stand for each layer of the network that is looked at; found when they are first needed."""
        sheet = self._following.document
        if self._found is None and self._code is not None and sheet is not None:
            self._found = lines_of(self._code, sheet.scope)
        return self._found or {}

    def take_over(self) -> None:
        """Read what was typed at once, and ask for the edit that it is."""
        self._typing.stop()
        self._reading = None
        if self._stale:
            self.refresh()  # what was typed is read against what there is now
        document, code = self._document, self._code
        if document is None or code is None or not self.is_pending():
            self._show_problems(())
            return
        text = self.view.toPlainText()
        self._take(text, read(text + "\n", code.before, code.text))

    def _typed(self) -> None:
        """Something was typed: what is being read is out of date."""
        self._reading = None
        self._typing.start()

    def _begin_reading(self) -> None:
        """Read what was typed piece by piece, so that the window stays quick."""
        if self._stale:
            self._timer.start(0)  # what was typed is read once there is what it is read against
        elif self._code is None or not self.is_pending():
            self._show_problems(())
        else:
            text = self.view.toPlainText()
            self._reading = text, read_in_pieces(text + "\n", self._code.before, self._code.text)
            self._reader.start()

    def _read_on(self) -> None:
        if self._reading is None:
            return
        text, pieces = self._reading
        try:
            next(pieces)
        except StopIteration as done:
            self._reading = None
            self._take(text, done.value)
        else:
            self._reader.start()

    def _take(self, text: str, reading: Reading) -> None:
        """Ask for the edit that a text is, or say why it is none."""
        document, code = self._document, self._code
        self._show_problems(reading.problems)
        if reading.problems or document is None or code is None:
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
        self._stale, self._pieces, self._reading = False, None, None
        self._code, self._shown, self._found = None, "", None
        self._typing.stop()
        self.view.set_text("")
        self._show_problems(())

    def _lead(self) -> None:
        """Go to the class of a block that is looked at from now on."""
        sheet = self._following.document
        scope = sheet.scope if sheet else MAIN
        if scope != self._scope and self._lines:
            self.view.reveal(max(min(line for lines in self._lines.values() for line in lines) - 2, 1))
        self._scope = scope

    def _placed(self, code: Code) -> tuple[Code | None, Lines | None, str]:
        """What is shown. A block that nothing uses stands in no code: its own is shown, with its lines, to read."""
        sheet = self._following.document
        if sheet is None or any(base.scope == sheet.scope for base in code.before.bases.values()):
            return code, None, code.text
        alone = generate(sheet.network, sheet.analysis, sheet.scope)
        return None, alone.lines, alone.text

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
        self._stale, self._pieces = True, None
        if self._reading is not None:  # what it is read against is out of date
            self._typed()
        if self.isVisible():
            self._timer.start(PATIENCE)

    def _mark(self) -> None:
        lines = [line for id in self._chosen for line in self._lines.get(id, ())] if self._chosen else []
        self.view.mark_lines(lines, reveal=not self.view.hasFocus())

    def _clicked(self, line: int) -> None:
        id = next((id for id, lines in self._lines.items() if line in lines), None)
        if id:
            self.selection_requested.emit([id])
