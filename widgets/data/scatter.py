"""Points of the plane by class: another mark as well as another color for each, validation hollow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets.charts.axis import decimals, linear_ticks, nice_step
from widgets.controls import Card, ElidedLabel, Label, Themed
from widgets.data.plots import PlotView
from widgets.data.samples import Example, Samples
from widgets.theme import color, px, theme

MARKS = ("o", "s", "t", "d", "p", "star")
SIZE = 7
LONGEST_LEGEND = 6


def class_color(place: int) -> QColor:
    """The color of a class: the curves' colors, over again where there are more classes."""
    curves = theme().palette.curves
    return color(curves[place % len(curves)])


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
        for place, name in enumerate(names[:LONGEST_LEGEND]):
            self._legend.addWidget(_Mark(place))
            label = ElidedLabel(name, 12, token="text2")
            label.setMaximumWidth(px(140))
            self._legend.addWidget(label)
            self._legend.addSpacing(10)
        more = f"and {len(names) - LONGEST_LEGEND} more, " if len(names) > LONGEST_LEGEND else ""
        self._legend.addStretch(1)
        self._legend.addWidget(Label(f"{more}validation hollow", 12, token="text3"))


class _Mark(Themed, QWidget):
    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedSize(px(12), px(12))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(QRectF(self.rect()).center())
        painter.scale(px(9), px(9))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(class_color(self._place))
        painter.drawPath(pg.graphicsItems.ScatterPlotItem.Symbols[MARKS[self._place % len(MARKS)]])


class ScatterPlot(PlotView):
    """The points alone; both axes share a scale where their ranges are alike."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.samples: Samples | None = None
        self.shown: Sequence[Example] = ()
        super().__init__("panel", parent)
        self._points = pg.ScatterPlotItem(pxMode=True)
        self.view.addItem(self._points)
        self.restyle()

    def show_samples(self, samples: Samples | None, examples: Sequence[Example]) -> None:
        """Show these points."""
        self.samples, self.shown = samples, examples
        self.redraw()

    def redraw(self) -> None:
        if not hasattr(self, "_points"):
            return
        if self.samples is None or not self.shown:
            self._points.clear()
            return
        points = np.array([self.samples.values(example) for example in self.shown], dtype=np.float64)
        self._set_range(self.samples)
        self._draw(points, self.samples)

    def _set_range(self, samples: Samples) -> None:
        ends = []
        for part in samples.parts:
            ends += [part.x.min(axis=0), part.x.max(axis=0)]
        low, high = np.min(ends, axis=0).astype(float), np.max(ends, axis=0).astype(float)
        span = np.maximum(high - low, 1e-9 * np.maximum(np.abs(high), 1.0))
        low, high = low - 0.05 * span, high + 0.05 * span
        alike = max(span) <= 4 * min(span)
        self.view.setAspectLocked(bool(alike))
        self.view.setRange(xRange=(low[0], high[0]), yRange=(low[1], high[1]), padding=0, disableAutoRange=True)
        (left, right), (bottom, top) = self.view.viewRange()
        self.set_ticks(_ticks(bottom, top, 5), _ticks(left, right, 8))

    def _draw(self, points: np.ndarray, samples: Samples) -> None:
        classes = [int(samples.parts[example.part].y[example.row]) for example in self.shown]
        brushes, pens, marks = [], [], []
        for example, number in zip(self.shown, classes, strict=True):
            fill = QColor(class_color(number))
            fill.setAlphaF(0.75)
            hollow = example.part > 0
            brushes.append(pg.mkBrush(None) if hollow else fill)
            pens.append(QPen(class_color(number), 0) if hollow else pg.mkPen(None))
            marks.append(MARKS[number % len(MARKS)])
        self._points.setData(x=points[:, 0], y=points[:, 1], size=px(SIZE), brush=brushes, pen=pens, symbol=marks)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()


def _ticks(low: float, high: float, count: int) -> list[tuple[float, str]]:
    digits = decimals(nice_step(high - low, count))
    return [(value, f"{value:,.{digits}f}") for value in linear_ticks(low, high, count)]
