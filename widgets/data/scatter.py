"""Points of the plane by class: another mark as well as another color for each, validation hollow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QKeyEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.basics.text import told_apart
from widgets.charts.axis import decimals, linear_ticks, nice_step
from widgets.charts.plots import PlotView
from widgets.controls import Card, ElidedLabel, Mark
from widgets.data.samples import Example, Samples
from widgets.theme import color, px, theme

MARKS = ("o", "s", "t", "d", "p", "star")
SIZE = 7
LONGEST_LEGEND = 6


def class_color(place: int) -> QColor:
    """The color of a class: the curves' colors, over again where there are more classes."""
    curves = theme().palette.curves
    return color(curves[place % len(curves)])


def class_mark(place: int) -> str:
    """The mark of a class: shifted each time the colors start over, so that 36 classes look different."""
    return MARKS[(place + place // len(theme().palette.curves)) % len(MARKS)]


class Scatter(Card):
    """A card with the points and a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.plot = ScatterPlot()
        self._legend = QHBoxLayout()
        self._legend.setSpacing(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(8)
        column.addLayout(self._legend)
        column.addWidget(self.plot, 1)
        self._named: tuple[str, ...] = ()

    def show_samples(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        """Show these examples, replacing those before."""
        self.plot.show_samples(samples, examples)
        names = (samples.classes or ()) if samples else ()
        if names != self._named:
            self._named = names
            self._fill_legend(names)
        self.plot.setAccessibleName("Samples")
        self.plot.setAccessibleDescription(f"{len(examples):,} points of {len(names)} classes in the plane")

    def examples(self) -> Sequence[Example]:
        """What is shown."""
        return self.plot.shown

    def _fill_legend(self, names: Sequence[str]) -> None:
        while (item := self._legend.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        short = told_apart([" ".join(name.split()) for name in names])
        for place, name in enumerate(names[:LONGEST_LEGEND]):
            shape = pg.graphicsItems.ScatterPlotItem.Symbols[class_mark(place)]
            self._legend.addWidget(Mark(partial(class_color, place), 9, (12, 12), shape))
            label = ElidedLabel(short[place], 12, token="text2")
            label.set_more(name)
            label.setMaximumWidth(px(140))
            self._legend.addWidget(label)
            self._legend.addSpacing(10)
        more = f"and {len(names) - LONGEST_LEGEND} more, " if len(names) > LONGEST_LEGEND else ""
        self._legend.addStretch(1)
        self._legend.addWidget(ElidedLabel(f"{more}validation hollow", 12, token="text3"))


class ScatterPlot(PlotView):
    """The points alone; both axes share a scale where their ranges are alike."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.samples: Samples | None = None
        self.shown: Sequence[Example] = ()
        self._layers: list[pg.ScatterPlotItem] = []
        self._ends: tuple[list[float], list[float]] = ([0.0, 0.0], [1.0, 1.0])
        super().__init__("panel", parent)
        self.restyle()

    def show_samples(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        """Show these points."""
        if samples is not None and samples is not self.samples:
            self._ends = _ends(samples)
        self.samples, self.shown = samples, examples
        self.redraw()

    def fit(self) -> None:
        low, high = self._ends
        spans = [top - bottom for bottom, top in zip(low, high, strict=True)]
        self.view.setAspectLocked(max(spans) <= 4 * min(spans))
        self.view.setRange(xRange=(low[0], high[0]), yRange=(low[1], high[1]), padding=0, disableAutoRange=True)
        (left, right), (bottom, top) = self.view.viewRange()
        self.set_ticks(_ticks(bottom, top, 5), _ticks(left, right, 8))

    def redraw(self) -> None:
        self.fit()
        for layer in self._layers:
            self.view.removeItem(layer)
        self._layers = []
        if self.samples is None or not self.shown:
            return
        points = np.array([self.samples.values(example) for example in self.shown], dtype=np.float64)
        looks = np.array([self._look(self.samples, example) for example in self.shown])
        # One item for each look: pens and brushes of single points cost a hundred times more.
        for look in np.unique(looks).tolist():
            self._add(points[looks == look], look // 2, bool(look % 2))

    def _look(self, samples: Samples, example: Example) -> int:
        number = int(samples.parts[example.part].y[example.row]) % (len(MARKS) * len(theme().palette.curves))
        return 2 * number + (example.part > 0)

    def _add(self, points: NDArray[np.float64], number: int, hollow: bool) -> None:
        fill = QColor(class_color(number))
        fill.setAlphaF(0.75)
        look = {"brush": None, "pen": QPen(class_color(number), 0)} if hollow else {"brush": fill, "pen": None}
        layer = pg.ScatterPlotItem(x=points[:, 0], y=points[:, 1], size=px(SIZE), symbol=class_mark(number), **look)
        self._layers.append(layer)
        self.view.addItem(layer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


def _ends(samples: Samples) -> tuple[list[float], list[float]]:
    """The corners of the plane that all examples lie in, with a margin."""
    corners = [corner for part in samples.parts for corner in (part.x.min(axis=0), part.x.max(axis=0))]
    low, high = np.min(corners, axis=0).astype(float), np.max(corners, axis=0).astype(float)
    span = np.maximum(high - low, 1e-9 * np.maximum(np.abs(high), 1.0))
    return (low - 0.05 * span).tolist(), (high + 0.05 * span).tolist()


def _ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    digits = decimals(nice_step(high - low, count))
    return [(value, f"{value:,.{digits}f}") for value in linear_ticks(low, high, count)]
