"""Following a run folder from the window: the same code for a run that grows and one that is over."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from studio.runs.errors import RunError
from studio.runs.events import Event, EventReader
from studio.runs.folder import RunFolder
from studio.runs.health.reader import HealthReader
from studio.runs.health.series import series_of
from studio.runs.metrics.reader import MetricReader, Points
from studio.services.background import Background

POLL_MS = 100
MOST_METRICS, MOST_EVENTS = 1 << 20, 1 << 16
"""Bytes that are read at once."""
MOST_POINTS = 20_000
"""Points of one series that are handed over at once: a chart takes them in a part of a frame."""


class _Look(NamedTuple):
    """What one look found; `is_behind` says that there is more."""

    folder: RunFolder
    rewound: bool
    points: list[dict[str, Points]]
    events: list[Event]
    kept: dict[str, int]
    is_behind: bool


class _Reader:
    """A run's files, read from where the last look ended; one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._folder = RunFolder.open(path)
        self._metrics = MetricReader(self._folder.metrics_path)
        self._events = EventReader(self._folder.events_path)
        self._health = HealthReader(self._folder.health_path)

    def look(self) -> _Look:
        """Where one of the two logs begins anew, so does the other: a curve may be made of both."""
        self._refuse_cut()
        points, events = self._metrics.poll(MOST_METRICS), self._events.poll(MOST_EVENTS)
        metrics_rewound, events_rewound = self._metrics.rewound, self._events.rewound
        if events_rewound and not metrics_rewound:
            self._metrics = MetricReader(self._folder.metrics_path)
            points = self._metrics.poll(MOST_METRICS)
        elif metrics_rewound and not events_rewound:
            self._events = EventReader(self._folder.events_path)
            events = self._events.poll(MOST_EVENTS)
        if metrics_rewound or events_rewound:
            self._health = HealthReader(self._folder.health_path)
        points |= self._look_at_layers()
        behind = self._metrics.is_behind or self._events.is_behind
        kept = self._folder.checkpoints.steps() if points or events else {}
        return _Look(self._folder, metrics_rewound or events_rewound, list(_pieces(points)), events, kept, behind)

    def _refuse_cut(self) -> None:
        """Raise `RunError` where a log holds less than was read of it: only damage takes back what was written."""
        for reader in (self._metrics, self._events):
            try:
                size = reader.path.stat().st_size
            except OSError:
                size = 0
            if size < reader.position:
                name = self._folder.name
                raise RunError(f"A log of {name} was cut or deleted while it was watched; its curves stay as they are.")

    def _look_at_layers(self) -> dict[str, Points]:
        """The health of layers as series; none where its file cannot be read, which costs no other curve."""
        try:
            health = self._health.poll()
        except RunError:
            return {}
        return {} if health is None or self._health.rewound else series_of(health)


class RunFollower(QObject):
    """Reads what a run wrote since the last look, on a thread and in pieces.

    `began` carries the run's `RunFolder` before anything else. `points` carries (run id, {series: Points}), `rewound`
    the run's id when it was resumed: none of the points and events so far count, and all that do follow. `happened`
    carries (run id, list of events), `kept` (run id, {name of a checkpoint: its step}), `failed` a sentence, and
    following ends.
    """

    began = Signal(object)
    points = Signal(str, object)
    rewound = Signal(str)
    happened = Signal(str, object)
    kept = Signal(str, object)
    failed = Signal(str)

    def __init__(self, path: Path, *, live: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.id = path.name
        self.folder: RunFolder | None = None
        self.path = path
        self._reader: _Reader | None = None
        self._asked = self._ended = False
        self._pieces: deque[dict[str, Points]] = deque()
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._hand_over)
        self._background = Background(self)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self.poll)
        if live:
            self._timer.start()

    @property
    def is_reading(self) -> bool:
        """Whether a look is under way, or not yet told."""
        return self._background.is_busy or bool(self._pieces)

    def poll(self) -> None:
        """Look once more; cheap when nothing is new."""
        if self.is_reading:
            self._asked = True
        elif not self._ended:
            self._asked = False
            self._background.run(self._look, self._tell, self._fail, (RunError,))

    def stop(self) -> None:
        """Read what is left and look no more."""
        self._timer.stop()
        self.poll()

    def end(self) -> None:
        """Look no more, and tell nothing of a look that is under way."""
        self._ended = True
        self._timer.stop()
        self._turn.stop()
        self._pieces.clear()
        self._background.drop()

    def _look(self) -> _Look:
        if self._reader is None:
            self._reader = _Reader(self.path)
        return self._reader.look()

    def _tell(self, found: _Look) -> None:
        if self.folder is None:
            self.folder = found.folder
            self.began.emit(found.folder)
        if found.rewound:
            self.rewound.emit(self.id)
        if found.events:
            self.happened.emit(self.id, found.events)
        if found.kept:
            self.kept.emit(self.id, found.kept)
        self._asked = self._asked or found.is_behind
        self._pieces += found.points
        self._hand_over()

    def _hand_over(self) -> None:
        """Give one piece, and go on when the window has had its turn."""
        if self._pieces and not self._ended:
            self.points.emit(self.id, self._pieces.popleft())
        if self._pieces:
            self._turn.start()
        elif self._asked:
            self.poll()

    def _fail(self, error: Exception) -> None:
        self.end()
        self.failed.emit(str(error))


def _pieces(points: dict[str, Points]) -> Iterator[dict[str, Points]]:
    """The same points in portions."""
    longest = max(map(len, points.values()), default=0)
    for start in range(0, longest, MOST_POINTS):
        end = start + MOST_POINTS
        yield {name: _part(series, start, end) for name, series in points.items() if len(series) > start}


def _part(points: Points, start: int, end: int) -> Points:
    return Points(points.steps[start:end], points.epochs[start:end], points.times[start:end], points.values[start:end])
