"""The batch that is worked: what a document holds, or numbers to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from models.byhand.exercise import MOST_CELLS, ByHandError, Exercise, Nested, table
from models.layers.terminals import Input

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.network import Network

    Numbers = NDArray[np.float64]


def inputs_of(network: Network, ids: Sequence[str], exercise: Exercise) -> dict[str, tuple[Numbers, bool]]:
    """For each Input its table, rows first, and whether it takes integers; raises `ByHandError`."""
    rows = rows_of(ids, exercise)
    found = {}
    for id in ids:
        layer = network[id].layer
        assert isinstance(layer, Input)
        shape, whole = (rows, *layer.shape), layer.dtype == "int"
        values = table(exercise.inputs[id], shape, id) if id in exercise.inputs else made_up(shape, whole)
        if values.size > MOST_CELLS:
            raise ByHandError(f"By hand goes up to {MOST_CELLS:,} numbers a batch. Take fewer rows.")
        if whole and (values != values.round()).any():
            raise ByHandError(f"{id} takes integers. Correct the others.")
        found[id] = (values, whole)
    return found


def rows_of(ids: Sequence[str], exercise: Exercise) -> int:
    """Rows of the batch, 1 where nothing is given; raises `ByHandError` where Inputs or their targets disagree."""
    counts = {id: len(exercise.inputs[id]) for id in ids if isinstance(exercise.inputs.get(id), list)}
    if len(set(counts.values())) > 1:
        (first, one), *_, (last, other) = counts.items()
        raise ByHandError(f"{first} has {one} rows, but {last} has {other}. Give them equally many.")
    rows = next(iter(counts.values()), 1)
    if rows < 1:
        raise ByHandError("The batch has no rows. Add one.")
    return rows


def made_up(shape: tuple[int, ...], whole: bool) -> Numbers:
    """Numbers that differ and are easy to work with: 0.1, 0.2 … 0.9 and again, or 0, 1, 0, 1 …"""
    import numpy as np

    counted = np.arange(int(np.prod(shape)))
    values = counted % 2 if whole else (counted % 9 + 1) / 10
    return np.asarray(values, dtype=np.float64).reshape(shape)


def target_of(id: str, kind: str, output: tuple[int, ...], exercise: Exercise) -> tuple[Numbers, bool]:
    """The targets of an Output whose answers have the shape ``output`` (rows first), and whether they are classes.

    ``kind`` is that of its loss. Classes are numbers from 0 on, or a share for each class, as (0, 1) for the second.
    """
    import numpy as np

    given = exercise.targets.get(id)
    name = f"The target of {id}"
    if kind != "classes":
        column = len(output) == 2 and output[1] == 1 and given is not None and _depth(given) == 1
        values = np.zeros(output) if given is None else table(given, output[:1] if column else output, name)
        return values.reshape(output), False
    places = (output[0], *output[2:])
    if given is None:
        return np.zeros(places), True
    if _depth(given) == len(output):
        return table(given, output, name), False
    values = table(given, places, name)
    if ((values < 0) | (values >= output[1]) | (values != values.round())).any():
        raise ByHandError(f"{name} should be classes from 0 to {output[1] - 1}. Correct the others.")
    return values, True


def _depth(value: Nested) -> int:
    depth = 0
    while isinstance(value, list):
        value, depth = (value[0] if value else 0), depth + 1
    return depth
