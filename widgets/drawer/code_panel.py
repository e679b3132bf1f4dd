"""The network's PyTorch source, generated when it is looked at."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.document import DocumentChange, Sheet
from widgets.basics.following import Following, renamed
from widgets.drawer.code_view import CodeView

PATIENCE = 120
"""Milliseconds without an edit after which the code is generated again."""


class CodePanel(QWidget):
    """Code of a document. Follows it while it is given one; the selection goes both ways."""

    selection_requested = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = CodeView()
        self._title = "Network"
        self._text = ""
        self._stale = True
        self._chosen: tuple[str, ...] = ()
        self._lines: dict[str, tuple[int, ...]] = {}
        self._nodes: dict[int, str] = {}
        self._timer = QTimer(self, singleShot=True, interval=PATIENCE)
        self._timer.timeout.connect(self.refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        self.view.line_clicked.connect(self._clicked)
        self._following = Following(self, self._follow_change)

    def set_document(self, document: Sheet | None, title: str = "Network") -> None:
        """Show the code of another document, whose class is called after ``title``."""
        self._following.follow(document)
        self._title, self._chosen = title, ()
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
        """The code as it is now."""
        self.refresh()
        return self._text

    def copy(self) -> None:
        """Put the code on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())

    def refresh(self) -> None:
        """Generate the code if it is out of date."""
        self._timer.stop()
        if not self._stale:
            return
        self._stale = False
        document = self._following.document
        if document is None:
            self._text, self._lines, self._nodes = "", {}, {}
            self.view.set_text("")
            return
        from models.codegen.module import generate

        source = generate(document.network, document.analysis, self._title)
        self._text, self._lines = source.text, source.lines
        self._nodes = {line: id for id, lines in source.lines.items() for line in lines}
        self.view.set_text(source.text.rstrip("\n"))
        self._mark()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _follow_change(self, change: DocumentChange) -> None:
        self._chosen = renamed(self._chosen, change, self._following.document)
        if any(step.what != "moved" for step in change.network):
            self._expire()

    def _expire(self) -> None:
        self._stale = True
        if self.isVisible():
            self._timer.start()

    def _mark(self) -> None:
        lines = [line for id in self._chosen for line in self._lines.get(id, ())]
        self.view.mark_lines(lines)

    def _clicked(self, line: int) -> None:
        id = self._nodes.get(line)
        if id:
            self.selection_requested.emit([id])
