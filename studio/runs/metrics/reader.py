"""Reading the metrics of a run, growing or finished: the same code for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.runs.metrics import layout as layout
from studio.runs.metrics.following import BlockReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_SERIES = 1_000


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


class MetricReader(BlockReader["_Found"]):
    """Follows one `metrics.bin`: each `poll` gives the points that were added since the one before.

    Steps are not negative, epochs lie between 0 and 10⁹, times are finite: what else is found counts as damaged.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._names: dict[int, str] = {}

    def poll(self, most: int | None = None) -> dict[str, Points]:
        """The new points of each series that has any, from about `most` bytes (all, if not given); empty when nothing
        is new or the file isn't there yet.

        Raises `RunError` when the file is of another format or can't be read.
        """
        found = self._look(most)
        return found.points() if found else {}

    def _begin_anew(self) -> None:
        self._names = {}

    def _sink(self) -> _Found:
        return _Found(self._names)


class _Found:
    """Points as they are read: records are gathered and taken apart by series many at a time."""

    def __init__(self, names: dict[int, str]) -> None:
        self.damaged = 0
        self._names = names
        self._records: list[bytes] = []
        self._until: int | None = None
        self._parts: dict[str, list[Points]] = {}

    def take(self, kind: int, payload: bytes, until: int | None) -> None:
        """Take in the payload of a block."""
        if kind == layout.POINTS:
            self.add(payload, until)
        elif kind == layout.DEFINITION and (pair := layout.definition(payload)):
            self.define(*pair)

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
