"""The color that tells how good a trial is: from gray to the accent, so that it works for every eye."""

from __future__ import annotations

from PySide6.QtGui import QColor

from widgets.theme import color


def hue(goodness: float | None, alpha: float = 1.0) -> QColor:
    """The color of a trial, by how good it is from 0 to 1."""
    worst, best = QColor(color("text3")), QColor(color("accent"))
    share = 0.0 if goodness is None else min(max(goodness, 0.0), 1.0)
    parts = ((worst.redF(), best.redF()), (worst.greenF(), best.greenF()), (worst.blueF(), best.blueF()))
    red, green, blue = (first + (last - first) * share for first, last in parts)
    return QColor.fromRgbF(red, green, blue, alpha)
