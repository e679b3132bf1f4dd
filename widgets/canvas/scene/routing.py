"""Routing: every card gets its ports, every edge its wire, and a change of the network costs what lies around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import inf
from typing import NamedTuple

from models.layout.junctions import Point
from models.layout.tracks import Tracks, Turn, Want
from models.network import Edge, Network, Node
from widgets.canvas.scene.card import Card, End, Port
from widgets.canvas.scene.grid import Box, Grid, area_of, keep, stacked
from widgets.canvas.scene.measures import CARD_WIDTH, GAP, LANE_STEP, LEVEL_STEP, PORT_STEP
from widgets.canvas.scene.obstacles import Obstacles
from widgets.canvas.scene.ways import LEVEL_REACH, Leg, Plan, Ways, corners, span
from widgets.canvas.scene.wire import Wire

_CENTER = CARD_WIDTH / 2
_WIDEST = _CENTER - 16
_MANY = 0.2
"""With more than this part of all cards moved, every wire is looked at."""
Moves = dict[str, tuple[Box | None, Box | None]]
"""Where cards lay and where they lie now, by id."""
LegKey = tuple[Edge, int]
"""A leg of a wire, by its place in the plan."""
_FIRST, _LAST = -1, -2
"""The places of what runs out of an output and into an input: no legs, since they lie where their ports are."""
_LONG = LEVEL_REACH + 2 * GAP
"""From which length on those are in the way of lanes."""


class _Group(NamedTuple):
    """Cards that all moved alike, how far, and where others lay that came, went or moved otherwise."""

    ids: Collection[str]
    dx: float
    dy: float
    others: Collection[Box]

    def left_alone(self, reach: Box) -> bool:
        """Whether none of the others lay in an area."""
        left, top, right, bottom = reach
        return not any(box[0] < right and box[1] < bottom and box[2] > left and box[3] > top for box in self.others)


class Router:
    """Keeps `wires`, the wire of every edge between two cards, and the cards' ports. Tell it of changes by `update`."""

    def __init__(self, cards: Mapping[str, Card], network: Network) -> None:
        self.wires: dict[Edge, Wire] = {}
        self._cards = cards
        self._network = network
        self._boxes: dict[str, Box] = {}
        self._obstacles = Obstacles()
        self._ways = Ways(self._boxes, self._obstacles)
        self._plans: dict[Edge, Plan] = {}
        self._lanes: Tracks[LegKey] = Tracks(LANE_STEP)
        self._levels: Tracks[LegKey] = Tracks(LEVEL_STEP)
        self._reaches: Grid[Edge] = Grid()
        self._sights: Grid[Edge] = Grid()

    def update(self, ids: Collection[str], moved: Collection[str], edges: Iterable[Edge]) -> dict[Edge, Wire | None]:
        """Follow cards that came, went, grew or have other ports (``ids``), others that ``moved``, and edges that came
        or went.

        Returns the edges whose wire is another than before, or gone, each with the wire before.
        """
        changed = self._move({*ids, *moved})
        touched = dict.fromkeys(edges)
        for id in ids:
            touched.update(dict.fromkeys(self._at(id)))
        steps = _steps(changed.keys() - set(ids), changed)
        group = _group(steps, changed)
        along = self._moved_along(steps)
        touched.update(dict.fromkeys(edge for id in changed for edge in self._at(id) if edge not in along))
        drawn = self._drawn(touched)
        turned = self._forget(touched.keys() - drawn)
        for edge in [edge for edge in touched if edge in drawn]:
            if group is None or not self._moved_with(edge, group):
                self._replan(edge, turned)
        touched.update(dict.fromkeys(self._look_around(changed.values(), touched, turned)))
        touched.update(dict.fromkeys(self._set_all_ports({*ids, *turned})))
        for edge in touched.keys() & self._plans.keys():
            self._want_lanes(edge)
            self._want_ends(edge)
        touched.update(dict.fromkeys(edge for edge, _ in self._lanes.settle()))
        for edge in touched:
            self._want_levels(edge)
        touched.update(dict.fromkeys(edge for edge, _ in self._levels.settle()))
        before = {edge: self.wires.get(edge) for edge in touched}
        laid = {edge: wire for edge, wire in before.items() if self._route(edge)}
        for edge in along.keys() - touched.keys():
            laid[edge] = wire = self.wires[edge]
            self.wires[edge] = wire.moved(*along[edge])
        return laid

    def follow(self, edge: Edge) -> Wire:
        """The wire of an edge whose cards have moved a little: a new way, with all else where it was."""
        boxes = {id: self._cards[id].box for id in (edge.source, edge.target)}
        ways = Ways(boxes, self._obstacles)
        plan = ways.plan(edge)
        legs, before = list(plan.bases), self._plans.get(edge)
        if before and len(before.legs) == len(legs):
            # What would lie where it did stays on its track.
            for place, (was, track) in enumerate(zip(before.legs, self._tracks(edge, before), strict=True)):
                legs[place] = track if was.base == legs[place] else legs[place]
        return Wire(edge, corners(*self._ends(edge, boxes), legs))

    # What a change concerns

    def _at(self, id: str) -> Iterator[Edge]:
        """The edges of a card."""
        yield from self._network.edges_into(id)
        yield from self._network.edges_from(id)

    def _move(self, ids: Iterable[str]) -> Moves:
        """Take over where cards lie; returns the areas that they left and those that they lie in."""
        changed: Moves = {}
        for id in ids:
            before = self._boxes.get(id)
            after = self._cards[id].box if id in self._cards else None
            if before != after:
                changed[id] = before, after
        for id, (_, after) in changed.items():
            if after is None:
                del self._boxes[id]
            else:
                self._boxes[id] = after
        if len(changed) > _MANY * len(self._boxes):
            self._obstacles.fill(self._boxes)
        else:
            for id, (before, after) in changed.items():
                if before is not None:
                    self._obstacles.drop(id, before)
                if after is not None:
                    self._obstacles.put(id, after)
        return changed

    def _moved_along(self, steps: Mapping[str, Point]) -> dict[Edge, Point]:
        """Wires that no card could turn away, and that merely moved as both of their cards did, with how far."""
        plans = self._plans
        return {
            edge: step
            for id, step in steps.items()
            for edge in self._network.edges_into(id)
            if steps.get(edge.source) == step and edge in plans and plans[edge].reach is None
        }

    def _moved_with(self, edge: Edge, group: _Group) -> bool:
        """Move the plan of a wire along, if all cards in its reach moved, and no others are there now or were."""
        plan = self._plans.get(edge)
        if plan is None or plan.reach is None or edge.source not in group.ids or edge.target not in group.ids:
            return False
        left, top, right, bottom = plan.reach
        if not group.left_alone(plan.reach):
            return False
        within, dx, dy = self._obstacles.within, group.dx, group.dy
        for slot in within(left, right, top, bottom) + within(left + dx, right + dx, top + dy, bottom + dy):
            if slot[4] not in group.ids:
                return False
        moved = self._plans[edge] = self._ways.moved(plan, dx, dy)
        keep(self._reaches, edge, moved.reach)
        keep(self._sights, edge, moved.sight)
        return True

    def _look_around(
        self, moves: Collection[tuple[Box | None, Box | None]], known: Collection[Edge], turned: set[str]
    ) -> Iterator[Edge]:
        """Plan anew what may depend on the cards that came, went or moved, beside what is ``known`` to; yields what
        another plan came of."""
        boxes = stacked({box for move in moves for box in move if box}, 2 * GAP)
        areas = [area_of(box).adjusted(-1, -1, 1, 1) for box in boxes]
        many = len(moves) > _MANY * len(self._boxes)
        near = set(self._plans if many else self._reaches.within(areas)).difference(known)
        yield from (edge for edge in near if self._replan(edge, turned))
        if not many:
            for edge in set(self._sights.within(areas)).difference(near, known):
                before = self._plans[edge]
                plan = self._plans[edge] = self._ways.with_lanes(before)
                if before != plan:
                    yield edge

    def _drawn(self, edges: Iterable[Edge]) -> set[Edge]:
        """Those of some edges that the network has between two cards."""
        ends = {edge.target for edge in edges} & self._cards.keys()
        return {edge for id in ends for edge in self._network.edges_into(id) if edge.source in self._cards}

    def _forget(self, gone: Iterable[Edge]) -> set[str]:
        """Lay these no more; returns the cards whose ports may lie elsewhere now."""
        turned: set[str] = set()
        for edge in gone:
            plan = self._plans.pop(edge, None)
            if plan is not None:
                turned |= {edge.source, edge.target}
                self._want_nothing(edge, plan, 0)
                self._reaches.drop(edge)
                self._sights.drop(edge)
        return turned

    def _replan(self, edge: Edge, turned: set[str]) -> bool:
        """Plan anew, and note the cards whose ports may lie elsewhere now; returns whether the plan is another."""
        before = self._plans.get(edge)
        plan = self._plans[edge] = self._ways.plan(edge)
        keep(self._reaches, edge, plan.reach)
        keep(self._sights, edge, plan.sight)
        if before is None:
            turned |= {edge.source, edge.target}
        elif before.side != plan.side or before.legs != plan.legs:
            turned.add(edge.target)
            self._want_nothing(edge, before, len(plan.legs))
        else:
            return False
        return True

    # Tracks

    def _want_nothing(self, edge: Edge, plan: Plan, first: int) -> None:
        """The legs of a plan from one on are no longer there."""
        for place in range(first, len(plan.legs)):
            (self._lanes if place % 2 else self._levels).drop((edge, place))
        if not first:
            for place in (_FIRST, _LAST):
                self._lanes.drop((edge, place))

    def _want_lanes(self, edge: Edge) -> None:
        """Want tracks for the steep legs of a wire, wherever its level ones come to lie."""
        legs = self._plans[edge].legs
        for place in range(1, len(legs), 2):
            before, leg, after = legs[place - 1 : place + 2]
            from_x = legs[place - 2].base if place > 1 else self._boxes[edge.source][0] + _CENTER
            to_x = legs[place + 2].base if place + 2 < len(legs) else self._boxes[edge.target][0] + _CENTER
            turns = tuple(Turn(y, 1 if x > leg.base else -1) for x, y in ((from_x, before.base), (to_x, after.base)))
            self._lanes.put((edge, place), _want(edge, leg, span(before, after), turns))

    def _want_ends(self, edge: Edge) -> None:
        """Keep lanes away from where a wire runs a long way straight out of its output or into its input."""
        (x, top), (to_x, bottom) = self._ends(edge, self._boxes)
        legs = self._plans[edge].legs
        out, into = (legs[0].high, legs[-1].low) if legs else (bottom, bottom)
        for place, at, start, end in ((_FIRST, x, top, out), (_LAST, to_x, into, bottom)):
            if end - start > _LONG:
                self._lanes.put((edge, place), Want(edge.source, start, end, at, at, at, 1, ()))
            else:
                self._lanes.drop((edge, place))

    def _want_levels(self, edge: Edge) -> None:
        """Want tracks for the level legs of a wire whose steep ones have theirs."""
        plan = self._plans.get(edge)
        if plan is None or not plan.legs:
            return
        legs = plan.legs
        start, end = self._ends(edge, self._boxes)
        x, above = start[0], -inf
        for place in range(0, len(legs), 2):
            leg, last = legs[place], place + 1 == len(legs)
            next_x, below = (end[0], inf) if last else (self._lanes[edge, place + 1], legs[place + 2].base)
            turns = Turn(x, 1 if above > leg.base else -1), Turn(next_x, 1 if below > leg.base else -1)
            across = (x, next_x) if x < next_x else (next_x, x)
            self._levels.put((edge, place), _want(edge, leg, across, turns))
            x, above = next_x, leg.base

    def _route(self, edge: Edge) -> bool:
        """Lay the wire of an edge, or take it away; returns whether it is another than before."""
        plan, before = self._plans.get(edge), self.wires.get(edge)
        if plan is None:
            self.wires.pop(edge, None)
            return before is not None
        points = corners(*self._ends(edge, self._boxes), self._tracks(edge, plan))
        if before is not None and before.points == points:
            return False
        self.wires[edge] = Wire(edge, points)
        return True

    def _tracks(self, edge: Edge, plan: Plan) -> list[float]:
        """Where the legs of a plan lie."""
        return [(self._lanes if place % 2 else self._levels)[edge, place] for place in range(len(plan.legs))]

    def _ends(self, edge: Edge, boxes: Mapping[str, Box]) -> tuple[Point, Point]:
        """Where a wire starts and ends."""
        source, target = boxes[edge.source], boxes[edge.target]
        outputs, inputs = self._cards[edge.source].outputs, self._cards[edge.target].inputs
        # A single port lies in the center.
        start = next((p.offset for p in outputs if p.end.port == edge.source_port), 0.0) if len(outputs) > 1 else 0.0
        end = next((port.offset for port in inputs if port.edge == edge), 0.0) if len(inputs) > 1 else 0.0
        return (source[0] + _CENTER + start, source[3]), (target[0] + _CENTER + end, target[1])

    # Ports

    def _set_all_ports(self, ids: Iterable[str]) -> Iterator[Edge]:
        """Give cards their ports; yields the edges that end at other places now."""
        for id in ids:
            card = self._cards.get(id)
            if card is not None:
                before = card.ports
                self._set_ports(card)
                if card.ports != before:
                    yield from (edge for edge in self._network.edges_into(id) if edge in self._plans)
                    yield from (edge for edge in self._network.edges_from(id) if edge in self._plans)

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
        """Inputs around the center, each on the side its wire arrives, near ones within far ones, so that they need
        not cross; the first straight one takes the center."""
        if len(slots) < 2:
            return tuple(Port(end, edge, 0.0) for end, edge in slots)
        order = sorted(range(len(slots)), key=lambda index: self._distance(slots[index][1]))
        taken = {-1: 0, 1: 0}
        steps = dict.fromkeys(order, 0)
        for index in order[1:]:
            edge = slots[index][1]
            way = (self._plans[edge].side if edge else 1) or 1
            taken[way] += 1
            steps[index] = way * taken[way]
        step = min(PORT_STEP, _WIDEST / max(taken.values()))
        return tuple(Port(end, edge, steps[index] * step) for index, (end, edge) in enumerate(slots))

    def _distance(self, edge: Edge | None) -> tuple[float, float]:
        """From how far beside a card and above it a wire arrives; one that is missing from farthest."""
        if edge is None:
            return inf, inf
        legs, source, target = self._plans[edge].legs, self._boxes[edge.source], self._boxes[edge.target]
        beside = legs[-2].base - _CENTER if len(legs) > 1 else source[0]
        return abs(beside - target[0]) if legs else 0.0, abs(target[1] - source[3])


