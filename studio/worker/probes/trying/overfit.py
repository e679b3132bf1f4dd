"""Whether a network can learn at all: one batch, again and again, until all of it is right."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from models.basics.quantities import figures
from models.training.objectives import Objective
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.training.loop import Tensors
from studio.worker.trying.attempt import BAD, DOUBTFUL, EXAMPLE, GOOD, Attempt, Verdict

MOST_EXAMPLES = 64
NEAR = 0.05
"""Numbers count as learned when the loss is this share of the first."""
SLOW = 0.95
"""Above this share of the first the loss has not fallen."""


@probe(of_run=False, document=EXAMPLE, steps=20, path="")
def overfit(asked: Asked) -> Steps:
    """``losses`` of the steps, and of ``right`` the share of predictions that are right before each. Dropout and
    augmentation are off, the learning rate stays."""
    steps = max(2, min(asked.whole("steps", 300), 10_000))
    attempt = Attempt(asked, augmentation=[])
    plan = attempt.plan
    for module in plan.model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.eval()
    picked = attempt.rows(min(plan.batch_size, MOST_EXAMPLES))
    attempt.set_rate(plan.base_rate)
    losses: list[float] = []
    shares: list[float] = []
    for number in range(steps):
        try:
            loss, outputs, targets = attempt.step(picked)
        except FloatingPointError:
            break
        losses.append(loss)
        left = loss / losses[0] if losses[0] else 0.0
        shares.append(_right(plan.objectives, plan.read(outputs), targets, left))
        if shares[-1] == 1:
            break
        yield number + 1, steps
    arrays = {"losses": np.array(losses), "right": np.array(shares)}
    verdict = _verdict(losses, shares, len(picked[0]), plan.base_rate, steps)
    return verdict.answer(arrays, examples=len(picked[0]))


def _right(objectives: list[Objective], outputs: Tensors, targets: Tensors, left: float) -> float:
    """The share of predictions, as metrics take them, that are right, over all Outputs; of other answers
    than classes all or none."""
    shares = [_share(*item, left) for item in zip(objectives, outputs, targets, strict=True)]
    return min(shares)


def _share(objective: Objective, output: Tensor, target: Tensor, left: float) -> float:
    with torch.no_grad():
        if objective.loss.answers == "classes":
            return (output.argmax(1) == target).float().mean().item()
        if objective.loss.answers == "binary":
            return ((output > 0) == (target > 0.5)).float().mean().item()
    return float(left <= NEAR)


def _verdict(losses: list[float], shares: list[float], examples: int, rate: float, steps: int) -> Verdict:
    if len(losses) < 2:
        return Verdict(BAD, "The loss became NaN or infinite. Try a smaller learning rate.", "optimizer.lr", rate / 10)
    if shares[-1] == 1:
        return Verdict(GOOD, f"It can learn: all of {examples} examples are right after {len(losses) - 1} steps.")
    if len(losses) < steps:
        sentence = f"The loss became NaN or infinite in step {len(losses) + 1}. Try a smaller learning rate."
        return Verdict(BAD, sentence, "optimizer.lr", rate / 10)
    if min(losses) < SLOW * losses[0]:
        how = f"the loss fell from {figures(losses[0], 3)} to {figures(losses[-1], 3)} in {steps} steps"
        return Verdict(DOUBTFUL, f"It learns slowly: {how}. Try the range test.")
    how = f"the loss stayed near {figures(losses[-1], 3)} for {steps} steps"
    return Verdict(BAD, f"It does not learn: {how}. Check rate, gradients and targets.")
