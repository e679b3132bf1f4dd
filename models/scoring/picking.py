"""Which examples to look at, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Answered:
    """Answers one by one, as the probe "scores" gives them; ``positions`` of them make an example.

    Where numbers are predicted, ``certainty`` and ``margin`` are None and ``loss`` has one value an example.
    """

    truth: NDArray[Any]
    answer: NDArray[Any]
    loss: NDArray[np.floating]
    certainty: NDArray[np.floating] | None = None
    margin: NDArray[np.floating] | None = None
    score: NDArray[np.floating] | None = None
    positions: int = 1

    @property
    def examples(self) -> int:
        """How many examples there are."""
        return len(self.truth) // self.positions

    def each(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of answers as examples × positions."""
        return values.reshape(self.examples, -1)

    @cached_property
    def losses(self) -> NDArray[np.floating]:
        """The loss of each example."""
        found: NDArray[np.floating] = self.loss.reshape(self.examples, -1).mean(1)
        return found

    def right(self) -> NDArray[np.bool_]:
        """For each answer whether it is right."""
        return np.asarray(self.truth == self.answer, bool)

    def wrong_examples(self) -> NDArray[np.bool_]:
        """For each example whether any of its answers is wrong."""
        return ~np.asarray(self.each(self.right()).all(axis=1), bool)


Order = Callable[[Answered], Whole]


def worst(answered: Answered) -> Whole:
    """All examples, the largest loss first; what is not a number before all."""
    return _by(-np.nan_to_num(answered.losses.astype(np.float64), nan=np.inf))


def certain_mistakes(answered: Answered) -> Whole:
    """Examples with a wrong answer, the surest first."""
    certainty = _example_wise(answered, answered.certainty, np.where(answered.right(), -1.0, 1.0))
    return _of_those(_by(-certainty), answered.wrong_examples())


def near_ties(answered: Answered) -> Whole:
    """All examples, those first where the second best answer is nearly as likely."""
    assert answered.margin is not None
    return _by(answered.each(answered.margin).min(1).astype(np.float64))


def surest(answered: Answered) -> Whole:
    """Examples without a mistake, the surest first."""
    assert answered.certainty is not None
    return _of_those(_by(-answered.each(answered.certainty).min(1).astype(np.float64)), ~answered.wrong_examples())


def in_order(answered: Answered) -> Whole:
    """All examples as they lie in the data."""
    return np.arange(answered.examples)


def with_cell(answered: Answered, truth: int | None, answer: int | None) -> NDArray[np.bool_]:
    """For each example whether some answer of it is of class ``truth`` and was taken for ``answer``; None is any."""
    fits = np.ones(len(answered.truth), bool)
    if truth is not None:
        fits &= answered.truth == truth
    if answer is not None:
        fits &= answered.answer == answer
    return np.asarray(answered.each(fits).any(axis=1), bool)


ORDERS: dict[str, tuple[str, Order, bool]] = {
    "worst": ("Worst first", worst, False),
    "certain": ("Certain mistakes", certain_mistakes, True),
    "ties": ("Near ties", near_ties, True),
    "surest": ("Surest first", surest, True),
    "order": ("In order", in_order, False),
}
"""By name: what people call it, the order, and whether it needs classes."""


def _by(keys: NDArray[np.float64]) -> Whole:
    return np.argsort(keys, kind="stable")


def _of_those(order: Whole, wanted: NDArray[np.bool_]) -> Whole:
    return order[wanted[order]]


def _example_wise(
    answered: Answered, certainty: NDArray[np.floating] | None, sign: NDArray[np.floating]
) -> NDArray[np.float64]:
    """The largest certainty of an example's answers with a positive sign."""
    assert certainty is not None
    return np.asarray(answered.each(certainty * sign).max(1), np.float64)
