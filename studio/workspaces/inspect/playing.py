"""Playing with a sample: alter it with sliders, or draw one, and watch the answer."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.looks import chances_of, look_of
from studio.workspaces.inspect.subject import About, Subject
from widgets.controls import Button, ChoiceField, Label, Segmented
from widgets.inspection.chances import Chance, Chances
from widgets.inspection.detail import SampleView
from widgets.inspection.sketch import SketchPad
from widgets.inspection.slider import NamedSlider

MOST_NUMBERS = 500
SKETCHES = 8
"""Sketches that are kept: the worker may still read the one before."""
LARGEST_SKETCH = 128
"""Pixels of the longest side that anybody draws."""
SAMPLE, SKETCH = "sample", "sketch"


class PlayPage(QWidget):
    """A sample or a sketch, sliders, and the answer as it changes."""

    def __init__(self, probing: Probing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._probing = probing
        self.subject: Subject | None = None
        self.about: About | None = None
        self.sample = -1
        self.source = Segmented([(SAMPLE, "The sample"), (SKETCH, "A sketch")], name="What to play with")
        self.pad = SketchPad()
        self.clear = Button("Clear", height=28)
        self.again = Button("As it was", height=28)
        self.noise = NamedSlider("Noise", 0, 100, lambda value: f"{value} %")
        self.brightness = NamedSlider("Brightness", -100, 100, lambda value: f"{value:+d} %")
        self.right = NamedSlider("Shift to the right", -14, 14, lambda value: f"{value:+d} px")
        self.down = NamedSlider("Shift down", -14, 14, lambda value: f"{value:+d} px")
        self.feature = ChoiceField("Number to be moved")
        self.moved = NamedSlider("Moved by", -30, 30, lambda value: f"{value / 10:+.1f} deviations")
        self.picture = SampleView("What the network sees")
        self.chances = Chances()
        self.line = Label("", 12, token="text2")
        self._sketches = 0
        self._lay_out()
        self._connect()

    def show_subject(self, subject: Subject | None, about: About | None) -> None:
        """Play with another network."""
        self.subject, self.about = subject, about
        self._show_controls()

    def show_sample(self, row: int) -> None:
        """Play with another sample, from what it is."""
        self.sample = row
        for slider in self._sliders():
            slider.set_value(0)
        if self.isVisible():
            self.ask()

    def ask(self) -> None:
        """Ask what the network makes of it now."""
        if self.subject is None or self.about is None or self.sample < 0:
            return
        arguments: dict[str, Any] = {"sample": self.sample}
        if not self.about.tokens:
            arguments |= {
                "noise": self.noise.value() / 100,
                "brightness": self.brightness.value() / 100,
                "shift": [self.right.value(), self.down.value()],
            }
        if self.about.form == "row" and self.moved.value() and self.feature.value():
            arguments["moves"] = [[int(self.feature.value()), self.moved.value() / 10]]
        if self.source.value() == SKETCH:
            self._keep_sketch(self.subject)
        else:
            self._probing.ask(self.subject.question("thought", "play", **arguments), self._show, self.line.setText)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.ask()

    def _keep_sketch(self, subject: Subject) -> None:
        """Put the sketch, in the span of the data, where the worker reads it, and ask about it."""
        assert self.about is not None
        low, high = self.about.span
        values = (low + self.pad.values * (high - low)).astype(np.float32)
        channels = np.repeat(values[None], self.about.shape[0], axis=0)
        self._sketches += 1

        def ask(place: Path) -> None:
            if self.source.value() != SKETCH or self.subject != subject:
                return
            question = subject.question("thought", "play", sample=self.sample, sketch=str(place))
            self._probing.ask(question, self._show, self.line.setText)

        self._probing.keep(f"sketch-{self._sketches % SKETCHES}", {"values": channels}, ask, self.line.setText)

    def _show(self, answer: Answer) -> None:
        about = self.about
        if about is None:
            return
        self.picture.show_look(look_of(answer.arrays["values"], about))
        if about.targets == "numbers":
            numbers = answer.arrays["chances"].reshape(-1)[:4].tolist()
            self.line.setText("Predicted: " + ", ".join(f"{number:.4g}" for number in numbers))
            self.chances.show_chances(())
            return
        is_sketch = self.source.value() == SKETCH
        truth = float("nan") if is_sketch else float(answer.arrays["truth"].reshape(-1)[0])
        rows: list[Chance] = chances_of(answer.arrays["chances"], truth, about)
        self.chances.show_chances(rows)
        self.line.setText(f"Sample {self.sample + 1:,}" if not is_sketch else "Your sketch")

    def _sliders(self) -> tuple[NamedSlider, ...]:
        return self.noise, self.brightness, self.right, self.down, self.moved

    def _change_source(self) -> None:
        self._show_controls()
        self.ask()

    def _show_controls(self) -> None:
        about = self.about
        draws = about is not None and about.form == "image" and max(about.shape[1:]) <= LARGEST_SKETCH
        self.source.setVisible(draws)
        if not draws:
            self.source.set_value(SAMPLE)
        elif about is not None:
            self.pad.set_shape(*about.shape[1:])
        is_sketch = self.source.value() == SKETCH
        self._drawing.setVisible(is_sketch)
        self._altering.setVisible(not is_sketch)
        moves = about is not None and about.form in ("image", "sequence")
        for slider in (self.right, self.down):
            slider.setVisible(moves)
        self.noise.setVisible(about is not None and not about.tokens)
        self.brightness.setVisible(about is not None and about.form == "image")
        is_row = about is not None and about.form == "row"
        for part in (self.feature, self.moved):
            part.setVisible(is_row)
        if about is not None and is_row:
            count = min(prod(about.shape), MOST_NUMBERS)
            names = about.features if len(about.features) == count else [f"Number {n + 1}" for n in range(count)]
            self.feature.set_options([(str(place), name) for place, name in enumerate(names)])

    def _connect(self) -> None:
        for slider in self._sliders():
            slider.changed.connect(lambda _: self.ask())
        self.pad.drawn.connect(self.ask)
        self.clear.clicked.connect(self.pad.clear)
        self.again.clicked.connect(lambda: self.show_sample(self.sample))
        self.source.changed.connect(lambda _: self._change_source())

    def _lay_out(self) -> None:
        self._altering, self._drawing = QWidget(), QWidget()
        sliders = QVBoxLayout(self._altering)
        sliders.setContentsMargins(0, 0, 0, 0)
        sliders.setSpacing(4)
        for pair in ((self.noise, self.brightness), (self.right, self.down), (self.feature, self.moved)):
            sliders.addLayout(_line(*pair))
        sliders.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        sliders.addStretch(1)
        drawing = QHBoxLayout(self._drawing)
        drawing.setContentsMargins(0, 0, 0, 0)
        drawing.addWidget(self.pad, 1)
        drawing.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignTop)
        left, seen, answer = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.source, 0, Qt.AlignmentFlag.AlignLeft)
        left.addWidget(self._altering, 1)
        left.addWidget(self._drawing, 1)
        seen.addWidget(self.picture)
        seen.addStretch(1)
        answer.addWidget(self.line)
        answer.addWidget(self.chances)
        answer.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(24)
        for column, share in ((left, 3), (seen, 1), (answer, 2)):
            row.addLayout(column, share)


def _line(*parts: QWidget) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(20)
    for part in parts:
        line.addWidget(part, 1)
    return line
