"""Two edited versions of one text brought together, line by line."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import chain
from typing import NamedTuple


class Merged(NamedTuple):
    """A text with the changes of both sides, and the lines of the base where both changed the same, from 1 on."""

    text: str
    conflicts: tuple[int, ...] = ()


class _Hunk(NamedTuple):
    """Other lines in place of those from ``start`` to ``end``, counted from 0."""

    start: int
    end: int
    rows: tuple[str, ...]


def merged(base: str, mine: str, theirs: str) -> Merged:
    """What both sides made of a text. Where they changed the same lines in different ways, mine counts."""
    if base in (mine, theirs) or mine == theirs:
        return Merged(theirs if base == mine else mine)
    rows = base.split("\n")
    own, other = _hunks(rows, mine.split("\n")), _hunks(rows, theirs.split("\n"))
    conflicts = [hunk.start + 1 for hunk in other if hunk not in own and any(_meet(hunk, each) for each in own)]
    taken = [hunk for hunk in other if not any(_meet(hunk, each) for each in own)]
    found: list[str] = []
    at = 0
    for hunk in sorted(chain(own, taken)):
        found += [*rows[at : hunk.start], *hunk.rows]
        at = hunk.end
    return Merged("\n".join([*found, *rows[at:]]), tuple(conflicts))


def _meet(one: _Hunk, other: _Hunk) -> bool:
    """Whether two changes are of the same lines, or of neighbors without one between them."""
    return one.start <= other.end and other.start <= one.end


def _hunks(before: list[str], after: list[str]) -> list[_Hunk]:
    """What turns lines into others."""
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    old, new = before[first : len(before) - last], after[first : len(after) - last]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [_Hunk(first + a, first + b, tuple(new[c:d])) for what, a, b, c, d in steps if what != "equal"]
