"""Frames and notes as JSON data: an object a line each, apart from the lines that mean something to the network."""

from __future__ import annotations

from typing import Any, TypeGuard

from models.network import Frame, Network, Note
from models.network.remarks import COLORS, LEAST_MARGINS, LONGEST_TITLE, SMALLEST_NOTE

MOST_REMARKS = 10_000
FARTHEST = 1e9
"""Pixels from the origin that a card or a note may lie."""


def remarks_to_json(network: Network) -> dict[str, Any]:
    """The entries ``frames`` and ``notes`` of a network, as far as there are any; a frame without layers is none."""
    frames = {name: _frame_to_json(network.frames[name], ids) for name, ids in network.framed().items()}
    notes = {name: _note_to_json(note) for name, note in network.notes.items()}
    return {name: entry for name, entry in (("frames", frames), ("notes", notes)) if entry}


def _frame_to_json(frame: Frame, ids: list[str]) -> dict[str, Any]:
    margins = {} if frame.margins == LEAST_MARGINS else {"margins": [short(number) for number in frame.margins]}
    return {"title": frame.title, "color": frame.color, "layers": ids, **margins}


def _note_to_json(note: Note) -> dict[str, Any]:
    places = {"position": [short(number) for number in note.position], "size": [short(number) for number in note.size]}
    return {"text": note.text, "color": note.color, **places}


def frame_from(entry: object) -> Frame | None:
    """The frame in an entry, whose ``layers`` are then a list; None if it is none. What it lacks takes its default."""
    if not isinstance(entry, dict) or not isinstance(entry.get("layers"), list):
        return None
    title, color, margins = entry.get("title", ""), entry.get("color"), entry.get("margins", list(LEAST_MARGINS))
    if not isinstance(title, str) or not isinstance(margins, list) or len(margins) != len(LEAST_MARGINS):
        return None
    if not all(map(is_place, margins)):
        return None
    left, top, right, bottom = map(max, margins, LEAST_MARGINS)
    shade = color if isinstance(color, str) and color in COLORS else COLORS[0]
    return Frame(title[:LONGEST_TITLE], shade, (left, top, right, bottom))


def note_from(entry: object) -> Note | None:
    """The note in an entry, None if it is none."""
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        return None
    position, size = entry.get("position"), entry.get("size", list(Note("", (0, 0)).size))
    if not _is_pair(position) or not _is_pair(size):
        return None
    color = entry.get("color")
    shade = color if isinstance(color, str) and color in COLORS else Note("", (0, 0)).color
    return Note(
        entry["text"],
        (position[0], position[1]),
        (max(size[0], SMALLEST_NOTE[0]), max(size[1], SMALLEST_NOTE[1])),
        shade,
    )


def _is_pair(value: object) -> TypeGuard[list[float]]:
    return isinstance(value, list) and len(value) == 2 and all(map(is_place, value))


def is_place(number: object) -> TypeGuard[float]:
    """Whether it can be a coordinate: pixels that a canvas can reach."""
    return isinstance(number, int | float) and not isinstance(number, bool) and abs(number) <= FARTHEST


def short(number: float) -> float:
    """Positions to a hundredth of a pixel, whole ones without a point."""
    rounded = round(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded
