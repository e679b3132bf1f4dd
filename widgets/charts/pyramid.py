"""A growing series that answers "what does it look like between x0 and x1, on so many pixels" without reading it all.

Above the points lie levels of blocks: a block of level k holds the first and last x, and the least, greatest and summed
y, of 4^k neighboring points. What is many of it rests in a file (`Numbers`), and a look at all of a series touches only
levels of few blocks. A view starts from the level whose blocks are about half a pixel wide and splits only the blocks
that are wider, so the cost follows the pixels, not the points, and no spike is ever lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from widgets.charts.numbers import Floats, Numbers

FACTOR = 4
PIECE = 1 << 16
"""Points that are added at once, so that adding many takes little memory."""
MEASURES = 6
"""Numbers of a block: first and last x, least, greatest and summed y, and how many y are known."""


class View(NamedTuple):
    """A series reduced to columns: x, least, greatest and mean y of each; NaN where all points are gaps."""

    x: Floats
    low: Floats
    high: Floats
    mean: Floats


@dataclass(frozen=True)
class _Pieces:
    """Neighboring stretches of a series: first and last point, and their x; least, greatest, summed y; how many y are
    known."""

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    begin: Floats
    end: Floats
    low: Floats
    high: Floats
    total: Floats
    known: Floats

    def parts(self) -> tuple[NDArray[Any], ...]:
        return self.first, self.last, self.begin, self.end, self.low, self.high, self.total, self.known

    def pick(self, which: NDArray[Any]) -> _Pieces:
        return _Pieces(*(part[which] for part in self.parts()))


def _join(pieces: list[_Pieces]) -> _Pieces:
    pieces = [piece for piece in pieces if len(piece.first)] or pieces[:1]
    if len(pieces) == 1:
        return pieces[0]
    joined = _Pieces(*(np.concatenate(parts) for parts in zip(*(piece.parts() for piece in pieces), strict=True)))
    if (np.diff(joined.first) > 0).all():
        return joined
    return joined.pick(np.argsort(joined.first, kind="stable"))


class Pyramid:
    """An append-only series of points with non-decreasing x. A y that is not finite is a gap."""

    def __init__(self) -> None:
        self._x, self._y = Numbers(), Numbers()
        self._levels: list[Numbers] = []

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
        for start in range(0, len(x), PIECE):
            piece = slice(start, start + PIECE)
            self._x.extend(x[piece])
            self._y.extend(np.where(np.isfinite(y[piece]), y[piece], np.nan))
            self._raise_levels()
        self._rest()

    def cut(self, x: float) -> None:
        """Forget the points at `x` and after: a resumed run trains them again."""
        size = int(np.searchsorted(self.xs, x))
        self._x.cut(size)
        self._y.cut(size)
        for k, level in enumerate(self._levels, start=1):
            level.cut(size // FACTOR**k)

    def envelope(self, x0: float, x1: float, pixels: int) -> View:
        """The series between `x0` and `x1`, at most one column a pixel and one point beyond each end.

        Where points are sparser than pixels, they come back as they are, with low, high and mean equal.
        """
        begin, end = (int(i) for i in np.searchsorted(self.xs, (x0, x1), side="left"))
        end += int(np.searchsorted(self.xs[end:], x1, side="right"))
        width = (x1 - x0) / max(pixels, 1)
        pieces = self._split_wide(self._cover(begin, end, pixels), width / 2)
        columns = self._columns(pieces, x0, width)
        before, after = slice(max(begin - 1, 0), begin), slice(end, end + 1)
        beyond = (self.xs, self.ys, self.ys, self.ys)
        view = View(
            *(
                np.concatenate((values[before], column, values[after]))
                for values, column in zip(beyond, columns, strict=True)
            )
        )
        self._rest()
        return view

    def reduce(self, x0: float, x1: float, pixels: int) -> tuple[Floats, Floats]:
        """The envelope as one line (xs, ys): two points where a pixel holds a range, one where it holds a value."""
        x, low, high, _ = self.envelope(x0, x1, pixels)
        ys = np.stack((low, high), axis=1).ravel()
        keep = np.ones(len(ys), dtype=bool)
        keep[1::2] = ~((low == high) | np.isnan(low))
        return np.repeat(x, 2)[keep], ys[keep]

    def _rest(self) -> None:
        """Let go of the memory of what was looked at, as far as it lies in files."""
        for numbers in (self._x, self._y, *self._levels):
            numbers.rest()

    def _raise_levels(self) -> None:
        size, level = len(self) // FACTOR, 0
        while size:
            if level == len(self._levels):
                self._levels.append(Numbers(MEASURES))
            done = self._levels[level].size
            if done == size:
                return  # nor is there anything new above
            begin, end, low, high, total, known = (
                part.reshape(-1, FACTOR) for part in self._blocks(level, slice(done * FACTOR, size * FACTOR))
            )
            with np.errstate(over="ignore", invalid="ignore"):  # the sum of huge values may be infinite, or unknown
                sums = total.sum(axis=1), known.sum(axis=1)
            ends = begin[:, 0], end[:, -1], np.fmin.reduce(low, axis=1), np.fmax.reduce(high, axis=1)
            self._levels[level].extend(np.stack((*ends, *sums), axis=1))
            size, level = size // FACTOR, level + 1

    def _blocks(self, level: int, which: slice | NDArray[np.intp]) -> tuple[Floats, ...]:
        """First and last x, least, greatest, summed and known y of blocks of 4^level points."""
        if level:
            return tuple(self._levels[level - 1].values[which].T)
        x, y = self.xs[which], self.ys[which]
        known = ~np.isnan(y)
        return x, x, y, y, np.where(known, y, 0.0), known.astype(np.float64)

    def _points(self, begin: int, end: int) -> _Pieces:
        where = np.arange(begin, end)
        return _Pieces(where, where, *self._blocks(0, slice(begin, end)))

    def _cover(self, begin: int, end: int, pixels: int) -> _Pieces:
        """Points `begin` to `end` as whole blocks of one level, and single points at the two ends."""
        level = 0
        while level < len(self._levels) and (end - begin) // FACTOR ** (level + 1) >= 2 * pixels:
            level += 1
        size = FACTOR**level
        first, last = -(-begin // size), end // size
        if level == 0 or first >= last:
            return self._points(begin, end)
        starts = np.arange(first, last) * size
        blocks = _Pieces(starts, starts + size - 1, *self._blocks(level, slice(first, last)))
        return _join([self._points(begin, first * size), blocks, self._points(last * size, end)])

    def _split_wide(self, pieces: _Pieces, width: float) -> _Pieces:
        """Split every block wider than `width` in x, until only narrow blocks and single points are left."""
        done = []
        while True:
            wide = (pieces.last > pieces.first) & (pieces.end - pieces.begin > width)
            if not wide.any():
                break
            done.append(pieces.pick(~wide))
            pieces = self._children(pieces.pick(wide))
        return _join([*done, pieces])

    def _children(self, pieces: _Pieces) -> _Pieces:
        sizes = pieces.last - pieces.first + 1
        parts = []
        for size in np.unique(sizes):
            child = int(size) // FACTOR
            starts = pieces.first[sizes == size]
            first = (starts[:, None] + child * np.arange(FACTOR)).ravel()
            level = round(np.log(child) / np.log(FACTOR))
            parts.append(_Pieces(first, first + child - 1, *self._blocks(level, first // child)))
        return _join(parts)

    def _columns(self, pieces: _Pieces, x0: float, width: float) -> View:
        """One entry a pixel column, at its first point, or a pixel before its last one where that lies further on."""
        x = pieces.begin
        if not len(x) or width <= 0:
            starts = np.arange(len(x))
        else:
            column = np.floor((x - x0) / width)
            starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
        if not len(starts):
            return View(x, pieces.low, pieces.high, pieces.total)
        known = np.add.reduceat(pieces.known, starts)
        with np.errstate(over="ignore", invalid="ignore"):  # the sum of huge values may be infinite, or unknown
            mean = np.where(known > 0, np.add.reduceat(pieces.total, starts) / np.maximum(known, 1), np.nan)
        last = pieces.end[np.append(starts[1:], len(x)) - 1]
        place = np.maximum(x[starts], last - max(width, 0.0))  # a block may reach half a pixel over its column's end
        return View(place, np.fmin.reduceat(pieces.low, starts), np.fmax.reduceat(pieces.high, starts), mean)
