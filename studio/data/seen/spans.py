"""How far values go, told from some of them."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

MOST_NUMBERS = 2_000_000


def span_of(values: NDArray[np.generic]) -> tuple[float, float] | None:
    """The smallest and the largest number of evenly spaced examples, `MOST_NUMBERS` in all; None of no numbers."""
    some = values[:: max(1, len(values) * prod(values.shape[1:]) // MOST_NUMBERS)]
    return (float(some.min()), float(some.max())) if some.size else None
