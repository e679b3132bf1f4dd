"""Files of a run folder, read as if made to do harm: what is odd is a `ValueError`, never a surprise."""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any, NoReturn

_TO_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
LONGEST_FILE = 1 << 24
"""Bytes of the longest file that is read as one JSON text."""
PIECE = 1 << 16
"""Bytes that are read at once."""
DEEPEST = 40
"""Levels of lists and objects."""
LARGEST = 2**64
"""Integers from here on are read as floats; the seeds of random numbers reach up to it."""


def open_plain(path: Path) -> BufferedReader:
    """A plain file opened for reading; raises `OSError`, also for a folder, a device or a pipe."""
    return open(_handle(path), "rb")


def _handle(path: Path | str) -> int:
    # A pipe is opened without waiting for somebody to write into it, and is then told by its kind.
    handle = os.open(path, _TO_READ)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "that is a folder, a device or a pipe, no file")
    return handle


def read_file(path: Path | str, longest: int = LONGEST_FILE) -> bytes:
    """The content of a plain file; raises `OSError` where there is none, and `ValueError` if it is longer."""
    content = bytearray()
    handle = _handle(path)  # without a buffered file around it, which takes longer than to read a short one
    try:
        # Asking for all of `longest` at once would take that much memory for any file, and fail where there is little.
        while piece := os.read(handle, min(PIECE, longest + 1 - len(content))):
            content += piece
    finally:
        os.close(handle)
    if len(content) > longest:
        raise ValueError(f"it is longer than {longest:,} bytes")
    return bytes(content)


def plain_json(content: bytes) -> Any:
    """Strict JSON in UTF-8, of sizes that Netloom writes; raises `ValueError`.

    Nested at most 40 deep, finite floats, integers below 2⁶⁴ (larger ones as floats), texts that UTF-8 can hold.
    """
    # Of a list of runs next to no line holds a letter, or so many brackets, that need a second look.
    plain = content.isascii() and b"\\u" not in content and content.count(b"{") + content.count(b"[") <= DEEPEST
    try:
        value = _DECODER.decode(content.decode("utf-8"))
    except RecursionError:
        raise ValueError("its lists are nested too deep") from None
    return value if plain else _checked(value, DEEPEST)


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _checked(value: Any, depth: int) -> Any:
    """The value with what is odd put right; by exact types, of which JSON has few: a list of runs reads millions."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if kind is dict or kind is list:
        if not depth:
            raise ValueError("its lists are nested too deep")
        if kind is list:
            return [_checked(item, depth - 1) for item in value]
        return {
            name if name.isascii() else _checked(name, depth): _checked(item, depth - 1) for name, item in value.items()
        }
    return value


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _bounded(digits: str) -> int | float:
    value = int(digits)
    return value if -LARGEST < value < LARGEST else _finite(digits)


_DECODER = json.JSONDecoder(parse_constant=_refused, parse_float=_finite, parse_int=_bounded)
