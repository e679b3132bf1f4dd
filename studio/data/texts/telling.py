"""Telling running text from a table by its first lines."""

from __future__ import annotations

from pathlib import Path

FIRST = 8_192
"""Bytes that are looked at."""
MOST_LINES = 20
_PARTING = "\t;,|"


def is_running_text(path: Path) -> bool:
    """Whether a file is text rather than a table: no sign that parts columns stands equally often in all of its first
    lines. False for what cannot be read."""
    try:
        if not path.is_file():
            return False
        with open(path, "rb") as file:
            content = file.read(FIRST)
    except OSError:
        return False
    lines = [line for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    lines = lines[:-1] if len(content) == FIRST and len(lines) > 1 else lines  # the last may be cut off
    counts = [{line.count(sign) for line in lines[:MOST_LINES]} for sign in _PARTING]
    return bool(lines) and not any(len(found) == 1 and found != {0} for found in counts)
