"""Progress of reading many images, and the size that most of them have."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence

from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.formats.images import header_size
from studio.data.formats.threads import in_threads

MANY = 100_000
"""Images of which not all headers are read."""
HEADERS = 512
"""Images of many whose headers tell the size."""


class Steps:
    """Counts what is done and tells `progress` of each hundredth."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        self._every = max(1, total // 100)

    def __call__(self) -> None:
        self._done += 1
        if self._progress and (self._done % self._every == 0 or self._done == self._total):
            self._progress(self._done, self._total)


def usual_size(files: Sequence[str], progress: Progress | None = None) -> tuple[int, int]:
    """The height and width that most images have, of equals the smallest; raises `DataError` where none has any."""
    found: Counter[tuple[int, int]] = Counter()
    some = files if len(files) < MANY else files[:: -(-len(files) // HEADERS)]
    for size in in_threads(header_size, some, threads()):
        found.update([size] if size else [])
        if progress:
            progress(0, len(files))  # so that it can be left
    if not found:
        raise DataError(f"None of {len(files):,} images can be read. Choose a folder of images.")
    most = max(found.values())
    return min(size for size, count in found.items() if count == most)


def threads() -> int:
    """Threads that decode images: one a core, up to eight."""
    return min(8, os.cpu_count() or 1)
