"""Safetensors files: a list of names with shapes and types, then plain bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from studio.data.errors import DataError
from studio.data.formats.npy import BLOCK, LONGEST_LIST, InRows, Place, check_shape, read_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIX = ".safetensors"
_TYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "U32": "<u4", "I32": "<i4",
    "F32": "<f4", "U64": "<u8", "I64": "<i8", "F64": "<f8",
}  # fmt: skip


def array_names(path: Path) -> list[str]:
    """The names of the arrays; raises `DataError`."""
    with open(path, "rb") as file:
        return list(_listed(path, file)[0])


def header(place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of an array without reading it; raises `DataError`."""
    with open(place.path, "rb") as file:
        shape, dtype, _ = _found(place, file)
        return shape, dtype


def blocks(place: Place, most: int | None = None, tell: Callable[[], None] = lambda: None) -> Iterator[NDArray[Any]]:
    """The array in runs of rows, some megabytes at a time, ended after ``most`` bytes; raises `DataError`."""
    with open(place.path, "rb") as file:
        shape, dtype, start = _found(place, file)
        file.seek(start)
        if not shape:
            yield read_rows(file, shape, dtype, tell)
            return
        rows = max(1, BLOCK // max(1, prod(shape[1:]) * dtype.itemsize))
        size = prod(shape) * dtype.itemsize
        for first in range(0, shape[0], rows):
            if most is not None and first * size > most * shape[0]:
                return
            yield read_rows(file, (min(rows, shape[0] - first), *shape[1:]), dtype, tell)


def in_rows(place: Place) -> InRows | None:
    """Where the rows of an array lie, None for a single number; raises `DataError`."""
    with open(place.path, "rb") as file:
        shape, dtype, start = _found(place, file)
    return InRows(shape, dtype, start) if shape else None


def _found(place: Place, file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[np.generic], int]:
    """Shape and type of an array, and where its bytes begin."""
    import numpy as np

    arrays, behind = _listed(place.path, file)
    try:
        about = arrays[place.name]
        kind, shape, (start, end) = about["dtype"], tuple(map(int, about["shape"])), about["data_offsets"]
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(place.path, f"no array {place.name!r:.40}") from error
    if kind not in _TYPES:
        raise DataError(f"{place}: expected numbers that NumPy knows, found {str(kind)[:20]}. Save it as F32.")
    dtype = np.dtype(_TYPES[kind])
    if min(shape, default=0) < 0 or not 0 <= start <= end or end - start != prod(shape) * dtype.itemsize:
        raise _broken(place.path, f"{place.name[:40]} is not as long as its shape says")
    if behind + end > os.fstat(file.fileno()).st_size:
        raise _broken(place.path, "bytes are missing at its end")
    check_shape(place, shape, dtype)
    return shape, dtype, behind + start


def _listed(path: Path, file: IO[bytes]) -> tuple[dict[str, Any], int]:
    """What the file lists by name, and where the bytes begin."""
    length = int.from_bytes(file.read(8), "little")
    if length > LONGEST_LIST:
        raise _broken(path, "its list of arrays is too long")
    try:
        listed = json.loads(file.read(length))
    except (ValueError, RecursionError) as error:
        raise _broken(path, "its list of arrays is none") from error
    if not isinstance(listed, dict):
        raise _broken(path, "its list of arrays is none")
    return {name: about for name, about in listed.items() if name != "__metadata__"}, 8 + length


def _broken(path: Path, why: str) -> DataError:
    return DataError(f"{path.name}: expected a safetensors file, but it can't be read ({why}). Save it again.")
