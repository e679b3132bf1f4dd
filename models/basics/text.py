"""Values as text: shapes for people, literals and calls for generated code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

Shape = tuple[int, ...]
"""Sizes without the batch."""


def natural(text: str) -> list[tuple[int, str]]:
    """What texts are ordered by as people count: ``2.png`` before ``10.png``."""
    parts = re.split(r"([0-9]+)", text.casefold())
    digits = [part.lstrip("0") for part in parts]
    return [(len(digits[place]), digits[place]) if place % 2 else (-1, part) for place, part in enumerate(parts)]


def times(shape: Shape) -> str:
    """A shape for people: ``3×32×32``; a scalar is ``1``."""
    return "×".join(str(size) for size in shape) or "1"


def brief(shape: Shape) -> str:
    """A shape for sentences: as `times`, shortened where it would fill the line."""
    text = times(shape)
    return text if len(text) <= 24 else text[:23] + "…"


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number of things: "1 feature", "2,048 features"."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


MARKS = " _-/.:"
"""What words of names end with."""
LONG = 8
"""Letters from which the beginning that only some names share is worth shortening."""


def told_apart(names: Sequence[str]) -> list[str]:
    """Names without the words with which all of them begin: of "Iris setosa" and "Iris virginica" the last words.

    Long words with which only some begin become as few letters as tell them from the others: "S. 3" of "Species no. 3".
    """
    first, last = (min(names), max(names)) if len(names) > 1 else ("", "")
    same = next((place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), 0)
    end = max(first.rfind(mark, 0, same) for mark in MARKS) + 1
    rest = [name[end:] for name in names] if all(len(name) > end for name in names) else list(names)
    short = _with_initials(rest)
    return short if len(set(short)) == len(set(names)) else rest


def _with_initials(names: list[str]) -> list[str]:
    """Names whose first words are shared by some of them, these words by their first letters."""
    words = [re.split(f"[{re.escape(MARKS)}]", name, maxsplit=1)[0] for name in names]
    counts = Counter(words)
    short: dict[str, str] = {}
    for word in (word for word, count in counts.items() if word and 1 < count < len(names)):
        group = [name for name, begin in zip(names, words, strict=True) if begin == word]
        initials = _initials(word, counts)
        for name, part in zip(group, told_apart(group), strict=True):
            short[name] = f"{initials}. {part}" if initials and len(name) - len(part) >= LONG else name
    return [short.get(name, name) for name in names]


def _initials(word: str, words: Iterable[str]) -> str:
    """The fewest letters that only one of the words begins with; "" if that takes all of it."""
    others = [other.casefold() for other in words if other != word]
    begins = (word[:end] for end in range(1, len(word)))
    return next((begin for begin in begins if not any(other.startswith(begin.casefold()) for other in others)), "")


def call(function: str, *arguments: object, **settings: object) -> str:
    """A call as source text. Arguments are literals by construction (``repr``), so no setting can become code."""
    parts = [literal(item) for item in arguments] + [f"{name}={literal(item)}" for name, item in settings.items()]
    return f"{function}({', '.join(parts)})"


def literal(value: object) -> str:
    """A Python literal; equal sizes collapse to one number as people write them: ``(3, 3)`` becomes ``3``."""
    if isinstance(value, tuple) and len(set(value)) == 1:
        return repr(value[0])
    text = repr(value)
    # Double quotes, as a formatter writes them, wherever that needs no other change to the text.
    return f'"{text[1:-1]}"' if isinstance(value, str) and text[0] == "'" and '"' not in text else text


def by_part(names: Iterable[str]) -> str:
    """Names with dots by what stands before the first, and how many each part has: "fc1 (2), stage1 (24)"."""
    counts = Counter(name.partition(".")[0] for name in names)
    return ", ".join(f"{part} ({count:,})" for part, count in counts.items())
