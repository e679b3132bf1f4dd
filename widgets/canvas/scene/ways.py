"""The way of one wire past the cards: whether it runs straight, bends, or leaves its column for a lane.

A wire runs straight down where it can, and along its own column to where it bends. A skip leaves its column and runs
beside it. A wire to the next column (or back up) runs between the columns and carries a chevron where it goes up. The
way depends on cards alone, never on other wires: those only decide on which track within its room a leg lies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import inf
from typing import NamedTuple

from models.layout.detours import Wall, detour
from models.layout.junctions import Point
from models.network import Edge
from widgets.canvas.scene.grid import Box
from widgets.canvas.scene.measures import CARD_WIDTH, COLUMN_GAP, GAP, LANE, SLIM_HEIGHT, STUB
from widgets.canvas.scene.obstacles import Obstacles, Slot

_CENTER = CARD_WIDTH / 2
LEVEL_REACH, _LANE_REACH, _LANE_BACK = 60.0, 156.0, 40.0
"""How far from where it would lie a leg may give way to others; a lane less far to the side where it would not."""
_LEVEL_CLEAR, _LANE_CLEAR = 5.0, 8.0
"""How near to a card a level leg and a lane may lie."""
_NARROW = 2 * _LANE_CLEAR
_CROWD = 600
"""Where gaps between cards cross more often than this no way is searched."""
_DETOUR = 120.0
"""How much nearer than on the right a lane must lie on the left to be taken there."""


class Leg(NamedTuple):
    """A stretch of a wire between its ports: where it would lie, its room, and to which side it gives way."""

    base: float
    low: float
    high: float
    away: int

    def moved(self, step: float) -> Leg:
        """The same leg and its room elsewhere."""
        return Leg(self.base + step, self.low + step, self.high + step, self.away)


class Plan(NamedTuple):
    """How a wire runs. ``side`` is where it arrives: 0 for straight from above, -1 from the left, 1 from the right.

    Its legs are level and steep in turn, from below its source to above its target; a straight wire has none.
    Between cards where these are it runs so again for as long as no others come or go in its ``reach``, and with the
    same room for its lanes while none do in its ``sight``.
    """

    side: int
    legs: tuple[Leg, ...]
    reach: Box | None = None
    sight: Box | None = None

    @property
    def bases(self) -> tuple[float, ...]:
        """Where the legs would lie if there were no other wires."""
        return tuple(leg.base for leg in self.legs)


def corners(start: Point, end: Point, legs: Sequence[float]) -> tuple[Point, ...]:
    """The corners of a wire from port to port, its legs being where they are: heights and lanes in turn."""
    found, x = [start], start[0]
    for place in range(0, len(legs), 2):
        found.append((x, legs[place]))
        x = legs[place + 1] if place + 1 < len(legs) else end[0]
        found.append((x, legs[place]))
    return *found, end


class Ways:
    """Plans the ways of edges between boxes, past obstacles."""

    def __init__(self, boxes: Mapping[str, Box], obstacles: Obstacles) -> None:
        self._boxes = boxes
        self._obstacles = obstacles
        self._looks: list[Box] = []
        self._beside_lanes: list[Box] = []

    def plan(self, edge: Edge) -> Plan:
        """The plan of an edge."""
        self._looks, self._beside_lanes = [], []
        return self._way(edge)._replace(reach=_hull(self._looks), sight=_hull(self._beside_lanes))

    def moved(self, plan: Plan, dx: float, dy: float) -> Plan:
        """A plan that moved so far with all cards in its reach; its lanes have the room that they have there."""
        legs = [leg.moved(dx if place % 2 else dy) for place, leg in enumerate(plan.legs)]
        reach, sight = (
            box and (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy) for box in (plan.reach, plan.sight)
        )
        return self.with_lanes(Plan(plan.side, tuple(legs), reach, sight))

    def with_lanes(self, plan: Plan) -> Plan:
        """A plan with the room that its lanes have now."""
        legs = list(plan.legs)
        for place in range(1, len(legs), 2):
            legs[place] = self._lane(legs[place].base, (legs[place - 1], legs[place + 1]), legs[place].away)
        return plan._replace(legs=tuple(legs))

    def _way(self, edge: Edge) -> Plan:
        left, _, right, bottom = self._boxes[edge.source]
        target_left, top, target_right, _ = self._boxes[edge.target]
        drop, shift = top - bottom, target_left - left
        if drop >= STUB and abs(shift) < 1:
            x = left + _CENTER
            if drop < SLIM_HEIGHT or not self._blocks(x - 8, x + 8, bottom, top, edge[::2]):
                return Plan(0, ())
            return self._beside(edge)
        arrives = 1 if shift < 0 else -1
        if drop >= STUB and (bend := self._bend(edge)):
            return Plan(arrives, (bend,))
        if shift >= CARD_WIDTH + LANE:
            near, far = (right + min(target_left, right + COLUMN_GAP)) / 2, target_left - COLUMN_GAP / 2
            return self._fold(edge, arrives, near, max(near, far))
        if -shift >= CARD_WIDTH + LANE:
            near, far = (left + max(target_right, left - COLUMN_GAP)) / 2, target_right + COLUMN_GAP / 2
            return self._fold(edge, arrives, near, min(near, far))
        return self._beside(edge)

    # Along the columns

    def _bend(self, edge: Edge) -> Leg | None:
        """The level leg of a wire that crosses from column to column without touching a card; None if nowhere.

        It bends above its target where it can: the column below the source is its own.
        """
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        start, end = source[0] + _CENTER, target[0] + _CENTER
        top, bottom, ends = source[3], target[1], edge[::2]
        low, high = min(start, target[0]), max(start, target[2])
        heights = (bottom - STUB, top + STUB, (top + bottom) / 2) if bottom - top > 3 * STUB else ((top + bottom) / 2,)
        blocks = self._blocks
        for y in heights:
            if not (
                blocks(min(start, end), max(start, end), y - 4, y + 4, ends)
                or (y - top > GAP and blocks(start - 4, start + 4, top, y, ends))
                or (bottom - y > GAP and blocks(target[0], target[2], y, bottom, ends))  # whichever input it takes
            ):
                leg = self._level(low, high, y, 1 if y < (top + bottom) / 2 else -1)
                return leg._replace(low=max(leg.low, top + _LEVEL_CLEAR), high=min(leg.high, bottom - _LEVEL_CLEAR))
        return None

    def _beside(self, edge: Edge) -> Plan:
        """Around all that lies between, on the right, unless that is much farther."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        right = self._clear(edge, 1)
        way = right - max(source[2], target[2]) - _DETOUR
        plan = self._around(edge, 1, right, 1)
        if way > 0 and way > min(source[0], target[0]) - (left := self._clear(edge, -1)):
            plan = self._around(edge, -1, left, -1)
        return plan if self._is_clear(edge, plan.bases, lanes=target[1] < source[3]) else self._searched(edge, plan)

    def _clear(self, edge: Edge, side: int) -> float:
        """The first lane beside both cards and all that lies between, on one side: in the middle of a narrow gap."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        # Mirrored for the left, so that lanes grow outward.
        inner, at = min(source[0], target[0]), max(source[2], target[2])
        if side < 0:
            inner, at = -at, -inner
        while True:
            between = list(self._between(edge, side, inner, at + 2 * LANE))
            over = max((end for start, end in between if start < at + _NARROW), default=at)
            if over <= at:
                room = min((start - at for start, _ in between if start > at), default=inf)
                return side * (at + min(LANE, room / 2))
            at = over

    def _between(self, edge: Edge, side: int, inner: float, outer: float) -> Iterator[tuple[float, float]]:
        """From where to where cards reach that lie between the ends of a wire; mirrored for the left."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        top, bottom = min(source[3], target[1]), max(source[3], target[1])
        for slot in self._within(min(side * inner, side * outer), max(side * inner, side * outer), top, bottom):
            if slot[4] not in edge[::2]:
                yield (slot[2], slot[3]) if side > 0 else (-slot[3], -slot[2])

    def _around(self, edge: Edge, arrives: int, lane: float, away: int) -> Plan:
        """Out below the source, along a lane, in above the target."""
        below, above = self._turns(edge)
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        out = self._level(min(source[0], lane), max(source[2], lane), below, 1)
        into = self._level(min(target[0], lane), max(target[2], lane), above, -1)
        return Plan(arrives, (out, self._lane(lane, (out, into), away), into))

    # Between the columns

    def _fold(self, edge: Edge, arrives: int, near: float, far: float) -> Plan:
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
            if not any(self._blocks(*way, edge[::2]) for way in ways):
                return self._around(edge, arrives, lane, -arrives)
        return self._over(edge, near, far)

    def _over(self, edge: Edge, near: float, far: float) -> Plan:
        """Beside the source's column, over all that lies between, down beside the target's; or beneath it, or on their
        other sides."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        usual = (near, far, self._outside(near, far)[0])
        if self._is_clear(edge, self._over_legs(edge, *usual)):
            return self._over_by(edge, *usual)
        nears, fars = (near, source[0] - LANE, source[2] + LANE), (far, target[2] + LANE, target[0] - LANE)
        heights = self._outside(min(*nears, *fars), max(*nears, *fars))
        for lane, other, height in product(nears, fars, heights):
            if self._is_clear(edge, self._over_legs(edge, lane, other, height)):
                return self._over_by(edge, lane, other, height)
        return self._searched(edge, self._over_by(edge, *usual))

    def _over_legs(self, edge: Edge, near: float, far: float, height: float) -> tuple[float, ...]:
        below, above = self._turns(edge)
        return below, near, height, far, above

    def _outside(self, near: float, far: float) -> tuple[float, float]:
        """The heights above and below all that lies between two lanes."""
        between = self._within(min(near, far), max(near, far), -inf, inf)
        top, bottom = min((slot[0] for slot in between), default=0.0), max((slot[1] for slot in between), default=0.0)
        return top - GAP, bottom + GAP

    def _over_by(self, edge: Edge, near: float, far: float, height: float) -> Plan:
        """Along one lane, over all that lies between at some height, along another."""
        below, above = self._turns(edge)
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        out = self._level(min(source[0], near), max(source[2], near), below, 1)
        over = self._level(min(near, far), max(near, far), height, -1 if height < below else 1)
        into = self._level(min(target[0], far), max(target[2], far), above, -1)
        away = 1 if near < far else -1
        lanes = self._lane(near, (out, over), away), self._lane(far, (over, into), -away)
        return Plan(1 if far > target[2] else -1, (out, lanes[0], over, lanes[1], into))

    # Through a crowd

    def _is_clear(self, edge: Edge, legs: Sequence[float], *, lanes: bool = True) -> bool:
        """Whether a wire runs into no card, with its level legs alone or its ``lanes``, too."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        way = corners((source[0] + _CENTER, source[3]), (target[0] + _CENTER, target[1]), legs)
        stretches = pairwise(way) if lanes else zip(way[1::2], way[2::2], strict=False)
        return all(self._is_free(one, other, edge[::2]) for one, other in stretches)

    def _searched(self, edge: Edge, plan: Plan) -> Plan:
        """In place of a plan that runs into cards another, if there is a way among those that lie around."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        around = {slot[4]: slot for slot in self._around_both(source, target)}
        lanes = {x for _, _, left, right, _ in around.values() for x in (left - LANE / 2, right + LANE / 2)}
        heights = {y for top, bottom, _, _, _ in around.values() for y in (top - STUB, bottom + STUB)}
        if len(lanes) * len(heights) > _CROWD:
            return plan
        start, end = (source[0] + _CENTER, source[3]), (target[0] + _CENTER, target[1])
        lanes |= {start[0], end[0]}
        heights |= {start[1], end[1]}
        found = detour(start, end, [*lanes], [*heights], self._walls(edge[::2], lanes, heights))
        return self._along(found) if found and len(found) > 3 else plan

    def _walls(self, ends: tuple[str, str], lanes: Collection[float], heights: Collection[float]) -> Iterator[Wall]:
        """What a way along lanes and heights must not run through: as `_is_free` sees it, all at once."""
        clear = 4
        area = min(lanes) - clear, max(lanes) + clear, min(heights) - clear, max(heights) + clear
        for top, bottom, left, right, id in self._within(*area):
            above = 0 if id in ends else clear
            yield left - clear, top - above, right + clear, bottom + above

    def _around_both(self, source: Box, target: Box) -> list[Slot]:
        """The cards around two and between them, these included."""
        left, right = min(source[0], target[0]) - CARD_WIDTH, max(source[2], target[2]) + CARD_WIDTH
        top, bottom = min(source[1], target[1]) - CARD_WIDTH, max(source[3], target[3]) + CARD_WIDTH
        return self._within(left, right, top, bottom)

    def _is_free(self, one: Point, other: Point, ends: tuple[str, str]) -> bool:
        """Whether no card lies in a stretch, the two at its ends but for the gaps in front of them."""
        (x, y), (u, v) = one, other
        left, right, top, bottom = min(x, u) - 4, max(x, u) + 4, min(y, v) - 4, max(y, v) + 4
        return all(
            slot[4] in ends and not (slot[0] < max(y, v) and slot[1] > min(y, v))
            for slot in self._within(left, right, top, bottom)
        )

    def _along(self, way: tuple[Point, ...]) -> Plan:
        """The plan of a way that was found."""
        inner = way[1:-1]
        levels = [
            self._level(min(one[0], other[0]), max(one[0], other[0]), one[1], 1)
            for one, other in zip(inner[::2], inner[1::2], strict=True)
        ]
        legs: list[Leg] = [levels[0]]
        for before, after, corner in zip(levels, levels[1:], inner[1::2], strict=False):
            legs += self._lane(corner[0], (before, after), 1), after
        return Plan(1 if inner[-2][0] > inner[-1][0] else -1, tuple(legs))

    def _turns(self, edge: Edge) -> tuple[float, float]:
        """The heights at which a wire with a lane turns below its source and above its target: a gap away from them
        where it runs up and nothing is near, else in the middle of the gap between two cards."""
        source, target = self._boxes[edge.source], self._boxes[edge.target]
        below, above = source[3] + STUB, target[1] - STUB
        if target[1] < source[3]:
            blocks, ends = self._blocks, edge[::2]
            if not blocks(source[0], source[2], source[3], source[3] + 2 * GAP, ends):
                below = source[3] + GAP
            if not blocks(target[0], target[2], target[1] - 2 * GAP, target[1], ends):
                above = target[1] - GAP
        return below, above

    # Rooms

    def _within(self, left: float, right: float, top: float, bottom: float) -> list[Slot]:
        """The cards that a rectangle touches, which is within reach from now on."""
        self._looks.append((left, right, top, bottom))
        return self._obstacles.within(left, right, top, bottom)

    def _blocks(self, left: float, right: float, top: float, bottom: float, ends: tuple[str, str]) -> bool:
        """Whether a card other than the two ends touches the rectangle."""
        return any(slot[4] not in ends for slot in self._within(left, right, top, bottom))

    def _level(self, left: float, right: float, y: float, away: int) -> Leg:
        """A level leg with its room between the cards above and below it."""
        low, high = y - LEVEL_REACH, y + LEVEL_REACH
        for top, bottom, _, _, _ in self._within(left - 4, right + 4, low, high):
            if bottom <= y and bottom + _LEVEL_CLEAR > low:
                low = bottom + _LEVEL_CLEAR
            elif top >= y and top - _LEVEL_CLEAR < high:
                high = top - _LEVEL_CLEAR
        return Leg(y, min(low, y), max(high, y), away)

    def _lane(self, x: float, between: tuple[Leg, Leg], away: int) -> Leg:
        """A steep leg between two level ones with its room between the cards beside it."""
        top, bottom = span(*between)
        low, high = x - (_LANE_BACK if away > 0 else _LANE_REACH), x + (_LANE_REACH if away > 0 else _LANE_BACK)
        self._beside_lanes.append((low, high, top, bottom))
        for _, _, left, right, _ in self._obstacles.within(low, high, top, bottom):
            if right <= x and right > low:
                low = right
            elif left >= x and left < high:
                high = left
        clear = min(_LANE_CLEAR, (high - low) / 5)
        return Leg(x, min(low + clear, x), max(high - clear, x), away)


def _hull(looks: Sequence[Box]) -> Box | None:
    """What holds all that was looked at, each from left to right, from top to bottom; None for nothing."""
    if not looks:
        return None
    lefts, rights, tops, bottoms = zip(*looks, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _moved(box: Box | None, dx: float, dy: float) -> Box | None:
    return box and (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def span(one: Leg, other: Leg) -> tuple[float, float]:
    """From where to where a leg may run between two others."""
    return min(one.low, other.low), max(one.high, other.high)


def _across(start: float, end: float, y: float) -> tuple[float, float, float, float]:
    """The box of a level stretch: left, right, top, bottom."""
    return min(start, end), max(start, end), y - 4, y + 4
