"""Reading `.npy` and `.npz` without trusting them: no pickles, and sizes are looked at before memory is taken."""

from __future__ import annotations

import os
import tokenize
import zipfile
import zlib
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from studio.data.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
    try:
        if not place.name:
            with open(place.path, "rb") as file:
                return _read_header(file, place)
        with zipfile.ZipFile(place.path) as archive, archive.open(f"{place.name}.npy") as member:
            return _read_header(member, place)
    except (*_BROKEN, *_BROKEN_ZIP) as error:
        raise _broken(place, error) from error


def _check_size(place: Place, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
    size = prod(shape) * dtype.itemsize
    if size > physical_memory():
        raise DataError(f"{place} holds {size / 1e9:,.0f} GB, more than this computer has memory. Use a part of it.")


def read_array(place: Place) -> NDArray[np.generic]:
    """The whole array; raises `DataError`."""
    import numpy as np

    header(place)
    try:
        if not place.name:
            array: NDArray[np.generic] = np.load(place.path, allow_pickle=False)
            return array
        with np.load(place.path, allow_pickle=False) as archive:
            member: NDArray[np.generic] = archive[place.name]
            return member
    except (*_BROKEN, *_BROKEN_ZIP) as error:
        raise _broken(place, error) from error


def _read_header(file: IO[bytes], place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    from numpy.lib import format as npy

    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(file)
    if dtype.hasobject:
        raise DataError(
            f"{place} holds Python objects as a pickle, which could run anything, so it is not opened. "
            "Save it as an array of numbers."
        )
    if dtype.names or dtype.kind not in "biufUS":
        raise DataError(f"{place}: expected numbers, found an array of {dtype}. Save it as an array of numbers.")
    shape = tuple(int(size) for size in shape)
    _check_size(place, shape, dtype)
    return shape, dtype


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
