"""What of the canvas is painted again: few areas instead of many parts."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect

_WASTE = 1.3
"""How much larger than its parts an area may be that is painted in one go."""


def gathered(parts: Iterable[QRect]) -> list[QRect]:
    """Few areas that cover all parts and little else: after scrolling, what is missing lies in strips far apart."""
    areas: list[QRect] = []
    for part in parts:
        joined = part
        for area in areas:
            union = area | joined
            if _size(union) <= _WASTE * (_size(area) + _size(joined)):
                areas.remove(area)
                joined = union
                break
        areas.append(joined)
    return areas


def _size(area: QRect) -> int:
    return area.width() * area.height()
