"""Columns of numbers that are written with signs, units or parted thousands: read as such where all cells agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from studio.data.errors import DataError
from studio.data.formats.csv import number_in
from studio.data.formats.notation import (
    MARKS,
    Notation,
    Written,
    is_blank,
    quick_numbers,
    shapes_of,
    written,
    written_number,
)
from studio.data.formats.tables.file import TableFile
from studio.data.tables import quick
from studio.data.tables.cells import Coded
from studio.data.tables.columns import GAPS, Mend
from studio.data.tables.pieces import Block, plain_blocks
from studio.data.tables.telling import cell_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOLD = {"point": ".", "comma": ","}
_MOST_BLANKS = 10
_UNCLEAR = "It may be thousands or a fraction: set decimal to point or to comma."
_BRACKETS = "All cells stand in brackets: write a minus where it is below 0, and no brackets."


class Noted(NamedTuple):
    """A column of such numbers: how they are written, and what they are, NaN for a gap."""

    how: Notation
    values: NDArray[np.float64]

    @property
    def gaps(self) -> int:
        """How many rows have none."""
        return int(np.isnan(self.values).sum())


class Refused(NamedTuple):
    """Why a column holds no such numbers: its first cell that does not fit, what was expected, and what to do."""

    row: int
    cell: str
    expected: str = "a number"
    advice: str = ""
    mend: Mapping[str, str] = {}

    def error(self, file: TableFile, column: int, mend: Mend) -> DataError:
        """The same as a sentence."""
        return cell_error(file, self.row, column, self.cell, self.expected, self.advice, self.mend or mend(column))


Place = tuple[int, str]
"""A row, and the cell in it."""


class Noting:
    """Takes the cells of a column, piece by piece, as numbers with their fraction behind each mark that fits all.

    ``decimal`` is the mark of the file, ``told`` what its settings say of it.
    """

    def __init__(self, decimal: str, told: str) -> None:
        self._decimal = decimal
        marks = (_TOLD[told],) if told in _TOLD else MARKS
        self._values: dict[str, list[NDArray[np.float64]]] = {mark: [] for mark in marks}
        self._units: dict[str, Place] = {}
        self._others: dict[str, int] = {}
        self._firsts: dict[str, Place] = {}
        """The first cells of some sorts: one that fits no mark, in brackets, open, unclear, or not plain."""
        self._seen: set[Written] = set()
        self._rows = 0

    def take(self, cells: Coded) -> None:
        """Take the cells of some more rows."""
        if not self._values or self._has_many_others:
            return
        shapes = shapes_of(cells.texts)
        firsts = dict(zip(reversed(shapes), range(len(shapes) - 1, -1, -1), strict=True))
        known = {shape: written(shape) for shape in firsts}
        for shape, place in sorted(firsts.items(), key=itemgetter(1)):
            one = known[shape]
            if one is not None and self._is_new(shape, one):
                self._look(cells.texts[place], one, cells, place)
        numbers: Sequence[int] = range(len(shapes))
        if None in known.values():
            self._take_others(cells, [place for place, shape in enumerate(shapes) if known[shape] is None])
            numbers = [place for place, shape in enumerate(shapes) if known[shape] is not None]
        for mark, parts in self._values.items():
            parts.append(_numbers(cells, shapes, numbers, mark))
        self._rows += len(cells.codes)

    def _take_others(self, cells: Coded, places: Iterable[int]) -> None:
        """Take cells that hold something else; the first of very many are enough to tell that it is no such column."""
        others = (place for place in places if cells.texts[place] not in GAPS)
        for place in islice(others, _MOST_BLANKS + 1):
            self._others.setdefault(cells.texts[place], self._rows + cells.row_of(place))

    @property
    def _has_many_others(self) -> bool:
        return len(self._others) > _MOST_BLANKS

    def _is_new(self, text: str, one: Written) -> bool:
        """Whether a number may tell something of its column that others have not told."""
        if one not in self._seen or "odd" not in self._firsts:
            return True
        return "unclear" not in self._firsts and len(one.marks) > 1 and ("," in text or "." in text)

    def _look(self, text: str, one: Written, cells: Coded, place: int) -> None:
        """What a number tells of its column."""
        self._seen.add(one)
        sorts = ["in brackets" if one.bracketed else "open"]
        for mark in self._values.keys() - one.marks:
            del self._values[mark]
            sorts += ["unfit"] if not self._values else []
        if (
            "unclear" not in self._firsts
            and len(one.marks) > 1
            and written_number(text, ".") != written_number(text, ",")
        ):
            sorts.append("unclear")
        if "odd" not in self._firsts and number_in(text, self._decimal) is None:
            sorts.append("odd")
        if (one.unit or not one.is_zero) and one.unit not in self._units:
            self._units[one.unit] = self._rows + cells.row_of(place), text
        for sort in sorts:
            if sort not in self._firsts:
                self._firsts[sort] = self._rows + cells.row_of(place), text

    def found(self) -> Noted | Refused:
        """What the column is."""
        unit = next((unit for unit in self._units if unit), "")
        strange = {text: row for text, row in self._others.items() if not is_blank(text, unit, GAPS)}
        if strange or not self._units or self._has_many_others:
            text, row = min((strange or self._others).items(), key=itemgetter(1), default=("", 0))
            return Refused(row, text)
        if "unfit" in self._firsts:
            return Refused(*self._firsts["unfit"])
        if len(self._units) > 1:
            row, text = self._units.get("") or [*self._units.values()][1]
            return Refused(row, text, f"a number with “{unit}”")
        if "open" not in self._firsts:
            return Refused(*self._firsts["in brackets"], advice=_BRACKETS)
        return self._with_mark(unit)

    def _with_mark(self, unit: str) -> Noted | Refused:
        mark = self._decimal if self._decimal == "," and "," in self._values else next(iter(self._values))
        if len(self._values) > 1 and "unclear" in self._firsts and self._decimal == ".":
            row, text = self._firsts["unclear"]
            return Refused(row, text, advice=_UNCLEAR, mend={"decimal": "point" if "," in text else "comma"})
        _, shown = self._firsts.get("odd", (0, ""))
        return Noted(Notation(mark, unit, shown, tuple(self._others)), np.concatenate(self._values[mark]))


def _numbers(cells: Coded, shapes: Sequence[str], places: Sequence[int], mark: str) -> NDArray[np.float64]:
    """For each row the number of its cell, those at some places among the texts, NaN for others."""
    values = np.full(len(shapes), np.nan)
    if len(places) == len(shapes):
        values[:] = quick_numbers(cells.texts, shapes, mark)
    elif places:
        of = itemgetter(*places, places[0])  # of one alone it gives no tuple
        values[[*places, places[0]]] = quick_numbers(of(cells.texts), of(shapes), mark)
    return values[cells.codes]


def noted_cells(decimal: str, told: str, cells: Coded) -> Noted | Refused:
    """What a column holds all of whose cells are known."""
    noting = Noting(decimal, told)
    noting.take(cells)
    return noting.found()


def noted_columns(file: TableFile, columns: Sequence[int], told: str) -> dict[int, Noted | Refused]:
    """What some columns of a file hold, which is read once more for them."""
    if not columns:
        return {}
    if quick.suits(file):
        try:
            return _noted(file, columns, told, quick.blocks(file, [], columns, lambda block: block))
        except quick.Doubt:
            pass
    return _noted(file, columns, told, plain_blocks(file, [], columns, None))


def _noted(file: TableFile, columns: Sequence[int], told: str, blocks: Iterable[Block]) -> dict[int, Noted | Refused]:
    found = {column: Noting(file.decimal, told) for column in columns}
    for block in blocks:
        for column, noting in found.items():
            noting.take(block.texts[column])
    return {column: noting.found() for column, noting in found.items()}
