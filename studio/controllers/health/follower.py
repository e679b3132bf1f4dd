"""Following what a run records of its layers, on a thread: the same code for a run that grows and one that is over."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from studio.runs.errors import RunError
from studio.services.background import Background, JobFailed

if TYPE_CHECKING:
    from studio.runs.health.reader import HealthReader
    from studio.runs.health.record import Health

POLL_MS = 500
"""Between two looks at a run that trains: it is sampled a few times a second at most."""


class HealthFollower(QObject):
    """Reads the health of one run after another. `changed` tells that `health` is another; None is nothing known."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.health: Health | None = None
        self.path: Path | None = None
        self._reader: HealthReader | None = None
        self._asked = False
        self._background = Background(self)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)

    def show_run(self, path: Path | None, *, live: bool = False) -> None:
        """Follow another run, None for none; ``live`` looks again and again."""
        is_other = path != self.path
        if is_other:
            self.path, self._reader, self.health = path, None, None
            self._background.drop()
            self.changed.emit()
        if live and path is not None:
            self._timer.start()
        else:
            self._timer.stop()
        if is_other:
            self._look()
        else:
            self.poll()

    def poll(self) -> None:
        """Look for more, as soon as the look that is under way is over: two must not share a reader."""
        self._asked = self._background.is_busy
        if not self._asked:
            self._look()

    def _look(self) -> None:
        if self.path is not None:
            work = partial(_look, self.path / "health.bin", self._reader, self.health)
            self._background.run(work, self._take, self._fail, (RunError,))

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._background.drop()

    def _take(self, found: tuple[HealthReader, Health | None]) -> None:
        self._reader, health = found
        if health is not self.health:
            self.health = health
            self.changed.emit()
        if self._asked:
            self.poll()

    def _fail(self, error: Exception) -> None:
        """A record that cannot be read is none: the doctor's page and the command line say so in words."""
        assert isinstance(error, RunError | JobFailed)
        self._timer.stop()


def _look(path: Path, reader: HealthReader | None, known: Health | None) -> tuple[HealthReader, Health | None]:
    """Read on; what is known stays the same object where nothing is new."""
    from studio.runs.health.reader import HealthReader  # with numpy, which a window that trains nothing does without
    from studio.runs.health.record import Health

    reader = reader or HealthReader(path)
    new = reader.poll()
    if reader.rewound:
        return reader, new
    if new is None:
        return reader, known
    return reader, new if known is None else Health.joined([known, new])
