"""A file that only grows, by whole pieces: what both logs of a run are written through."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from studio.runs.errors import RunError, RunGoneError, disk_error


def open_log(path: Path) -> int:
    """A text that only grows, opened to write at its end; raises `RunError`.

    Never through a link or into a pipe, which a run from elsewhere may hold in its place.
    """
    careful = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | careful, 0o644)
    except OSError as error:
        raise disk_error("write", path, error) from error


class AppendFile:
    """The only writer of `path`. `sound` is given what is there and says how much of it stays; it may raise `RunError`.

    A file in which nothing stays begins with `header`. `end` is the length of what is sound. Every method raises
    `RunError` when the disk refuses, and `RunGoneError` when the file was deleted meanwhile.
    """

    def __init__(self, path: Path, sound: Callable[[bytes], int], header: bytes = b"") -> None:
        self.path = path
        self.end = 0
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        except OSError as error:
            raise disk_error("write", path, error) from error
        opened = False
        try:
            if path.is_symlink() and stat.S_ISREG(os.fstat(self._handle).st_mode):
                raise RunError(f"{path} leads to another file, which is not of this run: nothing is written there.")
            self.end = sound(self._content())
            os.ftruncate(self._handle, self.end)
            if not self.end:
                self.append(header)
            opened = True
        except OSError as error:
            raise disk_error("write", path, error) from error
        finally:
            if not opened:
                self._release()

    def append(self, data: bytes) -> None:
        """Write all of `data` behind what is there, or nothing: a part that got written is cut off again."""
        if self._handle < 0:
            raise RunError(f"Could not write {self.path}: it is already closed.")
        try:
            if os.fstat(self._handle).st_nlink == 0:  # what is written goes nowhere, and no error tells
                raise RunGoneError(f"The run was deleted while it was trained: {self.path} is gone.")
            os.lseek(self._handle, self.end, os.SEEK_SET)
            view = memoryview(data)
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            with suppress(OSError):  # readers pass over a torn end, and the next try overwrites it
                os.ftruncate(self._handle, self.end)
            raise disk_error("write", self.path, error) from error
        self.end += len(data)

    def sync(self) -> None:
        """Force the file to the disk."""
        try:
            os.fsync(self._handle)
        except OSError as error:
            raise disk_error("write", self.path, error) from error

    def close(self) -> None:
        """Force the file to the disk and let go of it; a second call does nothing."""
        if self._handle < 0:
            return
        try:
            self.sync()
        finally:
            self._release()

    def _release(self) -> None:
        os.close(self._handle)
        self._handle = -1

    def _content(self) -> bytes:
        """Everything in the file; of a device, whose size is 0, nothing."""
        with open(self._handle, "rb", closefd=False) as file:
            return file.read(os.fstat(self._handle).st_size)
