"""What turns arrays into training and validation parts: plain numpy, one function each.

These very lines are copied into exported training scripts (`script.py` beside this file), so they stand on their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def split_indices(
    y: NDArray[np.generic], fraction: float, seed: int, by_class: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training and for validation, in ascending order; of each class the same fraction if `by_class`."""
    generator = np.random.default_rng(seed)
    groups = [np.arange(len(y))]
    if by_class:
        labels, _ = np.unique(y, return_counts=True)  # counted, a tenth of the time
        groups = [np.flatnonzero(y == label) for label in labels]
    held_out = np.zeros(len(y), dtype=bool)
    for group in groups:
        held_out[generator.permutation(group)[: round(fraction * len(group))]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


def split_count(
    y: NDArray[np.generic], count: int, seed: int, by_class: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """As `split_indices`, with exactly `count` rows for validation."""
    generator = np.random.default_rng(seed)
    groups = [np.flatnonzero(y == label) for label in np.unique(y)] if by_class else [np.arange(len(y))]
    place = np.empty(len(y))
    for group in groups:  # how far a row stands behind in its class: of all classes, those in front are held out
        place[generator.permutation(group)] = (np.arange(len(group)) + 0.5) / len(group)
    order = np.argsort(place, kind="stable")
    return np.sort(order[count:]), np.sort(order[:count])


def split_folds(
    y: NDArray[np.generic], folds: int, fold: int, seed: int, by_class: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training and for validation, which takes the one of some folds of equal size that is numbered `fold`,
    from 0; of each class as many in every fold if `by_class`."""
    generator = np.random.default_rng(seed)
    groups = [np.flatnonzero(y == label) for label in np.unique(y)] if by_class else [np.arange(len(y))]
    order = np.concatenate([generator.permutation(group) for group in groups])
    turn = np.arange(len(order)) % folds
    return np.sort(order[turn != fold]), np.sort(order[turn == fold])


def split_groups(
    y: NDArray[np.generic],
    groups: NDArray[np.int64],
    size: float,
    seed: int,
    by_class: bool,
    folds: int = 0,
    fold: int = 0,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training and for validation, all of a group in one part: a share of the groups, or a count of them, or
    one of some folds; by class where each group has only one."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    of_one_class = by_class and bool((y[first][group] == y).all())
    if folds:
        training, validation = split_folds(y[first], folds, fold, seed, of_one_class)
    else:
        split = split_count if size >= 1 else split_indices
        training, validation = split(y[first], size, seed, of_one_class)  # type: ignore[arg-type]  # a count is an int
    return np.flatnonzero(np.isin(group, training)), np.flatnonzero(np.isin(group, validation))


def split_times(times: NDArray[np.generic], size: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training and for validation, which takes the latest: a share of all, or a count from 1 on. Of rows with
    the same time those further back count as later."""
    order = np.argsort(times, kind="stable")
    first = max(0, len(times) - round(size if size >= 1 else size * len(times)))
    return np.sort(order[:first]), np.sort(order[first:])


def split_listed(rows: NDArray[np.int64], listed: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the rows lie that are not listed, and those that are."""
    return np.flatnonzero(~np.isin(rows, listed)), np.flatnonzero(np.isin(rows, listed))


def split_named(
    rows: NDArray[np.int64], training: NDArray[np.int64], validation: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the rows lie that are listed for training and not for validation, and those for validation."""
    held_out = np.isin(rows, validation)
    return np.flatnonzero(np.isin(rows, training) & ~held_out), np.flatnonzero(held_out)


def split_test(
    rows: NDArray[np.int64], apart: Callable[..., Any], split: Callable[..., Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training, for validation and for the test: `apart` says which of all are kept apart, then `split` parts
    those that are left."""
    rest, test = apart(rows)
    training, validation = split(rest)
    return rest[training], rest[validation], test


def distinct_rows(
    parts: Sequence[tuple[Sequence[Any], NDArray[np.int64]]],
) -> list[NDArray[np.int64]]:
    """The rows of each part but those that equal an earlier one in every column, in that part or in one before it; a
    part is its columns and its rows in them."""
    from hashlib import blake2b

    seen, kept = set(), []
    for columns, rows in parts:
        fresh = np.zeros(len(rows), dtype=bool)
        for start in range(0, len(rows), 4096):
            picked = rows[start : start + 4096]
            some = [np.ascontiguousarray(values[picked]) for values in columns]
            for place in range(len(picked)):
                content = b"".join(values[place].tobytes() for values in some)
                key = blake2b(content, digest_size=16).digest()
                fresh[start + place] = key not in seen
                seen.add(key)
        kept.append(rows[fresh])
    return kept


def some_rows(rows: NDArray[np.int64], share: float, seed: int) -> NDArray[np.int64]:
    """A share of rows, at least one, in ascending order; a smaller share is a part of a larger one."""
    order = np.random.default_rng(seed).permutation(len(rows))
    return np.sort(rows[order[: max(1, round(share * len(rows)))]])


def resampled_rows(rows: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """As many rows, drawn with replacement (a bootstrap sample), in ascending order; about 37% are never drawn."""
    return np.sort(rows[np.random.default_rng(seed).integers(len(rows), size=len(rows))])


def medians(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median of each feature over the rows that have it; 0 for one that no row has."""
    there = np.where(np.isnan(x).all(0), np.float32(0), x)
    return np.nanmedian(there, axis=0).astype(x.dtype)


def filled(x: NDArray[np.float32], values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with a value for each feature in place of NaN."""
    return np.where(np.isnan(x), values, x)


def fences(x: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Limits of each feature, three interquartile ranges beyond its quartiles (Tukey 1977); none where they are one."""
    first, third = np.percentile(x, [25, 75], axis=0)
    reach = np.where(third > first, 3.0 * (third - first), np.inf)
    return (first - reach).astype(x.dtype), (third + reach).astype(x.dtype)


def brightest(images: NDArray[np.uint8]) -> float:
    """What becomes 1 where images are compared with: 255, or the largest value where all are dark."""
    largest = float(images.max())
    return 255.0 if largest > 127 else max(largest, 1.0)


def in_shades(images: NDArray[np.uint8], top: float) -> NDArray[np.float32]:
    """Images as numbers from 0, black, to 1."""
    return images.astype(np.float32) / np.float32(top)


def spread_rows(count: int) -> NDArray[np.int64]:
    """At most 1,024 rows of so many, spread evenly: a sample for mean and standard deviation."""
    return np.unique(np.linspace(0, count - 1, min(count, 1024)).astype(np.int64))


def statistics(x: NDArray[np.generic]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each channel (C×H×W) or else of each feature (the last dimension).

    The mean of numbers that are kept as float64 is float64 as well.
    """
    axes, kept = [*range(x.ndim)], 1 if x.ndim >= 4 else x.ndim - 1
    shape = [-1 if axis == kept else 1 for axis in axes[1:]]
    count = x.size // x.shape[kept]
    parts = [x[start : start + 4096] for start in range(0, len(x), 4096)]
    total = sum(np.einsum(part.astype(np.float64), axes, [kept]) for part in parts)
    mean = (total / count).reshape(shape)
    apart = (part - mean for part in parts)
    squares = sum(np.einsum(off, axes, off, axes, [kept]) for off in apart)
    std = np.sqrt(squares / count).astype(np.float32).reshape(shape)
    std[std <= 1e-7 * np.abs(mean)] = 1.0  # a constant: only its mean is taken away
    exact = np.float64 if x.dtype == np.float64 else np.float32
    return mean.astype(exact), std
