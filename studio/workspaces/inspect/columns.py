"""What the columns of a table matter, and what the network answers on average with one of them set to each value."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from models.basics.quantities import figures
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.results import Results
from widgets.controls import ChoiceField, ElidedLabel
from widgets.inspection.chances import Chance, Chances
from widgets.inspection.plot import Line, Plot, span_of
from widgets.theme import theme

MOST_LINES = 6
"""Classes whose probability is drawn: as many as there are colors of curves."""


class ColumnsPage(QWidget):
    """Bars of all columns beside the curve of one. `column_wanted` carries the number of a column whose curve is
    wanted."""

    column_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Results | None = None
        self.bars, self.plot = Chances(), Plot()
        self.column = ChoiceField("Column whose curve is drawn")
        self.words = ElidedLabel("", 12, token="text2")
        self.column.changed.connect(lambda column: self.column_wanted.emit(int(column)))
        self._lay_out()

    def show_results(self, results: Results | None) -> None:
        """Show nothing yet of other results."""
        self._results = results
        self.bars.show_chances(())
        self.column.set_options(())
        self.words.setText("")
        self.plot.show_plot(("", ""), ((0.0, 1.0), (0.0, 1.0)))

    def show_importance(self, answer: Answer) -> None:
        """Show how much columns matter, the most first, and ask for the curve of the first."""
        found = answer.arrays["importance"].mean(0)
        names = _names(answer, len(found))
        largest = float(np.abs(found).max()) or 1.0
        order = np.argsort(-found).tolist()
        written = [figures(float(value), 3, sign="+") for value in found]
        self.bars.show_chances(
            [Chance(names[n], max(float(found[n]), 0.0) / largest, False, False, written[n]) for n in order]
        )
        self.column.set_options([(str(place), names[place]) for place in order])
        self.column_wanted.emit(order[0])

    def show_dependence(self, answer: Answer) -> None:
        """Show the curve of a column: for classes the mean probability of each."""
        results = self._results
        if results is None:
            return
        values, means = answer.arrays["values"], answer.arrays["mean"]
        curves = theme().palette.curves
        names = [results.about.class_name(n) if results.has_classes else "" for n in range(len(means))][:MOST_LINES]
        lines = [Line(values, means[n], curves[n % len(curves)], name=name) for n, name in enumerate(names)]
        ends = (0.0, 1.0) if results.has_classes else span_of(means[:MOST_LINES].reshape(-1), 0.15)
        column = int(answer.facts["column"])
        name = _names(answer, column + 1)[column]
        deciles = [(float(at), ends[0]) for at in answer.arrays["deciles"]]
        title = "mean probability" if results.has_classes else "mean prediction"
        self.plot.show_plot((name, title), (span_of(values), ends), lines, marks=deciles)
        self.words.setText("partial dependence; rings are deciles")

    def say(self, sentence: str) -> None:
        """Say why it cannot be shown."""
        self.words.setText(sentence)

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.bars)
        right = QVBoxLayout()
        right.addWidget(self.column)
        right.addWidget(self.plot, 1)
        right.addWidget(self.words)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(scroll, 1)
        row.addLayout(right, 1)


def _names(answer: Answer, count: int) -> list[str]:
    names = [str(name) for name in answer.facts.get("features", [])]
    return names + [f"Number {place + 1}" for place in range(len(names), count)]
