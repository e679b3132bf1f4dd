"""What the layers give for a sample: maps, states over time, numbers; beside those of another sample if wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF

from models.basics.quantities import figures, percent
from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.view import ALL, Choices, View, inner_layers
from studio.workspaces.inspect.subject import About
from widgets.controls import Button
from widgets.inspection.inside.layer_maps import LayerMaps, LayerPage, Spot

FEW, MANY = 16, 256
"""Channels of each layer on the page of all, and of a layer that is looked at alone."""
COMPARE = "Compare"


class MapsView(View):
    """A page of all layers, or of one with all its channels."""

    name, title, of_sample = "maps", "Maps", True

    def __init__(self, probing: Probing) -> None:
        super().__init__(probing)
        self.page = LayerPage()
        self.compare = Button(COMPARE, height=28)
        self.compare.setCheckable(True)
        self.beside = -1
        """The sample that others are compared with; −1 for none."""
        self.controls = (self.compare,)
        self.column.addWidget(self.page)
        self.page.pointed.connect(self._show_field)
        self.page.layer_chosen.connect(self.layer_wanted)
        self.compare.toggled.connect(self._toggle_compare)
        self._layer: str = ALL
        self._reach: dict[str, float] = {}

    def layers(self, about: About) -> Choices:
        return [(ALL, "All layers"), *inner_layers(about)]

    def key(self) -> tuple[object, ...]:
        return (self.beside,)

    def clear(self) -> None:
        self.page.show_layers(())
        self.compare.setChecked(False)

    def show_sample(self, row: int) -> None:
        super().show_sample(row)
        self.page.mark(None)

    def ask(self, layer: str) -> None:
        self._layer = layer
        only = {"layer": layer, "channels": MANY} if layer != ALL else {"channels": FEW}
        if self.beside not in (-1, self.sample):
            only["beside"] = self.beside
        self.request("maps", self._show, sample=self.sample, side=56, **only)

    def _toggle_compare(self, compares: bool) -> None:
        self.beside = self.sample if compares else -1
        self.compare.setText(f"With sample {self.beside + 1:,}" if compares else COMPARE)
        if self.subject is not None:
            self.refresh(self._layer)

    # Showing

    def _show(self, answer: Answer) -> None:
        shown: list[LayerMaps] = []
        self._reach = {str(facts["id"]): float(facts["high"]) for facts in answer.facts["layers"]}
        for number, facts in enumerate(answer.facts["layers"]):
            shown.append(self._maps_of(facts, answer.arrays[str(number)]))
            if f"{number}/beside" in answer.arrays:
                shown[-1:] = self._compared(facts, shown[-1], answer, number)
        self.page.show_layers(shown)
        if self.beside < 0:
            self.say("the most active channels first; click a value to see what it saw")
        elif self.beside == self.sample:
            self.say("choose another sample to see it beside this one")
        else:
            self.say("what differs most first; orange is more in this sample, blue more in the other")

    def _maps_of(self, facts: Mapping[str, Any], pictures: Any) -> LayerMaps:
        assert self.about is not None
        layer = self.about.layer(str(facts["id"]))
        kind, family = (layer.kind, layer.family) if layer else ("", "")
        note = f"{percent(facts['zeros'])} zero, {figures(facts['low'], 3)} to {figures(facts['high'], 3)}"
        if facts["form"] == "states":
            note = f"units × steps, ±{figures(facts['high'], 3)}"
        return LayerMaps(
            str(facts["id"]), kind, family, str(facts["form"]), tuple(map(int, facts["shape"])), pictures,
            facts["channels"], facts["step"], note, is_signed=facts["form"] == "states",
        )  # fmt: skip

    def _compared(self, facts: Mapping[str, Any], own: LayerMaps, answer: Answer, number: int) -> list[LayerMaps]:
        """A layer's output for both samples, and the difference."""
        other, difference = (answer.arrays[f"{number}/{name}"] for name in ("beside", "difference"))
        return [
            replace(own, title=f"{own.id}, sample {self.sample + 1:,}"),
            replace(own, title=f"{own.id}, sample {self.beside + 1:,}", pictures=other, note=""),
            replace(
                own, title=f"{own.id}, difference", pictures=np.asarray(difference), is_signed=True,
                note=f"up to {figures(facts['reach'], 3)}",
            ),
        ]  # fmt: skip

    def _show_field(self, spot: Spot) -> None:
        """What a value of a layer sees of the input: by sizes, strides and paddings alone."""
        id, channel, row, column = spot
        layer = self.about.layer(id) if self.about else None
        shown = next((shown for shown in self.page.layers if shown.id == id), None)
        if shown is not None and shown.form == "states":
            value = (float(shown.pictures[0, channel, column]) / 127.5 - 1) * self._reach.get(id, 0.0)
            self.say(f"{id}, unit {channel} at step {column + 1}: about {figures(value, 2)}")
            return
        if layer is None or len(layer.field) != 3 or len(layer.field[0]) != 2:
            self.field_changed.emit(None)
            self.say(f"{id}, channel {channel}: it sees the whole input")
            return
        size, stride, start = layer.field
        top, left = start[0] + row * stride[0], start[1] + column * stride[1]
        self.field_changed.emit(QRectF(left, top, size[1], size[0]))
        self.say(f"{id}, channel {channel}, at {row}, {column}: it sees {size[0]}×{size[1]} of the input")
