"""Writing what single samples did, an epoch at a time."""

from __future__ import annotations

from pathlib import Path

from studio.runs.files.append_file import AppendFile
from studio.runs.samples import layout as layout
from studio.runs.samples.layout import Layout


class SampleWriter:
    """The only writer of one `samples.bin`. Epochs beyond ``done`` are cut off, as they will be gone through once more;
    where the file is of another layout, it is begun anew, which ``begins_anew`` tells.

    Every method raises `RunError` when the disk refuses; the file stays readable then.
    """

    def __init__(self, path: Path, layout_: Layout, done: int) -> None:
        self._layout, self._done = layout_, done
        self.begins_anew = False
        self._file = AppendFile(path, self._continue, layout.header(layout_))

    def append(self, epoch: int, payload: bytes) -> None:
        """Add an epoch (from 1)."""
        assert len(payload) == self._layout.payload
        self._file.append(layout.record(epoch, payload))

    def sync(self) -> None:
        """Force the file to the disk."""
        self._file.sync()

    def close(self) -> None:
        """Force the file to the disk and let go of it; a second call does nothing."""
        self._file.close()

    def _continue(self, data: bytes) -> int:
        """The length of what stays."""
        start = layout.header(self._layout)
        self.begins_anew = bool(data) and not data.startswith(start)
        if not data.startswith(start):
            return 0
        end, last = len(start), 0
        while last < (epoch := layout.epoch_of(data, end, self._layout)) <= self._done:
            end, last = end + self._layout.record, epoch
        return end
