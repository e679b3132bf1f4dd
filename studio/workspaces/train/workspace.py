"""The Train workspace: runs and settings on the left, live curves in the middle, the log beneath."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from models.analysis.steps import last_batch_of_one_fails
from models.analysis.weights import numbers_that_decay
from models.data import Facts
from models.document.edits import SetSection
from models.explaining.updates import schedule_rule, update_rule
from models.storage.atomic import replace_file
from models.training import TrainingSettings
from models.training.settings import DATA, OPTIMIZER, SCHEDULE
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController
from studio.data import DataError, dataset_from
from studio.services import dialogs
from studio.services.background import Queue
from studio.services.message import Message
from studio.services.settings import Settings
from studio.workspaces.train.chart_grid import ChartGrid
from studio.workspaces.train.chart_looks import ChartLooks
from studio.workspaces.train.charts.arrangement import Arrangement
from studio.workspaces.train.charts.bar import TABLE, ChartBar
from studio.workspaces.train.charts.drawn_run import Flag
from studio.workspaces.train.run_curves import RunCurves
from studio.workspaces.train.run_doctor import RunDoctor
from studio.workspaces.train.run_health import RunHealth
from studio.workspaces.train.run_names import network_of, starts_of
from studio.workspaces.train.run_panel import RunPanel
from studio.workspaces.train.run_rows import planned_epochs
from studio.workspaces.train.table.page import RunTablePage
from studio.workspaces.train.trying.costs import TrainingCosts
from studio.workspaces.workspace import Page
from widgets.basics.deeds import open_menu
from widgets.charts.chart import FILES, Chart
from widgets.controls import Button, ElidedLabel, EmptyState, Label, Separator, Themed, keep_bar_room, set_tip
from widgets.explain.rules import RuleSection
from widgets.forms.spec_form import SpecForm
from widgets.runs.run_list import LIVE, RESUMABLE
from widgets.runs.run_log import RunLog
from widgets.runs.run_strip import RunStrip
from widgets.runs.schedule_preview import SchedulePreview
from widgets.theme import px

SIDE_WIDTH = 316


class TrainWorkspace(Themed, Page):
    """Composes the views of training. What runs is decided by the training controller alone."""

    def __init__(
        self,
        controller: DocumentController,
        training: TrainingController,
        settings: Settings,
        probing: Probing,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(settings, parent)
        self.controller, self.training = controller, training
        self.strip = RunStrip()
        self.form = SpecForm(varies=True)
        self.preview = SchedulePreview()
        self.data_line = ElidedLabel("", 12, token="text2")
        self.decay_line = Label("", 11, token="text3")
        self.decay_line.setWordWrap(True)
        self.costs = TrainingCosts(controller, probing, self)
        self.update_rule, self.rate_rule = RuleSection("One update"), RuleSection("Rate over the run")
        self.test_button = Button("Test", role="quiet", height=24)
        set_tip(self.test_button, "Range of learning rates, one batch, gradients, speed: tried for a moment")
        self.curves = RunCurves(self)
        self.log = RunLog()
        self.doctor = RunDoctor()
        self.health = RunHealth(training, self)
        self.panel = RunPanel(training, self.curves, self.log)
        self.looks = ChartLooks(settings)
        self.hint = EmptyState("", "pulse")
        self.bar = ChartBar()
        self.page = RunTablePage(self.panel.book)
        self._writing = Queue(self)
        self._lay_out()
        self._connect()
        self._shown: tuple[object, ...] = ()
        self._show_document()
        self._show_runs()
        self.follow_theme()

    def panels(self) -> tuple[QWidget, ...]:
        return self.strip, self.panel.list, self.form, self.bar, self.curves.loss, self.page.table, self.log.list

    def choose_device(self) -> None:
        """Let the user choose where the next run trains."""
        self.form.focus_field("device")

    # Set up

    def _lay_out(self) -> None:
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._side = QSplitter(Qt.Orientation.Vertical)
        self._columns.addWidget(self._make_side())
        self._columns.addWidget(self._middle())
        self._columns.setStretchFactor(1, 1)
        self._columns.setChildrenCollapsible(False)
        self._columns.setHandleWidth(1)
        self._columns.setSizes([px(SIDE_WIDTH), 1200])
        self.remember("train/columns", self._columns)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self._columns, 1)

    def restyle(self) -> None:
        self._side.setMinimumWidth(px(280))

    def _make_side(self) -> QWidget:
        side = self._side
        side.setChildrenCollapsible(False)
        side.setHandleWidth(1)
        side.addWidget(self.panel)
        side.addWidget(self._settings_panel())
        side.setSizes([280, 460])
        return side

    def _settings_panel(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 14, 6, 14)
        column.setSpacing(10)
        head = QHBoxLayout()
        head.addWidget(Label("Settings for the next run", 13, 600), 1)
        head.addWidget(self.test_button)
        column.addLayout(head)
        column.addWidget(self.data_line)
        column.addWidget(Separator())
        column.addWidget(self.form)
        self.form.set_spec(TrainingSettings())
        self.form.attach(OPTIMIZER, self.decay_line)
        self.form.attach(OPTIMIZER, self.update_rule)
        self.form.attach(SCHEDULE, self.preview)
        self.form.attach(DATA, self.costs.line)
        self.form.attach(SCHEDULE, self.rate_rule)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        keep_bar_room(area)
        return area

    def _middle(self) -> QWidget:
        """The charts, or the table of runs, beneath the line that chooses between them."""
        words = QWidget()
        column = QVBoxLayout(words)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.doctor)
        column.addWidget(self.log, 1)
        self._grid = ChartGrid(words, self.hint)
        self.charts = Arrangement(self.curves, self._grid, self.bar, self.looks, self)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._grid)
        self._pages.addWidget(self.page)
        middle = QWidget()
        rows = QVBoxLayout(middle)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.bar)
        rows.addWidget(self._pages, 1)
        return middle

    def show_page(self, page: str) -> None:
        """Bring the charts or the table of runs to the front."""
        self.bar.show_page(page)
        self._pages.setCurrentIndex(page == TABLE)
        if page == TABLE:
            self.page.show_rows()
            self.page.table.setFocus()
        else:
            self._show_runs()

    def _arrange_charts(self) -> None:
        """Show the charts, or a hint where no run is on them."""
        words = (
            "Tick runs in the list to see their curves." if self.panel.has_runs else "Curves of runs are drawn here."
        )
        self.hint.set_text(words)
        self.charts.arrange()

    def _connect(self) -> None:
        self.form.changed.connect(self._set)
        self.costs.line.taken.connect(partial(self._set, "batch_size"))
        self.controller.knowledge.changed.connect(self._show_memory)
        self.controller.opened.connect(self._show_document)
        self.controller.edited.connect(lambda change: self._show_settings() if change.sections else None)
        self.controller.knowledge.changed.connect(self._show_schedule)
        self.strip.pause_requested.connect(self.training.toggle_pause)
        self.strip.stop_requested.connect(self.training.stop)
        self.strip.resume_requested.connect(self._resume)
        self.training.changed.connect(self._show_state)
        self.training.progressed.connect(self.strip.show_progress)
        self.training.runs.changed.connect(lambda _: self._offer_starts())
        self.panel.said.connect(self.controller.said)
        self.panel.changed.connect(self._show_runs)
        self.panel.settings_requested.connect(self._use_settings)
        self.panel.log_shown.connect(self._examine)
        self.health.known_changed.connect(self._show_health)
        self.curves.happened.connect(lambda id, _: self.doctor.look_again(id))
        self.doctor.mend_requested.connect(self.controller.apply)
        self.doctor.show_requested.connect(self._show_on_chart)
        self.doctor.examined.connect(lambda: self.curves.set_flags(*self.doctor.flags()))
        if self.panel.shown:
            self._examine(self.panel.shown)
        self.curves.save_requested.connect(self._ask_where)
        self.bar.page_chosen.connect(self.show_page)
        self.bar.bands_chosen.connect(self._choose_bands)
        self.page.toggled.connect(self.panel.toggle_all)
        self.page.menu_requested.connect(lambda ids, at: open_menu(self.page, self.panel.deeds_for(ids), at))
        self.page.csv_requested.connect(self._ask_where_rows)
        self.page.table.opened.connect(self.training.open_trained)
        self.page.table.starred.connect(self._toggle_star)
        self.page.table.rename_requested.connect(self.panel.ask_name)
        self.page.table.delete_requested.connect(lambda _: self.panel.acts.delete(self.page.chosen()))

    def _show_health(self) -> None:
        self._grid.set_beside(self.health.strips if self.health.is_shown else None)

    def _examine(self, run: Path | None) -> None:
        self.doctor.show_run(run)
        self.health.show_run(run)

    def _show_on_chart(self, id: str, flag: Flag) -> None:
        """Bring the chart of a finding into view, with its run on it and the pointer at its place."""
        if id in self.curves.colors:
            self.charts.point_out(id, flag)
        else:
            self.charts.point_out_soon(id, flag)
            self.panel.toggle(id)

    # Settings

    def _show_document(self) -> None:
        self._show_settings()
        path = str(self.controller.path or "")
        self.charts.show_document(path)
        self.bar.bands.setChecked(self.looks.bands)
        self.panel.show_bands(self.looks.bands)
        self.panel.show_network(path, self.controller.title)

    def _use_settings(self, settings: dict[str, Any]) -> None:
        known = {name: value for name, value in settings.items() if name in TrainingSettings.fields}
        self.controller.apply(SetSection("training", known))

    def _offer_starts(self) -> None:
        """List the runs that the next one can start from."""
        present = str(self.controller.document.training.get("start_run", ""))
        self.form.offer("start_run", starts_of(self.training.runs.summaries or (), present))

    def _show_settings(self) -> None:
        settings, problems = TrainingSettings.read(self.controller.document.training)
        self.form.count_as("schedule", {"epochs": "updates"} if settings.counts_updates else {})
        self.form.set_spec(settings, self.controller.document.training, problems)
        self._offer_starts()
        self._show_schedule()
        self._show_decay()
        self._show_memory()
        try:
            called = dataset_from(self.controller.document.data)[0].called()
        except DataError:
            called = str(self.controller.document.data.get("source"))[:60]
        self.data_line.setText(f"Data: {called} · change it with Ctrl+1")

    def _show_schedule(self) -> None:
        settings, _ = TrainingSettings.read(self.controller.document.training)
        facts = next((item for item in self.controller.knowledge.known if isinstance(item, Facts)), None)
        examples = (facts.training_examples if facts else None) or 0
        document = self.controller.document
        is_odd = examples % settings.batch_size == 1  # asked first: the other walks through all layers
        skips = is_odd and last_batch_of_one_fails(document.network, document.analysis)
        self.preview.show_schedule(settings, settings.updates_each(examples, skips_single=skips))
        self.update_rule.show_rule(update_rule(settings.optimizer), "For each weight w with gradient g, at rate η")
        time = "update" if settings.counts_updates else "epoch"
        self.rate_rule.show_rule(schedule_rule(settings.schedule), f"η in {time} t of T", "How it moves")

    def _show_decay(self) -> None:
        """Say how many weights decay; the network may have changed while this page was out of sight."""
        document = self.controller.document
        settings, _ = TrainingSettings.read(document.training)
        counts = numbers_that_decay(document.network, document.analysis) if settings.decays else (0, 0)
        self.decay_line.setText(settings.decay_in_words(*counts))
        self.decay_line.setVisible(settings.decays)

    def _show_memory(self) -> None:
        if self.isVisible():
            self.costs.show()

    def showEvent(self, event: QShowEvent) -> None:
        self._show_decay()
        super().showEvent(event)
        self._show_memory()

    def _set(self, name: str, value: Any) -> None:
        changed = {**self.controller.document.training, name: value}
        self.controller.apply(SetSection("training", changed, field=name), merge=True)

    # State

    def _show_runs(self) -> None:
        self.bar.show_groups(self.panel.has_groups)
        self.page.set_shown(self.curves.colors)
        self.curves.set_flags(*self.doctor.flags())  # of a run that came after it was looked at
        shown = (bool(self.curves.colors), bool(self.panel.has_runs), tuple(self.curves.facets.charts))
        if shown != self._shown:
            self._shown = shown
            self._arrange_charts()
        self._show_state()

    def _choose_bands(self, shown: bool) -> None:
        self.looks.set_bands(shown)
        self.panel.show_bands(shown)

    def _toggle_star(self, id: str) -> None:
        runs = [run for run in self.panel.book.known.summaries if run.id == id]
        self.panel.acts.star([id], not all(run.starred for run in runs))

    def _show_state(self) -> None:
        """Show the run that goes on, else the one that is read."""
        training, run = self.training, self.panel.summary
        resumable = run is not None and run.state in RESUMABLE
        self.strip.show_buttons(running=training.is_training, paused=training.is_paused, resumable=resumable)
        if training.is_training:
            name = training.run_name if training.current_id else "New run"
            self.strip.show_run(name, _joined(training.run_text, training.whose))
            if not training.has_progress:
                self.strip.show_no_progress()
        elif run is not None:
            state = training.run_text if run.state in LIVE else run.state.capitalize()
            self.strip.show_past(run.epochs, planned_epochs(run.settings))
            self.strip.show_run(run.name, _joined(state, network_of(run)))
        else:
            self.strip.show_no_progress()
            nothing = "No run of this network yet" if self.panel.has_runs else "No run yet"
            self.strip.show_run(nothing, "Ctrl+Enter starts one")

    def _resume(self) -> None:
        if run := self.panel.summary:
            self.training.resume(run.id)

    # Charts as files

    def _ask_where(self, chart: Chart, suffix: str) -> None:
        folder = self.controller.path.parent if self.controller.path else Path.home()
        title = chart.accessibleName().removesuffix(" chart").lower()
        start = folder / f"{self.controller.title} {title}.{suffix}"
        words = FILES[suffix]
        write = partial(self._write_chart, chart, suffix)
        dialogs.ask_save(self, "Save the chart", start, f"{words} (*.{suffix})", suffix, write)

    def _ask_where_rows(self, text: str) -> None:
        start = (self.controller.path.parent if self.controller.path else Path.home()) / "runs.csv"
        write = partial(self._write, text.encode)
        dialogs.ask_save(self, "Save the table", start, "Values (*.csv)", "csv", write)

    def _write_chart(self, chart: Chart, suffix: str, path: Path) -> None:
        self._write(chart.written(suffix), path)

    def _write(self, content: Callable[[], bytes], path: Path) -> None:

        def failed(error: Exception) -> None:
            self.controller.said.emit(Message(f"Could not write {path.name}: {error}", "error"))

        def written() -> None:
            self.controller.said.emit(Message(f"Saved {path.name}.", "good"))

        self._writing.run(lambda: replace_file(path, content()), lambda _: written(), failed, (OSError,))


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)
