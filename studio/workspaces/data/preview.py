"""What the Data workspace shows of loaded data, made beside it on the thread that loads. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from models.basics.quantities import bytes_text
from models.basics.text import counted, times
from models.data import Facts
from models.specs.fields import Text
from studio.data import Data, Dataset
from studio.data.data import Column
from widgets.data.bars import Bar
from widgets.data.samples import Example, Part, Samples, number_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTS = ("training", "validation", "test")
BINS = 16
"""Ranges that targets which are numbers are counted in."""
MOST_VALUES = 4
"""Channels or columns whose mean is written out one by one."""


class View(NamedTuple):
    """Samples of one input with one target, how often each target occurs, and how the input is normalized."""

    samples: Samples
    bars: tuple[Bar, ...]
    normalization: str


class Preview(NamedTuple):
    """Loaded data as it is shown, a view for each pair of the ids of an Input and an Output; ``size`` is its memory in
    bytes."""

    dataset: Dataset
    title: str
    facts: Facts
    views: Mapping[tuple[str, str], View]
    counts: tuple[int, ...]
    """Examples of each part: training, validation, and a test where there is one."""
    size: int
    own_split: bool
    warnings: tuple[str, ...]
    scales: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]
    """Mean and standard deviation by the id of an Input, where it is normalized."""
    data: Data

    def view(self, input: str = "", target: str = "") -> View:
        """The view of two ids; the first where there is none."""
        return self.views.get((input, target)) or next(iter(self.views.values()))

    @property
    def line(self) -> str:
        """The facts in one line: how many of what shape, targets, memory."""
        shapes = [self._shape(column.shape) for column in self.facts.inputs.values()]
        targets = [column.target_text for column in self.facts.targets.values()]
        noun = self.view().samples.noun if len(shapes) == 1 else "examples"
        parts = (f"{sum(self.counts):,} {noun}", " and ".join(shapes), " and ".join(targets), bytes_text(self.size))
        return " · ".join(parts)

    @property
    def from_files(self) -> bool:
        """Whether files are read, which may change."""
        return any(isinstance(field, Text) and field.path for field in self.dataset.fields.values())

    @property
    def is_text(self) -> bool:
        """Whether all inputs are tokens, which nothing is subtracted from."""
        return all(column.tokens for column in self.facts.inputs.values())

    @property
    def split_note(self) -> str:
        """How the examples were parted, in a few words."""
        if self.own_split:
            return "as the data has it"
        return self.dataset.split_note or ("keeps class balance" if self.view().samples.by_class else "")

    def _shape(self, shape: tuple[int, ...]) -> str:
        if len(shape) != 1 or len(self.facts.inputs) > 1:
            return times(shape)
        return counted(shape[0], {"sequences": "token", "rows": "column"}.get(self.view().samples.noun, "number"))


class Glimpse(NamedTuple):
    """The first examples of data that is still being read."""

    title: str
    samples: Samples

    @property
    def line(self) -> str:
        """What they are, in a few words."""
        return f"The first {len(self.samples.parts[0].x):,} {self.samples.noun}; all are being read."


def glimpse_of(dataset: Dataset, data: Data) -> Glimpse:
    """The first examples, in the order of the data."""
    samples = _samples(next(iter(data.inputs.values())), next(iter(data.targets.values())))
    return Glimpse(dataset.called(), replace(samples, parts=(samples.parts[0]._replace(name=""),)))


def preview_of(dataset: Dataset, data: Data) -> Preview:
    """Everything that takes a look at all examples: counts, ranges, sizes."""
    bars = {id: _bars(column) for id, column in data.targets.items()}
    views = {
        (first, second): View(_samples(x, y), bars[second], _normalization(x))
        for first, x in data.inputs.items()
        for second, y in data.targets.items()
    }
    counts = tuple(data.sizes.values())
    ends = {id: (column.mean, column.std) for id, column in data.inputs.items()}
    scales = {id: (mean, std) for id, (mean, std) in ends.items() if mean is not None and std is not None}
    return Preview(
        dataset, dataset.called(), data.facts(), views, counts, data.size, data.own_split, data.warnings, scales, data
    )


def _samples(x: Column, y: Column) -> Samples:
    from studio.data.formats.streamed import ImageFiles

    parts = tuple(Part(name, *pair) for name, pair in zip(PARTS, zip(x.every, y.every, strict=True), strict=False))
    samples = Samples(parts, y.classes, x.features, padding=_padding(x), words=x.vocabulary, wave=_wave(x))
    waits = isinstance(x.train, ImageFiles)
    samples = replace(samples, aim_span=_span(y)) if samples.are_pairs and not y.shades else samples
    return replace(samples, span=_span(x), waits=waits) if samples.form == "images" else samples


def _padding(column: Column) -> Callable[[Example], tuple[int, int]] | None:
    """What tells of a window of frames how much of it is beyond the recording."""
    from studio.data.frames.windows import are_windows

    if not are_windows(column.train):
        return None
    windows = [part for part in column.every if are_windows(part)]
    return lambda example: windows[example.part].padding(example.row)


def _wave(column: Column) -> Callable[[Example], NDArray[Any]] | None:
    """What tells of a window of frames how its sound goes, its recording in full height."""
    from studio.data.frames.windows import are_windows

    windows = [part for part in column.every if are_windows(part)]
    read = windows[0].waves if windows else None
    try:
        waves = read() if read else None
    except (OSError, ValueError):  # the files have just gone; what was read of them is shown all the same
        waves = None
    return None if waves is None else lambda example: waves[windows[example.part].span(example.row)].reshape(-1, 2)


def _span(column: Column) -> tuple[float, float]:
    """What is drawn black and white: 0 to 255 for photographs, else the values that occur."""
    low = min(float(part.min()) for part in column.every)
    high = max(float(part.max()) for part in column.every)
    if column.dtype.name == "uint8":
        # Gray levels from 0 to 16 would be all but black.
        return (0.0, 255.0) if high > 127 else (0.0, high)
    return low, high


def _bars(column: Column) -> tuple[Bar, ...]:
    import numpy as np

    if column.classes is not None:
        return tuple(
            Bar(name, counts[0], counts[1], test=sum(counts[2:])) for name, counts in column.every_count.items()
        )
    rows = [part.reshape(len(part), -1) for part in column.every]
    first = [part.mean(1) if len(column.shape) == 3 else part[:, 0] for part in rows]  # of an image how light it is
    edges = _edges(min(float(values.min()) for values in first), max(float(values.max()) for values in first))
    counted = [np.histogram(values, edges)[0].tolist() for values in first]
    ends = [number_text(edge) for edge in edges]
    return tuple(
        Bar(f"{low} to {high}", training, validation, (low, high), *test)
        for low, high, training, validation, *test in zip(ends, ends[1:], *counted, strict=False)
    )


def _edges(low: float, high: float) -> list[float]:
    """Round numbers from below `low` to above `high`, at most `BINS` steps apart."""
    span = max(high - low, 1e-6 * max(abs(high), 1.0))
    power = 10.0 ** math.floor(math.log10(span / BINS))
    step = next(factor * power for factor in (1, 2, 5, 10, 20) if span / (factor * power) <= BINS - 1)
    first, last = math.floor(low / step), math.floor(high / step) + 1
    return [round(place * step, 12) for place in range(first, last + 1)]


def _normalization(column: Column) -> str:
    from studio.data.texts.vocabulary import words_of

    if words := words_of(column):
        common = "  ".join(f"{word} {count:,}" for word, count in words.most_common)
        unknown = " and ".join(f"{share:.1%}" for share in words.unknown)
        return (
            f"Vocabulary of {words.size:,} tokens, padding and unknown among them. Unknown in training and validation: "
            f"{unknown}. Most common in training: {common}"
        )
    if column.mean is None or column.std is None:
        return "Values stay as they are."
    return f"mean {_values(column.mean)}\nstandard deviation {_values(column.std)}"


def _values(array: NDArray[Any]) -> str:
    flat = array.ravel()
    if len(flat) <= MOST_VALUES:
        return "  ".join(map(number_text, flat.tolist()))
    return f"{number_text(float(flat.min()))} to {number_text(float(flat.max()))}, of {len(flat):,} columns"
