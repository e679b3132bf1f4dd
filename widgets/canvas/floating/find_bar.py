"""The line in which layers are searched for on the canvas. Matches light up; Enter walks through them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from models.document import DocumentChange
from models.find import QueryError, find
from widgets.basics.following import Following
from widgets.canvas.floating.panel import FloatingPanel
from widgets.canvas.surface import Surface
from widgets.controls import IconButton, Label, SearchField, announce, set_tip
from widgets.theme import px, theme

PLACEHOLDER = "Find: conv out>=128 problem:"
HELP = (
    "Words are looked for in names, kinds, shapes and problems.\n"
    "kind:conv  name:stem  family:norm  shape:64x56  problem:error\n"
    "out>=128  kernel=3  bias=false  parameters>1M  -relu"
)
_WIDTH, _COUNT = 270, 80


class FindBar(FloatingPanel):
    """Searches the network that a surface shows, and lights up on it what was found."""

    closed = Signal()

    def __init__(self, surface: Surface) -> None:
        super().__init__(surface)
        self._surface = surface
        self._following = Following(self, self._follow)
        self.matches: tuple[str, ...] = ()
        self._current, self._place = "", 0
        self.field = _Line()
        self.count = Label("", token="text2")
        self.complaint = Label("", token="error_text")
        self.complaint.setWordWrap(True)
        before = IconButton("chev_u", "Previous match (Shift+Enter)")
        after = IconButton("chev_d", "Next match (Enter)")
        close = IconButton("x", "Close (Esc)")
        self._rows, self._line = QVBoxLayout(self), QHBoxLayout()
        for widget in (self.field, self.count, before, after, close):
            self._line.addWidget(widget)
        self._rows.addLayout(self._line)
        self._rows.addWidget(self.complaint)
        self.field.textChanged.connect(self.look)
        self.field.walked.connect(self.walk)
        self.field.left.connect(self.end)
        before.clicked.connect(lambda: self.walk(-1))
        after.clicked.connect(lambda: self.walk(1))
        close.clicked.connect(self.end)
        theme().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def begin(self) -> None:
        """Show the line, with what was searched for last, ready to be typed over."""
        if not self._surface.has_scene:
            return
        self._following.follow(self._surface.scene.document)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self.look()

    def end(self) -> None:
        """Search no more: no layer is lit up."""
        if not self.isHidden():
            self.hide()
            self._following.stop()
            self._show(())
            self.closed.emit()

    def look(self) -> None:
        """Search anew: the text, the network or what is wrong with it is another."""
        if self.isHidden():
            return
        scene = self._surface.scene
        try:
            self._show(find(scene.document, self.field.text(), scene.issues_of))
        except QueryError as error:
            self._show((), str(error))

    def walk(self, step: int) -> None:
        """Go to the next match (1) or the one before (-1), around at the ends."""
        if not self.matches:
            return
        last = len(self.matches)
        if self._current in self.matches:
            self._place = (self.matches.index(self._current) + step) % last
        else:  # none yet, or it does not match any more: the one after it stands in its place
            self._place = (self._place if step > 0 else self._place - 1) % last
        self._current = self.matches[self._place]
        self._surface.reveal(self._current)
        self._say()

    def place(self, left: int, right: int, top: int) -> None:
        """Lie between two edges of the surface, as far to the right as there is room."""
        self.adjustSize()
        self.move(max(left, right - self.width()), top)

    def _follow(self, change: DocumentChange) -> None:
        self.look()

    def _show(self, matches: Sequence[str], complaint: str = "") -> None:
        self.matches = tuple(matches)
        self._surface.marks.found = frozenset(self.matches)
        self._surface.update()
        self._say(complaint)

    def _say(self, complaint: str = "") -> None:
        if complaint and complaint != self.complaint.text():
            announce(self.field, complaint)
        total = len(self.matches)
        number = self.matches.index(self._current) + 1 if self._current in self.matches else 0
        count = f"{number:,} of {total:,}" if number else f"{total:,} found" if total else "None"
        self.count.setText(count if self.field.text().strip() and not complaint else "")
        self.field.setAccessibleDescription(complaint or count)
        self.complaint.setText(complaint)
        self.complaint.setVisible(bool(complaint))
        self.adjustSize()

    def _restyle(self) -> None:
        inner = px(4)
        self._rows.setContentsMargins(inner, inner, inner, inner)
        self._rows.setSpacing(inner)
        self._line.setSpacing(inner)
        self.field.setFixedWidth(px(_WIDTH))
        self.count.setFixedWidth(px(_COUNT))
        self.adjustSize()


class _Line(SearchField):
    """Enter walks, Escape leaves, as in every editor."""

    walked = Signal(int)
    left = Signal()

    def __init__(self) -> None:
        super().__init__(PLACEHOLDER)
        self.setMaxLength(200)
        set_tip(self, HELP)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
            self.walked.emit(-1 if back else 1)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.walked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
