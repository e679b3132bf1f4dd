"""The dialog in which an experiment is planned: what varies, over which values, how often; how long it will take."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import NamedTuple, cast

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from models.document import Document
from models.specs.fields import Choice
from models.specs.spec import SpecOf
from studio.controllers.experiments.controller import ExperimentsController
from studio.controllers.experiments.planning import Plan
from studio.experiments.axis import HELP, Axis, axis_from
from studio.experiments.dotted import SettingError, setting_of
from studio.experiments.estimate import duration_text
from studio.experiments.experiment import MOST_RUNS, MOST_SEEDS, Experiment
from studio.experiments.searches import SEARCHES, TRIALS
from studio.runs.errors import RunError
from studio.services.background import Background
from studio.workspaces.experiments.setting_field import Labels, SettingField, labels_of
from widgets.controls import Button, IconButton, IntField, Label, Paragraph, Segmented, Switch, TextField, announce
from widgets.theme import px

SOON = 250
"""Milliseconds until the plan follows what is typed."""


class Draft(NamedTuple):
    """What the dialog was last left with: (setting, values as they were typed), and how many seeds."""

    rows: tuple[tuple[str, str], ...] = ()
    seeds: int = 1


class _Row:
    """A setting and its values, in a row of the grid."""

    def __init__(self, labels: Labels, name: str, text: str, number: int) -> None:
        self.name = SettingField(f"Setting {number}", labels)
        self.name.set_value(name)
        self.values = TextField(f"Values {number}")
        self.values.set_value(text)
        self.values.setPlaceholderText("0.1, 0.01 or 1e-4..1e-1:log:4")
        self.remove = IconButton("x", "Remove this setting", 28)

    def is_begun(self) -> bool:
        """Whether it is being typed: it is not whole yet, not wrong."""
        naming = self.name.hasFocus() and self.name.isModified()
        return naming or (self.values.hasFocus() and not self.values.text().strip())

    def widgets(self) -> tuple[QWidget, QWidget, QWidget]:
        """The parts of the row, from left to right."""
        return self.name, self.values, self.remove


class VaryDialog(QDialog):
    """Plans an experiment with a document and starts it; ``draft`` is what it was left with the last time."""

    def __init__(
        self, document: Document, title: str, experiments: ExperimentsController, draft: Draft, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Experiment")
        self._document, self._title, self._experiments = document, title, experiments
        self._labels = labels_of(document)
        self.rows: list[_Row] = []
        options = [(name, search.title) for name, search in SEARCHES.items()]
        self.search = Segmented(options, "grid", name="How combinations are found")
        self.help = Paragraph("", 12, token="text2")
        self.seeds, self.trials = IntField("Seeds", 1, MOST_SEEDS), IntField("Combinations", 1, MOST_RUNS)
        self.prune = Switch("Give up hopeless runs")
        self.add = Button("Add a setting", "plus", role="quiet")
        self.told = Paragraph("", 13)
        self.measure = Button("Measure an epoch")
        self.start = Button("Start", "play", role="main")
        self.experiment: Experiment | None = None
        """What would be started, None where it is not whole."""
        self._planning = Background(self)
        self._soon = QTimer(self, singleShot=True, interval=SOON)
        self._soon.timeout.connect(self.look)
        self._lay_out()
        self.seeds.set_value(draft.seeds)
        for name, text in draft.rows or (("", ""),):
            self.add_row(name, text)
        self._connect()
        self.look()

    def add_row(self, name: str = "", text: str = "") -> None:
        """Another setting that varies; its values are told where none are given."""
        row = _Row(self._labels, name, text or self._suggestion(name), len(self.rows) + 1)
        place = self._grid.rowCount()
        for column, widget in enumerate(row.widgets()):
            self._grid.addWidget(widget, place, column)
        row.remove.clicked.connect(lambda: self._remove(row))
        row.name.changed.connect(lambda name: self._named(row, str(name)))
        row.values.changed.connect(lambda _: self._soon.start())
        row.values.textEdited.connect(lambda _: self._soon.start())
        self.rows.append(row)
        (row.values if name else row.name).setFocus()
        self._soon.start()

    def done(self, result: int) -> None:
        self._planning.drop()
        super().done(result)

    @property
    def draft(self) -> Draft:
        """What is typed now."""
        rows = tuple((row.name.read(row.name.text()).strip(), row.values.text().strip()) for row in self.rows)
        return Draft(rows, cast("int", self.seeds.value()))

    def look(self) -> None:
        """Read what is typed; say what is wrong with it, or how many runs it makes and how long they take."""
        search = SEARCHES[self.search.value()]
        self.help.setText(search.help)
        self._trials_label.setVisible(search.is_drawn)
        self.trials.setVisible(search.is_drawn)
        self.start.setEnabled(False)
        self.measure.setVisible(False)
        try:
            self.experiment = self._read()
        except SettingError as error:
            self.experiment = None
            untouched = not any(name or values for name, values in self.draft.rows)
            self._say(str(error), problem=not untouched and not any(row.is_begun() for row in self.rows))
            return
        self._say("Looking whether these values fit…")
        self._plan(self.experiment)

    def begin(self) -> None:
        """Start the experiment, and close."""
        if self.experiment is not None and self.start.isEnabled():
            self._experiments.start(self.experiment)
            self.accept()

    def _read(self) -> Experiment:
        """The experiment that is typed; raises `SettingError`."""
        name = self.search.value()
        search = SEARCHES[name]
        if search.package and find_spec(search.package) is None:
            raise SettingError(f"A {search.title} search needs {search.package}: pip install netloom[search]")
        axes = [axis_from(setting_of(self._document, setting), text) for setting, text in self.draft.rows if setting]
        if not axes:
            raise SettingError(f"Name a setting, such as training.optimizer.lr, and {HELP}.")
        seeds, trials = cast("int", self.seeds.value()), cast("int", self.trials.value())
        prune = self.prune.isChecked()
        if search.varies:
            return Experiment(self._title, name, tuple(axes), seeds=seeds, trials=trials, prune=prune)
        changes = tuple(changes_of(self._document, axes))
        return Experiment(self._title, name, changes=changes, seeds=seeds, prune=prune)

    def _plan(self, experiment: Experiment, *, measuring: bool = False) -> None:
        job = self._experiments.plan(experiment, measuring=measuring)
        self._planning.run(job, self._show_plan, lambda error: self._say(str(error), problem=True), (RunError,))

    def _show_plan(self, plan: Plan) -> None:
        if plan.problems:
            self._say(" ".join(plan.problems[:3]), problem=True)
            return
        self.start.setEnabled(plan.runs > 0)
        self.measure.setVisible(plan.seconds is None)
        beside = f", {plan.side_by_side} side by side" if plan.side_by_side > 1 else ""
        about = f", about {duration_text(plan.seconds)}" if plan.seconds is not None else ""
        unknown = "" if about else " How long is not known yet: there was no run of this network."
        self._say(f"{plan.runs:,} {'run' if plan.runs == 1 else 'runs'}{beside}{about}.{unknown}")

    def _measure(self) -> None:
        if self.experiment is not None:
            self.measure.setVisible(False)
            self._say("Training one epoch to see how long it takes…")
            self._plan(self.experiment, measuring=True)

    def _named(self, row: _Row, name: str) -> None:
        if not row.values.text().strip():
            row.values.set_value(self._suggestion(name))
        self._soon.start()

    def _suggestion(self, name: str) -> str:
        """Values to begin with: around the present one for numbers, both for switches, all there are to choose from,
        some of many kinds."""
        try:
            setting = setting_of(self._document, name)
        except SettingError:
            return ""
        present = setting.present
        if isinstance(setting.field, SpecOf):
            return ", ".join(list(setting.field.registry)[:3])
        if isinstance(setting.field, Choice):
            return ", ".join(setting.field.options)
        if isinstance(present, bool):
            return "yes, no"
        if isinstance(present, int) and present > 1:
            return f"{present // 2}, {present}, {2 * present}"
        return f"{present / 10:g}, {present:g}, {present * 10:g}" if isinstance(present, float) and present > 0 else ""

    def _remove(self, row: _Row) -> None:
        if len(self.rows) > 1:
            self.rows.remove(row)
            for widget in row.widgets():
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._soon.start()

    # Set up

    def _connect(self) -> None:
        self.search.changed.connect(lambda _: self.look())
        self.seeds.changed.connect(lambda _: self._soon.start())
        self.trials.changed.connect(lambda _: self._soon.start())
        self.prune.toggled.connect(lambda _: self._soon.start())
        self.add.clicked.connect(lambda: self.add_row())
        self.measure.clicked.connect(self._measure)
        self.start.clicked.connect(self.begin)

    def _lay_out(self) -> None:
        self.trials.set_value(TRIALS)
        self._grid = QGridLayout()
        self._grid.setSpacing(px(8))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(Label("Setting", 12, token="text2"), 0, 0)
        self._grid.addWidget(Label("Values", 12, token="text2"), 0, 1)
        counts = QHBoxLayout()
        counts.setSpacing(px(10))
        self._trials_label = Label("Combinations", 12, token="text2")
        for widget in (Label("Seeds of each", 12, token="text2"), self.seeds, self._trials_label, self.trials):
            counts.addWidget(widget)
        self.seeds.setFixedWidth(px(64))
        self.trials.setFixedWidth(px(80))
        counts.addStretch(1)
        counts.addWidget(Label("Give up hopeless runs", 12, token="text2"))
        counts.addWidget(self.prune)
        column = QVBoxLayout(self)
        column.setSpacing(px(12))
        column.setContentsMargins(px(20), px(18), px(20), px(16))
        column.addLayout(self._grid)
        column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.search, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.help)
        column.addLayout(counts)
        column.addWidget(self.told)
        column.addStretch(1)
        column.addLayout(self._buttons())
        self.resize(QSize(px(620), px(380)))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.measure)
        row.addStretch(1)
        cancel = Button("Cancel")
        cancel.clicked.connect(self.reject)
        for button in (self.add, self.measure, cancel):
            button.setAutoDefault(False)
        self.start.setDefault(True)
        row.addWidget(cancel)
        row.addWidget(self.start)
        return row

    def _say(self, sentence: str, problem: bool = False) -> None:
        self.told.setText(sentence)
        self.told.set_token("error_text" if problem else "text1")
        announce(self, sentence)


def changes_of(document: Document, axes: Iterable[Axis]) -> list[dict[str, object]]:
    """Each value of each axis that the document has not as it is, as a change of its own."""
    present = {axis.name: setting_of(document, axis.name).present for axis in axes}
    return [{axis.name: value} for axis in axes for value in axis.points() if value != present[axis.name]]
