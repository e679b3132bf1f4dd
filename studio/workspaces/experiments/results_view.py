"""The results of one experiment: a table, parallel coordinates, two settings, what mattered, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from studio.experiments.dotted import short_names
from studio.experiments.results import CurvePoint, ranked
from studio.workspaces.experiments.boards import Outcome
from widgets.controls import Card, ChoiceField, Label, Paragraph, Segmented
from widgets.experiments.board import Board
from widgets.experiments.parallel import Parallel
from widgets.experiments.plane import Plane
from widgets.experiments.table import TrialTable
from widgets.experiments.verdicts import Verdicts
from widgets.inspection.chances import Chance, Chances
from widgets.inspection.plot import Line, Plot
from widgets.theme import px

LONG_NAME = 18
"""Letters of a setting's name that are read without opening the choice."""
VIEWS = [
    ("curve", "Learning curve"),
    ("verdicts", "Verdicts"),
    ("table", "Table"),
    ("parallel", "Parallel coordinates"),
    ("plane", "Two settings"),
    ("importance", "Importance"),
]
TOO_FEW = "What mattered is told when four runs have finished."


class ResultsView(QWidget):
    """`chosen` carries the number of the trial that stands out in all views, -1 for none."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trial = -1
        self.board = Board()
        self._first = ""
        self.views = Segmented(VIEWS, "table", height=28, name="View of the results")
        self.table, self.parallel, self.plane = TrialTable(), Parallel(), Plane()
        self.verdicts, self.importance = Verdicts(), Chances()
        self.curve, self.curve_verdict = Plot(), Paragraph("", 13)
        self.importance.setAccessibleName("What mattered")
        self.too_few = Label(TOO_FEW, 12, token="text2")
        self.across, self.up = ChoiceField("Across", []), ChoiceField("Up", [])
        self._lay_out()
        self._connect()

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what came of an experiment, with the same trial standing out if it is among its trials."""
        self.board = outcome.board
        if self.trial not in [mark.trial for mark in self.board.marks]:
            self.trial = -1
        self.verdicts.show_judgments(outcome.judgments)
        self._offer("verdicts" if outcome.judgments else "curve" if outcome.is_curve else "")
        self._show_importance(outcome.importance)
        self._show_curve(outcome.curve, outcome.curve_verdict)
        self._offer_columns()
        self._show_boards()

    def choose(self, trial: int) -> None:
        """Let a trial stand out in all views."""
        self.trial = trial
        self._show_boards()

    def _show_importance(self, importance: Mapping[str, float]) -> None:
        short, shares = short_names(list(importance)), list(ranked(importance))
        self.importance.show_chances([Chance(short[name], share, True, False) for name, share in shares])
        self.importance.setVisible(bool(shares))
        self.too_few.setHidden(bool(shares))

    def _show_curve(self, points: Sequence[CurvePoint], verdict: str) -> None:
        """Both errors against the share of the examples, and what they say."""
        shares = np.array([point.share for point in points])
        training = np.array([point.training.mean for point in points])
        validation = np.array([point.validation.mean for point in points])
        lines = [Line(shares, validation), Line(shares, training, "text3", dashed=True)]
        highest = float(max([0.0, *training, *validation])) or 1.0
        self.curve.show_plot(("share of the training part", "error"), ((0.0, 1.0), (0.0, 1.1 * highest)), lines)
        self.curve_verdict.setText(verdict or "The curve begins with two sizes that have finished.")

    def _offer(self, first: str) -> None:
        """Changes have verdicts and sizes a learning curve, which come first; combinations have all others."""
        offered = {"verdicts": {"verdicts", "table"}, "curve": {"curve", "table"}}
        there = offered.get(first, {"table", "parallel", "plane", "importance"})
        for name, _ in VIEWS:
            self.views.segment(name).setVisible(name in there)
        if first != self._first:
            self._first = first
            self._turn(first or "table")

    def _turn(self, view: str) -> None:
        self.views.set_value(view)
        self._stack.setCurrentIndex([name for name, _ in VIEWS].index(view))

    def _offer_columns(self) -> None:
        titles = [column.title for column in self.board.columns]
        options = [(str(number), title) for number, title in enumerate([*titles, self.board.metric.title])]
        for place, field in enumerate((self.across, self.up)):
            before = field.value()
            field.set_options(options)
            known = {value for value, _ in options}
            field.set_value(before if before in known and before else str(min(place, len(options) - 1)))

    def _show_boards(self) -> None:
        self.table.show_board(self.board, self.trial)
        self.parallel.show_board(self.board, self.trial)
        self._show_plane()

    def _show_plane(self) -> None:
        across, up = (int(field.value() or 0) for field in (self.across, self.up))
        self.plane.show_board(self.board, self.trial, across, up)

    def _take(self, trial: int) -> None:
        self.choose(trial)
        self.chosen.emit(trial)

    def _connect(self) -> None:
        self.views.changed.connect(self._turn)
        for field in (self.across, self.up):
            field.changed.connect(lambda _: self._show_plane())
        for view in (self.table, self.parallel, self.plane):
            view.chosen.connect(self._take)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        for page in (
            self._curve_page(),
            _scrolled(self.verdicts),
            self.table,
            self.parallel,
            self._plane_page(),
            self._importance_page(),
        ):
            card = Card()
            inner = QVBoxLayout(card)
            inner.setContentsMargins(px(10), px(10), px(10), px(10))
            inner.addWidget(page)
            self._stack.addWidget(card)
        self._turn("table")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(10))
        column.addWidget(self.views, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._stack, 1)

    def _curve_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(px(6), 0, px(6), 0)
        column.addWidget(self.curve_verdict)
        column.addWidget(Label("Solid: validation error. Dashed: training error.", 12, token="text2"))
        column.addWidget(self.curve, 1)
        return page

    def _plane_page(self) -> QWidget:
        page, row = QWidget(), QHBoxLayout()
        row.setSpacing(px(8))
        for words, field in (("Across", self.across), ("Up", self.up)):
            field.setMinimumContentsLength(LONG_NAME)
            row.addWidget(Label(words, 12, token="text2"))
            row.addWidget(field)
        row.addStretch(1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.plane, 1)
        return page

    def _importance_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(px(6), 0, px(6), 0)
        column.addWidget(Label("Share of the metric’s variance that goes with each setting", 12, token="text2"))
        column.addWidget(self.too_few)
        column.addWidget(self.importance)
        column.addStretch(1)
        return page


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    inner = QWidget()  # whose layout follows when the widget grows
    column = QVBoxLayout(inner)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    column.addStretch(1)
    area.setWidget(inner)
    return area
