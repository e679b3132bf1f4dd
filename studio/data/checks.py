"""What data must be before a network is trained on it; each failure is a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from models.basics.text import times
from studio.data.data import Column, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.formats.streamed import is_streamed
from studio.data.frames.windows import are_windows

if TYPE_CHECKING:
    from numpy.typing import NDArray


_ROWS = 4096
"""Examples that are looked at in one piece."""
_PARTS = ("training", "validation", "test")
_KEYS = 1 << 16
"""Of what stands for an example."""


def check_raw(name: str, raw: Raw, fewest_classes: int = 2) -> None:
    """Raise `DataError` unless lengths agree, every number is finite and there are two classes to tell apart."""
    first, leading = next(iter(raw.inputs.items()))
    columns = [("row", *item) for item in raw.inputs.items()] + [("target", *item) for item in raw.targets.items()]
    for noun, column, values in columns:
        for part, own, other in zip(("", "validation ", "test "), values.parts, leading.parts, strict=False):
            check_lengths(name, part, (first, other), (column, own), noun)
            if not (values.gaps or is_streamed(own)):  # else the reader has looked
                check_finite(name, f"{part}{column}", [own])
            _check_shapes(name, part, values.values, own)
    for values in raw.targets.values():
        if values.classes is not None and len(values.classes) < fewest_classes:
            found = f"only “{values.classes[0][:40]}”" if values.classes else "none"
            raise DataError(f"{name}: expected two classes or more, found {found}. Add examples of another class.")


def check_split(
    name: str, sizes: Sequence[int], column: Column | RawColumn | None = None, *, has_test: bool = False
) -> None:
    """Raise `DataError` for an empty part, of training, validation and test if it ``has_test``; ``column`` is the
    target, whose classes may be as many as examples."""
    training, held_out, *test = sizes
    total = sum(sizes)
    classes = len(column.classes or ()) if column is not None else 0
    if total and not (training and held_out) and 2 * classes > total > 2:
        raise DataError(
            f"{name}: {classes:,} different targets in {total:,} examples are no classes to learn. "
            "Choose another target, or set the task to regression if it is a number."
        )
    apart = [("test", sum(test), "Raise the test share")] if has_test else []
    lower = "Lower the validation and the test share" if has_test else "Lower the validation share"
    parts = [("training", training, lower), ("validation", held_out, "Raise the validation share"), *apart]
    for part, count, remedy in parts:
        if not count:
            raise DataError(f"{name}: no example of {total} is left for {part}. {remedy} or add examples.")


def missing_classes(name: str, column: Column) -> list[str]:
    """Warnings for classes that one part lacks."""
    if column.classes is None or column.vocabulary:  # rare tokens lie in one part
        return []
    warnings = []
    for part, values in zip(("training", "validation"), column.parts, strict=True):
        counts = np.bincount(values.ravel().astype(np.int64, copy=False), minlength=len(column.classes))
        missing = [label for label, count in zip(column.classes, counts.tolist(), strict=False) if not count]
        if missing:
            shown = ", ".join(label[:30] for label in missing[:5]) + (", …" if len(missing) > 5 else "")
            warnings.append(f"{name}: the {part} part has no example of {shown}.")
    return warnings


def leaks(name: str, inputs: Iterable[Column], targets: Iterable[Column]) -> tuple[str, ...]:
    """A warning for the validation and for the test part whose examples stand in the training part as well, each value
    the same.

    Such examples say nothing of how well a network does on what it has not seen. Counted by hash, then compared. Of
    windows of frames whole recordings are.
    """
    inputs, targets = list(inputs), list(targets)
    if are_windows(inputs[0].train):
        return (
            *filter(None, (_leaking_recordings(name, inputs[0], place) for place in range(1, len(inputs[0].every)))),
        )
    if any(is_streamed(part) for column in inputs for part in column.parts):  # nobody reads all of these at once
        return ()
    parts = _PARTS[: len(targets[0].every)]
    keys = [example_keys([column.every[place] for column in inputs]) for place in range(len(parts))]
    told = (_leak(name, words, place, inputs, targets, keys) for place, words in enumerate(parts) if place)
    return tuple(filter(None, told))


def _leaking_recordings(name: str, column: Column, place: int) -> str:
    """What is said of the recordings of one part that the training part holds as well."""
    training, own = (part.recordings() for part in (column.train, column.every[place]) if are_windows(part))
    known = {*training}
    count = sum(content in known for content in own)
    said = "equals" if count == 1 else "equal"
    return f"{name}: {count:,} of {len(own):,} {_PARTS[place]} recordings {said} a training recording." if count else ""


def _leak(
    name: str, part: str, place: int, inputs: list[Column], targets: list[Column], keys: list[NDArray[np.uint64]]
) -> str:
    """What is said of one part, given a hash of each example of every part."""
    seen = _seen(inputs, place, keys)
    count = int(np.count_nonzero(seen >= 0))
    if not count:
        return ""
    rows = np.flatnonzero(seen >= 0)
    same = np.ones(count, dtype=bool)
    for column in targets:
        pairs = column.every[place][rows] == column.train[seen[rows]]
        same &= pairs.reshape(count, -1).all(1)
    other = count - int(np.count_nonzero(same))
    labels = f", {other:,} of them with another target" if other else ""
    said = "equals" if count == 1 else "equal"
    return f"{name}: {count:,} of {len(seen):,} {part} examples {said} a training example{labels}."


def _seen(columns: list[Column], place: int, keys: list[NDArray[np.uint64]]) -> NDArray[np.int64]:
    """For each example of a part the row of an equal training example, -1 where there is none."""
    training, other = keys[0], keys[place]
    found = np.full(len(other), -1)
    every = np.concatenate([_half(training), _half(other)])
    every.sort()
    twice = every[1:][every[1:] == every[:-1]]
    own, theirs = (_among(some, twice) for some in (training, other))
    if len(own) and len(theirs):
        order = own[np.argsort(training[own], kind="stable")]
        at = np.minimum(np.searchsorted(training[order], other[theirs]), len(order) - 1)
        found[theirs] = np.where(training[order[at]] == other[theirs], order[at], -1)
    rows = np.flatnonzero(found >= 0)
    for start in range(0, len(rows), _ROWS):
        some = rows[start : start + _ROWS]
        for column in columns:
            same = column.train[found[some]] == column.every[place][some]
            found[some[~same.reshape(len(some), -1).all(1)]] = -1
            some = some[found[some] >= 0]
    return found


def _half(keys: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Half of each (the upper one, on most computers), which is sorted in half the time and the memory."""
    return keys.view(np.uint32)[1::2]


