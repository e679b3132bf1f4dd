"""Where a card that is dragged lines up: with a column, with a row, at the usual gap from another, on the grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from PySide6.QtCore import QRectF

from widgets.canvas.scene.measures import COLUMN_GAP, GAP, SNAP


class Snap(NamedTuple):
    """The upper left corner, and where guides show what it lines up with: x of a column, y of a row."""

    x: float
    y: float
    column: float | None = None
    row: float | None = None


class _Stop(NamedTuple):
    """A coordinate at which a card may stop, and that of the guide it then shows."""

    place: float
    guide: float | None = None


def snapped(value: float) -> float:
    """A coordinate on the grid."""
    return round(value / SNAP) * SNAP


def snap(area: QRectF, others: Sequence[QRectF], reach: float) -> Snap:
    """The place within ``reach`` at which an area lines up with others best, else the nearest of the grid."""
    across = _nearest(area.x(), _columns(area, others), reach)
    x = across.place if across else snapped(area.x())
    moved = QRectF(x, area.y(), area.width(), area.height())
    down = _nearest(area.y(), chain(_below_and_above(moved, others), _rows(moved, others)), reach)
    y = down.place if down else snapped(area.y())
    return Snap(x, y, across.guide if across else None, down.guide if down else None)


def _nearest(value: float, stops: Iterable[tuple[float, float | None]], reach: float) -> _Stop | None:
    """The nearest stop within reach; the first of several that are as near."""
    found: tuple[float, float | None] | None = None
    for stop in stops:  # thousands of them, for each step of a drag
        distance = abs(stop[0] - value)
        if distance < reach or (distance == reach and found is None):
            found, reach = stop, distance
    return _Stop(*found) if found else None


def _columns(area: QRectF, others: Sequence[QRectF]) -> Iterator[tuple[float, float | None]]:
    """The columns of others, and the usual gap beside those of the same row."""
    width, height, middle = area.width(), area.height(), area.center().y()
    for other in others:
        yield other.x(), other.x() + other.width() / 2
    for other in others:
        if abs(other.center().y() - middle) < height:
            yield other.right() + COLUMN_GAP, None
            yield other.left() - COLUMN_GAP - width, None


def _below_and_above(area: QRectF, others: Iterable[QRectF]) -> Iterator[tuple[float, float | None]]:
    """The usual gap below and above those of the same column."""
    for other in others:
        if other.x() == area.x():
            yield other.bottom() + GAP, None
            yield other.y() - GAP - area.height(), None


def _rows(area: QRectF, others: Iterable[QRectF]) -> Iterator[tuple[float, float | None]]:
    """The middles, upper and lower edges of those beside."""
    left, right, height = area.left(), area.right(), area.height()
    beside = [(other.top(), other.bottom()) for other in others if other.right() <= left or other.left() >= right]
    for top, bottom in beside:
        yield (top + bottom - height) / 2, (top + bottom) / 2
    for top, bottom in beside:
        yield top, top
        yield bottom - height, bottom
