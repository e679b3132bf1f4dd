"""The ways of wires: orthogonal, beneath cards and around them.

A wire runs straight down where it can. A skip leaves its column to the right and runs there, nested skips further out.
A wire to the next column (or back up) runs between the columns and carries a chevron where it goes up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from models.network import Edge, Network
from widgets.canvas.card import Card, End, Port
from widgets.canvas.measures import CARD_WIDTH, COLUMN_GAP, GAP, LANE, LANE_STEP, PORT_STEP, SLIM_HEIGHT, STUB
from widgets.canvas.obstacles import Obstacles
from widgets.canvas.wire import Point, Wire

_CENTER = CARD_WIDTH / 2
_WIDEST = _CENTER - 16


class _Plan(NamedTuple):
    """How an edge leaves its column: ``side`` is 0 for straight down, else where it arrives; ``lane`` its base, or
    None for wires that need none."""

    side: int
    lane: float | None


class Router:
    """Lays every wire of a network; call `route_all` once, then `route` again for edges whose cards move."""

    def __init__(self, cards: dict[str, Card], network: Network) -> None:
        self._cards = cards
        self._network = network
        self._boxes = {id: card.box for id, card in cards.items()}
        self._obstacles = Obstacles(self._boxes)
        self._plans: dict[Edge, _Plan] = {}
        self._lanes: dict[Edge, float] = {}

    def route_all(self, edges: Iterable[Edge], before: dict[Edge, Wire]) -> dict[Edge, Wire]:
        """Give every card its ports and every edge its wire, in the order of the edges; unmoved wires are kept."""
        drawn = list(dict.fromkeys(edge for edge in edges if edge.source in self._cards and edge.target in self._cards))
        self._plans = {edge: self._plan(edge) for edge in drawn}
        for card in self._cards.values():
            self._set_ports(card)
        self._set_lanes()
        return {edge: self.route(edge, before.get(edge)) for edge in drawn}

    def follow(self, edge: Edge) -> Wire:
        """A wire whose cards moved a little: a new way, with the other wires where they were."""
        for id in (edge.source, edge.target):
            self._boxes[id] = self._cards[id].box
        self._plans[edge] = plan = self._plan(edge)
        if plan.lane is None:
            self._lanes.pop(edge, None)
        else:
            self._lanes[edge] = plan.lane
        return self.route(edge, None)

    def route(self, edge: Edge, before: Wire | None) -> Wire:
        """The wire of an edge, by its plan and lane: ``before`` if that runs just so."""
        start, end = self._ends(edge)
        lane = self._lanes.get(edge)
        points = self._direct(edge, start, end) if lane is None else around(start, end, lane)
        return before if before and before.points == points else Wire(edge, points)

    # Plans

    def _plan(self, edge: Edge) -> _Plan:
        left, _, right, bottom = self._boxes[edge.source]
        target_left, top, target_right, _ = self._boxes[edge.target]
        drop, shift = top - bottom, target_left - left
        if drop >= STUB and abs(shift) < 1:
            x = left + _CENTER
            if drop < SLIM_HEIGHT or not self._obstacles.blocks(x - 8, x + 8, bottom, top, edge[::2]):
                return _Plan(0, None)
            return _Plan(1, self._beside(edge))
        arrives = 1 if shift < 0 else -1
        if drop >= STUB and self._bend(edge, 0.0) is not None:
            return _Plan(arrives, None)
        if drop >= STUB:
            return _Plan(1, self._beside(edge))
        if shift >= CARD_WIDTH + LANE:
            return _Plan(arrives, (right + min(target_left, right + COLUMN_GAP)) / 2)
        if -shift >= CARD_WIDTH + LANE:
            return _Plan(arrives, (left + max(target_right, left - COLUMN_GAP)) / 2)
        return _Plan(1, self._beside(edge))

    def _beside(self, edge: Edge) -> float:
        """The first lane to the right of both cards and of all that lies between."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        top, bottom = min(source[3], target[1]), max(source[3], target[1])
        right = max(source[2], target[2])
        left = min(source[0], target[0])
        grown = True
        while grown:
            found = max((slot[3] for slot in self._obstacles.within(left, right + LANE, top, bottom)), default=right)
            grown = found > right
            right = max(right, found)
        return right + LANE

    def _bend(self, edge: Edge, offset: float) -> float | None:
        """The height at which a wire can cross from column to column without touching a card; None if nowhere."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        start, end = source[0] + _CENTER, target[0] + _CENTER + offset
        low, high = min(start, end), max(start, end)
        top, bottom, ends = source[3], target[1], edge[::2]
        heights = (top + STUB, bottom - STUB, (top + bottom) / 2) if bottom - top > 3 * STUB else ((top + bottom) / 2,)
        for y in heights:
            blocks = self._obstacles.blocks
            if not (
                blocks(low, high, y - 4, y + 4, ends)
                or (y - top > GAP and blocks(start - 4, start + 4, top, y, ends))
                or (bottom - y > GAP and blocks(end - 4, end + 4, y, bottom, ends))
            ):
                return y
        return None

    # Ports

    def _set_ports(self, card: Card) -> None:
        node = self._network.nodes[card.id]
        into, out = self._network.edges_into(card.id), self._network.edges_from(card.id)
        slots: list[tuple[End, Edge | None]] = []
        for port in node.inputs:
            end = End(card.id, port.name, False)
            wired = [edge for edge in into if edge.target_port == port.name and edge in self._plans]
            slots += [(end, edge) for edge in wired] or [(end, None)]
        card.inputs = self._spread(slots)
        card.outputs = tuple(
            Port(End(card.id, name, True), next((edge for edge in out if edge.source_port == name), None), offset)
            for name, offset in zip(node.outputs, _alternate(len(node.outputs)), strict=True)
        )

    def _spread(self, slots: list[tuple[End, Edge | None]]) -> tuple[Port, ...]:
        """Inputs around the center, each on the side its wire arrives; the first straight one takes the center."""
        if len(slots) < 2:
            return tuple(Port(end, edge, 0.0) for end, edge in slots)
        sides = [self._plans[edge].side if edge else 1 for _, edge in slots]
        middle = sides.index(0) if 0 in sides else 0
        taken = {-1: 0, 1: 0}
        steps = []
        for index, side in enumerate(sides):
            way = side or 1
            if index != middle:
                taken[way] += 1
            steps.append(0 if index == middle else way * taken[way])
        step = min(PORT_STEP, _WIDEST / max(taken.values()))
        return tuple(Port(end, edge, place * step) for (end, edge), place in zip(slots, steps, strict=True))

    # Lanes

    def _set_lanes(self) -> None:
        """Short skips run inside, longer ones further out, where they pass each other."""
        wanted = [(edge, plan.lane) for edge, plan in self._plans.items() if plan.lane is not None]
        spans = {edge: self._span(edge) for edge, _ in wanted}
        wanted.sort(key=lambda item: spans[item[0]][1] - spans[item[0]][0])
        busy: dict[tuple[int, int], list[tuple[float, float, str]]] = {}
        self._lanes = {}
        for edge, base in wanted:
            top, bottom = spans[edge]
            key, number = round(base / LANE_STEP), 0
            while any(
                top < other[1] and bottom > other[0] and other[2] != edge.source
                for other in busy.get((key, number), ())
            ):
                number += 1
            busy.setdefault((key, number), []).append((top, bottom, edge.source))
            self._lanes[edge] = base + LANE_STEP * number

    def _span(self, edge: Edge) -> tuple[float, float]:
        start, end = self._ends(edge)
        return min(start[1], end[1]), max(start[1], end[1])

    def _ends(self, edge: Edge) -> tuple[Point, Point]:
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        outputs, inputs = self._cards[edge.source].outputs, self._cards[edge.target].inputs
        start = next((port.offset for port in outputs if port.end.port == edge.source_port), 0.0)
        # A single port lies in the center.
        end = next((port.offset for port in inputs if port.edge == edge), 0.0) if len(inputs) > 1 else 0.0
        return (source[0] + _CENTER + start, source[3]), (target[0] + _CENTER + end, target[1])

    def _direct(self, edge: Edge, start: Point, end: Point) -> tuple[Point, ...]:
        if abs(start[0] - end[0]) < 0.5:
            return start, end
        y = self._bend(edge, end[0] - self._boxes[edge.target][0] - _CENTER)
        y = (start[1] + end[1]) / 2 if y is None else y
        return start, (start[0], y), (end[0], y), end


def around(start: Point, end: Point, lane: float) -> tuple[Point, ...]:
    """Out below the source, along the lane, in above the target."""
    low, high = start[1] + STUB, end[1] - STUB
    if end[1] < start[1]:
        low, high = start[1] + GAP, end[1] - GAP
    return start, (start[0], low), (lane, low), (lane, high), (end[0], high), end


def _alternate(count: int) -> list[float]:
    """0, 64, −64, 128, −128, …: places for ports that have no side to prefer."""
    step = min(PORT_STEP, _WIDEST / max(1, count // 2))
    return [step * ((index + 1) // 2) * (1 if index % 2 else -1) for index in range(count)]
