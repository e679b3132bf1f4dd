"""The formula of a number: with names, with the numbers put in, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.byhand.pen import Line, number
from widgets.controls import Label, Paragraph

NOTHING = "Choose a number to see how it came about."


class FormulaView(QWidget):
    """Shows lines one below another; a number that is hidden is not given away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._parts: list[QWidget] = []
        self.show_lines([], NOTHING)

    def text(self) -> str:
        """All that is read."""
        return "\n".join(part.text() for part in self._parts if isinstance(part, Label | Paragraph))

    def show_lines(self, lines: Sequence[Line], words: str = "", hidden: bool = False) -> None:
        """Show lines, or words where there are none; of ``hidden`` ones the names alone."""
        for part in self._parts:
            self._column.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._parts = []
        for line in lines:
            self._add(Label(f"{line.name} =", 13, 600))
            self._add(_breaking(line.names))
            if not hidden:
                if line.numbers != line.names:
                    self._add(_breaking(f"= {line.numbers}"))
                self._add(Label(f"= {number(line.value)}", 13, 600, token="accent"))
        if words:
            self._add(Paragraph(words, 12, token="text2"))

    def _add(self, part: QWidget) -> None:
        self._parts.append(part)
        self._column.addWidget(part)


def _breaking(text: str) -> Paragraph:
    """A formula that may be broken between its terms."""
    return Paragraph(text.replace("·", "·\u200b"), 13, token="text1")
