"""The layout of `metrics.bin`: little-endian, everything a multiple of 40 bytes, so that a reader finds its way
again after damage by trying each 40th byte.

    file   = header block*
    header = magic "\\x89NLMETR\\n", version u32, unit u32 (40), 20 zero bytes, crc32 u32 of the 36 bytes before
    block  = magic "\\x89NLBLCK\\n", kind u32, units u32, size u32, crc32 u32 of the payload, 12 zero bytes,
             crc32 u32 of the 36 bytes before; then `units` x 40 bytes: a payload of `size` bytes and zeros
    kind 1 = definition: JSON {"id": 3, "name": "train/loss"}
    kind 2 = points: records of step i64, epoch f64, time f64, value f64, series u32, zero u32
    kind 3 = rewind: JSON {"step": 500, "end": 8040}: what follows goes on from a checkpoint of that step, made when the
             file had that length: no points between the two places count. Where "end" is missing, points of later steps
             before it do not.

`health.bin` is laid out alike, with two kinds of its own in place of the first two (see `studio.runs.health`):

    kind 4 = layers: JSON {"layers": ["fc1", "relu1"], "measures": ["gradient", "weight"]}
    kind 5 = sample: step i64, epoch f64, time f64, then f32 of each measure for each layer, layer by layer
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from studio.runs.files.reading import plain_json

if TYPE_CHECKING:
    import numpy as np

UNIT = 40
VERSION = 1
FILE_MAGIC = b"\x89NLMETR\n"
BLOCK_MAGIC = b"\x89NLBLCK\n"
DEFINITION, POINTS, REWIND, LAYERS, SAMPLE = 1, 2, 3, 4, 5
LAST_STEP = 1 << 53
LAST_EPOCH = 1e9

RECORD = struct.Struct("<qdddII")
_FILE_HEADER = struct.Struct("<8sII20xI")
_BLOCK_HEADER = struct.Struct("<8sIIII12xI")
_SEAL = struct.Struct("<I")
_REWIND_MARK = BLOCK_MAGIC + struct.pack("<I", REWIND)


@dataclass(frozen=True, slots=True)
class Block:
    """A whole, checked block: its payload lies at `start` and the next block begins at `end` (bytes)."""

    kind: int
    start: int
    size: int
    end: int


def record_dtype() -> np.dtype[np.void]:
    """The numpy view of `RECORD`."""
    import numpy as np

    fields = [("step", "<i8"), ("epoch", "<f8"), ("time", "<f8"), ("value", "<f8"), ("series", "<u4"), ("zero", "<u4")]
    return np.dtype(fields)


def file_header() -> bytes:
    """The first 40 bytes of a file."""
    return _sealed(_FILE_HEADER.pack(FILE_MAGIC, VERSION, UNIT, 0))


def file_version(data: bytes) -> int | None:
    """The version that the header at the start of `data` states, or None if it isn't a sound header."""
    if len(data) < UNIT or not data.startswith(FILE_MAGIC) or not _is_sealed(data[:UNIT]):
        return None
    return int(_FILE_HEADER.unpack_from(data)[1])


def block(kind: int, payload: bytes | bytearray) -> bytes:
    """A block with its header, padded to a multiple of 40 bytes."""
    units = -(-len(payload) // UNIT)
    header = _BLOCK_HEADER.pack(BLOCK_MAGIC, kind, units, len(payload), zlib.crc32(payload), 0)
    return b"".join((_sealed(header), payload, bytes(units * UNIT - len(payload))))


def block_at(data: bytes, position: int) -> Block | None:
    """The block that begins at `position`, or None if it is damaged or not wholly there."""
    header = data[position : position + UNIT]
    if len(header) < UNIT or not header.startswith(BLOCK_MAGIC) or not _is_sealed(header):
        return None
    _, kind, units, size, crc, _ = _BLOCK_HEADER.unpack(header)
    start = position + UNIT
    end = start + units * UNIT
    if end > len(data) or size > units * UNIT or zlib.crc32(memoryview(data)[start : start + size]) != crc:
        return None
    return Block(kind, start, size, end)


def next_block(data: bytes, position: int) -> int | None:
    """Where the first sound block at or after `position` begins, trying each 40th byte; None if there is none."""
    found = data.find(BLOCK_MAGIC, position)
    while found >= 0:
        if found % UNIT == position % UNIT and block_at(data, found):
            return found
        found = data.find(BLOCK_MAGIC, found + 1)
    return None


def end_of_sound_data(data: bytes) -> int:
    """Where the last sound block ends: what lies behind it is torn and may be cut off."""
    position = UNIT
    while True:
        found = block_at(data, position)
        if found:
            position = found.end
            continue
        skipped = next_block(data, position + UNIT)
        if skipped is None:
            return position
        position = skipped


def definition(payload: bytes) -> tuple[int, str] | None:
    """The series number and name in the payload of a definition block, None if it holds something else."""
    content = _json(payload)
    number, name = content.get("id"), content.get("name")
    return (number, name) if isinstance(number, int) and isinstance(name, str) and 0 <= number < 2**32 else None


class Rewind(NamedTuple):
    """The step that a run went back to, and the length of the file when that was saved (None: it does not say)."""

    step: int
    end: int | None


def rewind(payload: bytes) -> Rewind | None:
    """What the payload of a rewind block says, None if it holds something else."""
    content = _json(payload)
    step, end = content.get("step"), content.get("end")
    if not isinstance(step, int) or not 0 <= step < LAST_STEP:
        return None
    return Rewind(step, end if isinstance(end, int) and 0 <= end < LAST_STEP else None)


def rewinds(data: bytes) -> Iterator[tuple[int, Rewind]]:
    """The rewinds in `data`, which begins where a block may, with the places of their blocks."""
    found = data.find(_REWIND_MARK)
    while found >= 0:
        sound = block_at(data, found) if found % UNIT == 0 else None
        if sound and (to := rewind(data[sound.start : sound.start + sound.size])):
            yield found, to
        found = data.find(_REWIND_MARK, found + 1)


def _json(payload: bytes) -> dict[str, object]:
    try:
        content = plain_json(payload)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _sealed(header: bytes) -> bytes:
    return header[:-4] + _SEAL.pack(zlib.crc32(header[:-4]))


def _is_sealed(header: bytes) -> bool:
    return header[-4:] == _SEAL.pack(zlib.crc32(header[:-4]))
