"""Examples that are made when somebody asks for some, such as images that stay files.

What trains takes them for an array of the examples: it has a length and a shape, rows of it are such an array again
(nothing is read for that), one row of it is an example, and `read` gives all of them.
"""

from __future__ import annotations

import os
import time
import zlib
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from models.basics.text import counted, times
from models.training.run_settings import MEASURED, SPAWN, THREADS
from studio.data.errors import DataError
from studio.data.formats.images import decoded
from studio.data.formats.processes import Crew
from studio.data.formats.threads import in_threads
from studio.data.images.places import size_of
from studio.data.portable import spread_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

IMAGES = '''
def decoded_image(path):
    """One image; black where it can't be read."""
    try:
        return read_image(path, SIZE, MODE)
    except BROKEN:
        return np.zeros((3 if MODE == "RGB" else 1, *SIZE), np.uint8)


class Images:
    """Images that are decoded when rows of them are wanted."""

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
        return np.stack([*decoders().map(decoded_image, self.files, chunksize=16)])
'''
"""What scripts decode such images with; `models.codegen.feeding.decoding` has their ``decoders``."""
LISTED = '''
def read_folder(folder):
    """Images that are decoded as they come; targets as class indices."""
    files = [class_images(folder, name) for name in CLASSES]
    labels = np.repeat(np.arange(len(CLASSES)), [len(paths) for paths in files])
    files = [path for paths in files for path in paths]
    return Images(files), labels.astype(np.int64){all_names}
'''
"""What scripts list them with, by class."""


TRIED, ENOUGH = 64, 512
"""Images that are decoded by fewer threads than there may be, to see whether these are as fast, and how many a sample
must hold for that."""
MANY = 10_000
"""Files of which not all are asked for their size, and from which on processes are tried."""
IN_ONE_GO = 8
"""Images that a thread decodes one after the other."""
MANY_FOR = 4
"""Workers for each core that may wait for a slow disk; with more the log says so."""
HELD_UP, FASTER = 0.75, 1.2
"""Threads that give less than this share of what as many times one thread would are held up by Python's lock; processes
are taken where they are so many times as fast."""


class Streamed:
    """Base of these: an array of N examples of a ``shape`` and a ``dtype``, made when they are asked for."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    kept = 0
    """Bytes that they take in memory as they are."""
    broken: Mapping[str, str] = MappingProxyType({})
    """Those that can't be made, with the reason."""

    def told(self) -> str:
        """How they come, in a sentence; "" where there is nothing to say."""
        return ""

    @property
    def workers(self) -> int:
        """Threads or processes that make them."""
        return 1

    def work_with(self, workers: int, way: str) -> None:
        """Be made by so many workers (0: as many as are the fastest), which are "threads", or processes that start by
        the method ``way``; "auto" takes what is the fastest."""

    def rest(self) -> None:
        """End the processes that make them; they start again when they are needed."""

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
    """How images are decoded, which all parts of an array share: by so many threads, or processes that start by the
    method ``way``, and how many a second that were where it was found out (0 before)."""

    workers: int
    rate: float = 0.0
    way: str = THREADS
    alone: float = 0.0
    """Images a second by one thread, where that was found out."""
    beside: float = 0.0
    """Images a second by threads, where processes turned out to be faster."""
    asked: tuple[int, str] = (0, THREADS)
    """What was asked for last."""
    crew: Crew | None = None

    @property
    def is_held_up(self) -> bool:
        """Whether threads keep one another from decoding."""
        return 0 < self.rate < HELD_UP * self.alone * workers()

    def told(self) -> str:
        """Who decodes, and how fast."""
        who = counted(self.workers, "thread" if self.way == THREADS else "process", "processes" * (self.way != THREADS))
        rate = f", about {self.rate:,.0f} a second" if self.rate else ""
        cores = os.cpu_count() or 1
        many = f"; more than {counted(cores, 'core')} can keep busy" if self.workers > MANY_FOR * max(2, cores) else ""
        return f"{who}{rate}{f' (threads: {self.beside:,.0f})' if self.beside else ''}{many}"


