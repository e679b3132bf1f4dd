"""Metrics beside the loss, as sums over a batch that leave the device only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from models.training.losses import Loss


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name, and its value for each element of the targets (hits as booleans, errors as numbers)."""

    name: str
    elements: Callable[[Tensor, Tensor], Tensor]


def metric_for(loss: Loss) -> Metric:
    """The metric that is shown beside a loss."""
    if loss.metric == "accuracy":
        return Metric("accuracy", _right_classes if loss.targets == "classes" else _right_switches)
    return Metric("mae", _absolute_errors)


def _right_classes(outputs: Tensor, targets: Tensor) -> Tensor:
    return outputs.argmax(1) == targets


def _right_switches(outputs: Tensor, targets: Tensor) -> Tensor:
    # A raw score above 0 is a probability above one half.
    return (outputs > 0) == (targets > 0.5)


def _absolute_errors(outputs: Tensor, targets: Tensor) -> Tensor:
    return (outputs - targets).abs()


class Row(NamedTuple):
    """What one batch gave: its mean loss, its sum of the metric, its examples and its target elements."""

    loss: float
    metric: float
    examples: int
    elements: int


@dataclass(slots=True)
class Sums:
    """Sums over some batches, as exact Python numbers, so that they can be saved and resumed to the bit."""

    loss: float = 0.0
    metric: float = 0.0
    examples: int = 0
    elements: int = 0

    def add(self, row: Row) -> None:
        """Take in one batch."""
        self.loss += row.loss * row.examples
        self.metric += row.metric
        self.examples += row.examples
        self.elements += row.elements

    @property
    def mean_loss(self) -> float:
        """The loss per example."""
        return self.loss / self.examples

    @property
    def mean_metric(self) -> float:
        """The metric per target element."""
        return self.metric / self.elements


class Meter:
    """Keeps what steps produce where it is; `drain` works it out for many steps at once and brings it over."""

    MOST_STEPS, MOST_NUMBERS = 256, 1 << 20
    """Steps and output numbers after which the meter is full, which bounds the memory it takes."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._clear()

    def _clear(self) -> None:
        self._losses: list[Tensor | float] = []
        self._outputs: list[Tensor] = []
        self._targets: list[Tensor] = []
        self._numbers = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to drain."""
        return self._numbers >= self.MOST_NUMBERS or len(self._losses) >= self.MOST_STEPS

    def add(self, loss: Tensor | float, outputs: Tensor, targets: Tensor) -> None:
        """Note one batch; a loss that is known already comes as a number."""
        self._losses.append(loss)
        self._outputs.append(outputs)
        self._targets.append(targets)
        self._numbers += outputs.numel()

    def drain(self) -> list[Row]:
        """What each batch since the last call gave, in order."""
        if not self._losses:
            return []
        with torch.inference_mode():
            metrics = self._sums(self.metric.elements(torch.cat(self._outputs), torch.cat(self._targets)))
        pairs = zip(_numbers(self._losses), metrics, self._targets, strict=True)
        rows = [Row(loss, metric, len(targets), targets.numel()) for loss, metric, targets in pairs]
        self._clear()
        return rows

    def _sums(self, elements: Tensor) -> list[float]:
        if elements.dtype == torch.bool:
            # Counts are exact in any grouping, so one sum does for all; only the batches' total is ever used.
            return [float(elements.sum().item()), *[0.0] * (len(self._losses) - 1)]
        parts = elements.split([len(targets) for targets in self._targets])  # type: ignore[no-untyped-call]
        return [float(value) for value in torch.stack([part.sum() for part in parts]).tolist()]


def _numbers(values: list[Tensor | float]) -> list[float]:
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) < len(values):
        return [float(value) for value in values]
    return [float(value) for value in torch.stack(tensors).tolist()]
