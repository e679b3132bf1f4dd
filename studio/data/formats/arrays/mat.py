"""MATLAB's files, read by scipy, from version 7.3 on by h5py: arrays with an example in each row.

There examples often come last (height × width × channels × examples), and vectors are matrices of one row or column. So
where a file has a vector, other arrays that are as long in their last direction are turned: that one comes first.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from models.codegen.formatting import literal
from studio.data.errors import DataError
from studio.data.formats.npy import BLOCK, SUSPECT_RATIO, SUSPECT_SIZE, InRows, Place, check_shape

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIX = ".mat"
MAGIC, LATE_MAGIC = b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file"
MOST_CLASSES = 20
"""More different integers in a vector of MATLAB's usual numbers, which have fractions, are measured."""
_TYPES = {
    "double": "f8", "single": "f4", "logical": "?", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2",
    "int32": "i4", "uint32": "u4", "int64": "i8", "uint64": "u8", "sparse": "f8", "cell": "U1", "char": "U1",
    "labels": "i8",
}  # fmt: skip
_TEXTS, _OFTEN_LABELS = ("cell", "char"), ("double", "single")
MOST_ARRAYS = 10_000
_LARGEST_VECTOR = 1 << 22
# What scipy and h5py raise on files that are cut short or altered, beside an error of scipy's own.
_BROKEN = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    RuntimeError,
    NotImplementedError,
    EOFError,
    IndexError,
    zlib.error,
)
_ADVICE = "In MATLAB save arrays by themselves, such as save('a.mat', 'X', 'y')."


class _Array(NamedTuple):
    """An array as MATLAB has it, what it is of (`_TYPES`), and whether its last direction is that of examples."""

    shape: tuple[int, ...]
    kind: str
    turned: bool = False

    @property
    def is_vector(self) -> bool:
        """Whether it has one row or one column."""
        return len(self.shape) == 2 and min(self.shape) == 1 < max(self.shape)

    @property
    def rows_first(self) -> tuple[int, ...]:
        """Its shape with examples first."""
        if self.kind in _TEXTS:
            return (prod(self.shape) if self.kind == "cell" else self.shape[0],)
        return (self.shape[-1], *self.shape[:-1]) if self.turned else self.shape


def array_names(path: Path) -> list[str]:
    """The names of the arrays; raises `DataError`."""
    return [*_arrays(path)]


