"""Values as people and documents give them: numbers out of text, the error that refuses, and how a value is shown."""

from __future__ import annotations

from reprlib import Repr

LARGEST_INT = 2**31 - 1
"""Sizes beyond a 32-bit integer are typing errors; refusing them keeps every product in Python's fast range."""


class FieldError(ValueError):
    """A value that a field refuses: the sentence says what was expected and what was found."""

    @property
    def expected(self) -> str:
        """What was expected, in words."""
        return str(self).partition("expected ")[2].partition(", found ")[0]


class _Short(Repr):
    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write out numbers of thousands of digits.
        return super().repr_int(x, level) if abs(x) < 10**300 else "a number of over 300 digits"


_short = _Short()
_short.maxlevel, _short.maxstring, _short.maxlong, _short.maxother = 2, 40, 40, 40


def shown(value: object) -> str:
    """A value as an error message shows it: short, on one line, however large or deep it is."""
    text = _short.repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def nothing(text: str) -> bool:
    """Whether a person typed “no value”."""
    return text.strip().lower() in {"", "none", "null"}


def whole(value: object, minimum: int, maximum: int) -> int:
    """``value`` if it is an integer between the bounds; raises `FieldError`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise FieldError(f"expected an integer, found {shown(value)}.")
    if value < minimum:
        raise FieldError(f"expected {minimum} or more, found {shown(value)}.")
    if value > maximum:
        raise FieldError(f"expected at most {maximum:,}, found {shown(value)}.")
    return value


def number_from(text: str) -> int | float:
    """The number that a person typed, with or without thousands separators; raises `FieldError`."""
    cleaned = text.strip().replace(",", "").replace("_", "").replace("\u202f", "")
    try:
        return int(cleaned)
    except ValueError:
        pass
    try:
        return float(cleaned)
    except ValueError:
        raise FieldError(f"expected a number, found {shown(text)}.") from None


def numbers_from(text: str) -> list[int | float]:
    """The numbers in ``3×32×32``, ``3, 32, 32``, ``3x32x32`` or ``[3 32 32]``; raises `FieldError`."""
    for mark in "×xX*,;[]()":
        text = text.replace(mark, " ")
    words = text.split()
    if not words:
        raise FieldError("expected integers such as 3×32×32, found nothing.")
    return [number_from(word) for word in words]
