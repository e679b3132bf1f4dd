"""The ways of wires: orthogonal, beneath cards and around them.

A wire runs straight down where it can. A skip leaves its column to the right and runs there, nested skips further out.
A wire to the next column (or back up) runs between the columns and carries a chevron where it goes up.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import NamedTuple

from models.network import Edge, Network, Node
from widgets.canvas.scene.card import Card, End, Port
from widgets.canvas.scene.measures import CARD_WIDTH, COLUMN_GAP, GAP, LANE, LANE_STEP, PORT_STEP, SLIM_HEIGHT, STUB
from widgets.canvas.scene.obstacles import Obstacles
from widgets.canvas.scene.wire import Point, Wire

_CENTER = CARD_WIDTH / 2
_WIDEST = _CENTER - 16


class _Plan(NamedTuple):
    """How an edge leaves its column: ``side`` is 0 for straight down, else where it arrives; ``lane`` its base, or
    None for wires that need none. ``over`` is where a wire that finds cards in its way crosses to another column: at
    what height, and the lane that it takes there."""

    side: int
    lane: float | None
    over: Point | None = None


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
        points = self._direct(edge, start, end) if lane is None else self._around(edge, start, end, lane)
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
        if shift >= CARD_WIDTH + LANE:
            near, far = (right + min(target_left, right + COLUMN_GAP)) / 2, target_left - COLUMN_GAP / 2
            return self._fold(edge, arrives, near, max(near, far))
        if -shift >= CARD_WIDTH + LANE:
            near, far = (left + max(target_right, left - COLUMN_GAP)) / 2, target_right + COLUMN_GAP / 2
            return self._fold(edge, arrives, near, min(near, far))
        return _Plan(1, self._beside(edge))

    def _fold(self, edge: Edge, arrives: int, near: float, far: float) -> _Plan:
        """A wire to another column: in a lane before the target's column, clear of the branches beside the source's;
        else in one beside the source's; else from one to the other, over all that lies between."""
        start, end = self._boxes[edge.source][0] + _CENTER, self._boxes[edge.target][0] + _CENTER
        below, above = self._turns(edge)
        for lane in (far, near):
            ways = (
                _across(start, lane, below),
                _across(lane, end, above),
                (lane - 4, lane + 4, min(above, below), max(above, below)),
            )
            if not any(self._obstacles.blocks(*way, edge[::2]) for way in ways):
                return _Plan(arrives, lane)
        between = self._obstacles.within(min(near, far), max(near, far), -inf, inf)
        top = min((slot[0] for slot in between), default=above) - GAP
        return _Plan(arrives, near, (top, far))

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

    def _turns(self, edge: Edge) -> tuple[float, float]:
        """The heights at which a wire with a lane turns below its source and above its target: a gap away from them
        where it runs up and nothing is near, else in the middle of the gap between two cards."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        below, above = source[3] + STUB, target[1] - STUB
        if target[1] < source[3]:
            blocks, ends = self._obstacles.blocks, edge[::2]
            if not blocks(source[0], source[2], source[3], source[3] + 2 * GAP, ends):
                below = source[3] + GAP
            if not blocks(target[0], target[2], target[1] - 2 * GAP, target[1], ends):
                above = target[1] - GAP
        return below, above

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
        if len(node.inputs) == 1 and len(into) < 2:
            name = node.inputs[0].name
            fits = into and into[0].target_port == name and into[0] in self._plans
            card.inputs = _same(card.inputs, card.id, name, False, into[0] if fits else None)
        else:
            card.inputs = self._spread(self._slots(node, into))
        if len(node.outputs) == 1:
            name = node.outputs[0]
            first = next((edge for edge in out if edge.source_port == name), None)
            card.outputs = _same(card.outputs, card.id, name, True, first)
        else:
            card.outputs = tuple(
                Port(End(card.id, name, True), next((edge for edge in out if edge.source_port == name), None), offset)
                for name, offset in zip(node.outputs, _alternate(len(node.outputs)), strict=True)
            )

    def _slots(self, node: Node, into: Iterable[Edge]) -> list[tuple[End, Edge | None]]:
        """The inputs of a node with what feeds each; one that takes several wires appears once a wire."""
        slots: list[tuple[End, Edge | None]] = []
        for port in node.inputs:
            end = End(node.id, port.name, False)
            wired = [edge for edge in into if edge.target_port == port.name and edge in self._plans]
            slots += [(end, edge) for edge in wired] or [(end, None)]
        return slots

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
        busy: dict[int, list[tuple[float, float, float, str]]] = {}

        def taken(edge: Edge, lane: float) -> bool:
            (top, bottom), step = spans[edge], int(lane // LANE_STEP)
            return any(
                abs(lane - other) < LANE_STEP and top < end and bottom > start and source != edge.source
                for near in (step - 1, step, step + 1)
                for other, start, end, source in busy.get(near, ())
            )

        self._lanes = {}
        for edge, base in wanted:
            lane = base
            while taken(edge, lane):
                lane += LANE_STEP
            if lane > base and self._obstacles.blocks(lane - 4, lane + 4, *spans[edge], edge[::2]):
                lane = base  # wires above each other are better than wires across cards
            busy.setdefault(int(lane // LANE_STEP), []).append((lane, *spans[edge], edge.source))
            self._lanes[edge] = lane

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

    def _around(self, edge: Edge, start: Point, end: Point, lane: float) -> tuple[Point, ...]:
        """Out below the source, along the lane (and over to another), in above the target."""
        below, above = self._turns(edge)
        over = self._plans[edge].over
        out = start, (start[0], below), (lane, below)
        if over is None:
            return *out, (lane, above), (end[0], above), end
        height, far = over
        return *out, (lane, height), (far, height), (far, above), (end[0], above), end

    def _direct(self, edge: Edge, start: Point, end: Point) -> tuple[Point, ...]:
        if abs(start[0] - end[0]) < 0.5:
            return start, end
        y = self._bend(edge, end[0] - self._boxes[edge.target][0] - _CENTER)
        y = (start[1] + end[1]) / 2 if y is None else y
        return start, (start[0], y), (end[0], y), end


def _same(before: tuple[Port, ...], id: str, name: str, output: bool, edge: Edge | None) -> tuple[Port, ...]:
    """One port in the middle: as it was, if nothing about it has changed."""
    end = End(id, name, output)
    if len(before) == 1 and before[0].end == end and before[0].edge == edge and not before[0].offset:
        return before
    return (Port(end, edge, 0.0),)


def _across(start: float, end: float, y: float) -> tuple[float, float, float, float]:
    """The box of a level stretch: left, right, top, bottom."""
    return min(start, end), max(start, end), y - 4, y + 4


def _alternate(count: int) -> list[float]:
    """0, 64, −64, 128, −128, …: places for ports that have no side to prefer."""
    step = min(PORT_STEP, _WIDEST / max(1, count // 2))
    return [step * ((index + 1) // 2) * (1 if index % 2 else -1) for index in range(count)]
