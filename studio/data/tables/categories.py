"""Columns of categories and of dates as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from studio.data.errors import DataError
from studio.data.formats.csv import number_in
from studio.data.formats.tables.file import TableFile
from studio.data.tables import quick
from studio.data.tables.cells import Cells
from studio.data.tables.columns import (
    AUTO,
    CATEGORY,
    DATE,
    GAPS,
    LEFT_OUT,
    MOST_CATEGORIES,
    MOST_CLASSES_OF_NUMBERS,
    MOST_TOLD,
    PARTS,
    Mend,
    Taken,
    are_measured,
    date_parts,
    has_time,
    in_order,
    is_date,
)
from studio.data.tables.pieces import plain_blocks
from studio.data.tables.telling import cell_error, more_text

if TYPE_CHECKING:
    from numpy.typing import NDArray


MOST_SLIPS = 2
"""Different words among measured numbers that stand for what was not measured."""


def all_cells(file: TableFile, columns: Sequence[int], known: Mapping[int, Cells]) -> dict[int, Cells]:
    """The cells of some columns; those that are not ``known`` are read."""
    missing = [column for column in columns if column not in known]
    if not missing:
        return {column: known[column] for column in columns}
    found = quick.cells_of(file, missing)
    if found is None:
        found = {column: Cells() for column in missing}
        for block in plain_blocks(file, [], missing, None):
            for column, cells in found.items():
                cells.take(block.texts[column])
    return {column: found.get(column) or known[column] for column in columns}


class Categories:
    """Turns cells into the numbers of categories and dates, as each column's type says."""

    def __init__(self, file: TableFile, told: Mapping[int, str], mend: Mend) -> None:
        self._file, self._told, self._mend = file, told, mend
        self.taken: dict[int, Taken] = {}
        self.blocks: dict[int, NDArray[np.float32]] = {}

    def take(self, columns: Mapping[int, Cells], kinds: Mapping[int, str]) -> None:
        """Take these; raises `DataError` for a cell that is no date, and for too many categories."""
        for column, cells in columns.items():
            (self._categories if kinds[column] == CATEGORY else self._dates)(column, cells)

    def _categories(self, column: int, cells: Cells) -> None:
        file, name, texts = self._file, self._file.names[column], cells.texts
        told = self._told.get(column, AUTO) == CATEGORY
        words = [text for text in texts if text and number_in(text, file.decimal) is None]
        if not told and words and self._are_slips(cells, words):
            row, count = cells.first({*words}), int(np.count_nonzero(cells.are({*words})))
            more = more_text(count - 1, "Empty them if nothing was measured, or ignore the column.")
            raise cell_error(file, row, column, cells[row], "a number", more, self._mend(column))
        if len(texts) > (MOST_TOLD if told else MOST_CATEGORIES + 1):
            if not told:
                self.taken[column] = Taken(column, name, LEFT_OUT, tuple(sorted(texts)))
                return
            raise DataError(
                f"{file.path.name}: expected at most {MOST_TOLD:,} categories in column “{name[:40]}”, found "
                f"{len(texts):,}. Leave it out.",
                **self._mend(column),
            )
        parts = in_order(texts, file.decimal)
        place = {part: number for number, part in enumerate(parts)}
        where = self._found(cells, words) if words else ""
        gaps = int(np.count_nonzero(cells.are([""])))
        self.taken[column] = Taken(column, name, CATEGORY, parts, gaps, where=where)
        self.blocks[column] = cells.each(np.eye(len(parts), dtype=np.float32)[[place[text] for text in texts]])

    def _are_slips(self, cells: Cells, words: Sequence[str]) -> bool:
        """Whether one word or two stand among measured numbers, in place of some that are not there."""
        values = {number_in(text, self._file.decimal) for text in cells.texts if text}.difference({None})
        return len(words) <= MOST_SLIPS and are_measured(values) and len(values) > MOST_CLASSES_OF_NUMBERS

    def _found(self, cells: Cells, texts: Iterable[str]) -> str:
        """Where one of some texts first stands."""
        row = cells.first({*texts})
        return f"row {self._file.line(row):,}: “{cells[row]:.20}”"

    def _dates(self, column: int, cells: Cells) -> None:
        dates = [text if text not in GAPS else "" for text in cells.texts]
        wrong = {date for date in dates if date and not is_date(date)}
        if wrong:
            row = cells.first(wrong)
            raise cell_error(self._file, row, column, cells[row], "a date as 2025-12-31", mend=self._mend(column))
        count = len(PARTS) if any(map(has_time, dates)) else len(PARTS) - 1
        gaps = int(np.count_nonzero(cells.are(GAPS)))
        self.taken[column] = Taken(column, self._file.names[column], DATE, PARTS[:count], gaps)
        self.blocks[column] = cells.each([date_parts(date, count) for date in dates], np.float32)
