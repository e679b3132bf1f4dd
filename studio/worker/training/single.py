"""Losses, and what outputs come to for single examples: the loss of each, and what was answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from models.training import Loss
from models.training.losses.weights import leaves_out
from models.training.metrics import EMBEDDING
from models.training.objectives import Objective, Unit
from studio.worker.training.losses.modules import OWN, CountedLoss, InUnit

Each = Callable[[Tensor, Tensor], Tensor]


def make_loss(loss: Loss, weights: Tensor | None = None, unit: Unit | None = None) -> nn.Module:
    """The loss as a module, `torch.nn`'s or one of ours; ``weights`` are those of the classes, ``unit`` is that in
    which it takes targets (`models.training.objectives.Objective`)."""
    made = _plain(loss, weights)
    return made if unit is None else InUnit(made, *unit)


def _plain(loss: Loss, weights: Tensor | None = None) -> nn.Module:
    kind: type[nn.Module] = OWN[loss.module] if loss.module else getattr(nn, loss.kind)
    extra = {} if weights is None else {loss.weighs: weights}
    made = kind(**loss.arguments(), **extra)
    return CountedLoss(made) if weights is not None and leaves_out(loss) else made


def has_each(loss: Loss) -> bool:
    """Whether a loss has a value for each example, rather than for a batch alone, or by what else is in its batch."""
    return loss.answers != EMBEDDING and hasattr(_plain(loss), "reduction")


def each_loss(loss: Loss, unit: Unit | None = None) -> Each:
    """The loss of each answer; where numbers or switches are predicted, or the loss is over all positions, that of an
    example; where the examples of a batch are compared, what each adds as an anchor. Weights of classes are left out,
    so that losses compare."""
    plain: Any = _plain(loss)
    plain.reduction = "none"
    function = plain if unit is None else InUnit(plain, *unit)

    def losses(output: Tensor, target: Tensor) -> Tensor:
        if loss.answers == "classes" and output.dim() == 2 and not loss.pooled:
            # With examples innermost the very same numbers come several times as fast where classes are few.
            output, target = output.t().contiguous()[None], target[None]
        found: Tensor = function(output, target)
        if loss.targets == "classes":
            return found.flatten()
        found = found.reshape(len(found), -1)
        return found.sum(1) if loss.sums else found.mean(1)

    return losses


def form_of(objective: Objective, classes: int, target: Tensor) -> str:
    """How the answers of an Output are given, one of `studio.runs.samples.layout.FORMS`; ``target`` are its prepared
    targets, ``classes`` how many the data names."""
    if objective.answers == "binary":
        return "one of several" if classes > 2 and target.dim() == 2 and target.shape[1] == classes else "switches"
    return objective.answers


def answers_in(form: str, output: Tensor) -> Tensor:
    """The answers of a batch, examples × positions (numbers as they are); ``output`` as `Objective.predicted` gives
    it."""
    if form in ("classes", "one of several"):
        return output.argmax(1).reshape(len(output), -1)
    flat = output.flatten(1)
    return flat if form == "numbers" else flat > 0


def truth_in(form: str, target: Tensor) -> Tensor:
    """What `answers_in` should have been."""
    if form == "one of several":
        return target.argmax(1).reshape(len(target), -1)
    flat = target.reshape(len(target), -1)
    return flat > 0.5 if form == "switches" else flat
