"""The layout of `samples.bin`: little-endian, a header and then records of one size, each an epoch.

file   = header record*
header = magic "\\x89NLSMPL\\n", version u32, size u32, crc32 u32 of the JSON; then `size` bytes of JSON, a `Layout`
record = epoch u32 from 1, crc32 u32 of epoch and payload; payload:
         losses, u16 a training sample: the upper half of a float32 (bfloat16), NaN where it had no turn
         right, a bit a training sample from the lowest on (only where the layout has_right)
         answers, u16 each, Output by Output: the class, 0 or 1, or the upper half of a float32
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from studio.runs.files.atomic import to_json
from studio.runs.files.reading import plain_json

MAGIC = b"\x89NLSMPL\n"
VERSION = 1
MOST_SAMPLES = 100_000
"""Training samples whose losses are kept."""
MOST_ANSWERS = 200_000
"""Validation answers of an epoch that are kept."""
MOST_BYTES = 1 << 26
"""Length that the file is planned for: a longer run keeps every second epoch, or every third, …"""
LARGEST_CLASS = (1 << 16) - 1
MOST_OUTPUTS = 1_000
LONGEST_HEADER = 1 << 20
_HEADER = struct.Struct("<8sIII")
_RECORD = struct.Struct("<II")
_CHECKED = struct.Struct("<I")
PAYLOAD_AT = _RECORD.size
"""Where the payload begins within a record."""
FORMS = ("classes", "one of several", "switches", "numbers")
"""How answers are given: a class (by softmax, or by the largest of some switches), yes or no, numbers."""


@dataclass(frozen=True)
class Answers:
    """The validation answers of an Output: ``positions`` of them for each of the ``examples``."""

    output: str
    form: str
    examples: int
    positions: int

    @property
    def count(self) -> int:
        """How many there are."""
        return self.examples * self.positions


@dataclass(frozen=True)
class Layout:
    """What is kept of a run's samples: every ``stride``-th epoch from the first on, and the last.

    ``samples`` is how many training samples there are, 0 where their losses are not kept; then ``skipped`` says why.
    Where no ``answers`` are kept, ``unanswered`` says why. ``data`` is the checksum of the data.
    """

    skipped: str = ""
    unanswered: str = ""
    samples: int = 0
    has_right: bool = False
    answers: tuple[Answers, ...] = ()
    stride: int = 1
    data: str = ""

    @property
    def right_bytes(self) -> int:
        """Bytes that tell which samples were right."""
        return -(-self.samples // 8) if self.has_right else 0

    @property
    def payload(self) -> int:
        """Bytes of an epoch, without what goes before."""
        return 2 * self.samples + self.right_bytes + 2 * sum(part.count for part in self.answers)

    @property
    def record(self) -> int:
        """Bytes of an epoch."""
        return _RECORD.size + self.payload

    def keeps(self, epoch: int, epochs: int) -> bool:
        """Whether an epoch (from 1) is kept."""
        return self.payload > 0 and ((epoch - 1) % self.stride == 0 or epoch == epochs)


def stride_for(payload: int, epochs: int) -> int:
    """Every how many epochs are kept, so that the file stays within `MOST_BYTES`."""
    return max(1, -(-epochs * (payload + _RECORD.size) // MOST_BYTES))


def header(layout: Layout) -> bytes:
    """The beginning of the file."""
    content = to_json(asdict(layout))
    return _HEADER.pack(MAGIC, VERSION, len(content), zlib.crc32(content)) + content


def read_header(data: bytes) -> tuple[Layout, int]:
    """The layout and where the records begin; raises `ValueError` for anything else."""
    if len(data) < _HEADER.size:
        raise ValueError("it is too short")
    magic, version, size, check = _HEADER.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"it is of version {version}" if magic == MAGIC else "it holds something else")
    content = data[_HEADER.size : _HEADER.size + size]
    if size > LONGEST_HEADER or len(content) < size or zlib.crc32(content) != check:
        raise ValueError("its header is damaged")
    return _layout(plain_json(content)), _HEADER.size + size


def record(epoch: int, payload: bytes) -> bytes:
    """An epoch as bytes."""
    return _RECORD.pack(epoch, zlib.crc32(payload, zlib.crc32(_CHECKED.pack(epoch)))) + payload


def epoch_of(data: bytes, start: int, layout: Layout) -> int:
    """The epoch of the record at ``start``, 0 where none is whole and sound."""
    end = start + layout.record
    if end > len(data):
        return 0
    epoch, check = _RECORD.unpack_from(data, start)
    sound = check == zlib.crc32(data[start + _RECORD.size : end], zlib.crc32(_CHECKED.pack(epoch)))
    return int(epoch) if sound else 0


def _layout(value: object) -> Layout:
    if not isinstance(value, dict) or not isinstance(value.get("answers"), list):
        raise ValueError("its header is no layout")
    answers = tuple(map(_answers, value["answers"][:MOST_OUTPUTS]))
    samples = _whole(value, "samples", MOST_SAMPLES)
    if sum(part.count for part in answers) > MOST_ANSWERS:
        raise ValueError("its header names too many answers")
    skipped, unanswered, data = (str(value.get(name, ""))[:200] for name in ("skipped", "unanswered", "data"))
    stride = max(1, _whole(value, "stride", 1 << 32))
    return Layout(skipped, unanswered, samples, bool(value.get("has_right")), answers, stride, data)


def _answers(value: object) -> Answers:
    if not isinstance(value, dict) or value.get("form") not in FORMS:
        raise ValueError("its header is no layout")
    sizes = (_whole(value, name, MOST_ANSWERS) for name in ("examples", "positions"))
    return Answers(str(value.get("output", "")), value["form"], *sizes)


def _whole(value: Mapping[str, Any], name: str, most: int) -> int:
    found = value.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= most:
        raise ValueError(f"its header has no “{name}” from 0 to {most:,}")
    return found
