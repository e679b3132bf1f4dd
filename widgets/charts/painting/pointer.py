"""Where the pointer reads curves: the points it snaps to, the curve that is nearest to it, dots on all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainter, QPen

from widgets.charts.axis import Frame
from widgets.charts.curve import Curve
from widgets.theme import color

PLACES = 50


def stops(curves: Sequence[Curve], frame: Frame) -> NDArray[np.float64]:
    """The x that keys go through: the points of validation, or some places across."""
    marks = [curve.points.xs for curve in curves if curve.series == "validation"]
    return np.unique(np.concatenate(marks)) if marks else np.linspace(frame.x0, frame.x1, PLACES)


def snapped(curves: Sequence[Curve], x: float) -> float:
    """The closest point of validation of any curve, where there are such; else the place itself."""
    places = []
    for curve in curves:
        if curve.series == "validation":
            xs = curve.points.xs
            right = min(int(np.searchsorted(xs, x)), len(xs) - 1)
            places += [float(xs[right]), float(xs[max(right - 1, 0)])]
    return min(places, key=lambda place: abs(place - x)) if places else x


def closest(curves: Sequence[Curve], frame: Frame, x: float, pixel: float) -> str:
    """The run whose curve passes nearest to a place, given by its x and its pixel from the top; "" without any."""
    at = snapped(curves, x)
    found = [
        (abs(frame.point(*point).y() - pixel), curve.run_id)
        for curve in curves
        if (point := curve.nearest(at)) and math.isfinite(point[1])
    ]
    return min(found)[1] if found else ""


def draw_dots(painter: QPainter, frame: Frame, curves: Sequence[Curve], x: float) -> None:
    """Draw a dot on each curve of validation at x."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color("panel"), 1.5))
    for curve in curves:
        if curve.series == "validation" and (found := curve.nearest(x)) and math.isfinite(found[1]):
            dot = frame.point(*found)
            if not math.isnan(dot.y()) and frame.area.contains(dot):
                painter.setBrush(curve.hue())
                painter.drawEllipse(dot, 4, 4)
