"""What excites a unit of a layer most: samples of the data, and an input found by climbing from noise."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF

from models.basics.quantities import figures
from models.basics.text import counted
from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.view import Choices, View
from studio.workspaces.inspect.looks import look_of
from studio.workspaces.inspect.subject import About, Layer
from widgets.inspection.inside.excited import ExcitedPage, Peak
from widgets.inspection.slider import NamedSlider

MOST_UNITS, LONGEST_SLIDER = 100_000, 480


class ExcitingView(View):
    """One unit at a time: a channel, a feature of a sequence, or a number."""

    name, title = "exciting", "Top inputs"

    def __init__(self, probing: Probing) -> None:
        super().__init__(probing)
        self._layer: str = ""
        self.page = ExcitedPage()
        self.unit = NamedSlider("Unit", 0, 0, str)
        self.unit.setMaximumWidth(LONGEST_SLIDER)
        self.column.addWidget(self.unit)
        self.column.addWidget(self.page, 1)
        self.unit.changed.connect(lambda _: self.refresh(self._layer))
        self.page.pointed.connect(self.pointed)

    def layers(self, about: About) -> Choices:
        return [(layer.id, layer.id) for layer in about.layers if layer.units]

    def key(self) -> tuple[object, ...]:
        return (self.unit.value(),)

    def clear(self) -> None:
        self.page.show_peaks(())

    def refresh(self, layer: str) -> None:
        if layer != self._layer and self.about is not None:
            self._layer = layer
            found = self.about.layer(layer)
            self.unit.slider.setRange(0, max(min(found.units, MOST_UNITS) - 1, 0) if found else 0)
            self.unit.set_value(0)
        super().refresh(layer)

    def ask(self, layer: str) -> None:
        self.request("exciting", self._show, layer=layer, unit=self.unit.value())

    def _show(self, answer: Answer) -> None:
        assert self.about is not None
        about, facts = self.about, answer.facts
        layer = about.layer(str(facts["layer"]))
        peaks = []
        if "climbed" in answer.arrays:
            span = (float(facts["span"][0]), float(facts["span"][1]))
            look = look_of(answer.arrays["climbed"], replace(about.first, span=span))
            climbed = f"{figures(facts['start'], 3)} → {figures(facts['end'], 3)}"
            peaks.append(Peak(look, "found by climbing", climbed, -1, None))
        for place, row in enumerate(answer.arrays["rows"].tolist()):
            look = look_of(answer.arrays["values"][place], about)
            frame = seen_part(layer, about, int(answer.arrays["places"][place])) if layer else None
            title = f"Sample {row + 1:,}"
            peaks.append(Peak(look, title, f"gives {figures(answer.arrays['peaks'][place], 3)}", row, frame))
        self.page.show_peaks(peaks)
        climbs = "; climbing raises its mean" if "climbed" in answer.arrays else ""
        self.say(
            f"{facts['layer']}, unit {facts['unit']}: the highest among {counted(facts['examples'], 'sample')}{climbs}"
        )


def seen_part(layer: Layer, about: About, place: int) -> QRectF | None:
    """The part of an image, as a share of it, that the value at a flat place of a layer's map sees; None for all."""
    if about.form != "image" or len(layer.shape) != 3 or len(layer.field) != 3 or len(layer.field[0]) != 2:
        return None
    size, stride, start = layer.field
    row, column = divmod(place, layer.shape[2])
    height, width = about.shape[1:]
    top, left = start[0] + row * stride[0], start[1] + column * stride[1]
    return QRectF(left / width, top / height, size[1] / width, size[0] / height)
