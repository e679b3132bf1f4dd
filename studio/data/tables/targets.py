"""What the column to predict holds: classes, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.data.errors import DataError
from studio.data.formats.csv import number_in
from studio.data.formats.tables.file import TableFile
from studio.data.labels import spellings
from studio.data.tables.columns import GAPS, MOSTLY
from studio.data.tables.reading import numbers_of
from studio.data.tables.telling import cell_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CLASSES_OF_NUMBERS = 20
"""More different integers than that in a column are taken as measured."""


class Target(NamedTuple):
    """A target: its cells, its classes (None where it is a number to predict), and cells that mean a class of another
    spelling."""

    column: int
    cells: list[str]
    classes: tuple[str, ...] | None
    spelled: dict[str, str]

    @property
    def nothing(self) -> tuple[str, ...]:
        """The cells that say there is none."""
        return ("",) if self.classes is not None else GAPS

    def gaps(self) -> NDArray[np.bool_]:
        """Which rows have none."""
        nothing = set(self.nothing)
        return np.array([cell in nothing for cell in self.cells])

    def values(self, file: TableFile) -> NDArray[np.generic]:
        """Class indices (-1 for a gap), or one column of numbers (NaN for a gap)."""
        if self.classes is None:
            return numbers_of(file, self.column, self.cells)
        number_of = {label: number for number, label in enumerate(self.classes)} | {"": -1}
        number_of |= {cell: number_of[label] for cell, label in self.spelled.items()}
        return np.array([number_of[cell] for cell in self.cells], dtype=np.int64)


def target_of(file: TableFile, column: int, cells: list[str], task: str) -> Target:
    """A column as a target; raises `DataError` for a cell that is a slip among numbers."""
    known = dict.fromkeys(cells)
    known.pop("", None)
    values = {label: number_in(label, file.decimal) for label in known}
    numeric = all(value is not None for value in values.values())
    if task == "regression" or (task == "auto" and numeric and _are_measured_all([*values.values()])):
        return Target(column, cells, None, {})
    numbers = [value for label, value in values.items() if label not in GAPS]
    if task == "auto" and None not in numbers and _are_measured_all(numbers):  # and some that are not there
        return Target(column, cells, None, {})
    if task == "auto" and not numeric and _are_measured([*values.values()]):
        odd = next(row for row, cell in enumerate(cells) if values.get(cell, 0.0) is None and cell not in GAPS)
        raise cell_error(
            file, odd, column, cells[odd], "a number", "Fill it or remove the row; for classes, set the task so."
        )
    spelled = spellings(values)
    labels = sorted({spelled.get(label, label): values[label] or 0.0 for label in known}.items())
    if numeric:
        labels.sort(key=lambda item: item[1])
    return Target(column, cells, tuple(label for label, _ in labels), spelled)


def refuse_gaps(file: TableFile, targets: Sequence[Target]) -> None:
    """Raise `DataError` where a target has a gap."""
    for target in targets:
        gaps = target.gaps()
        if gaps.any():
            row = int(gaps.argmax())
            expected = "a number" if target.classes is None else "a class"
            raise _gap_error(file, row, target.column, target.cells[row], expected)


def _gap_error(file: TableFile, row: int, column: int, cell: str, expected: str) -> DataError:
    more = "Fill it, or set gaps to “drop rows”."
    return DataError(str(cell_error(file, row, column, cell, expected, more)), gaps="drop rows")


def _are_measured_all(values: list[float | None]) -> bool:
    """Whether different numbers were measured: fractions among them, or many."""
    whole = all(value is not None and value.is_integer() for value in values)
    return bool(values) and (not whole or len(values) > MOST_CLASSES_OF_NUMBERS)


def _are_measured(values: list[float | None]) -> bool:
    """Whether different cells are numbers but for some: so many, or with such fractions, are no classes."""
    numbers = [value for value in values if value is not None]
    fractions = sum(not number.is_integer() for number in numbers)
    many = len(numbers) > MOST_CLASSES_OF_NUMBERS or fractions > MOST_CLASSES_OF_NUMBERS // 2
    return many and len(numbers) >= MOSTLY * len(values)
