"""The wave of sound as it is drawn: its lowest and highest sample in a few columns for each frame."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.data.formats.threads import in_threads
from studio.data.frames.spectrogram import frame_count, frame_lengths
from studio.data.frames.wav import Layout, wav_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLUMNS = 4
"""Columns that a frame has."""
AT_ONCE = 1024
"""Frames whose samples are in memory at one time."""


def wave_ends(path: str, layout: Layout, window: float, hop: float) -> NDArray[np.float16]:
    """The lowest and the highest sample in each column, frames × `COLUMNS` × 2, from -1 to 1.

    The columns of a frame share the hop in the middle of its window, so that a wave and its spectrogram lie above each
    other. Raises `ValueError` where the file became shorter, `OSError` where it can't be read.
    """
    import numpy as np

    length, step = frame_lengths(layout[2], window, hop)
    found = np.empty((frame_count(layout, window, hop), COLUMNS, 2), np.float16)
    for first in range(0, len(found), AT_ONCE):
        some = found[first : first + AT_ONCE].reshape(-1, 2)
        edges = np.arange(len(some) + 1) * step // COLUMNS + first * step + (length - step) // 2
        edges = edges.clip(0, layout[1])  # a hop longer than its window reaches beyond both ends
        wanted = int(edges[-1] - edges[0])
        samples = wav_samples(path, layout, int(edges[0]), wanted).clip(-1, 1)
        if len(samples) < wanted:
            raise ValueError("it became shorter while it was read")
        places = np.minimum(edges[:-1] - edges[0], wanted - 1)
        some[:, 0] = np.minimum.reduceat(samples, places)
        some[:, 1] = np.maximum.reduceat(samples, places)
    return found


Sound = tuple[str, Layout, float, float]
"""A recording as `wave_ends` takes it."""


def waves_along(sounds: Sequence[Sound], ends: NDArray[np.int64], size: int) -> NDArray[np.float16]:
    """The waves of recordings where their frames lie among so many (`laid_out`), silence around them.

    Each is as high as it can be drawn: its loudest sample is 1 or -1. Raises what `wave_ends` raises.
    """
    import numpy as np

    table = np.zeros((size, COLUMNS, 2), np.float16)
    for (first, end), wave in zip(ends.tolist(), in_threads(_full, sounds, min(8, os.cpu_count() or 1)), strict=True):
        if isinstance(wave, Exception):
            raise wave
        table[first:end] = wave
    return table


class Waves:
    """The waves of recordings, read when they are wanted: of all frames by a call, which keeps them, or of one."""

    def __init__(self, sounds: Sequence[Sound], ends: NDArray[np.int64], size: int) -> None:
        self._sounds, self._ends, self._size = sounds, ends, size
        self._all: NDArray[np.float16] | None = None
        self._one: tuple[int, NDArray[np.float16]] | None = None

    def __call__(self) -> NDArray[np.float16]:
        if self._all is None:
            self._all = waves_along(self._sounds, self._ends, self._size)
        return self._all

    def of(self, group: int, frames: slice) -> NDArray[np.float16]:
        """The wave of some frames of one recording, silence beyond it, (frames · `COLUMNS`) × 2; raises what
        `wave_ends` raises."""
        import numpy as np

        if self._one is None or self._one[0] != group:
            wave = _full(self._sounds[group])
            if isinstance(wave, Exception):
                raise wave
            self._one = group, wave
        first, end = self._ends[group].tolist()
        found = np.zeros((frames.stop - frames.start, COLUMNS, 2), np.float16)
        low, high = max(frames.start, first), min(frames.stop, end)
        found[low - frames.start : high - frames.start] = self._one[1][low - first : high - first]
        return found.reshape(-1, 2)


def _full(sound: Sound) -> NDArray[np.float16] | Exception:
    """A wave in its full height, or why it can't be read: threads must not raise."""
    try:
        found = wave_ends(*sound)
    except (OSError, ValueError) as error:
        return error
    loudest = max(-found.min(), found.max())
    return found / loudest if loudest else found
