"""Reading the metrics of a run, growing or finished: the same code for both."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.runs import metric_format as layout
from studio.runs.errors import RunError, disk_error
from studio.runs.metric_writer import version_message

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHUNK = 16 * 1024 * 1024  # several times the largest block


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points of one series in the order recorded: four arrays of equal length; times are Unix seconds."""

    steps: NDArray[np.int64]
    epochs: NDArray[np.float64]
    times: NDArray[np.float64]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)

    def until(self, step: int) -> Points:
        """The points at or before `step`."""
        keep = self.steps <= step
        return Points(self.steps[keep], self.epochs[keep], self.times[keep], self.values[keep])

    def joined(self, later: Points) -> Points:
        """These points and then the `later` ones."""
        import numpy as np

        return Points(
            np.concatenate((self.steps, later.steps)),
            np.concatenate((self.epochs, later.epochs)),
            np.concatenate((self.times, later.times)),
            np.concatenate((self.values, later.values)),
        )


class MetricReader:
    """Follows one `metrics.bin`: each `poll` gives the points that were added since the one before.

    `rewound_to` is set by each poll: None, or the step from which a resumed run went on. Points of earlier polls
    with a later step no longer count then (-1: none of them do, for the file was begun anew).
    `damaged` counts the bytes that could not be read and were passed over.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        self.rewound_to: int | None = None
        self._position = 0
        self._seen_size = 0
        self._names: dict[int, str] = {}

    def poll(self) -> dict[str, Points]:
        """The new points of each series that has any; empty when nothing is new or the file isn't there yet.

        Raises `RunError` when the file is of another format or can't be read.
        """
        self.rewound_to = None
        try:
            size = self.path.stat().st_size
            if size == self._seen_size:
                return {}
            if size < self._position:
                self._start_over()
            points = self._read(size)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise disk_error("read", self.path, error) from error
        self._seen_size = size
        return points

    def _start_over(self) -> None:
        self._position = 0
        self._names = {}
        self.damaged = 0
        self.rewound_to = -1

    def _read(self, size: int) -> dict[str, Points]:
        points: dict[str, Points] = {}
        with open(self.path, "rb") as file:
            if self._position == 0 and not self._read_header(file.read(layout.UNIT)):
                return {}
            while self._position < size:
                file.seek(self._position)
                data = file.read(min(_CHUNK, size - self._position))
                used = self._take(data, points)
                if used == 0 and len(data) < _CHUNK:
                    break
                if used == 0:  # a chunk without one sound block, and more behind it
                    used = _CHUNK // 2 // layout.UNIT * layout.UNIT
                    self.damaged += used
                self._position += used
        return points

    def _read_header(self, header: bytes) -> bool:
        if len(header) < layout.UNIT:
            return False
        version = layout.file_version(header)
        if version != layout.VERSION:
            raise RunError(version_message(self.path, version))
        self._position = layout.UNIT
        return True

    def _take(self, data: bytes, points: dict[str, Points]) -> int:
        """Read the blocks in `data` into `points`; gives how many bytes are done with."""
        position = 0
        records: list[bytes] = []
        while position < len(data):
            found = layout.block_at(data, position)
            if found is None:
                skipped = layout.next_block(data, position + layout.UNIT)
                if skipped is None:
                    break
                self.damaged += skipped - position
                position = skipped
                continue
            payload = data[found.start : found.start + found.size]
            if found.kind == layout.POINTS:
                records.append(payload)
            elif found.kind == layout.DEFINITION and (pair := layout.definition(payload)):
                self._names[pair[0]] = pair[1]
            elif found.kind == layout.REWIND and (step := layout.rewind_step(payload)) is not None:
                self._add(b"".join(records), points)
                records = []
                self._rewind(step, points)
            position = found.end
        self._add(b"".join(records), points)
        return position

    def _add(self, data: bytes, points: dict[str, Points]) -> None:
        import numpy as np

        if not data:
            return
        table: np.ndarray[Any, np.dtype[np.void]] = np.frombuffer(data, dtype=layout.record_dtype())
        for number in np.unique(table["series"]).tolist():
            rows = table[table["series"] == number]
            new = Points(rows["step"].copy(), rows["epoch"].copy(), rows["time"].copy(), rows["value"].copy())
            name = self._names.get(number, f"series {number}")
            points[name] = points[name].joined(new) if name in points else new

    def _rewind(self, step: int, points: dict[str, Points]) -> None:
        for name in list(points):
            points[name] = points[name].until(step)
            if not len(points[name]):
                del points[name]
        self.rewound_to = step if self.rewound_to is None else min(step, self.rewound_to)


class MetricHistory:
    """All points of a run that count, kept up to date: a reader that remembers and applies rewinds."""

    def __init__(self, path: Path) -> None:
        self.reader = MetricReader(path)
        self.series: dict[str, Points] = {}

    def update(self) -> bool:
        """Take in what is new; gives whether anything changed."""
        new = self.reader.poll()
        rewound_to = self.reader.rewound_to
        if rewound_to is not None:
            self.series = {name: points.until(rewound_to) for name, points in self.series.items()}
        for name, points in new.items():
            self.series[name] = self.series[name].joined(points) if name in self.series else points
        return bool(new) or rewound_to is not None


def read_metrics(path: Path) -> dict[str, Points]:
    """Every point of the finished or running run whose `metrics.bin` is at `path`."""
    history = MetricHistory(path)
    history.update()
    return history.series
