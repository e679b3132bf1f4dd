"""The column of a table by which its rows are parted: groups, or times as numbers or dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from studio.data.formats.csv import number_in
from studio.data.formats.tables.file import TableFile
from studio.data.splitting.splitting import GROUP
from studio.data.splitting.values import group_numbers
from studio.data.tables.columns import GAPS, is_date
from studio.data.tables.telling import cell_error

if TYPE_CHECKING:
    from numpy.typing import NDArray


def values_of(file: TableFile, column: int, cells: Sequence[str], by: str) -> NDArray[np.generic]:
    """Groups as numbers, times as numbers or moments; raises `DataError` naming the first cell that is none."""
    if by == GROUP:
        wrong = [row for row, cell in enumerate(cells) if cell in GAPS]
        expected = "a group"
    elif are_dates(cells):
        wrong = [row for row, cell in enumerate(cells) if not is_date(cell)]
        expected = "a date as 2025-12-31"
    else:
        wrong = [row for row, cell in enumerate(cells) if number_in(cell, file.decimal) is None]
        expected = "a number or a date as 2025-12-31"
    if wrong:
        raise cell_error(file, wrong[0], column, cells[wrong[0]], expected, "Mend it, or choose another column.")
    if by == GROUP:
        return group_numbers(file.path.name, file.names[column], np.array(cells))
    if are_dates(cells):
        return np.array(cells, dtype="datetime64[s]")
    return np.array([number_in(cell, file.decimal) for cell in cells], dtype=np.float64)


def source_of(file: TableFile, column: int, cells: Sequence[str], by: str) -> str:
    """`values_of` as an expression over the ``rows`` of a script."""
    if by == GROUP:
        return f"np.array([row[{column}].strip() for row in rows])"
    if are_dates(cells):
        return f'np.array([row[{column}].strip() for row in rows], dtype="datetime64[s]")'
    point = '.replace(",", ".")' if file.decimal == "," else ""
    return f"np.array([float(row[{column}]{point}) for row in rows])"


def are_dates(cells: Sequence[str]) -> bool:
    """Whether times are dates, as the first of them is."""
    return bool(cells) and is_date(cells[0])
