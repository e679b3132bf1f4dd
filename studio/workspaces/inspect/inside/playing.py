"""Playing: alter a sample, draw one, or switch parts of the network off, and watch the answer. Nothing is trained."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from models.basics.quantities import figures
from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.network import NetworkPage
from studio.workspaces.inspect.inside.play import Play, Steps
from studio.workspaces.inspect.inside.typed import TypedRow
from studio.workspaces.inspect.inside.view import View
from studio.workspaces.inspect.looks import chances_of, look_of
from studio.workspaces.inspect.subject import About, Subject
from widgets.controls import Button, ChoiceField, ElidedLabel, Segmented
from widgets.inspection.chances import Chances
from widgets.inspection.inside.pixel import PixelView
from widgets.inspection.sketch import SketchPad
from widgets.inspection.slider import NamedSlider

MOST_NUMBERS = 500
SKETCHES = 8
"""Sketches that are kept: the worker may still read the one before."""
LARGEST_SKETCH = 128
"""Pixels of the longest side that anybody draws."""
SAMPLE, SKETCH, NETWORK = "sample", "sketch", "network"
SCORING = "inside play scores"


class PlayView(View):
    """A sample, a sketch, a typed row or the network, what is done to it, and the answer as it changes."""

    name, title, of_sample = "play", "Play", True

    def __init__(self, probing: Probing) -> None:
        super().__init__(probing)
        self.steps = Steps()
        sources = [(SAMPLE, "The sample"), (SKETCH, "A sketch"), (NETWORK, "The network")]
        self.source = Segmented(sources, name="What to play with")
        self.undo, self.redo = Button("Undo", height=28), Button("Redo", height=28)
        self.again = Button("As it was", height=28)
        self.pad, self.wipe, self.row = SketchPad(), Button("Clear", height=28), TypedRow()
        self.noise = NamedSlider("Noise", 0, 100, lambda value: f"{value} %")
        self.brightness = NamedSlider("Brightness", -100, 100, lambda value: f"{value:+d} %")
        self.right = NamedSlider("Shift to the right", -14, 14, self._shift_words)
        self.down = NamedSlider("Shift down", -14, 14, lambda value: f"{value:+d} px")
        self.feature = ChoiceField("Number to be moved")
        self.moved = NamedSlider("One number", -30, 30, lambda value: f"{value / 10:+.1f} standard deviations")
        self.word = NamedSlider("Word there", -1, 0, lambda value: "as it is" if value < 0 else f"{value:,}", -1)
        self.network = NetworkPage()
        self.picture = PixelView("What the network sees")
        self.chances = Chances()
        self.line = ElidedLabel("", 12, token="text2")
        self._sketches = 0
        self._lay_out()
        self._connect()
        self._show_state()

    @property
    def _sliders(self) -> dict[str, NamedSlider]:
        return {"noise": self.noise, "brightness": self.brightness, "right": self.right, "down": self.down,
                "moved": self.moved, "word": self.word}  # fmt: skip

    # What the card tells it

    def begin(self, subject: Subject | None, about: About | None) -> None:
        super().begin(subject, about)
        self.steps.begin(Play())
        self.network.show_network(about)
        self._show_controls()
        self._show_state()

    def clear(self) -> None:
        self.chances.show_chances(())
        self.line.setText("")

    def show_sample(self, row: int) -> None:
        super().show_sample(row)
        self.steps.begin(self.steps.present.of_network())
        self._show_state()

    def key(self) -> tuple[object, ...]:
        return (self.source.value(), self.steps.present, self._sketches)

    # Steps

    def _go(self, state: Play, by: str = "") -> None:
        self.steps.go(state, by)
        self._show_state()

    def _take_back(self) -> None:
        self.steps.undo()
        self._show_state()

    def _take_again(self) -> None:
        self.steps.redo()
        self._show_state()

    def _show_state(self) -> None:
        """Set all controls as the present state has it, and ask what comes of it."""
        state = self.steps.present
        for name, slider in self._sliders.items():
            slider.set_value(getattr(state, name))
        if self.about is not None and self.about.form == "image":
            self.picture.point_at(_pixel(state, self.about))
        elif state.place >= 0:
            self.feature.set_value(str(state.place))
        self.network.show_state(state)
        self.undo.setEnabled(self.steps.can_undo)
        self.redo.setEnabled(self.steps.can_redo)
        self.again.setEnabled(state != Play())
        if self.isVisible():
            self.refresh("")

    def event(self, event: QEvent) -> bool:
        """Take the keys of undo and redo before the window does, while the keyboard is here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _steps_key(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = _steps_key(event)
        if key == "undo":
            self._take_back()
        elif key == "redo":
            self._take_again()
        else:
            super().keyPressEvent(event)

    # Asking

    def ask(self, layer: str) -> None:
        assert self.about is not None and self.subject is not None
        state, source = self.steps.present, self.source.value()
        if source == SKETCH:
            self._ask_sketch(self.subject)
            return
        of_sample = state.sample_arguments(self.about.shape, tokens=self.about.tokens)
        self.request("thought", self._show, sample=self.sample, **of_sample, **state.network_arguments())
        if source == NETWORK:
            self._ask_scores(self.subject)

    def _ask_scores(self, subject: Subject) -> None:
        def shown(answer: Answer) -> None:
            if subject == self.subject and self.about is not None:
                self.network.show_scores(answer, self.about)

        arguments = self.steps.present.network_arguments()
        self.probing.ask(subject.question("ablation", SCORING, **arguments), shown, self.network.say)

    def _ask_sketch(self, subject: Subject) -> None:
        """Put what was drawn or typed where the worker reads it, and ask about it."""
        values = self._drawn()

        def ask(place: Path) -> None:
            if self.source.value() == SKETCH and self.subject == subject:
                more = self.steps.present.network_arguments()
                self.request("thought", self._show, sample=self.sample, sketch=str(place), **more)

        self.probing.keep(f"sketch-{self._sketches % SKETCHES}", {"values": values}, ask, self.line.setText)

    def _drawn(self) -> NDArray[np.float32]:
        """The sketch in the span of the data, in all channels; of a table the row that was typed."""
        assert self.about is not None
        if self.about.form == "row":
            return self.row.values
        low, high = self.about.span
        values = (low + self.pad.values * (high - low)).astype(np.float32)
        return np.repeat(values[None], self.about.shape[0], axis=0)

    def _on_sketch(self) -> None:
        self._sketches += 1
        self.refresh("")

    # Showing

    def _show(self, answer: Answer) -> None:
        about = self.about
        if about is None:
            return
        self.say("")
        if about.form == "row" and self.source.value() != SKETCH:
            self.row.show_row(answer.arrays["values"])
        self.picture.show_look(look_of(answer.arrays["values"], about))
        chances = answer.arrays["chances"]
        if about.targets == "numbers":
            numbers = chances.reshape(-1)[:4].tolist()
            self.line.setText("Predicted: " + ", ".join(figures(number) for number in numbers))
            self.chances.show_chances(())
            return
        is_sketch, positions = self.source.value() == SKETCH, chances.shape[1]
        line = f"Your {'row' if about.form == 'row' else 'sketch'}" if is_sketch else f"Sample {self.sample + 1:,}"
        truth = float("nan") if is_sketch or positions > 1 else float(answer.arrays["truth"].reshape(-1)[0])
        if positions > 1:
            chances = chances.mean(1, keepdims=True)
            right = "" if is_sketch else f", {int((answer.arrays['answer'] == answer.arrays['true']).sum()):,} right"
            line += f": mean of {positions:,} answers{right}"
        self.chances.show_chances(chances_of(chances, truth, about))
        self.line.setText(line)

    def _fail(self, sentence: str) -> None:
        super()._fail(sentence)
        self.line.setText(sentence)

    # Set up

    def _change_source(self) -> None:
        self._show_controls()
        self.refresh("")

    def _show_controls(self) -> None:
        about = self.about
        draws = about is not None and about.form == "image" and max(about.shape[1:]) <= LARGEST_SKETCH
        types = about is not None and about.form == "row"
        self.source.segment(SKETCH).setVisible(draws or types)
        self.source.segment(SKETCH).setText("A row" if types else "A sketch")
        for part, is_shown in ((self.pad, draws), (self.wipe, draws), (self.row, types)):
            part.setVisible(is_shown)
        if not (draws or types) and self.source.value() == SKETCH:
            self.source.set_value(SAMPLE)
        elif draws and about is not None:
            self.pad.set_shape(*about.shape[1:])
        elif types and about is not None:
            self.row.begin(about)
        self._pages.setCurrentIndex((SAMPLE, SKETCH, NETWORK).index(self.source.value()))
        form = about.form if about is not None else "tokens"
        self.right.setVisible(form in ("image", "sequence"))
        self.right.set_name("Shift in time" if form == "sequence" else "Shift to the right")
        self.down.setVisible(form == "image")
        self.noise.setVisible(form != "tokens")
        self.brightness.setVisible(form == "image")
        self.feature.setVisible(form in ("row", "tokens"))
        self.word.setVisible(form == "tokens")
        self.moved.setVisible(form in ("row", "image"))
        self.moved.set_name("The pixel you click" if form == "image" else "By")
        if about is not None and form in ("row", "tokens"):
            count, what = min(prod(about.shape), MOST_NUMBERS), "Position" if about.tokens else "Number"
            names = about.features if len(about.features) == count else [f"{what} {n + 1}" for n in range(count)]
            self.feature.set_options([(str(place), name) for place, name in enumerate(names)])
            self.word.slider.setRange(-1, int(about.span[1]) if about.tokens else 0)

    def _connect(self) -> None:
        for name, slider in self._sliders.items():
            slider.changed.connect(lambda value, name=name: self._slide(name, value))
        self.feature.changed.connect(lambda place: self._point(int(place)))
        self.picture.pixel_changed.connect(self._point_at)
        self.network.changed.connect(lambda change: self._go(self.steps.present.with_change(change)))
        self.network.swapped.connect(lambda one, two: self._go(replace(self.steps.present, swap=(one, two))))
        self.pad.drawn.connect(self._on_sketch)
        self.row.typed.connect(self._on_sketch)
        self.wipe.clicked.connect(self.pad.clear)
        self.undo.clicked.connect(self._take_back)
        self.redo.clicked.connect(self._take_again)
        self.again.clicked.connect(lambda: self._go(Play()))
        self.source.changed.connect(lambda _: self._change_source())

    def _shift_words(self, value: int) -> str:
        return f"{value:+d} {'steps' if self.about is not None and self.about.form == 'sequence' else 'px'}"

    def _slide(self, name: str, value: int) -> None:
        state = self.steps.present.with_slider(name, value)
        if name in ("moved", "word") and state.place < 0 and self.about is not None:
            height, width = self.about.shape[-2:] if self.about.form == "image" else (0, 0)
            middle = height // 2 * width + width // 2
            state = replace(state, place=middle if width else int(self.feature.value() or 0))
        self._go(state, name)

    def _point(self, place: int) -> None:
        self._go(replace(self.steps.present, place=place), "place")

    def _point_at(self, column: int, row: int) -> None:
        if self.about is not None and self.about.form == "image":
            self._point(row * self.about.shape[2] + column)

    def _lay_out(self) -> None:
        altering, drawing = QWidget(), QWidget()
        sliders = QVBoxLayout(altering)
        sliders.setContentsMargins(0, 0, 0, 0)
        sliders.setSpacing(4)
        for pair in ((self.noise, self.brightness), (self.right, self.down), (self.feature, self.moved, self.word)):
            sliders.addLayout(_line(*pair))
        sliders.addStretch(1)
        pad = QHBoxLayout(drawing)
        pad.setContentsMargins(0, 0, 0, 0)
        pad.addWidget(self.pad, 1)
        pad.addWidget(self.wipe, 0, Qt.AlignmentFlag.AlignTop)
        pad.addWidget(self.row, 1)
        self._pages = QStackedWidget()
        for page in (altering, drawing, _scrolled(self.network)):
            self._pages.addWidget(page)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.source)
        head.addStretch(1)
        for button in (self.undo, self.redo, self.again):
            head.addWidget(button)
        left, seen, answer = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        left.addLayout(head)
        left.addWidget(self._pages, 1)
        seen.addWidget(self.picture)
        seen.addStretch(1)
        answer.addWidget(self.line)
        answer.addWidget(self.chances)
        answer.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(24)
        for column, share in ((left, 4), (seen, 1), (answer, 2)):
            row.addLayout(column, share)
        self.column.addLayout(row)


def _line(*parts: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(20)
    for part in parts:
        line.addWidget(part, 1)
    return line


def _scrolled(page: QWidget) -> QScrollArea:
    """A page with a bar where there is too little room for it, as with large text."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def _pixel(state: Play, about: About) -> tuple[int, int] | None:
    return None if state.place < 0 else (state.place % about.shape[2], state.place // about.shape[2])


def _steps_key(event: QKeyEvent) -> str:
    if event.matches(QKeySequence.StandardKey.Undo):
        return "undo"
    return "redo" if event.matches(QKeySequence.StandardKey.Redo) else ""
