"""The few facts of a run that a list shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from models.training.metrics import measure_of
from studio.runs.errors import RunError
from studio.runs.events import Event, EventReader
from studio.runs.files.digest import read_digest, stamps_of, write_digest
from studio.runs.files.reading import read_file
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import MetricReader, Points
from studio.runs.status import status_of

PIECE = 1 << 22
"""Bytes of a log that are read at once."""
MOST_TURNS = 1_000


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One row of the list of runs; `best` and `last` map the names of series to values, `created` is ISO 8601."""

    id: str
    name: str
    created: str
    state: str
    reason: str
    dataset: str
    device: str
    epochs: float
    seconds: float
    parameters: int | None
    document_path: str
    settings: dict[str, Any]
    best: dict[str, float]
    last: dict[str, float]
    title: str = ""
    """What the document was called."""
    network: str = ""
    """The same for runs of the same network; "" where that is not known."""
    starred: bool = False
    tags: tuple[str, ...] = ()
    note: str = ""
    color: int | None = None
    experiment: dict[str, Any] = field(default_factory=dict)
    """Of which experiment it is a run: its id, the trial, the seed and the settings; empty for others."""
    dropout: bool = False
    """Whether its training part was measured with dropout on."""
    has_weights: bool = True
    """Whether it has kept any: one that failed early has none."""


class Logged(NamedTuple):
    """What of a summary the logs and the source tell."""

    state: str
    reason: str
    epochs: float
    seconds: float
    best: dict[str, float]
    last: dict[str, float]
    network: str
    dropout: bool


