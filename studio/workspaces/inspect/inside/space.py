"""The samples as points: as a layer sees them, or on the decision surface of a network that takes two numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from models.basics.quantities import percent
from models.basics.text import told_apart
from studio.controllers.asking.probing import Probing
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.inside.view import Choices, View, inner_layers
from studio.workspaces.inspect.subject import About
from widgets.controls import ChoiceField
from widgets.inspection.inside.lasso import LassoPlot
from widgets.inspection.plot import Points, point_color, span_of

SURFACE = "decision surface"
SPREAD, TSNE, UMAP = "projection", "t-sne", "umap"
METHODS = [(SPREAD, "PCA"), (TSNE, "t-SNE"), (UMAP, "UMAP")]
LIVE = "inside live"
MOST_NAMED = 20
"""Classes whose names find a place among their points."""


class SpaceView(View):
    """Along the two directions of largest spread (PCA), or with neighbors side by side (t-SNE, UMAP). A loop around
    points shows their samples."""

    name, title = "space", "Space"

    def __init__(self, probing: Probing) -> None:
        super().__init__(probing)
        self._layer: str = ""
        self.page = LassoPlot()
        self.method = ChoiceField("How samples are placed", METHODS)
        self.controls = (self.method,)
        self.column.addWidget(self.page)
        self.page.pointed.connect(self.pointed)
        self.page.enclosed.connect(self.enclosed)
        self.method.changed.connect(lambda _: self.refresh(self._layer))

    def layers(self, about: About) -> Choices:
        first = [(SURFACE, "Decision surface")] if about.is_plane else []
        return [*first, ("", "The embedding" if about.embeds else "Last inner layer"), *inner_layers(about)]

    def key(self) -> tuple[object, ...]:
        return (self.method.value(),)

    def clear(self) -> None:
        self.page.show_plot(("", ""), ((0.0, 1.0), (0.0, 1.0)))

    def show_sample(self, row: int) -> None:
        super().show_sample(row)
        self.page.mark_sample(row)

    def refresh(self, layer: str) -> None:
        self._layer = layer
        self.method.setEnabled(layer != SURFACE)
        super().refresh(layer)

    def ask(self, layer: str) -> None:
        if layer == SURFACE:
            self.request("surface", self._show_surface)
        elif (method := self.method.value()) != SPREAD:
            self._tell(0, 0)
            self.request("neighbors", self._show_points, layer=layer, method=method)
        else:
            self.request(SPREAD, self._show_points, layer=layer)

    def follow(self, run: Path) -> None:
        """A run that trains has got further: show the surface of its present weights, one question at a time."""
        if self.subject is None or self.subject.run != run or self._layer != SURFACE or self.probing.asks(LIVE):
            return
        subject = self.subject

        def shown(answer: Answer) -> None:
            if subject == self.subject and self._layer == SURFACE:
                self._show_surface(answer)
                self.say("as it trains, with the weights of this moment")

        self.probing.ask(subject.question("surface", LIVE, live=1), shown, self.say)

    def _tell(self, done: int, total: int) -> None:
        """Say how far it is; where samples are placed, another choice gives that up."""
        if self._layer == SURFACE or self.method.value() == SPREAD:
            super()._tell(done, total)
            return
        far = percent(done / total) if total else "half a minute or so"
        self.say(f"placing the samples, {far}; choose PCA to stop")

    # Showing

    def _show_points(self, answer: Answer) -> None:
        points = answer.arrays["points"].astype(np.float64)
        shares = answer.facts.get("spread")
        titles = [f"{percent(share)} of the spread" for share in shares] if shares else ["", ""]
        ends = (span_of(points[:, 0]), span_of(points[:, 1]))
        colors = _colors(answer, self.about)
        shown = Points(points[:, 0], points[:, 1], colors, answer.arrays["rows"], self._names(colors))
        self.page.show_plot((titles[0], titles[1]), ends, points=shown, square=not shares)
        self.page.mark_sample(self.sample)
        what = "value" if self.about is not None and self.about.targets == "numbers" else "class"
        what = f"the first {what}" if answer.facts.get("positions", 1) > 1 else what
        self.say(f"{answer.facts['layer']}, {len(points):,} samples colored by {what}; draw a loop around some")

    def _names(self, colors: NDArray[np.int64]) -> dict[int, str]:
        """The classes by the numbers of their colors, while they can be told apart; none for numbers."""
        found = np.unique(colors).tolist()
        if self.about is None or self.about.targets == "numbers" or len(found) > MOST_NAMED:
            return {}
        return dict(zip(found, told_apart([self.about.class_name(number) for number in found]), strict=True))

    def _show_surface(self, answer: Answer) -> None:
        points = answer.arrays["points"].astype(np.float64)
        (left, right), (low, high) = answer.facts["ranges"]
        names = (self.about.features if self.about else ()) or ("first number", "second number")
        self.page.show_plot(
            (names[0], names[-1]), ((left, right), (low, high)), square=True, background=surface_picture(answer),
            points=Points(points[:, 0], points[:, 1], _colors(answer, self.about), answer.arrays["rows"]),
        )  # fmt: skip
        self.page.mark_sample(self.sample)
        self.say("what the network answers all over the plane; draw a loop around some samples")


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


def _colors(answer: Answer, about: About | None) -> NDArray[np.int64]:
    """The number of each point's color: its class, or the sixth part of the range that its number lies in."""
    truth = answer.arrays["truth"]
    if about is not None and about.targets != "numbers":
        return truth.astype(np.int64)
    edges = np.quantile(truth, np.linspace(0, 1, 7)[1:-1])
    return np.searchsorted(edges, truth).astype(np.int64)
