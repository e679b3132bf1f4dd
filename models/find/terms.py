"""What the languages of searches share: numbers as people type them, signs that compare, the error with a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import eq, ge, gt, le, lt, ne

_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kmg%]?)b?", re.IGNORECASE)
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "%": 0.01}
COMPARE: dict[str, Callable[[float, float], bool]] = {">=": ge, "<=": le, ">": gt, "<": lt, "=": eq, "!=": ne}


class QueryError(ValueError):
    """What was typed cannot be looked for; the sentence says why."""


def number_from(text: str) -> float | None:
    """A number, perhaps with an ending for thousands to billions or hundredths: 1.5M, 64k, 1e-3, 95%; else None."""
    match = _NUMBER.fullmatch(text.replace(",", ""))
    return float(match[1]) * _SCALE[match[2].casefold()] if match else None


def plain(text: str) -> str:
    """A text as it is compared: sizes are typed with an x between them."""
    return text.casefold().replace(" × ", "x").replace("×", "x")
