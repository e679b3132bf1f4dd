"""The Train workspace: runs and settings on the left, live curves in the middle, the log beneath."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from models import files
from models.edits import SetSection
from models.training import TrainingSettings
from studio.documents import DocumentController, Message
from studio.run_curves import RunCurves
from studio.run_rows import row_of
from studio.runs.errors import RunError
from studio.settings import Settings
from studio.training import TrainingController
from widgets.controls import ElidedLabel, EmptyState, Label, Separator
from widgets.run_list import RunList
from widgets.run_log import RunLog
from widgets.run_strip import RunStrip
from widgets.schedule_preview import SchedulePreview
from widgets.spec_form import SpecForm
from widgets.theme import px

SIDE_WIDTH = 316


class TrainWorkspace(QWidget):
    """Composes the views of training. What runs is decided by the training controller alone."""

    def __init__(
        self,
        controller: DocumentController,
        training: TrainingController,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller, self.training, self._settings = controller, training, settings
        self.strip = RunStrip()
        self.runs = RunList()
        self.no_runs = EmptyState("No runs yet. Ctrl+Enter starts one.", "pulse")
        self.form = SpecForm()
        self.preview = SchedulePreview()
        self.data_line = ElidedLabel("", 12, token="text2")
        self.curves = RunCurves(self)
        self.log = RunLog()
        self._lay_out()
        self._connect()
        self._show_settings()
        self.refresh_runs()
        self._show_state()

    def save_state(self) -> None:
        """Remember the panels' widths."""
        self._settings.set_state("train/columns", self._columns.saveState())

    def panels(self) -> tuple[QWidget, ...]:
        """The parts that F6 walks through, in order."""
        return self.strip, self.runs, self.form, self.curves.loss, self.log

    # Set up

    def _lay_out(self) -> None:
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(self._side())
        self._columns.addWidget(self._charts())
        self._columns.setStretchFactor(1, 1)
        self._columns.setChildrenCollapsible(False)
        self._columns.setHandleWidth(1)
        self._columns.setSizes([px(SIDE_WIDTH), 1200])
        state = self._settings.state("train/columns")
        if state:
            self._columns.restoreState(state)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self._columns, 1)

    def _side(self) -> QWidget:
        side = QSplitter(Qt.Orientation.Vertical)
        side.setMinimumWidth(px(260))
        side.setChildrenCollapsible(False)
        side.setHandleWidth(1)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 14, 0, 8)
        heading = QHBoxLayout()
        heading.setContentsMargins(16, 0, 16, 0)
        heading.addWidget(Label("Runs", 13, 600))
        heading.addStretch(1)
        heading.addWidget(Label("best validation", 12, token="text3"))
        column.addLayout(heading)
        column.addWidget(self.no_runs, 1)
        column.addWidget(self.runs, 1)
        side.addWidget(upper)
        side.addWidget(self._settings_panel())
        side.setSizes([280, 460])
        return side

    def _settings_panel(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addWidget(Label("Settings for the next run", 13, 600))
        column.addWidget(self.data_line)
        column.addWidget(Separator())
        column.addWidget(self.form)
        column.addWidget(self.preview)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        return area

    def _charts(self) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(14, 14, 14, 14)
        grid.setSpacing(14)
        for place, chart in enumerate((self.curves.loss, self.curves.metric, self.curves.rate, self.log)):
            grid.addWidget(chart, place // 2, place % 2)
        grid.setRowStretch(0, 3)
        grid.setRowStretch(1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return page

    def _connect(self) -> None:
        self.form.changed.connect(self._set)
        self.controller.opened.connect(self._show_settings)
        self.controller.edited.connect(lambda change: self._show_settings() if change.sections else None)
        self.strip.pause_requested.connect(self.training.toggle_pause)
        self.strip.stop_requested.connect(self.training.stop)
        self.training.changed.connect(self._show_state)
        self.training.progressed.connect(self.strip.show_progress)
        self.training.run_started.connect(self._follow)
        self.training.run_ended.connect(self._run_ended)
        self.runs.toggled.connect(self._toggle)
        self.runs.opened.connect(self._open_run)
        self.runs.resume_requested.connect(self.training.resume)
        self.runs.rename_requested.connect(self._ask_name)
        self.runs.delete_requested.connect(self._delete)
        self.curves.happened.connect(self.log.add)
        self.curves.failed.connect(lambda text: self.controller.said.emit(Message(text, "warning")))

    # Settings

    def _show_settings(self) -> None:
        settings, problems = TrainingSettings.read(self.controller.document.training)
        self.form.set_spec(settings, self.controller.document.training, problems)
        self.preview.show_schedule(settings)
        source = self.controller.document.data.get("source", "digits")
        self.data_line.setText(f"Data: {source}. Change it in the Data workspace (Ctrl+1).")

    def _set(self, name: str, value: Any) -> None:
        changed = {**self.controller.document.training, name: value}
        self.controller.apply(SetSection("training", changed, field=name), merge=True)

    # Runs

    def refresh_runs(self) -> None:
        """Read the list of runs again."""
        try:
            summaries = self.training.runs()
        except RunError as error:
            self.controller.said.emit(Message(str(error), "warning"))
            return
        self.runs.runs.set_rows([row_of(summary) for summary in summaries])
        self.runs.setVisible(bool(summaries))
        self.no_runs.setVisible(not summaries)

    def _follow(self, path: Path) -> None:
        self.refresh_runs()
        self._show(path, live=True)
        self.log.clear()

    def _show(self, path: Path, *, live: bool) -> None:
        try:
            place = self.curves.add(path, live=live)
        except RunError as error:
            self.controller.said.emit(Message(str(error), "warning"))
            return
        self.runs.runs.shown[path.name] = place
        self.runs.runs.refresh(path.name)

    def _run_ended(self, path: Path) -> None:
        self.curves.finish(path.name)
        self.refresh_runs()

    def _toggle(self, id: str) -> None:
        if id in self.runs.runs.shown:
            self.curves.remove(id)
            del self.runs.runs.shown[id]
            self.runs.runs.refresh(id)
        else:
            self._show(self.training.runs_dir / id, live=self.training.current_id == id)

    def _open_run(self, id: str) -> None:
        try:
            document, _ = files.read(self.training.runs_dir / id / "document.netloom")
        except files.FileError as error:
            self.controller.said.emit(Message(str(error), "error"))
            return
        row = next((row for row in self.runs.runs.rows if row.id == id), None)
        self.training.open_trained(document, row.name if row else id)

    def _ask_name(self, id: str) -> None:
        row = next(row for row in self.runs.runs.rows if row.id == id)
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Rename the run")
        dialog.setLabelText("Name")
        dialog.setTextValue(row.name)
        dialog.textValueSelected.connect(lambda name: self._rename(id, name))
        dialog.open()

    def _rename(self, id: str, name: str) -> None:
        try:
            self.training.rename(id, name)
        except RunError as error:
            self.controller.said.emit(Message(str(error), "warning"))
        self.refresh_runs()

    def _delete(self, id: str) -> None:
        row = next(row for row in self.runs.runs.rows if row.id == id)
        if id in self.runs.runs.shown:
            self._toggle(id)
        try:
            self.training.delete(id)
        except RunError as error:
            self.controller.said.emit(Message(str(error), "warning"))
            return
        self.refresh_runs()
        self.controller.said.emit(Message(f"Deleted {row.name}.", "info", (("Undo", lambda: self._restore(id)),)))

    def _restore(self, id: str) -> None:
        self.training.restore(id)
        self.refresh_runs()

    # State

    def _show_state(self) -> None:
        training = self.training
        self.strip.show_buttons(running=training.is_training, paused=training.is_paused)
        self.strip.show_run(training.run_name or "No run yet", training.status_text)
