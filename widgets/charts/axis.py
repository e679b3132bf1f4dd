"""Ranges that settle, round ticks, and how values are written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from models.basics.quantities import figures

ValueFormat = Literal["number", "percent"]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
SHRINK_BELOW = 0.6
FLATTENS = 5.0
"""How many times as far as all others what is far off must reach to be left out of an axis."""
OFF_SCREEN, FAR_OFF_SCREEN = 4_000.0, 1e6
LEAST_X = 1e-9


def nice_step(span: float, count: int) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that divides `span` into at most `count` parts."""
    rough = span / count
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in _STEPS if step * power >= rough * (1 - 1e-9))


def log_floor(value: float) -> float:
    """The greatest of 1, 2, 5 times a power of ten that is not above `value`."""
    power: float = 10.0 ** math.floor(math.log10(value) + 1e-9)
    return next(f * power for f in (5, 2, 1) if f * power <= value * (1 + 1e-9))


def log_ceiling(value: float) -> float:
    """The least of 1, 2, 5 times a power of ten that is not below `value`."""
    return 1.0 / log_floor(1.0 / value)


def linear_ticks(low: float, high: float, count: int) -> list[float]:
    """Round values from `low` to `high`, about `count` of them."""
    step = nice_step(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """The powers of ten from `low` to `high`; with fewer than two of them, 2 and 5 between as well."""
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    powers = [10.0**e for e in exponents if low * (1 - 1e-9) <= 10.0**e <= high * (1 + 1e-9)]
    if len(powers) >= 2:
        return powers[:: max(1, len(powers) // 6)]
    return [f * 10.0**e for e in exponents for f in (1, 2, 5) if low <= f * 10.0**e <= high]


def decimals(step: float) -> int:
    """How many decimals tell multiples of `step` apart."""
    return next((d for d in range(9) if abs(round(step * 10**d) - step * 10**d) < 1e-6 * step * 10**d), 9)


def write_tick(value: float, step: float, form: ValueFormat) -> str:
    """A tick label; all ticks of one axis get the same decimals."""
    if form == "percent":
        return f"{value * 100:.{decimals(step * 100)}f} %"
    if value and (abs(value) >= 1e6 or step < 1e-5):
        return f"{value:.3g}"
    return f"{value:,.{decimals(step)}f}"


def write_value(value: float, form: ValueFormat) -> str:
    """A value for a tooltip or table; a gap is an en dash."""
    if not math.isfinite(value):
        return "–"
    if form == "percent":
        return f"{value * 100:.1f}"
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else figures(value, 3)


def calm_extent(extents: Sequence[tuple[float, float]], most: int, factor: float = FLATTENS) -> tuple[float, float]:
    """The range that holds the extents, without up to `most` of them that reach out `factor` times as far as the rest.

    Flat curves count as spanning their height, so that a curve that falls to where others lie is none of those.
    """
    by_top = sorted(extents, key=lambda extent: extent[1])
    by_bottom = sorted(extents, key=lambda extent: extent[0], reverse=True)
    low, high, above = by_bottom[-1][0], by_top[-1][1], 0
    for count in range(1, most + 1):
        if by_top[-count][1] - low > factor * _span(low, by_top[-1 - count][1]):
            high, above = by_top[-1 - count][1], count
    for count in range(1, most - above + 1):
        if high - by_bottom[-count][0] > factor * _span(by_bottom[-1 - count][0], high):
            low = by_bottom[-1 - count][0]
    return low, high


def _span(low: float, high: float) -> float:
    return max(high - low, abs(low), abs(high))


class SettlingRange:
    """A range that grows as soon as values leave it and shrinks only when they fill a small part of it.

    Both ends are round, so a curve that creeps beyond an end moves the axis a few times in a run, not every batch.
    What rounding adds keeps to the floor and the ceiling; values above the ceiling lift it.
    """

    def __init__(self, floor: float = -math.inf, ceiling: float = math.inf, parts: int = 6) -> None:
        self._floor, self._ceiling, self._parts = floor, ceiling, parts
        self._ends: tuple[float, float] | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """The range now; 0 to 1 before the first value."""
        return self._ends or (0.0, 1.0)

    def forget(self) -> None:
        """Start afresh with the next values."""
        self._ends = None

    def fit(self, low: float, high: float) -> tuple[float, float]:
        """Take in that values lie from `low` to `high`, both finite; gives the range."""
        wanted = self._rounded(low, high)
        if self._ends is None:
            self._ends = wanted
            return wanted
        now_low, now_high = self._ends
        outside = low < now_low or high > now_high
        roomy = wanted[1] - wanted[0] < SHRINK_BELOW * (now_high - now_low)
        if outside or roomy:
            self._ends = wanted
        return self._ends

    def _rounded(self, low: float, high: float) -> tuple[float, float]:
        ceiling = self._ceiling if high <= self._ceiling else math.inf
        low, high = max(low, self._floor), max(high, self._floor)
        if 0 <= low < 0.4 * high:
            low = 0.0
        span = high - low
        if span <= 1e-9 * max(abs(high), 1e-6):
            span = abs(high) * 0.2 or 1.0
            low, high = low - span / 2, high + span / 2
        step = nice_step(span, self._parts)
        bottom = max(math.floor(low / step + 1e-9) * step, self._floor)
        top = min(math.ceil(high / step - 1e-9) * step, ceiling)
        return (bottom, top) if bottom < top else (bottom - step, top)


@dataclass(frozen=True)
class Frame:
    """How values lie on the screen: `area` in pixels shows x0..x1 and y0..y1, y logarithmic where `log`, x where
    `log_x`; ends of a logarithmic axis are above 0."""

    area: QRectF
    x0: float
    x1: float
    y0: float
    y1: float
    log: bool = False
    log_x: bool = False

    @property
    def pixels(self) -> int:
        """How many columns the area has."""
        return max(int(self.area.width()), 1)

    def across(self, xs: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels from the left for values of x; what lies far outside is brought nearer."""
        low, high = self.x0, self.x1
        if self.log_x:
            xs, low, high = np.log10(np.maximum(xs, LEAST_X)), math.log10(low), math.log10(high)
        with np.errstate(over="ignore"):
            pixels = self.area.left() + (xs - low) * (self.area.width() / (high - low))
        return np.clip(pixels, -FAR_OFF_SCREEN, FAR_OFF_SCREEN)

    def down(self, ys: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels from the top for values of y; what lies far outside is brought near, gaps stay NaN."""
        low, high = self.y0, self.y1
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                ys = np.log10(np.where(ys > 0, ys, np.nan))
            low, high = math.log10(low), math.log10(high)
        with np.errstate(over="ignore"):
            pixels = self.area.bottom() - (ys - low) * (self.area.height() / (high - low))
        return np.clip(pixels, -OFF_SCREEN, OFF_SCREEN)

    def point(self, x: float, y: float) -> QPointF:
        """Where one value lies, as `across` and `down` have it."""
        low, high = self.x0, self.x1
        if self.log_x:
            low, high, x = math.log10(low), math.log10(high), math.log10(max(x, LEAST_X))
        left = self.area.left() + (x - low) * (self.area.width() / (high - low))
        low, high = self.y0, self.y1
        if self.log:
            low, high, y = math.log10(low), math.log10(high), math.log10(y) if y > 0 else math.nan
        top = self.area.bottom() - (y - low) * (self.area.height() / (high - low))
        return QPointF(_limited(left, FAR_OFF_SCREEN), _limited(top, OFF_SCREEN))

    def y_at(self, pixel: float) -> float:
        """The y under a pixel."""
        share = (self.area.bottom() - pixel) / max(self.area.height(), 1.0)
        if self.log:
            return float(self.y0 * (self.y1 / self.y0) ** share)
        return self.y0 + share * (self.y1 - self.y0)

    def x_at(self, pixel: float) -> float:
        """The x under a pixel."""
        share = (pixel - self.area.left()) / max(self.area.width(), 1.0)
        if self.log_x:
            return float(self.x0 * (self.x1 / self.x0) ** share)
        return self.x0 + share * (self.x1 - self.x0)


def _limited(pixel: float, most: float) -> float:
    return pixel if math.isnan(pixel) else min(max(pixel, -most), most)
