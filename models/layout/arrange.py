"""Automatic arrangement: top to bottom, branches side by side, long networks folded into columns like a newspaper.

Ranks are longest paths from the inputs. Lanes keep chains straight: a layer hands its lane on to the branch that goes
deepest, other branches take the next free lane to the right. Everything is linear in nodes and wires.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import sqrt

from models.analysis import Analysis
from models.layout.measures import CARD_WIDTH, GAP, card_height
from models.network import Network

COLUMN_GAP = 110
TALLEST_COLUMN = 560
"""About the height of a canvas: what is less than half as high again stays one column."""
ASPECT = 1.6
"""Width to height that folding aims at."""


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
        self.heights = [max(card_height(network.nodes[id]) for id in row) + GAP for row in self.rows]
        self.width = 0

    def place(self) -> dict[str, tuple[float, float]]:
        self._assign_lanes()
        positions: dict[str, tuple[float, float]] = {}
        left = 0
        for first, last in self._columns():
            top, lanes = 0, 0
            for row, height in zip(self.rows[first:last], self.heights[first:last], strict=True):
                for id in row:
                    positions[id] = (left + self.lane[id] * (CARD_WIDTH + COLUMN_GAP), top)
                    lanes = max(lanes, self.lane[id] + 1)
                top += height
            left += lanes * (CARD_WIDTH + COLUMN_GAP)
        self.width = left - COLUMN_GAP
        return positions

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
        """The rows in columns of about equal height, cut where the fewest layers send wires across: from, to."""
        ends = list(accumulate(self.heights))
        lane_width = (max(self.lane.values()) + 1) * (CARD_WIDTH + COLUMN_GAP)
        count = round(ends[-1] / max(TALLEST_COLUMN, sqrt(ends[-1] * lane_width / ASPECT)))
        crossing = self._crossings()
        cuts = [0]
        for number in range(1, count):
            # Each cut may move a third of a column to find a place where little crosses it.
            target, slack = ends[-1] * number / count, ends[-1] / count / 3
            first = bisect_left(ends, target - slack, lo=cuts[-1])
            last = bisect_right(ends, target + slack)
            best = min(range(first, last), key=lambda row: (crossing[row + 1], abs(ends[row] - target)), default=None)
            if best is not None and cuts[-1] <= best < len(ends) - 1:
                cuts.append(best + 1)
        return list(pairwise([*cuts, len(self.rows)]))

    def _crossings(self) -> list[int]:
        """For each cut above a row: how many layers above it feed layers below."""
        steps = [0] * (len(self.rows) + 2)
        for id in self.ids:
            last = max((self.rank[follower] for follower in self.followers[id]), default=self.rank[id])
            steps[self.rank[id] + 1] += 1
            steps[last + 1] -= 1
        total, crossing = 0, []
        for step in steps:
            total += step
            crossing.append(total)
        return crossing
