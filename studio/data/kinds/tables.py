"""Tables in CSV files: numbers in every column but the target, which may be text."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.codegen.formatting import literal, statement
from models.fields import Choice, Text
from studio.data.base import DATASETS, Dataset, Progress, Raw
from studio.data.errors import DataError
from studio.data.paths import located

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "bar": "|"}
_MOST_CLASSES_OF_NUMBERS = 20  # more different whole numbers than that in a column are taken as measured
_PIECE = 4096

_READ = '''
import csv

{path}
{columns}
{classes}

def read_data():
    """Features as float32; targets as {what}."""
    with open(PATH, encoding={encoding}, newline="") as file:
        reader = csv.reader(file, delimiter={delimiter}, skipinitialspace=True)
        rows = [row for row in reader if row]{skip}
    x = [[float(row[column]) for column in COLUMNS] for row in rows]
    targets = [row[{target}].strip() for row in rows]
    y = {conversion}
    return np.array(x, dtype=np.float32), np.array(y, dtype=np.{dtype})
'''


class _Table(NamedTuple):
    """A file as text cells, and what was found out about it."""

    path: Path
    encoding: str
    delimiter: str
    has_header: bool
    names: list[str]
    rows: list[list[str]]
    columns: list[int]
    target: int


@DATASETS.register
class Csv(Dataset, kind="csv"):
    """A table from the user's own CSV file."""

    title = "CSV table"
    synonyms = ("table", "spreadsheet", "excel", "tsv", "text", "file")
    help = "A table of numbers with a column to predict. A target of text, or of few whole numbers, means classes."

    path = Text(label="File", path=True, help="A CSV file; relative paths start at the document.")
    target = Text(label="Target column", help="Name or number (from 1) of the column to predict; the last where empty.")
    ignore = Text(label="Ignored columns", help="Names or numbers of columns to leave out, separated by commas.")
    task = Choice("auto", ("auto", "classification", "regression"), help="What to predict: a class or a number.")
    delimiter = Choice("auto", ("auto", *_DELIMITERS), help="What parts the columns.", advanced=True)
    header = Choice("auto", ("auto", "yes", "no"), help="Whether the first row holds names.", advanced=True)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        table = self._table(base)
        x = _numbers(table, table.columns)
        classes = self._classes(table)
        targets = [row[table.target].strip() for row in table.rows]
        names = tuple(table.names[column] for column in table.columns) if table.has_header else ()
        if classes is None:
            return Raw(x, _numbers(table, [table.target]), None, features=names)
        number_of = {label: number for number, label in enumerate(classes)}
        return Raw(x, np.array([number_of[target] for target in targets], dtype=np.int64), classes, features=names)

    def read_source(self, base: Path | None) -> str:
        table = self._table(base)
        classes = self._classes(table)
        numbers = classes is None
        return _READ.format(
            what="numbers" if numbers else "class numbers",
            path="\n".join(statement(0, f"PATH = {literal(str(table.path))}")),
            columns="\n".join(statement(0, f"COLUMNS = {table.columns}")),
            classes="" if classes is None else "\n".join([*statement(0, f"CLASSES = {literal(list(classes))}"), ""]),
            encoding=literal(table.encoding),
            delimiter=literal(table.delimiter),
            skip="[1:]" if table.has_header else "",
            target=table.target,
            conversion="[[float(target)] for target in targets]" if numbers else "[CLASSES.index(t) for t in targets]",
            dtype="float32" if numbers else "int64",
        )

    def _classes(self, table: _Table) -> tuple[str, ...] | None:
        """The classes in sorted order, numbers by size; None where the target is a number to predict."""
        labels = {row[table.target].strip() for row in table.rows}
        numeric = all(_number(label) is not None for label in labels)
        if self.task == "regression":
            return None
        if self.task == "auto" and numeric:
            whole = all(float(label).is_integer() for label in labels)
            if not whole or len(labels) > _MOST_CLASSES_OF_NUMBERS:
                return None
        if "" in labels:
            row = next(number for number, row in enumerate(table.rows) if not row[table.target].strip())
            raise _cell_error(table, row, table.target, "a class")
        return tuple(sorted(sorted(labels), key=float) if numeric else sorted(labels))

    def _table(self, base: Path | None) -> _Table:
        path = located(self.path, base, "CSV file")
        text, encoding = _text(path)
        delimiter = _DELIMITERS.get(self.delimiter) or _likely_delimiter(text)
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
            rows = [row for row in reader if row]
        except csv.Error as error:
            raise DataError(f"{path.name}: expected a CSV table, but it can't be read ({error}).") from error
        if not rows:
            raise DataError(f"{path.name}: expected a table, but the file is empty. Choose another file.")
        has_header = self.header == "yes" or (self.header == "auto" and _is_header(rows))
        names = [name.strip() for name in rows[0]] if has_header else [str(i + 1) for i in range(len(rows[0]))]
        rows = rows[1:] if has_header else rows
        _check_widths(path, names, rows, int(has_header))
        target = _column(path, names, self.target) if self.target.strip() else len(names) - 1
        ignored = [_column(path, names, name) for name in self.ignore.split(",") if name.strip()]
        columns = [index for index in range(len(names)) if index != target and index not in ignored]
        if not columns or not rows:
            found = f"{len(rows)} rows with {len(columns)} columns beside the target"
            raise DataError(f"{path.name}: expected rows with numbers and a target, found {found}.")
        return _Table(path, encoding, delimiter, has_header, names, rows, columns, target)


