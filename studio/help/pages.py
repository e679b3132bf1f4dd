"""The pages of the documentation, where they lie, and the tables in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from widgets.theme import RESOURCES

GUIDE = "user-guide.md"
_PLACES = (RESOURCES.parent / "docs", RESOURCES / "docs")
"""In a checkout, and where an installed program has them."""


class KeyTable(NamedTuple):
    """A table of keys: where they work, and rows of what they do and which they are."""

    title: str
    rows: tuple[tuple[str, str], ...]


def folder() -> Path:
    """Where the pages lie; raises FileNotFoundError where they were not installed."""
    for place in _PLACES:
        if (place / GUIDE).is_file():
            return place
    raise FileNotFoundError("The guide was not installed with the program.")


def key_tables() -> list[KeyTable]:
    """The tables of keys in the guide, as it shows them; raises what `folder` raises."""
    text = (folder() / GUIDE).read_text(encoding="utf-8")
    chapter = text.split("\n## Keyboard and mouse\n", 1)[-1].split("\n## ", 1)[0]
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", chapter, re.MULTILINE):
        head, _, *rows = (_cells(line) for line in table.splitlines())
        found.append(KeyTable(head[0], tuple((row[0], row[1]) for row in rows)))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
