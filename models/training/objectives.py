"""What a run minimizes: an objective for each Output of the network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.training.losses import Loss
from models.training.losses.base import Tensor
from models.training.metrics import LOSS, NUMBERS, Measure, Metric, measure_of

Unit = tuple[Tensor, Tensor]
"""Mean and standard deviation of targets, with as many dimensions as those of an example."""


class Objective(NamedTuple):
    """A loss at an Output, what it counts in the weighted sum that is trained, and the metrics measured there.

    ``prefix`` goes before the names of its series; it is "" where there is one Output. ``scaled`` tells that the loss
    takes its targets in standard deviations from their mean, and ``unit`` holds these, once they are known. ``shades``
    tells that a loss of yes or no is given images, whose gray is no yes or no: answers are the gray that is predicted.
    """

    output: str
    loss: Loss
    weight: float
    metrics: tuple[Metric, ...]
    prefix: str = ""
    scaled: bool = False
    unit: Unit | None = None
    shades: bool = False

    @property
    def answers(self) -> str:
        """What the Output gives, in the words of `Loss.answers`."""
        return NUMBERS if self.shades else self.loss.answers

    def predicted(self, output: Tensor) -> Tensor:
        """An output as metrics take it, in the targets' own unit."""
        read = self.loss.predicted(output)
        if self.shades:
            return read.sigmoid()
        if self.unit is None:
            return read
        mean, std = (part.to(read) for part in self.unit)
        return read * std + mean


def predictions(objectives: Sequence[Objective], outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Outputs of a batch as metrics take them: scores, or numbers as they are predicted."""
    return tuple(objective.predicted(output) for objective, output in zip(objectives, outputs, strict=True))


def loss_names(objectives: list[Objective]) -> list[str]:
    """What the losses of a step are called: the one that is trained, and behind it, if there are several, each."""
    return [LOSS, *(f"{objective.prefix}{LOSS}" for objective in objectives if len(objectives) > 1)]


def measured(objectives: list[Objective]) -> list[tuple[int, str, Metric]]:
    """The metrics of a run: the place of the Output, the name and the metric, Output by Output."""
    return [
        (place, f"{objective.prefix}{metric.series}", metric)
        for place, objective in enumerate(objectives)
        for metric in objective.metrics
    ]


def watched_measure(objectives: list[Objective], watched: str) -> Measure | None:
    """What of validation is watched, by the setting of that name: the loss that is trained, or a metric at the first
    Output that has it; None where none has. `Measure.key` is its name among the values of an epoch."""
    if watched == LOSS:
        return measure_of(f"validation/{LOSS}")
    names = (name for _, name, metric in measured(objectives) if metric.name == watched)
    return next((measure_of(f"validation/{name}") for name in names), None)
