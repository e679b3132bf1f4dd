"""The door to arrays: what a file is, is told by its first bytes, safetensors and some others by their names."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from models.codegen.formatting import literal
from studio.data.errors import DataError
from studio.data.formats import npy
from studio.data.formats.arrays import hdf5, libsvm, mat, tensors
from studio.data.formats.npy import InRows, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIXES = (".npz", ".npy", ".h5", ".hdf5", ".hdf", ".safetensors", mat.SUFFIX, *libsvm.SUFFIXES)
_SOURCES = {
    npy: ((), "np.load({path})"),
    hdf5: (("import h5py",), 'h5py.File({path}, "r")'),
    tensors: (("from safetensors.numpy import load_file",), "load_file({path})"),
}

_OWN = (libsvm, mat)
"""Readers that say themselves how a script opens a file."""
_START = 512


def is_archive(path: Path) -> bool:
    """Whether a file holds arrays by name; raises `DataError` where it can't be looked at."""
    return _reader(path) is not npy or zipfile.is_zipfile(path)


def array_names(path: Path) -> list[str]:
    """The names of the arrays in a file; raises `DataError`."""
    names: list[str] = _reader(path).array_names(path)
    return names


def header(place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of an array without reading it; raises `DataError`."""
    found: tuple[tuple[int, ...], np.dtype[np.generic]] = _reader(place.path).header(place)
    return found


def shape_of(place: Place) -> tuple[int, ...]:
    """The shape that a header tells, () where it tells none that can be read."""
    try:
        return header(place)[0]
    except DataError:
        return ()


def blocks(
    place: Place, most: int | None = None, tell: Callable[[], None] = lambda: None
) -> Iterator[NDArray[np.generic]]:
    """The array in runs of rows, some megabytes at a time, so that much can be read in little memory and left early.

    ``tell`` is called now and then while one is read; an exception from it ends the reading. ``most`` ends it after so
    many bytes. Raises `DataError`.
    """
    yield from _reader(place.path).blocks(place, most, tell)


def read_array(
    place: Place,
    arrange: Callable[[NDArray[np.generic]], NDArray[np.generic]] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.generic]:
    """The whole array, with each run of rows as `arrange` gives it back; raises `DataError`."""
    import numpy as np

    shape, dtype = header(place)
    change = arrange or (lambda rows: rows)
    if not shape or dtype.kind == "U":  # texts are as long as the longest, which headers may not tell
        found = [*blocks(place)]
        return change(found[0]) if len(found) == 1 else np.concatenate(found)
    empty = change(np.empty((0, *shape[1:]), dtype))
    array = np.empty((shape[0], *empty.shape[1:]), empty.dtype)
    done = 0

    def tell() -> None:
        if progress:
            progress(done, shape[0])

    for block in blocks(place, tell=tell):
        array[done : done + len(block)] = change(block)
        done += len(block)
        tell()
    return array


def can_stay(place: Place) -> bool:
    """Whether rows of an array can be read by themselves, of numbers that lie in the file row by row."""
    return in_rows(place) is not None


def in_rows(place: Place) -> InRows | None:
    """Where the rows lie that can be read by themselves, None where they cannot; raises `DataError`."""
    found: InRows | None = _reader(place.path).in_rows(place)
    return found


def may_widen(place: Place) -> bool:
    """Whether rows of an array may go on with zeros: such files leave those behind their last number out."""
    return _reader(place.path) is libsvm


def in_chunks(place: Place) -> bool:
    """Whether rows lie in pieces that must be found, and perhaps unpacked, for each of them."""
    rows = in_rows(place)
    return rows is not None and rows.start is None


def rows_source(place: Place) -> str:
    """How a script gets at the rows of an array that can be read by themselves, without reading them."""
    rows = in_rows(place)
    if not place.name or rows is None or rows.start is None:
        return source(place) if place.name else f'np.load({literal(str(place.path))}, mmap_mode="r")'
    about = f'"{rows.dtype.str}", "r", {rows.start}, {rows.shape}'
    return f"np.memmap({literal(str(place.path))}, {about})"


def picking(place: Place) -> str:
    """How a script takes rows out of those, as an expression over ``self``."""
    rows = in_rows(place)
    picked = "self.stored[self.rows]"
    return picked if rows is None or rows.start is not None else "np.stack([self.stored[row] for row in self.rows])"


def imports(path: Path) -> tuple[str, ...]:
    """What a script imports to open a file."""
    reader = _reader(path)
    found: tuple[str, ...] = reader.imports(path) if reader in _OWN else _SOURCES[reader][0]
    return found


def opening(path: Path) -> str:
    """How a script opens a file."""
    reader = _reader(path)
    found: str = reader.opening(path) if reader in _OWN else _SOURCES[reader][1].format(path=literal(str(path)))
    return found


def source(place: Place) -> str:
    """How a script gets at an array of a file that is open as ``archive``, or at the whole of one."""
    if not place.name:
        return opening(place.path)
    if (reader := _reader(place.path)) in _OWN:
        own: str = reader.source(place)
        return own
    found = f"archive[{literal(place.name)}]"
    if reader is hdf5:
        return f"{found}.asstr()[()].astype(str)" if header(place)[1].kind == "U" else f"{found}[()]"
    return found


def _reader(path: Path) -> ModuleType:
    if path.suffix.lower() == tensors.SUFFIX:
        return tensors
    try:
        with open(path, "rb") as file:
            start = file.read(_START)
    except OSError as error:
        raise DataError(f"Could not read {path}: {error.strerror}.") from error
    if start.startswith(hdf5.MAGIC):
        return hdf5
    if path.suffix.lower() == mat.SUFFIX or start.startswith((mat.MAGIC, mat.LATE_MAGIC)):
        return mat
    if start.startswith((b"\x93NUMPY", b"PK")):
        return npy
    return libsvm if libsvm.is_libsvm(path, start) else npy
