"""Windows of frames: what an example of frames with their context is, without being stored once for each frame.

All frames lie one behind the other, zeros between the recordings; a window is a view of them. What trains takes it for
the array of the windows (N × width × bins of float32).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from studio.data.formats.streamed import Streamed
from studio.data.frames.waves import Waves

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOURCE = '''
class Windows:
    """Frames with those before and behind, put together when rows of them are wanted."""

    def __init__(self, frames, starts, groups, width):
        self.frames, self.starts, self.groups, self.width = frames, starts, groups, width

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, rows):
        return Windows(self.frames, self.starts[rows], self.groups[rows], self.width)

    def __array__(self, dtype=None, copy=None):
        return self.read()

    def sample(self):
        """The frames in the middle, each once."""
        return self.frames[self.starts + self.width // 2][:, None]

    def min(self):
        """The smallest value."""
        return self.frames.min()

    def max(self):
        """The largest value."""
        return self.frames.max()

    def read(self):
        """All of them, N × width × bins."""
        return self.frames[self.starts[:, None] + np.arange(self.width)]
'''
"""What scripts put windows together with."""


def laid_out(
    recordings: Sequence[NDArray[np.float32]], context: int
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Frames in a row with zeros around each recording; start and recording of each window; their ends."""
    lengths = np.array([len(frames) for frames in recordings])
    first = np.cumsum(lengths + context) - lengths
    size = int(lengths.sum()) + context * (len(lengths) + 1)
    table = np.zeros((size, recordings[0].shape[1]), np.float32)
    for place, frames in zip(first, recordings, strict=True):
        table[place : place + len(frames)] = frames
    groups = np.repeat(np.arange(len(lengths)), lengths)
    within = np.concatenate([np.arange(length) for length in lengths])
    ends = np.stack((first, first + lengths), 1)
    return table, within + (first - context)[groups], groups, ends


class Windows(Streamed):
    """Windows of ``width`` frames out of ``frames`` (time × bins), one at each of the ``starts``; ``groups`` counts the
    recordings that they are of, whose first frame and the place behind the last one are the ``ends``. ``waves`` reads
    the waves of the frames where they are of sound: who trains has no use for them."""

    def __init__(
        self,
        frames: NDArray[np.float32],
        starts: NDArray[np.int64],
        groups: NDArray[np.int64],
        ends: NDArray[np.int64],
        width: int,
        waves: Waves | None = None,
    ) -> None:
        self.waves = waves
        self.frames, self.starts, self.groups, self.ends, self.width = frames, starts, groups, ends, width
        self.shape = (len(starts), width, frames.shape[1])
        self.dtype = np.dtype(np.float32)
        self.kept = 4 * len(starts) * frames.shape[1]

    @property
    def view(self) -> NDArray[np.float32]:
        """The windows at all places, whether one of them is wanted or not; nothing is copied for that."""
        places = np.lib.stride_tricks.sliding_window_view(self.frames, self.width, axis=0)
        return places.transpose(0, 2, 1)

    def __getitem__(self, rows: Any) -> Any:
        """One window for an integer, else an array of those windows, which are not put together yet."""
        if isinstance(rows, int | np.integer):
            return self.frames[self.span(int(rows))].copy()
        return Windows(self.frames, self.starts[rows], self.groups[rows], self.ends, self.width, self.waves)

    def read(self, into: NDArray[Any] | None = None) -> NDArray[Any]:
        found = np.empty(self.shape, np.float32) if into is None else into
        view = self.view
        for first in range(0, len(self), 4096):
            some = slice(first, first + 4096)
            found[some] = view[self.starts[some]]
        return found

    def joined(self, others: Sequence[Streamed]) -> Windows:
        parts = [self, *others]
        starts = np.concatenate([part.starts for part in parts])  # type: ignore[attr-defined]
        groups = np.concatenate([part.groups for part in parts])  # type: ignore[attr-defined]
        return Windows(self.frames, starts, groups, self.ends, self.width, self.waves)

    def sample(self) -> NDArray[np.float32]:
        """The frames in the middle, each once: zeros around recordings are not counted."""
        return self.frames[self.starts + self.width // 2][:, None]

    def min(self) -> float:
        return float(self.frames.min())

    def max(self) -> float:
        return float(self.frames.max())

    def checksum(self, value: int) -> int:
        value = zlib.crc32(np.ascontiguousarray(self.starts).data.cast("B"), value)
        return zlib.crc32(self.frames.data.cast("B"), value)

    def recordings(self) -> list[bytes]:
        """What stands for the content of each recording that there are windows of."""
        spans = self.ends[np.unique(self.groups)].tolist()
        return [blake2b(self.frames[first:end].data, digest_size=16).digest() for first, end in spans]

    def padding(self, row: int) -> tuple[int, int]:
        """How many frames of a window lie before and behind its recording, and are zeros."""
        start, (first, end) = int(self.starts[row]), self.ends[self.groups[row]].tolist()
        return max(0, first - start), max(0, start + self.width - end)

    def wave(self, row: int) -> NDArray[np.float16] | None:
        """The wave of a window (`Waves.of`), None where it is not of sound or its file can't be read any more."""
        try:
            return self.waves.of(int(self.groups[row]), self.span(row)) if self.waves else None
        except (OSError, ValueError):
            return None

    def span(self, row: int) -> slice:
        """Where a window lies among all frames."""
        return slice(int(self.starts[row]), int(self.starts[row]) + self.width)


def are_windows(values: object) -> TypeGuard[Windows]:
    """Whether an array is put together of frames."""
    return isinstance(values, Windows)
