"""Lining up several cards: along an edge or middle, with equal gaps, without one lying on another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtCore import QRectF

from models.network import Position
from widgets.canvas.editing.room import BESIDE
from widgets.canvas.scene.measures import GAP

Side = Literal["left", "center", "right", "top", "middle", "bottom"]
Way = Literal["down", "across"]
Areas = Mapping[str, QRectF]

_SIDES: dict[Side, Callable[[QRectF, QRectF], Position]] = {
    "left": lambda hull, area: (hull.left(), area.y()),
    "center": lambda hull, area: (hull.center().x() - area.width() / 2, area.y()),
    "right": lambda hull, area: (hull.right() - area.width(), area.y()),
    "top": lambda hull, area: (area.x(), hull.top()),
    "middle": lambda hull, area: (area.x(), hull.center().y() - area.height() / 2),
    "bottom": lambda hull, area: (area.x(), hull.bottom() - area.height()),
}
"""Where a card goes within the hull of all."""


def aligned(areas: Areas, side: Side) -> dict[str, Position]:
    """The places of cards lined up along one side of them all; those that would lie on others follow at a gap."""
    hull = QRectF()
    for area in areas.values():
        hull = hull.united(area)
    lined = {id: _at(area, _SIDES[side](hull, area)) for id, area in areas.items()}
    way: Way = "down" if side in ("left", "center", "right") else "across"
    return _apart(lined, way, fixed=False)


def stacked(areas: Areas, way: Way) -> dict[str, Position]:
    """The places of cards one after the other from the first, with the usual gap between them."""
    return _apart(areas, way, fixed=True)


def distributed(areas: Areas, way: Way) -> dict[str, Position]:
    """The places of cards between the first and the last with equal gaps; with no room for that, the usual gap."""
    order = _ordered(areas, way)
    sizes = [_size(areas[id], way) for id in order]
    first, last = areas[order[0]], areas[order[-1]]
    room = (last.bottom() - first.top()) if way == "down" else (last.right() - first.left())
    gap = (room - sum(sizes)) / max(len(order) - 1, 1)
    if gap < 0:
        return stacked(areas, way)
    return _in_a_row(areas, order, way, gap)


def _apart(areas: Areas, way: Way, *, fixed: bool) -> dict[str, Position]:
    """Cards in their order: at the usual gap if ``fixed``, else only as far on as they would lie on one before."""
    order, gap = _ordered(areas, way), _gap(way)
    if fixed:
        return _in_a_row(areas, order, way, gap)
    places: dict[str, Position] = {}
    end = float("-inf")
    for id in order:
        area = areas[id]
        start = _start(area, way)
        start = end + gap if start < end else start
        places[id] = (area.x(), start) if way == "down" else (start, area.y())
        end = start + _size(area, way)
    return places


def _in_a_row(areas: Areas, order: list[str], way: Way, gap: float) -> dict[str, Position]:
    places: dict[str, Position] = {}
    start = _start(areas[order[0]], way)
    for id in order:
        area = areas[id]
        places[id] = (area.x(), round(start)) if way == "down" else (round(start), area.y())
        start += _size(area, way) + gap
    return places


def _ordered(areas: Areas, way: Way) -> list[str]:
    """As they follow one another: by their middles."""
    if way == "down":
        return sorted(areas, key=lambda id: (areas[id].center().y(), areas[id].x()))
    return sorted(areas, key=lambda id: (areas[id].center().x(), areas[id].y()))


def _at(area: QRectF, place: Position) -> QRectF:
    return QRectF(*place, area.width(), area.height())


def _start(area: QRectF, way: Way) -> float:
    return area.y() if way == "down" else area.x()


def _size(area: QRectF, way: Way) -> float:
    return area.height() if way == "down" else area.width()


def _gap(way: Way) -> float:
    return GAP if way == "down" else BESIDE
