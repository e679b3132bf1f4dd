"""A growing series that answers "what does it look like between x0 and x1, on so many pixels" without reading it all.

Above the points lie levels of blocks: a block of level k holds the least and greatest y of 4^k neighboring points. A
view starts from the level whose blocks are about half a pixel wide and splits only the blocks that are wider, so the
cost follows the pixels, not the points, and no spike is ever lost.
"""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FACTOR = 4


class _Buffer:
    """An array that grows at its end in amortized constant time."""

    def __init__(self) -> None:
        self._room = np.empty(64)
        self.size = 0

    @property
    def values(self) -> Floats:
        return self._room[: self.size]

    def extend(self, values: Floats) -> None:
        needed = self.size + len(values)
        if needed > len(self._room):
            room = np.empty(max(needed, 2 * len(self._room)))
            room[: self.size] = self.values
            self._room = room
        self._room[self.size : needed] = values
        self.size = needed


@dataclass(frozen=True)
class _Pieces:
    """Neighboring stretches of a series: where each begins and ends, its least and greatest y."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    low: Floats
    high: Floats

    def pick(self, mask: NDArray[np.bool_]) -> _Pieces:
        return _Pieces(self.first[mask], self.last[mask], self.low[mask], self.high[mask])


def _join(parts: list[_Pieces]) -> _Pieces:
    columns = [np.concatenate([getattr(part, name) for part in parts]) for name in ("first", "last", "low", "high")]
    order = np.argsort(columns[0], kind="stable")
    return _Pieces(*(column[order] for column in columns))


class Pyramid:
    """An append-only series of points with non-decreasing x. A y that is not finite is a gap."""

    def __init__(self) -> None:
        self._x, self._y = _Buffer(), _Buffer()
        self._lows: list[_Buffer] = []
        self._highs: list[_Buffer] = []

    def __len__(self) -> int:
        return self._x.size

    @property
    def xs(self) -> Floats:
        """All x, shape (n,); a view, not to be kept."""
        return self._x.values

    @property
    def ys(self) -> Floats:
        """All y, shape (n,), NaN where there is a gap; a view, not to be kept."""
        return self._y.values

    def append(self, xs: ArrayLike, ys: ArrayLike) -> None:
        """Add points at the end.

        Raises ValueError if the two differ in length, or if an x is not finite or less than the one before it.
        """
        x = np.atleast_1d(np.asarray(xs, dtype=np.float64))
        y = np.atleast_1d(np.asarray(ys, dtype=np.float64))
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError(f"A series needs as many x as y: {x.shape} and {y.shape}.")
        if not len(x):
            return
        before = self.xs[-1] if len(self) else -np.inf
        if not np.isfinite(x).all() or x[0] < before or (np.diff(x) < 0).any():
            raise ValueError("The x of a series are finite and never decrease.")
        self._x.extend(x)
        self._y.extend(np.where(np.isfinite(y), y, np.nan))
        self._raise_levels()

    def cut(self, x: float) -> None:
        """Forget the points at `x` and after: a resumed run trains them again."""
        size = int(np.searchsorted(self.xs, x))
        self._x.size = self._y.size = size
        for buffers in (self._lows, self._highs):
            for level, buffer in enumerate(buffers, start=1):
                buffer.size = size // FACTOR**level

    def envelope(self, x0: float, x1: float, pixels: int) -> tuple[Floats, Floats, Floats]:
        """The series between `x0` and `x1` as (x, low, high), at most one entry a pixel and one beyond each end.

        `low` and `high` are the least and greatest y of the points in that pixel, NaN where all are gaps. Where points
        are sparser than pixels, they come back as they are, with low equal to high.
        """
        begin, end = (int(i) for i in np.searchsorted(self.xs, (x0, x1), side="left"))
        end += int(np.searchsorted(self.xs[end:], x1, side="right"))
        width = (x1 - x0) / max(pixels, 1)
        pieces = self._split_wide(self._cover(begin, end, pixels), width / 2)
        x, low, high = self._columns(pieces, x0, width)
        before, after = slice(max(begin - 1, 0), begin), slice(end, end + 1)
        return (np.concatenate((self.xs[before], x, self.xs[after])),
                np.concatenate((self.ys[before], low, self.ys[after])),
                np.concatenate((self.ys[before], high, self.ys[after])))

    def reduce(self, x0: float, x1: float, pixels: int) -> tuple[Floats, Floats]:
        """The envelope as one line (xs, ys): two points where a pixel holds a range, one where it holds a value."""
        x, low, high = self.envelope(x0, x1, pixels)
        ys = np.stack((low, high), axis=1).ravel()
        keep = np.ones(len(ys), dtype=bool)
        keep[1::2] = ~((low == high) | np.isnan(low))
        return np.repeat(x, 2)[keep], ys[keep]

    def _raise_levels(self) -> None:
        below_low = below_high = self._y
        level = 0
        while below_low.size >= FACTOR:
            if level == len(self._lows):
                self._lows.append(_Buffer())
                self._highs.append(_Buffer())
            low, high = self._lows[level], self._highs[level]
            fresh = slice(low.size * FACTOR, below_low.size // FACTOR * FACTOR)
            low.extend(np.fmin.reduce(below_low.values[fresh].reshape(-1, FACTOR), axis=1))
            high.extend(np.fmax.reduce(below_high.values[fresh].reshape(-1, FACTOR), axis=1))
            below_low, below_high, level = low, high, level + 1

    def _points(self, begin: int, end: int) -> _Pieces:
        where = np.arange(begin, end)
        return _Pieces(where, where, self.ys[begin:end], self.ys[begin:end])

    def _cover(self, begin: int, end: int, pixels: int) -> _Pieces:
        """Points `begin` to `end` as whole blocks of one level, and single points at the two ends."""
        level = 0
        while level < len(self._lows) and (end - begin) // FACTOR ** (level + 1) >= 2 * pixels:
            level += 1
        size = FACTOR**level
        first, last = -(-begin // size), end // size
        if level == 0 or first >= last:
            return self._points(begin, end)
        starts = np.arange(first, last) * size
        blocks = _Pieces(starts, starts + size - 1, self._lows[level - 1].values[first:last],
                         self._highs[level - 1].values[first:last])
        return _join([self._points(begin, first * size), blocks, self._points(last * size, end)])

    def _split_wide(self, pieces: _Pieces, width: float) -> _Pieces:
        """Split every block wider than `width` in x, until only narrow blocks and single points are left."""
        done = []
        while True:
            wide = (pieces.last > pieces.first) & (self.xs[pieces.last] - self.xs[pieces.first] > width)
            if not wide.any():
                break
            done.append(pieces.pick(~wide))
            pieces = self._children(pieces.pick(wide))
        return _join([*done, pieces]) if done else pieces

    def _children(self, pieces: _Pieces) -> _Pieces:
        sizes = pieces.last - pieces.first + 1
        parts = []
        for size in np.unique(sizes):
            child = int(size) // FACTOR
            starts = pieces.first[sizes == size]
            first = (starts[:, None] + child * np.arange(FACTOR)).ravel()
            level = round(np.log(child) / np.log(FACTOR))
            low, high = (self.ys, self.ys) if level == 0 else (self._lows[level - 1].values,
                                                              self._highs[level - 1].values)
            parts.append(_Pieces(first, first + child - 1, low[first // child], high[first // child]))
        return _join(parts)

    def _columns(self, pieces: _Pieces, x0: float, width: float) -> tuple[Floats, Floats, Floats]:
        """One entry a pixel column; a column of one point keeps the point's own x."""
        x = self.xs[pieces.first]
        if not len(x) or width <= 0:
            return x, pieces.low, pieces.high
        column = np.floor((x - x0) / width)
        starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
        return x[starts], np.fmin.reduceat(pieces.low, starts), np.fmax.reduceat(pieces.high, starts)
