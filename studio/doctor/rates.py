"""Learning rates that do not suit: the loss breaks, rises, or hardly moves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from models.findings.finding import Finding
from studio.doctor.base import LARGEST_STEP, Case, curve, diagnosis

FEWEST_EPOCHS = 3
HARDLY = 0.03
"""Share of its first value by which a loss that learns falls in a few epochs."""
NEAR_CHANCE = 0.02


def _case(*losses: float, rate: float = 0.1, classes: int | None = 10, broke: int | None = None) -> Case:
    settings = {"optimizer": {"kind": "SGD", "params": {"lr": rate}}}
    return Case(settings, {"train/loss": curve(losses)}, classes, True, broke)


@diagnosis(ill=lambda: _case(2.3, broke=2), well=lambda: _case(2.3, 1.1, 0.6))
def broken(case: Case) -> Iterator[Finding]:
    """The loss became infinite or NaN."""
    if case.broke is not None:
        message = f"The loss became NaN or infinite in epoch {case.broke}, at a learning rate of {case.rate:g}."
        detail = "Steps that large overshoot until the numbers overflow. Use a smaller rate."
        yield Finding("warning", "broken", "", message, detail, mends=(case.with_gentler_rate(),))


@diagnosis(ill=lambda: _case(2.3, 2.6, 3.4), well=lambda: _case(2.3, 1.1, 0.6))
def rising(case: Case) -> Iterator[Finding]:
    """The training loss ends higher than it began: no step size that small would do that."""
    losses = case.by_epoch("train/loss")
    if case.broke is None and len(losses) >= FEWEST_EPOCHS and losses[-1] > losses[0] + HARDLY * abs(losses[0]):
        message = f"The training loss rose from {losses[0]:.3g} to {losses[-1]:.3g}."
        detail = f"The learning rate of {case.rate:g} is most likely too high. Use a smaller one."
        yield Finding("warning", "rising", "", message, detail, mends=(case.with_gentler_rate(),))


@diagnosis(ill=lambda: _case(2.31, 2.304, 2.303, 2.303), well=lambda: _case(2.3, 1.1, 0.6))
def guessing(case: Case) -> Iterator[Finding]:
    """Cross-entropy that stays at ln(classes), which is what guessing evenly costs."""
    losses = case.by_epoch("train/loss")
    if case.classes is None or case.classes < 2 or len(losses) < FEWEST_EPOCHS:
        return
    chance = math.log(case.classes)
    if all(abs(loss - chance) <= NEAR_CHANCE * chance for loss in losses[-FEWEST_EPOCHS:]):
        message = f"The training loss stays at {losses[-1]:.3g}: ln {case.classes} = {chance:.3g} is pure guessing."
        detail = "Try another learning rate; if that changes nothing, look for layers that let no gradient through."
        remedies = case.with_rate(case.rate / LARGEST_STEP), case.with_rate(case.rate * LARGEST_STEP)
        yield Finding("warning", "guessing", "", message, detail, mends=remedies)


@diagnosis(ill=lambda: _case(1.9, 1.89, 1.88, 1.87, rate=1e-5), well=lambda: _case(1.9, 1.5, 1.2, 1.0))
def creeping(case: Case) -> Iterator[Finding]:
    """A training loss that falls in every epoch, but next to nothing."""
    losses = case.by_epoch("train/loss")
    if len(losses) < FEWEST_EPOCHS or not all(later < sooner for sooner, later in pairwise(losses)):
        return
    fell = (losses[0] - losses[-1]) / abs(losses[0]) if losses[0] else 1.0
    if fell < HARDLY:
        message = f"The training loss fell by only {fell:.1%} in {len(losses)} epochs.".replace("%", " %")
        detail = f"It falls steadily, so a rate above {case.rate:g} gets there sooner. Use ten times as much."
        yield Finding("hint", "creeping", "", message, detail, mends=(case.with_rate(case.rate * LARGEST_STEP),))
