"""Whether the gradients of every layer are true: autograd against central differences, in double precision."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from models.training.metrics import EMBEDDING
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.training.loop import Objectives, Tensors, losses_of, outputs_of
from studio.worker.trying.attempt import BAD, DOUBTFUL, EXAMPLE, GOOD, Attempt, Verdict

EXAMPLES, AMONG = 4, 32
"""Examples in the batch, and where a loss compares them, so that some are of one class."""
EACH, ALL = 10, 600
"""Weights of a tensor that are looked at, and of all tensors together."""
STEP, CLOSER, SMALLEST = 1e-6, 8, 1e-4
"""Half the distance of two points, how many times as near others are, and the smallest gradient, beside a loss of 1,
whose slope is surely measured."""
AGREES, ROUGH = 1e-4, 1e-2
"""Relative errors: up to the first a gradient is true; up to the second it may be rounding."""


@probe(of_run=False, document=EXAMPLE, path="")
def gradients(asked: Asked) -> Steps:
    """``errors``: for each layer of ``facts["layers"]`` the worst relative error |a − n| / max(|a|, |n|) of some of its
    weights, n = (f(w + h) − f(w − h)) / 2h."""
    attempt = Attempt(asked, augmentation=[], precision="float32", device="cpu", health=False)
    plan = attempt.plan
    count = AMONG if any(item.loss.answers == EMBEDDING for item in plan.objectives) else EXAMPLES
    inputs, targets = plan.train.ready(attempt.rows(min(count, len(plan.train))))
    model = plan.model.double()
    losses = [(loss.double(), weight) for loss, weight in plan.losses]
    batch = _double(inputs), _double(targets)
    loss = _loss(model, losses, *batch, plan.seed)
    model.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    weights = {name: weight for name, weight in model.named_parameters() if weight.grad is not None}
    each = max(2, min(EACH, ALL // max(1, len(weights))))
    looked = _Looked({}, 0, 0)
    near = _Near(model, losses, batch, plan.seed, loss.item())
    generator = torch.Generator().manual_seed(plan.seed)
    for done, (name, weight) in enumerate(weights.items()):
        layer = name.rpartition(".")[0] or name
        for place in torch.randperm(weight.numel(), generator=generator)[:each].tolist():
            error = near.error(weight, place)
            looked = looked.with_one(layer, error, error > AGREES and near.has_kink(weight, place))
            yield done, len(weights)
    facts = {"layers": list(looked.worst), "count": looked.seen, "kinks": looked.kinks}
    return attempt.answer(_verdict(looked), {"errors": np.array(list(looked.worst.values()))}, **facts)


class _Looked(NamedTuple):
    """The ``worst`` error of each layer, how many gradients were looked at, and how many of them lie at a kink."""

    worst: dict[str, float]
    seen: int
    kinks: int

    def with_one(self, layer: str, error: float, is_kink: bool) -> _Looked:
        worst = {layer: max(self.worst.get(layer, 0.0), 0.0 if is_kink else error)}
        return _Looked(self.worst | worst, self.seen + 1, self.kinks + is_kink)


def _double(tensors: Tensors) -> Tensors:
    return tuple(values.double() if values.is_floating_point() else values for values in tensors)


def _loss(model: nn.Module, losses: Objectives, inputs: Tensors, targets: Tensors, seed: int) -> Tensor:
    torch.manual_seed(seed)  # dropout draws the same each time
    return losses_of(losses, outputs_of(model, inputs), targets)[0]


class _Near(NamedTuple):
    """The loss near the weights as they are, where it is ``here``."""

    model: nn.Module
    losses: Objectives
    batch: tuple[Tensors, Tensors]
    seed: int
    here: float

    def error(self, weight: nn.Parameter, place: int) -> float:
        """How far a gradient is off, relative to it; of one that rounding may hide, to the smallest that it cannot."""
        assert weight.grad is not None
        exact = weight.grad.flatten()[place].item()
        below, above, apart = self._around(weight, place, STEP)
        slope = (above - below) / (2 * apart)
        return abs(exact - slope) / max(abs(exact), abs(slope), self._smallest)

    def has_kink(self, weight: nn.Parameter, place: int) -> bool:
        """Whether the slopes to both sides differ by as much however near they are taken, as those of ReLU at 0."""
        wide, narrow = (self._bend(weight, place, step) for step in (STEP, STEP / CLOSER))
        return narrow > AGREES * self._smallest and narrow > wide / 2

    @property
    def _smallest(self) -> float:
        return SMALLEST * max(1.0, abs(self.here))

    def _bend(self, weight: nn.Parameter, place: int, step: float) -> float:
        below, above, apart = self._around(weight, place, step)
        return abs((above - self.here) - (self.here - below)) / apart

    @torch.no_grad()
    def _around(self, weight: nn.Parameter, place: int, step: float) -> tuple[float, float, float]:
        """The loss at a weight that is a little smaller, and larger, and how far both are from where it was."""
        cell = tuple(int(part) for part in np.unravel_index(place, weight.shape))
        middle = weight[cell].item()
        step *= max(1.0, abs(middle))
        found = []
        for moved in (middle - step, middle + step):
            weight[cell] = moved
            found.append(_loss(self.model, self.losses, *self.batch, self.seed).item())
        weight[cell] = middle
        return found[0], found[1], ((middle + step) - (middle - step)) / 2


def _verdict(looked: _Looked) -> Verdict:
    worst, count, kinks = looked
    if not worst:
        return Verdict(BAD, "No weight has a gradient: nothing that is learned leads to the loss.")
    layer, error = max(worst.items(), key=lambda item: item[1])
    if error > ROUGH:
        return Verdict(BAD, f"The gradient of {layer:.30} is wrong: off by {error:.1g} of its size.")
    if error > AGREES:
        return Verdict(DOUBTFUL, f"{layer:.30} is off by {error:.1g}, which may be rounding.")
    if kinks == count:
        return Verdict(DOUBTFUL, "Every gradient lies at a kink, as of ReLU at 0: nothing can be measured there.")
    if kinks:
        return Verdict(
            GOOD, f"{count - kinks:,} of {count:,} gradients are true; others lie at kinks, as of ReLU at 0."
        )
    return Verdict(GOOD, f"All {count:,} gradients looked at are true; the worst is off by {error:.1g} ({layer:.20}).")
