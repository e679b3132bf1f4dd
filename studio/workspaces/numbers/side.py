"""Beside the numbers: how the chosen one came about, what it hangs on, and the exercise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from models.byhand.exercise import EVALUATION, TRAINING
from models.byhand.pen import Line
from widgets.controls import Button, CheckBox, FloatField, Label, Paragraph, Section
from widgets.numbers.formula import FormulaView
from widgets.numbers.matrix import MatrixView

HOW_TO_HIDE = "Hide numbers by a right click, save, and hand the document out. Students type into the fields."

IN_USE = "model.eval(): nothing is dropped, and batch normalization goes by its running mean and variance."

HOW_TO_COME = "The fields come with the steps above, such as Forward."


class SidePanel(QScrollArea):
    """Emits `key_toggled` when all answers are to be seen, `cleared`, `tolerance_changed`, and `mode_changed` with one
    of `models.byhand.exercise.MODES`."""

    key_toggled = Signal(bool)
    cleared = Signal()
    tolerance_changed = Signal(float)
    mode_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.formula = FormulaView()
        self.hangs = Section("What it hangs on", collapsible=False)
        self._slopes: list[QWidget] = []
        self.evaluates = CheckBox("Evaluation mode")
        self.mode_words = Paragraph(IN_USE, 12, token="text2")
        self.exercise = Section("Exercise", collapsible=False)
        self.words = Paragraph(HOW_TO_HIDE, 12, token="text2")
        self.key = CheckBox("Show the key")
        self.clear = Button("Clear answers", height=28)
        self.tolerance = FloatField("Tolerance")
        self._lay_out()
        self.evaluates.toggled.connect(lambda on: self.mode_changed.emit(EVALUATION if on else TRAINING))
        self.key.toggled.connect(self.key_toggled)
        self.clear.clicked.connect(lambda _=False: self.cleared.emit())
        self.tolerance.changed.connect(self._change_tolerance)

    def _lay_out(self) -> None:
        how = Section("How it came about", collapsible=False)
        how.add(self.formula)
        self._tolerance_label = Paragraph("Tolerance: absolute below 1, relative above", 12, token="text2")
        for part in (self.words, self.key, self._tolerance_label, self.tolerance, self.clear):
            self.exercise.add(part)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(14)
        self.mode = Section("How the network works", collapsible=False)
        self.mode.add(self.evaluates)
        self.mode.add(self.mode_words)
        self.mode.hide()
        for section in (how, self.hangs, self.mode, self.exercise):
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(body)
        self.hangs.hide()

    def show_lines(self, lines: Sequence[Line], words: str, hidden: Sequence[bool]) -> None:
        """Show how the chosen number came about."""
        self.formula.show_lines(lines, words, hidden)

    def show_slopes(self, name: str, slopes: Mapping[str, NDArray[Any]]) -> None:
        """Show the slopes of the chosen number, called ``name``, by every number of the Inputs."""
        for part in self._slopes:
            self.hangs.body.removeWidget(part)
            part.hide()
            part.deleteLater()
        self._slopes = []
        self.hangs.setVisible(bool(slopes))
        for id, table in slopes.items():
            label, matrix = Label(f"∂{name}/∂{id}", 12, token="text2"), MatrixView(f"Slopes by {id}")
            matrix.show_table(table)
            for part in (label, _sliding(matrix)):
                self.hangs.add(part)
                self._slopes.append(part)

    def show_mode(self, mode: str, *, matters: bool) -> None:
        """Show how the network works, where it gives other numbers once it has trained."""
        with QSignalBlocker(self.evaluates):
            self.evaluates.setChecked(mode == EVALUATION)
        self.mode.setVisible(matters or mode == EVALUATION)

    def show_exercise(self, hidden: int, right: int, wrong: int, tolerance: float, *, in_sight: bool) -> None:
        """Show how far an exercise is, and how to come to its fields where none is in sight."""
        words = f"{hidden} hidden · {right} right · {wrong} wrong" if hidden else HOW_TO_HIDE
        self.words.setText(words if in_sight or not hidden else f"{words}\n{HOW_TO_COME}")
        for part in (self.key, self.clear, self.tolerance, self._tolerance_label):
            part.setVisible(bool(hidden))
        self.clear.setEnabled(bool(right or wrong))
        self.tolerance.set_value(tolerance)

    def _change_tolerance(self, value: object) -> None:
        if isinstance(value, int | float) and value > 0:
            self.tolerance_changed.emit(float(value))


def _sliding(matrix: MatrixView) -> QScrollArea:
    """A matrix that may be wider than the panel."""
    area = QScrollArea()
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(matrix)
    area.setFixedHeight(matrix.height() + area.horizontalScrollBar().sizeHint().height())
    area.viewport().setAutoFillBackground(False)
    matrix.setAutoFillBackground(False)
    return area
