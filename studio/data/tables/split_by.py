"""The column of a table by which its rows are parted: groups, or times as numbers or dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.data.formats.csv import number_in
from studio.data.formats.tables.file import TableFile
from studio.data.splitting.splitting import GROUP
from studio.data.splitting.values import group_numbers
from studio.data.tables.cells import Cells
from studio.data.tables.columns import GAPS, is_date
from studio.data.tables.telling import cell_error

if TYPE_CHECKING:
    from numpy.typing import NDArray


def values_of(file: TableFile, column: int, cells: Cells, by: str) -> NDArray[np.generic]:
    """Groups as numbers, times as numbers or moments; raises `DataError` naming the first cell that is none."""
    texts, dates = cells.texts, by != GROUP and are_dates(cells)
    if by == GROUP:
        wrong = [text for text in texts if text in GAPS]
        expected = "a group"
    elif dates:
        wrong = [text for text in texts if not is_date(text)]
        expected = "a date as 2025-12-31"
    else:
        wrong = [text for text in texts if number_in(text, file.decimal) is None]
        expected = "a number or a date as 2025-12-31"
    if wrong:
        row = cells.first(wrong)
        raise cell_error(file, row, column, cells[row], expected, "Mend it, or choose another column.")
    if by == GROUP:
        return cells.each(group_numbers(file.path.name, file.names[column], np.array(texts)))
    if dates:
        return cells.each(np.array(texts, dtype="datetime64[s]"))
    return cells.each([number_in(text, file.decimal) for text in texts], np.float64)


def source_of(file: TableFile, column: int, cells: Cells, by: str) -> str:
    """`values_of` as an expression over the ``rows`` of a script."""
    if by == GROUP:
        return f"np.array([row[{column}].strip() for row in rows])"
    if are_dates(cells):
        return f'np.array([row[{column}].strip() for row in rows], dtype="datetime64[s]")'
    point = '.replace(",", ".")' if file.decimal == "," else ""
    return f"np.array([float(row[{column}]{point}) for row in rows])"


def are_dates(cells: Cells) -> bool:
    """Whether times are dates, as the first of them is."""
    return bool(len(cells)) and is_date(cells[0])
