"""Work that is done in pieces, so that a window goes on between them."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Pieces = Generator[None, None, T]
"""Rests between pieces of work, and what comes of it."""


def at_once(pieces: Pieces[T]) -> T:
    """What comes of work in pieces, one behind the other."""
    while True:
        try:
            next(pieces)
        except StopIteration as done:
            found: T = done.value
            return found
