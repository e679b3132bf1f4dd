"""Walking from card to card with the arrow keys: up and down along wires, left and right between branches."""

from __future__ import annotations

from typing import Literal

from widgets.canvas.scene.scene import Scene

Way = Literal["up", "down", "left", "right"]


def step(scene: Scene, id: str, way: Way) -> str:
    """The card that an arrow key leads to from ``id``; ``id`` itself where there is none."""
    network = scene.network
    if way == "down":
        found = [edge.target for edge in network.edges_from(id)]
    elif way == "up":
        found = [edge.source for edge in network.edges_into(id)]
    else:
        return _beside(scene, id, 1 if way == "right" else -1)
    found = [other for other in found if other in scene.cards]
    return min(found, key=lambda other: _off(scene, id, other)) if found else id


def _off(scene: Scene, id: str, other: str) -> float:
    """How far a card lies to the side, then how far away: straight on comes first."""
    here, there = scene.cards[id].rect, scene.cards[other].rect
    return abs(here.x() - there.x()) * 1000 + abs(here.y() - there.y())


def _beside(scene: Scene, id: str, sign: int) -> str:
    """The nearest card on one side: a sibling that shares a source or target first."""
    network, here = scene.network, scene.cards[id].rect
    siblings = {edge.target for into in network.edges_into(id) for edge in network.edges_from(into.source)}
    siblings |= {edge.source for out in network.edges_from(id) for edge in network.edges_into(out.target)}
    aside = [
        other
        for other, card in scene.cards.items()
        if other != id and (card.rect.x() - here.x()) * sign > here.width() / 2
    ]
    chosen = [other for other in aside if other in siblings] or aside

    def cost(other: str) -> float:
        there = scene.cards[other].rect
        return abs(there.center().y() - here.center().y()) + abs(there.x() - here.x())

    return min(chosen, key=cost) if chosen else id
