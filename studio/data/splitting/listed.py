"""A file that lists the rows of the validation part, one a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.data.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST = 1 << 26
"""Bytes of a list."""
LARGEST_ROW = 1 << 60


def listed_rows(path: Path, count: int) -> NDArray[np.int64]:
    """The rows in a file, counted from 0; raises `DataError` for a line that is none of ``count`` rows."""
    import numpy as np

    rows = [row for number, line in enumerate(_lines(path), start=1) for row in _row(path, number, line)]
    if not rows:
        raise DataError(f"{path.name}: expected the numbers of rows, one a line, found none. Write some.")
    if max(rows) >= count:
        raise DataError(
            f"{path.name}: expected rows from 0 to {count - 1:,}, found {max(rows):,}. Is it a list of other data?"
        )
    return np.unique(np.array(rows, dtype=np.int64))


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path.name}: expected a list of rows, found a file of over 67 MB. Choose another.")
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: expected a text with rows, one a line, but it can't be read.") from error


def _row(path: Path, number: int, line: str) -> list[int]:
    """The row of a line, none of an empty one."""
    text = line.strip()
    if not text:
        return []
    if not (text.isascii() and text.isdecimal() and int(text) < LARGEST_ROW):
        raise DataError(
            f"{path.name}: expected the number of a row in line {number:,}, found “{text[:40]}”. "
            "Write one number a line, counted from 0."
        )
    return [int(text)]
