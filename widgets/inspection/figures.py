"""A small table of figures: a name at the left, numbers at the right, one row that stands out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets.controls import ElidedLabel, Label
from widgets.theme import px


class Figures(QWidget):
    """Rows of texts under a header."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(px(16))
        self._grid.setVerticalSpacing(px(6))
        self._grid.setColumnStretch(0, 1)
        self.rows: Sequence[Sequence[str]] = ()

    def show_rows(self, header: Sequence[str], rows: Sequence[Sequence[str]], strong: int = -1) -> None:
        """Show these; the row of number ``strong`` stands out."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.rows = rows
        strong %= max(len(rows), 1)
        for column, text in enumerate(header):
            self._grid.addWidget(Label(text, 12, token="text3"), 0, column, _side(column))
        for place, row in enumerate(rows):
            weight = 600 if place == strong else 400
            name = ElidedLabel(row[0], 13, weight)
            self._grid.addWidget(name, place + 1, 0)
            for column, text in enumerate(row[1:], 1):
                self._grid.addWidget(Label(text, 13, weight, mono=True), place + 1, column, _side(column))
        self._grid.setRowStretch(len(rows) + 1, 1)
        self.setAccessibleDescription("; ".join(" ".join(row) for row in rows))


def _side(column: int) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
