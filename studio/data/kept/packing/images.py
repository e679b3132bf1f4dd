"""Images of ready sets that are published in formats of their own, as arrays."""

from __future__ import annotations

import gzip
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = ("x_train", "y_train", "x_test", "y_test")
_PIXELS = 3 * 32 * 32
_COMPRESSED = 15


def idx(files: Sequence[Path], name: str) -> dict[str, NDArray[np.uint8]]:
    """Images and labels in files as MNIST has them."""
    return {key: _of_idx(file.read_bytes()) for key, file in zip(NAMES, files, strict=True)}


def _of_idx(content: bytes) -> NDArray[np.uint8]:
    """An array in a packed file: a header of big-endian integers, whose number its fourth byte tells, then bytes
    (http://yann.lecun.com/exdb/mnist/)."""
    import numpy as np

    content = gzip.decompress(content)
    sizes = np.frombuffer(content, ">u4", content[3], 4).astype(np.int64)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(sizes)).reshape(sizes)


def emnist(files: Sequence[Path], name: str) -> dict[str, NDArray[Any]]:
    """One of the sets in the archive of EMNIST, ``emnist_letters`` or another: files as MNIST has them, with rows and
    columns exchanged, and a table of the characters that labels stand for (Cohen and others 2017)."""
    import numpy as np

    kind = name.removeprefix("emnist_")
    found: dict[str, NDArray[Any]] = {}
    with zipfile.ZipFile(files[0]) as archive:
        lines = archive.read(f"gzip/emnist-{kind}-mapping.txt").decode("ascii").splitlines()
        character = {int(line.split()[0]): chr(int(line.split()[1])) for line in lines if line.strip()}
        names = np.array([character.get(label, "") for label in range(max(character) + 1)])
        for part in ("train", "test"):
            start = f"gzip/emnist-{kind}-{part}"
            images = _of_idx(archive.read(f"{start}-images-idx3-ubyte.gz"))
            found[f"x_{part}"] = np.ascontiguousarray(images.transpose(0, 2, 1))
            found[f"y_{part}"] = names[_of_idx(archive.read(f"{start}-labels-idx1-ubyte.gz"))]
    return found


def svhn(files: Sequence[Path], name: str) -> dict[str, NDArray[Any]]:
    """Photographs of house numbers in files of MATLAB, height × width × colors × images, with the digit of each, of
    which 0 is written as 10 (http://ufldl.stanford.edu/housenumbers/)."""
    import numpy as np

    found: dict[str, NDArray[Any]] = {}
    for part, file in zip(("train", "test"), files, strict=True):
        arrays = dict(mat_arrays(file.read_bytes()))
        found[f"x_{part}"] = np.ascontiguousarray(arrays["X"].transpose(3, 2, 0, 1))
        found[f"y_{part}"] = (arrays["y"].ravel() % 10).astype(np.uint8)
    return found


def mat_arrays(content: bytes) -> Iterator[tuple[str, NDArray[Any]]]:
    """The arrays of numbers in a file of MATLAB with their names (“MAT-File Format”, level 5, little-endian)."""
    import numpy as np

    kinds = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 7: "<f4", 9: "<f8", 12: "<i8", 13: "<u8"}
    for kind, body in _elements(content[128:]):
        if kind == _COMPRESSED:
            ((_, body),) = _elements(zlib.decompress(body))
        (_, _), (_, sizes), (_, name), (stored, values) = list(_elements(body))[:4]
        shape = np.frombuffer(sizes, "<i4")
        yield name.decode("ascii"), np.frombuffer(values, kinds[stored]).reshape(shape, order="F")


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements of a file of MATLAB, or of one in it: their kind, and their bytes. Few of these stand in the tag."""
    at = 0
    while at < len(content):
        kind, size = struct.unpack_from("<II", content, at)
        if kind >> 16:
            yield kind & 0xFFFF, content[at + 4 : at + 4 + (kind >> 16)]
            at += 8
            continue
        yield kind, content[at + 8 : at + 8 + size]
        at += 8 + size + (0 if kind == _COMPRESSED else -size % 8)


def cifar(files: Sequence[Path], name: str) -> dict[str, NDArray[np.uint8]]:
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
