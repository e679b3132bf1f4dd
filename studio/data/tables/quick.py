"""Large CSV files read by pyarrow, where it is installed: the same numbers and texts in a fraction of the time.

Blocks of rows are read in threads. A column in which a block holds anything that pyarrow might take otherwise than
Python's `csv` and `float` (which scripts use) is read there as text, which goes the plain way; where rows themselves
might be others that is a `Doubt`, and the whole file is read in the plain way, which also names the cell that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, BinaryIO, TypeGuard, TypeVar

import numpy as np

from studio.data.data import Progress
from studio.data.formats.csv import LONGEST_ROW, CsvFile, number_in
from studio.data.formats.streamed import workers
from studio.data.formats.tables.file import TableFile
from studio.data.formats.threads import in_threads
from studio.data.tables.cells import Cells, Coded, coded
from studio.data.tables.columns import GAPS, LARGEST, are_measured
from studio.data.tables.pieces import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUICK_FROM = 2_000_000
"""Bytes from which it is worth importing pyarrow."""
BLOCK = 3 << 18
"""Bytes that are read at a time: of larger ones much more lies in memory, and it is no quicker."""
AHEAD = 1
"""Blocks for each thread that are read before their turn."""
_SAMPLE = 200
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

    def made(job: tuple[bytes, bool]) -> R | Doubt:
        try:
            return work(reader.block(*job))
        except Doubt as doubt:
            return doubt

    try:
        with open(file.path, "rb") as content:
            jobs = ((lines, not number) for number, lines in enumerate(_lines(content)))
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


def _lines(content: BinaryIO) -> Iterator[bytes]:
    """A file in blocks of whole rows; raises `Doubt` where it cannot be cut."""
    rest = b""
    while more := content.read(BLOCK):
        rest += more
        if end := _end(rest):
            yield rest[:end]
            rest = rest[end:]
        elif len(rest) > LONGEST_ROW:
            raise Doubt
    if rest.strip():
        yield rest


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
        self._file, self._numbers = file, frozenset(numbers)
        self._texts = frozenset(texts)
        self._columns = sorted(self._numbers | self._texts)

    def block(self, lines: bytes, is_first: bool) -> Block:
        """The rows of a block; raises `Doubt`."""
        while True:
            numbers = self._numbers - self._texts
            found = self._read(lines, is_first, numbers)
            if found is None:
                return self._slipped(lines, is_first)
            values = {column: _numbers(found.column(str(column))) for column in numbers}
            sound = {column: own for column, own in values.items() if own is not None}
            if len(sound) == len(numbers):
                cells = {column: _cells(found.column(str(column))) for column in self._columns if column not in numbers}
                return self._filled(sound, cells, found.num_rows, len(lines))
            self._texts |= numbers.difference(sound)

    def _slipped(self, lines: bytes, is_first: bool) -> Block:
        """A block of which a cell is not a number, as text; the columns with such cells are text from here on."""
        found = self._read(lines, is_first, frozenset())
        if found is None:
            raise Doubt
        cells = {column: _cells(found.column(str(column))) for column in self._columns}
        self._texts |= {column for column in self._numbers if _has_others(cells[column], self._file.decimal)}
        return self._filled({}, cells, found.num_rows, len(lines))

    def _filled(self, numbers: dict[int, NDArray[np.float64]], texts: dict[int, Coded], rows: int, size: int) -> Block:
        """So many rows of a size in bytes; raises `Doubt` for one with nothing in it, which is none."""
        empty = np.full(rows, True)
        for values in numbers.values():
            if not empty.any():
                break
            empty &= np.isnan(values)
        for cells in texts.values():
            if not empty.any():
                break
            empty &= np.array([not text for text in cells.texts])[cells.codes]
        if empty.any() or not rows:
            raise Doubt
        return Block(numbers, texts, rows, rows * self._file.size // size * 51 // 50)

    def _read(self, lines: bytes, is_first: bool, numbers: frozenset[int]) -> Any:
        """A table of the columns, ``numbers`` as such; None where a cell is none or a row has another width."""
        import pyarrow as pa
        from pyarrow import csv

        file, quoted = self._file, b'"' in lines
        try:
            return csv.read_csv(
                pa.BufferReader(lines),
                csv.ReadOptions(
                    use_threads=False,
                    block_size=len(lines) + 1,
                    column_names=[str(column) for column in range(len(file.names))],
                    skip_rows_after_names=int(is_first and file.has_header),
                    encoding="utf8",
                ),
                csv.ParseOptions(
                    delimiter=file.delimiter,
                    quote_char='"' if quoted else False,
                    newlines_in_values=quoted,
                ),
                csv.ConvertOptions(
                    column_types={str(c): pa.float64() if c in numbers else pa.string() for c in self._columns},
                    include_columns=[str(column) for column in self._columns],
                    null_values=list(GAPS),
                    strings_can_be_null=False,
                    decimal_point=file.decimal,
                ),
                pa.system_memory_pool(),  # others keep for themselves what is free
            )
        except pa.ArrowException:
            return None


def _numbers(column: Any) -> NDArray[np.float64] | None:
    """A column as numbers; None where Python might read them otherwise."""
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    lacks = np.isnan(values)  # “NAN” as well, which stands among no gaps
    is_sound = int(lacks.sum()) == column.null_count and bool((lacks | (np.abs(values) <= LARGEST)).all())
    return values if is_sound else None


def _cells(column: Any) -> Coded:
    """The cells of a column; raises `Doubt` for a quote within one, which can be written in several ways."""
    encoded = column.combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    if any('"' in text for text in texts):
        raise Doubt
    stripped = coded(text.strip() for text in texts)
    return Coded(stripped.texts, stripped.codes[encoded.indices.to_numpy()])


def _has_others(cells: Coded, decimal: str) -> bool:
    """Whether some cells are neither numbers nor gaps."""
    return any(text not in GAPS and number_in(text, decimal) is None for text in cells.texts)
