"""The columns of a table, and the range of an input, one piece after the other: no copy of the data is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.data.data import Column
from studio.data.formats.streamed import is_streamed
from studio.data.texts.vocabulary import Words, words_of

BINS = 20
MOST_COLUMNS = 1_000
FAR_OUT = 3.0
"""Interquartile ranges beyond the quartiles where a value is far out (Tukey 1977, "Exploratory Data Analysis")."""
_ROWS = 4096


class Feature(NamedTuple):
    """A column of numbers over all parts. ``gaps`` were filled; ``correlation`` is that with the target in the training
    part: Pearson's for numbers, the correlation ratio η (0 to 1) for classes; None where one of both is constant."""

    name: str
    lowest: float
    highest: float
    mean: float
    std: float
    gaps: int
    far_out: int
    edges: list[float]
    counts: list[int]
    correlation: float | None


class Span(NamedTuple):
    """The values of an input: their range, and that behind normalization by mean and standard deviation of the training
    part, None where nothing is normalized. ``lengths`` holds the shortest, the median and the longest sequence of
    tokens without the zeros behind it, ``vocabulary`` the most common of them, where they are known by name."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    lowest: float
    highest: float
    normalized: tuple[float, float] | None
    lengths: tuple[int, float, int] | None
    vocabulary: Words | None


def features_of(column: Column, target: Column) -> list[Feature]:
    """The columns of an input that has some, the first `MOST_COLUMNS`; none of images, sequences and tokens."""
    if is_streamed(column.train) or len(column.shape) != 1 or column.dtype.kind == "i":
        return []
    truth = target.train.reshape(len(target.train), -1)[:, 0]
    return [_feature(column, place, truth, target) for place in range(min(column.shape[0], MOST_COLUMNS))]


def _feature(column: Column, place: int, truth: NDArray[Any], target: Column) -> Feature:
    train = column.train[:, place].astype(np.float64)
    values = np.concatenate([train, *(part[:, place] for part in column.every[1:])])
    counts, edges = binned(values)
    first, third = np.percentile(values, [25, 75])
    reach = FAR_OUT * (third - first)
    far = (values < first - reach) | (values > third + reach) if reach else np.zeros(1, bool)
    return Feature(
        column.features[place] if place < len(column.features) else str(place + 1),
        float(values.min()),
        float(values.max()),
        float(values.mean()),
        float(values.std()),
        int(column.missing[:, place].sum()) if column.missing is not None else 0,
        int(np.count_nonzero(far)),
        edges.tolist(),
        counts.tolist(),
        ratio(train, truth) if target.classes is not None else pearson(train, truth.astype(np.float64)),
    )


def binned(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """How many values lie in each of `BINS` equal ranges, and the ends of these, which of large numbers that lie near
    each other may be the same."""
    low, reach = values.min(), np.ptp(values)
    shares = (values - low) / reach if reach else np.full(len(values), 0.5)
    counts, ends = np.histogram(shares, BINS, (0.0, 1.0))
    return counts, low + (reach * ends if reach else ends - 0.5)


def pearson(x: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    """Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)²·Σ (y − ȳ)²), None where one of both is constant."""
    x, y = x - x.mean(), y - y.mean()
    scale = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / scale if scale else None


def ratio(x: NDArray[np.float64], classes: NDArray[Any]) -> float | None:
    """η: the root of the share of the variance of x that lies between classes (Pearson 1905), None for a constant."""
    labels, places = np.unique(classes, return_inverse=True)
    x = x - x.mean()
    total = float(x @ x)
    if not total or len(labels) < 2:
        return None
    counts = np.bincount(places)
    between = (np.bincount(places, x) ** 2 / counts).sum()
    return float(np.sqrt(min(between / total, 1.0)))


def span_of(column: Column) -> Span:
    """The range of an input before and behind normalization; of what is streamed that of a sample."""
    low, high = _ends(column)
    normalized = None
    if column.mean is not None and column.std is not None:
        scaled = [(end - column.mean) / column.std for end in (low, high)]
        normalized = float(min(end.min() for end in scaled)), float(max(end.max() for end in scaled))
    lengths = _lengths(column) if column.dtype.kind == "i" and len(column.shape) == 1 else None
    ends = float(low.min()), float(high.max())
    return Span(column.name, column.shape, str(column.dtype), *ends, normalized, lengths, words_of(column))


def _ends(column: Column) -> tuple[NDArray[Any], NDArray[Any]]:
    """The smallest and the largest value for each number of the mean: each channel of planes, else each feature."""
    axes = (0, *range(2, len(column.shape) + 1)) if len(column.shape) >= 3 else tuple(range(max(1, len(column.shape))))
    found = [(some.min(axes, keepdims=True)[0], some.max(axes, keepdims=True)[0]) for some in pieces(column)]
    lows, highs = zip(*found, strict=True)
    return np.minimum.reduce(lows), np.maximum.reduce(highs)


def pieces(column: Column) -> Iterator[NDArray[Any]]:
    """All examples, some thousands at a time; of what is streamed a sample."""
    for part in column.every:
        content: Any = part.sample() if is_streamed(part) else part
        for start in range(0, len(content), _ROWS):
            yield content[start : start + _ROWS]


def _lengths(column: Column) -> tuple[int, float, int]:
    found: Sequence[NDArray[Any]] = [
        some.shape[1] - np.argmax(np.pad(some, ((0, 0), (1, 0)), constant_values=1)[:, ::-1] != 0, axis=1)
        for some in pieces(column)
    ]
    lengths = np.concatenate(found)
    return int(lengths.min()), float(np.median(lengths)), int(lengths.max())
