"""Which cards stand in the way: cards by columns of the plane, so that a question costs what lies near."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

from widgets.canvas.scene.grid import Box
from widgets.canvas.scene.measures import FULL_HEIGHT, STRIP_HEIGHT

_STRIDE = 148.0
_TALLEST = FULL_HEIGHT + STRIP_HEIGHT
Slot = tuple[float, float, float, float, str]
"""Top, bottom, left, right, id."""


class Obstacles:
    """The boxes of cards, looked up by a vertical or horizontal stretch."""

    def __init__(self) -> None:
        self._columns: dict[int, list[Slot]] = {}

    def fill(self, boxes: Mapping[str, Box]) -> None:
        """Hold these and no others."""
        columns: dict[int, list[Slot]] = {}
        for id, box in boxes.items():
            for column in _columns(box):
                columns.setdefault(column, []).append(_slot(id, box))
        for slots in columns.values():
            slots.sort()
        self._columns = columns

    def put(self, id: str, box: Box) -> None:
        """Add a box."""
        for column in _columns(box):
            insort(self._columns.setdefault(column, []), _slot(id, box))

    def drop(self, id: str, box: Box) -> None:
        """Take a box away that was put or filled in."""
        slot = _slot(id, box)
        for column in _columns(box):
            slots = self._columns[column]
            del slots[bisect_left(slots, slot)]
            if not slots:
                del self._columns[column]

    def within(self, left: float, right: float, top: float, bottom: float) -> Iterator[Slot]:
        """Cards that a rectangle touches, some more than once."""
        columns: Iterable[int] = range(int(left // _STRIDE), int(right // _STRIDE) + 1)
        if right - left > _STRIDE * len(self._columns):
            columns = [column for column in self._columns if column in columns]
        for column in columns:
            slots = self._columns.get(column, ())
            for slot in slots[bisect_left(slots, top - _TALLEST, key=itemgetter(0)) :]:
                if slot[0] >= bottom:
                    break
                if slot[1] > top and slot[2] < right and slot[3] > left:
                    yield slot

    def blocks(self, left: float, right: float, top: float, bottom: float, ends: tuple[str, str]) -> bool:
        """Whether a card other than the two ends touches the rectangle."""
        return any(slot[4] not in ends for slot in self.within(left, right, top, bottom))


def _slot(id: str, box: Box) -> Slot:
    left, top, right, bottom = box
    return top, bottom, left, right, id


def _columns(box: Box) -> range:
    return range(int(box[0] // _STRIDE), int(box[2] // _STRIDE) + 1)
