"""Lanes: which vertical stretch each wire takes that leaves its column.

Short skips run inside, longer ones further out, where they pass each other. So the lane of a wire depends on those of
shorter wires beside it alone, and a change goes on to longer ones only where it really changes something.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from models.network import Edge
from widgets.canvas.scene.measures import LANE_STEP
from widgets.canvas.scene.obstacles import Obstacles

_ROW = 1024.0
_MOST_ROWS = 256
"""A wire across more rows than these is looked at for every question."""
Rank = tuple[float, float, Edge]


class _Run:
    """A wire that wants a lane from ``base`` on, between two heights; ``reach`` is the farthest lane it looked at."""

    __slots__ = ("base", "bottom", "lane", "rank", "reach", "top")

    def __init__(self, edge: Edge, base: float, top: float, bottom: float) -> None:
        self.base, self.top, self.bottom = base, top, bottom
        self.rank: Rank = (bottom - top, top, edge)
        self.lane: float | None = None
        self.reach = base

    @property
    def edge(self) -> Edge:
        """The wire."""
        return self.rank[2]

    def meets(self, other: _Run) -> bool:
        """Whether the two would lie on each other in one lane; wires from one source may."""
        return self.top < other.bottom and self.bottom > other.top and self.edge.source != other.edge.source


class Lanes:
    """The lanes of all wires that want one. Call `settle` after changes."""

    def __init__(self, obstacles: Obstacles) -> None:
        self._obstacles = obstacles
        self._runs: dict[Edge, _Run] = {}
        self._cells: dict[tuple[int, int], set[_Run]] = {}
        self._tall: set[_Run] = set()
        self._waiting: set[Edge] = set()

    def lane(self, edge: Edge) -> float | None:
        """The lane of a wire; None if it wants none."""
        run = self._runs.get(edge)
        return run.lane if run else None

    def looks_far(self, edge: Edge) -> bool:
        """Whether a wire went back to its base from a lane with a card in the way."""
        run = self._runs.get(edge)
        return run is not None and run.reach != run.lane

    def put(self, edge: Edge, base: float, top: float, bottom: float) -> None:
        """A wire wants a lane, perhaps another than before."""
        run = self._runs.get(edge)
        if run is None or (run.base, run.top, run.bottom) != (base, top, bottom):
            self.drop(edge)
            self._runs[edge] = _Run(edge, base, top, bottom)
            self._register(self._runs[edge])
        self._waiting.add(edge)

    def drop(self, edge: Edge) -> None:
        """A wire wants no lane any more."""
        run = self._runs.pop(edge, None)
        if run is not None:
            self._unregister(run)
            self._waiting.discard(edge)
            self._waiting.update(other.edge for other in self._beyond(run, run.lane))

    def settle(self) -> set[Edge]:
        """Give lanes to all that wait and to those that this concerns; returns the wires whose lane is another."""
        queue = [self._runs[edge].rank for edge in self._waiting]
        heapify(queue)
        queued, changed = self._waiting, set()
        while queue:
            run = self._runs[heappop(queue)[2]]
            queued.discard(run.edge)
            before = run.lane
            if self._choose(run):
                changed.add(run.edge)
                for other in {*self._beyond(run, before), *self._beyond(run, run.lane)}:
                    if other.edge not in queued:
                        queued.add(other.edge)
                        heappush(queue, other.rank)
        self._waiting = set()
        return changed

    def _choose(self, run: _Run) -> bool:
        """Find the first free lane; returns whether it is another than before."""
        before = run.lane
        lane = run.base
        while any(
            other.lane is not None and abs(lane - other.lane) < LANE_STEP and other.rank < run.rank and run.meets(other)
            for other in self._near(run, lane)
        ):
            lane += LANE_STEP
        if lane != run.reach:
            self._unregister(run)
            run.reach = lane
            self._register(run)
        ends = run.edge.source, run.edge.target
        blocked = lane > run.base and self._obstacles.blocks(lane - 4, lane + 4, run.top, run.bottom, ends)
        run.lane = run.base if blocked else lane  # wires above each other are better than wires across cards
        return run.lane != before

    def _beyond(self, run: _Run, lane: float | None) -> Iterator[_Run]:
        """Longer wires that look at a lane beside a run."""
        if lane is not None:
            for other in self._near(run, lane):
                if other.rank > run.rank and run.meets(other):
                    yield other

    def _near(self, run: _Run, lane: float) -> Iterable[_Run]:
        step = int(lane // LANE_STEP)
        rows, cells = _rows(run), self._cells
        columns = (step - 1, step, step + 1)
        if len(rows) == 1:
            found: set[_Run] = set()
            for near in columns:
                found |= cells.get((near, rows[0]), found)
        elif len(rows) <= _MOST_ROWS:
            found = {other for near in columns for row in rows for other in cells.get((near, row), ())}
        else:
            found = {other for (near, _), others in cells.items() if near in columns for other in others}
        return found | self._tall if self._tall else found

    def _register(self, run: _Run) -> None:
        if len(_rows(run)) > _MOST_ROWS:
            self._tall.add(run)
            return
        for cell in _cells(run):
            self._cells.setdefault(cell, set()).add(run)

    def _unregister(self, run: _Run) -> None:
        self._tall.discard(run)
        if len(_rows(run)) <= _MOST_ROWS:
            for cell in _cells(run):
                self._cells[cell].discard(run)


def _rows(run: _Run) -> range:
    return range(int(run.top // _ROW), int(run.bottom // _ROW) + 1)


def _cells(run: _Run) -> Iterator[tuple[int, int]]:
    for step in range(int(run.base // LANE_STEP), int(run.reach // LANE_STEP) + 1):
        for row in _rows(run):
            yield step, row
