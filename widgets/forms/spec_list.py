"""The editor of a list of specs: add, remove, switch off, reorder by drag or keyboard, each with its own small form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.specs.fields import FieldError
from models.specs.lists import Entries, Entry, SpecList
from models.specs.spec import Spec
from widgets.controls import Button, CheckBox, IconButton, Label, set_tip, show_complaint
from widgets.theme import Menu, px

_INDENT = 28


class _Grip(IconButton):
    """What an entry is moved by: dragged, or by Up and Down while it has the keyboard."""

    dragged = Signal(float)
    dropped = Signal(bool)
    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__("grip", "", 24)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._is_dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(event.globalPosition().y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._end(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step:
            self.stepped.emit(step)
        elif event.key() == Qt.Key.Key_Escape and self._is_dragged:
            self._end(False)
        else:
            super().keyPressEvent(event)

    def _end(self, taken: bool) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        if self._is_dragged:
            self._is_dragged = False
            self.dropped.emit(taken)


class _Row(QWidget):
    """One entry: what moves it, whether it is on, its settings, and what takes it away."""

    changed = Signal(str, object)

    def __init__(self, spec: Spec, form: Any) -> None:
        super().__init__()
        self.kind = type(spec)
        self.grip = _Grip()
        self.on = CheckBox(spec.title or spec.kind)
        self.remove = IconButton("x", "", 24)
        self.form = form
        self.form.changed.connect(self.changed)
        self.form.setVisible(bool(spec.fields))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.grip)
        head.addWidget(self.on, 1)
        head.addWidget(self.remove)
        inner = QHBoxLayout()
        inner.setContentsMargins(px(_INDENT), 0, 0, 0)
        inner.addWidget(self.form)
        column.addLayout(head)
        column.addLayout(inner)

    def show_entry(self, entry: Entry, place: int, count: int) -> None:
        """Show an entry of this row's kind."""
        name = entry.spec.title or entry.spec.kind
        self.on.setChecked(entry.on)
        self.on.setAccessibleName(f"{name}, {place + 1} of {count}")
        set_tip(self.on, entry.spec.help)
        self.grip.set_tip(f"Move {name}: drag, or press Up and Down")
        self.remove.set_tip(f"Remove {name}")
        self.form.set_spec(entry.spec, entry.spec.settings())
        self.form.setEnabled(entry.on)


