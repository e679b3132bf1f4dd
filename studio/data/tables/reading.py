"""The columns of a table as numbers, and the cells of its targets, in one pass over the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.formats.csv import CsvFile
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import TableFile
from studio.data.tables import quick
from studio.data.tables.categories import Categories, all_cells
from studio.data.tables.cells import Cells
from studio.data.tables.columns import (
    AUTO,
    CATEGORY,
    DATE,
    LARGEST,
    LEFT_OUT,
    MOST_CATEGORIES,
    NUMBER,
    TEXT,
    Mend,
    Taken,
    Tally,
)
from studio.data.tables.noting import Noted, Refused, noted_columns
from studio.data.tables.pieces import Growing, Piece, numbers_of, piece_of, plain_blocks
from studio.data.tables.telling import cell_at, cell_error, more_text, size_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_WHOLE = 1 << 24  # up to which float32 holds every integer
CLOSE = 1e4
"""Numbers that lie this many times further from 0 than from each other lose what tells them apart as float32."""


class Read(NamedTuple):
    """What a table holds: its features side by side with what each column was taken as, and the cells of targets, or
    their numbers where there is nothing else."""

    x: NDArray[np.floating[Any]]
    """As float32; as float64 where that would merge the numbers of some column."""
    columns: tuple[Taken, ...]
    targets: Mapping[int, Cells | NDArray[np.float32]]
    left_out: tuple[Taken, ...]
    """Columns of which nothing can be learned."""
    texts: tuple[Taken, ...]
    """Columns of texts."""
    known: Mapping[int, Cells]
    """The cells of some of these."""

    def cells(self, column: int) -> Cells:
        """The cells of a target that is read as text."""
        found = self.targets[column]
        assert isinstance(found, Cells)
        return found

    def places(self, columns: Sequence[int]) -> list[int]:
        """Where in ``x`` the numbers of some columns stand."""
        starts = np.cumsum([0, *(column.width for column in self.columns)]).tolist()
        spans = {
            column.at: range(start, start + column.width) for column, start in zip(self.columns, starts, strict=False)
        }
        return [place for index in columns for place in spans.get(index, ())]

    def lacking(self) -> NDArray[np.bool_]:
        """Which rows have a gap."""
        found: NDArray[np.bool_] = np.isnan(self.x).sum(1) > 0
        for column in self.columns:
            if column.type == CATEGORY and column.gaps:  # a category of its own, the last
                found |= self.x[:, self.places([column.at])[-1]] == 1
        return found

    def first_gap(self, column: Taken) -> int:
        """The first row in which a column has a gap."""
        place = self.places([column.at])[-1]
        values = self.x[:, place]
        return int((values == 1 if column.type == CATEGORY else np.isnan(values)).argmax())

    def of(self, columns: Sequence[int]) -> list[Taken]:
        """What some columns of the file were taken as, without those that are left out."""
        known = {column.at: column for column in self.columns}
        return [known[index] for index in columns if index in known]


class Wanted(NamedTuple):
    """Columns of features with the types that they are said to have, and of which cells are wanted, of some of these
    the numbers if there is nothing else (``measured``); those ``alone`` have an Input of their own."""

    columns: Sequence[int]
    types: Mapping[int, str]
    targets: Sequence[int]
    measured: Sequence[int]
    alone: Sequence[int] = ()
    decimal: str = AUTO
    """What settings say of the mark before a fraction."""

    @property
    def numbers(self) -> list[int]:
        """The features that may be numbers."""
        return [column for column in self.columns if self.types.get(column, AUTO) in (AUTO, NUMBER)]

    @property
    def told(self) -> list[int]:
        """The features that are said to be something else, and something to read."""
        own = {column for column in self.alone if self.types.get(column) == TEXT}
        return [column for column in self.columns if self.types.get(column) in (CATEGORY, DATE) or column in own]


def read_table(file: TableFile, wanted: Wanted, mend: Mend, progress: Progress | None) -> Read:
    """Read columns of features, each as its type says or as it looks, and targets.

    Raises `DataError` naming the first cell that is none of its column's type.
    """
    numbers, columns, types = wanted.numbers, wanted.columns, wanted.types
    reader = _read_all(file, wanted, progress)
    x = reader.values.taken()
    if not len(x):
        raise DataError(f"{file.path.name}: expected rows of numbers and a target, found none behind the names.")
    kinds = {column: reader.tallies[column].type() if types.get(column, AUTO) == AUTO else NUMBER for column in numbers}
    kinds |= {column: types[column] for column in columns if column not in kinds}
    noted = _noted(file, reader.tallies, kinds, wanted, mend)
    plain = [column for column in numbers if kinds[column] == NUMBER and column not in noted]
    _complain(file, reader.tallies, plain, mend)
    made = Categories(file, types, mend)
    texts = [column for column in columns if kinds[column] in (CATEGORY, DATE)]
    made.take(all_cells(file, texts, reader.cells), kinds)
    taken = [
        made.taken.get(column)
        or _as_noted(file, column, noted.get(column))
        or _plain(file, column, kinds[column], reader)
        for column in columns
    ]
    kept = tuple(column for column in taken if column.type not in (LEFT_OUT, TEXT))
    if [column.at for column in kept if column.type == NUMBER] != numbers or made.blocks or noted:
        values = {**dict(zip(numbers, x.T, strict=True)), **{column: one.values for column, one in noted.items()}}
        x = _side_by_side(file, kept, values, made.blocks)
    left_out, own = (tuple(column for column in taken if column.type == kind) for kind in (LEFT_OUT, TEXT))
    known = {column.at: reader.cells[column.at] for column in own if column.at in reader.cells}
    return Read(x, kept, reader.targets, left_out, own, known)


def _read_all(file: TableFile, wanted: Wanted, progress: Progress | None) -> _Reader:
    """Who has read all rows: features as float32, and once more as float64 where that would merge numbers; targets as
    numbers, and once more as text where there is something else."""
    quickly, exactly = quick.suits(file), False
    measured = quick.measured(file, wanted.measured) if quick.suits(file) else []
    while True:
        reader = _Reader(wanted, measured, exactly=exactly)
        try:
            if all(reader.take(piece) for piece in _pieces(file, reader, progress, quickly=quickly)):
                return reader
            measured = [column for column in measured if column not in reader.texts]
            exactly = exactly or bool(reader.exact())
        except quick.Doubt:
            quickly, measured = False, []


def _pieces(file: TableFile, reader: _Reader, progress: Progress | None, *, quickly: bool) -> Iterator[Piece]:
    """All rows in pieces; by column and in threads where that can be."""
    work = partial(piece_of, columns=reader.numbers, decimal=file.decimal, dtype=reader.dtype)
    if not quickly or not isinstance(file, CsvFile):
        yield from map(work, plain_blocks(file, reader.numbers, reader.asked, progress))
        return
    asked = {*reader.asked}.difference(reader.measured)
    numbers = {*quick.numeric(file, reader.numbers), *reader.measured}.difference(asked)
    yield from quick.blocks(file, [*numbers], [*asked, *{*reader.numbers}.difference(numbers)], work, progress)


class _Reader:
    """Takes the pieces of a table in order: numbers, what they are, and cells."""

    def __init__(self, wanted: Wanted, measured: Sequence[int], *, exactly: bool) -> None:
        self.numbers, self.measured, self._exactly = wanted.numbers, measured, exactly
        self.asked = [*wanted.targets, *wanted.told]
        """Columns whose cells are wanted, or whose numbers if they are ``measured``."""
        self.dtype = np.dtype(np.float64 if exactly else np.float32)
        self.values = Growing(len(self.numbers), self.dtype)
        self.tallies = {column: Tally() for column in self.numbers}
        self.cells = {column: Cells() for column in {*self.asked, *self.numbers}.difference(measured)}
        """The cells of columns that hold text throughout, as far as these are worth keeping."""
        self.texts: set[int] = set()
        """Those of the ``measured`` that hold something else."""
        self._targets, self._alone = wanted.targets, wanted.alone
        self._floats: dict[int, list[NDArray[np.float32]]] = {column: [] for column in measured}
        self._rows = 0
        self._least, self._most = np.full(len(self.numbers), np.inf), np.full(len(self.numbers), -np.inf)
        self._whole = np.ones(len(self.numbers), dtype=bool)

    @property
    def targets(self) -> dict[int, Cells | NDArray[np.float32]]:
        """The cells of targets, or their numbers."""
        return {
            column: np.concatenate(self._floats[column]) if column in self._floats else self.cells[column]
            for column in self._targets
        }

    def exact(self) -> set[int]:
        """The columns whose numbers float32 would merge: large integers, and numbers that differ by little."""
        merged = _merged(self._least, self._most, self._whole)
        return {column for column, is_so in zip(self.numbers, merged, strict=True) if is_so}

    def take(self, piece: Piece) -> bool:
        """Take some more rows; False where all must be read in another way."""
        block, measured = piece.block, piece.measured
        self._least, self._most = np.fmin(self._least, measured.least), np.fmax(self._most, measured.most)
        self._whole &= measured.whole
        self.texts = {column for column in self.measured if column not in block.numbers.at}
        if self.texts or (not self._exactly and self.exact()):
            return False
        self._count(piece)
        self._keep(piece)
        for column, parts in self._floats.items():
            parts.append(block.numbers.of(column).astype(np.float32))
        self.values.add(piece.values, block.expected)
        self._rows += block.rows
        return True

    def _count(self, piece: Piece) -> None:
        """What the cells are."""
        for place, (column, tally) in enumerate(self.tallies.items()):
            if column in piece.parsed:
                tally.take(piece.block.texts[column], piece.parsed[column], self._rows)
            else:
                gaps = int(piece.measured.lacking[place])
                tally.gaps, tally.numbers = tally.gaps + gaps, tally.numbers + piece.block.rows - gaps

    def _keep(self, piece: Piece) -> None:
        """The cells of columns that may be categories or dates."""
        for column, cells in [*self.cells.items()]:
            if column not in piece.block.texts:
                del self.cells[column]
                continue
            cells.take(piece.block.texts[column])
            if column in self.asked or cells.kinds <= MOST_CATEGORIES + 1:
                continue
            kind = self.tallies[column].type()
            if kind != DATE and not (kind == TEXT and column in self._alone):
                del self.cells[column]


def _merged(least: NDArray[np.float64], most: NDArray[np.float64], whole: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of which columns, with these ends, float32 would merge numbers: large integers, those that differ by little."""
    largest = np.maximum(np.abs(least), np.abs(most))
    found: NDArray[np.bool_] = np.where(whole, largest > LARGEST_WHOLE, largest > CLOSE * (most - least))
    return found & (most > least)


