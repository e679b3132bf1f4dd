"""How the numbers of all layers are spread, or those of one layer in the course of its training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.basics.quantities import figures, percent
from models.basics.text import counted
from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.view import ALL, Choices, View
from studio.workspaces.inspect.subject import About
from widgets.controls import Segmented
from widgets.inspection.inside.spreads import DEAD, ROWS, Spread, Spreads


class DistributionsView(View):
    """One column a layer, or one a checkpoint."""

    name, title = "spreads", "Distributions"

    def __init__(self, probing: Probing) -> None:
        super().__init__(probing)
        self.page = Spreads()
        self.counts = Segmented([("log", "Log"), ("linear", "Linear")], name="Counts")
        self.controls = (self.counts,)
        self.column.addWidget(self.page)
        self.counts.changed.connect(lambda value: self.page.set_logarithmic(value == "log"))

    def layers(self, about: About) -> Choices:
        return [(ALL, "All layers"), *((layer.id, f"{layer.id} over epochs") for layer in about.layers if layer.shape)]

    def clear(self) -> None:
        self.page.show_layers(())

    def ask(self, layer: str) -> None:
        if layer == ALL:
            self.request("histograms", self._show_all)
        else:
            self.request("course", self._show_course, layer=layer)

    def _show_all(self, answer: Answer) -> None:
        layers = []
        for number, facts in enumerate(answer.facts["layers"]):
            edges = {kind: f"{number}/{kind}/edges" for kind in ROWS}
            layers.append((str(facts["id"]), _spreads(answer, number, facts, edges)))
        self.page.show_layers(layers)
        self.say(f"over {counted(answer.facts['examples'], 'sample')}")

    def _show_course(self, answer: Answer) -> None:
        edges = {kind: f"{kind}/edges" for kind in ROWS}
        columns = []
        for number, facts in enumerate(answer.facts["checkpoints"]):
            when = f"epoch {facts['epoch']}" if facts["name"] else "before training"
            columns.append((when, _spreads(answer, number, facts, edges)))
        self.page.show_layers(columns)
        self.say(f"{answer.facts['layer']} with the weights that are kept, all in one scale")


def _spreads(answer: Answer, number: int, facts: Mapping[str, Any], edges: Mapping[str, str]) -> dict[str, Spread]:
    """The histograms of a column, as far as there are any."""
    found = {}
    for kind in ROWS:
        if f"{number}/{kind}" in answer.arrays:
            ends = answer.arrays[edges[kind]]
            note, warns = _note(kind, facts[kind])
            found[kind] = Spread(answer.arrays[f"{number}/{kind}"], float(ends[0]), float(ends[-1]), note, warns)
    return found


def _note(kind: str, facts: Mapping[str, float]) -> tuple[str, bool]:
    """What is written below a histogram, and whether it is a warning."""
    if kind == "gradients":
        return f"size {figures(facts['size'], 2)}", False
    if kind == "activations" and facts["dead"] >= DEAD:
        return f"{percent(facts['dead'])} dead", True
    if facts["zeros"] >= 0.005:
        return f"{percent(facts['zeros'])} zero", False
    return f"mean {figures(facts['mean'], 3)}, size {figures(facts['size'], 2)}", False
