"""The examples that lie farthest from what is usual."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.data.data import Column, Data
from studio.data.formats.streamed import is_streamed
from studio.data.seen.twins import Place

MOST = 60
_ROWS = 512


def farthest(data: Data) -> list[Place]:
    """Up to `MOST` examples of the first input, the farthest first: by the root mean square of how many standard
    deviations each number lies from its mean over the training examples of the class (of all, where there are none).
    None of tokens, and of what is read as it comes."""
    column, target = data.first_input, data.first_target
    if column.dtype.kind == "i" or is_streamed(column.train):
        return []
    by_class = target.classes is not None and not target.shape
    labels = [part.astype(np.int64) if by_class else np.zeros(len(part), np.int64) for part in target.every]
    middles, deviation = _usual(column, labels[0], len(target.classes or ()) if by_class else 1)
    found: list[tuple[float, Place]] = []
    for number, part in enumerate(column.every):
        scores = _scores(part, labels[number], middles, deviation)
        order = np.argsort(-scores, kind="stable")[:MOST]
        found += [(float(scores[row]), (number, int(row))) for row in order]
    return [place for _, place in sorted(found, key=lambda item: -item[0])[:MOST]]


def _flat(part: NDArray[Any], start: int) -> NDArray[np.float32]:
    some = part[start : start + _ROWS]
    return some.reshape(len(some), -1).astype(np.float32)


def _usual(column: Column, labels: NDArray[np.int64], classes: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The mean of each class, and the standard deviation over all, which is 1 where nothing varies."""
    width = int(np.prod(column.shape))
    sums, squares = np.zeros((classes, width)), np.zeros(width)
    for start in range(0, len(column.train), _ROWS):
        some = _flat(column.train, start)
        order = np.argsort(labels[start : start + _ROWS], kind="stable")
        present, first = np.unique(labels[start : start + _ROWS][order], return_index=True)
        sums[present] += np.add.reduceat(some[order], first, axis=0, dtype=np.float64)
        squares += (some.astype(np.float64) ** 2).sum(0)
    counts = np.bincount(labels, minlength=classes)
    mean = sums.sum(0) / len(column.train)
    middles = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], mean)
    deviation = np.sqrt(np.maximum(squares / len(column.train) - mean**2, 0.0))
    return middles.astype(np.float32), np.where(deviation > 0, deviation, 1.0).astype(np.float32)


def _scores(
    part: NDArray[Any], labels: NDArray[np.int64], middles: NDArray[np.float32], deviation: NDArray[np.float32]
) -> NDArray[np.float32]:
    found = np.empty(len(part), np.float32)
    for start in range(0, len(part), _ROWS):
        off = (_flat(part, start) - middles[labels[start : start + _ROWS]]) / deviation
        found[start : start + _ROWS] = np.sqrt((off**2).mean(1))
    return found
