"""One run on the charts: what follows its folder, and all that is known of it there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.training import TrainingSettings
from models.training.metrics import measure_of
from studio.controllers.run_follower import RunFollower
from studio.runs.events import Event
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import Points
from studio.workspaces.train.charts.axis import EPOCH, RunAxis
from studio.workspaces.train.charts.happened import RunHappenings
from widgets.charts.chart import Chart
from widgets.charts.curve import Series
from widgets.charts.painting.happenings import Happening

Line = tuple[Sequence[float] | NDArray[np.float64], Sequence[float] | NDArray[np.float64]]
"""Places on the x axis, and values."""
LineOn = Callable[[str], Line]
"""A line, given what x is."""
MOST_PLANNED = 500
NEAR = 100
"""Epochs that the axes show from the beginning; of longer runs they show more and more."""


class Flag(NamedTuple):
    """A remark on a chart at a time in epochs, such as where a run starts to overfit; ``key`` names the chart."""

    epoch: float
    text: str
    key: str = "loss"


@dataclass
class DrawnRun:
    """A run with the follower that reads it, its color, its place on the axis, and the curves that it has."""

    follower: RunFollower
    color: int
    live: bool
    axis: RunAxis
    happenings: RunHappenings = field(default_factory=RunHappenings)
    curves: set[tuple[Chart, Series]] = field(default_factory=set)
    flags: Sequence[Flag] = ()
    drops: bool = False
    """Whether its training part was measured with dropout on."""
    epochs: int = 0
    """How many there will be, of a live run."""

    @property
    def folder(self) -> RunFolder | None:
        """The run's folder, as soon as it was read."""
        return self.follower.folder

    def line_of(self, points: Points) -> LineOn:
        """Points as a line."""
        return lambda x: (self.axis.of(points, x), points.values)

    def means_of(self, events: Sequence[Event]) -> dict[str, LineOn]:
        """The means over epochs that the log has, as lines by the series."""
        means = cache(partial(means_of, events, self.axis))
        return {measured: partial(_line_among, means, measured) for measured in means(EPOCH)}

    def told(self, x: str) -> list[Happening]:
        """What happened, on an axis of a kind."""
        return self.happenings.told(lambda points: self.axis.of(points, x))


def _line_among(means: Callable[[str], Mapping[str, Line]], measured: str, x: str) -> Line:
    return means(x).get(measured, ((), ()))


def planned_rates(settings: TrainingSettings, batches: int) -> tuple[list[float], list[float]]:
    """Places in epochs from the first to the last, and the learning rate that is planned for each.

    ``batches`` is the number of updates in an epoch; where the rate depends on it and it is 0, not known, there
    is none.
    """
    if settings.plans_by_updates:
        last = settings.total_updates(batches) if batches else 0
        steps = range(0, last, -(-last // MOST_PLANNED)) if last else range(0)
        return [step / batches for step in steps], [settings.learning_rate(step, batches) for step in steps]
    epochs = settings.epochs
    places = range(0, epochs + 1, -(-epochs // MOST_PLANNED))
    return [float(place) for place in places], [settings.learning_rate(min(place, epochs - 1), 1) for place in places]


def means_of(events: Sequence[Event], axis: RunAxis, kind: str) -> dict[str, tuple[list[float], list[float]]]:
    """The means over the steps of each epoch that the log has, as (xs, ys) by the series, on an axis of a kind."""
    means: dict[str, tuple[list[float], list[float]]] = {}
    for event in events:
        x = axis.of_epoch_end(event, kind) if event["event"] == "epoch" else None
        if x is None:
            continue
        for measured, value in event.get("values", {}).items():
            xs, ys = means.setdefault(measured, ([], []))
            if measure_of(measured).part == "train" and (not xs or x > xs[-1]):
                xs.append(x)
                ys.append(value)
    return {measured: line for measured, line in means.items() if line[0]}


def reach_of(epoch: float, epochs: int) -> int:
    """How far axes reach that hold an epoch of so many: to the last one at once where that is near, else to a round
    number, so that they move in few steps."""
    if epochs <= NEAR:
        return epochs
    round_numbers = (first * 10**power for power in range(1, 8) for first in (2, 5, 10))
    return min(epochs, next((number for number in round_numbers if number > epoch), epochs))


def batch_size_of(folder: RunFolder) -> int:
    """How many examples a step has, as far as the header says."""
    settings, _ = TrainingSettings.read(folder.header["settings"])
    return int(settings.batch_size)
