"""The way of one wire past the cards: whether it runs straight, bends, or leaves its column for a lane.

A wire runs straight down where it can. A skip leaves its column to the right and runs there, nested skips further out.
A wire to the next column (or back up) runs between the columns and carries a chevron where it goes up.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import NamedTuple

from models.network import Edge
from widgets.canvas.scene.grid import Box
from widgets.canvas.scene.measures import CARD_WIDTH, COLUMN_GAP, GAP, LANE, SLIM_HEIGHT, STUB
from widgets.canvas.scene.obstacles import Obstacles
from widgets.canvas.scene.wire import Point

_CENTER = CARD_WIDTH / 2


class Plan(NamedTuple):
    """How an edge leaves its column: ``side`` is 0 for straight down, else where it arrives; ``lane`` its base, or
    None for wires that need none. ``over`` is where a wire that finds cards in its way crosses to another column: at
    what height, and the lane that it takes there."""

    side: int
    lane: float | None
    over: Point | None = None


class Ways:
    """Plans the ways of edges between boxes, past obstacles."""

    def __init__(self, boxes: Mapping[str, Box], obstacles: Obstacles) -> None:
        self._boxes = boxes
        self._obstacles = obstacles

    def plan(self, edge: Edge) -> Plan:
        """The plan of an edge."""
        left, _, right, bottom = self._boxes[edge.source]
        target_left, top, target_right, _ = self._boxes[edge.target]
        drop, shift = top - bottom, target_left - left
        if drop >= STUB and abs(shift) < 1:
            x = left + _CENTER
            if drop < SLIM_HEIGHT or not self._obstacles.blocks(x - 8, x + 8, bottom, top, edge[::2]):
                return Plan(0, None)
            return Plan(1, self._beside(edge))
        arrives = 1 if shift < 0 else -1
        if drop >= STUB and self._bend(edge, 0.0) is not None:
            return Plan(arrives, None)
        if shift >= CARD_WIDTH + LANE:
            near, far = (right + min(target_left, right + COLUMN_GAP)) / 2, target_left - COLUMN_GAP / 2
            return self._fold(edge, arrives, near, max(near, far))
        if -shift >= CARD_WIDTH + LANE:
            near, far = (left + max(target_right, left - COLUMN_GAP)) / 2, target_right + COLUMN_GAP / 2
            return self._fold(edge, arrives, near, min(near, far))
        return Plan(1, self._beside(edge))

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
            if not any(self._obstacles.blocks(*way, edge[::2]) for way in ways):
                return Plan(arrives, lane)
        between = self._obstacles.within(min(near, far), max(near, far), -inf, inf)
        top = min((slot[0] for slot in between), default=above) - GAP
        return Plan(arrives, near, (top, far))

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

    def points(self, edge: Edge, plan: Plan, lane: float | None, start: Point, end: Point) -> tuple[Point, ...]:
        """The corners of a wire by its plan and lane, from port to port."""
        if lane is None:
            return self._direct(edge, start, end)
        return self._around(edge, plan.over, start, end, lane)

    def _around(self, edge: Edge, over: Point | None, start: Point, end: Point, lane: float) -> tuple[Point, ...]:
        """Out below the source, along the lane (and over to another), in above the target."""
        below, above = self._turns(edge)
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


def _across(start: float, end: float, y: float) -> tuple[float, float, float, float]:
    """The box of a level stretch: left, right, top, bottom."""
    return min(start, end), max(start, end), y - 4, y + 4
