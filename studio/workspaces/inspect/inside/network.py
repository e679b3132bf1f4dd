"""The network with parts of it switched off, bypassed, or two answers exchanged, and how well it still does."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from models.basics.quantities import figures, percent
from models.basics.text import counted
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.play import Change, Play
from studio.workspaces.inspect.subject import About, names_of
from widgets.controls import Button, ChoiceField, ElidedLabel, Paragraph, set_tip
from widgets.inspection.chances import Chance, Chances, share_text
from widgets.inspection.slider import NamedSlider

MOST_UNITS = 100_000
UNCHANGED = "The network is as it was trained. Switch a part off and see what it was good for."


class NetworkPage(QWidget):
    """`changed` carries a `Change` that is wanted, `swapped` two classes whose answers are to be exchanged."""

    changed = Signal(object)
    swapped = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about: About | None = None
        self.layer = ChoiceField("Layer to be changed")
        self.unit = NamedSlider("Unit", 0, 0, str)
        self.unit_off = Button("Unit off", height=28)
        self.layer_off = Button("Layer off", height=28)
        self.bypass = Button("Bypass layer", height=28)
        self.first, self.second = ChoiceField("Class"), ChoiceField("Class to exchange it with")
        self.swap = Button("Swap", height=28)
        self.state = Paragraph(UNCHANGED, 12, 400, "text2")
        self.scores = ElidedLabel("", 12, 600)
        self.classes = Chances()
        self._lay_out()
        self.layer.changed.connect(lambda _: self._show_layer())
        self.unit_off.clicked.connect(lambda: self._want(Change(self.layer.value(), (self.unit.value(),))))
        self.layer_off.clicked.connect(lambda: self._want(Change(self.layer.value())))
        self.bypass.clicked.connect(lambda: self._want(Change(self.layer.value(), bypass=True)))
        self.swap.clicked.connect(self._want_swap)

    def show_network(self, about: About | None) -> None:
        """Offer the layers and classes of a network."""
        self._about = about
        layers = [(layer.id, layer.id) for layer in about.layers if layer.units] if about else []
        self.layer.set_options(layers)
        scores = about is not None and about.targets != "numbers" and not about.embeds
        names = names_of(about, 0) if about is not None and scores else ()
        for field, place in ((self.first, 0), (self.second, 1)):
            field.set_options([(str(number), name) for number, name in enumerate(names)])
            field.set_value(str(place))
        for part in (self.first, self.second, self.swap):
            part.setVisible(len(names) > 1)
        self.classes.show_chances(())
        self.say("")
        self._show_layer()

    def show_state(self, state: Play) -> None:
        """Say what is changed."""
        words = [change.words() for change in state.changes]
        if state.swap and self._about is not None:
            one, two = (self._about.class_name(number) for number in state.swap)
            words.append(f"{one} and {two} exchanged")
        self.state.setText("; ".join(words) or UNCHANGED)

    def show_scores(self, answer: Answer, about: About) -> None:
        """Show how well it does, before and after."""
        facts = answer.facts
        loss = f"loss {figures(facts['loss'][0], 3)} → {figures(facts['loss'][1], 3)}"
        over = f"over {counted(facts['examples'], 'sample')}"
        if "accuracy" not in facts:
            self.say(f"{loss}, {over}")
            return
        before, after = (percent(share, 1) for share in facts["accuracy"])
        self.say(f"accuracy {before} → {after}, {loss}, {over}")
        shares = answer.arrays["right"] / np.maximum(answer.arrays["count"], 1)
        rows = [
            Chance(about.class_name(number), float(after), float(after) < float(before), False,
                   f"{share_text(float(before))} → {share_text(float(after))}")
            for number, (before, after) in enumerate(shares.T)
            if answer.arrays["count"][number]
        ]  # fmt: skip
        rows.sort(key=lambda row: row.share)
        self.classes.show_chances(rows)

    def say(self, sentence: str) -> None:
        """Say how well it does, or why that cannot be said."""
        self.scores.setText(sentence)

    def _want(self, change: Change) -> None:
        if change.layer:
            self.changed.emit(change)

    def _want_swap(self) -> None:
        if self.first.value() != self.second.value():
            self.swapped.emit(int(self.first.value()), int(self.second.value()))

    def _show_layer(self) -> None:
        layer = self._about.layer(self.layer.value()) if self._about else None
        self.unit.slider.setRange(0, max(min(layer.units, MOST_UNITS) - 1, 0) if layer else 0)
        self.unit.set_value(min(self.unit.value(), self.unit.slider.maximum()))
        self.bypass.setEnabled(bool(layer and layer.can_be_bypassed))
        set_tip(self.bypass, "" if self.bypass.isEnabled() else "It gives another shape than it takes.")

    def _lay_out(self) -> None:
        which, what, classes = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for line, parts in (
            (which, (self.layer, self.unit)),
            (what, (self.unit_off, self.layer_off, self.bypass)),
            (classes, (self.first, self.second, self.swap)),
        ):
            line.setSpacing(6)
            for part in parts:
                line.addWidget(part)
        left, right = QVBoxLayout(), QVBoxLayout()
        for layout in (which, what, classes):
            left.addLayout(layout)
        left.addStretch(1)
        bars = QScrollArea()
        bars.setWidgetResizable(True)
        bars.setFrameShape(QScrollArea.Shape.NoFrame)
        bars.setWidget(self.classes)
        right.addWidget(self.state)
        right.addWidget(self.scores)
        right.addWidget(bars, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addLayout(right, 1)
