"""The list of runs in the Train workspace, and what can be done with one: draw it, read its log, open it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.controllers.training import TrainingController
from studio.runs.events import Event
from studio.runs.status import CREATED
from studio.runs.summary import RunSummary
from studio.services import dialogs
from studio.services.message import Message
from studio.workspaces.train.charts.named import name_runs
from studio.workspaces.train.log_follower import LogFollower
from studio.workspaces.train.run_curves import RunCurves
from studio.workspaces.train.run_rows import GROUP, after, listed, row_of
from studio.workspaces.train.table.actions import RunActions
from studio.workspaces.train.table.book import Network, RunBook
from widgets.basics.deeds import Deed
from widgets.controls import Button, EmptyState, Label, Paragraph, SearchField, set_tip
from widgets.runs.run_list import LIVE, RunList
from widgets.runs.run_log import RunLog

NO_RUNS = "No runs yet. Ctrl+Enter starts one."
FEW = 4
"""Runs from which on there is a line to look for some."""
ENDS = ("finished", "stopped", "failed", "interrupted")


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
        self.book = RunBook(self)
        self._summaries: dict[str, RunSummary] = {}
        self._unfolded: set[str] = set()
        self.are_bands_shown = True
        self._network = Network("", "")
        self._chosen = ""
        self._log_follower = LogFollower(log, self)
        self.list = RunList()
        self.acts = RunActions(training, self.book, self)
        self.search = SearchField("Words, or lr > 0.01")
        self.complaint = Paragraph("", 12, token="warning")
        self.compare_button = Button("Compare", role="quiet", height=24)
        set_tip(self.compare_button, "Compare the networks of the two ticked runs")
        self.compare_button.hide()
        self.average_button = Button("Average", role="quiet", height=24)
        set_tip(self.average_button, "Let the ticked runs answer together, and see what that gains")
        self.average_button.hide()
        self.empty = EmptyState(NO_RUNS, "pulse")
        self._lay_out()
        self._connect()
        # Neither before it is known which.
        self.list.hide()
        self.empty.hide()
        if training.runs.summaries is not None:
            self.book.take(training.runs.summaries)
        self.refresh()
        if training.run:
            self._follow(training.run)

    def refresh(self) -> None:
        """Look for runs that are new or changed."""
        self._training.runs.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def event(self, event: QEvent) -> bool:
        """Who comes back to the window may have started, or deleted, runs elsewhere."""
        if event.type() == QEvent.Type.WindowActivate and self.isVisible():
            self.refresh()
        return super().event(event)

    def show_network(self, path: str, title: str) -> None:
        """Another document is open: read its latest run, unless one is going on."""
        if self._network != (path, title):
            self._network = Network(path, title)
            if not self._training.is_training:
                self._read_latest()

    @property
    def _log_id(self) -> str:
        return self._log_follower.id

    @property
    def has_runs(self) -> bool:
        """Whether there are runs, of whichever network."""
        return bool(self._summaries)

    @property
    def summary(self) -> RunSummary | None:
        """The run that is read, as far as it is known."""
        return self._summaries.get(self._log_id)

    def _show_book(self) -> None:
        """Other runs are known, or looked for."""
        before, self._summaries = self._summaries, {run.id: run for run in self.book.known.summaries}
        # What is told was looked at a while ago: a run that has begun since then is not gone.
        begun = {self._chosen, self._training.current_id}
        for id in set(self._curves.colors) - set(self._summaries) - begun:
            name = before[id].name if id in before else id
            self.said.emit(Message(f"The folder of {name} is gone, and its curves with it.", "warning"))
            self._curves.remove(id)
        self._follow_others(before)
        self._recolor()
        self._show_rows()
        if self._chosen in self._summaries:
            self.list.choose(self._chosen)
            self._chosen = ""
        if self._log_id in self._summaries:
            self._log_follower.rename(self._name(self._log_id))
        elif not self._training.is_training:
            self._read_latest()
        self._show_shown()

    def _show_rows(self) -> None:
        self.list.set_rows(listed(self.book.found, self.book.known.groups, self._unfolded))
        self.list.setVisible(bool(self.book.found))
        self.search.setVisible(len(self._summaries) >= FEW or bool(self.book.search))
        self.empty.set_text("No run is like that." if self._summaries else NO_RUNS)
        self.empty.setVisible(not self.book.found)
        self.complaint.setText(self.book.complaint)
        self.complaint.setVisible(bool(self.book.complaint))

    def _follow_others(self, before: Mapping[str, RunSummary]) -> None:
        """Follow what other programs train from when it begins until it has ended."""
        live = self._curves.live()
        for id in list(self._curves.colors):
            was, run = before.get(id), self._summaries.get(id)
            if run and id in live and run.state not in LIVE and id != self._training.current_id:
                self._curves.finish(id)
            elif run and was and id not in live and was.state == CREATED and run.state in LIVE:
                self._draw(id)

    def _read_latest(self) -> None:
        """Read the latest run of the network that is open, and draw it where nothing is drawn; nothing without one."""
        latest = next((id for id, run in self._summaries.items() if self._network.trained(run)), "")
        if latest:
            self.list.choose(latest)
            self.show_log(latest)
            if not self._curves.colors:
                self._draw(latest)
        else:
            self.list.choose_none()
            self._log_follower.show(None, "")
            self.log_shown.emit(None)
            self.changed.emit()

    def _show_shown(self) -> None:
        """Name the runs on the charts by what differs among them, there and in the list."""
        shown = [self._summaries[id] for id in self._curves.colors if id in self._summaries]
        groups = self.book.groups_among(self._curves.colors)
        names = name_runs(self._curves, shown, groups, as_one=self.are_bands_shown)
        self.list.runs.set_shown(self._curves.colors, names)
        self.compare_button.setVisible(len(shown) == 2)
        self.average_button.setVisible(len(shown) > 1)
        self.changed.emit()

    @property
    def has_groups(self) -> bool:
        """Whether runs on the charts repeat each other."""
        return bool(self.book.groups_among(self._curves.colors))

    def show_bands(self, shown: bool) -> None:
        """Show runs that repeat each other as one, or each by itself."""
        self.are_bands_shown = shown
        for id in self._curves.colors if not shown else ():
            self._curves.add(self._training.runs_dir / id, live=id in self._curves.live(), color=self._own_color(id))
        self._show_shown()

    def toggle(self, id: str) -> None:
        """Draw a run, and read it, or take it off the charts; of a row that stands for several all of them."""
        members = self._members(id)
        if shown := [member for member in members if member in self._curves.colors]:
            self._hide(shown)
            return
        self._draw(*members)
        if len(members) == 1:
            self.list.choose(id)
            self.show_log(id)

    def toggle_all(self, ids: Sequence[str]) -> None:
        """Draw these runs, or take them off the charts if all are there."""
        if missing := [id for id in ids if id not in self._curves.colors]:
            self._draw(*missing)
            self.list.choose(missing[-1])
            self.show_log(missing[-1])
        else:
            self._hide(ids)

    def fold(self, id: str) -> None:
        """Show the runs that a row stands for, or the row alone."""
        self._unfolded ^= {id.removeprefix(GROUP)}
        self._show_rows()

    def deeds_for(self, ids: Sequence[str]) -> list[Deed]:
        """What can be done with some runs, listed or not."""
        known = [self._summaries[id] for id in ids if id in self._summaries]
        if len(known) == 1:
            return self.list.deeds_of(row_of(known[0]))
        runs = [run.id for run in known]
        on = all(id in self._curves.colors for id in runs)
        compare = partial(self.compare_requested.emit, [self._training.runs_dir / id for id in sorted(runs)])
        return [
            Deed("Hide from the charts" if on else "Show on the charts", partial(self.toggle_all, runs), part="charts"),
            *([Deed("Compare the two", compare, part="use")] if len(runs) == 2 else []),
            *self.acts.deeds(runs),
            Deed(f"Delete {len(runs):,} runs", partial(self.acts.delete, runs), "Del", part="folder"),
        ]

    def _members(self, id: str) -> list[str]:
        group = self.book.known.groups.get(id.removeprefix(GROUP), ()) if id.startswith(GROUP) else ()
        return [member for member in group if member in self._summaries] or [id]

    def show_only(self, id: str) -> None:
        """Take all other runs off the charts."""
        self._hide([other for other in self._curves.colors if other != id])
        if id not in self._curves.colors:
            self.toggle(id)

    def show_log(self, id: str) -> None:
        """Show what happened in a run."""
        if id == self._log_id:
            return
        folder = self._training.runs_dir / id
        self._log_follower.show(folder, self._name(id))
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
        return self._log_follower.is_busy or self.book.is_busy or self.acts.is_busy

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
        heading.addWidget(self.average_button)
        heading.addStretch(1)
        heading.addWidget(Label("best validation", 12, token="text3"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 14, 0, 8)
        column.addLayout(heading)
        looking = QVBoxLayout()
        looking.setContentsMargins(12, 0, 12, 2)
        looking.addWidget(self.search)
        looking.addWidget(self.complaint)
        column.addLayout(looking)
        column.addWidget(self.empty, 1)
        column.addWidget(self.list, 1)

    def _connect(self) -> None:
        self._training.runs.changed.connect(self.book.take)
        self.book.changed.connect(self._show_book)
        self.search.textChanged.connect(self.book.look_for)
        self.acts.said.connect(self.said)
        self._log_follower.failed.connect(lambda text: self.said.emit(Message(text, "warning")))
        self.acts.deleted.connect(self._take_off)
        self.list.more = self.acts.deeds
        self.list.folded.connect(self.fold)
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
        self.average_button.clicked.connect(lambda: self.acts.average(list(self._curves.colors)))
        self.list.resume_requested.connect(self._training.resume)
        self.list.rename_requested.connect(self.ask_name)
        self.list.delete_requested.connect(lambda id: self.acts.delete([id]))
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
        self._draw(path.name)
        self.show_log(path.name)

    def _draw(self, *ids: str) -> None:
        for id in ids:
            run = self._summaries.get(id)
            live = self._training.current_id == id or bool(run and run.state in LIVE)
            self._curves.add(self._training.runs_dir / id, live=live, color=self._own_color(id))
        self._show_shown()  # once, as it names all of them by what differs among them

    def _hide(self, ids: Sequence[str]) -> None:
        for id in ids:
            self._curves.remove(id)
        self._show_shown()

    def _own_color(self, id: str) -> int | None:
        return self.book.color_for(id, self._curves.colors, self.are_bands_shown)

    def _recolor(self) -> None:
        """Draw runs in the colors that they were given since; those that are drawn as one keep theirs."""
        as_one = self.book.groups_among(self._curves.colors).values() if self.are_bands_shown else ()
        inside = {id for members in as_one for id in members}
        for id, place in self._curves.colors.items():
            run = self._summaries.get(id)
            if run and run.color not in (None, place) and id not in inside:
                self._draw(id)

    def _take_off(self, ids: Sequence[str]) -> None:
        if self._log_follower.id in ids:  # what is read just now is no longer there
            self._log_follower.show(None, "")
        self._hide(ids)

    def _say_not_drawn(self, text: str) -> None:
        self._show_shown()
        self.said.emit(Message(text, "warning"))

    def _run_ended(self, path: Path) -> None:
        self._curves.finish(path.name)
        self.refresh()

    def _on_events(self, id: str, events: Sequence[Event]) -> None:
        if id == self._log_id:
            self._log_follower.read()
        if id in self._summaries and (id == self._training.current_id or self._summaries[id].state in LIVE):
            self._summaries[id] = after(self._summaries[id], events)
            self.book.update(self._summaries[id])
            self.list.runs.set_row(row_of(self._summaries[id]))
            self.changed.emit()
        if id != self._training.current_id and events[-1]["event"] in ENDS:  # of a run that another program trains
            self.refresh()

    # What can be done with a run

    def _name(self, id: str) -> str:
        summary = self._summaries.get(id)
        return summary.name if summary else id

    def ask_name(self, id: str) -> None:
        """Ask for another name of a run."""
        dialogs.ask_text(self, "Rename the run", "Name", self._name(id), lambda name: self._rename(id, name))

    def _rename(self, id: str, name: str) -> None:
        self._training.runs.rename(id, name)

    def _copy_path(self, id: str) -> None:
        QGuiApplication.clipboard().setText(str(self._training.runs_dir / id))
