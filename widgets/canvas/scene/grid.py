"""Finding things by where they lie: boxes in the cells of a grid, so that a question costs what lies near."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from math import isfinite
from operator import itemgetter
from typing import Generic, TypeVar

from PySide6.QtCore import QRectF

_CELL = 512.0
_MOST_CELLS = 64
"""A box that lies in more cells than these is looked at for every question."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Cells = tuple[range, range]
K = TypeVar("K", bound=Hashable)


class Grid(Generic[K]):
    """Boxes by the keys of what lies in them."""

    def __init__(self, boxes: Iterable[tuple[K, Box]] = ()) -> None:
        self._boxes: dict[K, Box] = {}
        self._cells: dict[tuple[int, int], set[K]] = {}
        self._large: set[K] = set()
        self._hull: QRectF | None = None
        for key, box in boxes:
            self.put(key, box)

    def put(self, key: K, box: Box) -> None:
        """Add a box, or move the one of that key."""
        before = self._boxes.get(key)
        if before == box:
            return
        if before is not None and _corners(before) == _corners(box):
            self._replace(key, before, box)
            return
        if before is not None:
            self.drop(key)
        self._boxes[key] = box
        if self._hull is not None and not _holds(self._hull, box):
            self._hull = None
        homes = _homes(box)
        for cell in homes:
            self._cells.setdefault(cell, set()).add(key)
        if not homes:
            self._large.add(key)

    def _replace(self, key: K, before: Box, box: Box) -> None:
        """Move a box within its cells."""
        self._boxes[key] = box
        if self._hull is not None and (_shapes(self._hull, before) or not _holds(self._hull, box)):
            self._hull = None

    def drop(self, key: K) -> None:
        """Take a box away; one that is not there is fine."""
        box = self._boxes.pop(key, None)
        if box is None:
            return
        if self._hull is not None and _shapes(self._hull, box):
            self._hull = None
        for cell in _homes(box):
            keys = self._cells[cell]
            keys.discard(key)
            if not keys:
                del self._cells[cell]
        self._large.discard(key)

    def box(self, key: K) -> Box | None:
        """The box of a key; None if there is none."""
        return self._boxes.get(key)

    @property
    def hull(self) -> QRectF:
        """The least area that holds all boxes; none without boxes."""
        if self._hull is None:
            self._hull = hull([self._boxes[key] for key in self._outermost()])
        return self._hull

    def _outermost(self) -> set[K]:
        """Keys among which those are whose boxes lie farthest out."""
        if not self._cells:
            return self._large
        columns, rows = zip(*self._cells, strict=True)
        ends = {min(columns), max(columns)}, {min(rows), max(rows)}
        return self._large.union(
            *(keys for cell, keys in self._cells.items() if cell[0] in ends[0] or cell[1] in ends[1])
        )

    def within(self, areas: Iterable[QRectF]) -> Collection[K]:
        """The keys of the boxes that share an area with one of several, in no order."""
        found: set[K] = set()
        boxes = self._boxes
        for area in areas:
            left, top, right, bottom = area.left(), area.top(), area.right(), area.bottom()
            columns, rows = _cells((left, top, right, bottom))
            few = len(columns) * len(rows) < len(self._cells)
            if not few and area.contains(self.hull):
                return boxes.keys()
            found.update(
                key
                for key in self._near(columns, rows, few) - found
                if (box := boxes[key])[0] < right and box[1] < bottom and box[2] > left and box[3] > top
            )
        return found

    def _near(self, columns: range, rows: range, few: bool) -> set[K]:
        """The keys in some cells: looked up one by one where these are ``few``, else among all that there are."""
        if few:
            homes = [self._cells.get((column, row), ()) for column in columns for row in rows]
        else:
            homes = [keys for (column, row), keys in self._cells.items() if column in columns and row in rows]
        return self._large.union(*homes)


def keep(grid: Grid[K], key: K, box: Box | None) -> None:
    """Keep a box in a grid, None for none."""
    if box is None:
        grid.drop(key)
    else:
        grid.put(key, box)


def box_of(area: QRectF) -> Box:
    """The box of an area."""
    return area.left(), area.top(), area.right(), area.bottom()


def area_of(box: Box) -> QRectF:
    """The area of a box."""
    left, top, right, bottom = box
    return QRectF(left, top, right - left, bottom - top)


def stacked(boxes: Iterable[Box], gap: float) -> list[Box]:
    """Boxes as few, one where some of a width lie below each other no more than a gap apart."""
    found: list[Box] = []
    last: Box | None = None
    for box in sorted(boxes, key=itemgetter(0, 2, 1)):
        if last and box[0] == last[0] and box[2] == last[2] and box[1] <= last[3] + gap:
            found[-1] = last = (last[0], last[1], last[2], max(last[3], box[3]))
        else:
            found.append(box)
            last = box
    return found


def hull(boxes: Collection[Box]) -> QRectF:
    """The least area that holds some boxes; none without boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True) if boxes else [(0.0,)] * 4
    left, top = min(lefts), min(tops)
    return QRectF(left, top, max(rights) - left, max(bottoms) - top)


def _homes(box: Box) -> list[tuple[int, int]]:
    """The cells in which the key of a box is kept; none for one that lies in too many."""
    if not isfinite(box[3] - box[1]):
        return []
    columns, rows = _cells(box)
    if len(columns) * len(rows) > _MOST_CELLS:
        return []
    return [(column, row) for column in columns for row in rows]


def _corners(box: Box) -> Box:
    """The cells of two opposite corners."""
    return box[0] // _CELL, box[1] // _CELL, box[2] // _CELL, box[3] // _CELL


def _cells(box: Box) -> Cells:
    left, top, right, bottom = box
    return range(int(left // _CELL), int(right // _CELL) + 1), range(int(top // _CELL), int(bottom // _CELL) + 1)


def _holds(hull: QRectF, box: Box) -> bool:
    """Whether a hull stays as it is when a box comes."""
    left, top, right, bottom = box
    return hull.left() <= left and hull.top() <= top and hull.right() >= right and hull.bottom() >= bottom


def _shapes(hull: QRectF, box: Box) -> bool:
    """Whether a hull may shrink when a box goes."""
    left, top, right, bottom = box
    return left <= hull.left() or top <= hull.top() or right >= hull.right() or bottom >= hull.bottom()
