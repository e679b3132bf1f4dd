"""Tables in CSV files: numbers in every column but the targets, which may be text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.codegen.formatting import literal, statement
from models.data import ColumnFacts
from models.specs.fields import Choice, Text
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw, RawColumn
from studio.data.errors import ColumnMissing, DataError
from studio.data.formats.csv import DELIMITERS, CsvFile, number_in, recognized, with_point
from studio.data.paths import located

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EVERY_OTHER = "*"
"""Stands for all columns that are not targets, not ignored and not bound by their names."""
_LARGEST = 3.4028235e38  # as float32
_MOST_CLASSES_OF_NUMBERS = 20  # more different integers than that in a column are taken as measured
_MOSTLY = 0.9  # of the different cells of a target: if they are numbers, others are slips
_MOST_SHOWN = 8
_SPELLED = "SPELLED"
"""What a script calls the cells of a target that mean a class of another spelling."""

_READ = '''
import csv

{constants}

def read_data():
    """Features as float32; targets as {what}."""
    with open(PATH, encoding={encoding}, newline="") as file:
        reader = csv.reader(file, delimiter={delimiter}, skipinitialspace=True)
        rows = [row for row in reader if "".join(row).strip()]{skip}
{lines}
    return {x}, {y}
'''
_X = "    x = [[float(row[column]{point}) for column in COLUMNS] for row in rows]"
_SEVERAL_X = """    x = {{}}
    for name, columns in COLUMNS.items():
        x[name] = np.array([[float(row[column]{point}) for column in columns] for row in rows], dtype=np.float32)"""
_Y = """    targets = [row[{target}].strip() for row in rows]
    {name} = {conversion}"""


class _Table(NamedTuple):
    """A file and which of its columns are what; ``nameless`` are left out."""

    file: CsvFile
    inputs: dict[str, list[int]]
    targets: dict[str, int]
    nameless: list[int]

    @property
    def columns(self) -> list[int]:
        """All that hold features, in order."""
        return sorted({index for indices in self.inputs.values() for index in indices})


class _Content(NamedTuple):
    """What was read: all features, the cells of each target, and its classes, None where it is a number to predict.

    ``spelled`` tells for cells of each target that they mean another class than their text.
    """

    x: NDArray[np.float32]
    targets: dict[str, list[str]]
    classes: dict[str, tuple[str, ...] | None]
    spelled: dict[str, dict[str, str]]


@DATASETS.register
class Csv(Dataset, kind="csv"):
    """A table from the user's own CSV file."""

    has_columns = True
    title = "CSV table"
    suffixes = (".csv", ".tsv", ".txt")
    synonyms = ("table", "spreadsheet", "excel", "tsv", "text", "file")
    help = "A table of numbers with a column to predict. A target of text, or of few integers, means classes."

    path = Text(label="File", path=True, help="A CSV file; relative paths start at the document.")
    target = Text(label="Target column", help="Name or number (from 1) of the column to predict; the last where empty.")
    ignore = Text(label="Ignored columns", help="Names or numbers of columns to leave out, separated by commas.")
    task = Choice("auto", ("auto", "classification", "regression"), help="What to predict: a class or a number.")
    delimiter = Choice("auto", ("auto", *DELIMITERS), help="What parts the columns.", advanced=True)
    decimal = Choice("auto", ("auto", "point", "comma"), help="What parts a number’s fraction.", advanced=True)
    header = Choice("auto", ("auto", "yes", "no"), help="Whether the first row holds names.", advanced=True)

    def columns(self, base: Path | None = None) -> tuple[ColumnFacts, ...]:
        """All other columns as one, then each by its name."""
        return self._offered(self._table(base, None))

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        table = self._table(base, progress)
        content = self._read(table, progress)
        file, place = table.file, {index: place for place, index in enumerate(table.columns)}
        inputs, targets = {}, {}
        for name, indices in table.inputs.items():
            names = tuple(file.names[index] for index in indices) if file.has_header else ()
            whole = indices == table.columns
            inputs[name] = RawColumn(content.x if whole else content.x[:, [place[i] for i in indices]], features=names)
        for name, classes in content.classes.items():
            cells = content.targets[name]
            if classes is None:
                y: NDArray[np.generic] = _target_numbers(file, table.targets[name], cells)
            else:
                number_of = {label: number for number, label in enumerate(classes)}
                number_of |= {cell: number_of[label] for cell, label in content.spelled[name].items()}
                y = np.array([number_of[cell] for cell in cells], dtype=np.int64)
            targets[name] = RawColumn(y, classes=classes)
        return Raw(inputs, targets, _nameless_warning(table), self._offered(table))

    def read_source(self, base: Path | None) -> str:
        table = self._table(base, None)
        content, file = self._read(table, None), table.file
        classes = content.classes
        point = '.replace(",", ".")' if file.decimal == "," else ""
        several_x, several_y = len(self.inputs) > 1, len(self.targets) > 1
        lines = [(_SEVERAL_X if several_x else _X).format(point=point)]
        lines += self._target_lines(table, content, point)
        numbers = next(iter(classes.values())) is None
        return _READ.format(
            what="numbers" if numbers else "class indices",
            constants="\n".join(self._constants(table, content)),
            encoding=literal(file.encoding),
            delimiter=literal(file.delimiter),
            skip="[1:]" if file.has_header else "",
            lines="\n".join(lines),
            x="x" if several_x else "np.array(x, dtype=np.float32)",
            y="y" if several_y else f"np.array(y, dtype=np.{'float32' if numbers else 'int64'})",
        )

    def _constants(self, table: _Table, content: _Content) -> Iterator[str]:
        yield from statement(0, f"PATH = {literal(str(table.file.path))}")
        if len(self.inputs) > 1:
            yield "COLUMNS = {"
            for id, indices in self.in_use("input", table.inputs).items():
                yield from statement(4, f"{literal(id)}: {indices}", comma=True)
            yield "}"
        else:
            yield from statement(0, f"COLUMNS = {next(iter(table.inputs.values()))}")
        named = [(name, labels) for name, labels in content.classes.items() if labels is not None]
        for place, (name, labels) in enumerate(named):
            yield from statement(0, f"{_class_list(place, len(named))} = {literal(list(labels))}")
            if spelled := content.spelled[name]:
                yield from statement(0, f"{_class_list(place, len(named), _SPELLED)} = {literal(spelled)}")
        yield ""

    def _target_lines(self, table: _Table, content: _Content, point: str) -> Iterator[str]:
        classes = content.classes
        several = len(self.targets) > 1
        if several:
            yield "    y = {}"
        named = [name for name, labels in classes.items() if labels is not None]
        columns = {name: name for name in table.targets}
        for id, name in self.in_use("target", columns).items():
            if name in named:
                place, label = named.index(name), "t"
                if content.spelled[name]:
                    label = f"{_class_list(place, len(named), _SPELLED)}.get(t, t)"
                conversion = f"[{_class_list(place, len(named))}.index({label}) for t in targets]"
            else:
                conversion = f"[[float(t{point})] for t in targets]"
            if several:
                conversion = f"np.array({conversion}, dtype=np.{'int64' if name in named else 'float32'})"
            made = f"y[{literal(id)}]" if several else "y"
            yield _Y.format(target=table.targets[name], name=made, conversion=conversion)

    def _offered(self, table: _Table) -> tuple[ColumnFacts, ...]:
        every, names = table.inputs.get(EVERY_OTHER), table.file.names
        named = [
            ColumnFacts(name, (1,), role="target" if index in table.targets.values() else "input")
            for index, name in enumerate(names)
            if name
        ]
        return (ColumnFacts(EVERY_OTHER, (len(every or names) - (0 if every else 1),)), *named)

    def _table(self, base: Path | None, progress: Progress | None) -> _Table:
        """What the settings and the first rows say of the file."""
        path = located(self.path, base, "CSV file")
        file = recognized(path, self.delimiter, self.decimal, self.header, progress)
        names = file.names
        nameless = [index for index, name in enumerate(names) if not name]
        named = [index for index in range(len(names)) if index not in nameless]
        if not named:
            raise DataError(f"{path.name}: expected names in the first row, found none. Set its header to no.")
        targets = self._target_columns(file, named[-1])
        inputs = self._input_columns(file, named, [*targets.values()])
        if not all(inputs.values()):
            target = next(iter(targets))
            raise DataError(
                f"{path.name}: expected columns of numbers and a target, found only the target “{target[:40]}”. "
                "Check the delimiter and the ignored columns."
            )
        return _Table(file, inputs, targets, [index for index in nameless if index not in targets.values()])

    def _target_columns(self, file: CsvFile, last: int) -> dict[str, int]:
        if self.targets:
            return {name: self._column(file, name) for _, name in self.targets}
        target = self._column(file, self.target) if self.target.strip() else last
        return {file.names[target] or str(target + 1): target}

    def _input_columns(self, file: CsvFile, named: list[int], targets: list[int]) -> dict[str, list[int]]:
        """The features of each input, by what is bound."""
        ignored = [self._column(file, name) for name in self.ignore.split(",") if name.strip()]
        bound = {name: self._group(file, name) for _, name in self.inputs if name.strip() != EVERY_OTHER}
        taken = {*targets, *ignored, *(index for group in bound.values() for index in group)}
        every = [index for index in named if index not in taken]
        if not self.inputs:
            return {EVERY_OTHER: every}
        return {name: bound.get(name, every) for _, name in self.inputs}

    def _group(self, file: CsvFile, names: str) -> list[int]:
        if names.strip() in file.names:
            return [file.names.index(names.strip())]
        return [self._column(file, name) for name in names.split(",") if name.strip()]

    def _read(self, table: _Table, progress: Progress | None) -> _Content:
        """One pass through the file; raises `DataError` naming the first cell that is not a number."""
        import numpy as np

        file = table.file
        pieces: list[NDArray[np.float32]] = []
        targets: dict[str, list[str]] = {name: [] for name in table.targets}
        known: dict[str, dict[str, str]] = {name: {} for name in table.targets}  # one text for equal cells
        wrong, start = _Wrong(self, table), 0
        for rows in file.pieces(progress):
            pieces.append(wrong.numbers(rows, start))
            for name, index in table.targets.items():
                cells = (row[index].strip() for row in rows)
                targets[name] += [known[name].setdefault(cell, cell) for cell in cells]
            start += len(rows)
        if not start:
            raise DataError(f"{file.path.name}: expected rows of numbers and a target, found none behind the names.")
        wrong.complain()
        classes = {
            name: self._classes(file, index, known[name], targets[name]) for name, index in table.targets.items()
        }
        spelled = {name: self._spelled(file, cells) if classes[name] else {} for name, cells in known.items()}
        return _Content(np.concatenate(pieces), targets, classes, spelled)

    def _spelled(self, file: CsvFile, cells: Iterable[str]) -> dict[str, str]:
        from studio.data.labels import spellings

        return spellings({cell: number_in(cell, file.decimal) for cell in cells})

    def _classes(self, file: CsvFile, column: int, known: dict[str, str], targets: list[str]) -> tuple[str, ...] | None:
        """The classes in sorted order, numbers by size; None where the target is a number to predict."""
        values = {label: number_in(label, file.decimal) for label in known}
        numeric = all(value is not None for value in values.values())
        if self.task == "regression":
            return None
        if self.task == "auto" and numeric:
            whole = all(value is not None and value.is_integer() for value in values.values())
            if not whole or len(known) > _MOST_CLASSES_OF_NUMBERS:
                return None
        if self.task == "auto" and not numeric and _are_measured([*values.values()]):
            odd = next(row for row, cell in enumerate(targets) if values[cell] is None)
            raise _cell_error(file, odd, column, targets[odd], "a number", "Texts can be classes: set the task so.")
        if "" in known:
            raise _cell_error(file, targets.index(""), column, "", "a class")
        spelled = self._spelled(file, known)
        labels = sorted({spelled.get(label, label): values[label] or 0.0 for label in known}.items())
        return tuple(label for label, _ in (sorted(labels, key=lambda item: item[1]) if numeric else labels))

    def _column(self, file: CsvFile, wanted: str) -> int:
        """The index of a column by name, else by number from 1; raises `DataError`."""
        wanted, names = wanted.strip(), file.names
        if wanted in names:
            return names.index(wanted)
        if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
            return int(wanted) - 1
        shown = ", ".join(name[:30] for name in names[:_MOST_SHOWN]) + (", …" if len(names) > _MOST_SHOWN else "")
        raise ColumnMissing(f"{file.path.name}: expected a column “{wanted[:40]}”, found {shown}. Choose one of them.")

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
        more = f" {rest:,} more cell{' is not a number' if rest == 1 else 's are not numbers'}." if rest else ""
        error = _cell_error(file, row, column, cell, "a number")
        raise DataError(str(error) + more, ignore=self._dataset.without(file, column))

    def _note(self, rows: list[list[str]], start: int) -> None:
        for offset, row in enumerate(rows):
            for column in self._table.columns:
                value = number_in(row[column], self._table.file.decimal)
                if value is None or abs(value) > _LARGEST:
                    self._count += 1
                    self._first = self._first or (start + offset, column, row[column].strip())


