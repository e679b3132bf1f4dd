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


class Block(NamedTuple):
    """Some rows by column: the numbers of those that hold nothing else, NaN for a gap, and the cells of others."""

    numbers: Mapping[int, NDArray[np.float64]]
    texts: Mapping[int, Coded]
    rows: int
    expected: int = 0
    """About how many rows the whole file has, where its reader can tell."""


class Piece(NamedTuple):
    """Some rows of some columns as numbers, NaN where a cell is none, with the ends of each column, whether all in it
    are integers, and its gaps; for columns of text what each different cell is as a number."""

    block: Block
    values: NDArray[np.floating[Any]]
    least: NDArray[np.float64]
    most: NDArray[np.float64]
    whole: NDArray[np.bool_]
    lacking: NDArray[np.int64]
    parsed: Mapping[int, list[float | None]]


def piece_of(block: Block, columns: Sequence[int], decimal: str, dtype: DTypeLike) -> Piece:
    """The numbers of some columns of a block; what float32 cannot hold is 0, which is told later."""
    count = len(columns)
    values = np.empty((block.rows, count), dtype)
    least, most = np.full(count, np.inf), np.full(count, -np.inf)
    whole, lacking = np.ones(count, dtype=bool), np.zeros(count, dtype=np.int64)
    parsed: dict[int, list[float | None]] = {}
    for place, column in enumerate(columns):
        own = block.numbers.get(column)
        if own is None:
            cells = block.texts[column]
            parsed[column] = [number_in(text, decimal) for text in cells.texts]
            own = np.array([*map(_held, parsed[column])], dtype=np.float64)[cells.codes]
        values[:, place] = own
        least[place], most[place] = np.fmin.reduce(own, initial=np.inf), np.fmax.reduce(own, initial=-np.inf)
        lacking[place] = np.count_nonzero(np.isnan(own))
        whole[place] = np.count_nonzero(np.floor(own) != own) == lacking[place]
    return Piece(block, values, least, most, whole, lacking, parsed)


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
        yield Block(sound, {column: coded(cell.strip() for cell in columns[column]) for column in rest}, len(rows))


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
