"""An exercise: numbers that are hidden, what was filled in for them, and whether that is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.byhand.exercise import Exercise
from models.byhand.pen import number
from models.byhand.walk import Pass
from widgets.basics.deeds import Deed

Place = tuple[int, ...]
WORDS = {True: "right", False: "wrong", None: ""}


def fills(exercise: Exercise, table: str, numbers: NDArray[Any]) -> dict[Place, tuple[str, str]]:
    """What stands in the hidden cells of a table, and whether it is "right" or "wrong"."""
    found: dict[Place, tuple[str, str]] = {}
    hidden = set(exercise.hidden)
    for place in np.ndindex(*numbers.shape) if hidden else ():
        cell = name_of(table, place)
        if cell in hidden:
            right = exercise.is_right(cell, float(numbers[place]))
            found[place] = (number(exercise.answers[cell]) if right is not None else "", WORDS[right])
    return found


def name_of(table: str, place: Place) -> str:
    """The name of a cell."""
    return "/".join((table, *map(str, place)))


def verdicts(exercise: Exercise, now: Pass) -> list[bool | None]:
    """Of each hidden cell that there is, whether it was answered rightly; None without an answer."""
    truths = {cell: now.cell(cell) for cell in exercise.hidden}
    return [exercise.is_right(cell, truth) for cell, truth in truths.items() if truth is not None]


def gives_away(exercise: Exercise, now: Pass, cells: Iterable[str]) -> bool:
    """Whether one of these numbers is hidden and not found yet."""
    hidden = set(exercise.hidden)
    truths = {cell: now.cell(cell) for cell in cells if cell in hidden}
    return any(not exercise.is_right(cell, truth) for cell, truth in truths.items() if truth is not None)


def deeds(
    exercise: Exercise, table: str, numbers: NDArray[Any], place: Place, put: Callable[[Exercise], object]
) -> list[Deed]:
    """To hide a number or the whole table, or to show it again."""
    whole = [name_of(table, at) for at in np.ndindex(*numbers.shape)]
    found = []
    for words, cells in (("this number", [name_of(table, place)]), ("the whole table", whole)):
        hide = not set(cells) <= set(exercise.hidden)
        act = partial(lambda cells, hide: put(exercise.hide(cells, hide)), cells, hide)
        found.append(Deed(f"{'Hide' if hide else 'Show'} {words}", act, part="hide"))
    return found
