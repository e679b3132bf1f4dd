"""Large CSV files read by pyarrow, where it is installed: the same numbers and texts in a fraction of the time.

Whatever pyarrow might take otherwise than Python's `csv` and `float` (which scripts use) is a `Doubt`: then the file is
read in the plain way, which also names the cell that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import numpy as np

from studio.data.data import Progress
from studio.data.formats.csv import CsvFile
from studio.data.formats.tables.file import TableFile
from studio.data.tables.columns import GAPS, LARGEST, Tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUICK_FROM = 2_000_000
"""Bytes from which it is worth importing pyarrow."""
BLOCK = 1 << 20
"""Bytes that are read at a time: of larger ones much more lies in memory, and it is no quicker."""
_DELIMITERS = ",;\t|"


class Doubt(Exception):
    """The plain way may read this file otherwise."""


class Piece(NamedTuple):
    """Some rows: columns of numbers (NaN for a gap), and the cells of others, by their places in the file."""

    numbers: Mapping[int, NDArray[np.float64]]
    texts: Mapping[int, list[str]]
    rows: int


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
    tallies = {column: Tally() for column in columns}
    for row in next(file.pieces(None), []):
        for column, tally in tallies.items():
            tally.add(row[column].strip(), 0, file.decimal)
    return [column for column, tally in tallies.items() if tally.numbers and not tally.others]


def pieces(
    file: CsvFile, numbers: Sequence[int], texts: Sequence[int], progress: Progress | None = None
) -> Iterator[Piece]:
    """The rows behind the header, by column; raises `Doubt`, perhaps behind some of them."""
    import pyarrow as pa
    from pyarrow import csv

    quoted = _has_quotes(file)
    known: dict[str, str] = {}
    names = [str(column) for column in range(len(file.names))]
    kinds = {names[column]: pa.float64() for column in numbers} | {names[column]: pa.string() for column in texts}
    try:
        with pa.OSFile(str(file.path)) as content:
            reader = csv.open_csv(
                content,
                csv.ReadOptions(
                    block_size=BLOCK, column_names=names, skip_rows_after_names=int(file.has_header), encoding="utf8"
                ),
                csv.ParseOptions(
                    delimiter=file.delimiter, quote_char='"' if quoted else False, newlines_in_values=quoted
                ),
                csv.ConvertOptions(
                    column_types=kinds,
                    include_columns=[*kinds],
                    null_values=list(GAPS),
                    strings_can_be_null=False,
                    decimal_point=file.decimal,
                ),
            )
            for batch in reader:
                yield _piece(batch, numbers, texts, known)
                if progress:
                    progress(min(content.tell(), file.size), file.size)
    except (pa.ArrowException, OSError) as error:
        raise Doubt from error
    finally:
        pa.default_memory_pool().release_unused()


def _has_quotes(file: CsvFile) -> bool:
    """Whether there is any quote in the file: without one it can be parted anywhere."""
    with open(file.path, "rb") as content:
        return any(b'"' in block for block in iter(partial(content.read, BLOCK), b""))


def _texts(column: Any, known: dict[str, str]) -> list[str]:
    """The cells of a column, equal ones kept once."""
    encoded = column.dictionary_encode()
    cells = [known.setdefault(cell.strip(), cell.strip()) for cell in encoded.dictionary.to_pylist()]
    if any('"' in cell for cell in cells):  # a quote within a cell, which can be written in several ways
        raise Doubt
    return [cells[place] for place in encoded.indices.to_pylist()]


def _piece(batch: Any, numbers: Sequence[int], texts: Sequence[int], known: dict[str, str]) -> Piece:
    found = {column: _numbers(batch.column(str(column))) for column in numbers}
    cells = {column: _texts(batch.column(str(column)), known) for column in texts}
    empty = np.ones(batch.num_rows, dtype=bool)
    for values in found.values():
        if not empty.any():
            break
        empty &= np.isnan(values)
    for place in np.flatnonzero(empty):
        if not any(column[place] for column in cells.values()):  # a row with nothing in it is none
            raise Doubt
    return Piece(found, cells, batch.num_rows)


def _numbers(column: Any) -> NDArray[np.float64]:
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    lacks = np.isnan(values)  # “NAN” as well, which stands among no gaps
    if int(lacks.sum()) != column.null_count or not (lacks | (np.abs(values) <= LARGEST)).all():
        raise Doubt
    return values


def texts_of(file: TableFile, columns: Sequence[int]) -> dict[int, list[str]] | None:
    """The cells of some columns, None where they must be read in the plain way."""
    if not suits(file):
        return None
    found: dict[int, list[str]] = {column: [] for column in columns}
    try:
        for piece in pieces(file, [], columns):
            for column, cells in piece.texts.items():
                found[column] += cells
    except Doubt:
        return None
    return found
