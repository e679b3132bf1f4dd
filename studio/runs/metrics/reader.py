"""Reading the metrics of a run, growing or finished: the same code for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from studio.runs.errors import RunError, disk_error
from studio.runs.files.reading import open_plain
from studio.runs.metrics import layout as layout
from studio.runs.metrics.writer import version_message
from studio.runs.timeline import Timeline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PIECE = 1 << 24
"""Bytes that are read at once: several times the largest block."""
MOST_SERIES = 1_000
_LONGEST_REWIND = 10 * layout.UNIT


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points of one series in the order recorded: four arrays of equal length; times are Unix seconds."""

    steps: NDArray[np.int64]
    epochs: NDArray[np.float64]
    times: NDArray[np.float64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)

    @classmethod
    def joined(cls, parts: Sequence[Points]) -> Points:
        """All of some points, one after the other."""
        import numpy as np

        if len(parts) == 1:
            return parts[0]
        return cls(
            np.concatenate([part.steps for part in parts]),
            np.concatenate([part.epochs for part in parts]),
            np.concatenate([part.times for part in parts]),
            np.concatenate([part.values for part in parts]),
        )


class MetricReader:
    """Follows one `metrics.bin`: each `poll` gives the points that were added since the one before.

    `rewound` is set by a poll that begins anew, because a resumed run went back (or the file was begun anew): all
    points of before are to be forgotten, and those that count follow, from that poll on.
    `is_behind` says that a poll did not come to the end. `damaged` counts the bytes that could not be read.
    Steps are not negative, epochs lie between 0 and 10⁹, times are finite: what else is found counts as damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.rewound = False
        self.is_behind = False
        self._position = 0
        self._seen_size = 0
        self._searched = 0
        self._names: dict[int, str] = {}
        self._timeline = Timeline()

    def poll(self, most: int | None = None) -> dict[str, Points]:
        """The new points of each series that has any, from about `most` bytes (all, if not given); empty when nothing
        is new or the file isn't there yet.

        Raises `RunError` when the file is of another format or can't be read.
        """
        self.rewound = False
        try:
            size = self.path.stat().st_size
            if size == self._seen_size and not self.is_behind:
                return {}
            with open_plain(self.path) as file:
                points = self._read(file, size, size if most is None else most)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise disk_error("read", self.path, error) from error
        self._seen_size = size
        return points

    def _read(self, file: BufferedReader, size: int, most: int) -> dict[str, Points]:
        if size < self._position:
            self._timeline, self._searched = Timeline(), 0
            self._start_over()
        if self._position == 0 and not self._read_header(file.read(layout.UNIT)):
            return {}
        if self._find_rewinds(file, size) and self._position > layout.UNIT:
            self._start_over()
            self._position = layout.UNIT
        found = _Found(self._names)
        self.is_behind = self._read_blocks(file, size, self._position + most, found)
        self.damaged += found.damaged
        return found.points()

    def _start_over(self) -> None:
        self._position = self.damaged = 0
        self._names = {}
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

    def _read_blocks(self, file: BufferedReader, size: int, goal: int, found: _Found) -> bool:
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

    def _take(self, data: bytes, found: _Found) -> int:
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
            if block.kind == layout.POINTS:
                found.add(payload, self._timeline.until(self._position + position))
            elif block.kind == layout.DEFINITION and (pair := layout.definition(payload)):
                found.define(*pair)
            position = block.end
        found.gather()
        return position


class _Found:
    """Points as they are read: records are gathered and taken apart by series many at a time."""

    def __init__(self, names: dict[int, str]) -> None:
        self.damaged = 0
        self._names = names
        self._records: list[bytes] = []
        self._until: int | None = None
        self._parts: dict[str, list[Points]] = {}

    def define(self, number: int, name: str) -> None:
        """Name a series; beyond a thousand they are no measurements."""
        if number in self._names or len(self._names) < MOST_SERIES:
            if self._names.get(number, name) != name:
                self.gather()
            self._names[number] = name

    def add(self, records: bytes, until: int | None) -> None:
        """Take in records as far as they count: all (None), or those up to a step."""
        if len(records) % layout.UNIT:
            self.damaged += len(records)
        elif until is None or until >= 0:
            if until != self._until:
                self.gather()
                self._until = until
            self._records.append(records)

    def gather(self) -> None:
        """Take apart what was added."""
        import numpy as np

        table = np.frombuffer(b"".join(self._records), dtype=layout.record_dtype())
        self._records = []
        if not len(table):
            return
        sound = (table["step"] >= 0) & (table["step"] < layout.LAST_STEP) & np.isfinite(table["time"])
        sound &= (table["epoch"] >= 0) & (table["epoch"] <= layout.LAST_EPOCH)
        self.damaged += int((~sound).sum()) * layout.UNIT
        if self._until is not None:
            sound &= table["step"] <= self._until
        if not sound.all():
            table = table[sound]
        for number in np.unique(table["series"]).tolist():
            rows = table[table["series"] == number]
            new = Points(rows["step"].copy(), rows["epoch"].copy(), rows["time"].copy(), rows["value"].copy())
            name = self._names.get(number, f"series {number}")
            if name in self._parts or len(self._parts) < MOST_SERIES:
                self._parts.setdefault(name, []).append(new)

    def points(self) -> dict[str, Points]:
        """Everything by series."""
        return {name: Points.joined(parts) for name, parts in self._parts.items()}


def read_metrics(path: Path) -> dict[str, Points]:
    """Every point that counts of the finished or running run whose `metrics.bin` is at `path`."""
    return MetricReader(path).poll()
