"""The filters of a convolution, each with all its input channels if wanted, and the weights of other layers."""

from __future__ import annotations

import numpy as np

from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.view import Choices, View
from studio.workspaces.inspect.subject import About
from widgets.controls import ChoiceField
from widgets.inspection.inside.layer_maps import LayerMaps, LayerPage, Spot

MOST, FEW_CHANNELS = 256, 4
ALL_FILTERS = "all"


class FiltersView(View):
    """All filters by their first channel (of few channels all of them), or one filter by all its channels."""

    name, title = "filters", "Filters"

    def __init__(self, probing: Probing) -> None:
        super().__init__(probing)
        self.page = LayerPage()
        self.filter = ChoiceField("Filter", [(ALL_FILTERS, "All filters")])
        self.filter.setMinimumContentsLength(8)
        self.controls = (self.filter,)
        self._answer: Answer | None = None
        self.column.addWidget(self.page)
        self.filter.changed.connect(lambda _: self._show())
        self.page.pointed.connect(self._choose)

    def layers(self, about: About) -> Choices:
        return [(layer.id, layer.id) for layer in about.layers if layer.has_weights]

    def clear(self) -> None:
        self._answer = None
        self.page.show_layers(())

    def ask(self, layer: str) -> None:
        if not layer:
            self.clear()
            self.say("No layer of this network has weights.")
            return
        self.request("filters", self._take, layer=layer)

    def _take(self, answer: Answer) -> None:
        self._answer = answer
        weight = answer.arrays["weight"]
        filters = range(len(weight)) if weight.ndim > 2 and weight.shape[1] > 1 else ()
        self.filter.set_options([(ALL_FILTERS, "All filters"), *((str(n), f"Filter {n}") for n in filters)])
        self.filter.set_value(ALL_FILTERS)
        self._show()

    def _choose(self, spot: Spot) -> None:
        """A click on a filter shows all its channels, a second one all filters again."""
        self.page.mark(None)
        if self.filter.count() > 1:
            wanted = str(spot[1]) if self.filter.value() == ALL_FILTERS else ALL_FILTERS
            self.filter.set_value(wanted)
            self._show()

    def _show(self) -> None:
        if self._answer is None or self.about is None:
            return
        weight, id = self._answer.arrays["weight"], str(self._answer.facts["layer"])
        layer = self.about.layer(id)
        reach = float(np.nanmax(np.abs(weight))) or 1.0
        shown = np.clip((np.nan_to_num(weight) / reach + 1) * 127.5, 0, 255).astype(np.uint8)
        planes, numbers, words = self._planes(shown)
        kind, family = (layer.kind, layer.family) if layer else ("", "")
        form = "maps" if shown.ndim > 2 else "rows"
        note = f"−{reach:.3g} blue to {reach:.3g} orange"
        shape = tuple(map(int, self._answer.facts["shape"]))
        maps = LayerMaps(id, kind, family, form, shape, planes, numbers, 1, note, is_signed=True)
        self.page.show_layers([maps])
        self.say(words)

    def _planes(self, shown: np.ndarray) -> tuple[np.ndarray, list[int], str]:
        """The pictures that are shown, the filter that each is of, and words."""
        if shown.ndim == 2:
            return shown[None], [0], ""
        filters, channels, height = shown.shape[:3]
        planes = shown.reshape(filters, channels, height, -1)
        if (chosen := self.filter.value()) not in ("", ALL_FILTERS):
            number = int(chosen)
            return planes[number], [number] * channels, f"filter {number}: all its {channels} input channels in order"
        if channels <= FEW_CHANNELS:
            numbers = [number for number in range(filters) for _ in range(channels)][:MOST]
            words = "each filter with its channels" if channels > 1 else ""
            return planes.reshape(-1, *planes.shape[2:])[:MOST], numbers, words
        return planes[:, 0], list(range(filters)), f"the first of {channels} input channels; click a filter for all"