def _text(path: Path) -> tuple[str, str]:
    """The file's text and its encoding; raises `DataError` for binary files."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"Could not read {path}: {error.strerror}.") from error
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding = "latin-1"
        text = content.decode(encoding)
    if "\0" in text:
        raise DataError(f"{path.name}: expected a CSV table, found binary data. Choose a text file.")
    return text, encoding


def _likely_delimiter(text: str) -> str:
    """The delimiter that parts the first lines into the same number of columns, the most of them."""
    lines = [line for line in text[:20_000].splitlines()[:50] if line.strip()][:20]

    def merit(delimiter: str) -> tuple[bool, int]:
        counts = {len(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True)}
        return len(counts) == 1, min(counts, default=0)

    return max(_DELIMITERS.values(), key=merit)


def _is_header(rows: list[list[str]]) -> bool:
    """Whether some column has text in the first row over a number in the second, or the first row is all text."""
    if len(rows) < 2:
        return False
    first, second = ([_number(cell) is not None for cell in row] for row in rows[:2])
    return any(below and not above for above, below in zip(first, second, strict=False))


def _number(cell: str) -> float | None:
    """The finite number in a cell, None for text and gaps (also for nan, inf and NA)."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _numbers(table: _Table, columns: list[int]) -> NDArray[np.float32]:
    """Those columns as float32; raises `DataError` naming the first cell that is no number, and how many there are."""
    import numpy as np

    try:
        # In pieces: numpy turns a list of lists into an array without letting other threads in between.
        pieces = (table.rows[start : start + _PIECE] for start in range(0, len(table.rows), _PIECE))
        exact = np.concatenate(
            [np.array([[float(row[column]) for column in columns] for row in piece]) for piece in pieces]
        )
        with np.errstate(over="ignore"):  # what overflows is infinite and found below
            values = exact.astype(np.float32)
    except ValueError:
        values = None
    if values is not None and np.isfinite(values).all():
        return values
    wrong = [(i, j) for i, row in enumerate(table.rows) for j in columns if _number(row[j]) is None]
    if not wrong:
        raise _size_error(table, columns)
    rest = len(wrong) - 1
    more = f" {rest:,} more cell{' is no number' if rest == 1 else 's are no numbers'}." if rest else ""
    raise DataError(str(_cell_error(table, *wrong[0], "a number")) + more)


def _size_error(table: _Table, columns: list[int]) -> DataError:
    """For numbers that are infinite as float32."""
    row, column = next((i, j) for i, row in enumerate(table.rows) for j in columns if abs(float(row[j])) > 3.4028235e38)
    return DataError(
        f"{table.path.name}: expected numbers up to 3.4e38 in column “{table.names[column][:40]}”, "
        f"row {row + 1 + table.has_header}, found {table.rows[row][column].strip()[:40]}. Scale them down."
    )


def _cell_error(table: _Table, row: int, column: int, expected: str) -> DataError:
    cell = table.rows[row][column].strip()
    found = f"“{cell[:40]}”" if cell else "a gap"
    name = table.names[column][:40]
    line = row + 1 + table.has_header
    return DataError(
        f"{table.path.name}: expected {expected} in column “{name}”, row {line}, found {found}. "
        "Fill it, remove the row or ignore the column."
    )


def _check_widths(path: Path, names: list[str], rows: list[list[str]], skipped: int) -> None:
    for number, row in enumerate(rows, 1 + skipped):
        if len(row) != len(names):
            raise DataError(
                f"{path.name}: expected {len(names)} columns in row {number}, found {len(row)}. "
                "Check the delimiter and that row."
            )


def _column(path: Path, names: list[str], wanted: str) -> int:
    """The index of a column by name, else by number from 1; raises `DataError`."""
    wanted = wanted.strip()
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    shown = ", ".join(name[:30] for name in names[:8]) + (", …" if len(names) > 8 else "")
    raise DataError(f"{path.name}: expected a column “{wanted[:40]}”, found {shown}. Choose one of them.")
