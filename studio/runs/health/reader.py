"""Reading the health of layers, of a run that goes on or is over: the same code for both."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from studio.runs.files.reading import plain_json
from studio.runs.health.record import Health
from studio.runs.health.writer import PLACE
from studio.runs.metrics import layout as layout
from studio.runs.metrics.following import BlockReader

MOST_NUMBERS = 1 << 26
"""Numbers of one look that are kept: more, in a run from anybody, is no measurement."""
MOST_LAYERS = 100_000
_NUMBER_BYTES = 4


class _Columns(NamedTuple):
    layers: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def numbers(self) -> int:
        return len(self.layers) * len(self.measures)


_NONE = _Columns((), ())


class HealthReader(BlockReader["_Samples"]):
    """Follows one `health.bin`: each `poll` gives the samples that were added since the one before."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._columns = _NONE

    def poll(self, most: int | None = None) -> Health | None:
        """The new samples, from about `most` bytes (all, if not given); None when nothing is new.

        Raises `RunError` when the file is of another format or can't be read.
        """
        found = self._look(most)
        if found is None:
            return None
        self._columns = found.columns
        return found.health()

    def _begin_anew(self) -> None:
        self._columns = _NONE

    def _sink(self) -> _Samples:
        return _Samples(self._columns)


class _Samples:
    """Samples as they are read, those of the latest layers."""

    def __init__(self, columns: _Columns) -> None:
        self.damaged = 0
        self.columns = columns
        self._rows: list[bytes] = []
        self._numbers = 0

    def take(self, kind: int, payload: bytes, until: int | None) -> None:
        """Take in the payload of a block."""
        if kind == layout.LAYERS:
            self._define(payload)
        elif kind == layout.SAMPLE:
            self._add(payload, until)

    def gather(self) -> None:
        """Rows are made into a table at the end alone."""

    def _define(self, payload: bytes) -> None:
        columns = _columns(payload)
        if columns is None:
            self.damaged += len(payload)
        elif columns != self.columns:
            self.columns, self._rows, self._numbers = columns, [], 0

    def _add(self, payload: bytes, until: int | None) -> None:
        if len(payload) != PLACE.size + self.columns.numbers * _NUMBER_BYTES:
            self.damaged += len(payload)
            return
        step, epoch, at = PLACE.unpack_from(payload)
        # Comparisons with NaN are false.
        if not (0 <= step < layout.LAST_STEP and 0 <= epoch <= layout.LAST_EPOCH and abs(at) < float("inf")):
            self.damaged += len(payload)
        elif (until is None or step <= until) and self._numbers < MOST_NUMBERS:
            self._numbers += self.columns.numbers
            self._rows.append(payload)

    def health(self) -> Health | None:
        """All samples; None where there are none."""
        import numpy as np

        if not self._rows:
            return None
        row = np.dtype([("step", "<i8"), ("epoch", "<f8"), ("time", "<f8"), ("values", "<f4", (self.columns.numbers,))])
        table = np.frombuffer(b"".join(self._rows), dtype=row)
        shape = len(table), len(self.columns.layers), len(self.columns.measures)
        steps, epochs, times = (table[name].copy() for name in ("step", "epoch", "time"))
        return Health(*self.columns, steps, epochs, times, table["values"].reshape(shape).copy())


def _columns(payload: bytes) -> _Columns | None:
    """What the payload of a block of layers says; None if it holds something else."""
    try:
        content = plain_json(payload)
    except ValueError:
        return None
    found = [content.get(key) if isinstance(content, dict) else None for key in ("layers", "measures")]
    if not all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in found):
        return None
    layers, measures = (tuple(names or ()) for names in found)
    sound = 0 < len(layers) <= MOST_LAYERS and 0 < len(measures) <= MOST_LAYERS // 1000
    return _Columns(layers, measures) if sound else None


def read_health(path: Path) -> Health | None:
    """Every sample that counts of the run whose `health.bin` is at `path`; None where there are none."""
    return HealthReader(path).poll()
