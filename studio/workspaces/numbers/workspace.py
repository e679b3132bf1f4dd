"""Composes the Numbers workspace: the steps above, a card a layer, and beside them how the chosen number came about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QSplitter, QWidget

from models.analysis.steps import answers_otherwise
from models.byhand.course import BACKWARD, FORWARD, LOSS, START, UPDATE, Course, Position
from models.byhand.exercise import MOST_WEIGHTS, SECTION, ByHandError, Exercise
from models.byhand.notation import number
from models.byhand.walk import Walk, cell
from models.document.edits import SetSection
from models.document.sheet import DocumentChange
from models.layers.terminals import Input, Output
from models.storage import files
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.services.settings import Settings
from studio.workspaces.numbers import answers
from studio.workspaces.numbers import tables as acts
from studio.workspaces.numbers.cards import Changes, Tables, rows_by_layer, tables_of
from studio.workspaces.numbers.chosen import Chosen
from studio.workspaces.numbers.column import Column
from studio.workspaces.numbers.exporting import ask_export
from studio.workspaces.numbers.hand import Hand
from studio.workspaces.numbers.side import SidePanel
from studio.workspaces.staged import StagedPage
from widgets.basics.deeds import open_menu
from widgets.controls import Button, EmptyState
from widgets.controls.note import Kind, Note
from widgets.numbers.layer_card import TableView
from widgets.numbers.strip import NumbersStrip

NOTHING = "Draw a small network with an Input and an Output to work it by hand."
WORKING = "The numbers of this network are being worked out…"
WAIT = 150
"""Milliseconds after an edit until the numbers are asked for anew."""
WORK, CHECK = "numbers", "numbers check"
STAGE_WORDS = {START: "ready", FORWARD: "forward", LOSS: "loss", BACKWARD: "backward", UPDATE: "updated"}
Place = tuple[int, ...]


class NumbersWorkspace(StagedPage):
    """Shows what the worker works out for the document's own batch; every change of it is an edit of the document."""

    example_requested = Signal()

    def __init__(
        self, controller: DocumentController, probing: Probing, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(settings, parent)
        self.controller, self.probing = controller, probing
        self.walk: Walk | None = None
        self.course, self.here, self.shows_key = Course(), Position(), False
        self._past: list[Position] = []
        self.hand, self.chosen = Hand(self), Chosen(self, self)
        self._stale, self._outdated = True, False
        self._changes = Changes()
        self.column = Column(self._actions)
        self._asking = QTimer(self, singleShot=True, interval=WAIT)
        self._asking.timeout.connect(self._ask)
        self.strip, self.side = NumbersStrip(), SidePanel()
        self.empty, self.example = EmptyState(WORKING, "lin"), Button("Open a small example")
        self.empty.add(self.example)
        self.example.hide()  # until it is known that there is nothing else to see
        self._lay_out()
        self._connect()
        self.strip.wait()

    @property
    def is_outdated(self) -> bool:
        """Whether the network is another than the one whose numbers are shown."""
        return self._outdated

    def panels(self) -> tuple[QWidget, ...]:
        if self.is_empty:
            return self.strip, self.empty
        return self.strip, self.column, self.side

    def begin(self) -> None:
        stays = self.is_empty and not self.example.isHidden()
        (self.example if stays else self.strip.step).setFocus()

    @property
    def views(self) -> dict[str, TableView]:
        """Each table of the cards as it is shown."""
        return self.column.views

    @property
    def exercise(self) -> Exercise:
        """What the document holds for this; an empty one where that cannot be read."""
        try:
            return Exercise.read(self.controller.document.content.section(SECTION))
        except ByHandError:
            return Exercise()

    # Set up

    def _lay_out(self) -> None:
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.addWidget(self.column)
        self._columns.addWidget(self.side)
        self._columns.setSizes([900, 340])
        self._columns.setStretchFactor(0, 1)
        self._columns.setChildrenCollapsible(False)
        self.side.setMinimumWidth(260)
        self.remember("numbers/columns", self._columns)
        self._set_stage(self.strip, self._columns)

    def _connect(self) -> None:
        strip, side = self.strip, self.side
        self.example.clicked.connect(self.example_requested)
        self.controller.opened.connect(self._adopt)
        self.controller.edited.connect(self._on_edited)
        strip.stage_wanted.connect(lambda stage: self.go(self.course.to(stage, self.here)))
        strip.step_wanted.connect(lambda: self.go(self.course.step(self.here)))
        strip.back_wanted.connect(self.back)
        strip.start_wanted.connect(lambda: self.go(Position()))
        strip.check_wanted.connect(self.check)
        strip.export_wanted.connect(self._export)
        side.key_toggled.connect(self._show_key)
        side.cleared.connect(partial(self._set, "answers", {}))
        side.tolerance_changed.connect(partial(self._set, "tolerance"))
        side.mode_changed.connect(partial(self._set, "mode"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.probing.warm_up()
        if self._stale:
            self._ask()

    # The document

    def _adopt(self) -> None:
        """Another document is open."""
        self.here, self._past = Position(), []
        self.chosen.forget()
        self.hand.begin_again()
        self._changes.forget()
        self.walk, self._stale = None, True
        self.strip.wait()
        if self.isVisible():
            self._ask()

    def _on_edited(self, change: DocumentChange) -> None:
        shapes = any(part.what != "moved" for part in change.network)
        if not shapes and not {"training", SECTION}.intersection(change.sections):
            return
        self._stale = True
        self._outdated |= shapes or "training" in change.sections
        if self.isVisible():
            self._asking.start()

    def _set(self, name: str, value: object) -> None:
        self.put(Exercise.read({**self.exercise.settings(), name: value}))

    def put(self, exercise: Exercise) -> None:
        """Make an edit of the document's numbers."""
        self.controller.apply(SetSection(SECTION, exercise.settings()))

    # Asking

    def _ask(self) -> None:
        """Ask for all passes up to the one behind the present."""
        self._stale = False
        document = self.controller.document
        count = document.analysis.totals().parameters
        kinds = {type(node.layer) for node in document.network}
        if not {Input, Output} <= kinds:
            self._forget(NOTHING)
        elif count > MOST_WEIGHTS:
            self._forget(f"By hand goes up to {MOST_WEIGHTS:,} weights; this network has {count:,}.")
        else:
            if self.is_empty:
                self.empty.set_text(WORKING)
                self.example.hide()
            self.probing.ask(self.question("work", WORK, updates=self.here.turn + 1), self._show, self._fail)

    def question(self, kind: str, slot: str, **arguments: Any) -> Question:
        """A question about the document as it is now."""
        document = files.to_json(self.controller.document)
        return Question(kind, "", slot=slot, arguments={"document": document, **arguments})

    def _show(self, answer: Answer) -> None:
        document = self.controller.document
        walk = Walk.of(answer.arrays, answer.facts)
        order = [id for id in document.analysis.order if id in walk.passes[0].values]
        gradients = walk.passes[0].gradients
        if any(id.partition(":")[0] not in document.network for id in walk.passes[0].values):
            return  # the network has changed since; another answer is on its way
        self.walk, self.course = walk, Course(tuple(order), tuple(id for id in reversed(order) if id in gradients))
        self._outdated = self._asking.isActive()
        self._make_cards()
        self._show_content()
        words = self.hand.to_say()
        self.say("info" if words else None, words)
        self._changes.note(self._tables())
        self._render()

    def _fail(self, sentence: str) -> None:
        if self.walk is None:
            self._forget("The numbers cannot be worked yet.")
        self.say("error", sentence, self.hand.ways_out())

    def _forget(self, text: str) -> None:
        self.walk = None
        self.probing.drop(WORK)
        self.empty.set_text(text)
        self.example.show()
        self._show_empty()
        self.strip.show_place("", -1, False)
        self.say(None)

    def say(
        self, kind: Kind | None, sentence: str = "", actions: Iterable[tuple[str, Callable[[], object]]] = ()
    ) -> Note | None:
        """Say something above the numbers, and give the note; None takes it away."""
        self._show_notes([Note(kind, sentence, actions)] if kind is not None else [])
        return self.notes[0] if self.notes else None

    # Walking

    def go(self, there: Position) -> None:
        """Go to a place in the walk; Back leads here again."""
        if self.walk is None:
            return
        self._past.append(self.here)
        self._move(there)

    def back(self) -> None:
        """Go where one was before."""
        if self._past and self.walk is not None:
            self._move(self._past.pop())

    def _move(self, there: Position) -> None:
        assert self.walk is not None
        self.here = there
        self._changes.forget()
        if there.turn + 1 >= len(self.walk.passes):
            self._ask()
        if there.turn < len(self.walk.passes):
            self._changes.note(self._tables())
            self._render()
            self.column.bring_into_sight(self.course.current(self.here))

    # Showing

    def _make_cards(self) -> None:
        assert self.walk is not None
        document, tables = self.controller.document, tables_of(self.walk, 0)
        rows = dict(rows_by_layer(document.network, self.walk, self.course.forward))
        if self.column.fits(rows, tables):
            return
        self.chosen.forget()
        if self.column.holds_focus:
            self.strip.step.setFocus()  # else the keyboard wanders through cards that go
        self.column.fill(document.network, rows, tables)
        for table, view in self.views.items():
            view.matrix.chosen.connect(partial(self.chosen.choose, table))
            view.matrix.edited.connect(partial(self.hand.edit, table))
            view.matrix.pointed.connect(partial(self.chosen.point, table))
            view.matrix.menu_wanted.connect(partial(self._open_menu, table))

    def _actions(self, id: str) -> list[Button]:
        """What the card of the first Input has beside its name."""
        if id not in self.inputs()[:1]:
            return []
        more, fewer = Button("Add row", "plus", height=24), Button("Remove row", "minus", height=24)
        more.clicked.connect(lambda _=False: self.hand.change_rows(True))
        fewer.clicked.connect(lambda _=False: self.hand.change_rows(False))
        taken = Button("From the data", "db", height=24)
        taken.clicked.connect(lambda _=False: self.hand.take_from_data())
        return [more, fewer, taken]

    def inputs(self) -> tuple[str, ...]:
        """The ids of the Inputs."""
        return tuple(node.id for node in self.controller.document.network if isinstance(node.layer, Input))

    def _tables(self) -> Tables:
        """What is known of the present pass, or of the last one that was worked."""
        assert self.walk is not None
        return tables_of(self.walk, min(self.here.turn, len(self.walk.passes) - 1))

    def _render(self) -> None:
        """Show what is known at the present place."""
        assert self.walk is not None
        found, exercise = self._tables(), self.exercise
        for table, view in self.views.items():
            shown = table in found and (table.partition("/")[0] == "target" or self.is_known(table))
            view.setVisible(shown)
            if shown:
                view.matrix.editable = self.here.turn == 0 and acts.is_ours(table, self.inputs())
                view.matrix.show_table(found[table], self._changes.cells.get(table))
                view.matrix.show_fills(
                    {} if self.shows_key else answers.fills(exercise, table, found[table], self.here.turn)
                )
        self.strip.show_place(self._words(), self._next_stage(), bool(self._past))
        self._show_exercise()
        self.chosen.show()

    def is_known(self, table: str) -> bool:
        """Whether a table is known at the present place."""
        kind, _, name = table.partition("/")
        if kind == "state":
            return self.here.stage >= UPDATE
        return (kind == "value" and name in self.inputs()) or self.course.shows(table, self.here)

    def _words(self) -> str:
        assert self.walk is not None
        now = self.walk.passes[self.here.turn]
        covered = not self.shows_key and answers.gives_away(
            self.exercise, self.walk, [cell("loss", (), self.here.turn)]
        )
        loss = f" · loss {number(now.loss)}" if self.here.stage >= LOSS and not covered else ""
        return f"Pass {self.here.turn + 1}, {STAGE_WORDS[self.here.stage]}{loss}"

    def _next_stage(self) -> int:
        """The step that comes next."""
        done = self.course.to(self.here.stage, self.here) if self.here.stage in (FORWARD, BACKWARD) else None
        if done is not None and done.turn == self.here.turn:
            return self.here.stage
        return FORWARD if self.here.stage == UPDATE else self.here.stage + 1

    # The exercise

    def _show_exercise(self) -> None:
        assert self.walk is not None
        exercise = self.exercise
        verdicts = answers.verdicts(exercise, self.walk)
        in_sight = any(view.matrix.fills for view in self.views.values() if not view.isHidden())
        counts = len(verdicts), verdicts.count(True), verdicts.count(False)
        document = self.controller.document
        self.side.show_mode(exercise.mode, matters=answers_otherwise(document.network, document.analysis))
        self.side.show_exercise(*counts, exercise.tolerance, in_sight=in_sight or self.shows_key)

    def _show_key(self, shown: bool) -> None:
        self.shows_key = shown
        if self.walk is not None:
            self._render()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.hand.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.hand.paste()
        else:
            super().keyPressEvent(event)

    def _open_menu(self, table: str, place: Place, point: QPoint) -> None:
        open_menu(self, self.hand.deeds(table, place), point)

    # Checking and taking away

    def check(self) -> None:
        """Compare the gradients of this pass with finite differences."""
        if self.walk is not None:
            self.probing.ask(self.question("gradcheck", CHECK, updates=self.here.turn), self._show_check, self._fail)

    def _show_check(self, answer: Answer) -> None:
        facts = answer.facts
        if facts["agrees"]:
            words = f"All {facts['checked']:,} gradients agree with finite differences, within {facts['worst']:.1g}."
            self.say("info", words)
        else:
            self.say("warning", f"{facts['cell']} differs from finite differences by {facts['worst']:.2g}.")

    def _export(self) -> None:
        if self.walk is not None:
            passes = self.walk.passes[: self.here.turn + 1 + (self.here.stage == UPDATE)]
            walk = Walk(passes, self.walk.targets, self.walk.rate, self.walk.mode)
            ask_export(self, self.strip.export, self.say, self.controller.document, walk, self.controller.title)
