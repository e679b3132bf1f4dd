"""The hand at the numbers: what is typed, pasted, chosen from a menu or taken from the data becomes an edit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from PySide6.QtGui import QGuiApplication

from models.byhand.course import Position
from models.byhand.exercise import SECTION, ByHandError, Exercise
from models.byhand.leaving import left_out
from models.byhand.walk import Walk, cell
from models.document.edits import Batch, SetSection
from models.training import TrainingSettings
from models.training.settings import GIVEN
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.data import ask_before_reading
from studio.data.errors import ConsentNeeded
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.workspaces.numbers import answers
from studio.workspaces.numbers import tables as acts
from studio.workspaces.numbers.chosen import Chosen
from widgets.basics.deeds import Deed
from widgets.controls.note import Kind
from widgets.numbers.layer_card import TableView

ROWS = "numbers rows"
Place = tuple[int, ...]


class Sight(Protocol):
    """What the hand must know of the page, and ask of it."""

    controller: DocumentController
    probing: Probing
    walk: Walk | None
    here: Position
    chosen: Chosen
    shows_key: bool

    @property
    def views(self) -> dict[str, TableView]: ...

    @property
    def exercise(self) -> Exercise: ...

    def inputs(self) -> tuple[str, ...]: ...

    def put(self, exercise: Exercise) -> None: ...

    def question(self, kind: str, slot: str, **arguments: Any) -> Question: ...

    def say(self, kind: Kind | None, sentence: str = "") -> object: ...


class Hand:
    """Changes the numbers of the document; knows the page as a `Sight` alone."""

    def __init__(self, page: Sight) -> None:
        self._page = page
        self._next_row, self._taken = 0, ""

    def begin_again(self) -> None:
        """Another document is open: its data begins with its first row."""
        self._next_row, self._taken = 0, ""

    def to_say(self) -> str:
        """What is to be said of what was just taken, once; else of the settings that are left out."""
        words, self._taken = self._taken, ""
        document = self._page.controller.document
        return words or left_out(document.network, TrainingSettings.read(document.training)[0])

    def ways_out(self) -> list[tuple[str, Callable[[], object]]]:
        """What may be given up of the document's numbers, where they do not fit the network."""
        page, exercise = self._page, self._page.exercise
        found: list[tuple[str, Callable[[], object]]] = []
        if exercise.weights:
            found.append(("Drawn weights", lambda: page.put(replace(page.exercise, weights={}))))
        if exercise.inputs or exercise.targets:
            found.append(("New batch", lambda: page.put(replace(page.exercise, inputs={}, targets={}))))
        return found

    def edit(self, table: str, place: Place, text: str) -> None:
        """Take what was typed into a cell: a number, or an answer where it is hidden."""
        page = self._page
        name = cell(table, place, page.here.turn)
        matrix = page.views[table].matrix
        exercise = page.exercise
        try:
            if name in exercise.hidden and not page.shows_key:
                value = acts.typed(text) if text.strip() else None
                page.put(exercise.answer(name, value))
            else:
                page.put(acts.with_cell(exercise, table, matrix.table, place, text))
        except ByHandError as error:
            page.say("error", str(error))

    def change_rows(self, more: bool) -> None:
        """Give the batch one row more, like the last, or take the last one away."""
        page = self._page
        if page.walk is None:
            return
        now = page.walk.passes[0]
        inputs = {id: now.values[id] for id in page.inputs()}
        if not more and min(map(len, inputs.values())) < 2:
            page.say("info", "A batch has one row at least.")
            return
        page.put(acts.with_rows(page.exercise, inputs, page.walk.targets, more))

    def take_from_data(self) -> None:
        """Take the next rows of the document's data for the batch, as many as it has."""
        page = self._page
        if page.walk is None:
            return
        document, path = page.controller.document, page.controller.path
        try:
            ask_before_reading(document.data, page.controller.base, page.controller.base)
        except ConsentNeeded as error:
            page.say("info", f"{error.why} Allow it in the Data workspace.")
            return
        rows = len(page.walk.passes[0].values[page.inputs()[0]])
        asked = {"path": str(path.absolute()) if path else "", "first": self._next_row, "count": rows}
        page.probing.ask(page.question("examples", ROWS, **asked), self._show_examples, partial(page.say, "error"))

    def _show_examples(self, answer: Answer) -> None:
        page = self._page
        inputs, targets = ({}, {}) if page.walk is None else acts.batch_of(answer.arrays)
        if not inputs:
            return
        first, rows = int(answer.facts["first"]), len(next(iter(inputs.values())))
        self._next_row = first + rows
        page.put(replace(page.exercise, inputs=inputs, targets=targets))
        words = f"Row {first + 1:,}" if rows == 1 else f"Rows {first + 1:,} to {first + rows:,}"
        self._taken = f"{words} of the data, as stored: nothing is scaled."

    def copy(self) -> None:
        """Copy the table of the chosen number."""
        page = self._page
        if page.chosen.at is not None:
            QGuiApplication.clipboard().setText(acts.copied(page.views[page.chosen.at[0]].matrix.table))

    def paste(self) -> None:
        """Put what the clipboard holds in from the chosen number on."""
        page = self._page
        if page.chosen.at is None:
            return
        table, _ = page.chosen.at
        matrix = page.views[table].matrix
        place = matrix.current or (0,) * matrix.table.ndim
        if not matrix.editable:
            page.say("info", "Only the batch, its targets and the weights of the first pass can be changed.")
            return
        try:
            text = QGuiApplication.clipboard().text()
            page.put(acts.pasted_into(page.exercise, table, matrix.table, place, text))
        except ByHandError as error:
            page.say("error", str(error))

    def deeds(self, table: str, place: Place) -> list[Deed]:
        """What a right click on a number offers."""
        page = self._page
        matrix, exercise = page.views[table].matrix, page.exercise
        found = [Deed("Copy the table", self.copy, "Ctrl+C")]
        if matrix.editable:
            found.append(Deed("Paste", self.paste, "Ctrl+V"))
            found += acts.deeds(exercise, table, matrix.table, place, page.put)
        if matrix.editable and table.startswith("weight/"):
            found.append(Deed("Train from these weights", self._train_from_here, part="change"))
        return [*found, *answers.deeds(exercise, table, matrix.table, place, page.here.turn, self._hide)]

    def _train_from_here(self) -> None:
        """Let trainings start from the weights that are shown, in one edit: written down, and chosen as the start."""
        page = self._page
        if page.walk is None:
            return
        document = page.controller.document
        found = page.exercise
        for name, weight in page.walk.passes[0].weights.items():
            found = found.with_weight(name, weight.tolist())
        training = {**document.training, "start_from": GIVEN}
        edits = (SetSection(SECTION, found.settings()), SetSection("training", training))
        self._taken = "The next run starts from these weights, as the training settings say."
        page.controller.apply(Batch("Train from these weights", edits))

    def _hide(self, exercise: Exercise, hidden: bool) -> None:
        """Take an exercise in which numbers are hidden, or shown again; what it is about is written down with it."""
        page = self._page
        if hidden and page.walk is not None:
            exercise = answers.pinned(exercise, page.walk, page.inputs())
        page.put(exercise)
