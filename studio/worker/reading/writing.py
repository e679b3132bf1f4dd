"""Samples as columns of a file of arrays, written as they come: what is large needs no memory."""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from models.basics.text import times
from models.importers import ImportFailed
from studio.data.own.making import DONE
from studio.data.own.samples import arrays_of, as_array, named, samples_of, stacked

MOST = 1_000_000
"""Samples after which what does not say how many there are is taken for endless."""
TELL_EVERY = 0.1


class Growing:
    """A column on the disk: rows of one shape and type."""

    def __init__(self, name: str, first: NDArray[Any], path: Path) -> None:
        self.name, self.shape, self.dtype, self.path, self.count = name, first.shape, first.dtype, path, 0
        self._file = path.open("wb")

    def append(self, value: NDArray[Any]) -> None:
        """Take a row; raises `ImportFailed` for one that is unlike the first."""
        if value.shape != self.shape:
            raise ImportFailed(f"{self.name} is {_size(value)}, that of the first {times(self.shape)}: make all alike")
        if not np.can_cast(value.dtype, self.dtype, "same_kind"):
            raise ImportFailed(f"{self.name} is {value.dtype}, that of the first {self.dtype}: make all alike")
        self._file.write(value.astype(self.dtype, copy=False).tobytes())
        self.count += 1

    def copy_to(self, target: IO[bytes]) -> None:
        """Write it as a `.npy` file."""
        self._file.close()
        about = {"descr": npy.dtype_to_descr(self.dtype), "fortran_order": False, "shape": (self.count, *self.shape)}
        npy.write_array_header_1_0(target, about)
        with self.path.open("rb") as file:
            shutil.copyfileobj(file, target, 1 << 20)
        self.path.unlink()


class Columns:
    """The columns of data sets, gathered in a folder; ``during`` says at which sample it is."""

    def __init__(self, folder: Path) -> None:
        self.during = ""
        self._folder, self._files, self._told = folder, 0, 0.0

    def gather(self, made: Any, most: int | None) -> Mapping[str, Growing | NDArray[Any]]:
        """Go through the samples of a data set; raises `ImportFailed` and whatever the data set raises."""
        columns: dict[str, Growing | list[NDArray[Any]]] = {}
        total = _length(made, most)
        count = 0
        self.during = "sample 0: "
        for count, sample in enumerate(samples_of(made, total or most or MOST + 1), start=1):
            self._take(columns, named(sample), count)
            self._tell(count, total)
            self.during = f"sample {count:,}: "
        self.during = ""
        if not count:
            raise ImportFailed("it gives no sample")
        if count > MOST and not (total or most):
            raise ImportFailed(f"it gives more than {MOST:,} samples and may be endless: set how many to take")
        return {name: column if isinstance(column, Growing) else stacked(column) for name, column in columns.items()}

    def _take(self, columns: dict[str, Growing | list[NDArray[Any]]], values: dict[str, Any], count: int) -> None:
        if count > 1 and values.keys() != columns.keys():
            raise ImportFailed(f"it has {_names(values)}, the first {_names(columns)}: make all alike")
        for name, value in values.items():
            array = as_array(value)
            _check(name, array)
            if count == 1:
                columns[name] = self._begun(name, array) if array.ndim else []
            column = columns[name]
            if isinstance(column, list) and array.ndim:
                raise ImportFailed(f"{name} is {_size(array)}, that of the first one value: make all alike")
            column.append(array)

    def _begun(self, name: str, first: NDArray[Any]) -> Growing:
        self._files += 1
        return Growing(name, first, self._folder / f"column{self._files}")

    def _tell(self, count: int, total: int | None) -> None:
        if time.monotonic() > self._told + TELL_EVERY or count == total:
            self._told = time.monotonic()
            (self._folder / DONE).write_text(f"{count} {total or 0}")


def write_arrays(made: Any, most: int | None, columns: Columns, path: Path) -> None:
    """Write all that was made as arrays by name, without packing them; raises `ImportFailed`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, values in arrays_of(made, most, columns.gather).items():
            with archive.open(f"{_file_name(name)}.npy", "w", force_zip64=True) as member:
                if isinstance(values, Growing):
                    values.copy_to(member)
                    continue
                _check(name, values)
                npy.write_array(member, np.ascontiguousarray(values), allow_pickle=False)


def _length(made: Any, most: int | None) -> int | None:
    """How many samples there will be, None where that isn't known."""
    if not (hasattr(made, "__getitem__") and hasattr(made, "__len__")):
        return None
    return len(made) if most is None else min(most, len(made))


def _check(name: str, array: NDArray[Any]) -> None:
    if array.dtype.kind not in "biufUS":
        found = "values of several lengths, or objects" if array.dtype.kind == "O" else str(array.dtype)
        raise ImportFailed(f"expected numbers or text in {name[:40]}, found {found}")


def _file_name(name: str) -> str:
    return name.replace("/", "_").replace("\\", "_").replace("\0", "_")[:200] or "x"


def _size(array: NDArray[Any]) -> str:
    return times(array.shape) or "one value"


def _names(values: Mapping[str, Any]) -> str:
    return ", ".join(name[:20] for name in values)[:80]
