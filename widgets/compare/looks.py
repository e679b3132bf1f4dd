"""How differences look: a word, a sign and a color for each sort, never the color alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from models.compare import Difference
from models.document import MAIN


class Look(NamedTuple):
    """The look of a sort of difference; ``token`` names the color of its words, ``rank`` tells what outshines what."""

    word: str
    sign: str
    token: str
    rank: int


LOOKS = {
    "added": Look("Added", "+", "good", 0),
    "removed": Look("Removed", "−", "error_text", 1),
    "changed": Look("Changed", "~", "warning", 2),
    "rewired": Look("Rewired", "↷", "hint", 3),
    "renamed": Look("Renamed", "=", "hint", 4),
    "reordered": Look("Reordered", "↕", "text2", 5),
    "moved": Look("Moved", "↔", "text3", 6),
}


class Mark(NamedTuple):
    """What a card is marked with: words such as “Renamed, changed”, and the color of the first among them."""

    words: str
    token: str


def marks(differences: Iterable[Difference], *, older: bool) -> dict[str, Mark]:
    """The marks of the cards on one side, by the ids that they have there."""
    found: dict[str, set[str]] = {}
    for item in differences:
        id = item.before if older else item.after
        if item.part == "layer" and item.scope == MAIN and id:
            found.setdefault(id, set()).add(item.what)
    return {id: _mark(sorted((LOOKS[what] for what in each), key=lambda look: look.rank)) for id, each in found.items()}


def _mark(looks: list[Look]) -> Mark:
    words = ", ".join(look.word for look in looks)
    return Mark(words[:1] + words[1:].lower(), looks[0].token)
