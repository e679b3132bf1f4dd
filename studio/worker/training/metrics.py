"""Losses and metrics of many steps, as sums that leave the device only when they are asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor

from models.training import Metric
from models.training.metrics.keeping import joined, kept
from studio.worker.training.loop import Tally, Tensors, added, tally

Measured = Sequence[tuple[int, str, Metric]]
"""The place of an Output, the name and the metric, as `models.training.objectives.measured` gives them."""


Read = Callable[[Tensors], Tensors]
Rights = dict[int, Tensor]
"""By the place of an Output which of its predictions are right, where a metric tells that (`Metric.tells_right`)."""
Look = Callable[[Tensors, Tensors, Rights], None]
"""Is given the outputs and targets of many batches together, in order, and which predictions are right."""


class Rows(NamedTuple):
    """The tally of a metric that needs all rows at once: how many there were, and the columns of those kept."""

    rows: int
    columns: list[list[float]]


class Row(NamedTuple):
    """What one batch gave: its mean losses, its examples, and for each metric a tally, or None where another row of
    the same `Meter.drain` holds it."""

    losses: list[float]
    examples: int
    tallies: list[Tally | None]


@dataclass(slots=True)
class Sums:
    """Sums over some batches, as exact Python numbers, so that they can be saved and resumed to the bit."""

    losses: list[float] = field(default_factory=list)
    examples: int = 0
    tallies: list[Tally | None] = field(default_factory=list)

    def add(self, rows: Sequence[Row]) -> None:
        """Take in batches, one after the other."""
        if not rows:
            return
        if not self.examples:
            self.losses, self.tallies = [0.0] * len(rows[0].losses), [None] * len(rows[0].tallies)
        # Plain loops: there may be hundreds of rows, for which a graphics card waits.
        for place, total in enumerate(self.losses):
            for row in rows:
                total += row.losses[place] * row.examples
            self.losses[place] = total
        for place, held in enumerate(self.tallies):
            for row in rows:
                if (new := row.tallies[place]) is not None:
                    held = _together(held, new)
            self.tallies[place] = held
        self.examples += sum(row.examples for row in rows)

    def join(self, other: Sums) -> None:
        """Take in what another process has summed up."""
        if not self.examples:
            self.losses, self.tallies = [0.0] * len(other.losses), [None] * len(other.tallies)
        if other.examples:
            self.losses = [total + loss for total, loss in zip(self.losses, other.losses, strict=True)]
            self.examples += other.examples
            self.tallies = [_together(*pair) for pair in zip(self.tallies, other.tallies, strict=True)]

    @property
    def mean_loss(self) -> float:
        """The loss that is trained, per example."""
        return self.losses[0] / self.examples

    def values(self, names: Sequence[str], measured: Measured) -> dict[str, float]:
        """The losses by their ``names``, then the metrics by theirs: NaN where the loss of their Output is, since all
        that is read off such answers is made up."""
        found = {name: loss / self.examples for name, loss in zip(names, self.losses, strict=True)}
        own = self.losses[1:] or self.losses
        for (place, name, metric), total in zip(measured, self.tallies, strict=True):
            assert total is not None, "every metric is measured in every batch"
            found[name] = math.nan if math.isnan(own[place]) else metric.value(total[0], *total[1])
        return found

    def to_json(self) -> dict[str, Any]:
        """The sums as JSON data; `from_json` of it gives the very same."""
        tallies = [item._asdict() if isinstance(item, Rows) else item for item in self.tallies]
        return {"losses": self.losses, "examples": self.examples, "tallies": tallies}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Sums:
        """Read what `to_json` wrote; raises `LookupError`, `TypeError` or `ValueError` for anything else."""
        examples = int(value["examples"])
        if "loss" in value:  # by a program that knew one metric
            value = {"losses": [value["loss"]], "tallies": [[value["elements"], [[value["metric"]]]]]}
        if not examples:
            return cls()
        tallies = [_tally_from(item) for item in value["tallies"]]
        return cls([float(loss) for loss in value["losses"]], examples, [*tallies])


def _together(total: Tally | None, new: Tally | None) -> Tally | None:
    """Two tallies of a metric as one."""
    return Rows(*joined(total, new)) if isinstance(new, Rows) else added(total, new)


def _tally_from(value: Any) -> Tally:
    """A tally out of JSON data."""
    count, parts = (value["rows"], value["columns"]) if isinstance(value, dict) else value
    numbers = [[float(number) for number in part] for part in parts]
    return Rows(int(count), numbers) if isinstance(value, dict) else (int(count), numbers)


class Meter:
    """Keeps what steps produce where it is; `drain` works it out for many steps at once and brings it over."""

    MOST_STEPS, MOST_NUMBERS = 2048, 1 << 20
    """Steps and output numbers after which the meter is full, which bounds the memory it takes."""

    def __init__(self, measured: Measured, watch: Look | None = None, read: Read | None = None) -> None:
        """``read`` tells how metrics take outputs (`models.training.objectives.predictions`)."""
        self.measured, self._watch, self._read = measured, watch, read
        self.rests = False
        """Whether `add` is to leave steps out, which another process counts."""
        self._clear()

    def _clear(self) -> None:
        self._losses: list[Tensor] = []
        self._outputs: list[Sequence[Tensor]] = []
        self._targets: list[Tensors] = []
        self._sizes: list[int] = []
        self._width = 0
        self._numbers = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to drain."""
        return self._numbers >= self.MOST_NUMBERS or len(self._sizes) >= self.MOST_STEPS

    def add(self, losses: list[Tensor], outputs: Tensors, targets: Tensors) -> None:
        """Note one batch."""
        if self.rests:
            return
        # Between any two steps: plain loops, since a small network's step takes as long as a few dozen lines.
        for loss in losses:
            self._losses.append(loss.detach().reshape(1))
        kept = []
        for output in outputs:
            kept.append(output.detach())
            self._numbers += output.numel()
        self._width = len(losses)
        self._outputs.append(kept)
        self._targets.append(targets)
        self._sizes.append(len(targets[0]))

    def add_many(self, losses: Tensor, outputs: Tensors, targets: Tensors, sizes: list[int]) -> None:
        """Note batches of these ``sizes``: a row of ``losses`` each, their outputs and targets one behind the other."""
        self._losses.append(losses.flatten())
        self._width = losses.shape[1]
        self._outputs.append(outputs)
        self._targets.append(targets)
        self._sizes += sizes
        self._numbers += sum(output.numel() for output in outputs)

    def drain(self) -> list[Row]:
        """What each batch since the last call gave, in order."""
        if not self._losses:
            return []
        sizes, width = self._sizes, self._width
        numbers = torch.cat(self._losses).tolist()
        outputs = tuple(torch.cat(batches) for batches in zip(*self._outputs, strict=True))
        targets = tuple(torch.cat(batches) for batches in zip(*self._targets, strict=True))
        with torch.inference_mode():
            answers = self._read(outputs) if self._read else outputs
            found = [metric.rows(answers[place], targets[place]) for place, _, metric in self.measured]
            columns = [
                _tallies(metric, parts, sizes) for (_, _, metric), parts in zip(self.measured, found, strict=True)
            ]
        if self._watch is not None:
            pairs = zip(self.measured, found, strict=True)
            rights = {place: parts[0] for (place, _, metric), parts in pairs if metric.tells_right}
            self._watch(outputs, targets, rights)
        starts = range(0, len(numbers), width)
        every = zip(*columns, strict=True) if columns else [()] * len(sizes)
        rows = [
            Row(numbers[start : start + width], size, list(tallies))
            for start, size, tallies in zip(starts, sizes, every, strict=True)
        ]
        self._clear()
        return rows


def _tallies(metric: Metric, parts: Tensors, sizes: list[int]) -> list[Tally | None]:
    """The tally of a metric for each batch, from its parts."""
    # What is kept, and counts, are the same in any grouping, so one tally does for all.
    if metric.keeps:
        return [Rows(*kept(parts)), *[None] * (len(sizes) - 1)]
    if all(part.dtype == torch.bool for part in parts):
        return [tally(parts), *[None] * (len(sizes) - 1)]
    each = len(parts[0]) // sum(sizes)
    return _by_batch(parts, [size * each for size in sizes])


def _by_batch(parts: Tensors, sizes: list[int]) -> list[Tally | None]:
    """A tally for each batch, of so many rows: what `loop.tally` gives, brought over in one go."""
    sums = [
        torch.stack([part.sum(0) for part in column.split(sizes)]).tolist()  # type: ignore[no-untyped-call]
        for column in parts
    ]
    return [(size, list(row)) for size, *row in zip(sizes, *sums, strict=True)]
