"""The log of one run, followed on a thread while it grows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.controllers.run_follower import MOST_EVENTS
from studio.runs.errors import RunError
from studio.runs.events import Event, EventReader
from studio.runs.folder import RunFolder
from studio.services.background import Queue
from widgets.runs.run_log import RunLog


class LogFollower(QObject):
    """Reads what happened in a run into its log. `failed` carries a sentence, and the run is to be shown anew then."""

    failed = Signal(str)

    def __init__(self, log: RunLog, parent: QObject) -> None:
        super().__init__(parent)
        self._log, self._lines = log, Queue(self)
        self._reader: _Reader | None = None
        self._name = ""
        self.id = ""
        """The run that is read, "" for none."""

    @property
    def is_busy(self) -> bool:
        """Whether lines are still to come."""
        return self._lines.is_busy

    def show(self, folder: Path | None, name: str) -> None:
        """Read another run, None for none."""
        self.id, self._name = folder.name if folder else "", name
        self._reader = _Reader(folder) if folder else None
        self._log.show_run(name)
        self.read()

    def rename(self, name: str) -> None:
        """The run has another name now."""
        self._name = name
        self._log.set_run(name)

    def read(self) -> None:
        """Read what was added."""
        reader = self._reader
        if reader is None:
            return

        def add(events: list[Event]) -> None:
            if reader is not self._reader:
                return
            if reader.rewound:
                self._log.show_run(self._name)
            self._log.add(events)
            if reader.is_behind:
                self.read()

        def failed(error: Exception) -> None:
            if reader is not self._reader:
                return  # of a run that is gone, or no longer looked at
            self.id = ""  # to be read anew when it is asked for again
            self.failed.emit(str(error))

        self._lines.run(reader.poll, add, failed, (RunError,))


class _Reader:
    """What a run tells of itself, read from where the last look ended; one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reader: EventReader | None = None
        self.is_behind = self.rewound = False

    def poll(self) -> list[Event]:
        if self._reader is None:
            self._reader = EventReader(RunFolder.open(self._folder).events_path)
        events = self._reader.poll(MOST_EVENTS)
        self.is_behind, self.rewound = self._reader.is_behind, self._reader.rewound
        return events
