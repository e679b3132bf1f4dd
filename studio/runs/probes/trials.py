"""The tests of a document that one click makes, each a kind of question that brings the document along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from models.specs.fields import Field
from models.training import TrainingSettings

RATE = "optimizer.lr"


class Trial(NamedTuple):
    """A test: the ``kind`` of its question, the ``option`` of the command line, what it is called, and what it tells.

    ``across`` and ``up`` name the arrays that are drawn over each other, ``log`` whether across goes by powers.
    """

    kind: str
    option: str
    title: str
    help: str
    across: str
    up: tuple[str, ...]
    axis: str
    log: bool = False


TRIALS = (
    Trial(
        "rate_range",
        "range",
        "Learning-rate range test",
        "Raises the learning rate step by step until the loss rises, and suggests one.",
        "rates",
        ("losses", "smoothed"),
        "Learning rate",
        log=True,
    ),
    Trial(
        "overfit",
        "overfit",
        "Overfit one batch",
        "Trains on one batch again and again: a network that can learn gets all of it right.",
        "",
        ("losses",),
        "Step",
    ),
    Trial(
        "gradients",
        "gradients",
        "Check the gradients",
        "Compares the gradients of every layer with finite differences in double precision.",
        "",
        ("errors",),
        "Layer",
    ),
    Trial(
        "speed",
        "speed",
        "Speed test",
        "Measures examples per second and memory over batch sizes, and suggests one.",
        "sizes",
        ("rates",),
        "Batch size",
        log=True,
    ),
)


def trial_of(kind: str) -> Trial:
    """The test whose questions are of this kind."""
    return next(trial for trial in TRIALS if trial.kind == kind)


def applied(training: Mapping[str, Any], setting: str, value: float) -> dict[str, Any]:
    """The settings of a training with what a test suggests."""
    if setting != RATE:
        return dict(training) | {setting: int(value)}
    found, _ = TrainingSettings.read(training)
    field: Field[Any] = TrainingSettings.fields["optimizer"]
    return dict(training) | {"optimizer": field.to_json(found.optimizer.replace(lr=value))}
