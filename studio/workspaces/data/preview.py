"""What the Data workspace shows of loaded data, made beside it on the thread that loads. No Qt."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.basics.quantities import bytes_text
from models.basics.text import times
from models.data import Facts
from studio.data import Data, Dataset
from widgets.data.bars import Bar
from widgets.data.samples import Part, Samples, number_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 16
"""Ranges that targets which are numbers are counted in."""
MOST_VALUES = 4
"""Channels or columns whose mean is written out one by one."""
_NOUNS = {"images": "images", "points": "points", "rows": "rows"}


class Preview(NamedTuple):
    """Loaded data as it is shown; ``size`` is its memory in bytes."""

    dataset: Dataset
    title: str
    facts: Facts
    samples: Samples
    bars: tuple[Bar, ...]
    counts: tuple[int, int]
    size: int
    normalization: str
    own_split: bool
    warnings: tuple[str, ...]

    @property
    def line(self) -> str:
        """The facts in one line: how many of what shape, targets, memory."""
        noun = _NOUNS[self.samples.form]
        shape = times(self.facts.shape)
        if len(self.facts.shape) == 1:
            shape += " columns" if self.samples.form == "rows" else " numbers"
        return " · ".join((f"{sum(self.counts):,} {noun}", shape, self.facts.target_text, bytes_text(self.size)))


def preview_of(dataset: Dataset, data: Data) -> Preview:
    """Everything that takes a look at all examples: counts, ranges, sizes."""
    names = ("training", "validation")
    parts = tuple(Part(name, split.x, split.y) for name, split in zip(names, data.splits, strict=True))
    samples = Samples(parts, data.classes, data.features)
    if samples.form == "images":
        samples = Samples(parts, data.classes, data.features, _span(data))
    counts = (len(data.train), len(data.validation))
    title = title_of(dataset)
    return Preview(
        dataset, title, data.facts(), samples, _bars(data), counts, data.size, _normalization(data), data.own_split,
        data.warnings,
    )  # fmt: skip


def title_of(dataset: Dataset) -> str:
    """The name of the user's file or folder, else that of the data set."""
    path = getattr(dataset, "path", "")
    return (Path(path).name or path) if path else dataset.title


def _span(data: Data) -> tuple[float, float]:
    """What is drawn black and white: 0 to 255 for photographs, else the values that occur."""
    low = min(float(split.x.min()) for split in data.splits)
    high = max(float(split.x.max()) for split in data.splits)
    if data.dtype.name == "uint8":
        # Gray levels from 0 to 16 would be all but black.
        return (0.0, 255.0) if high > 127 else (0.0, high)
    return low, high


def _bars(data: Data) -> tuple[Bar, ...]:
    import numpy as np

    if data.classes is not None:
        return tuple(Bar(name, *counts) for name, counts in data.counts.items())
    first = [split.y.reshape(len(split.y), -1)[:, 0] for split in data.splits]
    edges = _edges(min(float(values.min()) for values in first), max(float(values.max()) for values in first))
    counted = [np.histogram(values, edges)[0].tolist() for values in first]
    return tuple(
        Bar(f"{number_text(edges[i])} to {number_text(edges[i + 1])}", *pair)
        for i, pair in enumerate(zip(*counted, strict=True))
    )


def _edges(low: float, high: float) -> list[float]:
    """Round numbers from below `low` to above `high`, at most `BINS` steps apart."""
    span = max(high - low, 1e-6 * max(abs(high), 1.0))
    power = 10.0 ** math.floor(math.log10(span / BINS))
    step = next(factor * power for factor in (1, 2, 5, 10, 20) if span / (factor * power) <= BINS - 1)
    first, last = math.floor(low / step), math.floor(high / step) + 1
    return [round(place * step, 12) for place in range(first, last + 1)]


def _normalization(data: Data) -> str:
    if data.mean is None or data.std is None:
        return "Values stay as they are."
    return f"mean {_values(data.mean)}\nspread {_values(data.std)}"


def _values(array: NDArray[Any]) -> str:
    flat = array.ravel()
    if len(flat) <= MOST_VALUES:
        return "  ".join(f"{value:.3g}" for value in flat.tolist())
    return f"{flat.min():.3g} to {flat.max():.3g}, of {len(flat):,} columns"
