"""Automatic arrangement: top to bottom, branches side by side, long networks folded into columns like a newspaper.

Ranks are longest paths from the inputs. Lanes keep chains straight: a layer hands its lane on to the branch that goes
deepest, other branches take the next free lane to the right. Everything is linear in nodes and wires.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import sqrt
from typing import NamedTuple

from models.analysis import Analysis
from models.layout.levels import gap_for, level_wires
from models.layout.measures import CARD_WIDTH, card_height
from models.network import Network

COLUMN_GAP = 110
TALLEST_COLUMN = 560
"""About the height of a canvas: what is less than half as high again stays one column."""
ASPECT = 1.6
"""Width to height that folding aims at."""
LEAST, MOST = 0.5, 1.75
"""How much shorter and longer than the others a column may be, so that it ends where one layer alone leads on."""
SLACK = 1 / 3
"""The same where two do."""


def arrange(network: Network, analysis: Analysis) -> dict[str, tuple[float, float]]:
    """A position for every node: the top left of its card, the first column at x 0, the first row at y 0."""
    positions: dict[str, tuple[float, float]] = {}
    left = 0
    for part in _parts(network, analysis.order):
        drawing = _Drawing(network, part)
        positions |= {id: (left + x, y) for id, (x, y) in drawing.place().items()}
        left += drawing.width + COLUMN_GAP
    return positions


def _parts(network: Network, order: Sequence[str]) -> list[list[str]]:
    """What hangs together, each in analysis order; layers without wires come last, as one part."""
    label: dict[str, str] = {}
    for start in order:
        waiting = [] if start in label else [start]
        while waiting:
            id = waiting.pop()
            if id not in label:
                label[id] = start
                waiting += [edge.target for edge in network.edges_from(id)]
                waiting += [edge.source for edge in network.edges_into(id)]
    parts: dict[str, list[str]] = {}
    for id in order:
        parts.setdefault(label[id], []).append(id)
    single = [part[0] for part in parts.values() if len(part) == 1]
    return [part for part in parts.values() if len(part) > 1] + ([single] if single else [])


class _Cuts(NamedTuple):
    """For each cut above a row: how many layers above it feed layers below, and by how many wires."""

    layers: list[int]
    wires: list[int]


class _Drawing:
    """One part of a network: ranks, lanes, columns, then positions."""

    def __init__(self, network: Network, ids: Sequence[str]) -> None:
        self.network = network
        self.ids = ids
        self.place_of = {id: place for place, id in enumerate(ids)}
        self.followers = {id: self._fed(id, place) for place, id in enumerate(ids)}
        self.rank = self._ranks()
        self.lane: dict[str, int] = {}
        self.rows: list[list[str]] = [[] for _ in range(max(self.rank.values()) + 1)]
        for id in ids:
            self.rows[self.rank[id]].append(id)
        self.heights = [0] * len(self.rows)
        self.width = 0

    def place(self) -> dict[str, tuple[float, float]]:
        self._assign_lanes()
        self._widen([(0, len(self.rows))])
        columns = self._columns()
        self._widen(columns)
        positions: dict[str, tuple[float, float]] = {}
        left = 0
        for first, last in columns:
            top, lanes = 0, 0
            for row, height in zip(self.rows[first:last], self.heights[first:last], strict=True):
                for id in row:
                    positions[id] = (left + self.lane[id] * (CARD_WIDTH + COLUMN_GAP), top)
                    lanes = max(lanes, self.lane[id] + 1)
                top += height
            left += lanes * (CARD_WIDTH + COLUMN_GAP)
        self.width = left - COLUMN_GAP
        return positions

    def _widen(self, columns: Sequence[tuple[int, int]]) -> None:
        """Make room below each row for the wires that run there."""
        levels = level_wires(self.followers, self.rank, self.lane, columns)
        for place, row in enumerate(self.rows):
            tallest = max((card_height(self.network.nodes[id]) for id in row), default=0)
            self.heights[place] = tallest + gap_for(levels.get(place, {}).values())

    def _fed(self, id: str, here: int) -> list[str]:
        """The layers fed by ``id`` that come after it; wires that close a loop point back and do not count."""
        return [edge.target for edge in self.network.edges_from(id) if self.place_of.get(edge.target, -1) > here]

    def _ranks(self) -> dict[str, int]:
        if all(not self.network.edges_from(id) and not self.network.edges_into(id) for id in self.ids):
            return dict(self.place_of)
        rank = dict.fromkeys(self.ids, 0)
        for id in self.ids:
            for follower in self.followers[id]:
                rank[follower] = max(rank[follower], rank[id] + 1)
        # An input that is needed late stands just above the layer that needs it.
        for id in self.ids:
            if not self.network.edges_into(id):
                rank[id] = max(0, min((rank[follower] for follower in self.followers[id]), default=1) - 1)
        return rank

    def _assign_lanes(self) -> None:
        depth = self._depths()
        busy: list[int] = []
        promised: dict[str, int] = {}
        for row in self.rows:
            # Heirs first, so that nobody else takes the lane that waits for them.
            for id in sorted(row, key=lambda id: id not in promised):
                lane = promised.pop(id, None)
                if lane is None:
                    lane = next((free for free, until in enumerate(busy) if until < self.rank[id]), len(busy))
                if lane == len(busy):
                    busy.append(0)
                self.lane[id] = lane
                followers = self.followers[id]
                # The wire of a side branch runs down its lane until it ends.
                busy[lane] = max([self.rank[id], *(self.rank[follower] - 1 for follower in followers)])
                if len(followers) == 1:
                    promised[followers[0]] = min(lane, promised.get(followers[0], lane))
                elif followers:
                    heir = max(followers, key=lambda follower: (depth[follower], -self.place_of[follower]))
                    promised[heir] = min(lane, promised.get(heir, lane))

    def _depths(self) -> dict[str, int]:
        """Per layer the longest path to an end."""
        depth = dict.fromkeys(self.ids, 0)
        for id in reversed(self.ids):
            depth[id] = max((depth[follower] + 1 for follower in self.followers[id]), default=0)
        return depth

    def _columns(self) -> list[tuple[int, int]]:
        """The rows in columns of about equal height, cut only where few layers send wires across: from, to."""
        ends = list(accumulate(self.heights))
        lane_width = (max(self.lane.values()) + 1) * (CARD_WIDTH + COLUMN_GAP)
        height = max(TALLEST_COLUMN, sqrt(ends[-1] * lane_width / ASPECT))
        crossing, cuts = self._crossings(), [0]
        while (last := self._last_row(cuts[-1], ends, crossing, height)) is not None:
            cuts.append(last + 1)
        return list(pairwise([*cuts, len(self.rows)]))

    @staticmethod
    def _last_row(start: int, ends: Sequence[int], cuts: _Cuts, height: float) -> int | None:
        """The last row of a column that begins at ``start``; None if that is the last column.

        It ends where one layer alone leads on. Where two do their wires cross, so that this must save much height.
        """
        above = ends[start - 1] if start else 0
        count = round((ends[-1] - above) / height)
        if count < 2:
            return None
        each = (ends[-1] - above) / count
        first, beyond = (bisect_left(ends, above + share * each, lo=start) for share in (LEAST, MOST))
        last = bisect_left(ends, ends[-1] - LEAST * each)
        off = {row: abs(ends[row] - above - each) / each for row in range(first, min(beyond, last))}
        near = [row for row in off if cuts.layers[row + 1] < 2]
        near = near or [row for row in range(beyond, last) if cuts.layers[row + 1] < 2][:1]
        if count > 2:
            places = [ends[row] for row in range(first, last) if cuts.layers[row + 1] <= 2]
            for row in (row for row in off if off[row] < SLACK and cuts.layers[row + 1] == 2):
                following = bisect_left(places, ends[row] + LEAST * each)
                if following < len(places) and places[following] < ends[row] + (1 + SLACK) * each:
                    near.append(row)
        cost = {row: off.get(row, 0.0) + cuts.layers[row + 1] / 2 + cuts.wires[row + 1] / 8 for row in near}
        return min(near, key=lambda row: cost[row], default=None)

    def _crossings(self) -> _Cuts:
        layers, wires = [0] * (len(self.rows) + 2), [0] * (len(self.rows) + 2)
        for id in self.ids:
            below = [self.rank[follower] for follower in self.followers[id]]
            for last, steps in [(max(below, default=self.rank[id]), layers), *((row, wires) for row in below)]:
                steps[self.rank[id] + 1] += 1
                steps[last + 1] -= 1
        return _Cuts(list(accumulate(layers)), list(accumulate(wires)))
