"""Targets as class indices or as columns of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import TYPE_CHECKING
from unicodedata import normalize

import numpy as np

from studio.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.data import Task

MOST_CLASSES = 100_000
COLORS = (3, 4)
"""How many there are of an image in color, without or with its transparency."""
MOST_LEVELS = 200
"""Of masks in one channel: gray images have more shades."""


def is_one_hot(y: NDArray[np.generic]) -> bool:
    """Whether each row of N×classes holds a single 1 among zeros, so that it stands for the class of that column."""
    if y.ndim != 2 or y.shape[1] < 2 or y.dtype.kind not in "biuf":
        return False
    return bool(((y == 0) | (y == 1)).all() and ((y == 1).sum(1) == 1).all())


def are_several_labels(y: NDArray[np.generic]) -> bool:
    """Whether N×labels holds integers that are 0 or 1: for each label whether it applies, any number of them a row."""
    if y.ndim != 2 or y.shape[1] < 2 or y.dtype.kind not in "biu":
        return False
    return bool(((y == 0) | (y == 1)).all())


def mask_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of masks without their one channel, which N×1×H×W and N×H×W×1 have (or with a depth); others as it
    is."""
    if len(shape) > 3 and (shape[1] == 1) != (shape[-1] == 1):
        plane = shape[2:] if shape[1] == 1 else shape[1:-1]
        return (shape[0], *plane) if min(plane) > 1 else shape
    return shape


def as_masks(y: NDArray[np.generic]) -> NDArray[np.generic]:
    """Masks without their one channel; floats that are 0 or 1 stand for classes there. Other targets as they are."""
    shape = mask_shape(y.shape)
    if shape == y.shape:
        return y
    if y.dtype.kind == "f":
        is_yes_or_no = bool(((y == 0) | (y == 1)).all())
        return y.reshape(shape).astype(np.uint8) if is_yes_or_no else y
    return y.reshape(shape)


def are_pictures(y: NDArray[np.generic]) -> bool:
    """Whether bytes are images to be given, not masks of classes: in color, or of more shades than masks have."""
    if y.dtype != np.uint8 or y.ndim not in (3, 4):
        return False
    if y.ndim == 4 and (y.shape[1] in COLORS or y.shape[3] in COLORS):
        return True
    return int(np.count_nonzero(np.bincount(y[:1000].ravel(), minlength=256))) > MOST_LEVELS


def spellings(labels: Mapping[str, float | None]) -> dict[str, str]:
    """What labels of text are to be called where several mean one class: `0` and `0.0`, a letter with its mark in two
    forms of Unicode. ``labels`` tells which numbers they are, None for text; those that stay as they are are left out.
    """
    composed = {label: normalize("NFC", label) for label in labels}
    if all(value is not None for value in labels.values()):
        of_value: dict[float, list[str]] = {}
        for label, value in labels.items():
            of_value.setdefault(value or 0.0, []).append(label)
        for value, same in of_value.items():
            if len(same) > 1:
                composed.update(dict.fromkeys(same, f"{value:g}" if float(f"{value:g}") == value else repr(value)))
    return {label: name for label, name in composed.items() if name != label}


def number_classes(name: str, labels: list[NDArray[np.generic]]) -> tuple[list[NDArray[np.int64]], tuple[str, ...]]:
    """Class indices from 0 for each array of labels, in the sorted order of all labels, and the classes' names."""
    for part in labels:
        if np.issubdtype(part.dtype, np.floating) and not np.isfinite(part).all():
            raise DataError(f"{name}: expected class labels, found NaN or infinite ones in y. Remove those examples.")
    known = np.unique(np.concatenate([part.ravel() for part in labels]))
    if len(known) > MOST_CLASSES:
        raise DataError(f"{name}: {len(known):,} different classes are too many. Are the targets numbers?")
    numbers = [np.searchsorted(known, part).astype(np.int64) for part in labels]
    return numbers, tuple(_name_of(label) for label in known.tolist())


def _name_of(label: object) -> str:
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)


def as_column(name: str, values: NDArray[np.generic]) -> NDArray[np.generic]:
    """Targets of a regression that are numbers: N×outputs as float32."""
    if not np.issubdtype(values.dtype, np.number) and values.dtype != np.bool_:
        raise DataError(
            f"{name}: expected numbers as targets, found text. Set the task to classification.", task="classification"
        )
    with np.errstate(over="ignore"):  # what overflows is infinite and found by the checks
        return values.astype(np.float32).reshape(len(values), prod(values.shape[1:]))


def task_of(wanted: str, values: NDArray[np.generic]) -> Task:
    """The `wanted` task or, for "auto": integers and text are classes, other numbers a regression, and so are several
    labels an example, a number each."""
    if wanted == "classification" or wanted == "regression":
        return "classification" if wanted == "classification" else "regression"
    if np.issubdtype(values.dtype, np.floating) or are_several_labels(values):
        return "regression"
    return "classification"
