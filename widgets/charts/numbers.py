"""Rows of floats that grow at their end; many of them rest in a file, so that only what is looked at takes memory."""

from __future__ import annotations

import errno
import mmap
import tempfile
import weakref
from io import FileIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
IN_MEMORY = 1 << 18
"""Numbers from which on they rest in a file: 2 MB."""
MOST_FILES = 128
"""Files that are open at once; what comes then stays in memory."""


class Numbers:
    """Rows of ``width`` floats each, shape (n,) for one and else (n, width).

    The file has no name and is gone with the object. Where the disk refuses, all of it is in memory again.
    """

    def __init__(self, width: int = 1) -> None:
        self._shape = (-1,) if width == 1 else (-1, width)
        self._width = width
        self._room = np.empty(64 * width)
        self._used = 0
        self._file: FileIO | None = None
        self._map: mmap.mmap | None = None
        self._stays = False

    @property
    def size(self) -> int:
        """How many rows there are."""
        return self._used // self._width

    @property
    def values(self) -> Floats:
        """All rows; a view, not to be kept."""
        return self._room[: self._used].reshape(self._shape)

    def extend(self, rows: Floats) -> None:
        """Add rows at the end."""
        new = np.ascontiguousarray(rows, dtype=np.float64).ravel()
        if self._file is None and not self._stays and self._used + len(new) > IN_MEMORY:
            self._move_to_file()
        if self._file is None or not self._write(self._file, new):
            self._put(new)

    def cut(self, size: int) -> None:
        """Forget all rows from one on."""
        self._used = size * self._width

    def rest(self) -> None:
        """Let go of the memory of what was looked at; it is read again where it is needed."""
        if self._map is not None and hasattr(self._map, "madvise"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def _put(self, new: Floats) -> None:
        needed = self._used + len(new)
        if needed > len(self._room):
            room = np.empty(max(needed, 2 * len(self._room)))
            room[: self._used] = self._room[: self._used]
            self._room = room
        self._room[self._used : needed] = new
        self._used = needed

    def _move_to_file(self) -> None:
        try:
            file = _new_file()
        except OSError:
            self._stays = True
            return
        weakref.finalize(self, file.close)
        _IN_FILES.add(self)
        before, self._file = self._room[: self._used], file
        self._room, self._used = np.empty(0), 0
        if len(before) and not self._write(file, before):
            self._put(before)

    def _write(self, file: FileIO, new: Floats) -> bool:
        """Add numbers to the file; False where the disk refuses, which brings all of it back into memory."""
        needed = self._used + len(new)
        try:
            if needed > len(self._room):
                self._reach(file, max(needed, 2 * len(self._room)))
            file.seek(self._used * new.itemsize)
            left = memoryview(new.tobytes())
            while left:
                left = left[file.write(left) :]
        except OSError:
            self._room, self._map, self._file, self._stays = self._room[: self._used].copy(), None, None, True
            _IN_FILES.discard(self)
            return False
        self._used = needed
        return True

    def _reach(self, file: FileIO, count: int) -> None:
        """Map a file of so many numbers; what is not written yet is a hole that takes no room."""
        file.truncate(count * self._room.itemsize)
        self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._room = np.frombuffer(self._map, np.float64)


_IN_FILES: weakref.WeakSet[Numbers] = weakref.WeakSet()


def _new_file() -> FileIO:
    """An empty file without a name. Raises `OSError` where there is no room, or where enough of them are open."""
    if len(_IN_FILES) >= MOST_FILES:
        raise OSError(errno.EMFILE, "enough files are open")
    file: Any = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open as long as its numbers live
    assert isinstance(file, FileIO)
    return file
