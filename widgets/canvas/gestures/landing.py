"""Where a card that is dropped belongs: into a wire, or below the card that it is to follow."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.scene.card import Card
from widgets.canvas.scene.measures import CARD_WIDTH
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Wire

_DROP_REACH = 24.0
"""How near to a wire something must be dropped to go into it."""
_HANG_REACH = 120.0
"""How far below a free output a new card may be dropped to hang from it."""


def wire_for_drop(scene: Scene, point: QPointF) -> Wire | None:
    """The wire into which something dropped at a point goes: a near one, or that between two stacked cards."""
    near = scene.wire_at(point, _DROP_REACH)
    if near:
        return near
    half = CARD_WIDTH / 2
    around = scene.wires_in(QRectF(point.x() - half, point.y() - 4, CARD_WIDTH, 8))
    between = [
        wire
        for wire in around
        if len(wire.points) == 2
        and abs(wire.points[0][0] - point.x()) < half
        and wire.points[0][1] - 4 <= point.y() <= wire.points[1][1] + 4
    ]
    return min(between, key=lambda wire: (abs(wire.points[0][0] - point.x()), wire.edge), default=None)


def card_above(scene: Scene, area: QRectF) -> Card | None:
    """The card just above an area if its output is free; a new card dropped there hangs from it."""
    middle = area.adjusted(CARD_WIDTH / 4, 0, -CARD_WIDTH / 4, 0)
    strip = middle.adjusted(0, -_HANG_REACH, 0, -area.height() / 2)
    middle_y = area.center().y()
    above = [card for card in scene.cards_in(strip) if card.area.top() < middle_y]
    nearest = max(above, key=lambda card: card.area.bottom(), default=None)
    if nearest is None or nearest.area.bottom() > middle_y or not nearest.outputs:
        return None
    return nearest if nearest.outputs[0].edge is None else None
