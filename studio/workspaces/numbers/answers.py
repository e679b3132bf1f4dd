"""An exercise: numbers that are hidden in any pass, what was filled in for them, and whether that is right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.byhand.exercise import Exercise
from models.byhand.notation import number
from models.byhand.walk import Walk, cell
from widgets.basics.deeds import Deed

Place = tuple[int, ...]
WORDS = {True: "right", False: "wrong", None: ""}
GIVEN = ("target", "mask")
"""Tables of which nothing can be asked."""


def fills(exercise: Exercise, table: str, numbers: NDArray[Any], turn: int) -> dict[Place, tuple[str, str]]:
    """What stands in the hidden cells of a table of a pass, and whether it is "right" or "wrong"."""
    found: dict[Place, tuple[str, str]] = {}
    hidden = set(exercise.hidden)
    for place in np.ndindex(*numbers.shape) if hidden else ():
        name = cell(table, place, turn)
        if name in hidden:
            right = exercise.is_right(name, float(numbers[place]))
            found[place] = (number(exercise.answers[name]) if right is not None else "", WORDS[right])
    return found


def verdicts(exercise: Exercise, walk: Walk) -> list[bool | None]:
    """Of each hidden cell, whether it was answered rightly; None without an answer, and before its pass is worked.

    A cell that the network has no more is left out.
    """
    found: list[bool | None] = []
    for name in exercise.hidden:
        truth, turn = walk.cell(name), name.partition("@")[2]
        if truth is not None:
            found.append(exercise.is_right(name, truth))
        elif turn.isdecimal() and int(turn) > len(walk.passes):
            found.append(None)
    return found


def gives_away(exercise: Exercise, walk: Walk, cells: Iterable[str]) -> bool:
    """Whether one of these numbers is hidden and not found yet."""
    hidden = set(exercise.hidden)
    truths = {name: walk.cell(name) for name in cells if name in hidden}
    return any(not exercise.is_right(name, truth) for name, truth in truths.items() if truth is not None)


def pinned(exercise: Exercise, walk: Walk, inputs: Iterable[str]) -> Exercise:
    """The exercise with its batch, targets and weights written down: its key stays what it is, whatever draws them."""
    first, found = walk.passes[0], exercise
    for name, table in first.weights.items():
        found = found.with_weight(name, table.tolist())
    given = {id: first.values[id].tolist() for id in inputs}
    targets = {id: table.tolist() for id, table in walk.targets.items()}
    return replace(found, inputs=given, targets=targets)


def deeds(
    exercise: Exercise,
    table: str,
    numbers: NDArray[Any],
    place: Place,
    turn: int,
    put: Callable[[Exercise, bool], object],
) -> list[Deed]:
    """To hide a number or the whole table of a pass, or to show it again; ``put`` hears whether something is hidden."""
    if table.partition("/")[0] in GIVEN:
        return []
    whole = [cell(table, at, turn) for at in np.ndindex(*numbers.shape)]
    found = []
    for words, cells in (("this number", [cell(table, place, turn)]), ("the whole table", whole)):
        hide = not set(cells) <= set(exercise.hidden)
        act = partial(lambda cells, hide: put(exercise.hide(cells, hide), hide), cells, hide)
        found.append(Deed(f"{'Hide' if hide else 'Show'} {words}", act, part="hide"))
    return found
