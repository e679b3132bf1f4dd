"""Watching the file of the open document: who else opens it, and whether it changes behind the window's back."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from models.storage import journal
from models.storage.process import Owner
from studio.services.background import Background

LOOK_MS = 2000

Stamp = tuple[int, int, int] | None
"""What tells one state of a file from another without reading it; None for no file."""


def stamp_of(path: Path) -> Stamp:
    """The present state of a file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


class Sight(NamedTuple):
    """What one look found: the file's state, the other processes that have it open, its path without links."""

    stamp: Stamp
    others: frozenset[Owner] = frozenset()
    place: Path | None = None

    @classmethod
    def of(cls, path: Path) -> Sight:
        """Look at a file now; belongs on a thread."""
        others: frozenset[Owner] = frozenset()
        place = path.absolute()
        with suppress(OSError):
            place = Path(os.path.realpath(path))
        with suppress(OSError):  # without journals to look at nobody else is known
            others = frozenset(journal.others_on(path))
        return cls(stamp_of(path), others, place)

    @property
    def changed_at(self) -> float:
        """When the file was last written, in seconds since 1970; 0 for no file."""
        return self.stamp[2] / 1e9 if self.stamp else 0.0


NOTHING = Sight(None)


class FileWatch(QObject):
    """Looks at a file every two seconds, on a thread of its own: a drive far away may take its time.

    `opened_elsewhere`, `changed` and `vanished` follow what happens to it, each once.
    """

    opened_elsewhere = Signal()
    changed = Signal()
    vanished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._seen = NOTHING
        self._looking = False
        self._background = Background(self)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)

    def follow(self, path: Path | None, seen: Sight = NOTHING) -> None:
        """Watch a file that was last ``seen`` so, or none."""
        self._path, self._seen = path, seen
        if path is None:
            self._timer.stop()
        else:
            self._timer.start()

    def close(self) -> None:
        """Look no more."""
        self.follow(None)
        self._background.forget()

    def _look(self) -> None:
        path, before = self._path, self._seen
        if path is None or self._looking:
            return
        self._looking = True
        self._background.run(
            lambda: Sight.of(path), lambda now: self._compare(path, before, now), self._give_up, (OSError,)
        )

    def _give_up(self, error: Exception) -> None:
        self._looking = False

    def _compare(self, path: Path, before: Sight, now: Sight) -> None:
        self._looking = False
        if path != self._path or before is not self._seen:
            return  # saved, or another file, since the look began
        self._seen = now
        if now.others - before.others:
            self.opened_elsewhere.emit()
        if now.stamp != before.stamp:
            (self.changed if now.stamp else self.vanished).emit()
