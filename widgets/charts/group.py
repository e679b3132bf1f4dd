"""Runs that repeat each other, drawn as one: their mean, a band of one standard deviation around it, each within."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter

from widgets.charts.axis import Frame
from widgets.charts.curve import Curve, Series
from widgets.charts.painting.lines import polygon

Floats = NDArray[np.float64]
MOST_PLACES = 2_000
"""Places along x at which a mean is worked out."""
BAND_ALPHA = 0.18


@dataclass(frozen=True)
class Group:
    """Runs that are shown as one, under an id, a name and a color of their own."""

    id: str
    name: str
    color_index: int
    members: frozenset[str]


class Band:
    """The mean of one series of a group, as a curve, and how far its members lie from it."""

    def __init__(self, group: Group, series: Series) -> None:
        self._group, self._series = group, series
        self._seen: tuple[tuple[str, int], ...] = ()
        self._xs = self._spreads = np.empty(0)
        self.curve = self._new_curve()

    def take(self, members: Sequence[Curve]) -> None:
        """Follow what the members have come to; nothing where they are as they were."""
        seen = tuple((curve.run_id, curve.edition) for curve in members)
        if seen == self._seen:
            return
        self._seen = seen
        self._xs, means, self._spreads = mean_and_spread([(curve.points.xs, curve.points.ys) for curve in members])
        self.curve = self._new_curve()
        self.curve.add(self._xs, means)
        self.curve.spread_at = self._spread_at

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """Fill the band; the caller clips."""
        known = np.isfinite(self._spreads)
        if not known.any():
            return
        xs, means, spreads = self._xs[known], self.curve.points.ys[known], self._spreads[known]
        across = frame.across(xs)
        upper, lower = frame.down(means + spreads), frame.down(_above_zero(means - spreads, frame))
        hue = QColor(self.curve.hue())
        hue.setAlphaF(BAND_ALPHA)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hue)
        painter.drawPolygon(polygon(np.concatenate((across, across[::-1])), np.concatenate((upper, lower[::-1]))))

    def _new_curve(self) -> Curve:
        return Curve(self._group.id, self._series, self._group.color_index, self._group.name)

    def _spread_at(self, x: float) -> float:
        place = min(int(np.searchsorted(self._xs, x)), len(self._xs) - 1)
        return float(self._spreads[place])


def _above_zero(values: Floats, frame: Frame) -> Floats:
    """What a logarithmic axis can show: the band reaches to its lower end."""
    return np.maximum(values, frame.y0) if frame.log else values


def mean_and_spread(lines: Iterable[tuple[Floats, Floats]]) -> tuple[Floats, Floats, Floats]:
    """Where, the mean of the lines that reach there, and their standard deviation (of at least two, else NaN).

    A line is (xs, ys) with xs that never decrease; between its points it is straight. Shapes (n,) each.
    """
    known = [(xs[ok], ys[ok]) for xs, ys in lines if (ok := np.isfinite(ys)).any()]
    if not known:
        return np.empty(0), np.empty(0), np.empty(0)
    places = np.unique(np.concatenate([xs for xs, _ in known]))
    if len(places) > MOST_PLACES:
        places = places[np.linspace(0, len(places) - 1, MOST_PLACES).astype(int)]
    values = np.stack([np.interp(places, xs, ys, left=np.nan, right=np.nan) for xs, ys in known])
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    means = np.where(there, values, 0.0).sum(axis=0) / count
    apart = np.where(there, values - means, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spreads = np.sqrt(np.square(apart).sum(axis=0) / (count - 1))
    return places, means, np.where(count > 1, spreads, np.nan)
