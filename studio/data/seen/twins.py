"""Examples that are there twice: equal to the bit, or nearly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.data.checks import example_keys
from studio.data.data import Column, Data
from studio.data.formats.streamed import is_streamed

NEAR = 0.02
"""Root mean square difference, in standard deviations of the data, up to which two examples are near each other."""
FEWEST_NUMBERS = 8
"""Examples of fewer numbers lie near one another by chance."""
_DIRECTIONS = 4
_NEIGHBORS = 8
_ROWS = 512
Place = tuple[int, int]
"""A part, 0 for training, and the row in it."""


class Twins(NamedTuple):
    """Pairs of examples, each with the next one that is like it: within a part, or across two. ``conflicts`` counts
    those with different targets, ``rows`` holds the first pairs, as rows of the data, and ``places`` where they lie."""

    training: int
    validation: int
    across: int
    conflicts: int
    rows: list[tuple[int, int]]
    test: int = 0
    places: Sequence[tuple[Place, Place]] = ()
    conflicting: Sequence[int] = ()
    """Rows of the data in the first pairs with different targets."""

    @property
    def total(self) -> int:
        """All pairs."""
        return self.training + self.validation + self.test + self.across

    def facts(self) -> dict[str, Any]:
        """As JSON data; pairs within the test part only where there are some."""
        names = ("training", "validation", "across", "conflicts", "rows")
        return {name: getattr(self, name) for name in names} | ({"test": self.test} if self.test else {})


MOST_ROWS = 20
MOST_CONFLICTS = 1_000


def exact_twins(data: Data) -> Twins | None:
    """Examples all of whose inputs are equal to those of another; None where they are read as they come."""
    columns = [*data.inputs.values()]
    if _are_streamed(columns):
        return None
    parts = range(len(data.sizes))
    keys = np.concatenate([example_keys([column.every[part] for column in columns]) for part in parts])
    order = np.argsort(keys, kind="stable")
    at = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    pairs = np.stack([order[at], order[at + 1]], 1)
    return _counted(data, pairs[_same(columns, pairs)])


def near_twins(data: Data) -> Twins | None:
    """Examples of the first input that differ from another by at most `NEAR`, and do differ; None where that says
    nothing. Neighbors in the order along some random directions are compared, so a few may be passed over."""
    column = data.first_input
    width = int(np.prod(column.shape))
    if _are_streamed([column]) or column.dtype.kind == "i" or width < FEWEST_NUMBERS:
        return None
    deviation = _deviation(column)
    limit = (NEAR * deviation) ** 2 * width
    weights = np.random.default_rng(0).normal(size=(width, _DIRECTIONS)).astype(np.float32)
    along = np.concatenate([some @ weights for some in _flat(column)])
    # Two that are near lie near each other along every direction, too: within four standard deviations of that.
    reach = 4 * np.sqrt(limit)
    found: set[tuple[int, int]] = set()
    for direction in range(_DIRECTIONS):
        order = np.argsort(along[:, direction], kind="stable")
        for step in range(1, min(_NEIGHBORS, len(order) - 1) + 1):
            close = (np.abs(along[order[step:]] - along[order[:-step]]) <= reach).all(1)
            pairs = np.stack([order[:-step][close], order[step:][close]], 1)
            distance = _distances(column, pairs)
            found |= set(map(tuple, np.sort(pairs[(distance > 0) & (distance <= limit)], 1).tolist()))
    return _counted(data, np.array(sorted(found), np.int64).reshape(-1, 2))


def _are_streamed(columns: list[Column]) -> bool:
    return any(is_streamed(part) for column in columns for part in column.parts)


def _flat(column: Column) -> Iterator[NDArray[np.float32]]:
    """All examples as rows of numbers, some at a time: as float32 they may take four times the memory of the data."""
    for part in column.every:
        for start in range(0, len(part), _ROWS):
            some = part[start : start + _ROWS]
            yield some.reshape(len(some), -1).astype(np.float32)


def _deviation(column: Column) -> float:
    """The root of the mean variance of each number over all examples of training."""
    total, squares = 0.0, 0.0
    for start in range(0, len(column.train), _ROWS):
        some = column.train[start : start + _ROWS].reshape(-1, int(np.prod(column.shape))).astype(np.float64)
        total, squares = total + some.sum(0), squares + (some**2).sum(0)
    count = len(column.train)
    return float(np.sqrt(np.mean(np.maximum(squares / count - (total / count) ** 2, 0.0))))


def at_rows(column: Column, rows: NDArray[np.int64]) -> NDArray[Any]:
    """Examples by their place in all parts, one behind the other."""
    found = np.empty((len(rows), *column.shape), column.dtype)
    parts, within = _places(column, rows)
    for number, part in enumerate(column.every):
        found[parts == number] = part[within[parts == number]]
    return found


def _places(column: Column, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Part and row in it of examples that are counted through all parts."""
    ends = np.cumsum([len(part) for part in column.every])
    parts = np.searchsorted(ends, rows, side="right")
    return parts, rows - np.concatenate([[0], ends[:-1]])[parts]


def _same(columns: list[Column], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    found = np.ones(len(pairs), bool)
    for start in range(0, len(pairs), _ROWS):
        for column in columns:
            first, second = (at_rows(column, pairs[start : start + _ROWS, side]) for side in (0, 1))
            found[start : start + _ROWS] &= (first == second).reshape(len(first), -1).all(1)
    return found


def _distances(column: Column, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    found = np.empty(len(pairs))
    for start in range(0, len(pairs), _ROWS):
        first, second = (at_rows(column, pairs[start : start + _ROWS, side]) for side in (0, 1))
        difference = (first.astype(np.float32) - second.astype(np.float32)).reshape(len(first), -1)
        found[start : start + _ROWS] = (difference.astype(np.float64) ** 2).sum(1)
    return found


def _counted(data: Data, pairs: NDArray[np.int64]) -> Twins:
    column = data.first_target
    parts, within = _places(column, pairs)
    alike = parts[:, 0] == parts[:, 1]
    training, validation, test = (int(np.count_nonzero(alike & (parts[:, 0] == part))) for part in range(3))
    first, second = (at_rows(column, pairs[:, side]) for side in (0, 1))
    differ = (first != second).reshape(len(first), -1).any(1) if len(first) else np.zeros(0, bool)
    every = [*(data.rows or ()), *([data.test_rows] if data.test_rows is not None else [])]
    rows = np.concatenate(every) if every else np.arange(sum(data.sizes.values()))
    shown = [(int(rows[one]), int(rows[other])) for one, other in pairs[:MOST_ROWS]]
    places = [
        tuple((int(part), int(row)) for part, row in zip(*both, strict=True))
        for both in zip(parts[:MOST_ROWS], within[:MOST_ROWS], strict=True)
    ]
    return Twins(
        training,
        validation,
        int(np.count_nonzero(~alike)),
        int(np.count_nonzero(differ)),
        shown,
        test,
        places,  # type: ignore[arg-type]  # pairs of them
        np.unique(rows[pairs[differ][:MOST_CONFLICTS]]).tolist(),
    )
