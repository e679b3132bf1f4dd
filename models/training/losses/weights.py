"""Weights of classes in a loss: as they are given, by name, or balanced from the training data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from models.specs.fields import FieldError, Text, shown
from models.training.losses.base import Loss

BALANCED = "balanced"
LONGEST = 4096


class ClassWeights(Text):
    """What each class counts: "" for all alike, ``balanced``, or ``cat: 2, dog: 0.5`` (classes left out count 1)."""

    def __init__(self) -> None:
        super().__init__(
            "",
            label="Class weights",
            advanced=True,
            help="balanced: rare classes count more; or by name, as in cat: 2, dog: 0.5. Empty: all alike.",
        )

    def parse(self, value: object) -> str:
        if not isinstance(value, str) or len(value) > LONGEST:
            raise FieldError(f"expected {BALANCED}, or names with numbers such as cat: 2, found {shown(value)}.")
        text = value.strip()
        if text and text != BALANCED:
            given_weights(text)
        return text


def given_weights(text: str) -> dict[str, float]:
    """The weights by name of ``cat: 2, dog: 0.5``; raises `FieldError` for anything else."""
    found = {}
    for item in text.split(","):
        name, colon, number = item.rpartition(":")
        try:
            weight = float(number)
        except ValueError:
            weight = -1.0
        if not colon or not name.strip() or not 0 <= weight < math.inf:
            raise FieldError(f"expected {BALANCED}, or names with numbers such as cat: 2, found {shown(item.strip())}.")
        found[name.strip()] = weight
    return found


def unknown_classes(text: str, classes: Sequence[str]) -> list[str]:
    """The names in given weights that no class has."""
    return [] if text in ("", BALANCED) else [name for name in given_weights(text) if name not in classes]


def listed_weights(given: Mapping[str, float], classes: Sequence[str]) -> list[float]:
    """The weight of each class in order, 1 for those that are not named."""
    return [given.get(name, 1.0) for name in classes]


def leaves_out(loss: Loss) -> bool:
    """Whether a mean of `torch.nn` leaves out classes, those of weight 0: a batch may have nothing else."""
    text = str(getattr(loss, "class_weights", ""))
    named = not loss.module and loss.weighs == "weight" and text not in ("", BALANCED)
    return named and 0 in given_weights(text).values()


def switch_weights(listed: Sequence[float]) -> list[float]:
    """What a yes counts at each output, given the weights of the classes: two classes have one output, for the second.

    Where the first of two counts nothing there is no such number; then it counts a thousandth.
    """
    if len(listed) != 2:
        return list(listed)
    first, second = listed
    return [second / max(first, 1e-3)]
