"""Things by the cells of the plane in which they lie, so that asking for what is near costs what is near."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Generic, TypeVar

_MOST = 64
"""A thing that lies in more cells than these is near to everything."""
T = TypeVar("T", bound=Hashable)
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Cell = tuple[int, int]


class Cells(Generic[T]):
    """Things by cells of some size."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._cells: dict[Cell, set[T]] = {}
        self._homes: dict[T, list[Cell] | None] = {}
        self._large: set[T] = set()

    def put(self, thing: T, box: Box) -> None:
        """A thing that lies in a box, wherever it lay before."""
        cells = self._of(box)
        if thing in self._homes:
            if self._homes[thing] == cells:
                return
            self.drop(thing)
        self._homes[thing] = cells
        if cells is None:
            self._large.add(thing)
            return
        for cell in cells:
            self._cells.setdefault(cell, set()).add(thing)

    def drop(self, thing: T) -> None:
        """A thing that was put lies there no more."""
        cells = self._homes.pop(thing)
        if cells is None:
            self._large.discard(thing)
            return
        for cell in cells:
            self._cells[cell].discard(thing)

    def beside(self, thing: T) -> Collection[T]:
        """What may share a place with a thing that was put, itself included, and perhaps more."""
        return self._in(self._homes[thing])

    def near(self, box: Box) -> Collection[T]:
        """What may lie in a box, and perhaps more."""
        return self._in(self._of(box))

    def _in(self, cells: list[Cell] | None) -> Collection[T]:
        found = self._cells.values() if cells is None else [self._cells[cell] for cell in cells if cell in self._cells]
        if len(found) == 1 and not self._large:
            return next(iter(found))
        return self._large.union(*found)

    def _of(self, box: Box) -> list[Cell] | None:
        """The cells of a box; None if they are too many."""
        left, top, right, bottom = box
        width, height = self._width, self._height
        columns = range(int(left // width), int(right // width) + 1)
        rows = range(int(top // height), int(bottom // height) + 1)
        if len(columns) == 1 == len(rows):
            return [(columns[0], rows[0])]
        if len(columns) * len(rows) > _MOST:
            return None
        return [(column, row) for column in columns for row in rows]
