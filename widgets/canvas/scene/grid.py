"""Finding things by where they lie: numbered boxes in the cells of a grid, so that a question costs what lies near."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF

_CELL = 512.0
_MOST_CELLS = 64
"""A box that lies in more cells than these is looked at for every question."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Cells = tuple[range, range]


class Grid:
    """Boxes by number."""

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self._boxes: dict[int, Box] = {}
        self._cells: dict[tuple[int, int], set[int]] = {}
        self._large: set[int] = set()
        self._hull: QRectF | None = None
        for number, box in enumerate(boxes):
            self.put(number, box)

    def put(self, number: int, box: Box) -> None:
        """Add a box, or move the one of that number."""
        before = self._boxes.get(number)
        if before == box:
            return
        if before:
            for numbers in self._homes(before):
                numbers.discard(number)
        self._boxes[number] = box
        self._hull = None
        for numbers in self._homes(box):
            numbers.add(number)

    @property
    def hull(self) -> QRectF:
        """The least area that holds all boxes; none without boxes."""
        if self._hull is None:
            lefts, tops, rights, bottoms = zip(*self._boxes.values(), strict=True) if self._boxes else [(0.0,)] * 4
            left, top = min(lefts), min(tops)
            self._hull = QRectF(left, top, max(rights) - left, max(bottoms) - top)
        return self._hull

    def within(self, areas: Iterable[QRectF]) -> list[int]:
        """The numbers of the boxes that share an area with one of several, in order."""
        found: set[int] = set()
        for area in areas:
            if area.contains(self.hull):
                return sorted(self._boxes)
            left, top, right, bottom = area.left(), area.top(), area.right(), area.bottom()
            boxes = self._boxes
            found.update(
                number
                for number in self._near((left, top, right, bottom)) - found
                if (box := boxes[number])[0] < right and box[1] < bottom and box[2] > left and box[3] > top
            )
        return sorted(found)

    def _homes(self, box: Box) -> Iterable[set[int]]:
        """Where the number of a box is kept."""
        columns, rows = _cells(box)
        if len(columns) * len(rows) > _MOST_CELLS:
            return (self._large,)
        return [self._cells.setdefault((column, row), set()) for column in columns for row in rows]

    def _near(self, box: Box) -> set[int]:
        """The numbers in the cells that an area touches, however large it is."""
        columns, rows = _cells(box)
        if len(columns) * len(rows) < len(self._cells):
            homes = [self._cells.get((column, row), ()) for column in columns for row in rows]
        else:
            homes = [numbers for (column, row), numbers in self._cells.items() if column in columns and row in rows]
        return self._large.union(*homes)


def _cells(box: Box) -> Cells:
    left, top, right, bottom = box
    return range(int(left // _CELL), int(right // _CELL) + 1), range(int(top // _CELL), int(bottom // _CELL) + 1)