def header(place: Place) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type of an array, texts as of one letter; raises `DataError`."""
    import numpy as np

    found = _arrays(place.path).get(place.name)
    if found is None:
        raise DataError(f"{place}: expected an array of that name, found none. Choose another.")
    shape, dtype = found.rows_first, np.dtype(_TYPES[found.kind])
    try:
        check_shape(place, shape, dtype)
    except ValueError as error:
        raise _broken(place.path, error) from error
    return shape, dtype


def blocks(place: Place, most: int | None = None, tell: Callable[[], None] = lambda: None) -> Iterator[NDArray[Any]]:
    """The array in runs of rows, some megabytes at a time, ended after ``most`` bytes; raises `DataError`."""
    header(place)  # what has no room is refused before it is unpacked
    about = _arrays(place.path)[place.name]
    try:
        found = _arranged(_values(place.path, place.name, about.kind), about)
    except _faults() as error:
        raise _broken(place.path, error) from error
    tell()
    rows = max(1, BLOCK // max(1, found[:1].nbytes))
    for start in range(0, len(found), rows):
        if most is not None and start * found.nbytes > most * len(found):
            return
        yield found[start : start + rows]
        tell()


def in_rows(_: Place) -> InRows | None:
    """None: rows do not lie in such a file one by one."""
    return None


def imports(path: Path) -> tuple[str, ...]:
    """What a script imports to open a file."""
    return ("import h5py",) if _is_late(path) else ("from scipy.io import loadmat",)


def opening(path: Path) -> str:
    """How a script opens a file."""
    return f'h5py.File({literal(str(path))}, "r")' if _is_late(path) else f"loadmat({literal(str(path))})"


def source(place: Place) -> str:
    """How a script gets at an array, with examples first."""
    about, found = _arrays(place.path)[place.name], f"archive[{literal(place.name)}]"
    if about.kind == "cell":
        return f"np.array([str(np.squeeze(cell)) for cell in {found}.ravel()])"
    if _is_late(place.path):
        found = f"{found}[()].T" + (".astype(bool)" if about.kind == "logical" else "")
    found += ".toarray()" if about.kind == "sparse" else ".astype(np.int64)" if about.kind == "labels" else ""
    return f"np.moveaxis({found}, -1, 0)" if about.turned else found


def _arranged(values: Any, about: _Array) -> NDArray[Any]:
    """The values of an array, with examples first."""
    import numpy as np

    if about.kind == "cell":
        return np.array([str(np.squeeze(cell)) for cell in values.ravel()])
    values = values.toarray() if about.kind == "sparse" else values
    values = values.astype(np.int64) if about.kind == "labels" else values
    found: NDArray[Any] = np.ascontiguousarray(np.moveaxis(values, -1, 0) if about.turned else values)
    return found


def _arrays(path: Path) -> dict[str, _Array]:
    """The arrays in a file by their names; raises `DataError` where there are none."""
    try:
        about = os.stat(path)
        return _listed(path, about.st_mtime_ns, about.st_size)
    except _faults() as error:
        raise _broken(path, error) from error


@lru_cache(maxsize=8)
def _listed(path: Path, _: int, size: int) -> dict[str, _Array]:
    late, others = _is_late(path), set[str]()
    found: dict[str, _Array] = {}
    _check_count(path, size)
    for name, shape, kind in _late_arrays(path) if late else _early_arrays(path):
        if kind not in _TYPES or (late and kind in (*_TEXTS, "sparse")):
            others.add(kind)
            continue
        found[name] = _Array(shape, kind)
        nbytes = prod(shape) * int(_TYPES[kind][1:] if _TYPES[kind][0] in "fiu" else 1)
        if nbytes > SUSPECT_SIZE and nbytes > SUSPECT_RATIO * size:
            raise DataError(
                f"{path.name}: {name[:40]} would unpack to {nbytes / 1e9:,.1f} GB, so it is not opened. Save an .npz."
            )
    if not found:
        what = f"found {', '.join(sorted(others))[:60]}" if others else "found none"
        raise DataError(f"{path.name}: expected arrays of numbers, {what}. {_ADVICE}")
    for name, one in found.items():
        if one.is_vector and one.kind in _OFTEN_LABELS and _are_labels(path, name, one):
            found[name] = one._replace(kind="labels")
    lengths = {max(one.shape) for one in found.values() if one.is_vector}
    return {name: one._replace(turned=_is_turned(one, lengths)) for name, one in found.items()}


def _check_count(path: Path, size: int) -> None:
    """Raise `DataError` for a file of very many arrays, each of which would be looked at."""
    if _is_late(path):
        _need(path, "h5py", "hdf5")
        import h5py

        with h5py.File(path, "r") as late:
            if len(late) <= MOST_ARRAYS:
                return
    elif not _has_more(path, size):
        return
    raise DataError(f"{path.name}: expected at most {MOST_ARRAYS:,} arrays, found more. {_ADVICE}")


def _has_more(path: Path, size: int) -> bool:
    """Whether there are more arrays in a file than are looked at, by the lengths that they begin with."""
    with open(path, "rb") as file:
        start = file.read(128)
        order: Literal["little", "big"] = "little" if start[126:128] == b"IM" else "big"
        for _ in range(MOST_ARRAYS + 1):
            tag = file.read(8)
            if len(tag) < 8 or file.seek(int.from_bytes(tag[4:], order), os.SEEK_CUR) > size:
                return False
    return True


def _is_turned(one: _Array, lengths: set[int]) -> bool:
    """Whether examples come last in an array, by the lengths of the vectors beside it."""
    if one.is_vector:
        return one.shape[0] == 1
    return len(one.shape) > 1 and one.shape[-1] in lengths and one.shape[0] not in lengths


def _are_labels(path: Path, name: str, one: _Array) -> bool:
    """Whether a vector holds few different integers."""
    import numpy as np

    if prod(one.shape) > _LARGEST_VECTOR:
        return False
    values = np.asarray(_values(path, name, one.kind), dtype=np.float64)
    if not np.isfinite(values).all() or (values != np.floor(values)).any():
        return False
    return len(np.unique(values)) <= MOST_CLASSES


def _early_arrays(path: Path) -> Iterator[tuple[str, tuple[int, ...], str]]:
    """The names, the shapes and the classes of what a file holds, which is not read for that."""
    _need(path, "scipy", "matlab")
    from scipy.io import whosmat

    for name, shape, kind in whosmat(str(path)):
        yield name, tuple(map(int, shape)), kind


def _late_arrays(path: Path) -> Iterator[tuple[str, tuple[int, ...], str]]:
    _need(path, "h5py", "hdf5")
    import h5py

    with h5py.File(path, "r") as file:
        for name in file:
            if name.startswith("#") or not isinstance(file.get(name, getlink=True), h5py.HardLink):
                continue
            told = file[name].attrs.get("MATLAB_class")
            kind = told.decode("ascii", "replace") if isinstance(told, bytes) else "struct"
            is_array = isinstance(file[name], h5py.Dataset) and not (file[name].external or file[name].is_virtual)
            yield name, tuple(map(int, file[name].shape[::-1])) if is_array else (), kind if is_array else "struct"


def _values(path: Path, name: str, kind: str) -> Any:
    """The values of an array as MATLAB has them."""
    if not _is_late(path):
        from scipy.io import loadmat

        return loadmat(str(path), variable_names=[name])[name]
    import h5py

    with h5py.File(path, "r") as file:
        found = file[name][()].T
        return found.astype(bool) if kind == "logical" else found


def _faults() -> tuple[type[Exception], ...]:
    """What readers raise on files that are cut short or altered."""
    if find_spec("scipy") is None:
        return _BROKEN
    from scipy.io.matlab import MatReadError

    return (*_BROKEN, MatReadError)


def _is_late(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(len(LATE_MAGIC)) == LATE_MAGIC


def _need(path: Path, package: str, extra: str) -> None:
    """Raise `DataError` where a package is not installed."""
    if find_spec(package) is None:
        raise DataError(
            f"{path.name}: reading it needs {package}. Run pip install netloom[{extra}], or save its arrays in an .npz."
        )


def _broken(path: Path, error: Exception) -> DataError:
    if isinstance(error, PermissionError):
        return DataError(f"Could not read {path}: {error.strerror}.")
    return DataError(f"{path.name}: expected a MATLAB file, but it can't be read ({str(error)[:100]}). Save it again.")
