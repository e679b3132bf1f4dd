"""Rows of a metric that needs all of them at once: kept to a bound, batch by batch.

Plain functions: the worker calls them, and the exported script contains them word for word.
"""

from __future__ import annotations

from typing import Any

Kept = tuple[int, list[list[float]]]
"""How many rows there were, and the columns of those that are kept."""


def stride(rows: int, columns: int, most: int = 500_000) -> int:
    """Every how many rows one is kept, a power of two, so that at most so many numbers are."""
    return 1 << max(0, (rows * columns - 1) // most).bit_length()


def kept(parts: Any) -> Kept:
    """What a batch adds to a metric of all rows: how many there are, and the columns of its parts."""
    count, width = len(parts[0]), sum(part.shape[1] for part in parts)
    step = stride(count, width)
    return count, [column for part in parts for column in part[::step].t().tolist()]


def joined(total: Kept | None, new: Kept) -> Kept:
    """The rows of `total` and behind them those of `new`, thinned out alike where there are too many."""
    if total is None:
        return new
    (count, columns), (more, others) = total, new
    width = len(others)
    step, own, other = (stride(rows, width) for rows in (count + more, count, more))
    # The first new row whose place is a multiple of step.
    first = -(-(-count % step) // other)
    pairs = zip(columns, others, strict=True)
    columns = [a[:: step // own] + b[first :: step // other] for a, b in pairs]
    return count + more, columns
