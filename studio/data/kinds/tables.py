"""Tables in CSV files: numbers in every column but the target, which may be text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.codegen.formatting import literal, statement
from models.specs.fields import Choice, Text
from studio.data.base import DATASETS, Dataset, Progress, Raw
from studio.data.csv_file import DELIMITERS, CsvFile, number_in, recognized, with_point
from studio.data.errors import DataError
from studio.data.paths import located

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LARGEST = 3.4028235e38  # as float32
_MOST_CLASSES_OF_NUMBERS = 20  # more different whole numbers than that in a column are taken as measured
_MOST_SHOWN = 8

_READ = '''
import csv

{path}
{columns}
{classes}

def read_data():
    """Features as float32; targets as {what}."""
    with open(PATH, encoding={encoding}, newline="") as file:
        reader = csv.reader(file, delimiter={delimiter}, skipinitialspace=True)
        rows = [row for row in reader if "".join(row).strip()]{skip}
    x = [[float(row[column]{point}) for column in COLUMNS] for row in rows]
    targets = [row[{target}].strip() for row in rows]
    y = {conversion}
    return np.array(x, dtype=np.float32), np.array(y, dtype=np.{dtype})
'''


class _Table(NamedTuple):
    """A file and which of its columns are what; ``nameless`` are left out."""

    file: CsvFile
    columns: list[int]
    target: int
    nameless: list[int]


class _Content(NamedTuple):
    """What was read: features, the cells of the target, and its classes, None where it is a number to predict."""

    x: NDArray[np.float32]
    targets: list[str]
    classes: tuple[str, ...] | None


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
    delimiter = Choice("auto", ("auto", *DELIMITERS), help="What parts the columns.", advanced=True)
    decimal = Choice("auto", ("auto", "point", "comma"), help="What parts a number’s fraction.", advanced=True)
    header = Choice("auto", ("auto", "yes", "no"), help="Whether the first row holds names.", advanced=True)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        table = self._table(base, progress)
        x, targets, classes = self._read(table, progress)
        file = table.file
        names = tuple(file.names[column] for column in table.columns) if file.has_header else ()
        if classes is None:
            y: NDArray[np.generic] = _target_numbers(table, targets)
        else:
            number_of = {label: number for number, label in enumerate(classes)}
            y = np.array([number_of[target] for target in targets], dtype=np.int64)
        return Raw(x, y, classes, warnings=_nameless_warning(table), features=names)

    def read_source(self, base: Path | None) -> str:
        table = self._table(base, None)
        classes = self._read(table, None).classes
        numbers, file = classes is None, table.file
        point = '.replace(",", ".")' if file.decimal == "," else ""
        return _READ.format(
            what="numbers" if numbers else "class numbers",
            path="\n".join(statement(0, f"PATH = {literal(str(file.path))}")),
            columns="\n".join(statement(0, f"COLUMNS = {table.columns}")),
            classes="" if classes is None else "\n".join([*statement(0, f"CLASSES = {literal(list(classes))}"), ""]),
            encoding=literal(file.encoding),
            delimiter=literal(file.delimiter),
            skip="[1:]" if file.has_header else "",
            point=point,
            target=table.target,
            conversion=f"[[float(t{point})] for t in targets]" if numbers else "[CLASSES.index(t) for t in targets]",
            dtype="float32" if numbers else "int64",
        )

    def _table(self, base: Path | None, progress: Progress | None) -> _Table:
        """What the settings and the first rows say of the file."""
        path = located(self.path, base, "CSV file")
        file = recognized(path, self.delimiter, self.decimal, self.header, progress)
        names = file.names
        nameless = [index for index, name in enumerate(names) if not name]
        named = [index for index in range(len(names)) if index not in nameless]
        if not named:
            raise DataError(f"{path.name}: expected names in the first row, found none. Set its header to no.")
        target = self._column(file, self.target) if self.target.strip() else named[-1]
        ignored = [self._column(file, name) for name in self.ignore.split(",") if name.strip()]
        columns = [index for index in named if index != target and index not in ignored]
        if not columns:
            raise DataError(
                f"{path.name}: expected columns of numbers and a target, found only the target “{names[target][:40]}”. "
                "Check the delimiter and the ignored columns."
            )
        return _Table(file, columns, target, [index for index in nameless if index != target])

    def _read(self, table: _Table, progress: Progress | None) -> _Content:
        """One pass through the file; raises `DataError` naming the first cell that is no number."""
        import numpy as np

        file = table.file
        pieces: list[NDArray[np.float32]] = []
        targets: list[str] = []
        known: dict[str, str] = {}  # one text for equal cells
        wrong = _Wrong(self, table)
        for rows in file.pieces(progress):
            values = wrong.numbers(rows, len(targets))
            pieces.append(values)
            cells = (row[table.target].strip() for row in rows)
            targets += [known.setdefault(cell, cell) for cell in cells]
        if not targets:
            raise DataError(f"{file.path.name}: expected rows of numbers and a target, found none behind the names.")
        wrong.complain()
        return _Content(np.concatenate(pieces), targets, self._classes(table, known, targets))

    def _classes(self, table: _Table, known: dict[str, str], targets: list[str]) -> tuple[str, ...] | None:
        """The classes in sorted order, numbers by size; None where the target is a number to predict."""
        values = {label: number_in(label, table.file.decimal) for label in known}
        numeric = all(value is not None for value in values.values())
        if self.task == "regression":
            return None
        if self.task == "auto" and numeric:
            whole = all(value is not None and value.is_integer() for value in values.values())
            if not whole or len(known) > _MOST_CLASSES_OF_NUMBERS:
                return None
        if "" in known:
            raise _cell_error(table.file, targets.index(""), table.target, "", "a class")
        labels = sorted(known)
        return tuple(sorted(labels, key=lambda label: values[label] or 0.0) if numeric else labels)

    def _column(self, file: CsvFile, wanted: str) -> int:
        """The index of a column by name, else by number from 1; raises `DataError`."""
        wanted, names = wanted.strip(), file.names
        if wanted in names:
            return names.index(wanted)
        if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
            return int(wanted) - 1
        shown = ", ".join(name[:30] for name in names[:_MOST_SHOWN]) + (", …" if len(names) > _MOST_SHOWN else "")
        raise DataError(f"{file.path.name}: expected a column “{wanted[:40]}”, found {shown}. Choose one of them.")

    def without(self, file: CsvFile, column: int) -> str:
        """The ignored columns with one more."""
        name = file.names[column]
        known = name if name and "," not in name and file.names.count(name) == 1 else str(column + 1)
        return ", ".join(filter(None, (self.ignore.strip(), known)))


class _Wrong:
    """Turns cells into numbers and keeps count of those that are none."""

    def __init__(self, dataset: Csv, table: _Table) -> None:
        self._dataset, self._table = dataset, table
        self._count = 0
        self._first: tuple[int, int, str] | None = None

    def numbers(self, rows: list[list[str]], start: int) -> NDArray[np.float32]:
        """The features of some rows, of which the first is number `start`."""
        import numpy as np

        table = self._table
        columns, comma = table.columns, table.file.decimal == ","
        try:
            if comma:
                exact = np.array([[float(with_point(row[column])) for column in columns] for row in rows])
            else:
                exact = np.array([[float(row[column]) for column in columns] for row in rows])
        except ValueError:
            self._note(rows, start)
            return np.empty((0, len(columns)), dtype=np.float32)
        with np.errstate(over="ignore"):  # what overflows is infinite and found below
            values = exact.astype(np.float32)
        if not np.isfinite(values).all():
            self._note(rows, start)
        return values

    def complain(self) -> None:
        """Raise `DataError` if there was anything wrong."""
        if self._first is None:
            return
        row, column, cell = self._first
        file, rest = self._table.file, self._count - 1
        value = number_in(cell, file.decimal)
        if value is not None:
            raise _size_error(file, row, column, cell)
        more = f" {rest:,} more cell{' is no number' if rest == 1 else 's are no numbers'}." if rest else ""
        error = _cell_error(file, row, column, cell, "a number")
        raise DataError(str(error) + more, ignore=self._dataset.without(file, column))

    def _note(self, rows: list[list[str]], start: int) -> None:
        for offset, row in enumerate(rows):
            for column in self._table.columns:
                value = number_in(row[column], self._table.file.decimal)
                if value is None or abs(value) > _LARGEST:
                    self._count += 1
                    self._first = self._first or (start + offset, column, row[column].strip())


def _target_numbers(table: _Table, targets: list[str]) -> NDArray[np.float32]:
    """The target as one column of numbers."""
    import numpy as np

    values = [number_in(cell, table.file.decimal) for cell in targets]
    for row, value in enumerate(values):
        if value is None:
            raise _cell_error(table.file, row, table.target, targets[row], "a number")
        if abs(value) > _LARGEST:
            raise _size_error(table.file, row, table.target, targets[row])
    return np.array(values, dtype=np.float32)[:, None]


def _size_error(file: CsvFile, row: int, column: int, cell: str) -> DataError:
    """For numbers that are infinite as float32."""
    return DataError(
        f"{file.path.name}: expected numbers up to 3.4e38 in column “{file.names[column][:40]}”, "
        f"row {file.line(row)}, found {cell[:40]}. Scale them down."
    )


def _cell_error(file: CsvFile, row: int, column: int, cell: str, expected: str) -> DataError:
    found = f"“{cell[:40]}”" if cell else "a gap"
    return DataError(
        f"{file.path.name}: expected {expected} in column “{file.names[column][:40]}”, row {file.line(row)}, "
        f"found {found}. Fill it, remove the row or ignore the column."
    )


def _nameless_warning(table: _Table) -> tuple[str, ...]:
    if not table.nameless:
        return ()
    shown = ", ".join(str(index + 1) for index in table.nameless[:_MOST_SHOWN])
    said = f"columns {shown} have no name and are" if len(table.nameless) > 1 else f"column {shown} has no name and is"
    return (f"{table.file.path.name}: {said} left out.",)
