"""The column of a table by which its rows are parted: groups, or times as numbers or dates."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from studio.data.formats.csv import number_in
from studio.data.formats.tables.file import TableFile
from studio.data.splitting.splitting import GROUP
from studio.data.splitting.values import group_numbers
from studio.data.tables.cells import Cells
from studio.data.tables.columns import GAPS, has_zone, is_date
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
        zoned = has_zone(cells[0])
        wrong = [text for text in texts if not is_date(text) or has_zone(text) != zoned]
        expected = "a date as 2025-12-31" if not zoned else "a date with a time zone, as in the first row"
    else:
        wrong = [text for text in texts if number_in(text, file.decimal) is None]
        expected = "a number or a date as 2025-12-31"
    if wrong:
        row = cells.first(wrong)
        raise cell_error(file, row, column, cells[row], expected, "Mend it, or choose another column.")
    if by == GROUP:
        return cells.each(group_numbers(file.path.name, file.names[column], np.array(texts)))
    if dates and has_zone(cells[0]):
        return cells.each([datetime.fromisoformat(text).timestamp() for text in texts], np.float64)
    if dates:
        return cells.each(np.array(texts, dtype="datetime64[us]"))
    return cells.each([number_in(text, file.decimal) for text in texts], np.float64)


def source_of(file: TableFile, column: int, cells: Cells, by: str) -> str:
    """`values_of` as an expression over the ``rows`` of a script."""
    if by == GROUP:
        return f"np.array([row[{column}].strip() for row in rows])"
    if are_dates(cells) and has_zone(cells[0]):
        return f"np.array([datetime.fromisoformat(row[{column}].strip()).timestamp() for row in rows])"
    if are_dates(cells):
        return f'np.array([row[{column}].strip() for row in rows], dtype="datetime64[us]")'
    point = '.replace(",", ".")' if file.decimal == "," else ""
    return f"np.array([float(row[{column}]{point}) for row in rows])"


def are_dates(cells: Cells) -> bool:
    """Whether times are dates, as the first of them is."""
    return bool(len(cells)) and is_date(cells[0])
