"""The card of tables: the confusion matrix, curves over thresholds, predicted against true, and what columns matter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from models.basics.quantities import percent
from models.basics.text import counted
from models.scoring.classes import Confusion
from models.scoring.thresholds import Thresholds
from studio.services.background import Background
from studio.workspaces.inspect.card import TitledCard
from studio.workspaces.inspect.columns import ColumnsPage
from studio.workspaces.inspect.overtime.replay import Replay
from studio.workspaces.inspect.results import Results
from studio.workspaces.inspect.subject import names_of
from widgets.controls import ChoiceField, ElidedLabel, EmptyState, Label, Segmented, Themed
from widgets.inspection.confusion import ConfusionMatrix
from widgets.inspection.plot import Line, Plot, Points, span_of
from widgets.inspection.slider import NamedSlider
from widgets.theme import px

MATRIX, ROC, PRECISION, CALIBRATION = "matrix", "roc", "precision", "calibration"
PREDICTED, RESIDUALS, COLUMNS = "predicted", "residuals", "columns"
TITLES = {
    MATRIX: ("Confusion matrix", ""),
    ROC: ("ROC curve", ""),
    PRECISION: ("Precision and recall", ""),
    CALIBRATION: ("Calibration", "how often answers are right that are so sure"),
    PREDICTED: ("Predicted against true", "click a point to see its sample"),
    RESIDUALS: ("Residuals", "what is predicted minus what is true"),
    COLUMNS: ("What the columns matter", "by how much the loss grows with one shuffled"),
}
ORDERS = [("given", "As they are"), ("hardest", "Hardest first"), ("clustered", "Confused side by side")]
MOST_POINTS, MOST_NUMBERS = 10_000, 1_000
STEPS = 1_000
"""Steps of the threshold's slider from 0 to 1."""