def _class_list(place: int, count: int, what: str = "CLASSES") -> str:
    """What a script calls the classes of one of so many targets."""
    return what if count == 1 else f"{what}_{place + 1}"


def _target_numbers(file: CsvFile, column: int, targets: list[str]) -> NDArray[np.float32]:
    """A target as one column of numbers."""
    import numpy as np

    values = [number_in(cell, file.decimal) for cell in targets]
    for row, value in enumerate(values):
        if value is None:
            raise _cell_error(file, row, column, targets[row], "a number")
        if abs(value) > _LARGEST:
            raise _size_error(file, row, column, targets[row])
    return np.array(values, dtype=np.float32)[:, None]


def _size_error(file: CsvFile, row: int, column: int, cell: str) -> DataError:
    """For numbers that are infinite as float32."""
    return DataError(
        f"{file.path.name}: expected numbers up to 3.4e38 in column “{file.names[column][:40]}”, "
        f"row {file.line(row)}, found {cell[:40]}. Scale them down."
    )


def _are_measured(values: list[float | None]) -> bool:
    """Whether different cells of a target are numbers but for some: so many, or with such fractions, are no classes."""
    numbers = [value for value in values if value is not None]
    fractions = sum(not number.is_integer() for number in numbers)
    many = len(numbers) > _MOST_CLASSES_OF_NUMBERS or fractions > _MOST_CLASSES_OF_NUMBERS // 2
    return many and len(numbers) >= _MOSTLY * len(values)


def _cell_error(file: CsvFile, row: int, column: int, cell: str, expected: str, else_: str = "") -> DataError:
    found = f"“{cell[:40]}”" if cell else "a gap"
    return DataError(
        f"{file.path.name}: expected {expected} in column “{file.names[column][:40]}”, row {file.line(row)}, "
        f"found {found}. Fill it, remove the row or ignore the column. {else_}".rstrip()
    )


def _nameless_warning(table: _Table) -> tuple[str, ...]:
    if not table.nameless:
        return ()
    shown = ", ".join(str(index + 1) for index in table.nameless[:_MOST_SHOWN])
    said = f"columns {shown} have no name and are" if len(table.nameless) > 1 else f"column {shown} has no name and is"
    return (f"{table.file.path.name}: {said} left out.",)
