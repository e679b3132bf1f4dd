"""A row that is typed for a network: a field for each of its columns, which stays open while answers come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.data.given.typed import Row, Typed, row_of
from studio.data.tables.columns import CATEGORY, DATE
from studio.workspaces.inspect.card import scrolled
from widgets.controls import Button, ChoiceField, Label, Paragraph, TextField, announce
from widgets.theme import px, round_dialog

WIDTH, HEIGHT, TALLEST = 440, 44, 560
EMPTY = "no value"
NOTHING = "Type something first."
_DATE = "2025-12-31"
_HELP = "Fields begin with the mean of the training, or with the first category."


class RowDialog(QDialog):
    """Has the cells of a row typed; ``take`` gets it as a file whenever it is to be answered."""

    def __init__(
        self, parent: QWidget, columns: Sequence[Typed], before: Mapping[str, str], take: Callable[[Row], object]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Type a row")
        self._columns, self._take = columns, take
        self.fields: dict[str, ChoiceField | TextField] = {
            column.name: _field(column, before.get(column.name, column.start)) for column in columns
        }
        self.said = Paragraph(_HELP, 12, token="text2")
        self.close_ = Button("Close", height=30)
        self.act = Button("Predict", role="main", height=30)
        self.act.setDefault(True)
        self.act.clicked.connect(self.go)
        self.close_.clicked.connect(self.reject)
        self._lay_out()
        round_dialog(self)

    @property
    def cells(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: _text(field) for name, field in self.fields.items()}

    def go(self) -> None:
        """Hand the row on, or say what is wrong with it."""
        for column in self._columns:
            field = self.fields[column.name]
            if sentence := column.objection(_text(field)):
                field.setFocus()
                self._say(f"{column.name}: {sentence}" if column.name not in sentence else sentence)
                return
        if not any(map(str.strip, self.cells.values())):
            self._say(NOTHING)
            return
        self._say(_HELP)
        self._take(row_of(self._columns, self.cells))

    def sizeHint(self) -> QSize:
        return QSize(px(WIDTH), min(px(TALLEST), px(150) + px(HEIGHT) * len(self.fields)))

    def _say(self, sentence: str) -> None:
        self.said.setText(sentence)
        announce(self.said, sentence)

    def _lay_out(self) -> None:
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(0, 0, px(8), 0)
        form.setVerticalSpacing(px(8))
        for name, field in self.fields.items():
            label = Label(name[:40], 12)
            label.setBuddy(field)
            form.addRow(label, field)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.act)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(18), px(20), px(18))
        column.setSpacing(px(12))
        column.addWidget(scrolled(inner), 1)
        column.addWidget(self.said)
        column.addLayout(buttons)


def _field(column: Typed, value: str) -> ChoiceField | TextField:
    """The field of a column, with a value."""
    if column.type == CATEGORY:
        choice = ChoiceField(column.name, [(part or EMPTY, part or EMPTY) for part in column.choices])
        choice.set_value(value or EMPTY)
        return choice
    field = TextField(column.name, column.objection)
    field.set_value(value)
    field.setPlaceholderText(_DATE if column.type == DATE else "empty" if column.may_lack else "")
    return field


def _text(field: ChoiceField | TextField) -> str:
    """What stands in a field, whether it can be read or not."""
    if isinstance(field, TextField):
        return field.text()
    return "" if field.value() == EMPTY else field.value()