def _noted(
    file: TableFile, tallies: Mapping[int, Tally], kinds: dict[int, str], wanted: Wanted, mend: Mend
) -> dict[int, Noted]:
    """The columns of numbers that are written otherwise than Python does; those that only seemed so become in ``kinds``
    what their texts are. Raises `DataError` where it cannot be told what a number is."""
    some = [column for column, tally in tallies.items() if kinds[column] == NUMBER and tally.are_noted]
    found = noted_columns(file, some, wanted.decimal)
    wrong = {column: one for column, one in found.items() if isinstance(one, Refused)}
    for column in [*wrong]:
        if wanted.types.get(column, AUTO) == AUTO and not tallies[column].is_told_as_numbers:
            kinds[column] = tallies[column].type_of_texts()
            del wrong[column]
    for column, refused in sorted(wrong.items(), key=lambda item: item[1].row)[:1]:
        raise refused.error(file, column, mend)
    noted = {column: one for column, one in found.items() if isinstance(one, Noted)}
    for column, one in noted.items():
        beyond = np.abs(one.values) > LARGEST
        if beyond.any():
            row = int(beyond.argmax())
            raise size_error(file, row, column, cell_at(file, row, column))
    return noted


def _as_noted(file: TableFile, column: int, noted: Noted | None) -> Taken | None:
    if noted is None:
        return None
    values = numbers_of([column], noted.values[None])
    exact = bool(_merged(values.least, values.most, values.whole)[0])
    return Taken(column, file.names[column], NUMBER, gaps=noted.gaps, exact=exact, how=noted.how)


