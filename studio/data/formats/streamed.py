"""Examples that are made when somebody asks for some, such as images that stay files.

What trains takes them for an array of the examples: it has a length and a shape, rows of it are such an array again
(nothing is read for that), one row of it is an example, and `read` gives all of them.
"""

from __future__ import annotations

import os
import time
import zlib
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from models.basics.text import counted, times
from studio.data.formats.images import decoded
from studio.data.formats.threads import in_threads
from studio.data.images.places import size_of
from studio.data.portable import spread_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGES = '''
class Images:
    """Images that are decoded when rows of them are wanted. What can't be read is black."""

    def __init__(self, files):
        self.files = np.asarray(files, dtype=object)

    def __len__(self):
        return len(self.files)

    def __getitem__(self, rows):
        return Images(self.files[rows])

    def sample(self):
        """Some of the images, spread evenly."""
        return self[spread_rows(len(self))].read()

    def min(self):
        """The smallest value that an image may hold."""
        return 0

    def max(self):
        """The largest value that an image may hold."""
        return 255

    def read(self):
        """All of them, N×C×H×W of uint8."""
        with ThreadPoolExecutor() as pool:
            return np.stack([*pool.map(self._decoded, self.files)])

    def _decoded(self, path):
        try:
            return read_image(path, SIZE, MODE)
        except BROKEN:
            return np.zeros((3 if MODE == "RGB" else 1, *SIZE), np.uint8)
'''
"""What scripts decode such images with."""
LISTED = '''
def read_folder(folder):
    """Images that are decoded as they come; targets as class indices."""
    files = [class_images(folder, name) for name in CLASSES]
    labels = np.repeat(np.arange(len(CLASSES)), [len(paths) for paths in files])
    return Images([path for paths in files for path in paths]), labels.astype(np.int64)
'''
"""What scripts list them with, by class."""


TRIED, ENOUGH = 64, 512
"""Images that are decoded by fewer threads than there may be, to see whether these are as fast, and how many a sample
must hold for that."""
MANY = 10_000
"""Files of which not all are asked for their size."""


class Streamed:
    """Base of these: an array of N examples of a ``shape`` and a ``dtype``, made when they are asked for."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    kept = 0
    """Bytes that they take in memory as they are."""
    workers = 1
    """Threads that make them."""
    broken: Mapping[str, str] = MappingProxyType({})
    """Those that can't be made, with the reason."""

    def told(self) -> str:
        """How they come, in a sentence; "" where there is nothing to say."""
        return ""

    @property
    def ndim(self) -> int:
        """Dimensions of the array."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Numbers in the array."""
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that all examples would take in memory."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All examples, for those who know no better."""
        return self.read().astype(dtype or self.dtype, copy=False)

    @abstractmethod
    def __getitem__(self, rows: Any) -> Any:
        """One example for an integer, else an array of those examples, of which none is made yet."""

    @abstractmethod
    def read(self, into: Any = None) -> NDArray[Any]:
        """All of them, in order."""

    @abstractmethod
    def joined(self, others: Sequence[Any]) -> Streamed:
        """These with others of their kind behind them."""

    @abstractmethod
    def sample(self) -> NDArray[Any]:
        """What mean and standard deviation are taken of."""

    @abstractmethod
    def min(self) -> float:
        """The smallest value that one may hold."""

    @abstractmethod
    def max(self) -> float:
        """The largest value that one may hold."""

    @abstractmethod
    def checksum(self, value: int) -> int:
        """A checksum, going on from a ``value``: to notice that the data is other data."""


@dataclass
class Pace:
    """How images are decoded, which all parts of an array share: by so many threads, and how many a second that were
    where it was found out (0 before)."""

    workers: int
    rate: float = 0.0


