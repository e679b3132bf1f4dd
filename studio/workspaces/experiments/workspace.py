"""The Experiments workspace: the queue at the left, what came of the chosen experiment at the right."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from models.storage.atomic import replace_file
from studio.controllers.documents import DocumentController
from studio.controllers.experiments.controller import STOPPED, ExperimentsController, Standing
from studio.experiments import results
from studio.experiments.dotted import SettingError, setting_of, short_names, taking_over
from studio.experiments.progress import Trial
from studio.runs.status import FINISHED
from studio.services import dialogs
from studio.services.background import Background, Queue
from studio.services.message import Message
from studio.services.settings import Settings
from studio.workspaces.experiments.boards import Outcome, outcome_of
from studio.workspaces.experiments.results_view import ResultsView
from studio.workspaces.experiments.vary_dialog import Draft, VaryDialog
from studio.workspaces.workspace import Page
from widgets.basics.deeds import Deed
from widgets.controls import Button, ElidedLabel, EmptyState, IconButton, Label, Themed
from widgets.experiments.queue_list import QueueList, QueueRow
from widgets.theme import px

CURVE_SHARES, CURVE_SEEDS = "0.1, 0.2, 0.4, 0.7, 1", 3
RESAMPLE, BAGS = "data.resample", "1, 2, 3, 4, 5"
NOTHING = "Nothing was varied yet. Right-click the label of a setting and choose Vary…, or begin here."


class ExperimentsWorkspace(Themed, Page):
    """Shows the queue and the results. What is trained is decided by the experiments controller alone.

    `average_requested` carries the folders of the finished runs of an experiment, which are to answer together.
    """

    average_requested = Signal(object)

    def __init__(
        self,
        controller: DocumentController,
        experiments: ExperimentsController,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(settings, parent)
        self.controller, self.experiments = controller, experiments
        self.draft = Draft()
        self._id = self._new = ""
        self._writing, self._reckoning = Queue(self), Background(self)
        self._best = -1
        """The number of the best trial of the experiment in sight."""
        self.new = Button("New…", "plus", height=28)
        self.pause = IconButton("pause", "Let all experiments rest", 28)
        self.list = QueueList()
        self.title, self.sentence = ElidedLabel("", 15, 600), ElidedLabel("", 12, token="text2")
        self.use = Button("Use the best", "check", height=30)
        self.go_on = Button("Go on", "play", height=30)
        self.stop = Button("Stop", "stop", height=30)
        self.results = ResultsView()
        self.empty, self.begin_here = EmptyState(NOTHING, "shuffle"), Button("New experiment…", "plus", role="soft")
        self._lay_out()
        self._connect()
        self._show()
        self.follow_theme()

    def panels(self) -> tuple[QWidget, ...]:
        return (self.list, self.results) if self._standing() else (self.begin_here,)

    def begin(self) -> None:
        (self.list if self._standing() else self.begin_here).setFocus()

    def vary(self, name: str) -> None:
        """Plan an experiment, with one more setting that varies if one is named."""
        rows = [row for row in self.draft.rows if row[0] and row[0] != name and self._is_there(row[0])]
        self._plan(Draft((*rows, (name, ""))) if name else Draft(tuple(rows)))

    def _plan(self, draft: Draft) -> None:
        dialog = VaryDialog(self.controller.document, self.controller.title, self.experiments, draft, self.window())
        dialog.finished.connect(lambda _: self._keep(dialog.draft))
        dialog.open()

    def learning_curve(self) -> None:
        """Plan a learning curve: growing shares of the training part, each with three seeds."""
        self._plan(Draft(((results.SHARE, CURVE_SHARES),), CURVE_SEEDS))

    def bagging(self) -> None:
        """Plan runs with a training part each that is drawn again with replacement, to be averaged."""
        self._plan(Draft(((RESAMPLE, BAGS),)))

    def average(self) -> None:
        """Let the finished runs of the chosen experiment answer together."""
        self.average_requested.emit(self._finished())

    def deeds(self) -> list[Deed]:
        """What can be done with the chosen experiment."""
        standing, id = self._standing(), self._id
        if standing is None:
            return []
        stopped = standing.state == STOPPED or not self.experiments.is_working
        return [
            Deed("Go on", partial(self.experiments.go_on, id), possible=stopped and standing.is_left),
            Deed("Stop", partial(self.experiments.stop, id), possible=not stopped and standing.is_left),
            Deed("Move up", partial(self.experiments.move, id, -1), part="order"),
            Deed("Move down", partial(self.experiments.move, id, 1), part="order"),
            Deed(self.use.accessibleName(), self.take_over, possible=self.use.isEnabled(), part="results"),
            Deed("Average the runs…", self.average, possible=len(self._finished()) > 1, part="results"),
            Deed("Save the table as CSV…", self.ask_where, part="results"),
            Deed("Remove from the list", partial(self.experiments.remove, id), part="remove"),
        ]

    def take_over(self) -> None:
        """Write the settings of the chosen trial, or else of the best, into the document: one edit."""
        standing = self._standing()
        trial = self._trial(standing) if standing else None
        if trial is None or not trial.settings:
            return
        try:
            self.controller.apply(taking_over(self.controller.document, trial.settings))
        except SettingError as error:
            self.controller.said.emit(Message(f"{error} These settings are of another network.", "warning"))
            return
        words = standing.folder.experiment.words(trial.settings) if standing else ""
        self.controller.said.emit(Message(f"The network has {words} now. Undo takes it back.", "good"))

    def ask_where(self) -> None:
        """Ask where the table is to be saved."""
        folder = self.controller.path.parent if self.controller.path else Path.home()
        start = folder / f"{self.controller.title} experiment.csv"
        dialogs.ask_save(self, "Save the table", start, "Table (*.csv)", "csv", self._write)

    def restyle(self) -> None:
        self._side.setMinimumWidth(px(250))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.experiments.refresh()

    # What is shown

    def _standing(self) -> Standing | None:
        return next((one for one in self.experiments.standings or () if one.folder.id == self._id), None)

    def _finished(self) -> list[Path]:
        """The folders of the runs of the chosen experiment that have finished."""
        standing = self._standing()
        runs = standing.progress.runs if standing else []
        return [standing.folder.runs_dir / run.id for run in runs if standing and run.state == FINISHED]

    def _trial(self, standing: Standing) -> Trial | None:
        trials = standing.progress.trials
        return trials.get(self.results.trial) or trials.get(self._best)

    def _show(self) -> None:
        standings = self.experiments.standings or []
        if self._new in [one.folder.id for one in standings]:
            self._id, self._new = self._new, ""
        if standings and self._standing() is None:
            self._id = standings[-1].folder.id
        self._stack.setCurrentIndex(0 if standings else 1)
        self._show_queue()
        self._show_results()

    def _show_queue(self) -> None:
        rows = [self._row(standing) for standing in self.experiments.standings or ()]
        self.list.show_rows(rows, self._id)
        self.list.deeds = self.deeds()
        working, resting = self.experiments.is_working, self.experiments.is_paused
        self.pause.setVisible(working)
        self.pause.set_icon("play" if resting else "pause")
        self.pause.set_tip("Let all experiments go on" if resting else "Let all experiments rest")

    def _row(self, standing: Standing) -> QueueRow:
        progress, going = standing.progress, self.experiments.going_on(standing.folder.id)
        short = short_names(progress.experiment.names)
        share = (standing.ended + sum(going.values())) / max(1, standing.total)
        stands = f"{standing.ended:,} of {standing.total:,} runs"
        if going and not self.experiments.is_paused:
            stands += f" · {len(going)} going on"
        elif standing.is_left:
            stands += " · stopped" if standing.state == STOPPED else " · resting" if going else " · waiting"
        stands += f" · {standing.failed:,} failed" if standing.failed else ""
        words = ", ".join(short.values())
        return QueueRow(standing.folder.id, progress.experiment.title, words, stands, min(share, 1.0), bool(going))

    def _show_results(self) -> None:
        standing = self._standing()
        if standing is None:
            return
        progress = standing.progress
        varies = ", ".join(short_names(progress.experiment.names).values())
        self.title.setText(f"{progress.experiment.title} · {varies}")
        self._reckoning.run(partial(outcome_of, progress), self._present, lambda _: None, ())
        self._show_buttons()

    def _present(self, outcome: Outcome) -> None:
        self.sentence.setText(outcome.sentence)
        self._best = outcome.best
        self.results.show_outcome(outcome)
        self._show_buttons()

    def _show_buttons(self) -> None:
        standing = self._standing()
        if standing is None:
            return
        working = self.experiments.is_working and standing.state != STOPPED
        self.go_on.setVisible(standing.is_left and not working)
        self.stop.setVisible(standing.is_left and working)
        self.use.setText("Use the best" if self.results.trial < 0 else "Use the chosen")
        trial = self._trial(standing)
        self.use.setEnabled(trial is not None and bool(trial.settings))
        self.list.deeds = self.deeds()

    def _choose(self, id: str) -> None:
        self._id, self._best = id, -1
        self.results.choose(-1)
        self._show_results()

    def _keep(self, draft: Draft) -> None:
        self.draft = draft

    def _is_there(self, name: str) -> bool:
        try:
            return bool(setting_of(self.controller.document, name))
        except SettingError:
            return False

    def _started(self, id: str) -> None:
        self._new = id
        self.results.choose(-1)

    def _write(self, path: Path) -> None:
        content = self.results.table.as_csv().encode()

        def failed(error: Exception) -> None:
            self.controller.said.emit(Message(f"Could not write {path.name}: {error}", "error"))

        def written() -> None:
            self.controller.said.emit(Message(f"Saved {path.name}.", "good"))

        self._writing.run(lambda: replace_file(path, content), lambda _: written(), failed, (OSError,))

    # Set up

    def _connect(self) -> None:
        for button in (self.new, self.begin_here):
            button.clicked.connect(lambda: self.vary(""))
        self.pause.clicked.connect(self.experiments.toggle_pause)
        self.go_on.clicked.connect(lambda: self.experiments.go_on(self._id))
        self.stop.clicked.connect(lambda: self.experiments.stop(self._id))
        self.use.clicked.connect(self.take_over)
        self.list.chosen.connect(self._choose)
        self.results.chosen.connect(lambda _: self._show_buttons())
        self.experiments.changed.connect(self._show)
        self.experiments.progressed.connect(self._show_queue)
        self.experiments.started.connect(self._started)

    def _lay_out(self) -> None:
        self._side = self._queue()
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.addWidget(self._side)
        columns.addWidget(self._outcome())
        columns.setStretchFactor(1, 1)
        columns.setChildrenCollapsible(False)
        columns.setHandleWidth(1)
        columns.setSizes([px(290), 1200])
        self.remember("experiments/columns", columns)
        nothing = QWidget()
        column = QVBoxLayout(nothing)
        column.addStretch(2)
        column.addWidget(self.empty)
        column.addWidget(self.begin_here, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._stack = QStackedWidget()
        self._stack.addWidget(columns)
        self._stack.addWidget(nothing)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _queue(self) -> QWidget:
        side = QWidget()
        head = QHBoxLayout()
        head.setContentsMargins(px(16), 0, px(12), 0)
        head.addWidget(Label("Experiments", 13, 600), 1)
        head.addWidget(self.pause)
        head.addWidget(self.new)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, px(12), 0, 0)
        column.setSpacing(px(8))
        column.addLayout(head)
        column.addWidget(self.list, 1)
        return side

    def _outcome(self) -> QWidget:
        page = QWidget()
        words, head = QVBoxLayout(), QHBoxLayout()
        words.setSpacing(px(2))
        words.addWidget(self.title)
        words.addWidget(self.sentence)
        head.setSpacing(px(8))
        head.addLayout(words, 1)
        for button in (self.go_on, self.stop, self.use):
            head.addWidget(button)
        column = QVBoxLayout(page)
        column.setContentsMargins(px(16), px(12), px(16), px(14))
        column.setSpacing(px(12))
        column.addLayout(head)
        column.addWidget(self.results, 1)
        return page
