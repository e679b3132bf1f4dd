"""The order of a network's nodes: each after all that feeds it, kept while nodes and wires come and go.

Two things are kept apart. The *sequence* follows from the document alone, so that lists and columns look the same
however a network was made; it is sorted when somebody asks for it. The *ranks* only grow along every wire. A new wire
against them costs what lies between its ends, on the side of it where that is less (after Pearce and Kelly 2006, “A
dynamic topological sort algorithm for directed acyclic graphs”). So whether a wire would close a loop, and which of two
nodes comes first, is known without a walk through the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf

Neighbors = Callable[[str], Iterable[str]]

_NARROW = 1e-9
"""Where ranks are nearer than this part of themselves, all are numbered anew."""
_PIECE = 2000
"""How many nodes are looked at between two rests."""


class Order:
    """Sequence and ranks of these nodes; ``before`` and ``behind`` name what feeds a node and what it feeds.

    A network tells of every change: by `added`, `removed`, `renamed` and `joined`, or by `forget` of many at once.
    """

    def __init__(self, nodes: Callable[[], Iterable[str]], before: Neighbors, behind: Neighbors) -> None:
        self._nodes, self._before, self._behind = nodes, before, behind
        self._sequence: list[str] = []
        self._ranks: dict[str, float] = {}
        self._loops: dict[str, int] = {}
        self._is_sorted = self._is_ranked = False
        self._last = 0.0

    # Questions

    @property
    def sequence(self) -> Sequence[str]:
        """All nodes in topological order, stable in document order; those on or behind a loop come last."""
        if not self._is_sorted:
            self._sort()
        return self._sequence

    @property
    def ranks(self) -> Mapping[str, float]:
        """A number for every node, greater than those of the nodes that feed it, except on and behind loops."""
        if not self._is_ranked:
            self._sort()
        return self._ranks

    @property
    def loops(self) -> Mapping[str, int]:
        """The nodes that lie on a loop, equal numbers for those that reach each other."""
        if not self._is_ranked:
            self._sort()
        return self._loops

    def leads(self, source: str, target: str) -> bool:
        """Whether wires lead from one node to another; each node leads to itself."""
        if source == target or self.loops:
            return target in reached([source], self._behind)
        return self._ranks[source] < self._ranks[target] and self._between(source, target) is None

    # News of changes

    def forget(self) -> None:
        """Much has changed: everything is sorted anew when it is next asked for."""
        self._is_sorted = self._is_ranked = False

    def added(self, id: str) -> None:
        """A node without wires has come."""
        self._is_sorted = False
        self._last += 1.0
        self._ranks[id] = self._last

    def removed(self, ids: Iterable[str] = ()) -> None:
        """Wires have gone, and these nodes. What is left is in order still, and may have fewer loops."""
        self._is_sorted = False
        self._is_ranked &= not self._loops
        for id in ids:
            self._ranks.pop(id, None)

    def renamed(self, old: str, new: str) -> None:
        """A node has another id."""
        self._is_sorted = False
        self._is_ranked &= not self._loops
        if old in self._ranks:
            self._ranks[new] = self._ranks.pop(old)

    def joined(self, source: str, target: str) -> None:
        """A wire has come; all others are in order."""
        self._is_sorted = False
        ranks = self._ranks
        if not self._is_ranked or source not in ranks or target not in ranks:
            return
        if self._loops or source == target:
            self.forget()
        elif ranks[source] >= ranks[target]:
            self._make_way(source, target)

    # Ranks

    def _make_way(self, source: str, target: str) -> None:
        """Move what the target leads to behind the source, or what leads to the source before the target."""
        found = self._between(target, source)
        if found is None:
            self.forget()  # the wire closes a loop
            return
        ids, behind = found
        ranks = self._ranks
        neighbors = self._behind if behind else self._before
        others = [ranks[id] for each in ids for id in neighbors(each) if id in ranks and id not in ids]
        if behind:
            low = ranks[source]
            high = min(others, default=low + len(ids) + 1.0)
        else:
            high = ranks[target]
            low = max(others, default=high - len(ids) - 1.0)
        step = (high - low) / (len(ids) + 1)
        if step <= _NARROW * max(1.0, abs(low), abs(high)):
            self.forget()
            return
        for place, id in enumerate(sorted(ids, key=ranks.__getitem__), 1):
            ranks[id] = low + place * step
        self._last = max(self._last, high)

    def _between(self, first: str, last: str) -> tuple[set[str], bool] | None:
        """Of two nodes in this order: either all that ``first`` leads to up to the rank of ``last`` (and True), or all
        that leads to ``last`` from the rank of ``first`` on (and False), whichever is found sooner.

        None if ``first`` leads to ``last``.
        """
        ranks = self._ranks
        low, high = ranks[first], ranks[last]
        ahead, back = {first}, {last}
        down, up = [first], [last]
        while down and up:
            for id in self._behind(down.pop()):
                if id in back:
                    return None
                if id not in ahead and ranks.get(id, inf) <= high:
                    ahead.add(id)
                    down.append(id)
            for id in self._before(up.pop()):
                if id in ahead:
                    return None
                if id not in back and ranks.get(id, -inf) >= low:
                    back.add(id)
                    up.append(id)
        return (back, False) if down else (ahead, True)

    def sorting(self) -> Iterator[None]:
        """Sort if that is needed, with rests between pieces of the work. The network must stay as it is until the end;
        then the sequence is at hand."""
        if not self._is_sorted:
            yield from self._sorting()

    def _sort(self) -> None:
        for _ in self._sorting():
            pass

    def _sorting(self) -> Iterator[None]:
        """Kahn 1962, and the loops in what is left."""
        waiting = dict.fromkeys(self._nodes(), 0)
        behind: dict[str, list[str]] = {}
        for place, id in enumerate(waiting):
            behind[id] = [other for other in self._behind(id) if other in waiting]
            for other in behind[id]:
                waiting[other] += 1
            if place % _PIECE == _PIECE - 1:
                yield
        order = [id for id, count in waiting.items() if count == 0]
        for place, id in enumerate(order):
            for other in behind[id]:
                waiting[other] -= 1
                if waiting[other] == 0:
                    order.append(other)
            if place % _PIECE == _PIECE - 1:
                yield
        left = [id for id, count in waiting.items() if count > 0]
        self._loops = _loops(left, self._behind) if left else {}
        self._sequence = order + left
        self._ranks = {id: float(place) for place, id in enumerate(self._sequence)}
        self._last = float(len(waiting))
        self._is_sorted = self._is_ranked = True


def reached(ids: Iterable[str], neighbors: Neighbors) -> set[str]:
    """The given nodes and all that can be reached from neighbor to neighbor."""
    seen: set[str] = set()
    waiting = list(ids)
    while waiting:
        id = waiting.pop()
        if id not in seen:
            seen.add(id)
            waiting.extend(neighbors(id))
    return seen


def _loops(ids: Sequence[str], behind: Neighbors) -> dict[str, int]:
    """The nodes that lie on a loop, numbered by what reaches each other; the other ``ids`` come behind one."""
    import networkx as nx

    chosen = set(ids)
    graph = nx.DiGraph((id, other) for id in ids for other in behind(id) if other in chosen)
    loops: dict[str, int] = {}
    for number, component in enumerate(nx.strongly_connected_components(graph)):
        first = next(iter(component))
        if len(component) > 1 or graph.has_edge(first, first):
            loops |= dict.fromkeys(component, number)
    return loops
