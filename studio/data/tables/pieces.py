"""The rows of a table in pieces: by column, and then as numbers side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from studio.data.data import Progress
from studio.data.formats.csv import number_in, with_point
from studio.data.formats.tables.file import TableFile
from studio.data.tables.cells import Coded, coded
from studio.data.tables.columns import LARGEST

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


_FEW = 64
"""Rows in which most columns of fractions show one."""


class Numbers(NamedTuple):
    """Columns of numbers, one below the other, NaN for a gap: by their places in the file the rows in which they stand;
    the ends of each, whether all in it are integers, and its gaps."""

    at: Mapping[int, int]
    values: NDArray[np.float64]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    whole: NDArray[np.bool_]
    lacking: NDArray[np.int64]

    def of(self, column: int) -> NDArray[np.float64]:
        """One of them."""
        own: NDArray[np.float64] = self.values[self.at[column]]
        return own

    def only(self, columns: Sequence[int]) -> Numbers:
        """Some of them, in that order."""
        rows = [self.at[column] for column in columns]
        if rows == [*range(len(self.at))]:
            return self
        at = dict(zip(columns, range(len(rows)), strict=True))
        return Numbers(at, self.values[rows], self.least[rows], self.most[rows], self.whole[rows], self.lacking[rows])

    def above(self, others: Numbers) -> Numbers:
        """These with others below."""
        at = {column: len(self.at) + row for column, row in others.at.items()}
        own, more = self[1:], others[1:]
        return Numbers({**self.at, **at}, *(np.concatenate(both) for both in zip(own, more, strict=True)))


def numbers_of(columns: Sequence[int], values: NDArray[np.float64]) -> Numbers:
    """Some columns, one below the other, measured all at once: there are many small blocks, and each call costs."""
    least, most = values.min(1, initial=np.inf), values.max(1, initial=-np.inf)
    lacking = np.zeros(len(values), dtype=np.int64)
    for row in np.flatnonzero(np.isnan(least)).tolist():
        own = values[row]
        lacking[row] = np.count_nonzero(np.isnan(own))
        least[row], most[row] = np.fmin.reduce(own, initial=np.inf), np.fmax.reduce(own, initial=-np.inf)
    return Numbers(dict(zip(columns, range(len(values)), strict=True)), values, least, most, _whole(values), lacking)


def _whole(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which rows hold integers alone, NaN aside; most that do not show it at their beginning."""
    found = np.ones(len(values), dtype=bool)
    for start, end in ((0, _FEW), (_FEW, values.shape[1])):
        rows = np.flatnonzero(found)
        some = values[rows, start:end]
        found[rows] = ((np.floor(some) == some) | np.isnan(some)).all(1)
    return found


def joined(found: Mapping[int, NDArray[np.float64]], rows: int) -> Numbers:
    """Columns of so many rows that were read one by one."""
    return numbers_of([*found], np.concatenate([*found.values(), np.empty(0)]).reshape(len(found), rows))


class Block(NamedTuple):
    """Some rows by column: the numbers of those that hold nothing else, and the cells of others."""

    numbers: Numbers
    texts: Mapping[int, Coded]
    rows: int
    expected: int = 0
    """About how many rows the whole file has, where its reader can tell."""


class Piece(NamedTuple):
    """Some rows of some columns as numbers side by side, NaN where a cell is none, with what was ``measured`` of each;
    for columns of text what each different cell is as a number."""

    block: Block
    values: NDArray[np.floating[Any]]
    measured: Numbers
    parsed: Mapping[int, list[float | None]]


def piece_of(block: Block, columns: Sequence[int], decimal: str, dtype: DTypeLike) -> Piece:
    """The numbers of some columns of a block; what float32 cannot hold is 0, which is told later."""
    found = block.numbers
    texts = {column: block.texts[column] for column in columns if column not in found.at}
    parsed = {column: [number_in(text, decimal) for text in cells.texts] for column, cells in texts.items()}
    if texts:
        held = {column: cells.each([*map(_held, parsed[column])]) for column, cells in texts.items()}
        found = found.above(joined(held, block.rows))
    found = found.only(columns)
    return Piece(block, found.values.T.astype(dtype, order="C"), found, parsed)


def _held(value: float | None) -> float:
    if value is None:
        return float("nan")
    return value if abs(value) <= LARGEST else 0.0


def plain_blocks(
    file: TableFile, numbers: Sequence[int], texts: Sequence[int], progress: Progress | None
) -> Iterator[Block]:
    """The rows of any file, by column; those of ``numbers`` that hold others as well are cells, too."""
    for rows in file.pieces(progress):
        columns = [*zip(*rows, strict=True)]
        found = {column: _floats(columns[column], file.decimal) for column in numbers if column not in texts}
        sound = {column: values for column, values in found.items() if values is not None}
        rest = {*texts, *numbers}.difference(sound)
        cells = {column: coded(cell.strip() for cell in columns[column]) for column in rest}
        yield Block(joined(sound, len(rows)), cells, len(rows))


def _floats(cells: Sequence[str], decimal: str) -> NDArray[np.float64] | None:
    """All cells as numbers, None where one is none or too large."""
    if any("_" in cell for cell in cells):  # Python's own notation of numbers
        return None
    try:
        values = np.array([float(with_point(cell) if decimal == "," else cell) for cell in cells])
    except ValueError:
        return None
    return values if bool((np.abs(values) <= LARGEST).all()) else None


class Growing:
    """Rows of numbers that come in pieces, in one array that grows: joined in the end they would be there twice."""

    def __init__(self, width: int, dtype: DTypeLike) -> None:
        self._values: NDArray[np.floating[Any]] = np.empty((0, width), dtype)
        self._rows = 0

    def add(self, piece: NDArray[np.floating[Any]], expected: int = 0) -> None:
        """Take some more rows, of about so many ``expected``: memory that is not written to costs nothing."""
        end = self._rows + len(piece)
        if not self._rows and expected > end:
            self._values = np.empty((expected, self._values.shape[1]), self._values.dtype)
        elif end > len(self._values):
            self._resize(max(end, end * 9 // 8))
        self._values[self._rows : end] = piece
        self._rows = end

    def taken(self) -> NDArray[np.floating[Any]]:
        """All rows; nothing can be added any more."""
        self._resize(self._rows)
        return self._values

    def _resize(self, rows: int) -> None:
        self._values.resize((rows, self._values.shape[1]), refcheck=False)