def _among(keys: NDArray[np.uint64], some: NDArray[np.uint32]) -> NDArray[np.int64]:
    """The rows of keys half of which is among some that are in order; a piece at a time, for there may be millions."""
    found = [np.empty(0, np.int64)]
    begins = np.zeros(1 << 16, dtype=bool)  # most keys are none of them, which a look at how they begin tells
    begins[some >> 16] = True
    quarter, half = keys.view(np.uint16)[3::4], _half(keys)
    for start in range(0, len(keys) if len(some) else 0, _KEYS):
        rows = start + np.flatnonzero(begins[quarter[start : start + _KEYS]])
        own = half[rows]
        found.append(rows[some[np.minimum(np.searchsorted(some, own), len(some) - 1)] == own])
    return np.concatenate(found)


def example_keys(columns: Sequence[NDArray[np.generic]]) -> NDArray[np.uint64]:
    """A hash of each example of some columns, of as many rows."""
    return reduce(np.add, map(row_keys, columns))


def row_keys(values: NDArray[np.generic]) -> NDArray[np.uint64]:
    """A hash of 64 bits for each row: its words of 32 bits, each times an odd number (Dietzfelbinger 1996)."""
    width = values[:1].nbytes
    odd = np.random.default_rng(0).integers(0, 1 << 63, -(-width // 4), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    keys = np.empty(len(values), dtype=np.uint64)
    for start in range(0, len(values), _ROWS):
        some = values[start : start + _ROWS]
        content = np.ascontiguousarray(some).reshape(len(some), -1).view(np.uint8)
        if width % 4:
            content = np.pad(content, ((0, 0), (0, 4 * len(odd) - width)))
        keys[start : start + _ROWS] = np.einsum("ij,j->i", content.view(np.uint32).astype(np.uint64), odd)
    return keys


Named = tuple[str, "NDArray[np.generic]"]


def check_lengths(name: str, part: str, leading: Named, column: Named, noun: str) -> None:
    """Raise `DataError` unless two columns have as many rows, and some."""
    if len(leading[1]) != len(column[1]):
        raise DataError(
            f"{name}: expected one {noun} for each {part}example, found {len(leading[1]):,} examples in "
            f"{leading[0]} and {len(column[1]):,} {noun}s in {column[0]}."
        )
    if not column[1].size:
        found = times(column[1].shape)
        raise DataError(f"{name}: expected {part}examples, found an array of {found} with nothing in it.")


def _check_shapes(name: str, part: str, training: NDArray[np.generic], own: NDArray[np.generic]) -> None:
    if training.shape[1:] != own.shape[1:]:
        raise DataError(
            f"{name}: training examples are {times(training.shape[1:])}, but {part}examples are "
            f"{times(own.shape[1:])}. Store both with one shape."
        )


def check_finite(name: str, what: str, blocks: Iterable[NDArray[np.generic]]) -> None:
    """Raise `DataError` if `what`, given as runs of its rows, has a number that is not finite; names the first."""
    bad, done, first, value = 0, 0, None, None
    for block in blocks:
        if not np.issubdtype(block.dtype, np.floating):
            return
        for start in range(0, len(block), 4096):
            wrong = ~np.isfinite(block[start : start + 4096])
            found = int(np.count_nonzero(wrong))
            if found and first is None:
                place = tuple(map(int, np.argwhere(wrong)[0]))
                first, value = [done + start + place[0], *place[1:]], block[start + place[0], *place[1:]]
            bad += found
        done += len(block)
    if first:
        beyond = " Numbers beyond 3.4e38 count as infinite." if value in (np.inf, -np.inf) else ""
        raise DataError(
            f"{name}: expected finite numbers, found {bad:,} NaN or infinite in {what}, "
            f"the first ({value}) in row {first[0]} at {first}. Remove or fill them.{beyond}"
        )
