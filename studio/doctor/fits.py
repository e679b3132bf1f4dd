"""Runs that overfit, or end before they have learned what they could."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from models.findings.finding import Finding
from studio.doctor.base import Case, curve, diagnosis

PATIENCE = 3
"""Epochs without a new best validation loss that are more than chance."""
ROSE = 0.05
STILL = 0.01
"""Shares of a loss: how much it rises where that means something, how much an epoch still gains."""


def _case(train: tuple[float, ...], validation: tuple[float, ...]) -> Case:
    series = {"train/loss": curve(train), "validation/loss": curve(validation)}
    return Case({"epochs": len(train)}, series, 10, True)


_LEARNED = (1.0, 0.5, 0.4, 0.38, 0.379, 0.379), (1.1, 0.6, 0.5, 0.49, 0.489, 0.489)


@diagnosis(
    ill=lambda: _case((1.0, 0.5, 0.3, 0.2, 0.1, 0.05), (1.1, 0.7, 0.6, 0.7, 0.8, 0.9)), well=lambda: _case(*_LEARNED)
)
def overfitting(case: Case) -> Iterator[Finding]:
    """Validation loss rises from its best while the training loss falls on."""
    validation, train = case.by_epoch("validation/loss"), case.by_epoch("train/loss")
    length = min(len(validation), len(train))
    if length <= PATIENCE:
        return
    best = min(range(length), key=validation.__getitem__)
    now = length - 1
    if (
        now - best >= PATIENCE
        and validation[now] > validation[best] + ROSE * abs(validation[best])
        and train[now] < train[best]
    ):
        message = (
            f"Validation loss rose from {validation[best]:.3g} in epoch {best + 1} to {validation[now]:.3g} "
            f"while training loss fell."
        )
        detail = "The network memorizes the training examples. Stop earlier, or add dropout, weight decay or more data."
        stop = case.with_training(f"Train for {best + 1} epochs", epochs=best + 1)
        yield Finding("warning", "overfitting", "", message, detail, mends=(stop,))


@diagnosis(ill=lambda: _case((1.0, 0.8, 0.6, 0.5), (1.1, 0.9, 0.7, 0.6)), well=lambda: _case(*_LEARNED))
def unfinished(case: Case) -> Iterator[Finding]:
    """A run that is over while its validation loss still fell."""
    validation = case.by_epoch("validation/loss")
    if not case.over or len(validation) < PATIENCE or len(validation) < case.training.epochs:
        return
    falls = all(later < sooner - STILL * abs(sooner) for sooner, later in pairwise(validation[-PATIENCE:]))
    if falls and validation[-1] == min(validation):
        message = f"Validation loss still fell at the end, to {validation[-1]:.3g} in the last epoch."
        more = min(2 * case.training.epochs, 1_000_000)
        detail = "There was more to learn. Train longer."
        longer = case.with_training(f"Train {more:,} epochs", epochs=more)
        yield Finding("hint", "unfinished", "", message, detail, mends=(longer,))
