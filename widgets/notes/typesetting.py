"""LaTeX as curves: one formula is drawn by ziamath, an extra that need not be there."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import NamedTuple

LONGEST, DEEPEST = 300, 6
"""Letters of a formula, and braces in each other: ziamath takes twice as long for each further level."""
MISSING = "Formulas are drawn by ziamath, which is not installed: pip install ziamath"
UNREADABLE = "This formula cannot be read as LaTeX."
_SIZE = 64.0
"""Design units an em, of which ziamath rounds to a thousandth."""
_HEAD = re.compile(r'viewBox="(\S+) (\S+) (\S+) (\S+)"')
_ESCAPED = re.compile(r"\\[\\{}]")
_OPENS = re.compile(r"\\left\b|\\begin\b|\{")
_CLOSES = re.compile(r"\\right\b|\\end\b|\}")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Drawn(NamedTuple):
    """The curves of a formula, black, as SVG. ``width``, ``ascent`` and ``descent`` about its baseline are in ems."""

    svg: str
    width: float
    ascent: float
    descent: float


class Failed(NamedTuple):
    """Why a formula could not be drawn, as a sentence."""

    reason: str


def is_installed() -> bool:
    """Whether formulas can be drawn at all."""
    return find_spec("ziamath") is not None


def typeset(source: str, display: bool) -> Drawn | Failed:
    """A formula, large where it has a line of its own (``display``). Takes up to half a second."""
    if objection := _objection(source):
        return Failed(objection)
    ziamath = import_module("ziamath")
    errors = import_module("latex2mathml.exceptions")
    refusals = tuple(kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception))
    ziamath.config.svg2 = False  # Qt knows no symbols that are used several times
    try:
        svg = ziamath.Latex(source, size=_SIZE, inline=not display, margin=0).svg()
    except refusals as error:
        return Failed(f"This formula has an error: {_spoken(error)}.")
    except (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, StopIteration, SyntaxError,
            TypeError, ValueError):  # fmt: skip
        return Failed(UNREADABLE)
    return _measured(svg)


def _objection(source: str) -> str:
    """Why a formula is not even tried; "" for no reason."""
    if len(source) > LONGEST:
        return f"This formula is longer than {LONGEST} letters."
    plain = _ESCAPED.sub("", source)
    if plain.count("{") != plain.count("}"):
        return "This formula has an error: a brace is missing."
    depth = deepest = 0
    for letter in re.sub(_CLOSES, "}", re.sub(_OPENS, "{", plain)):
        depth += (letter == "{") - (letter == "}")
        deepest = max(deepest, depth)
    return f"This formula has more than {DEEPEST} levels in each other." if deepest > DEEPEST else ""


def _spoken(error: Exception) -> str:
    """A name such as MissingEndError in words."""
    words = _WORDS.sub(" ", type(error).__name__.removesuffix("Error")).lower()
    return "something is missing" if words == "no available tokens" else words


def _measured(svg: str) -> Drawn | Failed:
    found = _HEAD.search(svg)
    _left, top, width, height = map(float, found.groups()) if found else (0.0, 0.0, 0.0, 0.0)
    if not (0 < width < 100 * _SIZE and 0 < height < 100 * _SIZE):
        return Failed("This formula draws nothing.")
    return Drawn(svg, width / _SIZE, -top / _SIZE, (top + height) / _SIZE)
