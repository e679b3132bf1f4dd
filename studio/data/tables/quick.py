"""Large CSV files read by pyarrow, where it is installed: the same numbers and texts in a fraction of the time.

Blocks of rows are read in threads. A column in which a block holds anything that pyarrow might take otherwise than
Python's `csv` and `float` (which scripts use) is read there as text, which goes the plain way; where rows themselves
might be others that is a `Doubt`, and the whole file is read in the plain way, which also names the cell that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, BinaryIO, NamedTuple, TypeGuard, TypeVar

import numpy as np

from studio.data.data import Progress
from studio.data.formats.csv import LONGEST_ROW, CsvFile, number_in
from studio.data.formats.streamed import workers
from studio.data.formats.tables.file import TableFile
from studio.data.formats.threads import in_threads
from studio.data.tables.cells import Cells, Coded, coded
from studio.data.tables.columns import GAPS, LARGEST, are_measured
from studio.data.tables.pieces import Block, Numbers, joined, numbers_of

QUICK_FROM = 2_000_000
"""Bytes from which it is worth importing pyarrow."""
BLOCK = 3 << 18
"""Bytes that each of `FEW` threads or more reads at a time. Fewer read more at once, for each block costs some; were
they larger, more would lie in memory than is won."""
FEW = 4
AHEAD = 1
"""Blocks for each thread that are read before their turn."""
_SAMPLE = 200
_EMPTY = ("",)
"""The gaps that most files have, and no others: fewer are looked for in less time."""
_DELIMITERS = ",;\t|"
R = TypeVar("R")


class Doubt(Exception):
    """The plain way may read this file otherwise."""


def suits(file: TableFile) -> TypeGuard[CsvFile]:
    """Whether a file is one that this reads."""
    if (
        not isinstance(file, CsvFile)
        or file.most
        or file.titles
        or file.size < QUICK_FROM
        or find_spec("pyarrow") is None
    ):
        return False
    return file.encoding == "utf-8-sig" and file.delimiter in _DELIMITERS


def numeric(file: CsvFile, columns: Sequence[int]) -> list[int]:
    """The columns that hold nothing but numbers and gaps in the first rows."""
    return [column for column, values in _first_numbers(file, columns) if values]


def measured(file: CsvFile, columns: Sequence[int]) -> list[int]:
    """Those of them whose numbers are no classes, by the first rows."""
    return [column for column, values in _first_numbers(file, columns) if are_measured(values)]


def _first_numbers(file: CsvFile, columns: Sequence[int]) -> Iterator[tuple[int, list[float]]]:
    """The different numbers in the first rows of some columns; none where there is something else."""
    rows = next(file._replace(most=_SAMPLE).pieces(None), [])
    for column in columns:
        cells = {row[column].strip() for row in rows}.difference(GAPS)
        values = [value for cell in cells if (value := number_in(cell, file.decimal)) is not None]
        yield column, values if len(values) == len(cells) else []


def blocks(
    file: CsvFile,
    numbers: Sequence[int],
    texts: Sequence[int],
    work: Callable[[Block], R],
    progress: Progress | None = None,
) -> Iterator[R]:
    """What becomes of the rows behind the header by ``work``, in threads, block by block; raises `Doubt`, perhaps
    behind some of them."""
    reader = _Reader(file, numbers, texts)

    def made(lines: _Lines) -> R | Doubt:
        try:
            return work(reader.block(lines))
        except Doubt as doubt:
            return doubt

    try:
        with open(file.path, "rb") as content:
            jobs = _lines(content)
            for found in in_threads(made, jobs, workers(), AHEAD):
                if isinstance(found, Doubt):
                    raise found
                yield found
                if progress:
                    progress(min(content.tell(), file.size), file.size)
    except OSError as error:
        if error.errno is None:  # raised by who does not want the data any more
            raise
        raise Doubt from error


def cells_of(file: TableFile, columns: Sequence[int]) -> dict[int, Cells] | None:
    """The cells of some columns, None where they must be read in the plain way."""
    if not suits(file):
        return None
    found = {column: Cells() for column in columns}
    try:
        for block in blocks(file, [], columns, lambda block: block):
            for column, cells in block.texts.items():
                found[column].take(cells)
    except Doubt:
        return None
    return found


class _Lines(NamedTuple):
    """Some whole rows of a file; ``quoted`` tells that there may be quotes in them."""

    content: memoryview
    quoted: bool
    is_first: bool


def _lines(content: BinaryIO) -> Iterator[_Lines]:
    """A file in blocks of whole rows, which are read once and never copied: what is behind the last row of one is read
    again. Raises `Doubt` where it cannot be cut."""
    start, usual = 0, BLOCK * max(1, FEW // workers())
    size = usual
    while lines := content.read(size):
        end = _end(lines)
        if not end and len(lines) == size:
            if size > LONGEST_ROW:
                raise Doubt
            size *= 2
        elif end or lines.strip():
            yield _Lines(memoryview(lines)[: end or len(lines)], b'"' in lines, not start)
            start, size = start + (end or len(lines)), usual
        else:
            return
        content.seek(start)


def _end(lines: bytes) -> int:
    """Behind the last line break that parts two rows, one outside of quotes; 0 where there is none."""
    end = lines.rfind(b"\n") + 1
    within = b'"' in lines and lines.count(b'"', 0, end) % 2 == 1
    while end and within:
        before = lines.rfind(b"\n", 0, end - 1) + 1
        within = lines.count(b'"', before, end) % 2 == 0
        end = before
    return end


class _Reader:
    """Reads blocks of whole rows, in any thread."""

    def __init__(self, file: CsvFile, numbers: Sequence[int], texts: Sequence[int]) -> None:
        from pyarrow import csv

        self._file, self._numbers = file, frozenset(numbers)
        self._texts = frozenset(texts)
        self._columns = sorted(self._numbers | self._texts)
        self._gaps: Sequence[str] = _EMPTY
        names = [str(column) for column in range(len(file.names))]
        self._rows = [  # of blocks behind the first, and of this
            csv.ReadOptions(
                use_threads=False,
                block_size=4 * LONGEST_ROW,  # more than any has
                column_names=names,
                skip_rows_after_names=skipped,
                encoding="utf8",
            )
            for skipped in (0, int(file.has_header))
        ]
        self._quotes = [  # without and with them
            csv.ParseOptions(delimiter=file.delimiter, quote_char=quote, newlines_in_values=bool(quote))
            for quote in (False, '"')
        ]
        self._conversions: dict[object, Any] = {}

    def block(self, lines: _Lines) -> Block:
        """The rows of a block; raises `Doubt`."""
        while True:
            numbers, gaps = sorted(self._numbers - self._texts), self._gaps
            found = self._read(lines, numbers, gaps)
            if found is not None:
                read = _numbers(found, numbers)
                sound = _sound(found, read)
                if len(sound) == len(numbers):
                    texts = [column for column in self._columns if column not in numbers]
                    return self._filled(read, _all_cells(found, texts), lines)
                if gaps is GAPS:
                    self._texts |= {*numbers}.difference(sound)
            elif gaps is GAPS:
                return self._slipped(lines)
            self._gaps = GAPS

    def _slipped(self, lines: _Lines) -> Block:
        """A block of which a cell is not a number, as text; the columns with such cells are text from here on."""
        found = self._read(lines, [], GAPS)
        if found is None:
            raise Doubt
        cells = _all_cells(found, self._columns)
        self._texts |= {column for column in self._numbers if _has_others(cells[column], self._file.decimal)}
        return self._filled(joined({}, found.num_rows), cells, lines)

    def _filled(self, numbers: Numbers, texts: dict[int, Coded], lines: _Lines) -> Block:
        """The rows of a block; raises `Doubt` for one with nothing in it, which is none."""
        rows = numbers.values.shape[1]
        if not rows:
            raise Doubt
        if bool(numbers.lacking.all()):  # else no row is empty
            empty = np.isnan(numbers.values).all(0)
            for cells in texts.values():
                empty &= np.array([not text for text in cells.texts])[cells.codes]
            if empty.any():
                raise Doubt
        return Block(numbers, texts, rows, rows * self._file.size // len(lines.content) * 51 // 50)

    def _read(self, lines: _Lines, numbers: Sequence[int], gaps: Sequence[str]) -> Any:
        """A table of the columns, ``numbers`` as such; None where a cell is none or a row has another width."""
        import pyarrow as pa
        from pyarrow import csv

        try:
            return csv.read_csv(
                pa.BufferReader(lines.content),
                self._rows[lines.is_first],
                self._quotes[lines.quoted],
                self._conversion(tuple(numbers), gaps),
                pa.system_memory_pool(),  # others keep for themselves what is free
            )
        except pa.ArrowException:
            return None

    def _conversion(self, numbers: tuple[int, ...], gaps: Sequence[str]) -> Any:
        """What becomes of the cells, made once: there are many blocks."""
        import pyarrow as pa
        from pyarrow import csv

        text = pa.dictionary(pa.int32(), pa.string())
        if (numbers, gaps) not in self._conversions:
            self._conversions[numbers, gaps] = csv.ConvertOptions(
                column_types={str(c): pa.float64() if c in numbers else text for c in self._columns},
                include_columns=[str(column) for column in self._columns],
                null_values=list(gaps),
                strings_can_be_null=False,
                decimal_point=self._file.decimal,
            )
        return self._conversions[numbers, gaps]


def _numbers(table: Any, columns: Sequence[int]) -> Numbers:
    """Some columns as numbers."""
    import pyarrow as pa

    if not columns:
        return joined({}, table.num_rows)
    (batch,) = table.select([*map(str, columns)]).to_batches()
    values = batch.to_tensor(null_to_nan=True, row_major=False, memory_pool=pa.system_memory_pool())
    return numbers_of(columns, values.to_numpy().T)


def _sound(table: Any, numbers: Numbers) -> list[int]:
    """The columns that Python reads as the same numbers."""
    held = (numbers.least >= -LARGEST) & (numbers.most <= LARGEST)
    for row in np.flatnonzero(numbers.lacking).tolist():  # “NAN” is a number, too, and stands among no gaps
        held[row] &= table.column(str([*numbers.at][row])).null_count == numbers.lacking[row]
    return [column for column, is_so in zip(numbers.at, held.tolist(), strict=True) if is_so]


def _all_cells(table: Any, columns: Sequence[int]) -> dict[int, Coded]:
    return {column: _cells(table.column(str(column))) for column in columns}


def _cells(column: Any) -> Coded:
    """The cells of a column; raises `Doubt` for a quote within one, which can be written in several ways."""
    encoded = column.combine_chunks()
    texts = encoded.dictionary.to_pylist()
    if any('"' in text for text in texts):
        raise Doubt
    without = [text.strip() for text in texts]
    if without == texts:
        return Coded(texts, encoded.indices.to_numpy())
    stripped = coded(without)
    return Coded(stripped.texts, stripped.codes[encoded.indices.to_numpy()])


def _has_others(cells: Coded, decimal: str) -> bool:
    """Whether some cells are neither numbers nor gaps."""
    return any(text not in GAPS and number_in(text, decimal) is None for text in cells.texts)
