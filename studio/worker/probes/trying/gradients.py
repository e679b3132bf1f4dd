"""Whether the gradients of every layer are true: autograd against central differences, in double precision."""

from __future__ import annotations

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
STEP, SMALLEST = 1e-6, 1e-4
"""Half the distance of two points, and the smallest gradient, beside a loss of 1, whose slope is surely measured."""
AGREES, KINK = 1e-4, 1e-2
"""Relative errors: up to the first a gradient is true; up to the second a kink, as of ReLU, may lie in between."""


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
    worst: dict[str, float] = {}
    count = 0
    generator = torch.Generator().manual_seed(plan.seed)
    for done, (name, weight) in enumerate(weights.items()):
        layer = name.rpartition(".")[0] or name
        for place in torch.randperm(weight.numel(), generator=generator)[:each].tolist():
            slope = _slope(model, losses, batch, plan.seed, weight, place)
            worst[layer] = max(worst.get(layer, 0.0), _error(weight, place, slope, abs(loss.item())))
            count += 1
            yield done, len(weights)
    facts = {"layers": list(worst), "count": count}
    return _verdict(worst, count).answer({"errors": np.array(list(worst.values()))}, **facts)


def _double(tensors: Tensors) -> Tensors:
    return tuple(values.double() if values.is_floating_point() else values for values in tensors)


def _loss(model: nn.Module, losses: Objectives, inputs: Tensors, targets: Tensors, seed: int) -> Tensor:
    torch.manual_seed(seed)  # dropout draws the same each time
    return losses_of(losses, outputs_of(model, inputs), targets)[0]


@torch.no_grad()
def _slope(
    model: nn.Module, losses: Objectives, batch: tuple[Tensors, Tensors], seed: int, weight: nn.Parameter, place: int
) -> float:
    cell = tuple(int(part) for part in np.unravel_index(place, weight.shape))
    middle = weight[cell].item()
    step = STEP * max(1.0, abs(middle))
    found = []
    for moved in (middle + step, middle - step):
        weight[cell] = moved
        found.append(_loss(model, losses, *batch, seed).item())
    weight[cell] = middle
    return (found[0] - found[1]) / ((middle + step) - (middle - step))


def _error(weight: nn.Parameter, place: int, slope: float, loss: float) -> float:
    """The relative error; of a gradient that rounding may hide, relative to the smallest that it cannot."""
    assert weight.grad is not None
    exact = weight.grad.flatten()[place].item()
    return abs(exact - slope) / max(abs(exact), abs(slope), SMALLEST * max(1.0, loss))


def _verdict(worst: dict[str, float], count: int) -> Verdict:
    if not worst:
        return Verdict(BAD, "No weight has a gradient: nothing that is learned leads to the loss.")
    layer, error = max(worst.items(), key=lambda item: item[1])
    if error <= AGREES:
        return Verdict(
            GOOD, f"All {count:,} gradients looked at are true; the worst is off by {error:.1g} ({layer:.20})."
        )
    if error <= KINK:
        return Verdict(DOUBTFUL, f"{layer:.30} is off by {error:.1g}: a kink, as of ReLU or pooling, or rounding.")
    return Verdict(BAD, f"The gradient of {layer:.30} is wrong: off by {error:.1g} of its size.")
