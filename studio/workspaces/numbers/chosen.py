"""The chosen number: how it came about, what it hangs on, and the numbers that light up for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QObject

from models.byhand.course import Course, Position
from models.byhand.exercise import Exercise
from models.byhand.pen import Line, Page, symbol
from models.byhand.walk import Walk, cell
from models.network import without_bypassed
from models.training import TrainingSettings
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.workspaces.numbers import answers
from studio.workspaces.numbers.scribe import Scribe, Show
from studio.workspaces.numbers.side import SidePanel
from studio.workspaces.numbers.tables import is_ours
from widgets.controls.note import Kind
from widgets.numbers.layer_card import TableView

INFLUENCE = "numbers influence"
SHOWN, POINTED = "shown", "pointed"
"""What is written: how the chosen number came about, and what made the one under the mouse."""
CHOOSE = "Choose a number to see how it came about."
YOURS = "Yours to change: type, paste, or right-click."
Place = tuple[int, ...]


class Sight(Protocol):
    """What must be known of the page, and asked of it."""

    controller: DocumentController
    probing: Probing
    walk: Walk | None
    course: Course
    here: Position
    shows_key: bool
    side: SidePanel

    @property
    def views(self) -> dict[str, TableView]: ...

    @property
    def exercise(self) -> Exercise: ...

    @property
    def is_outdated(self) -> bool: ...

    def inputs(self) -> tuple[str, ...]: ...

    def is_known(self, table: str) -> bool: ...

    def question(self, kind: str, slot: str, **arguments: Any) -> Question: ...

    def say(self, kind: Kind | None, sentence: str = "") -> object: ...


class Chosen:
    """Follows the number that is chosen, and the one under the mouse; knows the page as a `Sight` alone."""

    def __init__(self, page: Sight, scribes: QObject) -> None:
        self._page = page
        self._at: tuple[str, Place] | None = None
        self._written: Page | None = None
        self._lines: list[Line] = []
        self._scribe = Scribe(scribes)

    @property
    def at(self) -> tuple[str, Place] | None:
        """The table and place of the number; None where none is chosen."""
        return self._at if self._at is not None and self._at[0] in self._page.views else None

    def forget(self) -> None:
        """Choose none."""
        self._at, self._lines = None, []
        for slot in (SHOWN, POINTED):
            self._scribe.drop(slot)
        self._page.probing.drop(INFLUENCE)
        self._page.side.show_slopes("", {})

    def choose(self, table: str, place: Place) -> None:
        """Choose a number; of a layer's values, ask what it hangs on."""
        page, self._at = self._page, (table, place)
        for other, view in page.views.items():
            if other != table:
                view.matrix.choose(None)
        self.show()
        kind, _, id = table.partition("/")
        if kind == "value" and id not in page.inputs() and page.is_known(table):
            question = page.question("influence", INFLUENCE, updates=page.here.turn, cell=cell(table, place))
            show = partial(self._show_influence, symbol(id, place, len(page.views[table].matrix.table)))
            page.probing.ask(question, show, partial(page.say, "error"))
        else:
            page.side.show_slopes("", {})

    def _show_influence(self, name: str, answer: Answer) -> None:
        inputs = self._page.inputs()
        slopes = {id: answer.arrays[f"value/{id}"] for id in inputs if f"value/{id}" in answer.arrays}
        self._page.side.show_slopes(name, slopes)

    def show(self) -> None:
        """Show how the number came about, and light the numbers that it was made of."""
        self._ask(SHOWN, self.at, self._tell)

    def point(self, table: str, place: Place | None) -> None:
        """Light what made the number under the mouse; without one, what made the chosen number."""
        if place is None:
            self._scribe.drop(POINTED)
            self._light(self._lines)
        else:
            self._ask(POINTED, (table, place), lambda lines, _: self._light(lines))

    @property
    def is_busy(self) -> bool:
        """Whether something is still being written."""
        return self._scribe.is_busy

    def _ask(self, slot: str, at: tuple[str, Place] | None, show: Show) -> None:
        """Have a number written, or say at once why there is nothing to write."""
        words = self._unwritten(at)
        if at is None or self._page.walk is None or words:
            self._scribe.drop(slot)
            show([], words)
        else:
            self._scribe.write(slot, self._page_of(self._page.walk), *at, show)

    def _tell(self, lines: list[Line], words: str) -> None:
        self._lines = lines
        self._light(lines)
        self._page.side.show_lines(lines, words, self._hidden(lines))

    def _unwritten(self, at: tuple[str, Place] | None) -> str:
        """A sentence where there is nothing to say of how a number came about, else nothing."""
        page = self._page
        if at is None or page.walk is None or page.is_outdated:
            return CHOOSE
        table, place = at
        matrix = page.views[table].matrix
        shape = matrix.table.shape
        inside = len(place) == len(shape) and all(at < size for at, size in zip(place, shape, strict=True))
        if not inside or not matrix.isVisibleTo(page.side.window()):
            return CHOOSE
        if is_ours(table, page.inputs()):
            return YOURS if not page.here.turn else "It is given."
        return ""

    def _page_of(self, walk: Walk) -> Page:
        """What lines are written from, kept as long as it is about the same pass: its steps are worked out once."""
        turn, kept = self._page.here.turn, self._written
        if kept is None or kept.walk is not walk or kept.index != turn:
            document = self._page.controller.document
            settings, _ = TrainingSettings.read(document.training)
            # The network as it is: another edit may come while a thread reads it.
            kept = self._written = Page(without_bypassed(document.network.copy()), settings, walk, turn)
        return kept

    def _hidden(self, lines: Sequence[Line]) -> list[bool]:
        """Of each line, whether its numbers would give a hidden one away."""
        page = self._page
        if page.shows_key or page.walk is None:
            return [False] * len(lines)
        exercise, walk, turn = page.exercise, page.walk, page.here.turn
        cells = [[cell(each, (), turn) for each in (*line.cells, line.own) if each] for line in lines]
        return [answers.gives_away(exercise, walk, each) for each in cells]

    def _light(self, lines: Sequence[Line]) -> None:
        lit: dict[str, list[Place]] = {}
        for name in (name for line in lines for name in line.cells):
            table, place = placed(name)
            lit.setdefault(table, []).append(place)
        for table, view in self._page.views.items():
            view.matrix.light(lit.get(table, ()))


def placed(name: str) -> tuple[str, Place]:
    """The table and the place of a cell of this pass, by its name."""
    parts = name.split("/")
    first = 3 if parts[0] == "state" else 2
    return "/".join(parts[:first]), tuple(map(int, parts[first:]))
