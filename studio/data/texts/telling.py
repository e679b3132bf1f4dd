"""Telling running text from a table by its first lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.data.formats.csv import number_in
from studio.data.formats.foreign import foreign_kind

FIRST = 8_192
"""Bytes that are looked at."""
MOST_LINES = 20
_PARTING = "\t;,|"


def is_running_text(path: Path) -> bool:
    """Whether a file is text rather than a table: no sign that parts columns stands equally often in all of its first
    lines, nor do blanks part numbers. False for what cannot be read."""
    try:
        if not path.is_file():
            return False
        with open(path, "rb") as file:
            content = file.read(FIRST)
    except OSError:
        return False
    if foreign_kind("", content) is not None:
        return False
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    lines = lines[:-1] if len(content) == FIRST and len(lines) > 1 else lines  # the last may be cut off
    counts = [{line.count(sign) for line in lines[:MOST_LINES]} for sign in _PARTING]
    parted = any(len(found) == 1 and found != {0} for found in counts)
    return bool(lines) and not parted and not _are_numbers(lines[:MOST_LINES])


def _are_numbers(lines: Sequence[str]) -> bool:
    """Whether blanks part lines into as many cells each, which behind the first line are mostly numbers."""
    rows = [line.split() for line in lines]
    cells = [cell for row in rows[1:] for cell in row]
    numbers = sum(number_in(cell, ".") is not None for cell in cells)
    return len(rows) > 2 and {len(row) for row in rows} == {len(rows[0])} != {1} and 2 * numbers > len(cells)
