"""Following a run folder from the window: the same code for a run that grows and one that is over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio.runs.errors import RunError
from studio.runs.events import EventReader
from studio.runs.folder import RunFolder
from studio.runs.metric_reader import MetricReader

POLL_MS = 100


class RunFollower(QObject):
    """Reads what a run wrote since the last look.

    `points` carries (run id, {series: Points}), `rewound` the run's id when it was resumed: none of the points so far
    count, and all that do follow. `happened` carries (run id, list of events), `failed` a sentence, and following ends.
    """

    points = Signal(str, object)
    rewound = Signal(str)
    happened = Signal(str, object)
    failed = Signal(str)

    def __init__(self, path: Path, *, live: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = RunFolder.open(path)
        self._metrics = MetricReader(self.folder.metrics_path)
        self._events = EventReader(self.folder.events_path)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)
        if live:
            self._timer.start()

    @property
    def id(self) -> str:
        """The run's id."""
        return self.folder.id

    def poll(self) -> None:
        """Look once; cheap when nothing is new."""
        try:
            points = self._metrics.poll()
            events: list[dict[str, Any]] = self._events.poll()
        except RunError as error:
            self._timer.stop()
            self.failed.emit(str(error))
            return
        if self._metrics.rewound:
            self.rewound.emit(self.id)
        if points:
            self.points.emit(self.id, points)
        if events:
            self.happened.emit(self.id, events)

    def stop(self) -> None:
        """Read what is left and end."""
        self.end()
        self.poll()

    def end(self) -> None:
        """Look no more."""
        self._timer.stop()
