"""Learning rates that do not suit: the loss breaks, rises, jumps about, or hardly moves."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from models.basics.quantities import figures, percent
from models.findings.finding import Mend
from studio.doctor.base import CERTAIN, LIKELY, Diagnosis, Evidence, diagnosis, tell
from studio.doctor.case import Case, curve, steady
from studio.doctor.remedies import LARGEST_STEP, rectified, with_gentler_rate, with_larger_rate, with_rate
from studio.doctor.signals import falls
from studio.doctor.trends import level, longest_climb, share_of_falls

FEWEST_EPOCHS = 3
FEWEST_TO_COMPARE = 2
"""Epochs before a loss is compared with what guessing costs: the mean of the first holds how the run began."""
HARDLY = 0.03
"""Share of its first value by which a loss that learns falls in a few epochs."""
NEAR_CHANCE = 0.02
WORSE = 1.5
"""Times what guessing costs that a loss may come to before its steps are at fault."""
CLIMBS, FAR = 0.3, 0.15
"""Shares by which a loss climbs above its best so far where the steps are at fault: of that best, which is several
times what batches of usual size make it jump, and of what guessing costs, since next to nothing may well double."""
NO_FURTHER = 0.95
OSCILLATES_AFTER = 6
STANDING = 1e-5
"""Share of its norm that a network's weights move in a step when they hardly move: a hundredth of the 1e-3 that is
usual (Karpathy, "A recipe for training neural networks", 2019; Bottou)."""
FROM_THE_START = 0.02
"""Share of its norm that a network moves in a whole run, at most, where it stays what it was at the start."""
SILENT = 0.95
FADED = 1e-4
"""A gradient that is smaller than the last layer's by as much does not move the first layers in a run's time."""


def _case(*losses: float, rate: float = 0.1, classes: int | None = 10, broke: int | None = None, **more: Any) -> Case:
    settings = {"optimizer": {"kind": "SGD", "params": {"lr": rate}}, "batch_size": 64}
    return Case(settings, {"train/loss": curve(losses)}, classes, True, broke, **more)


@diagnosis(
    ill=lambda: _case(2.3, broke=2),
    well=lambda: _case(2.3, 1.1, 0.6),
    explains=("rising", "oscillating", "exploding"),
    needs=("optimizer",),
)
def broken(case: Case) -> Iterator[Diagnosis]:
    """The loss became infinite or NaN."""
    if case.broke is not None:
        message = f"The loss became NaN or infinite in epoch {case.broke}, at a learning rate of {case.rate:g}."
        detail = "Steps that large overshoot until the numbers overflow. Use a smaller rate."
        seen = Evidence("train/loss", float(case.broke), "NaN or infinite")
        yield tell("warning", message, detail, with_gentler_rate(case), sure=CERTAIN, evidence=(seen,))


@diagnosis(
    ill=lambda: _case(2.3, 2.6, 3.4),
    well=lambda: _case(2.3, 1.1, 0.6),
    explains=("oscillating", "exploding", "easier_validation"),
)
def rising(case: Case) -> Iterator[Diagnosis]:
    """The training loss ends higher than it began, or than guessing costs: no steps that are short enough do that."""
    losses = case.by_epoch("train/loss")
    if case.broke is not None or len(losses) < FEWEST_TO_COMPARE:
        return
    chance = math.log(case.classes) if case.classes and case.classes > 1 else math.inf
    rose = len(losses) >= FEWEST_EPOCHS and losses[-1] > losses[0] + HARDLY * abs(losses[0])
    if rose or losses[-1] > WORSE * chance:
        message = f"The training loss rose from {figures(losses[0], 3)} to {figures(losses[-1], 3)}."
        words = "Rises"
        if losses[-1] <= losses[0]:
            last, words = figures(losses[-1], 3), "Worse than guessing"
            message = f"The training loss of {last} is worse than guessing: ln {case.classes} = {chance:.3g}."
        known = f" of {case.rate:g}" if "optimizer" in case.settings else ""
        detail = f"The learning rate{known} is most likely too high. Use a smaller one."
        lowest = min(range(len(losses)), key=losses.__getitem__)
        seen = Evidence("train/loss", case.x(lowest), words, case.x(len(losses) - 1))
        yield tell("warning", message, detail, with_gentler_rate(case), sure=LIKELY, evidence=(seen,))


_JUMPY = 2.0, 1.0, 1.6, 0.9, 1.5, 1.0, 1.7, 1.0, 1.5


@diagnosis(
    ill=lambda: _case(*_JUMPY),
    well=lambda: _case(2.0, 1.4, 1.0, 0.8, 0.7, 0.72, 0.66, 0.6, 0.58),
    needs=("optimizer", "batch_size"),
)
def oscillating(case: Case) -> Iterator[Diagnosis]:
    """The mean training loss of epochs climbs far above what it had come to, and comes no further: steps leap across.

    Gradient descent does so beyond the edge at which the rate is 2 / the sharpness of the loss (Cohen et al. 2021).
    Small batches make noise of their own, see `studio.doctor.batches.noisy_batch`.
    """
    losses = case.by_epoch("train/loss")
    if len(losses) < OSCILLATES_AFTER or case.training.batch_size <= 16:
        return
    climb = longest_climb(losses)
    top = losses[climb.end]
    far = top - losses[climb.start] > FAR * min(losses[0], case.guess) and climb.share > CLIMBS
    if far and level(losses, 2) > NO_FURTHER * losses[climb.start]:
        low = figures(losses[climb.start], 3)
        message = (
            f"Training loss climbed from {low} in epoch {climb.start + 1} to {figures(top, 3)}, and comes no further."
        )
        detail = f"Steps at a rate of {case.rate:g} leap across the valley. A third of it settles down."
        seen = Evidence("train/loss", climb.start + 1.0, "Jumps about", float(len(losses)))
        yield tell("warning", message, detail, with_rate(case, case.rate / 3), sure=LIKELY, evidence=(seen,))


@diagnosis(
    ill=lambda: _case(2.31, 2.304, 2.303, 2.303),
    well=lambda: _case(2.3, 1.1, 0.6),
    explains=("creeping", "one_class", "vanishing", "silent_units", "saturated", "underfitting", "unfinished",
              "large_batch", "rising", "oscillating"),
)  # fmt: skip
def guessing(case: Case) -> Iterator[Diagnosis]:
    """Cross-entropy that stays at ln(classes), which is what guessing evenly costs, with the likely reason."""
    losses = case.by_epoch("train/loss")
    if case.classes is None or case.classes < 2 or len(losses) < FEWEST_EPOCHS:
        return
    chance = math.log(case.classes)
    if all(abs(loss - chance) <= NEAR_CHANCE * chance for loss in losses[-FEWEST_EPOCHS:]):
        message = (
            f"The training loss stays at {figures(losses[-1], 3)}: ln {case.classes} = {chance:.3g} is pure guessing."
        )
        detail, mends, layers = _reason(case)
        seen = Evidence("train/loss", 1.0, "Pure guessing", float(len(losses)))
        yield tell("warning", message, detail, *mends, sure=CERTAIN, evidence=(seen,), layers=layers)


Reason = tuple[str, tuple[Mend | None, ...], tuple[str, ...]]


def _reason(case: Case) -> Reason:
    """Why nothing is learned, the surest first."""
    return (
        _thrown_back(case)
        or _empty(case)
        or _all_silent(case)
        or _faded(case)
        or _standing(case)
        or (
            "Try another learning rate; if that changes nothing, look whether inputs and targets belong together.",
            (with_rate(case, case.rate / LARGEST_STEP), with_larger_rate(case)),
            (),
        )
    )


def _thrown_back(case: Case) -> Reason | None:
    losses = case.by_epoch("train/loss")
    best = min(range(len(losses)), key=losses.__getitem__)
    if case.classes is None or losses[best] > 0.9 * math.log(case.classes):
        return None
    best_loss = figures(losses[best], 3)
    detail = f"It was at {best_loss} in epoch {best + 1}: steps that were too long threw it back. Shorten them."
    return detail, (with_gentler_rate(case),), ()


def _empty(case: Case) -> Reason | None:
    empty = [name for name, norm in case.recent("weight").items() if norm == 0]
    if not empty:
        return None
    detail = f"All weights of {_listed(empty)} are 0, so that nothing passes. Start them from random numbers."
    return detail, (with_larger_rate(case),), tuple(empty)


def _all_silent(case: Case) -> Reason | None:
    silent = [name for name, share in case.recent("silent").items() if share >= SILENT]
    if not silent:
        return None
    detail = f"{_listed(silent)} gives 0 to every example, and lets no gradient through. Start with a smaller rate."
    return detail, (with_gentler_rate(case),), tuple(silent)


def _faded(case: Case) -> Reason | None:
    gradients = case.recent("gradient")
    known = list(gradients.items())
    if len(known) < 3 or known[-1][1] <= 0 or known[0][1] >= FADED * known[-1][1]:
        return None
    squashing = [name for name, layer in case.layers.items() if layer.ends and name not in case.final]
    detail = f"{falls([*gradients], [*gradients.values()])} So the first layers get {known[0][1]:.1e} and stand still."
    mend = rectified(squashing) if squashing else with_larger_rate(case)
    return detail, (mend,), tuple(squashing)


def _standing(case: Case) -> Reason | None:
    moved = _moved(case)
    if moved is None or (moved >= STANDING and moved * case.steps >= FROM_THE_START):
        return None
    detail = f"A step moves no layer's weights by more than {moved:.1g} of their size. Use a larger rate."
    return detail, (with_larger_rate(case),), ()


def _moved(case: Case) -> float | None:
    """The largest share of their norm that a step moves the weights of a layer by, None where it is not known."""
    ratios = (case.recent("update ratio") or case.first("update ratio")).values()
    return max((ratio for ratio in ratios if ratio > 0), default=None)


@diagnosis(
    ill=lambda: _case(1.9, 1.89, 1.88, 1.87, rate=1e-5),
    well=lambda: _case(1.9, 1.5, 1.2, 1.0),
    explains=("unfinished", "large_batch", "underfitting"),
    needs=("optimizer",),
)
def creeping(case: Case) -> Iterator[Diagnosis]:
    """A training loss that falls next to nothing, in nearly every epoch or by steps that cannot take it anywhere."""
    losses = case.by_epoch("train/loss")
    if len(losses) < FEWEST_EPOCHS:
        return
    fell = (losses[0] - losses[-1]) / abs(losses[0]) if losses[0] else 1.0
    moved = _moved(case)
    stands = moved is not None and moved * case.steps < FROM_THE_START
    if (share_of_falls(losses) >= 0.8 or stands) and 0 < fell < HARDLY:
        message = f"The training loss fell by only {_percent(fell)} in {len(losses)} epochs."
        detail = f"It falls steadily, so a rate above {case.rate:g} gets there sooner. Use ten times as much."
        seen = Evidence("train/loss", 1.0, "Hardly moves", float(len(losses)))
        # Where the weights are seen to stand nearly still, it is measured.
        sure = CERTAIN if stands or (moved is not None and moved < 100 * STANDING) else LIKELY
        yield tell("hint", message, detail, with_larger_rate(case), sure=sure, evidence=(seen,))


def _percent(share: float) -> str:
    return percent(share, 1)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def still(**ratios: float) -> Case:
    """A run that guesses while each layer's weights move so much a step, for tests."""
    health = steady({name: {"weight": 1.0, "update": ratio} for name, ratio in ratios.items()})
    return _case(2.31, 2.304, 2.303, 2.303, health=health)
