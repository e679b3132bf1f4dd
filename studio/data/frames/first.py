"""A few recordings of a large folder, found without listing it, and the beginnings of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from studio.data.frames.recordings import Recording, parts_of
from studio.data.frames.spectrogram import frame_lengths

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDERS, EACH, SCANNED = 24, 2, 200
"""Folders that are looked into, recordings that are shown of each, and names that are read of each."""
ALONE = 12
"""Recordings that are shown where all lie in one folder."""
MANY, LARGE = 200, 1 << 25
"""Names that are met, or bytes of the recordings to be shown, from which on it is worth showing some first."""
FRAMES = 400
"""Frames of a recording that are shown, at most."""
LONGEST = 0.25
"""Seconds after which no further recording is read."""


def first_recordings(root: Path) -> list[str]:
    """Some recordings of a folder, or of its training part, all WAV or all NPY; none where there is little to read.
    Raises `OSError`."""
    top = root / parts_of(root)[0]
    found: list[tuple[str, int]] = []
    met = 0
    for folder in _folders(top):
        with os.scandir(folder) as items:
            some = [item for item in islice(items, SCANNED) if item.name[0] != "." and item.is_file()]
        met += len(some)
        some = [item for item in some if item.name.lower().endswith((".wav", ".npy"))]
        sizes = sorted((item.name, item.stat().st_size) for item in some)
        most = ALONE if folder == str(top) else EACH
        chosen = sizes[:: max(1, len(sizes) // most)][:most]
        found += [(os.path.join(folder, name), size) for name, size in chosen]
    suffix = ".wav" if any(path.lower().endswith(".wav") for path, _ in found) else ".npy"
    found = [(path, size) for path, size in found if path.lower().endswith(suffix)]
    return [path for path, _ in found] if met >= MANY or sum(size for _, size in found) >= LARGE else []


def _folders(top: Path) -> list[str]:
    """The folder, and some of those in it."""
    with os.scandir(top) as items:
        below = sorted(item.path for item in islice(items, 10 * SCANNED) if item.is_dir() and item.name[0] != ".")
    return [str(top), *below[:: -(-len(below) // FOLDERS) or 1]]


def beginning(item: Recording, window: float, hop: float) -> Recording:
    """The first frames of a recording; ``window`` and ``hop`` are milliseconds."""
    if item.frames <= FRAMES or item.layout is None:
        return item._replace(frames=min(item.frames, FRAMES))
    start, _, rate, channels, kind = item.layout
    length, step = frame_lengths(rate, window, hop)
    return item._replace(frames=FRAMES, layout=(start, length + (FRAMES - 1) * step, rate, channels, kind))


def read_first(
    items: Iterable[Recording], read: Callable[[Recording], NDArray[np.float32] | str]
) -> list[tuple[Recording, NDArray[np.float32]]]:
    """As many as can be read at once."""
    found: list[tuple[Recording, NDArray[np.float32]]] = []
    end = time.monotonic() + LONGEST
    for item in items:
        frames = read(item)
        if not isinstance(frames, str):
            found.append((item, frames))
        if time.monotonic() > end:
            break
    return found
