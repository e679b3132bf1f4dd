"""The card of samples over time: which were learned late, forgotten or never, and whose labels look wrong."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from models.basics.quantities import figures
from models.scoring.over_time import LISTS, Course
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.services.background import Background
from studio.workspaces.inspect.card import TitledCard, side_by_side
from studio.workspaces.inspect.looks import looks_of, offer_inputs
from studio.workspaces.inspect.overtime import following
from studio.workspaces.inspect.overtime.detail import CourseDetail
from studio.workspaces.inspect.overtime.following import Labels
from studio.workspaces.inspect.subject import About, Opened, Subject
from widgets.controls import ChoiceField, EmptyState
from widgets.inspection.wall import Caption, SampleWall

AT_ONCE = 128
WAITING = "Reading what became of the samples…"
NONE = "No samples like these in this run. Choose another list."


class OverTimeCard(TitledCard):
    """`retrain_requested` asks for a training of the open document, `document_requested` for the run's document in its
    place; `current_changed` carries the number of the sample that is looked at."""

    retrain_requested = Signal()
    document_requested = Signal()
    current_changed = Signal(int)

    def __init__(self, probing: Probing, controller: DocumentController, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._probing, self._controller = probing, controller
        self.subject: Subject | None = None
        self.about: About | None = None
        self.opened: Opened | None = None
        self.course: Course | None = None
        self.labels: Labels | None = None
        self.near: dict[int, NDArray[np.int32]] = {}
        self.current = -1
        self.lists = ChoiceField("List of samples", [(name, item[0]) for name, item in LISTS.items()])
        self.input = ChoiceField("Input that is seen")
        self.lists.setMinimumContentsLength(17)
        self.lists.setMinimumWidth(96)
        self.wall = SampleWall()
        self.detail = CourseDetail()
        self.empty = EmptyState("")
        self._picking, self._preparing = Background(self), Background(self)
        self._asked = False
        self._lay_out()
        self._connect()

    # What is looked at

    def show_subject(self, subject: Subject, about: About, opened: Opened) -> None:
        """Follow the training samples of another run."""
        self.forget()
        self.subject, self.about, self.opened = subject.of_training(), about, opened
        offer_inputs(self.input, about)
        sentence = following.why_not(opened, about.counts[0])
        self.empty.set_text(sentence or WAITING)
        if not sentence and self.isVisible():
            self._ask()

    def forget(self) -> None:
        """Nothing is looked at."""
        self._picking.drop()
        self._preparing.drop()
        for slot in ("labels", "strangers"):
            self._probing.drop(slot)
        self.subject = self.about = self.opened = self.course = self.labels = None
        self.near, self.current, self._asked = {}, -1, False
        self.wall.forget_looks()
        self.wall.show_rows((), self._caption)
        self.words.setText("")
        self.empty.set_text("")
        self._stack.setCurrentWidget(self.empty)

    def look(self) -> None:
        """The card has come to the front: ask what it shows, unless that is known."""
        opened, about = self.opened, self.about
        if opened and about and not self._asked and not following.why_not(opened, about.counts[0]):
            self._ask()

    # Set up

    def _lay_out(self) -> None:
        self.title.hide()
        self.controls.addWidget(self.input)
        self.controls.addWidget(self.lists)
        self._page = side_by_side(self.wall, self.detail)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._page)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.lists.changed.connect(lambda _: self._pick())
        self.input.changed.connect(lambda _: self._see_again())
        self.wall.current_changed.connect(self._show_sample)
        self.wall.wanted.connect(self._ask_looks)
        self.detail.relabel_requested.connect(self._relabel)
        self.detail.leave_out_requested.connect(lambda: self._correct(None))
        self.detail.retrain_requested.connect(lambda: self._train())
        self.detail.go_on_requested.connect(self._go_on)
        self.detail.document_requested.connect(self.document_requested)
        self._controller.edited.connect(self._on_edited)
        self._controller.opened.connect(self._show_corrections)

    # Asking

    def _ask(self) -> None:
        assert self.subject is not None
        self._asked = True
        self._probing.ask(self.subject.question("labels", "labels"), self._show_labels, self._fail)

    def _show_labels(self, answer: Answer) -> None:
        assert self.opened is not None and self.opened.log is not None
        try:
            self.labels = Labels.of(answer)
        except RunError as error:
            self._fail(str(error))
            return
        # A hundred thousand samples over hundreds of epochs take a while.
        prepared = partial(following.prepared, self.opened.log)
        self._preparing.run(prepared, self._show_prepared, lambda error: None, ())

    def _show_prepared(self, course: Course) -> None:
        labels, subject = self.labels, self.subject
        assert labels is not None and subject is not None
        self.course = course
        has_right, is_class = course.right is not None, labels.form == "class"
        options = [
            (name, title)
            for name, (title, _, needs_right) in LISTS.items()
            if (has_right or not needs_right) and (is_class or name != "neighbors")
        ]
        self.lists.set_options(options)
        if self.lists.value() not in dict(options):
            self.lists.set_value(options[0][0])
        self._pick()
        if is_class:
            self.words.setText("looking at neighbors…")
            question = subject.question("strangers", "strangers", neighbors=10)
            self._probing.ask(question, self._show_strangers, self._say, self._tell)

    def _tell(self, done: int, total: int) -> None:
        self.words.setText(f"looking at neighbors, {100 * done // max(total, 1)} %")

    def _show_strangers(self, answer: Answer) -> None:
        if self.course is not None:
            joined = partial(following.with_strangers, self.course, answer)
            self._preparing.run(
                joined, partial(self._take_strangers, answer), lambda error: self._say(str(error)), (RunError,)
            )

    def _take_strangers(self, answer: Answer, course: Course) -> None:
        self.course = course
        rows, near = answer.arrays["rows"].tolist(), answer.arrays["neighbors"]
        self.near = dict(zip(rows, near, strict=True))
        self._pick()

    def _fail(self, sentence: str) -> None:
        self.empty.set_text(sentence)
        self._stack.setCurrentWidget(self.empty)

    def _say(self, sentence: str) -> None:
        self.words.setText(sentence)

    # Which samples

    def _pick(self) -> None:
        course, order = self.course, LISTS[self.lists.value() or "wrong"][1]
        if course is not None:
            self._picking.run(lambda: order(course), partial(self._show_rows, course), lambda error: None, ())

    def _show_rows(self, course: Course, rows: NDArray[np.int64]) -> None:
        if course is not self.course:
            return
        if not self._probing.asks("strangers"):
            self.words.setText(f"{len(rows):,} of {course.count:,}" if len(rows) < course.count else "")
        self.empty.set_text(NONE)
        self._stack.setCurrentWidget(self._page if len(rows) else self.empty)
        self.wall.show_rows(rows.tolist(), self._caption)

    def _caption(self, row: int) -> Caption:
        course, labels = self.course, self.labels
        if course is None or labels is None:
            return Caption("", "", "", True)
        after = self._after(row)
        figure = "" if after is None else f"→ {self._short(after)}" if after else "left out"
        return Caption(self._name(row, short=True), in_words(course, row, self.lists.value()), figure, bool(figure))

    def _name(self, row: int, *, short: bool = False) -> str:
        assert self.labels is not None and self.about is not None
        if self.labels.form == "many":
            return f"sample {row + 1:,}"
        truth, name = self.labels.truth[row], self.about.short_name if short else self.about.class_name
        return name(int(truth)) if self.labels.form == "class" else figures(float(truth))

    def _short(self, name: str) -> str:
        """A class where there is little room; a label that is none of them as it is."""
        about = self.about
        return about.short_name(about.classes.index(name)) if about and name in about.classes else name

    def _ask_looks(self, rows: list[int]) -> None:
        subject, some, seen = self.subject, rows[:AT_ONCE], self.input.value()
        if subject is None:
            return

        def show(answer: Answer) -> None:
            if subject is self.subject and self.about is not None and seen == self.input.value():
                self.wall.add_looks(dict(zip(some, looks_of(answer, self.about.seen(seen)), strict=True)))
                self._show_looks()

        question = subject.question("samples", f"then {rows[0]}", rows=some, side=96, input=seen)
        self._probing.ask(question, show, lambda _: None)

    # The sample that is looked at

    def _show_sample(self, row: int) -> None:
        course, labels = self.course, self.labels
        self.current = row
        if course is None or labels is None:
            return
        lines = [in_words(course, row, name) for name in ("late", "forgotten", "neighbors")]
        lines += ["of all outputs together"] if self.about and len(self.about.outputs) > 1 else []
        words = ". ".join(dict.fromkeys(line for line in lines if line))
        names = ("", "") if labels.form == "many" else [f"{self._name(row, short=short)}, " for short in (True, False)]
        title, whole = (f"{name}sample {row + 1:,}" for name in names)
        self.detail.show_course(title, whole, words, course, row)
        self._show_looks()
        self._show_corrections()
        self.current_changed.emit(row)
        missing = [near for near in self._neighbors() if self.wall.look(near) is None]
        if missing:
            self._ask_looks(missing)

    def _see_again(self) -> None:
        """See the samples by another of their Inputs."""
        self.wall.forget_looks()
        self.wall.look_again()
        if self.current >= 0:
            self._show_sample(self.current)

    def choose(self, row: int) -> None:
        """Look at a sample, also one that is not in the list."""
        if not self.wall.choose_row(row):
            self._show_sample(row)

    def enclose(self, rows: list[int]) -> None:
        """Show some samples alone, until another list is chosen."""
        if self.course is not None:
            self._show_rows(self.course, np.array(rows, np.int64))

    def _neighbors(self) -> list[int]:
        near = self.near.get(self.current)
        return [] if near is None else near[:5].tolist()

    def _show_looks(self) -> None:
        if self.current >= 0:
            near = [(self.wall.look(row), self._name(row, short=True)) for row in self._neighbors()]
            self.detail.show_looks(self.wall.look(self.current), near)

    # Correcting it

    def _on_edited(self, change: object) -> None:
        if "data" in getattr(change, "sections", ()):
            self._show_corrections()

    def _show_corrections(self) -> None:
        """Offer what can be done with the sample, and say what is done."""
        labels, about = self.labels, self.about
        if labels is None or about is None or self.current < 0:
            return
        names = list(about.classes) if labels.correctable else []
        belongs = self._belongs()
        sentence = "" if belongs and labels.known else following.OTHER_DATA
        if not sentence and not labels.correctable:
            sentence = following.NO_CLASSES
        present = self._name(self.current)
        self.detail.offer(names, present, self._proposed(names, present), self._after(self.current), sentence,
                          can_leave_out=belongs and labels.known, is_elsewhere=not belongs)  # fmt: skip
        self.wall.viewport().update()

    def _proposed(self, names: list[str], present: str) -> str:
        """The class that most neighbors have of those that the sample has not; its own where none has another."""
        near, labels = self.near.get(self.current), self.labels
        if near is None or labels is None or not names:
            return ""
        classes, counts = np.unique(labels.truth[near], return_counts=True)
        found = {names[int(number)]: int(count) for number, count in zip(classes, counts, strict=True)}
        others = {name: count for name, count in found.items() if name != present} or found
        return max(others, key=others.__getitem__)

    def _belongs(self) -> bool:
        return self.opened is not None and following.belongs(self._controller, self.opened)

    def _train(self, start_run: str = "") -> None:
        """Train the document once more, from the first weights or from those of a run."""
        if (edit := following.starting_anew(self._controller.document, start_run)) is not None:
            self._controller.apply(edit)
        self.retrain_requested.emit()

    def _go_on(self) -> None:
        if self.subject is not None:
            self._train(f"{self.subject.run.name}/{self.subject.checkpoint}")

    def _after(self, row: int) -> str | None:
        labels = self.labels
        if labels is None or self.opened is None or not self._belongs():
            return None
        document, of_run = self._controller.document, self.opened.data
        after = following.label_now(document, of_run, int(labels.rows[row]), labels.target)
        return None if after == self._name(row) else after

    def _relabel(self, name: str) -> None:
        self._correct(name)

    def _correct(self, after: str | None) -> None:
        """Give the sample another class, or leave it out, as one undoable edit."""
        labels, about, opened = self.labels, self.about, self.opened
        if labels is None or about is None or opened is None or self.current < 0:
            return
        before = self._name(self.current) if labels.correctable else ""
        item = labels.correction(self.current, before, after)
        label = f"{'Leave out' if after is None else 'Relabel'} sample {self.current + 1:,}"
        self._controller.apply(following.correcting(self._controller.document, opened.data, label, item))
        self.wall.setFocus()  # from where it is undone, or the next is looked at: the button that was pressed is off
        self.detail.show_way_on()


def in_words(course: Course, row: int, about: str) -> str:
    """What became of a sample, as far as a list is about it."""
    if about == "neighbors" and course.strangers is not None and course.strangers[row] == course.strangers[row]:
        return f"{100 * course.strangers[row]:.0f} % of neighbors differ"
    if course.right is None or about in ("wrong", "neighbors"):
        return f"mean loss {figures(course.mean_losses[row], 3)}"
    learned, times = int(course.turns.learned[row]), int(course.turns.forgotten[row])
    if about == "forgotten" and times:
        return f"forgotten {times:,} time{'s' * (times != 1)}"
    if not course.turns.ever[row]:
        return "never learned"
    return f"learned in epoch {learned:,}" if learned else "not right at the end"
