"""Measures of layers as colors: blue where something vanishes, neutral where it is usual, orange where it explodes."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, log10
from typing import NamedTuple

from PySide6.QtGui import QColor

from models.basics.quantities import percent
from widgets.theme import color, theme

NEUTRAL = "control_line"
COLD, HOT = 0, 1
"""The places of their colors among those of curves."""
SMALLEST = 1e-30
LEVELS = 12
"""Shades to either side of neutral: few, so that cards share their pictures."""


class Scale(NamedTuple):
    """How a measure of layers is colored: ``usual`` values are neutral, beyond them the color grows up to the
    ``extremes``, by the logarithm; shares (`is_share`) grow from nothing to all. ``label`` names it in a list of
    choices, ``title`` above a picture, ``ends`` what the colors stand for."""

    label: str
    title: str
    extremes: tuple[float, float]
    usual: tuple[float, float]
    ends: tuple[str, str] = ("", "")
    is_share: bool = False

    def level(self, value: float) -> float:
        """From -1 (coldest) over 0 (neutral) to 1 (hottest)."""
        if self.is_share:
            return min(max(value, 0.0), 1.0)
        if value != value:
            return 0.0
        low, high = self.usual
        if low <= value <= high:
            return 0.0
        far, near = (self.extremes[0], low) if value < low else (self.extremes[1], high)
        if not isfinite(value):
            return 1.0 if value > 0 else -1.0
        gone = (log10(max(value, SMALLEST)) - log10(near)) / (log10(far) - log10(near))
        return min(gone, 1.0) if value > high else -min(gone, 1.0)

    def text(self, value: float) -> str:
        """A value as people read it, "" where there is none."""
        if value != value:
            return ""
        if self.is_share:
            return percent(value)
        if 100 <= abs(value) < 1e4:
            return f"{value:,.0f}"
        return f"{value:.2g}" if 1e-4 <= abs(value) < 100 or value == 0 else f"{value:.0e}".replace("e-0", "e-")


SCALES: Mapping[str, Scale] = {
    "gradient": Scale("Gradients", "Gradient size per layer", (1e-7, 1e3), (1e-3, 0.1), ("vanishing", "exploding")),
    "update ratio": Scale("Updates", "Update per step and layer", (1e-7, 1.0), (1e-4, 1e-2), ("standing", "leaping")),
    "std": Scale("Activations", "Activation deviation per layer", (1e-4, 1e3), (0.05, 5.0), ("fading", "growing")),
    "zeros": Scale("Zeros", "Zeros in activations per layer", (0, 1), (0, 0), ("none", "all"), True),
    "saturated": Scale("Saturated", "Saturated activations per layer", (0, 1), (0, 0), ("none", "all"), True),
    "silent": Scale("Dead units", "Dead units per layer", (0, 1), (0, 0), ("none", "all"), True),
}
"""By the names that a run's health gives them. Gradients of 0.001 to 0.1 are usual, a step that moves weights by about
a thousandth is (Karpathy 2019), and activations of about unit size are what initializations aim at."""


def shade(level: float) -> QColor:
    """The color of a level."""
    step = round(min(max(level, -1.0), 1.0) * LEVELS) / LEVELS
    end = color(theme().palette.curves[HOT if step > 0 else COLD])
    return mixed(color(NEUTRAL), end, abs(step))


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """A color between two, by how much of the other."""
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(start + (end - start) * share) for start, end in parts))
