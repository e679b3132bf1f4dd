"""What a person notes of a run: a star, tags, a note, a color of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

MOST_TAGS, LONGEST_TAG, LONGEST_NOTE = 20, 40, 2_000
MOST_COLORS = 36


class Marks(NamedTuple):
    """Notes of one run; ``color`` counts through the styles of curves, None for the next free one."""

    starred: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""
    color: int | None = None

    def to_json(self) -> dict[str, Any]:
        """What differs from no marks, as JSON data."""
        noted: dict[str, Any] = {"starred": True} if self.starred else {}
        noted |= {"tags": list(self.tags)} if self.tags else {}
        noted |= {"note": self.note} if self.note else {}
        return noted if self.color is None else noted | {"color": self.color}


def marks_from(value: object) -> Marks:
    """Marks as a header holds them; what is none counts as missing."""
    if not isinstance(value, dict):
        return Marks()
    color, note, tags = value.get("color"), value.get("note"), value.get("tags")
    return Marks(
        value.get("starred") is True,
        tags_from(tags) if isinstance(tags, list) else (),
        note[:LONGEST_NOTE] if isinstance(note, str) else "",
        color if isinstance(color, int) and not isinstance(color, bool) and 0 <= color < MOST_COLORS else None,
    )


def tags_from(words: Iterable[object]) -> tuple[str, ...]:
    """Tags in their order, each once, without blanks around and of bounded length."""
    texts = (" ".join(word.split())[:LONGEST_TAG] for word in words if isinstance(word, str))
    return tuple(dict.fromkeys(text for text in texts if text))[:MOST_TAGS]
