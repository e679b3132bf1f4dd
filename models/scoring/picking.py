"""Which examples to look at, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

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

    @cached_property
    def mistaken(self) -> NDArray[np.bool_]:
        """For each example whether any of its answers is wrong."""
        return ~np.asarray(self.each(self.right()).all(axis=1), bool)

    @cached_property
    def mistakes(self) -> NDArray[np.floating]:
        """For each example how sure the surest of its mistakes is."""
        assert self.certainty is not None
        return np.asarray(self.each(np.where(self.right(), -1.0, self.certainty)).max(1))

    @cached_property
    def certainties(self) -> NDArray[np.floating]:
        """For each example how sure the least sure of its answers is."""
        assert self.certainty is not None
        return np.asarray(self.each(self.certainty).min(1))

    @cached_property
    def margins(self) -> NDArray[np.floating]:
        """For each example the least margin of its answers."""
        assert self.margin is not None
        return np.asarray(self.each(self.margin).min(1))

    @property
    def surest_mistake(self) -> tuple[float, int, int] | None:
        """The most certain mistake of all: how sure, the true class and the answer; None without any."""
        wrong = np.flatnonzero(~self.right())
        if not len(wrong) or self.certainty is None:
            return None
        place = int(wrong[self.certainty[wrong].argmax()])
        return float(self.certainty[place]), int(self.truth[place]), int(self.answer[place])

    def right_in(self, row: int) -> tuple[int, int]:
        """How many answers of an example are right, and of how many."""
        return int(self.each(self.right())[row].sum()), self.positions

    def fits(self, truth: int | None, answer: int | None) -> NDArray[np.bool_]:
        """For each example whether some answer of it is of class ``truth`` and was taken for ``answer``."""
        found = np.ones(len(self.truth), bool)
        if truth is not None:
            found &= self.truth == truth
        if answer is not None:
            found &= self.answer == answer
        return np.asarray(self.each(found).any(axis=1), bool)


class Scored(Protocol):
    """What the orders of examples ask for, each value one an example."""

    @property
    def examples(self) -> int:
        """How many examples there are."""

    @property
    def losses(self) -> NDArray[np.floating]:
        """The loss of each example."""

    @property
    def mistaken(self) -> NDArray[np.bool_]:
        """Whether any of its answers is wrong."""

    @property
    def mistakes(self) -> NDArray[np.floating]:
        """How sure the surest of its mistakes is; meaningless where there is none."""

    @property
    def certainties(self) -> NDArray[np.floating]:
        """How sure the least sure of its answers is."""

    @property
    def margins(self) -> NDArray[np.floating]:
        """By how much the best answer is more likely than the second, where that is least."""

    @property
    def positions(self) -> int:
        """How many answers it has."""

    @property
    def surest_mistake(self) -> tuple[float, int, int] | None:
        """The most certain mistake of all: how sure, the true class and the answer; None without any."""

    def right_in(self, row: int) -> tuple[int, int]:
        """How many of its answers are right, and of how many."""

    def fits(self, truth: int | None, answer: int | None) -> NDArray[np.bool_]:
        """Whether some answer of it is of class ``truth`` and was taken for ``answer``; None is any."""


Order = Callable[[Scored], Whole]


def worst(scored: Scored) -> Whole:
    """All examples, the largest loss first; what is not a number before all."""
    return _by(-np.nan_to_num(scored.losses.astype(np.float64), nan=np.inf))


def certain_mistakes(scored: Scored) -> Whole:
    """Examples with a wrong answer, the surest first."""
    return _of_those(_by(-scored.mistakes.astype(np.float64)), scored.mistaken)


def near_ties(scored: Scored) -> Whole:
    """All examples, those first where the second best answer is nearly as likely."""
    return _by(scored.margins.astype(np.float64))


def surest(scored: Scored) -> Whole:
    """Examples without a mistake, the surest first."""
    return _of_those(_by(-scored.certainties.astype(np.float64)), ~scored.mistaken)


def in_order(scored: Scored) -> Whole:
    """All examples as they lie in the data."""
    return np.arange(scored.examples)


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