def _complain(file: TableFile, tallies: Mapping[int, Tally], columns: Sequence[int], mend: Mend) -> None:
    """Raise `DataError` if columns that are numbers have cells that are none, or too large."""
    wrong = [(first, column) for column in columns if (first := tallies[column].first)]
    large = [(first, column) for column in columns if (first := tallies[column].large)]
    if large and (not wrong or min(large) < min(wrong)):
        (row, cell), column = min(large)
        raise size_error(file, row, column, cell)
    if wrong:
        (row, cell), column = min(wrong)
        more = sum(tallies[place].others for _, place in wrong) - 1
        raise cell_error(file, row, column, cell, "a number", more_text(more), mend(column))


def _plain(file: TableFile, column: int, kind: str, reader: _Reader) -> Taken:
    tally = reader.tallies.get(column)
    if kind == LEFT_OUT:
        return Taken(column, file.names[column], LEFT_OUT, tuple(sorted(tally.texts)) if tally else ())
    if kind == TEXT:
        return Taken(column, file.names[column], TEXT)
    return Taken(column, file.names[column], NUMBER, gaps=tally.gaps if tally else 0, exact=column in reader.exact())


def _side_by_side(
    file: TableFile,
    columns: Sequence[Taken],
    numbers: Mapping[int, NDArray[np.floating[Any]]],
    blocks: Mapping[int, NDArray[np.float32]],
) -> NDArray[np.floating[Any]]:
    """The numbers of all columns, N × features."""
    rows = len(next(iter(blocks.values()), next(iter(numbers.values()), ())))
    width = sum(column.width for column in columns)
    dtype = np.float64 if any(column.exact for column in columns) else np.float32
    check_memory(file.path.name, 8 * rows * width, "Take columns of many categories as left out.")
    x, start = np.empty((rows, width), dtype=dtype), 0
    for column in columns:
        block = blocks[column.at] if column.type != NUMBER else numbers[column.at][:, None]
        x[:, start : start + column.width] = block
        start += column.width
    return x
