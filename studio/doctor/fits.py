"""Runs that overfit, underfit, or end before they have learned what they could.

Read as in Goodfellow, Bengio and Courville, Deep Learning (2016), 5.2 and 11.3: two curves that part are overfitting,
two that stay together at a high loss are too small a network, or all that the data allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from models.basics.quantities import figures, percent
from models.findings.example import image, row
from models.layers.activation import ReLU
from models.layers.linear import Linear
from models.layers.regularization import Dropout
from models.layers.terminals import Output
from models.training.settings import AFTERWARDS
from studio.doctor.base import CERTAIN, LIKELY, POSSIBLE, Diagnosis, Evidence, diagnosis, tell
from studio.doctor.case import KNOWN, Case, curve
from studio.doctor.remedies import dropped_less, dropping, lasting, widened, width_field, with_training
from studio.doctor.trends import jitter, level, smooth

PATIENCE = 3
"""Epochs without a new best validation loss that are more than chance (Prechelt 1998, "Early stopping, but when?",
whose criteria look at strips of 5 epochs and at rises of some percent)."""
ROSE, OVERSURE, DOUBTFUL = 0.05, 0.15, 0.5
"""Shares by which a loss rises where that means something: of what it was in the first epoch, or (`DOUBTFUL`) of the
best. A network that gets sure of itself pays more and more for the same few mistakes (Guo et al. 2017): where it still
answers as well as before, a rise has to be larger."""
STILL, GAINS = 0.01, 0.03
"""Shares of a loss that an epoch gains: of one that is not flat, and of one that is worth going on for."""
LONGEST = 1_000_000
FEW, POOR = 6, 0.8
"""Epochs before a loss is called flat, and the accuracy (or R²) in training below which a network has not fitted its
data: above it, what is left may well be what cannot be told apart."""
EASIER = 0.1
BEHIND = 0.08
"""By how much accuracy in validation lacks what that of training has, where the training examples are memorized."""
TOGETHER = 1 / 3
"""Share of what training lacks by which validation may lack more: most of what is wrong is then wrong in both."""


def _case(train: tuple[float, ...], validation: tuple[float, ...], **more: Any) -> Case:
    series = {"train/loss": curve(train), "validation/loss": curve(validation)}
    return Case({"epochs": len(train)}, series, 10, True, **more)


_LEARNED = (1.0, 0.5, 0.4, 0.38, 0.379, 0.379), (1.1, 0.6, 0.5, 0.49, 0.489, 0.489)


@diagnosis(
    ill=lambda: _case((1.0, 0.5, 0.3, 0.2, 0.1, 0.05), (1.1, 0.7, 0.6, 0.7, 0.8, 0.9)),
    well=lambda: _case(*_LEARNED),
    explains=("memorized",),
)
def overfitting(case: Case) -> Iterator[Diagnosis]:
    """Validation loss rises from its best while the training loss falls on."""
    validation, train = case.by_epoch("validation/loss"), case.by_epoch("train/loss")
    length = min(len(validation), len(train))
    if length <= PATIENCE:
        return
    usual = smooth(validation[:length])
    usually = min(range(length), key=usual.__getitem__)
    best = min(range(max(0, usually - 1), min(usually + 2, length)), key=validation.__getitem__)
    # Where both have risen, steps are too long: looked at is how far validation had come when training was at its best.
    until = min(range(best, length), key=train.__getitem__)
    rose = min(usual[until], level(usual)) - usual[usually]
    share = OVERSURE if _answers_as_well(case, usually, until) else ROSE
    matters = rose > share * abs(usual[0]) or rose > DOUBTFUL * abs(usual[usually])
    if until - best >= PATIENCE and matters and rose > jitter(validation[:length]):
        message = (
            f"Validation loss rose from {figures(validation[best], 3)} in {case.at(best)} "
            f"to {figures(validation[until], 3)} while training loss fell."
        )
        detail = "The network memorizes the training examples. Stop earlier, or add dropout, weight decay or more data."
        stop = lasting(case, f"Train for {best + 1} epochs", best + 1)
        seen = Evidence("validation/loss", case.x(best), "Starts to overfit", case.x(until))
        # A rise from within the noise of a small validation part is less sure than one that doubles the loss.
        sure = CERTAIN if rose > 4 * ROSE * abs(usual[usually]) else LIKELY
        yield tell("warning", message, detail, stop, sure=sure, evidence=(seen,))


def _answers_as_well(case: Case, before: int, after: int) -> bool:
    """Whether accuracy in validation has not fallen from one epoch to another; no where it is not measured."""
    usual = smooth(case.by_epoch("validation/accuracy"))
    return len(usual) > after and usual[after] >= usual[before]


_RISING, _AT_REST = (0.5, 0.7, 0.85, 0.93, 0.98, 1.0, 1.0, 1.0, 1.0), (0.5, 0.68, 0.8, 0.85, *[0.89] * 5)


def _memorized() -> Case:
    case = _case((1.4, 0.8, 0.5, 0.3, 0.15, 0.08, 0.05, 0.04, 0.03), (1.4, 0.9, 0.6, 0.5, 0.43, *[0.42] * 4))
    answers = {"train/accuracy": curve(_RISING), "validation/accuracy": curve(_AT_REST)}
    return replace(case, series={**case.series, **answers}, document=_DEEP.document(), data={"validation": 360})


_DEEP = row(image(4), Linear, ReLU, Linear, Output)


@diagnosis(ill=_memorized, well=lambda: _case(*_LEARNED))
def memorized(case: Case) -> Iterator[Diagnosis]:
    """Training is answered right, and of validation much is wrong that does not get less, though its loss rises not."""
    train, validation = case.by_epoch("train/accuracy"), case.by_epoch("validation/accuracy")
    if min(len(train), len(validation)) < FEW:
        return
    here, there = level(train), level(validation)
    count = case.data.get("validation")
    chance = 2 * math.sqrt(max(there * (1 - there), 0.0) / count) if isinstance(count, int) and count > 0 else BEHIND
    gains = there - level(validation[:-PATIENCE]) > STILL
    if here >= KNOWN and not gains and here - there > max(BEHIND, chance, 2 * jitter(validation)):
        message = f"Accuracy stays at {percent(there)} in validation, while it is {percent(here)} in training."
        detail = "It overfits: it memorizes the training examples. More of them help most, dropout may, too."
        drops = any(getattr(layer, "p", 0) > 0 and layer.keeps_values for layer in case.layers.values())
        ends = [name for name in case.final if isinstance(case.layers.get(name), Linear)]
        seen = Evidence("validation/accuracy", case.x(len(validation) - PATIENCE), "Stays behind training")
        remedy = dropping(ends) if ends and not drops else None
        yield tell("hint", message, detail, remedy, sure=LIKELY, evidence=(seen,))


@diagnosis(
    ill=lambda: _case((1.0, 0.8, 0.6, 0.5), (1.1, 0.9, 0.7, 0.6)), well=lambda: _case(*_LEARNED), needs=("epochs",)
)
def unfinished(case: Case) -> Iterator[Diagnosis]:
    """A run that is over while its validation loss still fell."""
    validation = case.by_epoch("validation/loss")
    if not case.over or len(validation) < PATIENCE or len(validation) < case.epochs:
        return
    falls = all(later < sooner - GAINS * abs(sooner) for sooner, later in pairwise(validation[-PATIENCE:]))
    if falls and validation[-1] == min(validation) and not _is_perfect(case):
        message = f"Validation loss still fell at the end, to {figures(validation[-1], 3)} in the last epoch."
        more = min(2 * case.epochs, LONGEST)
        detail = "There was more to learn. Train longer."
        longer = lasting(case, f"Train {more:,} epochs", more)
        seen = Evidence("validation/loss", float(len(validation)), "Still falls")
        yield tell("hint", message, detail, longer, sure=LIKELY, evidence=(seen,))


def _is_perfect(case: Case) -> bool:
    """Whether a loss that goes on falling makes no difference to the answers any more."""
    accuracy = case.by_epoch("validation/accuracy")
    return bool(accuracy) and accuracy[-1] >= 0.99


def _flat(losses: list[float]) -> bool:
    """Whether a loss moves by less than 1 % an epoch, on average, over the last third of a run, and not a quarter as
    fast as over all of it: one that goes down as it always did is slow, not at rest."""
    last = losses[-max(PATIENCE, len(losses) // 3) :]
    pace, usual = (last[0] - last[-1]) / (len(last) - 1), (losses[0] - losses[-1]) / (len(losses) - 1)
    return abs(pace) < min(STILL * abs(last[0]), usual / 4)


_POOR = (2.0, 1.5, 1.3, 1.25, 1.245, 1.244, 1.243, 1.243, 1.243)


def _small() -> Case:
    case = _case(_POOR, tuple(loss + 0.02 for loss in _POOR), document=_SMALL.document())
    return Case(
        case.settings, {**case.series, "train/accuracy": curve([0.5] * len(_POOR))}, 10, True, None, case.document
    )


_SMALL = row(image(4), (Linear, {"out_features": 2}), ReLU, Linear, Output)


@diagnosis(ill=_small, well=lambda: _case(*_LEARNED), needs=("epochs",))
def underfitting(case: Case) -> Iterator[Diagnosis]:
    """Training has come to rest far from its examples, and validation is no worse."""
    train, validation = case.by_epoch("train/loss"), case.by_epoch("validation/loss")
    accuracy, r2 = case.by_epoch("train/accuracy"), case.by_epoch("train/r2")
    fitted = level(accuracy) if accuracy else level(r2) if r2 else 1.0
    if not case.over or min(len(train), len(validation)) < FEW or fitted >= POOR:
        return
    # Where dropout makes training harder than validation, the gap is negative.
    together = level(validation) < level(train) + 2 * ROSE * abs(level(train)) or _gap(case) < TOGETHER * (1 - fitted)
    moved = train[0] - train[-1] > 2 * ROSE * abs(train[0])
    if moved and _flat(train) and together:
        message = f"Training came to rest at a loss of {figures(train[-1], 3)}, and validation is no worse."
        detail = "The network is too small for this data, or the data allows no more. Try a wider one."
        seen = Evidence("train/loss", len(train) * 2 / 3, "Comes to rest", float(len(train)))
        hidden = [name for name, layer in case.layers.items() if width_field(type(layer)) and name not in case.final]
        remedy = widened(hidden) if hidden else lasting(case, "Train twice as long", 2 * case.epochs)
        yield tell("hint", message, detail, remedy, sure=POSSIBLE, evidence=(seen,))


def _gap(case: Case) -> float:
    """By how much validation lags behind training in accuracy or R², infinite where neither is measured."""
    for name in ("accuracy", "r2"):
        train, validation = case.by_epoch(f"train/{name}"), case.by_epoch(f"validation/{name}")
        if train and validation:
            return level(train) - level(validation)
    return math.inf


_DROPS = row(image(4), Linear, (Dropout, {"p": 0.5}), Linear, Output)


@diagnosis(
    ill=lambda: _case((2.0, 1.5, 1.3, 1.2, 1.2), (1.6, 1.1, 1.0, 0.9, 0.9), document=_DROPS.document()),
    well=lambda: _case(*_LEARNED, document=_DROPS.document()),
)
def easier_validation(case: Case) -> Iterator[Diagnosis]:
    """Validation loss lies below that of training, where dropout makes training harder (Srivastava et al. 2014).

    Without dropout nothing is said: training means are taken while the network still gets better, which alone may put
    validation ahead in the first epochs.
    """
    train, validation = case.by_epoch("train/loss"), case.by_epoch("validation/loss")
    drops = [name for name, layer in case.layers.items() if layer.keeps_values and getattr(layer, "p", 0) > 0]
    pairs = list(zip(train, validation, strict=False))
    if not drops or len(pairs) <= PATIENCE or case.training.train_measured == AFTERWARDS:
        return
    if all(there < here - EASIER * abs(here) for here, there in pairs[-PATIENCE:]):
        here, there = (figures(loss, 3) for loss in pairs[-1])
        message = f"Validation loss is {there} where training loss is {here}: dropout is off there."
        detail = "Nothing is wrong: training drops values, validation does not. Halve it if training stays poor."
        seen = Evidence("validation/loss", float(len(pairs)), "Easier without dropout")
        alike = with_training("Measure training as validation", train_measured=AFTERWARDS)
        yield tell("hint", message, detail, alike, dropped_less(drops), sure=LIKELY, evidence=(seen,))
