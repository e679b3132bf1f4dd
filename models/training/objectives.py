"""What a run minimizes: an objective for each Output of the network."""

from __future__ import annotations

from typing import NamedTuple

from models.training.losses import Loss
from models.training.metrics import LOSS, Metric


class Objective(NamedTuple):
    """A loss at an Output, what it counts in the weighted sum that is trained, and the metrics measured there.

    ``prefix`` goes before the names of its series; it is "" where there is one Output.
    """

    output: str
    loss: Loss
    weight: float
    metrics: tuple[Metric, ...]
    prefix: str = ""


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
