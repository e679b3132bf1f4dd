"""What happened in one run, with its place on the x axis: pauses, the end, warnings, checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.runs.events import Event
from studio.runs.metrics.reader import Points
from widgets.charts.painting.happenings import Happening

MOST = 60
"""Happenings of a run that are told; a log may come from anybody."""
SIGNS = {"paused": "paused", "resumed": "resumed", "stopped": "stopped", "interrupted": "stopped", "failed": "warning",
         "nan": "warning", "warning": "warning", "finished": "stopped"}  # fmt: skip
WORDS = {"paused": "Paused", "resumed": "Resumed", "stopped": "Stopped", "interrupted": "Interrupted",
         "failed": "Failed", "nan": "The loss was no finite number", "warning": "Warning"}  # fmt: skip
SAYS_WHY = ("finished",)
"""Told only with a reason, which is words enough: a run that came to its last epoch needs no sign."""
KEPT = {"best": "Checkpoint: the best weights", "last": "Checkpoint: the last weights"}


class _Spot(NamedTuple):
    """When something happened: Unix seconds, step and epoch."""

    time: float
    step: float
    epoch: float


class _Due(NamedTuple):
    """Something whose place is not known before the points around it are."""

    by: Literal["time", "step"]
    at: float
    kind: str
    text: str


class _Placed(NamedTuple):
    spot: _Spot
    kind: str
    text: str


class RunHappenings:
    """Follows one run: `hear` of events and `keep` of checkpoints, then `measured` finds their places."""

    def __init__(self) -> None:
        self._due: list[_Due] = []
        self._placed: list[_Placed] = []
        self._kept: list[_Due] = []
        self._track: list[_Spot] = []

    def hear(self, events: Sequence[Event]) -> None:
        """Take in what the log says."""
        for event in events:
            what = event["event"]
            if what in SIGNS and len(self._due) + len(self._placed) < MOST:
                why = event.get("reason") or event.get("message") or ""
                if what in SAYS_WHY and not why:
                    continue
                text = why if what in SAYS_WHY else f"{WORDS[what]}: {why}" if why else f"{WORDS[what]}."
                self._due.append(_Due("time", event["time"], SIGNS[what], text))

    def keep(self, steps: Mapping[str, int]) -> None:
        """Take in which checkpoints there are, and of which step."""
        named: dict[int, str] = {}
        for name in KEPT:
            if name in steps:
                named.setdefault(steps[name], KEPT[name])
        self._kept = [_Due("step", float(step), "checkpoint", text) for step, text in named.items()]

    def measured(self, points: Points) -> None:
        """Take in when points were made; of what happened up to there the place is known then."""
        rows = np.unique(np.linspace(0, len(points) - 1, min(len(points), MOST)).astype(int))
        columns = (column[rows].tolist() for column in (points.times, points.steps, points.epochs))
        self._track += map(_Spot, *columns)
        if len(self._track) > 100 * MOST:
            del self._track[1:-1:2]
        ready = [due for due in self._due if due.at <= self._track[-1].time]
        self._placed += [self._place(due) for due in ready]
        self._due = [due for due in self._due if due not in ready]

    def told(self, places: Callable[[Points], NDArray[np.float64]]) -> list[Happening]:
        """All of it, in order, on the axis that ``places`` points; what came after the last point lies there."""
        if not self._track:
            return []
        placed = sorted([*self._placed, *(self._place(due) for due in (*self._due, *self._kept))])
        times, steps, epochs = np.array([each.spot for each in placed], np.float64).reshape(-1, 3).T
        xs = places(Points(steps.round().astype(np.int64), epochs, times, times))
        return [Happening(float(x), each.kind, each.text) for x, each in zip(xs, placed, strict=True)]

    def _place(self, due: _Due) -> _Placed:
        known = [getattr(spot, due.by) for spot in self._track]
        spot = _Spot(*(float(np.interp(due.at, known, column)) for column in zip(*self._track, strict=True)))
        return _Placed(spot, due.kind, due.text)
