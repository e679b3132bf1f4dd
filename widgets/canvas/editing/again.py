"""What an undo or redo has changed on the canvas, so that it can be shown."""

from __future__ import annotations

from collections.abc import Mapping

from models.document import DocumentChange
from models.network import Position
from widgets.canvas.scene.scene import Scene


def places_of(scene: Scene, change: DocumentChange) -> dict[str, Position]:
    """Where the cards lie that a change says were moved, before the scene follows it."""
    moved = {id for step in change.network if step.what == "moved" for id in step.nodes}
    return {id: _place(scene, id) for id in moved & scene.cards.keys()}


def changed_cards(scene: Scene, change: DocumentChange, before: Mapping[str, Position]) -> list[str]:
    """The cards that a change concerns, now that the scene has followed it; where cards were merely moved, those that
    lie elsewhere."""
    told = dict.fromkeys(id for step in change.network if step.what != "moved" for id in step.nodes)
    if told:
        return [id for id in told if id in scene.cards]
    return [id for id, place in before.items() if id in scene.cards and _place(scene, id) != place]


def _place(scene: Scene, id: str) -> Position:
    corner = scene.cards[id].rect.topLeft()
    return corner.x(), corner.y()
