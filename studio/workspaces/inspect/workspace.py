"""The Inspect workspace: which run on which data above, tables and samples in the middle, the layers beneath."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from models.storage.consent import CONSENT
from models.storage.files import FileError
from studio.controllers.asking.probing import Probing
from studio.controllers.training import TrainingController
from studio.data import kind_for
from studio.data.errors import ConsentNeeded
from studio.data.formats.foreign import foreign_text
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.runs.source import ForeignSourceError
from studio.runs.summary import RunSummary
from studio.services import dialogs
from studio.services.background import Background
from studio.services.message import Action
from studio.services.settings import Settings
from studio.workspaces.asking import MOST_RUNS, AskingPage
from studio.workspaces.inspect.card import scrolled
from studio.workspaces.inspect.exporting import ask_export
from studio.workspaces.inspect.inside import InsideCard
from studio.workspaces.inspect.overtime.replay import replay_of
from studio.workspaces.inspect.overtime.side import SampleSide
from studio.workspaces.inspect.results import Before, Results, counted
from studio.workspaces.inspect.subject import About, NoWeights, Opened, Subject, open_run, other_data
from studio.workspaces.inspect.tables import TablesCard
from studio.workspaces.workspace import Example
from widgets.controls import EmptyState
from widgets.controls.note import Kind, Note
from widgets.inspection.strip import Fact, InspectStrip
from widgets.theme import Menu, px, theme

NOTHING = "Train once to see what the network learned."
CHANGED = "The data has changed since this was trained, so figures may differ from those of the run."
EMBEDS = "An embedding is read by the classes of the ten training examples nearest to it."
SCORES = "scores"
LATER = 1_000
"""Milliseconds until a run that trains and had no weights yet is looked at again."""
SMALLEST = 270
"""Height that tables and samples need at least."""
NARROW = 900
"""Width below which samples stand beneath the tables."""


class InspectWorkspace(AskingPage):
    """Composes the views of what a run has learned; asks the worker for it."""

    def __init__(
        self, training: TrainingController, probing: Probing, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(training, probing, settings, parent)
        self.wanted: Subject | None = None
        """What was chosen."""
        self.subject: Subject | None = None
        """The same, with its weights by their folder as soon as that is known."""
        self.about: About | None = None
        self.results: Results | None = None
        self._stale = True
        self._before: Before | None = None
        """What is compared with the run that was trained from here."""
        self._awaits = False
        """Whether that run is to be shown when it has ended."""
        self._next_part = ""
        """The part of the data of the run that is opened next, or now; "" for the usual one."""
        self._lacks_weights = False
        self._later = QTimer(self, singleShot=True, interval=LATER)
        self._later.timeout.connect(self._look_later)
        self._counting = Background(self)
        self.strip = InspectStrip()
        self.tables = TablesCard()
        self.side = SampleSide(probing, training.documents)
        self.samples = self.side.samples
        self.inside = InsideCard(probing)
        self.empty = EmptyState(NOTHING, "eye")
        self._lay_out()
        self._connect()

    def panels(self) -> tuple[QWidget, ...]:
        above = (self.strip, self._saying) if self._notes else (self.strip,)
        if self.is_empty:
            return above
        return *above, self.tables, *self.side.panels(), self.inside

    def begin(self) -> None:
        if self.results is not None:
            self.samples.wall.setFocus()
        else:
            self.strip.run.setFocus()

    def looked_at(self) -> Example | None:
        subject, sample = self.subject, self.samples.current
        if subject is None or subject.data or sample < 0:
            return None
        return Example(subject.run, subject.checkpoint, subject.part, sample)

    def inspect(self, id: str) -> None:
        """Inspect a run, by the name of its folder."""
        self._run = id
        self.strip.run.set_value(id)
        self.open()

    # Set up

    def _lay_out(self) -> None:
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._columns.addWidget(self.tables)
        self._columns.addWidget(self.side)
        self._columns.setSizes([560, 840])
        self._columns.setStretchFactor(0, 2)
        self._columns.setStretchFactor(1, 3)
        self._rows.addWidget(self._columns)
        self._rows.addWidget(self.inside)
        self._rows.setSizes([340, 260])
        self._rows.setStretchFactor(0, 4)
        self._rows.setStretchFactor(1, 3)
        theme().changed.connect(self._keep_heights)
        self._keep_heights()
        self._part("inspect/columns", self._columns)
        self._part("inspect/rows", self._rows)
        cards = QWidget()
        column = QVBoxLayout(cards)
        column.setContentsMargins(12, 14, 12, 14)
        column.addWidget(self._rows)
        self._set_stage(self.strip, scrolled(cards))

    def _connect(self) -> None:
        strip, samples = self.strip, self.samples
        self.training.run_ended.connect(self._on_ended)
        self.training.progressed.connect(lambda _: self._follow())
        strip.run_changed.connect(self.inspect)
        strip.checkpoint_changed.connect(self._choose_checkpoint)
        strip.part_changed.connect(self._choose_part)
        strip.output_changed.connect(self._choose_output)
        strip.stop_requested.connect(self._stop)
        strip.export_requested.connect(self._export)
        self.tables.cell_chosen.connect(samples.filter)
        self.tables.answers_changed.connect(samples.take_answers)
        self.tables.pointed.connect(samples.choose)
        self.side.retrain_requested.connect(self._train)
        self.side.document_requested.connect(self._open_document)
        self.tables.columns_wanted.connect(self._ask_columns)
        self.tables.columns.column_wanted.connect(self._ask_dependence)
        self.inside.pointed.connect(samples.choose)
        self.inside.enclosed.connect(samples.enclose)
        self.inside.field_changed.connect(samples.detail.picture.set_frame)
        samples.current_changed.connect(self.inside.show_sample)
        samples.current_changed.connect(self.tables.mark_sample)
        samples.filter_cleared.connect(partial(self.tables.matrix.choose, None))

    def _train(self) -> None:
        """Train the document once more; what comes of it is compared with what is seen now."""
        if self.results is not None and self.opened is not None and self.subject is not None:
            self._before = Before(self.opened.folder, self.subject.part, self.results.facts())
            self._awaits = True
        self.training.train()

    def _open_document(self) -> None:
        """Have the document open that the run is of, in which its samples can be corrected."""
        if self.opened is not None:
            self.training.show_document(self.opened.folder.path, "inspect")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < px(NARROW)
        self._columns.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        self._keep_heights()

    def _keep_heights(self) -> None:
        """Whatever is looked at below, the line between stays where it is."""
        for card in (self.tables, self.side, self.inside):
            card.setMinimumHeight(px(SMALLEST))
        rows = 2 if self._columns.orientation() == Qt.Orientation.Vertical else 1
        self._columns.setMinimumHeight(rows * px(SMALLEST))

    # Which run

    def _show_runs(self, summaries: list[RunSummary]) -> None:
        self.strip.offer_runs([(run.id, run.name) for run in summaries[:MOST_RUNS]], self._run)
        chosen = self._chosen(summaries)
        self._stale |= chosen != self._run or not chosen
        self._run = chosen
        self.strip.run.set_value(self._run)
        self.strip.setVisible(bool(summaries))
        if not summaries:
            self._forget(NOTHING)
        elif self._stale and self.isVisible():
            self.open()

    def _on_ended(self, run: Path) -> None:
        """A run has ended: its weights are others now, it is there at last, or it was trained from here."""
        if self.results is None or run.name == self._run or self._awaits:
            if self._awaits and self._before is not None:  # figures are compared on the same samples
                self._next_part = self._before.part
            self._run, self._stale, self._awaits = run.name, True, False
            self.training.runs.refresh()
            if self.isVisible():
                self.inspect(run.name)

    def _follow(self) -> None:
        """The run that trains has got further: what is seen live looks again, and what had no weights may have some."""
        run = self.training.run
        if self.training.current_id and run is not None:
            self.inside.follow(run)
            if self._lacks_weights and run.name == self._run and self.isVisible() and not self._later.isActive():
                self._later.start()

    def _look_later(self) -> None:
        if self._lacks_weights and not self._opening.is_busy:
            self.open()

    def open(self, trust: str = "") -> None:
        """Look at the chosen run, and ask about it."""
        self._stale = False
        path = self.training.runs_dir / self._run
        self._opening.run(
            lambda: open_run(path, trust), self._show_opened, self._not_opened, (RunError, FileError, ConsentNeeded)
        )

    def _show_opened(self, opened: Opened) -> None:
        self.opened, self._lacks_weights = opened, False
        names = [name for name, _ in opened.checkpoints]
        chosen = self.strip.checkpoint.value()
        chosen = chosen if chosen in names else names[0]
        self.strip.offer_checkpoints(opened.checkpoints, chosen)
        wanted, self._next_part = self._next_part, ""
        part = wanted if wanted in ("training", "test") else "validation"
        self.strip.part.set_value(part)
        self._ask(Subject(opened.folder.path, chosen, part, trust=opened.trust))
        if wanted == "other":
            self._choose_part(wanted)

    def _not_opened(self, error: Exception) -> None:
        self._lacks_weights = isinstance(error, NoWeights)
        if isinstance(error, ForeignSourceError):
            actions: list[Action] = [self._trust_action(error, partial(self.open, error.trust))]
        elif isinstance(error, ConsentNeeded):
            actions = [(error.deed, partial(self._allow, error))]
        else:
            actions = [("Look again", self.open)]
        self._forget("")
        kind: Kind = "warning" if isinstance(error, ForeignSourceError | ConsentNeeded) else "error"
        sentence = f"{error.why} {error.request}" if isinstance(error, ConsentNeeded) else str(error)
        self._show_notes([Note(kind, sentence, actions)])

    def _allow(self, question: ConsentNeeded) -> None:
        question.allow()
        self.settings.set_data_paths(CONSENT.given)
        self.open()

    # Which weights, which data

    def _choose_checkpoint(self, name: str) -> None:
        if self.wanted is not None:
            self._ask(replace(self.wanted, checkpoint=name))

    def _choose_output(self, id: str) -> None:
        if self.wanted is not None:
            self._ask(replace(self.wanted, output=id))

    def _choose_part(self, part: str) -> None:
        if self._opening.is_busy or self.wanted is None:
            self._next_part = part
            return
        if part != "other":
            self._ask(replace(self.wanted, part=part, data={}))
            return
        self.strip.part.set_value("other" if self.wanted.data else self.wanted.part)
        menu = Menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("A file…", self._ask_file)
        menu.addAction("A folder of images…", self._ask_folder)
        menu.popup(self.strip.part.mapToGlobal(QPoint(0, self.strip.part.height())))

    def _ask_file(self) -> None:
        dialogs.ask_open(self, "Inspect with a file", Path.home(), "All files (*)", self.use_file)

    def _ask_folder(self) -> None:
        dialogs.ask_folder(self, "Inspect with a folder of images", Path.home(), self.use_file)

    def use_file(self, path: Path) -> None:
        """Score all of a file or folder."""
        kind = kind_for(path)
        if kind is None or self.wanted is None or self.opened is None:
            said = foreign_text(path) or f"{path.name[:40]} is no data that can be read. Choose another file."
            self._show_notes([Note("error", said)])
            return
        CONSENT.give(path)
        self.settings.set_data_paths(CONSENT.given)
        self.strip.part.set_value("other")
        self._ask(replace(self.wanted, part="all", data=other_data(self.opened.data, kind, path)))

    # Asking

    def _ask(self, subject: Subject) -> None:
        """Ask what there is to know, then score."""
        self.wanted = self.subject = subject
        self.about = self.results = None
        self._counting.drop()
        self._show_notes([])
        self.strip.show_facts(())
        self.tables.show_results(None)
        self.samples.show_results(None, None)
        self.side.over_time.forget()
        self.side.show_subject(None, None, None)
        self.inside.show_subject(None, None)
        self._show_content()
        self.strip.show_progress("Reading the run", 0, 0)
        self.probing.ask(subject.question("about", SCORES), self._show_about, self._fail, self._tell_reading)

    def _show_about(self, answer: Answer) -> None:
        subject = self.subject
        assert subject is not None
        try:
            self.about = About.of(answer.facts, subject.output)
        except RunError as error:
            self._fail(str(error))
            return
        if self.about.lost:
            self._fail(self.about.lost)
            self._show_notes([Note("error", self.about.lost, [("Other data…", partial(self._choose_part, "other"))])])
            return
        subject = self.subject = replace(subject, checkpoint=self.about.checkpoint)
        self.strip.offer_outputs(self.about.outputs, subject.output)
        self.strip.offer_test(len(self.about.counts) > 2)
        changed = [CHANGED] if self.about.changed else []
        told = [Note("info", EMBEDS)] if self.about.embeds else []
        self._show_notes([*told, *(Note("warning", note) for note in (*changed, *self.about.notes))])
        self.inside.show_subject(subject, self.about)
        self.side.show_subject(subject, self.about, self.opened)
        if self.opened is not None:
            self.side.over_time.show_subject(subject, self.about, self.opened)
        self.strip.show_progress("Scoring", 0, 0)
        self.probing.ask(subject.question("scores", SCORES), self._show_scores, self._fail, self._tell_scoring)

    def _show_scores(self, answer: Answer) -> None:
        about = self.about
        assert about is not None
        # Millions of answers take a while to be counted.
        self._counting.run(
            partial(counted, answer, about), self._show_results, lambda error: self._fail(str(error)), (RunError,)
        )

    def _show_results(self, found: tuple[Results, list[Fact]]) -> None:
        self.results, facts = found
        self.strip.show_idle()
        self.strip.show_facts(facts)
        if self.opened is not None and self.subject is not None:
            self.tables.show_results(self.results, *replay_of(self.opened, self.subject, self.results))
        self.samples.show_results(self.subject, self.results)
        if self._before and self.subject and (words := self._before.beside(self.subject, facts)):
            self._add_note(Note("info", words))

    def _tell_reading(self, done: int, total: int) -> None:
        self.strip.show_progress("Reading the data", done, total)

    def _tell_scoring(self, done: int, total: int) -> None:
        self.strip.show_progress("Scoring", done, total)

    def _ask_columns(self) -> None:
        if self.subject is not None:
            question = self.subject.question("importance", "columns")
            self.probing.ask(question, self.tables.columns.show_importance, self.tables.columns.say)

    def _ask_dependence(self, column: int) -> None:
        if self.subject is not None:
            question = self.subject.question("dependence", "column", column=column)
            self.probing.ask(question, self.tables.columns.show_dependence, self.tables.columns.say)

    def _stop(self) -> None:
        self.probing.drop(SCORES)
        self._counting.drop()
        self.strip.show_idle()
        again = ("Score it", partial(self._ask, self.wanted)) if self.wanted else ("Look again", self.open)
        self._show_notes([Note("info", "Scoring was stopped.", [again])])

    def _fail(self, sentence: str) -> None:
        self.strip.show_idle()
        again = ("Try again", partial(self._ask, self.wanted)) if self.wanted else ("Look again", self.open)
        self._show_notes([Note("error", sentence, [again])])

    def _say(self, sentence: str) -> None:
        self._show_notes([Note("error", sentence)])

    def _export(self) -> None:
        if self.results is not None and self.subject is not None:
            say, rows = self._say, self.samples.wall.rows
            ask_export(self, self.strip.export, say, self.probing, self.subject, self.results, rows)

    # Showing

    def _forget(self, text: str) -> None:
        self.wanted = self.subject = self.opened = self.about = self.results = None
        self.probing.drop(SCORES)
        self._counting.drop()
        self.strip.show_idle()
        self.strip.show_facts(())
        self.strip.offer_checkpoints((), "")
        self._show_notes([])
        self.empty.set_text(text)
        self._show_empty()
