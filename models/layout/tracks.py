"""Tracks: parallel stretches of wires, kept apart where they would lie on each other.

Every stretch says where it would like to lie and how much room it has. Stretches of one source that meet share a track.
Those of several sources that might meet are put in the order in which they cross least, as far apart as there is room,
and as near as can be to where they would like to lie. What does not meet a stretch, directly or through others, has no
part in where it lies, so that a change stays where it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from models.layout.cells import Box, Cells

PITCHES = (12.0, 10.0, 8.0, 6.5, 5.0, 4.0, 3.0, 2.0)
"""How far apart tracks may lie: as far as there is room."""
CLEAR = 6.0
"""Stretches in one track stay this far apart."""
SAME = 3.0
"""Wires that turn nearer to each other than this turn at one place."""
_TOGETHER = 24.0
"""How far apart stretches of one source would lie that share a track."""
_LONG, _WIDE = 512.0, 64.0
_CROSSING, _FORBIDDEN = 10.0, 1000.0
K = TypeVar("K", bound=Hashable)


class Turn(NamedTuple):
    """A place along a stretch at which its wire turns off: to lower (-1) or to higher (1) tracks."""

    at: float
    way: int


class Want(NamedTuple):
    """A stretch from ``start`` to ``end`` that would lie at ``base``, or else between ``low`` and ``high``.

    ``away`` is the side to which it would rather give way: 1 for higher tracks, -1 for lower ones.
    """

    source: Hashable
    start: float
    end: float
    base: float
    low: float
    high: float
    away: int
    turns: tuple[Turn, ...]


class Tracks(Generic[K]):
    """The tracks of stretches by key. Call `settle` after changes."""

    def __init__(self, widest: float = PITCHES[0]) -> None:
        """No two tracks need to lie farther apart than ``widest``."""
        self._pitches = [pitch for pitch in PITCHES if pitch <= widest]
        self._wants: dict[K, Want] = {}
        self._at: dict[K, float] = {}
        self._cells: Cells[K] = Cells(_LONG, _WIDE)
        self._waiting: set[K] = set()

    def __getitem__(self, key: K) -> float:
        """The track of a stretch."""
        return self._at[key]

    def put(self, key: K, want: Want) -> None:
        """A stretch that is wanted, perhaps another than before."""
        before = self._wants.get(key)
        if before == want:
            return
        if before is not None:
            self._waiting.update(self._near(key))
        self._wants[key] = want
        self._waiting.add(key)
        self._cells.put(key, _box(want))

    def drop(self, key: K) -> None:
        """A stretch that is not wanted any more; one that is not there is fine."""
        if key not in self._wants:
            return
        self._waiting.update(self._near(key))
        self._waiting.discard(key)
        del self._wants[key]
        self._at.pop(key, None)
        self._cells.drop(key)

    def settle(self) -> set[K]:
        """Find tracks for all that this concerns; returns the stretches whose track is another than before."""
        changed: set[K] = set()
        while self._waiting:
            # Not the first of the set: to find it, a set walks past all that were taken out of it.
            group = self._group(self._waiting.pop())
            self._waiting -= group.keys()
            for key, at in tracks(group, self._pitches).items():
                if self._at.get(key) != at:
                    self._at[key] = at
                    changed.add(key)
        return changed

    def _group(self, first: K) -> dict[K, Want]:
        """A stretch with all that it may meet, directly or through others."""
        found, queue = {first: self._wants[first]}, [first]
        while queue:
            for key in self._near(queue.pop()):
                if key not in found:
                    found[key] = self._wants[key]
                    queue.append(key)
        return found

    def _near(self, key: K) -> Iterator[K]:
        """What a stretch may meet."""
        want, wants = self._wants[key], self._wants
        for other in self._cells.beside(key):
            if other != key and _may_meet(want, wants[other]):
                yield other


def tracks(group: dict[K, Want], pitches: Sequence[float] = PITCHES) -> dict[K, float]:
    """The track of each stretch of a group, with the first of some pitches that there is room for."""
    if len(group) == 1:
        return {key: min(max(want.base, want.low), want.high) for key, want in group.items()}
    bundles = _bundles(group)
    wants = [bundle for bundle, _ in bundles]
    beside = _overlapping(wants)
    order = _ordered(wants, beside)
    placed = _placed(wants, order, beside, pitches)
    return {key: at for place, at in zip(order, placed, strict=True) for key in bundles[place][1]}


def _box(want: Want) -> Box:
    """The room of a stretch, as if it were steep."""
    return want.start, want.low, want.end, max(want.low, want.high)


def _may_meet(one: Want, other: Want) -> bool:
    return (
        one.start - CLEAR < other.end
        and other.start - CLEAR < one.end
        and one.low <= other.high
        and other.low <= one.high
    )


def _bundles(group: dict[K, Want]) -> list[tuple[Want, list[K]]]:
    """What lies in one track: stretches of one source that meet and would lie near each other. Short ones first."""
    found: list[tuple[Want, list[K]]] = []
    by_source: dict[Hashable, list[int]] = {}
    for key in sorted(group, key=lambda key: (group[key][1:], key)):
        want = group[key]
        own = by_source.setdefault(want.source, [])
        for place in own:
            bundle, keys = found[place]
            if _may_meet(bundle, want) and abs(bundle.base - want.base) <= _TOGETHER:
                found[place] = _joined(bundle, want), [*keys, key]
                break
        else:
            own.append(len(found))
            found.append((want, [key]))
    return sorted(found, key=lambda found: (found[0].end - found[0].start, found[0][1:], repr(found[0].source)))


def _joined(one: Want, other: Want) -> Want:
    longer = max(one, other, key=lambda want: want.end - want.start)
    start, end = min(one.start, other.start), max(one.end, other.end)
    turns = tuple(dict.fromkeys(one.turns + other.turns))
    return longer._replace(
        start=start, end=end, low=max(one.low, other.low), high=min(one.high, other.high), turns=turns
    )


def _overlapping(wants: Sequence[Want]) -> list[set[int]]:
    """For each stretch the places of those that run beside it, in whatever track: most of many do not."""
    found: list[set[int]] = [set() for _ in wants]
    running: list[int] = []
    for place in sorted(range(len(wants)), key=lambda place: wants[place].start):
        start = wants[place].start - CLEAR
        running = [other for other in running if start < wants[other].end]
        found[place].update(running)
        for other in running:
            found[other].add(place)
        running.append(place)
    return found


def _ordered(wants: Sequence[Want], beside: Sequence[Collection[int]]) -> list[int]:
    """The places of stretches from low to high, so that they cross little."""
    order: list[int] = []
    for place, want in enumerate(wants):
        # What it costs to lie below all others, and by how much that changes above each.
        cost, costs = 0.0, [0.0]
        for other in order:
            if other in beside[place]:
                cost += _cost(wants[other], want) - _cost(want, wants[other])
            costs.append(cost)
        best = min(costs)
        chosen = [at for at, cost in enumerate(costs) if cost <= best]
        order.insert(chosen[-1 if want.away > 0 else 0], place)
    return _swapped(order, wants, beside)


def _swapped(order: list[int], wants: Sequence[Want], beside: Sequence[Collection[int]]) -> list[int]:
    """The order with neighbors swapped for as long as that saves something."""
    for _ in order:
        before = list(order)
        for at in range(len(order) - 1):
            low, high = order[at], order[at + 1]
            if high in beside[low] and _cost(wants[high], wants[low]) < _cost(wants[low], wants[high]):
                order[at], order[at + 1] = high, low
        if order == before:
            break
    return order


def _cost(low: Want, high: Want) -> float:
    """What is lost where one stretch lies in a lower track than another that runs beside it."""
    if low.low + PITCHES[-1] > high.high:
        return _FORBIDDEN
    up = [turn.at for turn in low.turns if turn.way > 0]
    down = [turn.at for turn in high.turns if turn.way < 0]
    cost = min(max(low.base - high.base, 0.0) / PITCHES[0], _CROSSING - 1)
    for at in up:
        if high.start < at < high.end:
            cost += _CROSSING
    for at in down:
        if low.start < at < low.end:
            cost += _CROSSING
    if up and down and any(abs(at - other) < SAME for at in up for other in down):
        cost += _FORBIDDEN
    return cost


def _placed(
    wants: Sequence[Want], order: Sequence[int], beside: Sequence[Collection[int]], pitches: Iterable[float]
) -> list[float]:
    """Tracks in an order: as far apart as there is room, then as near to where each would lie as can be."""
    levels = {place: level for level, place in enumerate(order)}
    below = [sorted(levels[other] for other in beside[place] if levels[other] < levels[place]) for place in order]
    wants = [wants[place] for place in order]
    bases = [want.base for want in wants]
    halves, rooms = [_half(want) for want in wants], [(want.low, want.high) for want in wants]
    for pitch in pitches:
        for given in (halves, rooms):
            least = _pushed([low for low, _ in given], below, pitch)
            most = _pulled([high for _, high in given], below, pitch)
            if all(low <= high + 1e-6 for low, high in zip(least, most, strict=True)):
                wanted = [min(max(base, low), high) for base, low, high in zip(bases, least, most, strict=True)]
                pushed, pulled = _pushed(wanted, below, pitch), _pulled(wanted, below, pitch)
                return [(one + other) / 2 for one, other in zip(pushed, pulled, strict=True)]
    return _crammed(wants, below)


def _pushed(least: Sequence[float], below: Sequence[Iterable[int]], pitch: float) -> list[float]:
    """Tracks no lower than some and a pitch above those below them."""
    found: list[float] = []
    for place, low in enumerate(least):
        found.append(max([low, *(found[other] + pitch for other in below[place])]))
    return found


def _pulled(most: Sequence[float], below: Sequence[Iterable[int]], pitch: float) -> list[float]:
    """Tracks no higher than some and a pitch below those above them."""
    found = list(most)
    for place in reversed(range(len(found))):
        for other in below[place]:
            found[other] = min(found[other], found[place] - pitch)
    return found


def _half(want: Want) -> tuple[float, float]:
    """The room of a stretch on the side to which it would rather give way."""
    base = min(max(want.base, want.low), want.high)
    return (base, want.high) if want.away > 0 else (want.low, base)


def _crammed(wants: Sequence[Want], below: Sequence[Sequence[int]]) -> list[float]:
    """Tracks where there is no room for all: evenly from low to high, by how many lie below each."""
    depth: list[int] = []
    for others in below:
        depth.append(max((depth[other] + 1 for other in others), default=0))
    most = max(depth) + 1
    return [
        want.low + (max(want.high, want.low) - want.low) * (level + 0.5) / most
        for want, level in zip(wants, depth, strict=True)
    ]
