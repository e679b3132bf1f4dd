"""The list of runs in the Train workspace, and what can be done with one: draw it, read its log, open it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.controllers.run_follower import MOST_EVENTS
from studio.controllers.training import TrainingController
from studio.runs.errors import RunError
from studio.runs.events import Event, EventReader
from studio.runs.folder import RunFolder
from studio.runs.summary import RunSummary
from studio.services import dialogs
from studio.services.background import Background, Queue
from studio.services.message import Message
from studio.workspaces.train.run_curves import RunCurves
from studio.workspaces.train.run_names import different_data, different_losses, shown_names
from studio.workspaces.train.run_rows import after, row_of
from widgets.controls import Button, EmptyState, Label, set_tip
from widgets.runs.run_list import RunList, RunRow
from widgets.runs.run_log import RunLog


class Network(NamedTuple):
    """Whose runs are shown first: those of this document."""

    path: str
    title: str

    def trained(self, run: RunSummary) -> bool:
        """Whether a run was made of this document: by its path, or its title where it has none."""
        return run.document_path == self.path if self.path else not run.document_path and run.title == self.title


class RunPanel(QWidget):
    """Decides which runs are on the charts and which of them is read: its log, and how it stands.

    `said` carries a `Message`, `log_shown` the folder of a run (None for none), `changed` follows other runs on the
    charts, another one that is read, or one that stands in another way; `settings_requested` carries the settings of a
    run, `compare_requested` the folders of runs whose networks are to be compared: two, or one with what is open.
    """

    compare_requested = Signal(object)
    said = Signal(object)
    log_shown = Signal(object)
    changed = Signal()
    settings_requested = Signal(object)

    def __init__(
        self, training: TrainingController, curves: RunCurves, log: RunLog, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training, self._curves, self._log = training, curves, log
        self._summaries: dict[str, RunSummary] = {}
        self._network = Network("", "")
        self._log_id = self._chosen = ""
        self._log_reader: _LogReader | None = None
        self._log_lines, self._rows = Queue(self), Background(self)
        self.list = RunList()
        self.compare_button = Button("Compare", role="quiet", height=24)
        set_tip(self.compare_button, "Compare the networks of the two ticked runs")
        self.compare_button.hide()
        self.empty = EmptyState("No runs yet. Ctrl+Enter starts one.", "pulse")
        self._lay_out()
        self._connect()
        # Neither before it is known which.
        self.list.hide()
        self.empty.hide()
        if training.runs.summaries is not None:
            self._show_runs(training.runs.summaries)
        self.refresh()
        if training.run:
            self._follow(training.run)

    def refresh(self) -> None:
        """Look for runs that are new or changed."""
        self._training.runs.refresh()

    def show_network(self, path: str, title: str) -> None:
        """Another document is open: read its latest run, unless one is going on."""
        if self._network != (path, title):
            self._network = Network(path, title)
            if not self._training.is_training:
                self._read_latest()

    @property
    def has_runs(self) -> bool:
        """Whether there are runs, of whichever network."""
        return bool(self._summaries)

    @property
    def summary(self) -> RunSummary | None:
        """The run that is read, as far as it is known."""
        return self._summaries.get(self._log_id)

    def _show_runs(self, summaries: list[RunSummary]) -> None:
        self._rows.run(lambda: [row_of(run) for run in summaries], partial(self._show_rows, summaries), _nothing, ())

    def _show_rows(self, summaries: list[RunSummary], rows: list[RunRow]) -> None:
        self._summaries = {summary.id: summary for summary in summaries}
        # What is told was looked at a while ago: a run that has begun since then is not gone.
        begun = {self._chosen, self._training.current_id}
        for id in set(self._curves.colors) - set(self._summaries) - begun:
            self._curves.remove(id)
        self.list.set_rows(rows)
        self.list.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        if self._chosen in self._summaries:
            self.list.choose(self._chosen)
            self._chosen = ""
        if self._log_id in self._summaries:
            self._log.set_run(self._name(self._log_id))
        elif not self._training.is_training:
            self._read_latest()
        self._show_shown()

    def _read_latest(self) -> None:
        """Read the latest run of the network that is open; nothing where it has none."""
        latest = next((id for id, run in self._summaries.items() if self._network.trained(run)), "")
        if latest:
            self.list.choose(latest)
            self.show_log(latest)
        else:
            self.list.choose_none()
            self._log_id, self._log_reader = "", None
            self._log.show_run("")
            self.log_shown.emit(None)
            self.changed.emit()

    def _show_shown(self) -> None:
        """Name the runs on the charts by what differs among them, there and in the list."""
        shown = list(self._curves.colors)
        names = shown_names(self._summaries, shown)
        self._curves.set_names(names)
        runs = [self._summaries[id] for id in shown if id in self._summaries]
        self._curves.set_warning(different_data(runs), different_losses(runs))
        self.list.runs.set_shown(self._curves.colors, names)
        self.compare_button.setVisible(len(shown) == 2)
        self.changed.emit()

    def toggle(self, id: str) -> None:
        """Draw a run, and read it, or take it off the charts."""
        if id in self._curves.colors:
            self._curves.remove(id)
            self._show_shown()
        else:
            self._draw(self._training.runs_dir / id)
            self.list.choose(id)
            self.show_log(id)

    def show_only(self, id: str) -> None:
        """Take all other runs off the charts."""
        for other in set(self._curves.colors) - {id}:
            self._curves.remove(other)
        if id in self._curves.colors:
            self._show_shown()
        else:
            self.toggle(id)

    def show_log(self, id: str) -> None:
        """Show what happened in a run."""
        if id == self._log_id:
            return
        folder = self._training.runs_dir / id
        self._log_id, self._log_reader = id, _LogReader(folder)
        self._log.show_run(self._name(id))
        self._read_log()
        self.log_shown.emit(folder)
        self.changed.emit()

    def compare(self) -> None:
        """Ask for the networks of the two ticked runs to be compared, the older one first."""
        ticked = sorted(self._curves.colors)  # ids begin with the time
        if len(ticked) == 2:
            self.compare_requested.emit([self._training.runs_dir / id for id in ticked])
        else:
            self.said.emit(Message("Tick two runs to compare their networks.", "info"))

    @property
    def is_reading(self) -> bool:
        """Whether the log or the rows are still to come."""
        return self._log_lines.is_busy or self._rows.is_busy

    @property
    def shown(self) -> Path | None:
        """The folder of the run whose log is shown."""
        return self._training.runs_dir / self._log_id if self._log_id else None

    # Set up

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setContentsMargins(16, 0, 16, 0)
        heading.addWidget(Label("Runs", 13, 600))
        heading.addWidget(self.compare_button)
        heading.addStretch(1)
        heading.addWidget(Label("best validation", 12, token="text3"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 8)
        column.addLayout(heading)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)

    def _connect(self) -> None:
        self._training.runs.changed.connect(self._show_runs)
        self._training.runs.failed.connect(lambda text: self.said.emit(Message(text, "warning")))
        self._training.run_started.connect(self._follow)
        self._training.run_ended.connect(self._run_ended)
        self._curves.happened.connect(self._on_events)
        self._curves.failed.connect(self._say_not_drawn)
        self.list.toggled.connect(self.toggle)
        self.list.chosen.connect(self.show_log)
        self.list.opened.connect(self._training.open_trained)
        self.list.compare_requested.connect(lambda id: self.compare_requested.emit([self._training.runs_dir / id]))
        self.compare_button.clicked.connect(self.compare)
        self.list.resume_requested.connect(self._training.resume)
        self.list.rename_requested.connect(self._ask_name)
        self.list.delete_requested.connect(self._delete)
        self.list.only_requested.connect(self.show_only)
        self.list.copy_requested.connect(self._copy_path)
        self.list.settings_requested.connect(lambda id: self.settings_requested.emit(self._summaries[id].settings))

    # Following

    def show_run(self, id: str) -> None:
        """Draw a run, and read it."""
        self.list.choose(id)
        self._follow(self._training.runs_dir / id)

    def _follow(self, path: Path) -> None:
        self._chosen = path.name
        self.refresh()
        self._draw(path)
        self.show_log(path.name)

    def _draw(self, path: Path) -> None:
        self._curves.add(path, live=self._training.current_id == path.name)
        self._show_shown()

    def _say_not_drawn(self, text: str) -> None:
        self._show_shown()
        self.said.emit(Message(text, "warning"))

    def _run_ended(self, path: Path) -> None:
        self._curves.finish(path.name)
        self.refresh()

    def _on_events(self, id: str, events: Sequence[Event]) -> None:
        if id == self._log_id:
            self._read_log()
        if id == self._training.current_id and id in self._summaries:
            self._summaries[id] = after(self._summaries[id], events)
            self.list.runs.set_row(row_of(self._summaries[id]))
            self.changed.emit()

    def _read_log(self) -> None:
        reader = self._log_reader
        if reader is None:
            return

        def add(events: list[Event]) -> None:
            if reader is not self._log_reader:
                return
            if reader.rewound:
                self._log.show_run(self._name(self._log_id))
            self._log.add(events)
            if reader.is_behind:
                self._read_log()

        def failed(error: Exception) -> None:
            self._log_id = ""  # to be read anew when it is asked for again
            self.said.emit(Message(str(error), "warning"))

        self._log_lines.run(reader.poll, add, failed, (RunError,))

    # What can be done with a run

    def _name(self, id: str) -> str:
        summary = self._summaries.get(id)
        return summary.name if summary else id

    def _ask_name(self, id: str) -> None:
        dialogs.ask_text(self, "Rename the run", "Name", self._name(id), lambda name: self._rename(id, name))

    def _rename(self, id: str, name: str) -> None:
        self._training.runs.rename(id, name)

    def _copy_path(self, id: str) -> None:
        QGuiApplication.clipboard().setText(str(self._training.runs_dir / id))

    def _delete(self, id: str) -> None:
        name, runs = self._name(id), self._training.runs

        def deleted() -> None:
            if id in self._curves.colors:
                self.toggle(id)
            undo = ("Undo", lambda: runs.restore(id))
            self.said.emit(Message(f"Deleted {name}.", "info", (undo,)))

        runs.delete(id, deleted)


class _LogReader:
    """What a run tells of itself, read from where the last look ended; one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reader: EventReader | None = None
        self.is_behind = self.rewound = False

    def poll(self) -> list[Event]:
        if self._reader is None:
            self._reader = EventReader(RunFolder.open(self._folder).events_path)
        events = self._reader.poll(MOST_EVENTS)
        self.is_behind, self.rewound = self._reader.is_behind, self._reader.rewound
        return events


def _nothing(error: Exception) -> None:
    """Rows are made without reading anything: what goes wrong goes through the door for errors."""
