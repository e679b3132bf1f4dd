"""The ways to make sets, by their names; the files of a set are known to the last byte by then."""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.data.kept.packing.images import cifar, emnist, idx, svhn
from studio.data.kept.packing.tables import abalone, adult, ag_news, imdb, tabled

if TYPE_CHECKING:
    from numpy.typing import NDArray

GoOn = Callable[[], object]
"""Called between pieces of work; an exception from it ends the work."""
Packing = Callable[[Sequence[Path], Path, GoOn], None]
"""Makes what lies at a path, of files; raises `OSError`."""
_PIECE = 1 << 20
_LEFT_OUT = "_background_noise_"  # of Speech Commands: no words, but what may be mixed with them


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A place beside a target at which it is made, and from which it is moved when whole; else nothing is left."""
    part = target.with_name(f"{target.name}.part")
    _remove(part)
    try:
        yield part
        os.replace(part, target)
    finally:
        _remove(part)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def packed(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as one file, whole or not at all; raises `OSError`."""
    import numpy as np

    with whole(path) as part, part.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # names of arrays, none of which is an option
        file.flush()
        os.fsync(file.fileno())


def _arrays(make: Callable[[Sequence[Path], str], Mapping[str, NDArray[Any]]]) -> Packing:
    """One that makes arrays, of which the set's name says which."""
    return lambda files, target, go_on: packed(target, make(files, target.stem))


def _unpacked(files: Sequence[Path], target: Path, go_on: GoOn) -> None:
    """The plain files of a packed `.tar`, in a folder."""
    with whole(target) as part, tarfile.open(files[0], "r:gz") as archive:
        part.mkdir()
        for member in archive:
            go_on()
            if member.isfile() and _LEFT_OUT not in member.name.split("/"):
                archive.extract(member, part, filter="data")


def _unzipped(files: Sequence[Path], target: Path, go_on: GoOn) -> None:
    """The `.tar` in a packed one, which is read as it is."""
    with whole(target) as part, gzip.open(files[0]) as packed, part.open("wb") as file:
        while piece := packed.read(_PIECE):
            go_on()
            file.write(piece)


PACKING: Mapping[str, Packing] = {
    "idx": _arrays(idx),
    "cifar": _arrays(cifar),
    "emnist": _arrays(emnist),
    "svhn": _arrays(svhn),
    "tar": _unzipped,
    "folder": _unpacked,
    "imdb": tabled(imdb, whole),
    "ag_news": tabled(ag_news, whole),
    "adult": tabled(adult, whole),
    "abalone": tabled(abalone, whole),
}
