"""The array of a file by which rows are parted: groups, or times."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from models.basics.text import times
from studio.data.errors import ColumnMissing, DataError
from studio.data.formats.archive import columns_in
from studio.data.formats.arrays.door import header, is_archive, read_array
from studio.data.formats.npy import Place
from studio.data.splitting.splitting import GROUP

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def parting_source(path: Path, name: str, rows: int) -> Place | None:
    """Where an array with a value for each row lies, None where none is named; raises `DataError`."""
    if not name:
        return None
    known = columns_in(path) if is_archive(path) else {}
    if name not in known:
        there = ", ".join(column[:30] for column in list(known)[:8]) or "no names"
        raise ColumnMissing(
            f"{path.name}: expected an array “{name[:40]}” to part the rows by, found {there}. Choose one of them."
        )
    place = known[name].values
    shape = header(place)[0]
    if not shape or shape[0] != rows or prod(shape[1:]) != 1:
        raise DataError(f"{place}: expected a value for each of {rows:,} rows, found {times(shape) or 'one'}.")
    return place


def naming_source(path: Path, name: str, rows: int, used: Sequence[Place]) -> Place | None:
    """Where the array lies that has the names of rows: that of a name, else the first of text that is not ``used``;
    raises `DataError`."""
    if name or not is_archive(path):
        return parting_source(path, name, rows)
    for source in columns_in(path).values():
        shape, dtype = header(source.values)
        if dtype.kind in "US" and shape == (rows,) and source.values not in used:
            return source.values
    return None


def names_in(place: Place | None) -> list[str] | None:
    """The names of rows, None where there are none."""
    return None if place is None else [str(name) for name in read_array(place).ravel().astype(str)]


def parting_values(place: Place, by: str) -> NDArray[np.generic]:
    """The groups as numbers, or the times; raises `DataError` where they part nothing."""
    from studio.data.splitting.values import group_numbers, usable_times

    values = read_array(place).ravel()
    make = group_numbers if by == GROUP else usable_times
    return make(place.path.name, place.name, values)
