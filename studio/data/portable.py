"""What turns arrays into training and validation parts: plain numpy, one function each.

These very lines are copied into exported training scripts (`script.py` beside this file), so they stand on their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
        groups = [np.flatnonzero(y == label) for label in np.unique(y)]
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


def split_groups(
    y: NDArray[np.generic], groups: NDArray[np.int64], size: float, seed: int, by_class: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training and for validation, all of a group in one part: a share of the groups, or a count of them;
    by class where each group has only one."""
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    of_one_class = by_class and bool((y[first][group] == y).all())
    split = split_count if size >= 1 else split_indices
    training, validation = split(y[first], size, seed, of_one_class)  # type: ignore[arg-type]  # a count is an int
    return np.flatnonzero(np.isin(group, training)), np.flatnonzero(np.isin(group, validation))


def split_times(times: NDArray[np.generic], size: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training and for validation, which takes the latest: a share of all, or a count from 1 on. Of rows with
    the same time those further back count as later."""
    order = np.argsort(times, kind="stable")
    first = max(0, len(times) - round(size if size >= 1 else size * len(times)))
    return np.sort(order[:first]), np.sort(order[first:])


def split_listed(y: NDArray[np.generic], listed: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows for training and for validation, which takes those that are listed."""
    rows = np.arange(len(y))
    return np.setdiff1d(rows, listed), np.intersect1d(rows, listed)


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


def spread_rows(count: int) -> NDArray[np.int64]:
    """At most 1,024 rows of so many, spread evenly: a sample for mean and standard deviation."""
    return np.unique(np.linspace(0, count - 1, min(count, 1024)).astype(np.int64))


def statistics(x: NDArray[np.generic]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each channel (C×H×W) or else of each feature (the last dimension).

    The mean of numbers that are kept as float64 is float64 as well.
    """
    axes = (0, *range(2, x.ndim)) if x.ndim >= 4 else tuple(range(x.ndim - 1))
    parts = [x[start : start + 4096] for start in range(0, len(x), 4096)]
    count = x.size // (x.shape[1] if x.ndim >= 4 else x.shape[-1])
    total = sum(np.sum(part, axes, dtype=np.float64, keepdims=True) for part in parts)
    mean = total / count
    squares = sum(np.sum((part - mean) ** 2, axes, keepdims=True) for part in parts)
    std = np.sqrt(squares / count).astype(np.float32)
    std[std <= 1e-7 * np.abs(mean)] = 1.0  # a constant: only its mean is taken away
    exact = np.float64 if x.dtype == np.float64 else np.float32
    return mean[0].astype(exact), std[0]
