"""A table of facts as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """A row: its ``texts``, what they are sorted by (as long), a histogram for the last column, and a ``key``, which a
    click on it tells; "" where there is nothing to show."""

    texts: tuple[str, ...]
    ranks: tuple[float | str, ...]
    counts: tuple[int, ...] = ()
    key: str = ""


class Listing(NamedTuple):
    """A titled table. The first ``words`` of its columns are words, the others numbers; with ``bars`` a column of
    histograms stands behind them."""

    name: str
    title: str
    note: str
    heads: tuple[str, ...]
    lines: Sequence[Line]
    words: int = 1
    bars: str = ""
