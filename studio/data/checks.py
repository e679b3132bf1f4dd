"""What data must be before a network is trained on it; each failure is a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from models.basics.text import times
from studio.data.data import Split
from studio.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.data.base import Raw


def check_raw(name: str, raw: Raw) -> None:
    """Raise `DataError` unless lengths agree, every number is finite and there are two classes to tell apart."""
    parts = {"": (raw.x, raw.y)}
    if raw.held_out:
        parts["validation "] = raw.held_out
    for part, (x, y) in parts.items():
        _check_lengths(name, part, x, y)
        check_finite(name, f"{part}x", [x])
        check_finite(name, f"{part}y", [y])
        if x.shape[1:] != raw.x.shape[1:]:
            raise DataError(
                f"{name}: training examples are {times(raw.x.shape[1:])}, but validation examples are "
                f"{times(x.shape[1:])}. Store both with one shape."
            )
    if raw.classes is not None and len(raw.classes) < 2:
        found = f"only “{raw.classes[0][:40]}”" if raw.classes else "none"
        raise DataError(f"{name}: expected two classes or more, found {found}. Add examples of another class.")


def check_splits(name: str, train: Split, validation: Split, classes: tuple[str, ...] | None) -> list[str]:
    """Raise `DataError` for an empty part; warnings for classes that one part lacks."""
    for part, split, other in (("training", train, "Lower"), ("validation", validation, "Raise")):
        if not len(split):
            total = len(train) + len(validation)
            raise DataError(
                f"{name}: no example of {total} is left for {part}. {other} the validation share or add examples."
            )
    if classes is None:
        return []
    warnings = []
    for part, split in (("training", train), ("validation", validation)):
        present = set(np.unique(split.y).tolist())
        missing = [label for number, label in enumerate(classes) if number not in present]
        if missing:
            shown = ", ".join(label[:30] for label in missing[:5]) + (", …" if len(missing) > 5 else "")
            warnings.append(f"{name}: the {part} part has no example of {shown}.")
    return warnings


def _check_lengths(name: str, part: str, x: NDArray[np.generic], y: NDArray[np.generic]) -> None:
    if len(x) != len(y):
        raise DataError(
            f"{name}: expected one target for each {part}example, found {len(x):,} examples in x "
            f"and {len(y):,} targets in y."
        )
    if not x.size:
        raise DataError(f"{name}: expected {part}examples, found an array of {times(x.shape)} with nothing in it.")


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
