"""Answers that are numbers: how far they are from the truth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Errors(NamedTuple):
    """Mean absolute error, root of the mean squared error, and R² (None where the truth is all alike)."""

    mean_absolute: float
    root_mean_square: float
    explained: float | None

    @classmethod
    def of(cls, truth: NDArray[np.floating], answer: NDArray[np.floating]) -> Errors:
        """Of any number of answers, at least one."""
        true, given = truth.astype(np.float64).ravel(), answer.astype(np.float64).ravel()
        away = given - true
        spread = float(np.square(true - true.mean()).sum())
        explained = 1 - float(np.square(away).sum()) / spread if spread > 1e-12 * float(np.square(true).sum()) else None
        return cls(float(np.abs(away).mean()), float(np.sqrt(np.square(away).mean())), explained)

    @classmethod
    def of_sums(cls, count: int, absolute: float, squared: float, total: float, squares: float) -> Errors:
        """From sums over ``count`` answers: of errors and their squares, of true values and theirs."""
        spread = squares - total * total / count
        explained = 1 - squared / spread if spread > 1e-12 * squares else None
        return cls(absolute / count, (squared / count) ** 0.5, explained)
