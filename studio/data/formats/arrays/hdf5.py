"""HDF5 files, read by h5py: arrays that lie in the file itself, whatever group they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.data.errors import DataError
from studio.data.formats.npy import BLOCK, InRows, Place, check_shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAGIC = b"\x89HDF\r\n\x1a\n"
MOST_NAMES = 10_000
# What h5py raises on files that are cut short, altered or packed in a way that it does not know.
_BROKEN = (OSError, ValueError, KeyError, TypeError, RuntimeError, OverflowError, UnicodeDecodeError)


def array_names(path: Path) -> list[str]:
    """The names of the arrays, `group/name` where they lie in groups; raises `DataError`."""
    import_reader(path)
    import h5py

    names: list[str] = []

    def visit(name: str, item: Any) -> bool | None:
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            names.append(name)
        return True if len(names) >= MOST_NAMES else None

    with _opened(path, "") as file:
        file.visititems(visit)  # goes along no link to elsewhere
    return names


def header(place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of an array without reading it, texts as of one letter; raises `DataError`."""
    with _opened(place.path, place.name) as array:
        return _header(place, array)


def blocks(place: Place, most: int | None = None, tell: Callable[[], None] = lambda: None) -> Iterator[NDArray[Any]]:
    """The array in runs of rows, some megabytes at a time, ended after ``most`` bytes; raises `DataError`."""
    import numpy as np

    with _opened(place.path, place.name) as array:
        shape, dtype = _header(place, array)
        if dtype.kind == "U" or not shape:
            found = array.asstr()[()] if dtype.kind == "U" else array[()]
            yield np.asarray(found, dtype=str if dtype.kind == "U" else None)
            return
        rows = max(1, BLOCK // max(1, prod(shape[1:]) * dtype.itemsize))
        size = prod(shape) * dtype.itemsize
        for start in range(0, shape[0], rows):
            if most is not None and start * size > most * shape[0]:
                return
            yield array[start : start + rows]
            tell()


def in_rows(place: Place) -> InRows | None:
    """Where the rows of an array lie, in chunks where it is stored so; None for text and single numbers. Raises
    `DataError`."""
    with _opened(place.path, place.name) as array:
        shape, dtype = _header(place, array)
        start = array.id.get_offset() if array.chunks is None else None
    return InRows(shape, dtype, start) if shape and dtype.kind in "biuf" else None


def fill_rows(place: Place, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
    """Fill in the values of rows in ascending order, one run of chunks after the other, so that each is unpacked once.

    Raises `DataError`.
    """
    import numpy as np

    with _opened(place.path, place.name) as array:
        height = array.chunks[0] if array.chunks else max(1, len(rows))
        ends = np.flatnonzero(np.diff(rows // height, append=-1)) + 1
        first = 0
        for last in ends.tolist():
            some = rows[first:last]
            piece = array[int(some[0]) : int(some[-1]) + 1]
            values[first:last] = piece[some - some[0]]
            first = last


def import_reader(path: Path) -> None:
    """Raise `DataError` where h5py is not installed."""
    if find_spec("h5py") is None:
        raise DataError(f"{path.name}: reading it needs h5py. Run pip install netloom[hdf5], or save it as .npz.")


@contextmanager
def _opened(path: Path, name: str) -> Iterator[Any]:
    """A file, or the array of a name in it; what goes wrong with it is a `DataError`."""
    import_reader(path)
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if not name:
                yield file
                return
            if not isinstance(file.get(name, getlink=True), h5py.HardLink):
                raise KeyError(f"{name} lies in another file")
            yield file[name]
    except _BROKEN as error:
        raise DataError(
            f"{Place(path, name)}: expected arrays in HDF5, but it can't be read ({str(error)[:100]}). Save it again."
        ) from error


def _header(place: Place, array: Any) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    import h5py
    import numpy as np

    if array.is_virtual or array.external:
        raise DataError(f"{place} lies in other files, which are not opened. Save it in one file.")
    dtype = np.dtype("U1") if h5py.check_string_dtype(array.dtype) else array.dtype
    if dtype.names or dtype.kind not in "biufUS":
        raise DataError(f"{place}: expected numbers, found an array of {dtype}. Save it as an array of numbers.")
    shape = tuple(int(size) for size in array.shape)
    check_shape(place, shape, dtype)
    return shape, dtype
