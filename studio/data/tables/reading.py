"""The columns of a table as numbers: one pass for those that hold numbers, another for categories and dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.formats.csv import CsvFile, number_in, with_point
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import TableFile
from studio.data.tables import quick
from studio.data.tables.columns import (
    AUTO,
    CATEGORY,
    DATE,
    GAPS,
    LARGEST,
    LEFT_OUT,
    MOST_CATEGORIES,
    MOST_TOLD,
    NUMBER,
    PARTS,
    Taken,
    Tally,
    date_parts,
    has_time,
    in_order,
    is_date,
)
from studio.data.tables.telling import cell_error, more_text, size_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST_WHOLE = 1 << 24  # up to which float32 holds every integer
CLOSE = 1e4
"""Numbers that lie this many times further from 0 than from each other lose what tells them apart as float32."""
Mend = Callable[[int], Mapping[str, Any]]
"""The settings of the data with which a column is left out."""
Cells = Mapping[int, list[str]]
"""The cells of some columns, by their places in the file."""


class Read(NamedTuple):
    """What a table holds: its features side by side with what each column was taken as, and the cells of targets."""

    x: NDArray[np.floating[Any]]
    """As float32; as float64 where that would merge the numbers of some column."""
    columns: tuple[Taken, ...]
    targets: Cells
    left_out: tuple[Taken, ...]
    """Columns of which nothing can be learned."""

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


def read_table(
    file: TableFile,
    columns: Sequence[int],
    targets: Sequence[int],
    types: Mapping[int, str],
    mend: Mend,
    progress: Progress | None,
) -> Read:
    """Read columns of features, each as its type says or as it looks, and targets as text.

    Raises `DataError` naming the first cell that is none of its column's type.
    """
    numbers = [column for column in columns if types.get(column, AUTO) in (AUTO, NUMBER)]
    reader, x, cells = _read_numbers(file, numbers, targets, mend, progress)
    if not len(x):
        raise DataError(f"{file.path.name}: expected rows of numbers and a target, found none behind the names.")
    kinds = {column: reader.tallies[column].type() if types.get(column, AUTO) == AUTO else NUMBER for column in numbers}
    kinds |= {column: types[column] for column in columns if column not in kinds}
    reader.complain([column for column in numbers if kinds[column] == NUMBER])
    texts = _Texts(file, {column: kind for column, kind in kinds.items() if kind in (CATEGORY, DATE)}, types, mend)
    texts.read()
    taken = [texts.taken.get(column) or _plain(file, column, kinds[column], reader) for column in columns]
    kept = tuple(column for column in taken if column.type != LEFT_OUT)
    if [column.at for column in kept if column.type == NUMBER] != numbers or texts.blocks:
        x = _side_by_side(file, kept, dict(zip(numbers, x.T, strict=True)), texts.blocks)
    return Read(x, kept, cells.columns, tuple(column for column in taken if column.type == LEFT_OUT))


def _read_numbers(
    file: TableFile, numbers: Sequence[int], targets: Sequence[int], mend: Mend, progress: Progress | None
) -> tuple[_Numbers, NDArray[np.floating[Any]], _Cells]:
    """All rows, with who has read them: as float32, and once more as float64 where that would merge numbers."""
    exactly, quickly = False, quick.numeric(file, numbers) if quick.suits(file) else None
    while True:
        reader, cells = _Numbers(file, numbers, mend), _Cells(file, targets)
        values = _Growing(len(numbers), np.dtype(np.float64 if exactly else np.float32))
        try:
            for rows in _rows(file, numbers, targets, quickly, progress):
                values.add(reader.take(rows))
                cells.take(rows)
                if not exactly and reader.exact():
                    break
            else:
                return reader, values.taken(), cells
            exactly = True
        except quick.Doubt:
            quickly = None


def _rows(
    file: TableFile,
    numbers: Sequence[int],
    targets: Sequence[int],
    quickly: Sequence[int] | None,
    progress: Progress | None,
) -> Iterator[list[list[str]] | quick.Piece]:
    """All rows in pieces; those columns that hold numbers alone ``quickly``, where that can be."""
    if quickly is None or not isinstance(file, CsvFile):
        return file.pieces(progress)
    texts = {*targets, *numbers}.difference(quickly) | set(targets)
    return quick.pieces(file, quickly, sorted(texts), progress)


def _plain(file: TableFile, column: int, kind: str, reader: _Numbers) -> Taken:
    tally = reader.tallies.get(column)
    if kind == LEFT_OUT:
        return Taken(column, file.names[column], LEFT_OUT, tuple(sorted(tally.texts)) if tally else ())
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


class _Growing:
    """Rows of numbers that come in pieces, in one array that grows: joined in the end they would be there twice."""

    def __init__(self, width: int, dtype: np.dtype[Any]) -> None:
        self._values: NDArray[np.floating[Any]] = np.empty((0, width), dtype)
        self._rows = 0

    def add(self, piece: NDArray[np.float64]) -> None:
        """Take some more rows."""
        end = self._rows + len(piece)
        if end > len(self._values):
            self._resize(max(end, end * 9 // 8))
        self._values[self._rows : end] = piece
        self._rows = end

    def taken(self) -> NDArray[np.floating[Any]]:
        """All rows; nothing can be added any more."""
        self._resize(self._rows)
        return self._values

    def _resize(self, rows: int) -> None:
        self._values.resize((rows, self._values.shape[1]), refcheck=False)


class _Cells:
    """The cells of some columns, equal ones kept once."""

    def __init__(self, file: TableFile, columns: Sequence[int]) -> None:
        self.columns: dict[int, list[str]] = {column: [] for column in columns}
        self._known: dict[str, str] = {}

    def take(self, rows: list[list[str]] | quick.Piece) -> None:
        if isinstance(rows, quick.Piece):
            for column, cells in self.columns.items():
                cells += rows.texts[column]
            return
        for column, cells in self.columns.items():
            found = (row[column].strip() for row in rows)
            cells += [self._known.setdefault(cell, cell) for cell in found]


class _Numbers:
    """Turns cells into numbers, NaN where they are none, and counts what they are."""

    def __init__(self, file: TableFile, columns: Sequence[int], mend: Mend) -> None:
        self._file, self._columns, self._mend = file, columns, mend
        self.tallies = {column: Tally() for column in columns}
        self._rows = 0
        self._least, self._most = np.full(len(columns), np.inf), np.full(len(columns), -np.inf)
        self._whole = np.ones(len(columns), dtype=bool)
        self._large: dict[int, tuple[int, str]] = {}

    def exact(self) -> set[int]:
        """The columns whose numbers float32 would merge: large integers, and numbers that differ by little."""
        largest = np.maximum(np.abs(self._least), np.abs(self._most))
        close = largest > CLOSE * (self._most - self._least)
        merged = np.where(self._whole, largest > LARGEST_WHOLE, close) & (self._most > self._least)
        return {column for column, is_so in zip(self._columns, merged, strict=True) if is_so}

    def take(self, rows: list[list[str]] | quick.Piece) -> NDArray[np.float64]:
        """The numbers of some more rows."""
        if isinstance(rows, quick.Piece):
            return self._taken(rows)
        exact = self._quickly(rows)
        if exact is None:
            exact = np.array([self._row(row, self._rows + place) for place, row in enumerate(rows)]).reshape(
                len(rows), -1
            )
        else:
            for tally in self.tallies.values():
                tally.numbers += len(rows)
        self._rows += len(rows)
        self._look(exact)
        return exact

    def _taken(self, piece: quick.Piece) -> NDArray[np.float64]:
        """The numbers of rows that were read by column."""
        exact = np.empty((piece.rows, len(self._columns)))
        for place, column in enumerate(self._columns):
            tally = self.tallies[column]
            if column in piece.numbers:
                exact[:, place] = piece.numbers[column]
                gaps = int(np.isnan(exact[:, place]).sum())
                tally.gaps, tally.numbers = tally.gaps + gaps, tally.numbers + piece.rows - gaps
            else:
                cells = enumerate(piece.texts[column], self._rows)
                exact[:, place] = [tally.add(cell, row, self._file.decimal) for row, cell in cells]
        if not (np.isnan(exact) | (np.abs(exact) <= LARGEST)).all():
            raise quick.Doubt
        self._rows += piece.rows
        self._look(exact)
        return exact

    def _look(self, values: NDArray[np.float64]) -> None:
        """Note the ends of each column, and whether all in it are integers."""
        self._least = np.fmin(self._least, np.fmin.reduce(values, axis=0, initial=np.inf))
        self._most = np.fmax(self._most, np.fmax.reduce(values, axis=0, initial=-np.inf))
        self._whole &= ((np.floor(values) == values) | np.isnan(values)).all(0)

    def complain(self, columns: Sequence[int]) -> None:
        """Raise `DataError` if columns that are numbers have cells that are none, or too large."""
        wrong = [(first, column) for column in columns if (first := self.tallies[column].first)]
        large = [(first, column) for column in columns if (first := self._large.get(column))]
        if large and (not wrong or min(large) < min(wrong)):
            (row, cell), column = min(large)
            raise size_error(self._file, row, column, cell)
        if wrong:
            (row, cell), column = min(wrong)
            more = sum(self.tallies[place].others for _, place in wrong) - 1
            raise cell_error(self._file, row, column, cell, "a number", more_text(more), self._mend(column))

    def _quickly(self, rows: list[list[str]]) -> NDArray[np.float64] | None:
        """All numbers at once, where all cells are numbers that a float32 can hold."""
        columns, comma = self._columns, self._file.decimal == ","
        if any("_" in row[column] for row in rows for column in columns):  # Python's own notation of numbers
            return None
        try:
            if comma:
                exact = np.array([[float(with_point(row[column])) for column in columns] for row in rows])
            else:
                exact = np.array([[float(row[column]) for column in columns] for row in rows])
        except ValueError:
            return None
        exact = exact.reshape(len(rows), len(columns))
        return exact if bool((np.abs(exact) <= LARGEST).all()) else None

    def _row(self, row: list[str], number: int) -> list[float]:
        values = []
        for column in self._columns:
            cell = row[column].strip()
            value = self.tallies[column].add(cell, number, self._file.decimal)
            if abs(value) > LARGEST:
                self._large.setdefault(column, (number, cell))
                value = 0.0
            values.append(value)
        return values


class _Texts:
    """Categories and dates, read in a pass of their own."""

    def __init__(self, file: TableFile, kinds: Mapping[int, str], told: Mapping[int, str], mend: Mend) -> None:
        self._file, self._kinds, self._told, self._mend = file, kinds, told, mend
        self.taken: dict[int, Taken] = {}
        self.blocks: dict[int, NDArray[np.float32]] = {}

    def read(self) -> None:
        """Read them; raises `DataError` for a cell that is no date, and for too many categories."""
        if not self._kinds:
            return
        cells = _Cells(self._file, [*self._kinds])
        columns = quick.texts_of(self._file, [*self._kinds])
        for rows in self._file.pieces(None) if columns is None else ():
            cells.take(rows)
        for column, found in (columns or cells.columns).items():
            (self._categories if self._kinds[column] == CATEGORY else self._dates)(column, found)

    def _categories(self, column: int, cells: list[str]) -> None:
        file, name, known = self._file, self._file.names[column], set(cells)
        told = self._told.get(column, AUTO) == CATEGORY
        if len(known) > (MOST_TOLD if told else MOST_CATEGORIES + 1):
            if not told:
                self.taken[column] = Taken(column, name, LEFT_OUT, tuple(sorted(known)))
                return
            raise DataError(
                f"{file.path.name}: expected at most {MOST_TOLD:,} categories in column “{name[:40]}”, found "
                f"{len(known):,}. Leave it out.",
                **self._mend(column),
            )
        parts = in_order(known, file.decimal)
        place = {part: number for number, part in enumerate(parts)}
        codes = np.array([place[cell] for cell in cells])
        row = next((row for row, cell in enumerate(cells) if cell and number_in(cell, file.decimal) is None), None)
        where = "" if row is None else f"row {file.line(row):,}: “{cells[row]:.20}”"
        self.taken[column] = Taken(column, name, CATEGORY, parts, cells.count(""), where=where)
        self.blocks[column] = np.eye(len(parts), dtype=np.float32)[codes]

    def _dates(self, column: int, cells: list[str]) -> None:
        known = {cell: cell if cell not in GAPS else "" for cell in set(cells)}
        wrong = {cell for cell, date in known.items() if date and not is_date(date)}
        if wrong:
            row = next(row for row, cell in enumerate(cells) if cell in wrong)
            raise cell_error(self._file, row, column, cells[row], "a date as 2025-12-31", mend=self._mend(column))
        count = len(PARTS) if any(map(has_time, known)) else len(PARTS) - 1
        values = {cell: date_parts(date, count) for cell, date in known.items()}
        gaps = sum(not known[cell] for cell in cells)
        self.taken[column] = Taken(column, self._file.names[column], DATE, PARTS[:count], gaps)
        self.blocks[column] = np.array([values[cell] for cell in cells], dtype=np.float32)


def numbers_of(file: TableFile, column: int, cells: Sequence[str]) -> NDArray[np.float32]:
    """A target as one column of numbers, NaN for a gap; raises `DataError` for a cell that is none."""
    decimal = file.decimal
    values = [float("nan") if cell in GAPS else number_in(cell, decimal) for cell in cells]
    for row, value in enumerate(values):
        if value is None:
            raise cell_error(file, row, column, cells[row], "a number")
        if abs(value) > LARGEST:
            raise size_error(file, row, column, cells[row])
    return np.array(values, dtype=np.float32)[:, None]
