"""Targets as class numbers or as columns of numbers."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from studio.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.data.data import Task

MOST_CLASSES = 100_000


def number_classes(name: str, labels: list[NDArray[np.generic]]) -> tuple[list[NDArray[np.int64]], tuple[str, ...]]:
    """Class numbers from 0 for each array of labels, in the sorted order of all labels, and the classes' names."""
    for part in labels:
        if np.issubdtype(part.dtype, np.floating) and not np.isfinite(part).all():
            raise DataError(f"{name}: expected class labels, found NaN or infinite ones in y. Remove those examples.")
    known = np.unique(np.concatenate([part.ravel() for part in labels]))
    if len(known) > MOST_CLASSES:
        raise DataError(f"{name}: {len(known):,} different classes are too many. Are the targets numbers?")
    numbers = [np.searchsorted(known, part).astype(np.int64) for part in labels]
    return numbers, tuple(str(label) for label in known.tolist())


def as_column(name: str, values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Targets of a regression: N×outputs as float32."""
    if not np.issubdtype(values.dtype, np.number) and values.dtype != np.bool_:
        raise DataError(f"{name}: expected numbers as targets, found {values.dtype}. Set the task to classification.")
    return values.astype(np.float32).reshape(len(values), prod(values.shape[1:]))


def task_of(wanted: str, values: NDArray[np.generic]) -> Task:
    """The `wanted` task or, for "auto": whole numbers and text are classes, other numbers are a regression."""
    if wanted == "classification" or wanted == "regression":
        return "classification" if wanted == "classification" else "regression"
    return "regression" if np.issubdtype(values.dtype, np.floating) else "classification"
