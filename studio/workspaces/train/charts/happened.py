"""What happened in one run, with its place on the x axis: pauses, the end, warnings, checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.runs.events import Event
from studio.runs.metrics.reader import Points
from widgets.charts.painting.happenings import Happening

MOST = 60
"""Happenings of a run that are told; a log may come from anybody."""
SIGNS = {"paused": "paused", "resumed": "resumed", "stopped": "stopped", "interrupted": "stopped", "failed": "warning",
         "nan": "warning", "warning": "warning"}  # fmt: skip
WORDS = {"paused": "Paused", "resumed": "Resumed", "stopped": "Stopped", "interrupted": "Interrupted",
         "failed": "Failed", "nan": "The loss was no finite number", "warning": "Warning"}  # fmt: skip
KEPT = {"best": "Checkpoint: the best weights", "last": "Checkpoint: the last weights"}


class _Due(NamedTuple):
    """Something whose place is not known before the points around it are."""

    by: Literal["time", "step"]
    at: float
    kind: str
    text: str


class RunHappenings:
    """Follows one run: `hear` of events and `keep` of checkpoints, then `measured` finds their places."""

    def __init__(self) -> None:
        self._due: list[_Due] = []
        self._placed: list[Happening] = []
        self._kept: list[_Due] = []
        self._track: list[tuple[float, float, float]] = []

    def hear(self, events: Sequence[Event]) -> None:
        """Take in what the log says."""
        for event in events:
            what = event["event"]
            if what in SIGNS and len(self._due) + len(self._placed) < MOST:
                why = event.get("reason") or event.get("message") or ""
                text = f"{WORDS[what]}: {why}" if why else f"{WORDS[what]}."
                self._due.append(_Due("time", event["time"], SIGNS[what], text))

    def keep(self, steps: Mapping[str, int]) -> None:
        """Take in which checkpoints there are, and of which step."""
        named: dict[int, str] = {}
        for name in KEPT:
            if name in steps:
                named.setdefault(steps[name], KEPT[name])
        self._kept = [_Due("step", float(step), "checkpoint", text) for step, text in named.items()]

    def measured(self, points: Points, xs: NDArray[np.float64]) -> None:
        """Take in where points lie; of what happened up to there the place is known then."""
        rows = np.unique(np.linspace(0, len(xs) - 1, min(len(xs), MOST)).astype(int))
        self._track += zip(points.times[rows].tolist(), points.steps[rows].tolist(), xs[rows].tolist(), strict=True)
        if len(self._track) > 100 * MOST:
            del self._track[1:-1:2]
        ready = [due for due in self._due if due.at <= self._track[-1][0]]
        self._placed += [self._place(due) for due in ready]
        self._due = [due for due in self._due if due not in ready]

    def told(self) -> list[Happening]:
        """All of it, in order; what came after the last point lies there."""
        if not self._track:
            return []
        return sorted([*self._placed, *(self._place(due) for due in (*self._due, *self._kept))])

    def _place(self, due: _Due) -> Happening:
        column = 0 if due.by == "time" else 1
        known, xs = [row[column] for row in self._track], [row[2] for row in self._track]
        return Happening(float(np.interp(due.at, known, xs)), due.kind, due.text)
