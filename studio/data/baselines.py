"""What a run's data says before anything is learned: how rare classes are, how well a constant does, what is twice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.data.data import Column, Data
from studio.data.formats.streamed import is_streamed

MOST_CLASSES = 1_000
MOST_BYTES = 1 << 26
"""Of inputs that are compared with one another: more would hold up the start of a run."""


def baselines(data: Data) -> dict[str, Any]:
    """Facts of data: how many examples are in ``train``, in ``validation`` and, where one is kept apart, in ``test``,
    and with one target ``classes`` (labels of each class in the training and the validation part, one an example or one
    a place of it) or ``numbers`` (mean and standard deviation of the training targets, and the mean absolute error in
    validation of always giving that mean), and ``leaked``, the validation examples that are among those of training.

    What cannot be told is left out.
    """
    sizes = {"train": len(data.train), "validation": len(data.validation)}
    if data.test is not None:
        sizes["test"] = len(data.test)
    if len(data.targets) != 1:
        return sizes
    target = data.first_target
    found = _classes(target) if target.train.dtype.kind in "iub" else _numbers(target)
    leaked = _leaked(data)
    return {**sizes, **found} if leaked is None else {**sizes, **found, "leaked": leaked}


def _classes(target: Column) -> dict[str, Any]:
    highest = max((int(part.max(initial=0)) for part in target.parts), default=0)
    lowest = min((int(part.min(initial=0)) for part in target.parts), default=0)
    if lowest < 0 or highest >= MOST_CLASSES:
        return {}
    count = max(highest + 1, len(target.classes or ()))
    counts = [np.bincount(part.ravel().astype(np.int64), minlength=count).tolist() for part in target.parts]
    return {"classes": {"train": counts[0], "validation": counts[1]}}


def _numbers(target: Column) -> dict[str, Any]:
    train, validation = (part.reshape(len(part), -1).astype(np.float64) for part in target.parts)
    if not train.size or not np.isfinite(train).all():
        return {}
    mean = train.mean(0)
    facts = {"mean": float(train.mean()), "std": float(train.std())}
    if validation.size and np.isfinite(validation).all():
        facts["mean_absolute_error"] = float(np.abs(validation - mean).mean())
    return {"numbers": facts}


def _leaked(data: Data) -> int | None:
    """Validation examples all of whose inputs are those of a training example; None where there is too much to look,
    or inputs would have to be read from files for it."""
    columns = list(data.inputs.values())
    inputs = [part for column in columns for part in column.parts]
    if any(is_streamed(part) and not part.kept for part in inputs):
        return None
    if not columns or sum(part.nbytes for part in inputs) > MOST_BYTES:
        return None
    known, asked = (_rows([column.parts[place] for column in columns]) for place in (0, 1))
    seen = set(known)
    return sum(row in seen for row in asked)


def _rows(parts: list[NDArray[np.generic]]) -> list[bytes]:
    return [b"".join(np.ascontiguousarray(part[place]).tobytes() for part in parts) for place in range(len(parts[0]))]