class ImageFiles(Streamed):
    """Images of files, decoded when they are asked for by as many threads as `workers` says.

    What cannot be read is black, and its reason is among ``broken`` (shared by all parts of an array).
    """

    def __init__(self, files: NDArray[np.object_], size: tuple[int, int], mode: str) -> None:
        self.files, self.mode, self.side = files, mode, size
        self.shape = (len(files), 3 if mode == "RGB" else 1, *size)
        self.dtype = np.dtype(np.uint8)
        self.broken: dict[str, str] = {}
        self.pace = Pace(workers())

    @property
    def workers(self) -> int:
        """Threads that decode them."""
        return self.pace.workers

    @workers.setter
    def workers(self, count: int) -> None:
        self.pace.workers = count

    def told(self) -> str:
        rate = f", about {self.pace.rate:,.0f} a second" if self.pace.rate else ""
        return (
            f"{len(self):,} images of {times(self.shape[1:])} are decoded as they come by "
            f"{counted(self.workers, 'thread')}{rate}."
        )

    def __getitem__(self, rows: Any) -> Any:
        """One image for an integer, else an array of those images, of which none is read yet."""
        if isinstance(rows, int | np.integer):
            return self._part(self.files[np.array([rows])]).read()[0]
        return self._part(self.files[rows])

    def _part(self, files: NDArray[np.object_]) -> ImageFiles:
        part = copy(self)
        part.files, part.shape = files, (len(files), *self.shape[1:])
        return part

    def joined(self, others: Sequence[ImageFiles]) -> ImageFiles:
        return self._part(np.concatenate([part.files for part in (self, *others)]))

    def read(self, into: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """All images, in order."""
        found = np.empty(self.shape, np.uint8) if into is None else into
        self._decode(found, self.files, self.workers)
        return found

    def _decode(self, found: NDArray[np.uint8], files: NDArray[np.object_], count: int) -> None:
        """Fill in the images of some files, by so many threads."""
        decode = partial(decoded, size=self.side, mode=self.mode)
        for number, image in enumerate(in_threads(decode, files, min(count, max(1, len(files))))):
            if isinstance(image, str):
                self.broken[files[number]] = image
                image = np.zeros(self.shape[1:], np.uint8)
            found[number] = image

    def sample(self) -> NDArray[np.uint8]:
        """Some of the images, spread evenly; on the way it finds how many threads decode the fastest."""
        files = self.files[spread_rows(len(self))]
        most, found = self.workers, np.empty((len(files), *self.shape[1:]), np.uint8)
        fewer = [count for count in (1, 2, 4) if count < most and len(files) >= ENOUGH]
        ends = [*(TRIED * place for place in range(len(fewer) + 1)), len(files)]
        rates: dict[int, float] = {}
        for count, (first, last) in zip((*fewer, most), pairwise(ends), strict=True):
            start = time.perf_counter()
            self._decode(found[first:last], files[first:last], count)
            rates[count] = (last - first) / max(time.perf_counter() - start, 1e-9)
        self.pace.workers, self.pace.rate = max(rates.items(), key=lambda item: item[1])
        return found

    def min(self) -> float:
        return 0

    def max(self) -> float:
        return 255

    def checksum(self, value: int) -> int:
        """A checksum of names and sizes. Of very many files the names are taken, and the sizes of some, spread evenly:
        to ask for all takes seconds."""
        some = self.files
        if len(self.files) > MANY:
            names = "\n".join(map(os.path.basename, self.files))
            value = zlib.crc32(names.encode(errors="surrogateescape"), value)
            some = self.files[spread_rows(len(self.files))]
        for path in some:
            size = size_of(path)
            value = zlib.crc32(f"{os.path.basename(path)}:{size};".encode(errors="surrogateescape"), value)
        return value


def is_streamed(values: object) -> TypeGuard[Streamed]:
    """Whether the examples of an array are made when they are asked for."""
    return isinstance(values, Streamed)


def joined(parts: Sequence[Any]) -> Any:
    """Arrays, one behind the other."""
    first = parts[0]
    if len(parts) == 1:
        return first
    if is_streamed(first):
        return first.joined(parts[1:])
    return np.concatenate(parts)


def workers() -> int:
    """Threads that decode images: one a core, up to eight."""
    return min(8, os.cpu_count() or 1)