class ListEditor(QWidget):
    """Specs in an order. ``changed`` carries the whole list, as entries, whenever somebody has changed it.

    ``make_form`` gives a `SpecForm` with labels of some width: it holds lists itself, and cannot be known here.
    """

    changed = Signal(object)

    def __init__(self, field: SpecList, label: QWidget, label_width: int, make_form: Callable[[int], Any]) -> None:
        super().__init__()
        self.field = field
        self._make_form = partial(make_form, label_width - _INDENT)
        self._value: Entries = ()
        self._from: int | None = None
        self._tip = self._error = ""
        self.rows: list[_Row] = []
        self.add = Button("Add…", icon="plus", role="quiet", height=26)
        self.add.setAccessibleName(f"Add to {field.label.lower()}")
        self.menu = Menu(self)
        self.menu.setToolTipsVisible(True)
        for kind in field.registry.values():
            action = self.menu.addAction(kind.title or kind.kind, partial(self._add, kind.kind))
            action.setToolTip(kind.help)
        self.add.clicked.connect(lambda: self.menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft())))
        self.nothing = Label(field.empty, 12, token="text3")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(label)
        head.addStretch()
        head.addWidget(self.add)
        self._column.addLayout(head)
        self._column.addWidget(self.nothing)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keyboard on; a proxy that stands within it would hold Tab."""
        self.add.setFocus(event.reason())

    # What is shown

    def value(self) -> Entries:
        """The entries as they are shown."""
        return self._value

    def set_value(self, value: Entries) -> None:
        """Show a list; rows whose kind stays are kept, with the keyboard in them."""
        self._value = value
        self.set_error(None)
        for place, entry in enumerate(value):
            if place == len(self.rows) or self.rows[place].kind is not type(entry.spec):
                self._insert_row(place, entry)
            self.rows[place].show_entry(entry, place, len(value))
        while len(self.rows) > len(value):
            self._drop_row(self.rows[-1])
        self.nothing.setVisible(not value)
        self.add.setEnabled(len(value) < self.field.longest)
        self._chain()

    def set_tip(self, tip: str) -> None:
        """What the list is for."""
        self._tip = tip
        set_tip(self.nothing, tip)
        set_tip(self.add, self._error or tip)

    def set_error(self, sentence: str | None) -> None:
        """Say what is wrong with what the document holds."""
        self._error = sentence or ""
        show_complaint(self.add, self._error, self._tip)

    def error(self) -> str:
        """What is wrong, or nothing."""
        return self._error

    def show_found(self, text: str, sentence: str) -> None:
        """Show that a document holds something that cannot be used."""
        self.set_error(sentence)

    def _insert_row(self, place: int, entry: Entry) -> None:
        row = _Row(entry.spec, self._make_form())
        row.grip.dragged.connect(partial(self._drag, row))
        row.grip.dropped.connect(partial(self._drop, row))
        row.grip.stepped.connect(partial(self._step, row))
        row.on.clicked.connect(partial(self._switch, row))
        row.remove.clicked.connect(partial(self._remove, row))
        row.changed.connect(partial(self._set, row))
        self.rows.insert(place, row)
        self._column.insertWidget(place + 1, row)

    def _drop_row(self, row: _Row) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _chain(self) -> None:
        """Let Tab go through the rows in their order, whenever they were made."""
        previous: QWidget = self.add
        for row in self.rows:
            for part in (row.grip, row.on, row.remove, *row.form.findChildren(QWidget)):
                if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.window() is self.window():
                    QWidget.setTabOrder(previous, part)
                    previous = part

    # What somebody does

    def _add(self, kind: str) -> None:
        self._offer(self.field.added(self._value, kind))
        self.rows[-1].on.setFocus(Qt.FocusReason.OtherFocusReason)

    def _remove(self, row: _Row) -> None:
        place = self.rows.index(row)
        self._drop_row(row)
        self._offer(self.field.removed(self._value, place))
        following = self.rows[min(place, len(self.rows) - 1)].remove if self.rows else self.add
        following.setFocus(Qt.FocusReason.OtherFocusReason)

    def _switch(self, row: _Row) -> None:
        self._offer(self.field.switched(self._value, self.rows.index(row), row.on.isChecked()))

    def _set(self, row: _Row, name: str, value: Any) -> None:
        try:
            self._offer(self.field.changed(self._value, self.rows.index(row), **{name: value}))
        except FieldError as problem:
            self.set_error(f"{self.field.label}: {problem}")

    def _step(self, row: _Row, step: int) -> None:
        place = self.rows.index(row)
        to = place + step
        if 0 <= to < len(self.rows):
            self._put(row, to)
            self._offer(self.field.moved(self._value, place, to))
            row.grip.setFocus(Qt.FocusReason.OtherFocusReason)

    def _drag(self, row: _Row, y: float) -> None:
        """Let a row follow the pointer; the list is another once it is dropped."""
        if self._from is None:
            self._from = self.rows.index(row)
        pointer = y - self.mapToGlobal(self.rect().topLeft()).y()
        others = [other for other in self.rows if other is not row]
        to = sum(other.geometry().center().y() < pointer for other in others)
        if to != self.rows.index(row):
            self._put(row, to)

    def _drop(self, row: _Row, taken: bool) -> None:
        """Take over where a dragged row lies, or put it back where it was."""
        place, self._from = self._from, None
        to = self.rows.index(row)
        if place is None or place == to:
            return
        if taken:
            self._offer(self.field.moved(self._value, place, to))
        else:
            self._put(row, place)

    def _put(self, row: _Row, to: int) -> None:
        """Let a row stand at a place among the others."""
        self.rows.remove(row)
        self.rows.insert(to, row)
        self._column.removeWidget(row)
        self._column.insertWidget(to + 1, row)

    def _offer(self, value: Entries) -> None:
        self.set_value(value)
        self.changed.emit(value)
