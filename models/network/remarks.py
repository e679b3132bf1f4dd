"""What is said about a network beside it: frames around layers, and notes on the canvas."""

from __future__ import annotations

from typing import NamedTuple, TypeGuard

Position = tuple[float, float]
COLORS = ("gray", "blue", "green", "yellow", "red", "purple")
"""What a frame or a note can be colored with, by name; views know the shades."""
LONGEST_TITLE, LONGEST_NOTE = 200, 10_000
"""Letters."""
SMALLEST_NOTE = (80.0, 40.0)
LEAST_MARGINS = (16.0, 40.0, 16.0, 16.0)
"""How far a frame lies around its layers at least: left, top (with its title), right and bottom, in logical pixels."""


class Frame(NamedTuple):
    """A titled frame around the layers that name it. It has no place of its own: it lies around them."""

    title: str = ""
    color: str = COLORS[0]
    margins: tuple[float, float, float, float] = LEAST_MARGINS


class Note(NamedTuple):
    """A text in Markdown on the canvas, with its upper left corner and its size in logical pixels."""

    text: str
    position: Position
    size: Position = (240.0, 120.0)
    color: str = "yellow"


SILENCED = "silenced"
"""The entry, at a layer or in a document, that names checks which find nothing there."""


def are_codes(value: object) -> TypeGuard[list[str]]:
    """Whether it is a list of names of checks."""
    return isinstance(value, list) and all(isinstance(code, str) and len(code) <= 64 for code in value)
