"""What a y axis should hold of a curve."""

from __future__ import annotations

import math

import numpy as np

from widgets.charts.axis import Frame, ValueFormat, calm_extent
from widgets.charts.curve import Curve

MANY_COLUMNS = 20
SPIKE = 30.0
"""How far off a single point of a short curve must be to be left out of the axis."""


def extent_of(curve: Curve, across: Frame, *, log: bool, form: ValueFormat) -> tuple[float, float]:
    """The least and the greatest of what is in view, without the few per cent at its wild beginning and lonely spikes;
    NaN without any."""
    _, low, high, _ = curve.view_of(across)
    if log:
        low, high = np.where(low > 0, low, np.nan), np.where(high > 0, high, np.nan)
    low, high = low[~np.isnan(low)], high[~np.isnan(high)]
    if not len(low) or not len(high):
        return math.nan, math.nan
    if log:
        return float(low.min()), float(high.max())
    if len(low) < MANY_COLUMNS:
        points = list(zip(low.tolist(), high.tolist(), strict=True))
        return calm_extent(points, len(points) // 8, SPIKE)
    few = len(low) * 3 // 100
    if form == "percent":
        return float(np.partition(low, few)[few]), float(high.max())
    return float(low.min()), float(np.partition(high, -1 - few)[-1 - few])
