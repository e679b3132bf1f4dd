"""The list of runs in the Train workspace, and what can be done with one: draw it, read its log, open it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.controllers.training import TrainingController
from studio.runs.errors import RunError
from studio.runs.events import Event, EventReader
from studio.runs.folder import RunFolder
from studio.runs.summary import RunSummary
from studio.services import dialogs
from studio.services.message import Message
from studio.workspaces.train.run_curves import RunCurves
from studio.workspaces.train.run_rows import after, row_of
from widgets.controls import EmptyState, Label
from widgets.runs.run_list import RunList
from widgets.runs.run_log import RunLog


class RunPanel(QWidget):
    """Decides which runs are on the charts and whose log is shown.

    `said` carries a `Message`, `log_shown` the folder of a run.
    """

    said = Signal(object)
    log_shown = Signal(object)

    def __init__(
        self, training: TrainingController, curves: RunCurves, log: RunLog, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._training, self._curves, self._log = training, curves, log
        self._summaries: dict[str, RunSummary] = {}
        self._log_id = ""
        self._log_reader: EventReader | None = None
        self.list = RunList()
        self.empty = EmptyState("No runs yet. Ctrl+Enter starts one.", "pulse")
        self._lay_out()
        self._connect()
        self.refresh()
        if training.run:
            self._follow(training.run)

    def refresh(self) -> None:
        """Read the list of runs again."""
        try:
            summaries = self._training.runs()
        except RunError as error:
            self.said.emit(Message(str(error), "warning"))
            return
        self._summaries = {summary.id: summary for summary in summaries}
        for id in set(self._curves.colors) - set(self._summaries):
            self._curves.remove(id)
        self.list.set_rows([row_of(summary) for summary in summaries])
        self.list.setVisible(bool(summaries))
        self.empty.setVisible(not summaries)

    def toggle(self, id: str) -> None:
        """Draw a run, or take it off the charts."""
        if id in self._curves.colors:
            self._curves.remove(id)
            self.list.runs.set_shown(self._curves.colors)
        else:
            self._draw(self._training.runs_dir / id)

    def show_log(self, id: str) -> None:
        """Show what happened in a run."""
        try:
            folder = RunFolder.open(self._training.runs_dir / id)
        except RunError as error:
            self.said.emit(Message(str(error), "warning"))
            return
        self._log_id, self._log_reader = id, EventReader(folder.events_path)
        self._log.show_run(folder.name)
        self._read_log()
        self.log_shown.emit(folder.path)

    @property
    def shown(self) -> Path | None:
        """The folder of the run whose log is shown."""
        return self._training.runs_dir / self._log_id if self._log_id else None

    # Set up

    def _lay_out(self) -> None:
        heading = QHBoxLayout()
        heading.setContentsMargins(16, 0, 16, 0)
        heading.addWidget(Label("Runs", 13, 600))
        heading.addStretch(1)
        heading.addWidget(Label("best validation", 12, token="text3"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 8)
        column.addLayout(heading)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)

    def _connect(self) -> None:
        self._training.run_started.connect(self._follow)
        self._training.run_ended.connect(self._run_ended)
        self._curves.happened.connect(self._on_events)
        self._curves.failed.connect(lambda text: self.said.emit(Message(text, "warning")))
        self.list.toggled.connect(self.toggle)
        self.list.chosen.connect(self.show_log)
        self.list.opened.connect(self._training.open_trained)
        self.list.resume_requested.connect(self._training.resume)
        self.list.rename_requested.connect(self._ask_name)
        self.list.delete_requested.connect(self._delete)

    # Following

    def _follow(self, path: Path) -> None:
        self.refresh()
        self._draw(path)
        self.list.choose(path.name)
        self.show_log(path.name)

    def _draw(self, path: Path) -> None:
        try:
            self._curves.add(path, live=self._training.current_id == path.name)
        except RunError as error:
            self.said.emit(Message(str(error), "warning"))
        self.list.runs.set_shown(self._curves.colors)

    def _run_ended(self, path: Path) -> None:
        self._curves.finish(path.name)
        self.refresh()

    def _on_events(self, id: str, events: Sequence[Event]) -> None:
        if id == self._log_id:
            self._read_log()
        if id == self._training.current_id and id in self._summaries:
            self._summaries[id] = after(self._summaries[id], events)
            self.list.runs.set_row(row_of(self._summaries[id]))

    def _read_log(self) -> None:
        if self._log_reader:
            try:
                self._log.add(self._log_reader.poll())
            except RunError as error:
                self.said.emit(Message(str(error), "warning"))

    # What can be done with a run

    def _name(self, id: str) -> str:
        summary = self._summaries.get(id)
        return summary.name if summary else id

    def _ask_name(self, id: str) -> None:
        dialogs.ask_text(self, "Rename the run", "Name", self._name(id), lambda name: self._rename(id, name))

    def _rename(self, id: str, name: str) -> None:
        self._try(lambda: self._training.rename(id, name))
        self._curves.rename(id, self._name(id))
        if id == self._log_id:
            self._log.set_run(self._name(id))

    def _delete(self, id: str) -> None:
        name, drawn = self._name(id), id in self._curves.colors
        if self._try(lambda: self._training.delete(id)):
            if drawn:
                self.toggle(id)
            undo = ("Undo", lambda: self._try(lambda: self._training.restore(id)))
            self.said.emit(Message(f"Deleted {name}.", "info", (undo,)))

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except RunError as error:
            self.said.emit(Message(str(error), "warning"))
            return False
        finally:
            self.refresh()
        return True
