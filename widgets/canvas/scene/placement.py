"""Where cards lie: the positions of the model, places for nodes that have none, and room below error strips.

All of it follows from the model, so a scene that is built anew looks the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from heapq import heapify, heappop, heappush

from models.analysis import Analysis
from models.layout import arrange
from models.network import Network, Position
from widgets.canvas.scene.card import Card
from widgets.canvas.scene.grid import Box
from widgets.canvas.scene.measures import CARD_WIDTH, FULL_HEIGHT, GAP, SLIM_HEIGHT, STRIP_HEIGHT
from widgets.canvas.scene.obstacles import Obstacles

Heights = Mapping[str, float]
_MANY = 0.2
"""With more than this part of all places changed, they are sorted anew."""


class Places:
    """The top left corner of every card, kept as the network and the heights of its cards change."""

    def __init__(self, network: Network, analysis: Analysis, cards: Mapping[str, Card]) -> None:
        self._network, self._analysis, self._cards = network, analysis, cards
        self._heights: dict[str, float] = {}
        self._loose: set[str] = set()
        self._grown: set[str] = set()
        self._stands: dict[str, Position] = {}
        self._standing = Obstacles()
        self._pushed: dict[str, float] = {}

    def __getitem__(self, id: str) -> Position:
        x, y = self._stands[id]
        return x, self._pushed.get(id, y)

    @property
    def pushed(self) -> Mapping[str, Position]:
        """Where the cards stand that error strips push down."""
        return {id: self._stands[id] for id in self._pushed}

    def update(self, ids: Collection[str]) -> set[str]:
        """Follow nodes that came, went or moved and cards that grew or shrank; returns the cards that lie elsewhere."""
        made_room = bool(self._loose)
        for id in ids:
            self._look_at(id)
        nodes = self._network.nodes
        # Those that made room for one without a place go back when it has one.
        known = nodes.keys() if made_room else ids
        stands = self._whole() if self._loose else {id: nodes[id].position for id in known if id in nodes}
        changed = self._stand(stands, [id for id in (self._stands if self._loose else ids) if id not in nodes])
        before, self._pushed = self._pushed, pushes(self._stands, self._heights, self._grown, self._standing)
        pushed = {id for id in before.keys() | self._pushed.keys() if before.get(id) != self._pushed.get(id)}
        return (changed | pushed) & self._cards.keys()

    def _look_at(self, id: str) -> None:
        """Take over whether a node has a position and its card a strip."""
        node, card = self._network.nodes.get(id), self._cards.get(id)
        if node is None or card is None:
            self._heights.pop(id, None)
            self._loose.discard(id)
            self._grown.discard(id)
            return
        self._heights[id] = card.height
        (self._grown.add if _is_grown(card.height) else self._grown.discard)(id)
        (self._loose.add if node.position is None else self._loose.discard)(id)

    def _whole(self) -> dict[str, Position]:
        """Places for all, since some have none."""
        if len(self._loose) == len(self._network):
            return arrange(self._network, self._analysis)
        found = {node.id: node.position for node in self._network if node.position is not None}
        _fit_in(self._network, self._analysis, self._heights, found)
        return found

    def _stand(self, places: Mapping[str, Position | None], gone: Iterable[str]) -> set[str]:
        """Take over places; returns those that are new or others."""
        changed = {id: place for id, place in places.items() if place and self._stands.get(id) != place}
        many = len(changed) > _MANY * len(self._network)
        for id in (*gone, *changed):
            before = self._stands.pop(id, None)
            if before and not many:
                self._standing.drop(id, _top(before))
        self._stands.update(changed)
        if many:
            self._standing.fill({id: _top(place) for id, place in self._stands.items()})
        else:
            for id, place in changed.items():
                self._standing.put(id, _top(place))
        return set(changed)


def pushes(
    stands: Mapping[str, Position], heights: Heights, grown: Iterable[str], standing: Obstacles
) -> dict[str, float]:
    """How far down cards go that an error strip above them would cover, and those below these in turn: their y.

    ``grown`` are the cards with a strip; ``standing`` holds the upper edges of all.
    """
    pushed: dict[str, float] = {}
    queue = [(stands[id][1], id) for id in grown]
    queued = set(grown)
    heapify(queue)
    while queue:
        top, id = heappop(queue)
        x, height = stands[id][0], heights[id]
        bottom = pushed.get(id, top) + height
        own = top + height - (STRIP_HEIGHT if _is_grown(height) else 0.0)
        for y, _, _, _, other in list(standing.within(x, x + CARD_WIDTH, own, bottom + GAP + 0.5)):
            lowest = bottom + min(GAP, y - own)
            if own <= y <= bottom + GAP and (y, other) > (top, id) and lowest > pushed.get(other, y):
                pushed[other] = lowest
                if other not in queued:
                    queued.add(other)
                    heappush(queue, (y, other))
    return pushed


def _top(place: Position) -> Box:
    """The upper edge of a card."""
    x, y = place
    return x, y, x + CARD_WIDTH, y + 1


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
