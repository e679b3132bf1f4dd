"""Reading `.npy` and `.npz` without trusting them: no pickles, and sizes are looked at before memory is taken."""

from __future__ import annotations

import os
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from studio.data.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 1 << 24
"""Bytes that are read at a time."""

# What NumPy and zipfile raise on files that are cut short, altered or something else altogether.
_BROKEN = (ValueError, KeyError, EOFError, OSError, SyntaxError, TypeError, tokenize.TokenError, OverflowError)
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError)


class Place(NamedTuple):
    """An array in a file: the whole of a `.npy`, or one by name in a `.npz`."""

    path: Path
    name: str = ""

    def __str__(self) -> str:
        return f"{self.path.name}[{self.name}]" if self.name else self.path.name


def array_names(path: Path) -> list[str]:
    """The names of the arrays in a `.npz` file; raises `DataError`."""
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except (*_BROKEN, *_BROKEN_ZIP) as error:
        raise _broken(Place(path), error) from error


def header(place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of an array without reading it; raises `DataError` for pickles, broken and too large ones."""
    with _opened(place) as (file, size):
        shape, _, dtype = _read_header(file, place)
        _check_whole(shape, dtype, size - file.tell())
        return shape, dtype


def blocks(place: Place, most: int | None = None) -> Iterator[NDArray[np.generic]]:
    """The array in runs of rows, some megabytes at a time, so that much can be read in little memory and left early.

    ``most`` ends it after so many bytes. An array in Fortran order is put together first, unless it holds more than
    that. Raises `DataError`.
    """
    with _opened(place) as (file, _):
        shape, fortran, dtype = _read_header(file, place)
        size = prod(shape) * dtype.itemsize
        if fortran or not shape:
            if most is None or size <= most:
                yield _read(file, shape[::-1], dtype).T
            return
        rows = max(1, BLOCK // max(1, prod(shape[1:]) * dtype.itemsize))
        for start in range(0, shape[0], rows):
            if most is not None and start * size > most * shape[0]:
                return
            yield _read(file, (min(rows, shape[0] - start), *shape[1:]), dtype)
        file.read(1)  # at the end of a member its checksum is compared


def read_array(
    place: Place,
    arrange: Callable[[NDArray[np.generic]], NDArray[np.generic]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.generic]:
    """The whole array, with each run of rows as `arrange` gives it back; raises `DataError`."""
    import numpy as np

    shape, dtype = header(place)
    if not shape:
        return next(blocks(place))
    change = arrange or (lambda rows: rows)
    empty = change(np.empty((0, *shape[1:]), dtype))
    array = np.empty((shape[0], *empty.shape[1:]), empty.dtype)
    done = 0
    for block in blocks(place):
        array[done : done + len(block)] = change(block)
        done += len(block)
        if progress:
            progress(done, shape[0])
    return array


@contextmanager
def _opened(place: Place) -> Iterator[tuple[IO[bytes], int]]:
    """The bytes of an array and how many there are; what goes wrong with them is a `DataError`."""
    try:
        if not place.name:
            with open(place.path, "rb") as file:
                yield file, os.fstat(file.fileno()).st_size
        else:
            with zipfile.ZipFile(place.path) as archive, archive.open(f"{place.name}.npy") as member:
                yield member, archive.getinfo(f"{place.name}.npy").file_size
    except (*_BROKEN, *_BROKEN_ZIP) as error:
        raise _broken(place, error) from error


def _read(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> NDArray[np.generic]:
    """The next numbers of a file, as an array that is not to be written to."""
    import numpy as np

    size = prod(shape) * dtype.itemsize
    content = file.read(size)
    _check_whole(shape, dtype, len(content))
    return np.frombuffer(content, dtype).reshape(shape) if size else np.empty(shape, dtype)


def _check_whole(shape: tuple[int, ...], dtype: np.dtype[np.generic], found: int) -> None:
    missing = prod(shape) * dtype.itemsize - found
    if missing > 0:
        raise ValueError(f"{missing:,} bytes are missing at its end")


def _check_size(place: Place, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
    size = prod(shape) * dtype.itemsize
    if size > physical_memory():
        raise DataError(f"{place} holds {size / 1e9:,.0f} GB, more than this computer has memory. Use a part of it.")


def _read_header(file: IO[bytes], place: Place) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Shape, whether the first dimension varies fastest, and type."""
    from numpy.lib import format as npy

    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = read(file)
    if dtype.hasobject:
        raise DataError(
            f"{place} holds Python objects as a pickle, which could run anything, so it is not opened. "
            "Save it as an array of numbers."
        )
    if dtype.names or dtype.kind not in "biufUS":
        raise DataError(f"{place}: expected numbers, found an array of {dtype}. Save it as an array of numbers.")
    shape = tuple(int(size) for size in shape)
    if min(shape, default=0) < 0:
        raise ValueError("its shape is negative")
    _check_size(place, shape, dtype)
    return shape, bool(fortran) and len(shape) > 1, dtype


def _broken(place: Place, error: Exception) -> DataError:
    with_pickle = _starts_like_pickle(place.path)
    if not place.name and place.path.suffix.lower() == ".npz":
        error = ValueError("it is no whole .npz archive")
    if with_pickle:
        return DataError(
            f"{place} is a pickle, which could run anything, so it is not opened. Save it with numpy.save or savez."
        )
    return DataError(f"{place}: expected a NumPy file, but it can't be read ({error}). Save it again.")


def _starts_like_pickle(path: Path) -> bool:
    """Whether the file begins as pickles of protocol 2 and later do."""
    try:
        with open(path, "rb") as file:
            start = file.read(2)
    except OSError:
        return False
    return len(start) == 2 and start[0] == 0x80 and start[1] <= 5


def physical_memory() -> int:
    """Bytes of memory that this computer has."""
    if not hasattr(os, "sysconf"):
        import psutil

        return int(psutil.virtual_memory().total)
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
