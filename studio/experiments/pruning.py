"""Which runs of an experiment are hopeless: worse, after as many epochs, than half of those that have finished.

The median rule of D. Golovin et al., Google Vizier (KDD 2017), 3.2.2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median

from studio.runs.events import Event, EventReader, read_events
from studio.runs.folder import RunFolder

LEAST_FINISHED = 4
"""Finished runs before any other is given up."""
WARM_UP = 0.2
"""Share of the epochs that each run is granted."""


def course_of(events: Iterable[Event], metric: str, lower: bool, before: Sequence[float] = ()) -> list[float]:
    """The best of a metric up to each epoch, from a run's events, behind what was read ``before``."""
    course = list(before)
    better = min if lower else max
    for event in events:
        value = event.get("values", {}).get(metric, math.nan) if event["event"] == "epoch" else math.nan
        if math.isfinite(value):
            course.append(better(course[-1], value) if course else value)
    return course


def is_hopeless(course: Sequence[float], others: Sequence[Sequence[float]], lower: bool) -> bool:
    """Whether a run that came so far is worse than the median of what ``others``, all finished, were by then."""
    there = [other[len(course) - 1] for other in others if len(other) >= len(course)] if course else []
    if len(there) < LEAST_FINISHED or len(course) < WARM_UP * max(map(len, others)):
        return False
    middle = median(there)
    return course[-1] > middle if lower else course[-1] < middle


class Watch:
    """Follows runs of one experiment and says which are hopeless. What runs came to is read once."""

    def __init__(self) -> None:
        self._finished: dict[str, list[float]] = {}
        self._going: dict[str, tuple[EventReader, list[float]]] = {}

    def reason(self, run: RunFolder, finished: Iterable[RunFolder], metric: str, lower: bool) -> str:
        """A sentence why a run is given up, "" where it is not. Raises `RunError` where logs cannot be read."""
        if not metric:
            return ""
        for other in finished:
            if other.id not in self._finished:
                self._finished[other.id] = course_of(read_events(other.events_path), metric, lower)
        reader, before = self._going.get(run.id) or (EventReader(run.events_path), [])
        new = reader.poll()
        course = course_of(new, metric, lower, () if reader.rewound else before)
        self._going[run.id] = reader, course
        if not new or not is_hopeless(course, list(self._finished.values()), lower):
            return ""
        return f"Given up after epoch {len(course):,}: worse than half of the finished runs were by then."
