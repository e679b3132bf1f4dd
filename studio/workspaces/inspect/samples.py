"""The card of samples: in the order that is wanted, with filters, and the one that is looked at in detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from models.basics.quantities import figures
from models.basics.text import told_apart
from models.scoring.picking import ORDERS
from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.services.background import Background
from studio.workspaces.inspect.card import TitledCard, side_by_side
from studio.workspaces.inspect.looks import (
    answered_in,
    chances_of,
    heat_in_time,
    heat_words,
    images_of,
    look_of,
    looks_of,
    nearest_of,
    numbers_in_lines,
    offer_inputs,
    reading_line,
    tokens_of,
    weighty,
    words_of,
)
from studio.workspaces.inspect.results import Results, Wanted
from studio.workspaces.inspect.subject import Subject, names_of
from widgets.controls import ChoiceField, EmptyState, Themed, keep_bar_room
from widgets.inspection.chances import share_text
from widgets.inspection.detail import SampleDetail
from widgets.inspection.pictures import colored, heat_plane
from widgets.inspection.wall import Look, SampleWall
from widgets.theme import px

AT_ONCE = 128
"""Samples that are asked for at once."""
DETAIL = 264
NARROW = 72
"""Room for a choice where there is little."""
ANY = "any"


class SamplesCard(Themed, TitledCard):
    """`current_changed` carries the number of the sample that is looked at, `filter_cleared` that all are wanted."""

    current_changed = Signal(int)
    filter_cleared = Signal()

    def __init__(self, probing: Probing, parent: QWidget | None = None) -> None:
        super().__init__("Samples", parent)
        self._probing = probing
        self.subject: Subject | None = None
        self.results: Results | None = None
        self.wanted = Wanted()
        self.current = -1
        self._when = ""
        """The epoch whose answers are filtered by, in words; "" for those that were scored."""
        self.order = ChoiceField("Order of samples", [(name, item[0]) for name, item in ORDERS.items()])
        self.truth = ChoiceField("True class")
        self.input = ChoiceField("Input that is seen")
        self.wall = SampleWall()
        self.detail = SampleDetail()
        self.tokens = self.detail.tokens
        self.empty = EmptyState("")
        self._thought: Answer | None = None
        self._heat: Answer | None = None
        self._picking = Background(self)
        self._lay_out()
        self._connect()
        self.follow_theme()

    def restyle(self) -> None:
        self._side.setFixedWidth(px(DETAIL))
        for field in (self.input, self.truth, self.order):
            field.setMinimumWidth(px(NARROW))
        if self.results is not None and any(item.form == "sequence" for item in self.results.about.inputs):
            self._see_again()  # its curves have the colors of the theme
        self.update()

    def show_results(self, subject: Subject | None, results: Results | None) -> None:
        """Show the samples that were scored, those of another subject anew."""
        self.subject, self.results = subject, results
        self.wall.forget_looks()
        self.wanted = Wanted(self.wanted.order)
        self._when = ""
        self.current = -1
        if results is None:
            self._stack.setCurrentWidget(self.empty)
            self.words.setText("")
            for control in (self.truth, self.order, self.input):
                control.hide()
            return
        offer_inputs(self.input, results.about)
        self.detail.offer_methods(results.about.methods)
        orders = [(name, item[0]) for name, item in ORDERS.items() if results.has_classes or not item[2]]
        self.order.set_options(orders)
        self.order.show()
        names = told_apart(names_of(results.about, results.classes)) if results.has_classes else []
        classes = list(enumerate(names))
        self.truth.set_options([(ANY, "All classes"), *((str(number), name) for number, name in classes)])
        self.truth.set_value(ANY)
        self.truth.setVisible(bool(classes))
        self.detail.offer_classes([name for _, name in classes] if results.about.targets == "classes" else ())
        self._pick()

    def filter(self, truth: int | None, answer: int | None) -> None:
        """Show samples of a class that were taken for another one alone."""
        self.wanted = Wanted(self.order.value() or "worst", truth, answer, self.wanted.answers)
        self.truth.set_value(ANY if truth is None else str(truth))
        self._pick()

    def take_answers(self, answers: NDArray[Any] | None, when: str) -> None:
        """Filter by the answers of another epoch, which ``when`` names; None for those that were scored."""
        self.wanted, self._when = replace(self.wanted, answers=answers), when
        if self.wanted.answer is not None:
            self._pick()

    def enclose(self, rows: list[int]) -> None:
        """Show some samples alone, in the order that is wanted, until another choice is made."""
        results = self.results
        if results is not None:
            self.wanted = Wanted(self.wanted.order)
            self.truth.set_value(ANY)
            ordered = results.rows(self.wanted)
            inside = ordered[np.isin(ordered, rows)]
            self._show_rows(results, inside)
            self.words.setText(f"{len(inside):,} chosen; choose All classes for the rest")

    def choose(self, row: int) -> None:
        """Look at a sample."""
        if not self.wall.choose_row(row):
            self._show_sample(row)

    def look(self) -> Look | None:
        """The sample that is looked at, as it is seen."""
        return self.wall.look(self.current)

    # Set up

    def _lay_out(self) -> None:
        self.controls.addWidget(self.input)
        self.controls.addWidget(self.truth)
        self.controls.addWidget(self.order)
        about_one = QWidget()
        column = QVBoxLayout(about_one)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.detail)
        column.addStretch(1)
        self._side = side = QScrollArea()
        side.setFrameShape(QScrollArea.Shape.NoFrame)
        side.setWidgetResizable(True)
        side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        side.setWidget(about_one)
        keep_bar_room(side)
        self._page = side_by_side(self.wall, side)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._page)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.order.changed.connect(self._reorder)
        self.truth.changed.connect(self._refilter)
        self.input.changed.connect(lambda _: self._see_again())
        self.wall.current_changed.connect(self._show_sample)
        self.wall.wanted.connect(self._ask_looks)
        self.detail.method_changed.connect(lambda _: self._ask_heat())
        self.tokens.current_changed.connect(lambda _: self._show_chances())

    def _reorder(self, order: str) -> None:
        self.wanted = replace(self.wanted, order=order)
        self._pick()

    def _refilter(self, truth: str) -> None:
        self.filter_cleared.emit()
        self.filter(None if truth == ANY else int(truth), None)

    def _see_again(self) -> None:
        """See the samples by another of their Inputs."""
        self.wall.forget_looks()
        self.wall.look_again()
        self._show_look()
        self._show_others()

    # Which samples

    def _pick(self) -> None:
        results, wanted = self.results, self.wanted
        if results is not None:
            # Millions of answers take a second to be sorted.
            self._picking.run(lambda: results.rows(wanted), partial(self._show_rows, results), _nothing, ())

    def _show_rows(self, results: Results, rows: NDArray[np.int64]) -> None:
        if results is not self.results:
            return
        self.words.setText(self._words(len(rows)))
        if not len(rows):
            self.empty.set_text("No samples like these. Choose another order, or all classes.")
        self._stack.setCurrentWidget(self._page if len(rows) else self.empty)
        self.wall.show_rows(rows.tolist(), results.caption_in_short)

    def _words(self, count: int) -> str:
        results, wanted = self.results, self.wanted
        assert results is not None
        name = results.about.class_name
        if wanted.truth is not None and wanted.answer is not None:
            verb = "recognized" if wanted.truth == wanted.answer else f"read as {name(wanted.answer)}"
            return f"{count:,} of {name(wanted.truth)} {verb}{self._when}"
        return f"{count:,} of {results.count:,}" if count != results.count else f"{count:,}"

    def _ask_looks(self, rows: list[int]) -> None:
        if self.subject is None or self.results is None:
            return
        some, subject, seen = rows[:AT_ONCE], self.subject, self.input.value()

        def show(answer: Answer) -> None:
            if subject == self.subject and seen == self.input.value() and self.results is not None:
                looks = dict(zip(some, looks_of(answer, self.results.about.seen(seen)), strict=True))
                self.wall.add_looks(looks)
                if self.current in looks:
                    self._show_look()

        question = subject.question("samples", f"looks {rows[0]}", rows=some, side=96, input=seen)
        self._probing.ask(question, show, _nothing)

    # The sample that is looked at

    def _show_sample(self, row: int) -> None:
        self.current, self._thought, self._heat = row, None, None
        if self.subject is None or self.results is None:
            return
        self._show_look()
        self._ask_heat()
        question = self.subject.question("thought", "thought", sample=row)
        self._probing.ask(question, self._show_thought, lambda sentence: self.detail.show_heat(None, None, sentence))
        self.current_changed.emit(row)

    def _show_look(self) -> None:
        assert self.results is not None
        caption = self.results.caption(self.current)
        line = " · ".join(part for part in (caption.truth, caption.figure) if part)
        short = self.results.caption_in_short(self.current)
        title, whole = (f"{item.answer}, sample {self.current + 1:,}" for item in (short, caption))
        self.detail.show_sample(title, whole, line, self.wall.look(self.current))

    def _show_thought(self, answer: Answer) -> None:
        self._thought = answer
        results = self.results
        if results is None or answer.facts.get("sample") != self.current:
            return
        if self.wall.look(self.current) is None and self.input.value() == results.about.first.id:
            one = Answer({**answer.arrays, "values": answer.arrays["values"][None]}, {})
            self.wall.add_looks({self.current: looks_of(one, results.about.first)[0]})
            self._show_look()
        self._show_others()
        self.detail.show_nearest(nearest_of(answer, results.about))
        self.detail.show_images(images_of(answer, results.about))
        several = results.has_classes and results.positions > 1
        is_text = results.about.form == "tokens"
        is_mask = several and results.about.form == "image" and not results.about.aim
        self.tokens.setVisible((several and not is_mask and not results.about.aim) or is_text)
        self.detail.show_mask(None, None)
        if is_mask:
            self._show_mask(results, *answered_in(answer))
        elif several and not results.about.aim:
            self.tokens.show_tokens(tokens_of(answer.arrays["values"], *answered_in(answer), results.about))
        elif is_text:
            self.tokens.show_tokens(words_of(answer.arrays["values"], results.about))
        if self._heat is not None:
            self._show_heat(self._heat)  # it knows its words now
        self._show_chances()

    def _show_others(self) -> None:
        """Show the other Inputs of the sample, all of several numbers, and what is answered at the other Outputs."""
        answer, results = self._thought, self.results
        if answer is None or results is None or answer.facts.get("sample") != self.current:
            return
        about, arrays = results.about, answer.arrays
        looks: list[tuple[Look | None, str]] = []
        for place, item in enumerate(about.inputs):
            values = arrays.get(f"values.{place}" if place else "values")
            if item.id != self.input.value() and values is not None:
                looks.append((look_of(values, item), item.id))
        lines = [] if results.has_classes or about.aim else numbers_in_lines(arrays["chances"], arrays["truth"])
        lines += [
            answer_line(id, arrays[f"chances.{place}"], arrays[f"truth.{place}"], about.names.get(id, ()))
            for place, id in enumerate(about.outputs)
            if f"chances.{place}" in arrays
        ]
        self.detail.show_others(looks, [*([reading_line(answer, about)] if about.reads else []), *lines])

    def _show_mask(self, results: Results, truth: NDArray[Any], given: NDArray[Any]) -> None:
        """Where the answers at the pixels are wrong, and where they are right but for the first class, the ground."""
        shape = results.about.shape[1:]
        if len(truth) == shape[0] * shape[1]:
            plane = np.where(truth != given, 1.0, np.where(truth > 0, -1.0, 0.0)).reshape(shape)
            self.detail.show_mask(self.wall.look(self.current), colored(plane, -1, 1, see_through=True))

    def _show_chances(self) -> None:
        answer, results = self._thought, self.results
        if answer is None or results is None:
            return
        several = results.positions > 1
        if not results.has_classes or (several and self.tokens.isHidden()):
            self.detail.show_thought(())
            return
        place = self.tokens.current if several else 0
        truth = float(answered_in(answer)[0][place])
        self.detail.show_thought(chances_of(answer.arrays["chances"], truth, results.about, place))

    def _ask_heat(self) -> None:
        if self.subject is None or self.current < 0:
            return
        row = self.current

        def show(answer: Answer) -> None:
            if row == self.current:
                self._heat = answer
                self._show_heat(answer)

        chosen = self.detail.chosen_class()
        of_class = {} if chosen is None else {"class": chosen}
        question = self.subject.question(self.detail.method.value(), "heat", sample=row, **of_class)
        self._probing.ask(question, show, lambda sentence: self.detail.show_heat(None, None, sentence))

    def _show_heat(self, answer: Answer) -> None:
        assert self.results is not None
        heat, about = answer.arrays["heat"].astype(np.float64), self.results.about
        words = heat_words(answer.facts, heat)
        if about.form == "image" or (about.form == "sequence" and heat.ndim == 2):
            plane = heat_plane(heat) if about.form == "image" else heat_in_time(heat, self._thought)
            picture = colored(
                plane, float(np.nanmin(plane)), float(np.nanmax(plane)), see_through=about.form == "image"
            )
            on_first = about.form == "image" and self.input.value() == about.first.id
            look = self.wall.look(self.current) if on_first else ()
            self.detail.show_heat(look, picture, words)
        else:
            self.detail.show_heat(weighty(heat.reshape(-1), self._names(heat.size)), None, words)
            self.tokens.show_weights(heat.reshape(-1).tolist() if about.tokens else ())

    def _names(self, count: int) -> Sequence[str]:
        """What the numbers of a sample are called: columns of a table, else by their places, with the word there."""
        assert self.results is not None
        about, answer = self.results.about, self._thought
        if len(about.features) == count:
            return told_apart(about.features)
        if about.tokens and answer is not None and answer.arrays["values"].size == count:
            return [f"{about.word(int(v))} at {n + 1}" for n, v in enumerate(answer.arrays["values"].reshape(-1))]
        return [f"at {n + 1}" for n in range(count)]


def answer_line(id: str, chances: NDArray[Any], truth: NDArray[Any], classes: tuple[str, ...]) -> str:
    """What is answered at another Output than the one that is looked at."""
    if chances.shape[1] > 1:
        return f"{id}: answers at {chances.shape[1]:,} positions; choose it above to see them."
    if not classes:
        return f"{id}: {figures(float(chances[0, 0]))}, is {figures(float(truth.reshape(-1)[0]))}"
    best, true = int(chances[:, 0].argmax()), int(truth.reshape(-1)[0])
    name = dict(enumerate(classes)).get
    return f"{id}: {name(best, best)} {share_text(float(chances[best, 0]))}, is {name(true, true)}"


def _nothing(_: object) -> None:
    pass
