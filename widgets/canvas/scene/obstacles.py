"""Which cards stand in the way: cards by columns of the plane, so that a question costs what lies near."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter

from widgets.canvas.scene.measures import FULL_HEIGHT, STRIP_HEIGHT

_STRIDE = 148.0
_TALLEST = FULL_HEIGHT + STRIP_HEIGHT
Slot = tuple[float, float, float, float, str]


class Obstacles:
    """The boxes of cards (left, top, right, bottom), looked up by a vertical or horizontal stretch."""

    def __init__(self, boxes: Mapping[str, tuple[float, float, float, float]]) -> None:
        columns: dict[int, list[Slot]] = {}
        for id, (left, top, right, bottom) in boxes.items():
            slot = (top, bottom, left, right, id)
            for column in range(int(left // _STRIDE), int(right // _STRIDE) + 1):
                columns.setdefault(column, []).append(slot)
        for slots in columns.values():
            slots.sort()
        self._columns = columns

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
