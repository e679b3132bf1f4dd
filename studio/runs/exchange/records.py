"""The files that TensorBoard reads: records with checksums, each a message of a few numbered fields.

    record  = length u64, checksum u32 of these 8 bytes, data, checksum u32 of the data     (all little-endian)
    message = Event of github.com/tensorflow/tensorboard (event.proto, summary.proto), of which scalars are used here

Checksums are CRC-32C (Castagnoli), rotated and shifted as TensorFlow's record format does ("masked").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from typing import IO, NamedTuple

LONGEST_RECORD = 1 << 24
"""Bytes; what is longer is no scalar."""
CHECKED = 1 << 12
"""Bytes of a record up to which its data is compared with its checksum: scalars take less than a hundred."""
_LENGTH, _SUM = struct.Struct("<Q"), struct.Struct("<I")
_DOUBLE, _FLOAT = struct.Struct("<d"), struct.Struct("<f")
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
LONGEST_TAG = 300
_NUMBERS = ((4, BYTES), (5, BYTES), (6, BYTES), (5, FIXED32), (6, FIXED64))
"""Fields of a tensor that hold its numbers: its bytes, floats, doubles; packed or one alone."""


class BadRecord(ValueError):
    """The bytes are no record; says why."""


class Scalar(NamedTuple):
    """One value of a series at a step, measured at a time in Unix seconds."""

    tag: str
    step: int
    time: float
    value: float


# Checksums


@cache
def _table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return tuple(table)


def masked_crc(data: bytes) -> int:
    """The checksum of a record's length or data."""
    table, value = _table(), 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    value ^= 0xFFFFFFFF
    return (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


# Writing


def record(data: bytes) -> bytes:
    """Data as one record."""
    length = _LENGTH.pack(len(data))
    return b"".join((length, _SUM.pack(masked_crc(length)), data, _SUM.pack(masked_crc(data))))


def version_event(time: float) -> bytes:
    """The first event of a file."""
    return b"\x09" + _DOUBLE.pack(time) + b"\x1a" + _sized(b"brain.Event:2")


def scalar_event(scalar: Scalar) -> bytes:
    """An event with one value."""
    value = b"\x0a" + _sized(scalar.tag.encode()) + b"\x15" + _float(scalar.value)
    return (
        b"\x09" + _DOUBLE.pack(scalar.time) + b"\x10" + _varint(scalar.step) + b"\x2a" + _sized(b"\x0a" + _sized(value))
    )


def _float(value: float) -> bytes:
    """As 32 bits; what is too large for them is infinite."""
    try:
        return _FLOAT.pack(value)
    except OverflowError:
        return _FLOAT.pack(float("inf") if value > 0 else float("-inf"))


def _sized(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*parts, value))


# Reading


def records(file: IO[bytes]) -> Iterator[bytes]:
    """The data of each record; ends at a torn last one. Raises `BadRecord`."""
    while len(head := file.read(12)) == 12:
        if _SUM.unpack_from(head, 8)[0] != masked_crc(head[:8]):
            raise BadRecord("a checksum differs")
        (length,) = _LENGTH.unpack_from(head)
        if length > LONGEST_RECORD:
            file.seek(length + 4, 1)  # a picture or a network
            continue
        data, tail = file.read(length), file.read(4)
        if len(data) < length or len(tail) < 4:
            return
        if length <= CHECKED and _SUM.unpack(tail)[0] != masked_crc(data):
            raise BadRecord("a checksum differs")
        yield data


def scalars(data: bytes) -> Iterator[Scalar]:
    """The scalars of one event. Raises `BadRecord`."""
    time, step, summaries = 0.0, 0, []
    for number, kind, value in _fields(data):
        if (number, kind) == (1, FIXED64):
            (time,) = _DOUBLE.unpack(value)
        elif (number, kind) == (2, VARINT):
            step = _signed(value)
        elif (number, kind) == (5, BYTES):
            summaries.append(value)
    for summary in summaries:
        for number, kind, value in _fields(summary):
            if (number, kind) == (1, BYTES) and (found := _value(value)) is not None:
                yield Scalar(found[0], step, time, found[1])


def _value(data: bytes) -> tuple[str, float] | None:
    """The tag and the number of a value, None for one that is no scalar."""
    tag, number_found = "", None
    for number, kind, value in _fields(data):
        if (number, kind) == (1, BYTES):
            tag = value.decode("utf-8", "replace")[:LONGEST_TAG]
        elif (number, kind) == (2, FIXED32):
            (number_found,) = _FLOAT.unpack(value)
        elif (number, kind) == (8, BYTES):
            number_found = _tensor(value)
    return (tag, number_found) if tag and number_found is not None else None


def _tensor(data: bytes) -> float | None:
    """The number of a tensor of one float or double, as newer writers keep scalars; None for another."""
    dtype, content = 0, b""
    for number, kind, value in _fields(data):
        if (number, kind) == (1, VARINT):
            dtype = _signed(value)
        elif (number, kind) in _NUMBERS:
            content = value
    form = {1: _FLOAT, 2: _DOUBLE}.get(dtype)
    return float(form.unpack(content)[0]) if form and len(content) == form.size else None


def _fields(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, kind and bytes of each field of a message; of a varint the bytes as they are."""
    place = 0
    while place < len(data):
        key, place = _number(data, place)
        kind, start = key & 7, place
        if kind == VARINT:
            _, place = _number(data, place)
        elif kind in (FIXED64, FIXED32):
            place += 8 if kind == FIXED64 else 4
        elif kind == BYTES:
            length, start = _number(data, place)
            place = start + length
        else:
            raise BadRecord("a field is of no known kind")
        if place > len(data):
            raise BadRecord("a field ends beyond its message")
        yield key >> 3, kind, data[start:place]


def _number(data: bytes, place: int) -> tuple[int, int]:
    """A varint and where it ends."""
    value = shift = 0
    while place < len(data) and shift < 64:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if not byte & 0x80:
            return value, place
    raise BadRecord("a number has no end")


def _signed(data: bytes) -> int:
    value, _ = _number(data, 0)
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value
