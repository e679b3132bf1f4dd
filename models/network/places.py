"""Items taken from places of a list and put back, in one pass however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import TypeVar

T = TypeVar("T")


def without(items: list[T], places: Sequence[int]) -> list[T]:
    """``items`` but for those at some places, given in order."""
    starts = [0, *(place + 1 for place in places)]
    return list(chain.from_iterable(items[start:end] for start, end in zip(starts, [*places, len(items)], strict=True)))


def with_placed(items: Iterable[T], placed: Iterable[tuple[int, T]]) -> list[T]:
    """``items``, and others among them where they then are, in one pass; ``placed`` in order."""
    found: list[T] = []
    rest = iter(items)
    for place, item in placed:
        found.extend(islice(rest, max(0, place - len(found))))
        found.append(item)
    found.extend(rest)
    return found
