"""Room for cards: where they may lie without covering others, as near as can be to where they were put."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import reduce
from heapq import heappop, heappush
from math import hypot

from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.editing.snapping import snapped
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_HEIGHT, GAP, SNAP
from widgets.canvas.scene.scene import Scene

BESIDE = 2 * GAP
"""How far a card lies beside one that was in its way: room for the wires between them."""
_LOOKS = 2000
"""How many areas are looked at before cards are put beside everything else."""


def around(center: QPointF) -> QRectF:
    """The area of a card around a point, on the grid."""
    x, y = snapped(center.x() - CARD_WIDTH / 2), snapped(center.y() - FULL_HEIGHT / 2)
    return QRectF(x, y, CARD_WIDTH, FULL_HEIGHT)


def free_shift(scene: Scene, areas: Sequence[QRectF], without: Collection[str] = ()) -> QPointF:
    """The least move of areas together after which they lie on no card but those of ``without``.

    They slide past what is in their way, left, right, up or down, and again past what is there.
    """
    without = frozenset(without)
    waiting, seen = [(0.0, 0.0, 0.0)], {(0.0, 0.0)}
    for _ in range(max(20, _LOOKS // max(len(areas), 1))):
        _, dx, dy = heappop(waiting)
        met = _met(scene, [area.translated(dx, dy) for area in areas], without)
        if met is None:
            return QPointF(dx, dy)
        for x, y in _ways_past(*met):
            at = dx + x, dy + y
            if at not in seen:
                seen.add(at)
                heappush(waiting, (hypot(*at), *at))
    hull = reduce(QRectF.united, areas)
    return QPointF(_up(scene.bounds.right() + BESIDE - hull.left()), 0)


def _met(scene: Scene, areas: Sequence[QRectF], without: Collection[str]) -> tuple[QRectF, QRectF] | None:
    """One of the areas and what it lies on: the room of a card."""
    taken = [room for id, room in scene.taken(*areas) if id not in without]
    return next(((area, room) for room in taken for area in areas if area.intersects(room)), None)


def _ways_past(area: QRectF, card: QRectF) -> list[tuple[float, float]]:
    """The moves that put an area to each side of a card, on the grid."""
    return [
        (_up(card.right() + BESIDE - area.left()), 0),
        (-_up(area.right() + BESIDE - card.left()), 0),
        (0, card.bottom() + GAP - area.top()),
        (0, card.top() - GAP - area.bottom()),
    ]


def _up(value: float) -> float:
    """The next larger number of whole steps of the grid."""
    return -(-value // SNAP) * SNAP