def _want(edge: Edge, leg: Leg, span: tuple[float, float], turns: tuple[Turn, ...]) -> Want:
    return Want(edge.source, *span, leg.base, leg.low, leg.high, leg.away, turns)


def _steps(ids: Iterable[str], moves: Moves) -> dict[str, Point]:
    """How far cards moved that are as large as before."""
    steps: dict[str, Point] = {}
    for id in ids:
        before, after = moves[id]
        if before is not None and after is not None and after[3] - before[3] == after[1] - before[1]:
            steps[id] = after[0] - before[0], after[1] - before[1]
    return steps


def _group(steps: Mapping[str, Point], moves: Moves) -> _Group | None:
    """All cards that moved, if they moved alike."""
    if len(set(steps.values())) != 1:
        return None
    others = [before for id, (before, _) in moves.items() if before is not None and id not in steps]
    return _Group(steps.keys(), *next(iter(steps.values())), others)


def _same(before: tuple[Port, ...], id: str, name: str, output: bool, edge: Edge | None) -> tuple[Port, ...]:
    """One port in the middle: as it was, if nothing about it has changed."""
    end = End(id, name, output)
    if len(before) == 1 and before[0].end == end and before[0].edge == edge and not before[0].offset:
        return before
    return (Port(end, edge, 0.0),)


def _alternate(count: int) -> list[float]:
    """0, 64, −64, 128, −128, …: places for ports that have no side to prefer."""
    step = min(PORT_STEP, _WIDEST / max(1, count // 2))
    return [step * ((index + 1) // 2) * (1 if index % 2 else -1) for index in range(count)]
