"""What is said of cells that are not what their column holds, and of columns that are left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from models.data import ColumnFacts
from studio.data.errors import DataError
from studio.data.formats.notation import Notation, written
from studio.data.formats.tables.file import TableFile
from studio.data.tables.columns import MOST_CATEGORIES, Taken, is_other_date

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMAGES = "image_table"
"""The source that reads a table as the names of images."""
_SHOWN, _MOST_SHOWN = 5, 8


def cell_at(file: TableFile, row: int, column: int) -> str:
    """A cell, read anew."""
    rows = chain.from_iterable(file.pieces(None))
    return next(islice(rows, row, None))[column].strip()


def size_error(file: TableFile, row: int, column: int, cell: str) -> DataError:
    """For numbers that are infinite as float32."""
    return DataError(
        f"{file.path.name}: expected numbers up to 3.4e38 in column “{file.names[column][:40]}”, "
        f"row {file.line(row)}, found {cell[:40]}. Scale them down."
    )


def cell_error(
    file: TableFile,
    row: int,
    column: int,
    cell: str,
    expected: str,
    more: str = "",
    mend: Mapping[str, Any] | None = None,
) -> DataError:
    """For a cell that is not what was ``expected``."""
    found = f"“{cell[:40]}”" if cell else "a gap"
    return DataError(
        f"{file.path.name}: expected {expected} in column “{file.names[column][:40]}”, row {file.line(row)}, "
        f"found {found}. {more or 'Fill it, remove the row or ignore the column.'}",
        **(mend or {}),
    )


def more_text(count: int, advice: str = "Mend them or ignore the columns.") -> str:
    """What is said of further cells."""
    if not count:
        return ""
    said = "cell is not a number" if count == 1 else "cells are not numbers"
    return f"{count:,} more {said}. {advice}"


def left_out_text(file: TableFile, columns: Sequence[Taken]) -> str:
    """Why columns are left out, as a warning."""
    count = f"{len(columns)} columns are" if len(columns) > 1 else "1 column is"
    return f"{file.path.name}: {count} left out: {_reasons(columns)}."


def nothing_error(file: TableFile, name: str, columns: Sequence[Taken]) -> DataError:
    """Why nothing of an input is learned, all columns of which were left out: images may be meant."""
    if images := image_remarks(file, columns):
        return DataError(images[0], source=IMAGES)
    texts = ", such as text" if any(len(column.parts) > 1 for column in columns) else ""
    why = f"nothing in {name[:40]} can be learned from: {_reasons(columns)}"
    return DataError(f"{file.path.name}: {why}. Set its column types{texts}.")


def _reasons(columns: Sequence[Taken]) -> str:
    return ", ".join(map(_reason, columns[:_SHOWN])) + (", …" if len(columns) > _SHOWN else "")


def _reason(column: Taken) -> str:
    if not column.parts:
        return f"{column.name[:30]} (empty)"
    if len(column.parts) == 1:
        return f"{column.name[:30]} (only “{column.parts[0][:30]}”)"
    if all(map(is_other_date, column.parts)):
        return f"{column.name[:30]} (write dates as 2025-12-31)"
    if all(part.startswith("[") and part.endswith("]") for part in column.parts):
        return f"{column.name[:30]} (lists; give each value a column)"
    units = {"" if (one := written(part)) is None else one.unit for part in column.parts}
    if len(units) > 1 and "" not in units:
        return f"{column.name[:30]} (different units: {', '.join(sorted(units)[:3])[:30]})"
    many = "over " if len(column.parts) > MOST_CATEGORIES else ""
    return f"{column.name[:30]} ({many}{min(len(column.parts), MOST_CATEGORIES)} different texts)"


def table_remarks(file: TableFile, left_out: Sequence[Taken], told: Collection[int]) -> list[str]:
    """What is said of a table: what was passed over, and columns that are left out though nobody ``told`` so."""
    unasked = [column for column in left_out if column.at not in told]
    return [*file.remarks, *([left_out_text(file, unasked)] if unasked else []), *image_remarks(file, left_out)]


def gap_remarks(file: TableFile, columns: Sequence[Taken], kept: NDArray[np.bool_]) -> list[str]:
    """What is said of gaps in some columns: rows that are not ``kept`` have some, others are filled."""
    found, lost, gaps = [], int((~kept).sum()), [column for column in columns if column.gaps]
    if lost:
        found.append(f"{file.path.name}: {lost:,} of {len(kept):,} rows have gaps and are left out.")
    elif gaps:
        shown = ", ".join(f"{column.name[:30]} ({column.gaps:,})" for column in gaps[:_MOST_SHOWN])
        found.append(f"{file.path.name}: gaps are filled: {shown}{', …' if len(gaps) > _MOST_SHOWN else ''}.")
    return found


def noted_remarks(file: TableFile, columns: Mapping[str, Notation]) -> list[str]:
    """Says how numbers are read that are written with signs or units, or with thousands parted."""
    if not columns:
        return []
    shown = ", ".join(f"{name[:30]} ({how.about})" for name, how in islice(columns.items(), _SHOWN))
    count = f"{len(columns)} columns are" if len(columns) > 1 else "1 column is"
    return [f"{file.path.name}: {count} read as numbers: {shown}{', …' if len(columns) > _SHOWN else ''}."]


def image_remarks(file: TableFile, columns: Sequence[Taken]) -> list[str]:
    """What is said of columns from which a table learns nothing, but images could be."""
    from studio.data.images.named import name_images

    names = [column.name[:40] for column in columns if name_images(column.parts)]
    return [
        f"{file.path.name}: “{name}” names images. Choose “Images with a table” to learn from them." for name in names
    ]


def nameless_remarks(file: TableFile, nameless: Sequence[int]) -> list[str]:
    """What is said of columns without a name, by their places."""
    if not nameless:
        return []
    shown = ", ".join(str(place + 1) for place in nameless[:_MOST_SHOWN])
    said = f"columns {shown} have no name and are" if len(nameless) > 1 else f"column {shown} has no name and is"
    return [f"{file.path.name}: {said} left out."]


def column_facts(name: str, width: int, taken: Taken | None, *, is_target: bool) -> ColumnFacts:
    """What is offered of a column, with what it was taken as where it was read."""
    found = ColumnFacts(name, (width,), role="target" if is_target else "input")
    return found if taken is None else replace(found, taken=taken.type, about=taken.about, where=taken.where)
