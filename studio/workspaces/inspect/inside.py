"""The card of the layers: how their numbers are spread, what they give for a sample, filters, space, and playing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QWidget

from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.card import TitledCard
from studio.workspaces.inspect.playing import PlayPage
from studio.workspaces.inspect.subject import About, Subject
from widgets.controls import ChoiceField, EmptyState, Segmented
from widgets.inspection.layer_maps import LayerMaps, LayerPage, Spot
from widgets.inspection.plot import Plot, Points, point_color, span_of
from widgets.inspection.spreads import DEAD, Spread, Spreads

SPREADS, MAPS, FILTERS, SPACE, PLAY = "spreads", "maps", "filters", "space", "play"
VIEWS = [(SPREADS, "Distributions"), (MAPS, "Maps"), (FILTERS, "Filters"), (SPACE, "Space"), (PLAY, "Play")]
ALL = "all layers"
SURFACE = "decision surface"
FEW, MANY = 16, 256
"""Channels of each layer on the page of all, and of a layer that is looked at alone."""


class InsideCard(TitledCard):
    """Asks for what is in front alone. `field_changed` carries the part of the input that a chosen value sees (in its
    pixels) or None, `pointed` the number of a sample."""

    field_changed = Signal(object)
    pointed = Signal(int)

    def __init__(self, probing: Probing, parent: QWidget | None = None) -> None:
        super().__init__("Inside the layers", parent)
        self._probing = probing
        self.subject: Subject | None = None
        self.about: About | None = None
        self.sample = -1
        self.view = Segmented(VIEWS, name="Inside the layers")
        self.counts = Segmented([("log", "Log counts"), ("linear", "Linear")], name="Counts")
        self.layer = ChoiceField("Layer")
        self.layer.setMinimumContentsLength(14)
        self.spreads = Spreads()
        self.maps, self.filters = LayerPage(), LayerPage()
        self.space = Plot()
        self.play = PlayPage(probing)
        self.empty = EmptyState("")
        self._shown: dict[str, tuple[object, ...]] = {}
        self._chosen: dict[str, str] = {}
        self._ids: list[str] = []
        self._words: dict[str, str] = {}
        self._lay_out()
        self._connect()

    def show_subject(self, subject: Subject | None, about: About | None) -> None:
        """Look inside another network, or at other data."""
        self.subject, self.about, self.sample = subject, about, -1
        self._shown, self._words = {}, {}
        self.words.setText("")
        ids = [layer.id for layer in about.layers] if about else []
        if ids and ids != self._ids:
            self._ids, self._chosen = ids, {}
        self.play.show_subject(subject, about)
        self.spreads.show_layers(())
        for page in (self.maps, self.filters):
            page.show_layers(())
        self.space.show_plot(("", ""), ((0.0, 1.0), (0.0, 1.0)))
        self._offer_layers()
        self.refresh()

    def show_sample(self, row: int) -> None:
        """Look at what the layers give for a sample."""
        self.sample = row
        self.space.mark_sample(row)
        self.field_changed.emit(None)
        self.maps.mark(None)
        self.play.show_sample(row)
        self.refresh()

    def refresh(self) -> None:
        """Ask for what is in front, unless it is there."""
        view = self.view.value()
        if self.subject is None or self.about is None:
            self._stack.setCurrentWidget(self.empty)
            return
        layer = self._layer()
        asks: dict[str, Callable[[], None]] = {
            SPREADS: self._ask_spreads, MAPS: self._ask_maps, FILTERS: self._ask_filters, SPACE: self._ask_space,
        }  # fmt: skip
        key = (self.subject, layer, self.sample if view == MAPS else None)
        if view in asks and self._shown.get(view) != key and not (view == MAPS and self.sample < 0):
            self._shown[view] = key
            asks[view]()
        pages = {SPREADS: self.spreads, MAPS: self.maps, FILTERS: self.filters, SPACE: self.space, PLAY: self.play}
        self._stack.setCurrentWidget(pages[view])
        self.counts.setVisible(view == SPREADS)
        self.layer.setVisible(view in (MAPS, FILTERS, SPACE))

    # Set up

    def _lay_out(self) -> None:
        for control in (self.layer, self.counts, self.view):
            self.controls.addWidget(control)
        self._stack = QStackedWidget()
        for page in (self.empty, self.spreads, self.maps, self.filters, self.space, self.play):
            self._stack.addWidget(page)
        self.body.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.view.changed.connect(lambda _: self._change_view())
        self.counts.changed.connect(lambda value: self.spreads.set_logarithmic(value == "log"))
        self.layer.changed.connect(self._change_layer)
        self.maps.pointed.connect(self._show_field)
        self.maps.layer_chosen.connect(self._toggle_layer)
        self.space.pointed.connect(self.pointed)

    def _change_view(self) -> None:
        self.words.setText(self._words.get(self.view.value(), ""))
        self._offer_layers()
        self.refresh()

    def _change_layer(self, layer: str) -> None:
        self._chosen[self.view.value()] = layer
        self.refresh()

    def _toggle_layer(self, layer: str) -> None:
        """All channels of a layer, or all layers again."""
        self._change_layer(ALL if self._layer() == layer else layer)
        self._offer_layers()

    def _layer(self) -> str:
        return self._chosen.get(self.view.value(), "") or self.layer.value()

    def _offer_layers(self) -> None:
        about, view = self.about, self.view.value()
        if about is None:
            return
        inner = [(layer.id, layer.id) for layer in about.layers if not layer.ends]
        weighted = [(layer.id, layer.id) for layer in about.layers if layer.has_weights]
        first = [(SURFACE, "Decision surface")] if about.is_plane else []
        options = {
            MAPS: [(ALL, "All layers"), *inner],
            FILTERS: weighted,
            SPACE: [*first, ("", "Last inner layer"), *inner],
        }
        offered = options.get(view, [])
        if self._chosen.get(view) not in [value for value, _ in offered]:
            self._chosen[view] = offered[0][0] if offered else ""
        self.layer.clear()
        self.layer.set_options(offered)
        self.layer.set_value(self._chosen[view])

    def _say(self, view: str, sentence: str) -> None:
        """Say something of a view, which may not be in front any more."""
        self._words[view] = sentence
        if view == self.view.value():
            self.words.setText(sentence)

    def _ask(self, kind: str, slot: str, show: Callable[[Answer], None], **arguments: Any) -> None:
        assert self.subject is not None
        subject = self.subject

        def shown(answer: Answer) -> None:
            if subject == self.subject and self.about is not None:
                show(answer)

        question = subject.question(kind, slot, **arguments)
        self._probing.ask(question, shown, partial(self._say, slot), partial(self._tell, slot))

    def _tell(self, view: str, done: int, total: int) -> None:
        if done < total:
            self._say(view, f"{done:,} of {total:,}")

    # Distributions

    def _ask_spreads(self) -> None:
        self._ask("histograms", SPREADS, self._show_spreads)

    def _show_spreads(self, answer: Answer) -> None:
        layers = []
        for number, facts in enumerate(answer.facts["layers"]):
            kinds = {}
            for kind in ("activations", "gradients", "weights"):
                if f"{number}/{kind}" in answer.arrays:
                    counts, edges = answer.arrays[f"{number}/{kind}"], answer.arrays[f"{number}/{kind}/edges"]
                    note, warns = _spread_note(kind, facts[kind])
                    kinds[kind] = Spread(counts, float(edges[0]), float(edges[-1]), note, warns)
            layers.append((str(facts["id"]), kinds))
        self.spreads.show_layers(layers)
        self._say(SPREADS, f"over {answer.facts['examples']:,} samples")

    # Maps

    def _ask_maps(self) -> None:
        layer = self._layer()
        only = {"layer": layer, "channels": MANY} if layer not in (ALL, "") else {"channels": FEW}
        self._ask("maps", MAPS, self._show_maps, sample=self.sample, side=56, **only)

    def _show_maps(self, answer: Answer) -> None:
        layers = [
            self._maps_of(facts, answer.arrays[str(number)]) for number, facts in enumerate(answer.facts["layers"])
        ]
        self.maps.show_layers(layers)
        self._say(MAPS, "the most active channels first; click a value to see what it saw")

    def _maps_of(self, facts: Mapping[str, Any], pictures: Any) -> LayerMaps:
        assert self.about is not None
        layer = self.about.layer(str(facts["id"]))
        kind, family = (layer.kind, layer.family) if layer else ("", "")
        note = f"{facts['zeros']:.0%} zero, {facts['low']:.3g} to {facts['high']:.3g}".replace("%", " %")
        shape = tuple(map(int, facts["shape"]))
        return LayerMaps(
            str(facts["id"]), kind, family, str(facts["form"]), shape, pictures, facts["channels"], facts["step"], note
        )

    def _show_field(self, spot: Spot) -> None:
        """What a value of a layer sees of the input: by sizes, strides and paddings alone."""
        id, channel, row, column = spot
        layer = self.about.layer(id) if self.about else None
        if layer is None or len(layer.field) != 3 or len(layer.field[0]) != 2:
            self.field_changed.emit(None)
            self._say(MAPS, f"{id}, channel {channel}: it sees the whole input")
            return
        size, stride, start = layer.field
        top, left = start[0] + row * stride[0], start[1] + column * stride[1]
        self.field_changed.emit(QRectF(left, top, size[1], size[0]))
        self._say(MAPS, f"{id}, channel {channel}, at {row}, {column}: it sees {size[0]}×{size[1]} of the input")

    # Filters

    def _ask_filters(self) -> None:
        layer = self._layer()
        if not layer:
            self.filters.show_layers(())
            self._say(FILTERS, "No layer of this network has weights.")
            return
        self._ask("filters", FILTERS, self._show_filters, layer=layer)

    def _show_filters(self, answer: Answer) -> None:
        assert self.about is not None
        weight, id = answer.arrays["weight"], str(answer.facts["layer"])
        layer = self.about.layer(id)
        reach = float(np.nanmax(np.abs(weight))) or 1.0
        shown = np.clip((np.nan_to_num(weight) / reach + 1) * 127.5, 0, 255).astype(np.uint8)
        if shown.ndim > 2:
            # Each filter as its first channel; with few channels all of them, one after another.
            planes = shown.reshape(shown.shape[0], shown.shape[1], shown.shape[2], -1)
            planes = planes.reshape(-1, *planes.shape[2:])[:MANY] if shown.shape[1] <= 4 else planes[:, 0]
        else:
            planes = shown[None]
        form = "maps" if shown.ndim > 2 else "rows"
        note = f"−{reach:.3g} black to {reach:.3g} white"
        shape = tuple(map(int, answer.facts["shape"]))
        kind, family = (layer.kind, layer.family) if layer else ("", "")
        self.filters.show_layers([LayerMaps(id, kind, family, form, shape, planes, range(len(planes)), 1, note)])
        self._say(FILTERS, "")

    # Space

    def _ask_space(self) -> None:
        layer = self._layer()
        if layer == SURFACE:
            self._ask("surface", SPACE, self._show_surface)
        else:
            self._ask("projection", SPACE, self._show_projection, layer=layer)

    def _show_projection(self, answer: Answer) -> None:
        points = answer.arrays["points"].astype(np.float64)
        colors = _colors(answer, self.about)
        first, second = (f"{share:.0%} of the spread".replace("%", " %") for share in answer.facts["spread"])
        ends = (span_of(points[:, 0]), span_of(points[:, 1]))
        self.space.show_plot(
            (first, second), ends, points=Points(points[:, 0], points[:, 1], colors, answer.arrays["rows"])
        )
        self.space.mark_sample(self.sample)
        self._say(SPACE, f"{answer.facts['layer']}, {len(points):,} samples colored by class")

    def _show_surface(self, answer: Answer) -> None:
        points = answer.arrays["points"].astype(np.float64)
        (left, right), (low, high) = answer.facts["ranges"]
        names = (self.about.features if self.about else ()) or ("first number", "second number")
        self.space.show_plot(
            (names[0], names[-1]), ((left, right), (low, high)), square=True, background=surface_picture(answer),
            points=Points(points[:, 0], points[:, 1], _colors(answer, self.about), answer.arrays["rows"]),
        )  # fmt: skip
        self.space.mark_sample(self.sample)
        self._say(SPACE, "what the network answers all over the plane")


def surface_picture(answer: Answer) -> QImage:
    """The plane in the colors of the classes, the stronger the surer; numbers from the first color to the second."""
    chances = answer.arrays["chances"].astype(np.float64)
    if len(chances) == 1:
        span = float(np.ptp(chances)) or 1.0
        share = (chances[0] - chances[0].min()) / span
        chances = np.stack([1 - share, share])
    best = chances.argmax(0)
    sure = (chances.max(0) - 1 / len(chances)) / (1 - 1 / len(chances))
    hues = [point_color(number) for number in range(len(chances))]
    table = np.array([[hue.red(), hue.green(), hue.blue()] for hue in hues], np.float64)
    alpha = 255 * (0.08 + 0.5 * np.clip(sure, 0, 1))
    pixels = np.concatenate([table[best], alpha[..., None]], -1)[::-1].astype(np.uint8)
    height, width = best.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def _colors(answer: Answer, about: About | None) -> Any:
    """The number of each point's color: its class, or the sixth part of the range that its number lies in."""
    truth = answer.arrays["truth"]
    if about is not None and about.targets != "numbers":
        return truth.astype(np.int64)
    edges = np.quantile(truth, np.linspace(0, 1, 7)[1:-1])
    return np.searchsorted(edges, truth).astype(np.int64)


def _spread_note(kind: str, facts: Mapping[str, float]) -> tuple[str, bool]:
    """What is written below a histogram, and whether it is a warning."""
    if kind == "gradients":
        return f"size {facts['size']:.2g}", False
    if kind == "activations":
        if facts["dead"] >= DEAD:
            return f"{facts['dead']:.0%} dead".replace("%", " %"), True
        if facts["zeros"] >= 0.005:
            return f"{facts['zeros']:.0%} zero".replace("%", " %"), False
    return f"mean {facts['mean']:.3g}, size {facts['size']:.2g}", False
