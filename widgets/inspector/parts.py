"""Parts of the inspector's pages: shapes in and out, lines of numbers, issues with their mends."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from models.analysis.reports import Types
from models.findings.finding import Finding, Mend
from models.kinds.layer import times
from widgets.controls import Button, ElidedLabel, Label, Paragraph, TextField, set_tip
from widgets.controls.frames import Surface
from widgets.controls.marks import Icon
from widgets.theme import font, px

SEVERITY = {"error": ("err", "error_text"), "warning": ("warn", "warning"), "hint": ("bulb", "hint")}
"""Icon and color of each severity."""
_SHOWN_TYPES = 3


def types_text(types: Types) -> str:
    """Shapes for people, ``?`` where unknown; the first few of many."""
    texts = [times(given.shape) if given else "?" for given in types[:_SHOWN_TYPES]]
    more = f" + {len(types) - _SHOWN_TYPES}" if len(types) > _SHOWN_TYPES else ""
    return ", ".join(texts) + more if texts else "none"


class NameField(TextField):
    """A name: refused while it is typed, taken when the field is left or Enter is pressed."""

    def _typed(self) -> None:
        try:
            self.read(self.text())
        except ValueError:
            self._timer.start(300)
        else:
            self._timer.stop()
            self.set_error(None)

    def restyle(self) -> None:
        super().restyle()
        self.setFont(font(12, 400, mono=True))


class ShapeBox(Surface):
    """What goes in and what comes out."""

    radius = 8

    def __init__(self) -> None:
        super().__init__()
        self._input, self._output = Paragraph("", 12, mono=True), Paragraph("", 12, mono=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(8)
        row.addLayout(_column("Input", self._input), 1)
        row.addWidget(Icon("chev_r", "text3", 14))
        row.addSpacing(8)
        row.addLayout(_column("Output", self._output), 1)

    def show_types(self, inputs: Types, outputs: Types) -> None:
        """Show the shapes at all ports."""
        self._input.setText(types_text(inputs))
        self._output.setText(types_text(outputs))
        self.setAccessibleName(f"Input {self._input.text()}, output {self._output.text()}")


def _column(caption: str, words: Paragraph) -> QVBoxLayout:
    """A caption and words from the top on. Without a stretch, which would let the box take all room of the page."""
    heading = Label(caption, 11, 400, "text2")
    heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    words.setAlignment(Qt.AlignmentFlag.AlignTop)
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(heading)
    column.addWidget(words)
    return column


class Numbers(QWidget):
    """Names and numbers in two columns."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: list[tuple[Label, ElidedLabel]] = []

    def show_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show these lines and no others."""
        while len(self._rows) < len(rows):
            pair = Label("", 13, 400, "text2"), ElidedLabel("", 13, 500)
            pair[1].setAlignment(Qt.AlignmentFlag.AlignRight)
            for column, label in enumerate(pair):
                self._grid.addWidget(label, len(self._rows), column)
            self._rows.append(pair)
        for place, (name, number) in enumerate(self._rows):
            used = place < len(rows)
            name.setText(rows[place][0] if used else "")
            number.setText(rows[place][1] if used else "")
            name.setVisible(used)
            number.setVisible(used)


class IssueCard(Surface):
    """One issue: what is wrong, the remedy, and buttons that apply it."""

    radius = 8
    mend_requested = Signal(object)

    def __init__(self, issue: Finding) -> None:
        super().__init__()
        self.setAccessibleName(f"{issue.severity}: {issue.message}")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 9, 10, 10)
        row.setSpacing(9)
        name, token = SEVERITY.get(issue.severity, SEVERITY["hint"])
        row.addWidget(Icon(name, token, 16), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        row.addLayout(column, 1)
        column.addWidget(Paragraph(issue.message, 12, 500))
        if issue.detail:
            column.addWidget(Paragraph(issue.detail, 12, 400, "text2"))
        for mend in issue.mends:
            column.addWidget(self._button(mend), 0, Qt.AlignmentFlag.AlignLeft)

    def _button(self, mend: Mend) -> QWidget:
        button = MendButton(mend, longest=190)
        button.clicked.connect(partial(self.mend_requested.emit, mend))
        return button


class MendButton(Button):
    """Applies a mend; a long label is cut and told whole by its tip."""

    def __init__(self, mend: Mend, longest: int = 220) -> None:
        self._label, self._longest = mend.label, longest
        super().__init__("", height=28)

    def restyle(self) -> None:
        super().restyle()
        room = px(self._longest)
        shown = self.fontMetrics().elidedText(self._label, Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        self.setAccessibleName(self._label)
        set_tip(self, self._label if shown != self._label else "")