class TablesCard(Themed, TitledCard):
    """`cell_chosen` carries the true class and the answer that samples are wanted of (None twice for all), `pointed`
    the number of a sample, `columns_wanted` asks for the importance of columns, `answers_changed` the answers of an
    epoch with words for it, None and "" for those of the weights."""

    cell_chosen = Signal(object, object)
    pointed = Signal(int)
    columns_wanted = Signal()
    answers_changed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(TITLES[MATRIX][0], parent)
        self.results: Results | None = None
        self.matrix = ConfusionMatrix()
        self.plot = Plot()
        self.threshold = NamedSlider("Threshold", 0, STEPS, lambda step: f"{step / STEPS:.3f}", STEPS // 2)
        self.outcome = Label("", 12, token="text2")
        self.columns = ColumnsPage()
        self.empty = EmptyState("")
        self.view = ChoiceField("Table", [(MATRIX, TITLES[MATRIX][0])])
        self.order = ChoiceField("Order of classes", ORDERS)
        self.output = ChoiceField("Number that is predicted")
        self.numbers = Segmented([("counts", "Counts"), ("shares", "%")], name="Numbers in the matrix")
        self.epoch = NamedSlider("Epoch", 0, 0, str, in_line=True)
        self.replay: Replay | None = None
        self.unplayed = ElidedLabel("", 11, token="text3")
        self._ordered: tuple[str, list[int]] | None = None
        self._sorting = Background(self)
        self._columns_asked = False
        self._lay_out()
        self._connect()
        self.follow_theme()

    def restyle(self) -> None:
        self.view.setMinimumWidth(px(110))
        self.order.setMinimumWidth(px(72))
        self.update()

    def show_results(self, results: Results | None, replay: Replay | None = None, unplayed: str = "") -> None:
        """Show what answers come to; the table that is in front stays where it is still there.

        ``replay`` has those of each epoch; ``unplayed`` says why there are none.
        """
        self.results, self._columns_asked = results, False
        self._show_replay(replay, unplayed)
        self._ordered = None
        self.matrix.cell = None
        self.columns.show_results(results)
        self.words.setText("")
        if results is None:
            self._stack.setCurrentWidget(self.empty)
            for control in (
                self.numbers, self.order, self.output, self.view, self.outcome, self.epoch, self.unplayed,
            ):  # fmt: skip
                control.hide()
            return
        self._offer_outputs(results)
        self.view.set_options([(name, TITLES[name][0]) for name in _views(results)])
        if not self.view.value() or self.view.value() not in _views(results):
            self.view.set_value(_views(results)[0])
        self._order()
        self._show_view()

    def mark_sample(self, row: int) -> None:
        """Mark the point of the sample that is looked at."""
        self.plot.mark_sample(row)

    def _lay_out(self) -> None:
        self.choices.addWidget(self.view)
        self.view.setMinimumContentsLength(12)
        self.order.setMinimumContentsLength(9)
        for control in (self.numbers, self.order, self.output):
            self.controls.addWidget(control)
        curves = QWidget()
        column = QVBoxLayout(curves)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot, 1)
        column.addWidget(self.threshold)
        self._curves = curves
        self._stack = QStackedWidget()
        for page in (self.empty, self.matrix, curves, self.columns):
            self._stack.addWidget(page)
        self.body.addWidget(self._stack, 1)
        self.body.addWidget(self.epoch)
        self.body.addWidget(self.unplayed)
        self.body.addWidget(self.outcome)
        self.outcome.hide()

    def _connect(self) -> None:
        self.view.changed.connect(lambda _: self._show_view())
        self.order.changed.connect(lambda _: self._order())
        self.numbers.changed.connect(lambda value: self.matrix.set_shares(value == "shares"))
        self.threshold.changed.connect(lambda _: self._show_view())
        self.output.changed.connect(lambda _: self._show_view())
        self.epoch.changed.connect(lambda _: self._show_epoch())
        self.matrix.chosen.connect(self.cell_chosen)
        self.plot.pointed.connect(self.pointed)

    # The matrix

    def _order(self) -> None:
        results = self.results
        if results is None or not results.has_classes:
            return
        order, names, known = self.order.value(), names_of(results.about, results.classes), self._ordered
        replay, place = self.replay, self.place

        def ordered() -> tuple[Confusion, list[int]]:
            confusion = results.confusion
            orders: dict[str, Callable[[], list[int]]] = {
                "hardest": confusion.by_recall,
                "clustered": confusion.clustered,
            }
            # The order is that of the weights, whatever epoch is shown, so that cells stay where they are.
            if known is not None and known[0] == order:
                places = known[1]
            else:
                places = orders.get(order, lambda: list(range(results.classes)))()
            return confusion if replay is None or place is None else replay.confusion(place), places

        def show(found: tuple[Confusion, list[int]]) -> None:
            self._ordered = order, found[1]
            self.matrix.show_confusion(found[0], names, found[1])
            if place is not None:
                right = percent(found[0].accuracy, 1)
                self.epoch.say(f"{self._epoch_words(place)}, {right} right")

        # A thousand classes take half a second to be put side by side.
        self._sorting.run(ordered, show, _nothing, ())

    # Epochs

    @property
    def place(self) -> int | None:
        """The place of the epoch that is shown among those that are kept; None for the weights themselves."""
        replay, place = self.replay, self.epoch.value()
        return place if replay is not None and place < len(replay.epochs) else None

    def _show_replay(self, replay: Replay | None, unplayed: str) -> None:
        self.replay = replay
        self.unplayed.setText(unplayed)
        count = len(replay.epochs) if replay else 0
        self.epoch.set_words(count, self._epoch_words)
        self.epoch.set_value(count)

    def _epoch_words(self, place: int) -> str:
        epochs = self.replay.epochs if self.replay else []
        return f"{epochs[place]:,} of {epochs[-1]:,}" if place < len(epochs) else "these weights"

    def _show_epoch(self) -> None:
        replay, place = self.replay, self.place
        self._order()
        self._show_view()
        if replay is None or place is None:
            self.answers_changed.emit(None, "")
        else:
            self.answers_changed.emit(replay.answers(place), f" in epoch {replay.epochs[place]:,}")

    # The others

    def _show_view(self) -> None:
        results, view = self.results, self.view.value()
        if results is None:
            return
        title, words = TITLES[view]
        self.title.setText(title)
        self.words.setText(words)
        for control in (self.numbers, self.order):
            control.setVisible(view == MATRIX)
        self.output.setVisible(view in (PREDICTED, RESIDUALS) and self.output.count() > 1)
        self.view.setVisible(self.view.count() > 1)
        self.title.setVisible(self.view.count() <= 1)
        over_epochs = view in (MATRIX, PREDICTED, RESIDUALS)
        self.epoch.setVisible(over_epochs and self.replay is not None)
        self.unplayed.setVisible(over_epochs and bool(self.unplayed.text()))
        self.threshold.setVisible(view in (ROC, PRECISION))
        self.outcome.setVisible(view in (ROC, PRECISION, CALIBRATION))
        if view == COLUMNS and not self._columns_asked:
            self._columns_asked = True
            self.columns_wanted.emit()
        shows: dict[str, Callable[[Results], None]] = {
            ROC: self._show_roc, PRECISION: self._show_precision, CALIBRATION: self._show_calibration,
            PREDICTED: self._show_predicted, RESIDUALS: self._show_predicted,
        }  # fmt: skip
        if view in shows:
            shows[view](results)
        pages = {MATRIX: self.matrix, COLUMNS: self.columns}
        self._stack.setCurrentWidget(pages.get(view, self._curves))

    def _show_roc(self, results: Results) -> None:
        curve = results.thresholds
        assert curve is not None
        true, false, missed, left = self._say_threshold(results)
        lines, marks = [Line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), "text3", True)], []
        self.words.setText(_one_sided(results, curve) or f"area {curve.area:.4f}")
        if curve.has_both:
            lines.append(Line(*curve.roc()))
            marks = [(false / (false + left), true / (true + missed))]
        unit = ((0.0, 1.0), (0.0, 1.0))
        self.plot.show_plot(("False positive rate", "True positive rate"), unit, lines, marks=marks)

    def _show_precision(self, results: Results) -> None:
        curve = results.thresholds
        assert curve is not None
        true, false, missed, _ = self._say_threshold(results)
        lines, marks = list[Line](), list[tuple[float, float]]()
        self.words.setText(_one_sided(results, curve) or f"average precision {curve.average_precision:.4f}")
        if curve.has_both:
            lines = [Line(*curve.precision_recall())]
            marks = [(true / (true + missed), true / (true + false))] if true + false else []
        unit = ((0.0, 1.0), (0.0, 1.05))
        self.plot.show_plot(("Recall", "Precision"), unit, lines, marks=marks)

    def _say_threshold(self, results: Results) -> tuple[int, int, int, int]:
        assert results.thresholds is not None
        found = results.thresholds.at(self.threshold.value() / STEPS)
        true, false, missed, left = found
        yes = results.about.class_name(1)
        self.outcome.setText(
            f"{yes}: {true:,} found, {missed:,} missed, {counted(false, 'false alarm')}, {left:,} rightly left."
        )
        return found

    def _show_calibration(self, results: Results) -> None:
        found = results.calibration
        lines = [Line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), "text3", True), Line(found.mean, found.share)]
        marks = list(zip(found.mean.tolist(), found.share.tolist(), strict=True))
        self.outcome.setText(f"On average certainty is off by {percent(found.error, 1)}.")
        unit = ((0.0, 1.0), (0.0, 1.05))
        self.plot.show_plot(("Certainty", "Share right"), unit, lines, marks=marks)

    def _offer_outputs(self, results: Results) -> None:
        """Offer the numbers of an example, of which one is drawn; the one that was chosen stays."""
        count = 0 if results.has_classes else min(results.answered.each(results.answered.truth).shape[1], MOST_NUMBERS)
        chosen, options = self.output.value(), [(str(place), f"Number {place + 1:,}") for place in range(count)]
        self.output.set_options(options)
        _, height, width = results.about.aim or (1, 0, 0)
        middle = str(height // 2 * width + width // 2)  # of an image, of which corners are mostly empty
        usual = middle if middle in dict(options) else "0"
        self.output.set_value(chosen if chosen in dict(options) and chosen != "0" else usual)

    def _show_predicted(self, results: Results) -> None:
        place = int(self.output.value() or 0)
        truth = results.answered.each(results.answered.truth)[:, place].astype(np.float64)
        answers = results.answered.answer
        if self.replay is not None and self.place is not None:
            answers = self.replay.answers(self.place)
        given = results.answered.each(answers)[:, place].astype(np.float64)
        rows = np.arange(len(truth))
        if len(rows) > MOST_POINTS:
            rows = np.sort(np.random.default_rng(0).choice(rows, MOST_POINTS, replace=False))
        colors = np.zeros(len(rows), np.int64)
        if self.view.value() == RESIDUALS:
            away = given - truth
            ends = (span_of(given), span_of(np.append(away, 0.0)))
            line = Line(np.array(ends[0]), np.zeros(2), "text3", True)
            self.plot.show_plot(("Predicted", "Residual"), ends, [line], Points(given[rows], away[rows], colors, rows))
            return
        both = span_of(np.concatenate([truth, given]))
        line = Line(np.array(both), np.array(both), "text3", True)
        points = Points(truth[rows], given[rows], colors, rows)
        self.plot.show_plot(("True", "Predicted"), (both, both), [line], points, square=True)


def _views(results: Results) -> list[str]:
    """The tables that make sense."""
    found = [MATRIX] if results.has_classes else [PREDICTED, RESIDUALS]
    if results.thresholds is not None:
        found += [ROC, PRECISION]
    if results.has_classes:
        found.append(CALIBRATION)
    return [*found, COLUMNS] if len(results.about.shape) == 1 and not results.about.tokens else found


def _one_sided(results: Results, curve: Thresholds) -> str:
    """Why there is no curve, where one of the two classes never occurs; else nothing."""
    if curve.has_both:
        return ""
    return f"“{results.about.class_name(int(not curve.positives))}” never occurs here; try Training"


def _nothing(_: object) -> None:
    pass
