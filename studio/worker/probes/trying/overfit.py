"""Whether a network can learn at all: one batch, again and again, until all of it is right."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor, nn

from models.basics.quantities import figures
from models.basics.text import counted
from models.training.objectives import Objective
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.training.loop import Tensors
from studio.worker.trying.attempt import BAD, DOUBTFUL, EXAMPLE, GOOD, Attempt, Verdict

MOST_EXAMPLES = 64
NEAR = 0.05
"""Numbers count as learned when the loss is this share of the first."""
LEARNED = 0.5
"""Classes that are right count as learned below this share: the first guess may be right, too."""
SLOW = 0.95
"""Above this share of the first the loss has not fallen."""
LOWEST, SMALLER, LOOK = 1e-8, 10, 50
"""How small a rate is looked at where the loss becomes NaN, each so many times smaller, for how many steps."""


@probe(of_run=False, document=EXAMPLE, steps=20, path="")
def overfit(asked: Asked) -> Steps:
    """``losses`` of the steps, and of ``right`` the share of predictions that are right before each. Dropout and
    augmentation are off, the learning rate stays; where the loss becomes NaN a smaller one is looked for."""
    steps = max(2, min(asked.whole("steps", 300), 10_000))
    attempt = Attempt(asked, augmentation=[])
    rate = attempt.plan.base_rate
    batch = _Batch(attempt, rate)
    yield from batch.learn(steps)
    calm, calmer = batch, rate
    while batch.losses and not batch.is_finite and not calm.has_fallen and calmer > LOWEST:
        calmer /= SMALLER
        calm = _Batch(Attempt(asked, augmentation=[]), calmer)
        yield from calm.learn(min(steps, LOOK))
    verdict = _verdict(batch, steps) if batch.is_finite else _too_fast(calm, float(f"{calmer:.3g}"), rate)
    arrays = {"losses": np.array(batch.losses), "right": np.array(batch.shares)}
    return attempt.answer(verdict, arrays, examples=batch.examples)


class _Batch:
    """A batch that is learned at one rate: the ``losses`` of its steps, and the ``shares`` that are right before each.

    ``is_of_one_class`` tells that all of its answers are the same, for which no input is needed.
    """

    def __init__(self, attempt: Attempt, rate: float) -> None:
        self._attempt, plan = attempt, attempt.plan
        for module in plan.model.modules():
            _keep_all(module)
        self._picked = attempt.rows(min(plan.batch_size, MOST_EXAMPLES))
        attempt.set_rate(rate)
        self.examples = len(self._picked[0])
        self.losses: list[float] = []
        self.shares: list[float] = []
        self.is_finite, self.is_of_one_class = True, False

    @property
    def left(self) -> float:
        """What is left of the first loss, as a share of its size: below 0 where a loss has no end."""
        first = self.losses[0]
        return 1 + (self.losses[-1] - first) / abs(first) if first else 1.0

    @property
    def is_learned(self) -> bool:
        return self.shares[-1] == 1 and self.left <= LEARNED

    @property
    def has_fallen(self) -> bool:
        return self.is_finite and self.left < SLOW

    def learn(self, steps: int) -> Generator[tuple[int, int], None, None]:
        """Take so many steps, fewer where all is learned or the loss is no finite number any more."""
        objectives = self._attempt.plan.objectives
        for number in range(steps):
            try:
                loss, outputs, targets = self._attempt.step(self._picked)
            except FloatingPointError:
                self.is_finite = False
                return
            self.losses.append(loss)
            self.shares.append(_right(objectives, self._attempt.plan.read(outputs), targets, self.left))
            self.is_of_one_class = _are_alike(objectives, targets)
            if self.is_learned:
                return
            yield number + 1, steps

    def how(self) -> str:
        """What the loss did."""
        first, last = (figures(loss, 3) for loss in (self.losses[0], self.losses[-1]))
        return f"the loss fell from {first} to {last} in {counted(len(self.losses) - 1, 'step')}"


def _keep_all(module: nn.Module) -> None:
    """Have a module drop nothing."""
    if isinstance(module, nn.modules.dropout._DropoutNd):
        module.eval()
    elif isinstance(getattr(module, "dropout", None), float):  # recurrent layers and attention keep a share
        module.dropout = 0.0  # type: ignore[assignment]


def _right(objectives: list[Objective], outputs: Tensors, targets: Tensors, left: float) -> float:
    """The share of predictions, as metrics take them, that are right, over all Outputs; of other answers
    than classes all or none."""
    shares = [_share(*item, left) for item in zip(objectives, outputs, targets, strict=True)]
    return min(shares)


def _share(objective: Objective, output: Tensor, target: Tensor, left: float) -> float:
    with torch.no_grad():
        if objective.answers == "classes":
            return (output.argmax(1) == target).float().mean().item()
        if objective.answers == "binary":
            return ((output > 0) == (target > 0.5)).float().mean().item()
    return float(left <= NEAR)


def _are_alike(objectives: list[Objective], targets: Tensors) -> bool:
    pairs = zip(objectives, targets, strict=True)
    return all(item.loss.answers in ("classes", "binary") and bool((own == own[:1]).all()) for item, own in pairs)


def _verdict(batch: _Batch, steps: int) -> Verdict:
    every = f"all of {batch.examples} examples are right"
    if batch.shares[-1] == 1 and batch.is_of_one_class:
        way = "Take larger batches." if batch.examples < MOST_EXAMPLES else "Look at the classes."
        return Verdict(DOUBTFUL, f"All are right, but all are of one class, which needs no input. {way}")
    if batch.is_learned and batch.left > NEAR:
        return Verdict(GOOD, f"It can learn: {every} after {counted(len(batch.losses) - 1, 'step')}.")
    if batch.left <= NEAR:
        return Verdict(GOOD, f"It can learn: {batch.how()}.")
    if batch.shares[-1] == 1:
        return Verdict(GOOD, f"It can: {every}, at a loss of {figures(batch.losses[-1], 3)}.")
    return _not_learned(batch, steps)


def _not_learned(batch: _Batch, steps: int) -> Verdict:
    least, last = min(batch.losses), batch.losses[-1]
    first = batch.losses[0]
    if last - least > abs(first - least) / 2 and last - least > (1 - SLOW) * abs(first):
        how = f"the loss was {figures(least, 3)}, then {figures(last, 3)}"
        return Verdict(DOUBTFUL, f"It jumps about: {how}. Find a smaller rate by the range test.")
    if batch.has_fallen:
        return Verdict(DOUBTFUL, f"It learns slowly: {batch.how()}. Try the range test.")
    how = f"the loss stayed near {figures(last, 3)} for {steps} steps"
    return Verdict(BAD, f"It does not learn: {how}. Check rate, gradients and targets.")


def _too_fast(calm: _Batch, calmer: float, rate: float) -> Verdict:
    """What is to be said where the loss became NaN at the rate of the document."""
    if not calm.losses:
        return Verdict(BAD, "The very first loss is NaN or infinite. Look at the data and the network first.")
    if not calm.has_fallen:
        return Verdict(BAD, f"The loss becomes NaN or infinite at {rate:g}, and falls at no smaller learning rate.")
    sentence = f"The loss becomes NaN or infinite at a learning rate of {rate:g}; it falls at {calmer:g}."
    return Verdict(BAD, sentence, "optimizer.lr", calmer)
