"""The column of a table by which its rows are parted: groups, or times as numbers or dates."""

from __future__ import annotations

from collections.abc import Sequence
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


def values_of(file: TableFile, column: int, cells: Cells, by: str, kept: NDArray[np.bool_]) -> NDArray[np.generic]:
    """Groups as numbers, times as numbers or moments, of the rows that stay; raises `DataError` naming the first cell
    that is none."""
    there = {*np.unique(cells.codes[kept]).tolist()}
    first = _first(cells, kept)
    texts = [text if place in there else first for place, text in enumerate(cells.texts)]
    dates = by != GROUP and is_date(first)
    wrong, expected = _wrong(file, texts, first, by)
    if wrong:
        row = cells.first(wrong)
        gap = {"gaps": "drop rows"} if cells[row] in GAPS else {}
        more = "Mend it, set gaps to “drop rows”, or choose another column." if gap else ""
        raise cell_error(file, row, column, cells[row], expected, more or "Mend it, or choose another column.", gap)
    if by == GROUP:
        found = cells.each(group_numbers(file.path.name, file.names[column], np.array(texts)))
    elif dates and has_zone(first):
        found = cells.each([datetime.fromisoformat(text).timestamp() for text in texts], np.float64)
    elif dates:
        found = cells.each(np.array(texts, dtype="datetime64[us]"))
    else:
        found = cells.each([number_in(text, file.decimal) for text in texts], np.float64)
    return found[kept]


def _wrong(file: TableFile, texts: Sequence[str], first: str, by: str) -> tuple[list[str], str]:
    """The cells that are no group or time, and what was expected of them."""
    if by == GROUP:
        return [text for text in texts if text in GAPS], "a group"
    if not is_date(first):
        found = [text for text in texts if number_in(text, file.decimal) is None]
        return found, "a number or a date as 2025-12-31"
    zoned = has_zone(first)
    expected = "a date with a time zone, as in the first row" if zoned else "a date as 2025-12-31"
    return [text for text in texts if not is_date(text) or has_zone(text) != zoned], expected


def _first(cells: Cells, kept: NDArray[np.bool_]) -> str:
    """The cell of the first row that stays, which tells whether times are dates."""
    return cells[int(kept.argmax())]


def source_of(file: TableFile, column: int, cells: Cells, by: str, kept: NDArray[np.bool_]) -> str:
    """`values_of` as an expression over the ``rows`` of a script, which are those that stay."""
    first, cell = _first(cells, kept), f"row[{column}].strip()"
    if by == GROUP:
        return f"np.array([{cell} for row in rows])"
    if is_date(first) and has_zone(first):
        return f"np.array([datetime.fromisoformat({cell}).timestamp() for row in rows])"
    if is_date(first):
        return f'np.array([{cell} for row in rows], dtype="datetime64[us]")'
    point = '.replace(",", ".")' if file.decimal == "," else ""
    return f"np.array([float(row[{column}]{point}) for row in rows])"
