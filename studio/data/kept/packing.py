"""Ready sets that are published in formats of their own, as arrays: their files are known to the last byte by then."""

from __future__ import annotations

import gzip
import os
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = ("x_train", "y_train", "x_test", "y_test")
_PIXELS = 3 * 32 * 32


def idx(files: Sequence[Path]) -> dict[str, NDArray[np.uint8]]:
    """Images and labels in files as MNIST has them: a header of big-endian integers, whose number its fourth byte
    tells, then bytes (http://yann.lecun.com/exdb/mnist/)."""
    import numpy as np

    found = {}
    for name, file in zip(NAMES, files, strict=True):
        content = gzip.decompress(file.read_bytes())
        sizes = np.frombuffer(content, ">u4", content[3], 4).astype(np.int64)
        found[name] = np.frombuffer(content, np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)
    return found


def cifar(files: Sequence[Path]) -> dict[str, NDArray[np.uint8]]:
    """Photographs in the binary files of CIFAR: a byte for the class, of the 100 classes one for their group before,
    then red, green and blue (https://www.cs.toronto.edu/~kriz/cifar.html)."""
    import numpy as np

    parts: dict[str, list[Any]] = {"train": [], "test": []}
    with tarfile.open(files[0], "r:gz") as archive:
        for member in sorted(archive, key=lambda member: member.name):
            file = archive.extractfile(member) if member.name.endswith(".bin") and member.isfile() else None
            if file is not None:
                held_out = os.path.basename(member.name).startswith("test")
                parts["test" if held_out else "train"].append(np.frombuffer(file.read(), np.uint8))
    found = {}
    for part, pieces in parts.items():
        content = np.concatenate(pieces)
        rows = content.reshape(-1, _PIXELS + 1 + (content.size % (_PIXELS + 1) > 0))
        found[f"x_{part}"] = rows[:, -_PIXELS:].reshape(-1, 3, 32, 32)
        found[f"y_{part}"] = rows[:, -_PIXELS - 1]
    return found


PACKING: Mapping[str, Callable[[Sequence[Path]], Mapping[str, NDArray[np.uint8]]]] = {"idx": idx, "cifar": cifar}
"""What makes arrays of the files of a set."""


def packed(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as one file, whole or not at all; raises `OSError`."""
    import numpy as np

    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # names of arrays, none of which is an option
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
