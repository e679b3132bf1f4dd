"""Which column each Input is fed with and each Output is compared with, and what columns of a table are taken as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets.controls import ChoiceField, ElidedLabel, Label, set_tip
from widgets.theme import px

HEADINGS = {"inputs": "Inputs", "targets": "Outputs", "types": "Taken as"}


class Binding(NamedTuple):
    """One Input or Output: its side in the document ("inputs" or "targets"), id, the column that is bound, "" for
    none, and the columns on offer as (name, words). On the side "types" it is a column, and what it is taken as."""

    side: str
    id: str
    column: str
    offered: tuple[tuple[str, str], ...]
    about: str = ""


_NAMES = {
    "inputs": "The column that {id} is fed with",
    "targets": "The column that {id} is compared with",
    "types": "What {id} is taken as",
}


def _tip(binding: Binding) -> str:
    if binding.side == "types":
        return f"{binding.id}: {binding.about}." if binding.about else f"What {binding.id} is taken as."
    what = "is fed with" if binding.side == "inputs" else "is compared with"
    return f"{binding.id} {what} this column of the data."


class Columns(QWidget):
    """Emits `chosen(side, id, column)`; an empty column unbinds."""

    chosen = Signal(str, str, str)

    def __init__(self, label_width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[tuple[str, str], ChoiceField] = {}
        self._label_width = label_width
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)

    def show_bindings(self, bindings: Sequence[Binding]) -> None:
        """Show these, one a row; fields of ids that stay keep the keyboard."""
        keys = [(binding.side, binding.id) for binding in bindings]
        if list(self.fields) != keys:
            self._build(keys)
        for binding in bindings:
            field = self.fields[binding.side, binding.id]
            field.set_options(binding.offered)
            field.set_value(binding.column)
            set_tip(field, _tip(binding))

    def _build(self, keys: Sequence[tuple[str, str]]) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.fields = {}
        for side, heading in HEADINGS.items():
            ids = [id for other, id in keys if other == side]
            if ids:
                self._add(Label(heading, 12, 500, token="text3"), span=2)
            for id in ids:
                self._add_field(side, id)

    def _add_field(self, side: str, id: str) -> None:
        label = ElidedLabel(id, 13, token="text2")
        label.setFixedWidth(px(self._label_width))
        field = ChoiceField(_NAMES[side].format(id=id))
        field.changed.connect(lambda column: self.chosen.emit(side, id, column))
        self._add(label, field)
        self.fields[side, id] = field

    def _add(self, *widgets: QWidget, span: int = 1) -> None:
        row = self._grid.rowCount()
        for place, widget in enumerate(widgets):
            self._grid.addWidget(widget, row, place, 1, span)
