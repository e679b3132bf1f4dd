"""Metrics beside the loss, as sums over a batch that leave the device only when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from models.losses import Loss


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name, and what turns outputs and targets into the sum over all elements of the targets."""

    name: str
    total: Callable[[Tensor, Tensor], Tensor]


def metric_for(loss: Loss) -> Metric:
    """The metric that is shown beside a loss."""
    if loss.metric == "accuracy":
        return Metric("accuracy", _correct_classes if loss.targets == "classes" else _correct_switches)
    return Metric("mae", _absolute_errors)


def _correct_classes(outputs: Tensor, targets: Tensor) -> Tensor:
    return (outputs.argmax(1) == targets).sum()


def _correct_switches(outputs: Tensor, targets: Tensor) -> Tensor:
    # A raw score above 0 is a probability above one half.
    return ((outputs > 0) == (targets > 0.5)).sum()


def _absolute_errors(outputs: Tensor, targets: Tensor) -> Tensor:
    return (outputs - targets).abs().sum()


@dataclass(slots=True)
class Sums:
    """Sums over some batches, as exact Python numbers, so that they can be saved and resumed to the bit."""

    loss: float = 0.0
    metric: float = 0.0
    examples: int = 0
    elements: int = 0

    def add(self, loss: float, metric: float, examples: int, elements: int) -> None:
        """Take in one batch: its mean loss, its sum of the metric, its examples and its target elements."""
        self.loss += loss * examples
        self.metric += metric
        self.examples += examples
        self.elements += elements

    @property
    def mean_loss(self) -> float:
        """The loss per example."""
        return self.loss / self.examples

    @property
    def mean_metric(self) -> float:
        """The metric per target element."""
        return self.metric / self.elements


class Meter:
    """Collects what steps produce without waiting for the device; `drain` brings it over."""

    LONGEST = 512
    """Steps after which the values are brought over in any case, which bounds the memory they take."""

    def __init__(self) -> None:
        self._losses: list[Tensor | float] = []
        self._metrics: list[Tensor] = []
        self._sizes: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, loss: Tensor | float, metric: Tensor, examples: int, elements: int) -> None:
        """Note one batch; a loss that is known already comes as a number."""
        self._losses.append(loss)
        self._metrics.append(metric)
        self._sizes.append((examples, elements))

    def drain(self) -> list[tuple[float, float, int, int]]:
        """Loss, sum of the metric, examples and elements of each batch since the last call, in order."""
        if not self._sizes:
            return []
        losses = _numbers(self._losses)
        metrics = torch.stack(self._metrics).tolist()
        rows = [(loss, metric, *sizes) for loss, metric, sizes in zip(losses, metrics, self._sizes, strict=True)]
        self._losses, self._metrics, self._sizes = [], [], []
        return rows


def _numbers(values: list[Tensor | float]) -> list[float]:
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) < len(values):
        return [float(value) for value in values]
    return [float(value) for value in torch.stack(tensors).tolist()]