class ImageFiles(Streamed):
    """Images of files, decoded when they are asked for by as many threads or processes as `workers` says.

    What cannot be read is black, and its reason is among ``broken`` (shared by all parts of an array).
    """

    def __init__(self, files: NDArray[np.object_], size: tuple[int, int], mode: str) -> None:
        self.files, self.mode, self.side = files, mode, size
        self.shape = (len(files), 3 if mode == "RGB" else 1, *size)
        self.whole = len(files)
        """Images in the array that this is a part of: more processes would have nothing to do."""
        self.dtype = np.dtype(np.uint8)
        self.broken: dict[str, str] = {}
        self.pace = Pace(workers())

    @property
    def workers(self) -> int:
        """Threads or processes that decode them."""
        return self.pace.workers

    def work_with(self, workers: int, way: str) -> None:
        pace = self.pace
        if pace.asked == (workers, way):
            return
        pace.asked = workers, way
        self.rest()
        pace.way, pace.beside = THREADS if way == MEASURED else way, 0.0
        if pace.way != THREADS or workers not in (0, pace.workers):
            pace.rate = 0.0  # which was that of so many threads
        pace.workers = workers or pace.workers
        if way == MEASURED and len(self) >= MANY and pace.is_held_up:
            self._try_processes()

    def rest(self) -> None:
        crew, self.pace.crew = self.pace.crew, None
        if crew:
            crew.close()

    def told(self) -> str:
        return f"{len(self):,} images of {times(self.shape[1:])} are decoded as they come by {self.pace.told()}."

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
        joined = self._part(np.concatenate([part.files for part in (self, *others)]))
        joined.whole = len(joined)
        return joined

    def read(self, into: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
        """All images, in order."""
        found = np.empty(self.shape, np.uint8) if into is None else into
        self._decode(found, self.files, self.workers)
        return found

    def _decode(self, found: NDArray[np.uint8], files: NDArray[np.object_], count: int) -> None:
        """Fill in the images of some files, by so many threads or processes."""
        decode, pace = partial(decoded, size=self.side, mode=self.mode), self.pace
        if pace.way != THREADS and len(files):
            pace.crew = pace.crew or Crew(decode, min(count, self.whole), pace.way)
            self.broken |= {files[number]: why for number, why in pace.crew.fill(found, files.tolist()).items()}
            return
        size = max(1, min(IN_ONE_GO, len(files) // count))
        parts = (files[first : first + size] for first in range(0, len(files), size))
        made: Iterable[Iterable[NDArray[np.uint8] | str]] = (map(decode, part) for part in parts)
        if len(files) > 1:  # one is there before a thread would be
            made = in_threads(lambda part: [*map(decode, part)], parts, min(count, len(files)))
        for number, image in enumerate(chain.from_iterable(made)):
            if isinstance(image, str):
                self.broken[files[number]] = image
                image = np.zeros(self.shape[1:], np.uint8)
            found[number] = image

    def _try_processes(self) -> None:
        """Take processes where they are much faster than threads."""
        pace, files = self.pace, self.files[spread_rows(len(self))]
        threads, pace.way, pace.workers = pace.workers, SPAWN, pace.asked[0] or workers()
        found = np.empty((len(files) // 2, *self.shape[1:]), np.uint8)
        self._decode(found, files[::2], pace.workers)  # they start with it
        rate = self._rate_of(found, files[1::2], pace.workers)
        if rate > FASTER * pace.rate:
            pace.rate, pace.beside = rate, pace.rate
            return
        self.rest()
        pace.way, pace.workers = THREADS, threads

    def _rate_of(self, found: NDArray[np.uint8], files: NDArray[np.object_], count: int) -> float:
        """How many images a second are decoded by so many, while some files are."""
        start = time.perf_counter()
        self._decode(found, files, count)
        return len(files) / max(time.perf_counter() - start, 1e-9)

    def sample(self) -> NDArray[np.uint8]:
        """Some of the images, spread evenly; on the way it finds how many threads decode the fastest. Raises
        `DataError` where none of them can be read."""
        files = self.files[spread_rows(len(self))]
        most, found = self.workers, np.empty((len(files), *self.shape[1:]), np.uint8)
        fewer = [count for count in (1, 2, 4) if count < most and len(files) >= ENOUGH]
        ends = [*(TRIED * place for place in range(len(fewer) + 1)), len(files)]
        rates: dict[int, float] = {}
        for count, (first, last) in zip((*fewer, most), pairwise(ends), strict=True):
            rates[count] = self._rate_of(found[first:last], files[first:last], count)
        self.pace.workers, self.pace.rate = max(rates.items(), key=lambda item: item[1])
        self.pace.alone = rates.get(1, 0.0)
        if len(files) and all(path in self.broken for path in files):
            raise DataError(f"None of {len(files):,} images can be read. First: {files[0]} ({self.broken[files[0]]}).")
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
