"""Rows of a file of arrays that stay there: they are read when somebody asks for them.

Read as a file, not as a map of memory: of a file that was cut meanwhile a map kills the process.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from copy import copy
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from models.basics.text import times
from studio.data.errors import DataError
from studio.data.formats.arrays import hdf5
from studio.data.formats.arrays.door import in_rows
from studio.data.formats.npy import Place
from studio.data.formats.streamed import Streamed
from studio.data.portable import spread_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROWS = '''
class Rows:
    """Examples of a file, read when rows of them are wanted."""

    def __init__(self, stored, rows=None):
        self.stored = stored
        self.rows = np.arange(len(stored)) if rows is None else rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, rows):
        return Rows(self.stored, self.rows[rows])

    def sample(self):
        """Some of the examples, spread evenly."""
        return self[spread_rows(len(self))].read()

    def read(self):
        """All of them, as the network takes them."""
        values = {picked}
        return {arranged}
'''
"""What scripts read such rows with; ``picked`` gives those wanted, ``arranged`` is an expression over ``values``."""

Arrange = Callable[["NDArray[Any]"], "NDArray[Any]"]


class StoredRows(Streamed):
    """Rows of the array at a place, each as `arrange` makes it of what is stored.

    Raises `DataError` where the file can't be read in rows, or not any more.
    """

    def __init__(self, place: Place, arrange: Arrange) -> None:
        self.place, self.arrange = place, arrange
        stored = in_rows(place)
        if stored is None:
            raise DataError(f"{place}: its rows cannot be read by themselves. Set loading to auto.", loading="auto")
        self._stored = stored
        shape, dtype, _ = self._stored
        empty = arrange(np.empty((0, *shape[1:]), dtype))
        self.shape, self.dtype = empty.shape, empty.dtype
        self._choose(np.arange(shape[0]))

    def _choose(self, rows: NDArray[np.int64]) -> None:
        self.rows, self.kept = rows, rows.nbytes
        self.shape = (len(rows), *self.shape[1:])

    def __getitem__(self, rows: Any) -> Any:
        """One example for an integer, else an array of those examples, of which none is read yet."""
        if isinstance(rows, int | np.integer):
            return self._part(self.rows[np.array([rows])]).read()[0]
        return self._part(self.rows[rows])

    def _part(self, rows: NDArray[np.int64]) -> StoredRows:
        part = copy(self)
        part._choose(rows)
        return part

    def joined(self, others: Sequence[StoredRows]) -> StoredRows:
        return self._part(np.concatenate([part.rows for part in (self, *others)]))

    def told(self) -> str:
        return f"{len(self):,} examples of {times(self.shape[1:])} are read from {self.place} as they come."

    def read(self, into: NDArray[Any] | None = None) -> NDArray[Any]:
        """All of them, in order; rows that follow one another in the file are read in one go."""
        shape, dtype, _ = self._stored
        found = np.empty((len(self.rows), *shape[1:]), dtype)
        if found.size:
            self._read_stored(found)
        arranged = self.arrange(found)
        if into is None:
            return arranged
        into[...] = arranged
        return into

    def _read_stored(self, values: NDArray[Any]) -> None:
        """Fill in the rows as they are stored."""
        order = np.argsort(self.rows, kind="stable")
        wanted = self.rows[order]
        start = self._stored.start
        if start is None:
            in_order = np.empty_like(values)
            hdf5.fill_rows(self.place, wanted, in_order)
            values[order] = in_order
            return
        content = values.reshape(len(values), -1).view(np.uint8)
        begins = np.flatnonzero(np.diff(wanted, prepend=-2) != 1).tolist()
        try:
            with open(self.place.path, "rb", buffering=0) as file:
                for first, last in pairwise((*begins, len(wanted))):
                    piece = np.empty((last - first, content.shape[1]), np.uint8)
                    file.seek(start + int(wanted[first]) * content.shape[1])
                    _fill(file, piece.data.cast("B"))
                    content[order[first:last]] = piece
        except (OSError, EOFError) as error:
            raise DataError(f"{self.place} can no longer be read: it was changed or moved. Put it back.") from error

    def sample(self) -> NDArray[Any]:
        """Some of the examples, spread evenly."""
        found: NDArray[Any] = self[spread_rows(len(self))].read()
        return found

    def min(self) -> float:
        return float(self.sample().min())

    def max(self) -> float:
        return float(self.sample().max())

    def checksum(self, value: int) -> int:
        """A checksum of the file's size, of which rows these are, and of some of them, spread evenly."""
        value = zlib.crc32(f"{os.stat(self.place.path).st_size};".encode(), value)
        value = zlib.crc32(np.ascontiguousarray(self.rows).data.cast("B"), value)
        return zlib.crc32(np.ascontiguousarray(self.sample()).data.cast("B"), value)


def _fill(file: Any, room: memoryview) -> None:
    """Read as many bytes as there is room for; raises `EOFError` where there are fewer."""
    while room:
        count = file.readinto(room)
        if not count:
            raise EOFError
        room = room[count:]