class Tally:
    """What a summary says of a run's logs, gathered in pieces of bounded size; `update` takes in what is new."""

    def __init__(self, run: RunFolder) -> None:
        self.best: dict[str, float] = {}
        self.last: dict[str, float] = {}
        self.ends: dict[str, tuple[float, float]] = {}
        """Best and last of the means over whole epochs; points in between speak of a piece of one."""
        self.test: Mapping[str, float] = {}
        """What was measured of the part that was kept apart, when the training had ended."""
        self.epochs = 0.0
        self.turns: list[Event] = []
        """The events that tell how the run stands, and the last epoch."""
        self.times: tuple[float, float] | None = None
        self.problem = ""
        self.dropout = False
        self._events, self._metrics = EventReader(run.events_path), MetricReader(run.metrics_path)

    @property
    def seconds(self) -> float:
        """From the first event to the last."""
        return self.times[1] - self.times[0] if self.times else 0.0

    def update(self) -> None:
        """Read on to the ends of both logs. Raises `RunError` if the events can't be read; metrics that can't be read
        are a `problem`."""
        self._hear(self._events.poll(PIECE))
        while self._events.is_behind:
            self._hear(self._events.poll(PIECE))
        try:
            self._count(self._metrics.poll(PIECE))
            while self._metrics.is_behind:
                self._count(self._metrics.poll(PIECE))
        except RunError as error:
            self.problem = str(error)

    def _hear(self, events: list[Event]) -> None:
        if self._events.rewound:
            self.turns, self.times, self.ends, self.test = [], None, {}, {}
        for event in events:
            first, last = self.times or (event["time"], event["time"])
            self.times = min(first, event["time"]), max(last, event["time"])
            self.dropout |= event.get("dropout") is True
            if event["event"] == "test":
                self.test = event.get("values", {})
            elif event["event"] == "epoch":
                self._end(event.get("values", {}))
            else:
                self.turns.append(event)
        if events and events[-1]["event"] == "epoch":
            self.turns.append(events[-1])
        del self.turns[:-MOST_TURNS]

    def _end(self, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            before = self.ends[name][0] if name in self.ends else value
            self.ends[name] = _better_of(name, before, value), value

    def _count(self, points: Mapping[str, Points]) -> None:
        if self._metrics.rewound:
            self.best, self.last, self.epochs = {}, {}, 0.0
        for name, new in points.items():
            self.last[name] = float(new.values[-1])
            self.best[name] = _better(name, self.best.get(name), new)
        self.epochs = max([self.epochs, *(float(new.epochs[-1]) for new in points.values())])


def summarize(run: RunFolder, tally: Tally | None = None, *, keeps: bool = False) -> RunSummary:
    """The facts of `run`; a metrics file that can't be read gives no metrics and says so in the reason.

    ``tally`` is one of this run from before, which then reads only what is new. With ``keeps``, what the logs of an
    ended run say is kept for `recalled`.
    """
    stamps = stamps_of(run.path)
    tally = tally or Tally(run)
    tally.update()
    status = status_of(tally.turns, run.claim(), run.touched())
    logged = Logged(
        state=status.state,
        reason=status.reason or tally.problem,
        epochs=tally.epochs,
        seconds=tally.seconds,
        best=tally.best | {name: best for name, (best, _) in tally.ends.items()},
        last=tally.last | {name: last for name, (_, last) in tally.ends.items()} | dict(tally.test),
        network=_network(run),
        dropout=tally.dropout,
    )
    if keeps and status.is_told and not tally.problem:
        write_digest(run.path, logged._asdict(), stamps)
    return _summary(run, logged)


def recalled(run: RunFolder) -> RunSummary | None:
    """What `summarize` gives, without a look at the logs; None where that is not kept, or they are others since."""
    facts = read_digest(run.path)
    if facts is None:
        return None
    # Of numbers that JSON lacks there is the name, which a float is made of as well.
    values = {name: {series: float(value) for series, value in facts[name].items()} for name in ("best", "last")}
    return _summary(run, Logged(**{name: facts[name] for name in Logged._fields} | values))


def _summary(run: RunFolder, logged: Logged) -> RunSummary:
    parameters = run.header["parameters"]
    return RunSummary(
        id=run.id,
        name=run.name,
        created=run.header["created"],
        dataset=run.header["dataset"],
        device=run.header["device"],
        parameters=parameters if parameters is not None and abs(parameters) < 2**63 else None,
        document_path=run.header["document_path"] or "",
        settings=run.header["settings"],
        title=run.header["title"],
        experiment=run.header["experiment"],
        has_weights=_has_weights(run),
        **logged._asdict(),
        **run.marks._asdict(),
    )


def _has_weights(run: RunFolder) -> bool:
    try:
        return bool(run.checkpoints.steps())
    except RunError:
        return False


def _network(run: RunFolder) -> str:
    """A digest of what the run trains, "" where there is no source to be read."""
    import hashlib  # here: it takes OpenSSL with it, which the first window has no need of

    try:
        source = read_file(run.source_path)
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(source).hexdigest()[:16] if source else ""


def unreadable(identity: str, reason: str) -> RunSummary:
    """The row of a folder whose header can't be read: listed, with the reason, rather than hidden."""
    created = _created_from(identity)
    return RunSummary(
        identity, identity, created, "failed", reason, "", "", 0, 0, None, "", {}, {}, {}, has_weights=False
    )


def flatten(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as one level with dotted names."""
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping) and value:
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _better(name: str, before: float | None, points: Points) -> float:
    """The best of the points and of what was best before them; no finite number only where there is no other."""
    import numpy as np

    sound = points.values[np.isfinite(points.values)]
    if before is not None and math.isfinite(before):
        sound = np.append(sound, before)
    if not len(sound):
        return float(points.values[-1])
    return float(sound.min() if _is_lower_better(name) else sound.max())


def _better_of(name: str, first: float, second: float) -> float:
    """The better of two values; one that is no finite number only where both are none."""
    if not (math.isfinite(first) and math.isfinite(second)):
        return first if math.isfinite(first) else second
    return min(first, second) if _is_lower_better(name) else max(first, second)


@lru_cache(1_000)
def _is_lower_better(name: str) -> bool:
    return measure_of(name).lower_is_better


def _created_from(identity: str) -> str:
    """The time in the name of a run's folder, empty if there is none."""
    try:
        return datetime.strptime(identity[:15], "%Y%m%d-%H%M%S").astimezone().isoformat()
    except ValueError:
        return ""
