"""The parameters of a network: the names that settings may compute with, such as ``=width * 4``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.document.edits import Edit
from models.document.scopes import RenameParameter, SetParameter
from models.specs.expression import check_parameter, is_name, is_number
from models.specs.fields import FieldError, shown
from widgets.controls import Button, FloatField, IconButton, Paragraph, Section, TextField
from widgets.inspector.parts import NameField

Apply = Callable[[Edit, bool], bool]
MOST = 50
"""Parameters that are listed; a damaged document may hold any number."""
HELP = "Names that settings can compute with: type =width * 4 into a field."


class ParametersBox(Section):
    """A row for each parameter with its value, and one to add another."""

    def __init__(self, apply: Apply) -> None:
        super().__init__("Named numbers")
        self._apply = apply
        self._names: list[str] = []
        self.rows: dict[str, _Row] = {}
        self._column = QVBoxLayout()
        self._column.setSpacing(6)
        self.body.setSpacing(8)
        self.add(Paragraph(HELP, 12, 400, "text2"))
        self.body.addLayout(self._column)
        self.name = TextField("Name of a new number", check=self.objection, mono=True)
        self.name.setPlaceholderText("width")
        self.button = Button("Add", icon="plus", height=28)
        self.button.clicked.connect(self._add)
        self.name.returnPressed.connect(self._add)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.button)
        self.body.addLayout(row)

    def show_parameters(self, parameters: Mapping[str, object]) -> None:
        """Show the parameters of a network as they are now."""
        parameters = dict(list(parameters.items())[:MOST])
        if list(parameters) != list(self.rows):
            self._rebuild(parameters)
        for name, value in parameters.items():
            self.rows[name].show_value(value)

    def _rebuild(self, parameters: Mapping[str, object]) -> None:
        for row in self.rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {name: _Row(name, partial(self.objection, own=name)) for name in parameters}
        for name, row in self.rows.items():
            row.name.changed.connect(partial(self._rename, name))
            row.value.changed.connect(partial(self._change, name))
            row.remove.clicked.connect(partial(self._remove, name))
            self._column.addWidget(row)

    def objection(self, text: str, own: str = "") -> str | None:
        """Why no number, or not the one called ``own``, can be called so; None if it can."""
        if text == own:
            return None
        try:
            check_parameter(text, 1)
        except FieldError as problem:
            return str(problem) if text or own else None
        return f"There is already a number called {text}." if text in self.rows else None

    def _add(self) -> None:
        name = self.name.text()
        if is_name(name) and name not in self.rows and self._apply(SetParameter(name, 1), False):
            self.name.clear()
            self.rows[name].value.setFocus()
            self.rows[name].value.selectAll()

    def _change(self, name: str, value: float) -> None:
        whole = int(value)
        self._apply(SetParameter(name, whole if whole == value else value), True)

    def _rename(self, name: str, new: str) -> None:
        self._apply(RenameParameter(name, new), False)

    def _remove(self, name: str) -> None:
        self._apply(SetParameter(name, SetParameter.UNSET), False)


class _Row(QWidget):
    """One parameter: its name, its value, and a button that takes it away."""

    def __init__(self, name: str, objection: Callable[[str], str | None]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.name = NameField(f"Name of {name:.30}", check=objection, mono=True)
        self.name.set_value(name)
        self.value = FloatField(name)
        self.remove = IconButton("x", f"Remove {name:.40}", 26)
        row.addWidget(self.name, 1)
        row.addWidget(self.value, 1)
        row.addWidget(self.remove)

    def show_value(self, value: object) -> None:
        """Show the value; one that is not a number is shown as it is, in red."""
        if isinstance(value, int | float) and is_number(value):
            self.value.set_value(value)
        else:
            self.value.setText(shown(value))
            self.value.set_error("expected a number: no setting can compute with this.")
