"""What the column to predict holds: classes, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.data.errors import DataError
from studio.data.formats.csv import number_in
from studio.data.formats.notation import Notation, shared_unit
from studio.data.formats.tables.file import TableFile
from studio.data.labels import spellings
from studio.data.tables.cells import Cells, Coded
from studio.data.tables.columns import GAPS, LARGEST, MOST_CLASSES_OF_NUMBERS, MOSTLY, are_measured
from studio.data.tables.noting import Refused, noted_cells
from studio.data.tables.telling import cell_at, cell_error, size_error

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Target(NamedTuple):
    """A target: its cells, or its ``numbers`` where it holds nothing else; its classes (None where it is a number to
    predict), and cells that mean a class of another spelling."""

    column: int
    cells: Cells
    classes: tuple[str, ...] | None
    spelled: dict[str, str]
    numbers: NDArray[np.float32] | None = None
    how: Notation | None = None
    """How its numbers are written, where that is not as usual."""

    @property
    def nothing(self) -> tuple[str, ...]:
        """The cells that say there is none."""
        if self.classes is not None:
            return ("",)
        return (*GAPS, *self.how.blanks) if self.how else GAPS

    def gaps(self) -> NDArray[np.bool_]:
        """Which rows have none."""
        return self.cells.are(self.nothing) if self.numbers is None else np.isnan(self.numbers)

    def values(self, file: TableFile) -> NDArray[np.generic]:
        """Class indices (-1 for a gap), or one column of numbers (NaN for a gap)."""
        if self.numbers is not None:
            return self.numbers[:, None]
        if self.classes is None:
            return _numbers_of(file, self.column, self.cells)
        number_of = {label: number for number, label in enumerate(self.classes)} | {"": -1}
        number_of |= {cell: number_of[label] for cell, label in self.spelled.items()}
        return self.cells.each([number_of[text] for text in self.cells.texts], np.int64)


def target_of(
    file: TableFile, column: int, cells: Cells | NDArray[np.float32], task: str, told: str | None = None
) -> Target:
    """A column as a target; raises `DataError` for a cell that is a slip among numbers.

    ``told`` is what settings say of the mark before a fraction, None where numbers stand as Python writes them."""
    if not isinstance(cells, Cells):
        return Target(column, Cells(), None, {}, cells)
    known = [text for text in cells.texts if text]
    values = {label: number_in(label, file.decimal) for label in known}
    numeric = all(value is not None for value in values.values())
    if told is not None and not numeric and (noted := _noted(file, column, cells, task, told)):
        return noted
    if task == "regression" or (task == "auto" and numeric and are_measured(values.values())):
        return Target(column, cells, None, {})
    numbers = [value for label, value in values.items() if label not in GAPS]
    if task == "auto" and None not in numbers and are_measured(numbers):  # and some that are not there
        return Target(column, cells, None, {})
    if task == "auto" and not numeric and _are_mostly_measured([*values.values()]):
        odd = cells.first([label for label, value in values.items() if value is None and label not in GAPS])
        raise cell_error(
            file, odd, column, cells[odd], "a number", "Fill it or remove the row; for classes, set the task so."
        )
    spelled = spellings(values)
    labels = sorted({spelled.get(label, label): values[label] or 0.0 for label in known}.items())
    if numeric:
        labels.sort(key=lambda item: item[1])
    return Target(column, cells, tuple(label for label, _ in labels), spelled)


def _noted(file: TableFile, column: int, cells: Cells, task: str, told: str) -> Target | None:
    """A target whose numbers are written otherwise than Python does, None where it is none; raises `DataError` where it
    cannot be told what a number is."""
    texts = [text for text in cells.texts if text not in GAPS]
    if task == "classification" or shared_unit(texts, GAPS) is None:
        return None
    found = noted_cells(file.decimal, told, Coded(cells.texts, cells.codes))
    if isinstance(found, Refused):
        if task == "regression" or len(texts) > MOST_CLASSES_OF_NUMBERS:
            raise found.error(file, column, lambda _: {})
        return None
    values = found.values[~np.isnan(found.values)]
    if task == "auto" and not are_measured(np.unique(values).tolist()):
        return None
    beyond = np.abs(found.values) > LARGEST
    if beyond.any():
        row = int(beyond.argmax())
        raise size_error(file, row, column, cells[row])
    return Target(column, cells, None, {}, found.values.astype(np.float32), found.how)


def _numbers_of(file: TableFile, column: int, cells: Cells) -> NDArray[np.float32]:
    """A target as one column of numbers, NaN for a gap; raises `DataError` for a cell that is none."""
    values = [float("nan") if text in GAPS else number_in(text, file.decimal) for text in cells.texts]
    wrong = {text for text, value in zip(cells.texts, values, strict=True) if value is None or abs(value) > LARGEST}
    if wrong:
        row = cells.first(wrong)
        if number_in(cells[row], file.decimal) is None:
            raise cell_error(file, row, column, cells[row], "a number")
        raise size_error(file, row, column, cells[row])
    return cells.each(values, np.float32)[:, None]


def refuse_gaps(file: TableFile, targets: Sequence[Target]) -> None:
    """Raise `DataError` where a target has a gap."""
    for target in targets:
        gaps = target.gaps()
        if gaps.any():
            row = int(gaps.argmax())
            expected = "a number" if target.classes is None else "a class"
            cell = target.cells[row] if target.numbers is None else cell_at(file, row, target.column)
            raise _gap_error(file, row, target.column, cell, expected)


def _gap_error(file: TableFile, row: int, column: int, cell: str, expected: str) -> DataError:
    more = "Fill it, or set gaps to “drop rows”."
    return DataError(str(cell_error(file, row, column, cell, expected, more)), gaps="drop rows")


def _are_mostly_measured(values: list[float | None]) -> bool:
    """Whether different cells are numbers but for some: so many, or with such fractions, are no classes."""
    numbers = [value for value in values if value is not None]
    fractions = sum(not number.is_integer() for number in numbers)
    many = len(numbers) > MOST_CLASSES_OF_NUMBERS or fractions > MOST_CLASSES_OF_NUMBERS // 2
    return many and len(numbers) >= MOSTLY * len(values)
