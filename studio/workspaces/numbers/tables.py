"""What may be done to a table of the exercise: an edit of the document's numbers for each act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.byhand.exercise import ByHandError, Exercise
from models.byhand.tables import matrix, pasted, rows_from, text_of
from widgets.basics.deeds import Deed

Table = NDArray[Any]
DIGITS = (0, 1, 2, 3)
Put = Callable[[Exercise], object]


def is_ours(table: str, inputs: tuple[str, ...]) -> bool:
    """Whether a table is the user's to change: the batch, its targets, the weights to start from."""
    kind, _, name = table.partition("/")
    return kind in ("weight", "target") or (kind == "value" and name in inputs)


def with_table(exercise: Exercise, table: str, numbers: Table) -> Exercise:
    """The exercise with other numbers in one of its tables."""
    kind, _, name = table.partition("/")
    if kind == "weight":
        return exercise.with_weight(name, numbers.tolist())
    if kind == "target":
        return replace(exercise, targets={**exercise.targets, name: numbers.tolist()})
    return replace(exercise, inputs={**exercise.inputs, name: numbers.tolist()})


def typed(text: str) -> float:
    """The number that was typed, with a point or a decimal comma; raises `ByHandError` for anything else."""
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    rows = rows_from(plain)
    if [len(row) for row in rows] != [1]:
        raise ByHandError(f"Expected one number, found “{text[:24]}”. Type one, or paste several.")
    return rows[0][0]


def with_cell(exercise: Exercise, table: str, numbers: Table, place: tuple[int, ...], text: str) -> Exercise:
    """The exercise with what was typed into a cell; raises `ByHandError` where that is not a number."""
    changed = numbers.copy()
    changed[place] = typed(text)
    return with_table(exercise, table, changed)


def with_rows(exercise: Exercise, inputs: dict[str, Table], targets: dict[str, Table], more: bool) -> Exercise:
    """The exercise with one row more, like the last, or without the last row."""

    def changed(table: Table) -> Any:
        return (np.concatenate([table, table[-1:]]) if more else table[:-1]).tolist()

    return replace(
        exercise,
        inputs={id: changed(table) for id, table in inputs.items()},
        targets={id: changed(table) for id, table in targets.items()},
    )


def batch_of(arrays: Mapping[str, Table]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and targets among the arrays of an answer, as an exercise holds them."""
    sides: dict[str, dict[str, Any]] = {"input": {}, "target": {}}
    for name, table in arrays.items():
        side, _, id = name.partition("/")
        sides[side][id] = table.tolist()
    return sides["input"], sides["target"]


def pasted_into(exercise: Exercise, table: str, numbers: Table, place: tuple[int, ...], text: str) -> Exercise:
    """The exercise with what the clipboard holds, from a place on; raises `ByHandError` for text without numbers.

    A batch takes as many rows as are pasted over all of its columns.
    """
    rows, flat = rows_from(text), matrix(numbers)
    at = np.unravel_index(np.ravel_multi_index(place, numbers.shape), flat.shape) if place else (0, 0)
    is_batch = table.startswith("value/") and at == (0, 0) and len(rows[0]) == flat.shape[1]
    if is_batch:
        return replace(
            with_table(exercise, table, np.array(rows).reshape(-1, *numbers.shape[1:])),
            targets={} if len(rows) != len(numbers) else exercise.targets,
        )
    found = pasted(flat, (int(at[0]), int(at[1])), rows)
    return with_table(exercise, table, found.reshape(numbers.shape))


def copied(numbers: Table) -> str:
    """A table as text for the clipboard."""
    return text_of(matrix(numbers))


def deeds(exercise: Exercise, table: str, numbers: Table, place: tuple[int, ...], put: Put) -> list[Deed]:
    """What a right click offers for a table that is the user's to change."""

    def change(numbers: Table) -> None:
        put(with_table(exercise, table, numbers))

    value = float(numbers[place])
    found = [
        Deed("Fill with this number", partial(change, np.full(numbers.shape, value))),
        Deed("Fill with zeros", partial(change, np.zeros(numbers.shape))),
        *(Deed(f"Round to {count} places", partial(change, np.round(numbers, count))) for count in DIGITS),
    ]
    if exercise.weights and table.startswith("weight/"):
        found.append(Deed("Back to drawn weights", lambda: put(replace(exercise, weights={}))))
    if numbers.ndim == 2 and table.startswith("weight/"):
        square = numbers.shape[0] == numbers.shape[1]
        found.insert(0, Deed("Transpose", partial(change, numbers.T), possible=square))
    return [deed._replace(part="change") for deed in found]
