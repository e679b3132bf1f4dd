"""Writing the metrics of a run as they happen: buffered, in checked blocks, never a torn value read as data."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from studio.runs.errors import RunError
from studio.runs.files.append_file import AppendFile
from studio.runs.metrics import layout as layout

FLUSH_AFTER = 0.5
"""Seconds after which `record` flushes by itself, so that a killed process loses less than one second."""

MAX_BLOCK_RECORDS = 65_536
_MAX_BLOCK_BYTES = MAX_BLOCK_RECORDS * layout.UNIT


class BlockWriter(ABC):
    """The only writer of one file of blocks; an existing file is continued and a torn end is cut off.

    Full disk: `flush` and `close` raise `RunError`, the file stays readable and what is buffered stays buffered, so a
    later `flush` writes it once there is room.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = AppendFile(path, self._continue, layout.file_header())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @abstractmethod
    def flush(self) -> None:
        """Hand everything buffered to the operating system, in one write; it then survives the process."""

    def rewind(self, step: int, end: int | None = None) -> None:
        """Say that the run goes on from a checkpoint of `step`: what lies behind `end`, the length that the file had
        when it was made (what is of steps beyond, where that is not known), no longer counts."""
        self.flush()
        content: dict[str, int] = {"step": step} if end is None else {"step": step, "end": end}
        self._file.append(layout.block(layout.REWIND, json.dumps(content).encode()))

    @property
    def end(self) -> int:
        """The length of the file after the last flush (bytes)."""
        return self._file.end

    def sync(self) -> None:
        """Flush, and force the file to the disk."""
        self.flush()
        self.force()

    def force(self) -> None:
        """Force to the disk what was flushed; any thread may."""
        self._file.sync()

    def close(self) -> None:
        """Flush, force the file to the disk and let go of it; a second call does nothing."""
        try:
            self.flush()
        finally:
            self._file.close()

    def _continue(self, data: bytes) -> int:
        """Take up what is there, and give the length of what is sound."""
        if len(data) < layout.UNIT:
            return 0
        version = layout.file_version(data)
        if version != layout.VERSION:
            raise RunError(version_message(self.path, version))
        return layout.end_of_sound_data(data)


class MetricWriter(BlockWriter):
    """The only writer of one `metrics.bin`: points of series, each defined where it first comes."""

    def __init__(self, path: Path) -> None:
        self._buffer = bytearray()
        self._series: dict[str, int] = {}
        self._undefined: list[str] = []
        self._pack = layout.RECORD.pack
        self._last_flush = time.monotonic()
        super().__init__(path)
        # A definition takes two units, so this exceeds every number used before, even by a definition that is damaged.
        self._next_number = self._file.end // layout.UNIT

    def record(self, series: str, step: int, epoch: float, value: float, *, at: float | None = None) -> None:
        """Add one point of `series` (a name such as "train/loss"), measured now or `at` another time (Unix seconds)."""
        number = self._series.get(series)
        if number is None:
            number = self._define(series)
        self._buffer += self._pack(step, epoch, time.time() if at is None else at, value, number, 0)
        if time.monotonic() - self._last_flush > FLUSH_AFTER:
            self.flush()

    def flush(self) -> None:
        """Hand everything buffered to the operating system, in one write; it then survives the process."""
        self._last_flush = time.monotonic()
        definitions, records = list(self._undefined), bytes(self._buffer)
        if not definitions and not records:
            return
        blocks = [self._definition(name) for name in definitions]
        for start in range(0, len(records), _MAX_BLOCK_BYTES):
            blocks.append(layout.block(layout.POINTS, records[start : start + _MAX_BLOCK_BYTES]))
        self._file.append(b"".join(blocks))
        del self._undefined[: len(definitions)]
        del self._buffer[: len(records)]

    def _define(self, series: str) -> int:
        number = self._next_number
        self._next_number += 1
        self._series[series] = number
        self._undefined.append(series)
        return number

    def _definition(self, series: str) -> bytes:
        content = json.dumps({"id": self._series[series], "name": series}).encode()
        return layout.block(layout.DEFINITION, content)

    def _continue(self, data: bytes) -> int:
        """Take up the series of before."""
        end = super()._continue(data)
        self._series = {name: number for number, name in _definitions(data[:end]).items()}
        return end


def _definitions(data: bytes) -> dict[int, str]:
    """Series number -> name, for every sound definition in the whole file `data`."""
    names: dict[int, str] = {}
    position: int | None = layout.UNIT
    while position is not None and position < len(data):
        found = layout.block_at(data, position)
        if found and found.kind == layout.DEFINITION:
            names.update([pair] if (pair := layout.definition(data[found.start : found.start + found.size])) else [])
        position = found.end if found else layout.next_block(data, position + layout.UNIT)
    return names


def version_message(path: Path, version: int | None) -> str:
    """The sentence for a file that this program can't continue or read."""
    if version is None:
        return f"{path} should begin with the header of a metrics file, but it is damaged or something else."
    return f"{path} has format {version}, but this Netloom reads format {layout.VERSION}. Update Netloom to open it."
