"""Reading `.npy` and `.npz` without trusting them: no pickles, and sizes are looked at before memory is taken."""

from __future__ import annotations

import io
import os
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from models.basics.text import times
from studio.data.errors import DataError
from studio.data.formats.memory import check_memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 1 << 24
"""Bytes that are read at a time."""
LONGEST_HEADER = 10_000
LONGEST_LIST = 1 << 22
"""Bytes of an archive's list of members: some forty thousand of them."""
LOCAL_HEADER = 30
"""Bytes before the name of a member of an archive (APPNOTE.TXT of PKWARE, 4.3.7)."""
LARGEST_DIMENSION = 1 << 48
MOST_OF_NOTHING = 1 << 24
"""Rows that hold nothing: to count them takes memory all the same."""
SUSPECT_SIZE, SUSPECT_RATIO = 1 << 28, 250
"""An array of more bytes that is packed more tightly than that is taken for a bomb."""

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
        with _archive(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except (*_BROKEN, *_BROKEN_ZIP) as error:
        raise _broken(Place(path), error) from error


def header(place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of an array without reading it; raises `DataError` for pickles, broken and too large ones."""
    with _opened(place) as (file, size):
        shape, _, dtype = _read_header(file, place)
        _check_whole(shape, dtype, size - file.tell())
        return shape, dtype


class InRows(NamedTuple):
    """Where the rows of an array lie in their file: its shape and type, and the byte at which the first begins, None
    where they lie in pieces that only the reader of the format finds."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    start: int | None


def in_rows(place: Place) -> InRows | None:
    """Where rows lie that can be read by themselves: of numbers, row by row, not packed; None where they cannot.

    Raises `DataError` for a broken file.
    """
    with _opened(place) as (file, size):
        shape, fortran, dtype = _read_header(file, place)
        _check_whole(shape, dtype, size - file.tell())
        start: int | None = file.tell()
    if place.name:
        start = _stored_at(place, start or 0)
    return None if start is None or fortran or not shape or dtype.kind not in "biuf" else InRows(shape, dtype, start)


def _stored_at(place: Place, start: int) -> int | None:
    """The byte of an archive at which the numbers of an array begin, None where they are packed."""
    with _archive(place.path) as archive:
        entry = archive.getinfo(f"{place.name}.npy")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            return None
    with open(place.path, "rb") as file:
        file.seek(entry.header_offset)
        local = file.read(LOCAL_HEADER)
    name, extra = (int.from_bytes(local[at : at + 2], "little") for at in (26, 28))
    return entry.header_offset + LOCAL_HEADER + name + extra + start


def blocks(
    place: Place, most: int | None = None, tell: Callable[[], None] = lambda: None
) -> Iterator[NDArray[np.generic]]:
    """The array in runs of rows, some megabytes at a time, so that much can be read in little memory and left early.

    ``tell`` is called now and then while one is read; an exception from it ends the reading.

    ``most`` ends it after so many bytes. An array in Fortran order is put together first, unless it holds more than
    that. Raises `DataError`.
    """
    with _opened(place) as (file, _):
        shape, fortran, dtype = _read_header(file, place)
        size = prod(shape) * dtype.itemsize
        if most is None:
            check_memory(str(place), size, "Use a part of it.")
        if fortran or not shape:
            if most is None or size <= most:
                yield read_rows(file, shape[::-1], dtype, tell).T
            return
        rows = max(1, BLOCK // max(1, prod(shape[1:]) * dtype.itemsize))
        for start in range(0, shape[0], rows):
            if most is not None and start * size > most * shape[0]:
                return
            yield read_rows(file, (min(rows, shape[0] - start), *shape[1:]), dtype, tell)
        file.read(1)  # at the end of a member its checksum is compared


@contextmanager
def _opened(place: Place) -> Iterator[tuple[IO[bytes], int]]:
    """The bytes of an array and how many there are; what goes wrong with them is a `DataError`."""
    try:
        if not place.name:
            with open(place.path, "rb") as file:
                yield file, os.fstat(file.fileno()).st_size
        else:
            with _archive(place.path) as archive:
                entry = archive.getinfo(f"{place.name}.npy")
                _check_packing(place, entry)
                with archive.open(entry) as member:
                    yield member, entry.file_size
    except (*_BROKEN, *_BROKEN_ZIP) as error:
        raise _broken(place, error) from error


class _Listed(io.BufferedReader):
    """A file that gives at most so much at once, until its list of members has been read."""

    most: int | None = LONGEST_LIST

    def read(self, size: int | None = -1, /) -> bytes:
        if self.most is not None and size is not None and size > self.most:
            raise ValueError("it lists more members than any archive of arrays")
        return super().read(size)


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    with _Listed(io.FileIO(path)) as file, zipfile.ZipFile(file) as archive:
        file.most = None
        yield archive


def _check_packing(place: Place, entry: zipfile.ZipInfo) -> None:
    """Raise unless it is packed as NumPy packs arrays, and to no size that only a bomb has."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is packed in a way that NumPy does not know")
    if entry.file_size > SUSPECT_SIZE and entry.file_size > SUSPECT_RATIO * max(1, entry.compress_size):
        raise DataError(
            f"{place} would unpack {entry.compress_size / 1e6:,.1f} MB to {entry.file_size / 1e9:,.1f} GB, so it is "
            "not opened. If that is right, save it with numpy.savez, which does not compress."
        )


def read_rows(
    file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[np.generic], tell: Callable[[], None]
) -> NDArray[np.generic]:
    """The next numbers of a file; ``tell`` is called now and then. Raises `ValueError` where bytes are missing."""
    import numpy as np

    content = np.empty(prod(shape) * dtype.itemsize, np.uint8)
    done = 0
    while done < len(content):
        block = file.read(min(BLOCK, len(content) - done))
        if not block:
            break
        content[done : done + len(block)] = np.frombuffer(block, np.uint8)
        done += len(block)
        tell()
    _check_whole(shape, dtype, done)
    return content.view(dtype).reshape(shape) if done else np.empty(shape, dtype)


def _check_whole(shape: tuple[int, ...], dtype: np.dtype[np.generic], found: int) -> None:
    missing = prod(shape) * dtype.itemsize - found
    if missing > 0:
        raise ValueError(f"{missing:,} bytes are missing at its end")


def _read_header(file: IO[bytes], place: Place) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Shape, whether the first dimension varies fastest, and type."""
    from numpy.lib import format as npy

    version = npy.read_magic(file)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    start = file.read(2 if version == (1, 0) else 4)
    length = int.from_bytes(start, "little")
    if length > LONGEST_HEADER:
        raise ValueError("its header is too long")
    shape, fortran, dtype = read(io.BytesIO(start + file.read(length)))
    if dtype.hasobject:
        raise DataError(
            f"{place} holds Python objects as a pickle, which could run anything, so it is not opened. "
            "Save it as an array of numbers, texts by .astype(str)."
        )
    if dtype.names or dtype.kind not in "biufUS":
        raise DataError(f"{place}: expected numbers, found an array of {dtype}. Save it as an array of numbers.")
    shape = tuple(int(size) for size in shape)
    check_shape(place, shape, dtype)
    return shape, bool(fortran) and len(shape) > 1, dtype


def check_shape(place: Place, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> None:
    """Raise `DataError`, or `ValueError`, for an array that no memory holds."""
    if not all(0 <= size <= LARGEST_DIMENSION for size in shape):
        raise ValueError("its shape is not one that an array can have")
    if prod(shape) == 0 and prod(size or 1 for size in shape) > MOST_OF_NOTHING:
        raise DataError(f"{place}: expected numbers, found {times(shape)} of them, which is none. Save it again.")
    if not dtype.itemsize and prod(shape) > MOST_OF_NOTHING:
        raise DataError(f"{place}: expected labels, found {times(shape)} empty texts. Save it again.")
    if place.name:  # of a file of its own rows can be read as they are wanted
        check_memory(str(place), prod(shape) * dtype.itemsize, "Use a part of it.")


def _broken(place: Place, error: Exception) -> DataError:
    if isinstance(error, PermissionError):
        return DataError(f"Could not read {place.path}: {error.strerror}.")
    with_pickle = _starts_like_pickle(place.path)
    if not place.name and place.path.suffix.lower() == ".npz":
        error = ValueError("it is no whole .npz archive")
    if with_pickle:
        return DataError(
            f"{place} is a pickle, which could run anything, so it is not opened. Save it with numpy.save or savez."
        )
    return DataError(f"{place}: expected a NumPy file, but it can't be read ({str(error)[:100]}). Save it again.")


def _starts_like_pickle(path: Path) -> bool:
    """Whether the file begins as pickles of protocol 2 and later do."""
    try:
        with open(path, "rb") as file:
            start = file.read(2)
    except OSError:
        return False
    return len(start) == 2 and start[0] == 0x80 and start[1] <= 5
