"""Where cards lie: the positions of the model, places for nodes that have none, and room below error strips.

All of it follows from the model, so a scene that is built anew looks the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.analysis import Analysis
from models.layout import arrange
from models.network import Network, Position
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_HEIGHT, GAP, SLIM_HEIGHT, STRIP_HEIGHT

Heights = Mapping[str, float]


def place(network: Network, analysis: Analysis, heights: Heights) -> dict[str, Position]:
    """The top left corner of every card; ``heights`` are those of the cards with their error strips."""
    known = {node.id: node.position for node in network if node.position is not None}
    if not known:
        found = arrange(network, analysis)
    else:
        found = {node.id: node.position for node in network if node.position is not None}
        if len(found) < len(network):
            _fit_in(network, analysis, heights, found)
    return push_below(found, heights)


def push_below(places: dict[str, Position], heights: Heights) -> dict[str, Position]:
    """Move cards down that an error strip above them would cover, and those below these in turn."""
    if not any(_is_grown(heights[id]) for id in places):
        return places
    pushed = dict(places)
    order = sorted(places, key=lambda id: (places[id][1], id))
    for index, id in enumerate(order):
        moved = pushed[id][1] - places[id][1]
        if not moved and not _is_grown(heights[id]):
            continue
        bottom = pushed[id][1] + heights[id]
        own = places[id][1] + heights[id] - (STRIP_HEIGHT if _is_grown(heights[id]) else 0.0)
        for other in order[index + 1 :]:
            x, y = places[other]
            if y > bottom + GAP:
                break
            if abs(x - places[id][0]) < CARD_WIDTH and y >= own:
                lowest = bottom + min(GAP, y - own)
                pushed[other] = (pushed[other][0], max(pushed[other][1], lowest))
    return pushed


def _is_grown(height: float) -> bool:
    return height not in (FULL_HEIGHT, SLIM_HEIGHT)


def _fit_in(network: Network, analysis: Analysis, heights: Heights, found: dict[str, Position]) -> None:
    """Put each node without a place below what feeds it, and move what lies there down."""
    for id in analysis.order:
        if id in found:
            continue
        sources = [edge.source for edge in network.edges_into(id) if edge.source in found]
        if sources:
            x = found[sources[0]][0]
            y = max(found[source][1] + heights[source] for source in sources) + GAP
        else:
            x = min(place[0] for place in found.values())
            y = max(place[1] + heights[other] for other, place in found.items()) + GAP
        make_room(found, heights, (x, y), heights[id])
        found[id] = (x, y)


def make_room(found: dict[str, Position], heights: Heights, at: Position, height: float) -> None:
    """Move cards down from where a card of ``height`` is to lie, as far as needed and only in its column."""
    x, y = at
    below = [id for id, place in found.items() if abs(place[0] - x) < CARD_WIDTH and place[1] + heights[id] > y]
    if not below:
        return
    first = min(found[id][1] for id in below)
    missing = y + height + GAP - first
    if missing > 0 and first < y + height + GAP:
        for id in below:
            found[id] = (found[id][0], found[id][1] + missing)
