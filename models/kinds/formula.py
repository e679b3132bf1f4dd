"""One explained number, as Explain writes it: its formula with the numbers put in, each colored by its role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Step(NamedTuple):
    """A term of a formula with the role that colors it: one of `ROLES`, or "" for signs and plain numbers."""

    text: str
    role: str = ""


ROLES = ("size", "padding", "kernel", "stride", "dilation", "channels")
"""Roles of numbers in formulas, shared with the fields they come from (`Field.role`)."""


@dataclass(frozen=True)
class Formula:
    """One explained number: “Output height (width is the same)”, H_out = ⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32.

    ``numerator`` over ``denominator`` in floor brackets (``rounding`` "ceil": ceiling brackets) if ``denominator`` is
    given, else ``numerator`` plainly; ``tail`` follows the fraction (such as “+ 1”); ``result`` is what it comes to;
    ``note`` a sentence in words. The steps joined together are arithmetic with ``·``, ``−``, ``+`` and brackets.
    """

    title: str
    symbol: str
    numerator: tuple[Step, ...]
    result: str
    denominator: tuple[Step, ...] = ()
    tail: tuple[Step, ...] = ()
    note: str = ""
    rounding: str = "floor"
