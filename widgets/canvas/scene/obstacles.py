"""Which cards stand in the way: cards by columns of the plane, so that a question costs what lies near."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping

from widgets.canvas.scene.grid import Box
from widgets.canvas.scene.measures import CARD_WIDTH, COLUMN_GAP, FULL_HEIGHT, STRIP_HEIGHT

_STRIDE = CARD_WIDTH + COLUMN_GAP
"""How wide the columns are: as those in which cards are arranged, so that most lie in one."""
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

    def within(self, left: float, right: float, top: float, bottom: float) -> list[Slot]:
        """Cards that a rectangle touches, some more than once."""
        found: list[Slot] = []
        least, most = (top - _TALLEST,), (bottom,)
        for column in self._between(left, right):
            if slots := self._columns.get(column):
                near = slots[bisect_left(slots, least) : bisect_left(slots, most)]
                found += [slot for slot in near if slot[1] > top and slot[2] < right and slot[3] > left]
        return found

    def _between(self, left: float, right: float) -> Iterable[int]:
        """The columns of a rectangle."""
        first, last = int(left // _STRIDE), int(right // _STRIDE)
        if last - first > len(self._columns):
            return [column for column in self._columns if first <= column <= last]
        return range(first, last + 1)


def _slot(id: str, box: Box) -> Slot:
    left, top, right, bottom = box
    return top, bottom, left, right, id


def _columns(box: Box) -> range:
    return range(int(box[0] // _STRIDE), int(box[2] // _STRIDE) + 1)
