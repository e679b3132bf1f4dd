"""A row of a table that somebody types or pastes, for a network that is asked about it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.basics.text import counted
from models.byhand.exercise import ByHandError
from models.byhand.tables import rows_from
from studio.workspaces.inspect.subject import About
from widgets.controls import Paragraph, TextField

MOST_NAMED = 40


class TypedRow(QWidget):
    """Begins with the sample that is looked at; `typed` tells that another row stands there."""

    typed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: tuple[int, ...] = ()
        self.line = TextField("The row", self._objection)
        self.words = Paragraph("", 12, token="text2")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.line)
        column.addWidget(self.words)
        column.addStretch(1)
        self.line.changed.connect(lambda _: self.typed.emit())

    @property
    def values(self) -> NDArray[np.float32]:
        """The row in the shape of an example."""
        return np.array(rows_from(str(self.line.value())), np.float32).reshape(self._shape)

    def begin(self, about: About) -> None:
        """Take rows of other data."""
        self._shape = about.shape
        named = len(about.features) == prod(about.shape) <= MOST_NAMED
        columns = ", ".join(about.features) if named else counted(prod(about.shape), "number")
        self.words.setText(f"As the data has them: {columns}.")

    def show_row(self, values: NDArray[np.generic]) -> None:
        """Let the row begin with a sample."""
        self.line.set_value(" ".join(f"{value:.7g}" for value in values.reshape(-1).tolist()))

    def _objection(self, text: str) -> str | None:
        try:
            rows: Sequence[Sequence[float]] = rows_from(text)
        except ByHandError as error:
            return str(error)
        found, wanted = sum(map(len, rows)), prod(self._shape)
        return None if found == wanted else f"Expected {counted(wanted, 'number')}, found {found:,}."
