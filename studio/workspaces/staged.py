"""How a page lays out what it asks the worker for: a strip above, what is to be said, and the content or why not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from studio.workspaces.workspace import Page
from widgets.basics.painted import painted
from widgets.controls import EmptyState
from widgets.controls.note import Note
from widgets.theme import color


class StagedPage(Page):
    """A page with a strip above, notes below it, and beneath either the content or an empty state that says why not."""

    empty: EmptyState
    _notes: Sequence[Note] = ()

    def _set_stage(self, strip: QWidget, content: QWidget) -> None:
        """Lay the page out around its ``empty`` state."""
        self._content = content
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(content)
        self._saying = QWidget()
        self._said = QVBoxLayout(self._saying)
        self._said.setContentsMargins(14, 10, 14, 0)
        self._said.setSpacing(6)
        self._saying.hide()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(strip)
        outer.addWidget(self._saying)
        outer.addWidget(self._stack, 1)

    @property
    def notes(self) -> Sequence[Note]:
        """What is said above the content."""
        return self._notes

    @property
    def is_empty(self) -> bool:
        """Whether the empty state is shown."""
        return self._stack.currentWidget() is self.empty

    def _show_content(self) -> None:
        focus = QApplication.focusWidget()
        is_waiting = focus is not None and self.empty.isAncestorOf(focus)
        self._stack.setCurrentWidget(self._content)
        if is_waiting:  # the keyboard goes on here, not somewhere else in the window
            self.begin()

    def _show_empty(self) -> None:
        self._stack.setCurrentWidget(self.empty)

    def _show_notes(self, notes: Sequence[Note]) -> None:
        """Say these in place of what was said."""
        for note in self._notes:
            self._said.removeWidget(note)
            note.hide()
            note.deleteLater()
        self._notes = tuple(notes)
        self._saying.setVisible(bool(notes))
        for note in notes:
            self._said.addWidget(note)

    def _add_note(self, note: Note) -> None:
        """Say this as well."""
        self._notes = (*self._notes, note)
        self._saying.setVisible(True)
        self._said.addWidget(note)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color("canvas"))
