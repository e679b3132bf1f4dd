"""What data must be before a network is trained on it; each failure is a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from models.basics.text import times
from studio.data.data import Column, Raw, RawColumn
from studio.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def check_raw(name: str, raw: Raw, fewest_classes: int = 2) -> None:
    """Raise `DataError` unless lengths agree, every number is finite and there are two classes to tell apart."""
    first, leading = next(iter(raw.inputs.items()))
    columns = [("row", *item) for item in raw.inputs.items()] + [("target", *item) for item in raw.targets.items()]
    for noun, column, values in columns:
        check_lengths(name, "", (first, leading.values), (column, values.values), noun)
        check_finite(name, column, [values.values])
        if values.held_out is not None and leading.held_out is not None:
            check_lengths(name, "validation ", (first, leading.held_out), (column, values.held_out), noun)
            check_finite(name, f"validation {column}", [values.held_out])
            _check_shapes(name, values)
    for values in raw.targets.values():
        if values.classes is not None and len(values.classes) < fewest_classes:
            found = f"only “{values.classes[0][:40]}”" if values.classes else "none"
            raise DataError(f"{name}: expected two classes or more, found {found}. Add examples of another class.")


def check_split(name: str, training: int, held_out: int) -> None:
    """Raise `DataError` for an empty part."""
    for part, count, other in (("training", training, "Lower"), ("validation", held_out, "Raise")):
        if not count:
            total = training + held_out
            raise DataError(
                f"{name}: no example of {total} is left for {part}. {other} the validation share or add examples."
            )


def missing_classes(name: str, column: Column) -> list[str]:
    """Warnings for classes that one part lacks."""
    if column.classes is None:
        return []
    warnings = []
    for part, values in zip(("training", "validation"), column.parts, strict=True):
        present = set(np.unique(values).tolist())
        missing = [label for number, label in enumerate(column.classes) if number not in present]
        if missing:
            shown = ", ".join(label[:30] for label in missing[:5]) + (", …" if len(missing) > 5 else "")
            warnings.append(f"{name}: the {part} part has no example of {shown}.")
    return warnings


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


def _check_shapes(name: str, column: RawColumn) -> None:
    training, held_out = column.values.shape[1:], column.held_out.shape[1:] if column.held_out is not None else ()
    if training != held_out:
        raise DataError(
            f"{name}: training examples are {times(training)}, but validation examples are "
            f"{times(held_out)}. Store both with one shape."
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
