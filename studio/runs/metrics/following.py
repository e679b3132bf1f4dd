"""Following a file of checked blocks while it grows: what the logs of measurements are read through."""

from __future__ import annotations

from abc import ABC, abstractmethod
from io import BufferedReader
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from studio.runs.errors import RunError, disk_error
from studio.runs.files.reading import open_plain
from studio.runs.metrics import layout as layout
from studio.runs.metrics.writer import version_message
from studio.runs.timeline import Timeline

PIECE = 1 << 24
"""Bytes that are read at once: several times the largest block."""
_LONGEST_REWIND = 10 * layout.UNIT


class Sink(Protocol):
    """What takes in the blocks of one look; `damaged` counts the bytes of blocks that hold something else."""

    damaged: int

    def take(self, kind: int, payload: bytes, until: int | None) -> None:
        """Take in a sound block: all of it (None), nothing (-1), or what is of steps up to ``until``."""

    def gather(self) -> None:
        """A piece is read: settle what was taken."""


S = TypeVar("S", bound=Sink)


class BlockReader(ABC, Generic[S]):
    """Follows one file as `studio.runs.metrics.layout` describes it.

    `rewound` is set by a look that begins anew, because a resumed run went back (or the file was begun anew): all that
    was found before is to be forgotten, and what counts follows, from that look on.
    `is_behind` says that a look did not come to the end. `damaged` counts the bytes that could not be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.rewound = False
        self.is_behind = False
        self._position = 0
        self._seen_size = 0
        self._searched = 0
        self._timeline = Timeline()

    @property
    def position(self) -> int:
        """Bytes up to which the file was read."""
        return self._position

    @abstractmethod
    def _sink(self) -> S:
        """What takes in the blocks of the look that begins."""

    def _begin_anew(self) -> None:
        """Forget what earlier blocks said."""

    def _look(self, most: int | None) -> S | None:
        """What is new in about `most` bytes (all, if not given); None when nothing is new or there is no file yet.

        Raises `RunError` when the file is of another format or can't be read.
        """
        self.rewound = False
        try:
            size = self.path.stat().st_size
            if size == self._seen_size and not self.is_behind:
                return None
            with open_plain(self.path) as file:
                found = self._read(file, size, size if most is None else most)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise disk_error("read", self.path, error) from error
        self._seen_size = size
        return found

    def _read(self, file: BufferedReader, size: int, most: int) -> S | None:
        if size < self._position:
            self._timeline, self._searched = Timeline(), 0
            self._start_over()
        if self._position == 0 and not self._read_header(file.read(layout.UNIT)):
            return None
        if self._find_rewinds(file, size) and self._position > layout.UNIT:
            self._start_over()
            self._position = layout.UNIT
        found = self._sink()
        self.is_behind = self._read_blocks(file, size, self._position + most, found)
        self.damaged += found.damaged
        return found

    def _start_over(self) -> None:
        self._position = self.damaged = 0
        self._begin_anew()
        self.rewound = True

    def _read_header(self, header: bytes) -> bool:
        if len(header) < layout.UNIT:
            return False
        version = layout.file_version(header)
        if version != layout.VERSION:
            raise RunError(version_message(self.path, version))
        self._position = layout.UNIT
        return True

    def _find_rewinds(self, file: BufferedReader, size: int) -> bool:
        """Note where the run went back, in all of the file that is new; gives whether it did."""
        found = False
        place = self._searched
        while place < size:
            file.seek(place)
            data = file.read(PIECE)
            for at, rewind in layout.rewinds(data):
                found |= self._timeline.go_back(place + at, rewind.end, rewind.step)
            if len(data) < PIECE:
                break
            place += PIECE // layout.UNIT * layout.UNIT - _LONGEST_REWIND
        # A rewind that is not wholly there yet is looked for again.
        self._searched = max(place, (size - _LONGEST_REWIND) // layout.UNIT * layout.UNIT, 0)
        return found

    def _read_blocks(self, file: BufferedReader, size: int, goal: int, found: S) -> bool:
        """Read up to ``goal`` or the end (``size``); gives whether there is more."""
        while self._position < min(goal, size):
            file.seek(self._position)
            data = file.read(min(PIECE, size - self._position))
            used = self._take(data, found)
            if used == 0 and len(data) < PIECE:
                return False
            if used == 0:  # a piece without one sound block, and more behind it
                used = PIECE // 2 // layout.UNIT * layout.UNIT
                self.damaged += used
            self._position += used
        return self._position < size

    def _take(self, data: bytes, found: S) -> int:
        """Read the blocks in `data`; gives how many bytes are done with."""
        position = 0
        while position < len(data):
            block = layout.block_at(data, position)
            if block is None:
                skipped = layout.next_block(data, position + layout.UNIT)
                if skipped is None:
                    break
                self.damaged += skipped - position
                position = skipped
                continue
            payload = data[block.start : block.start + block.size]
            found.take(block.kind, payload, self._timeline.until(self._position + position))
            position = block.end
        found.gather()
        return position
