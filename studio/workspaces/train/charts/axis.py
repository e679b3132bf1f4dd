"""What x is on the charts: epochs, steps, examples or minutes, for each run as its own log says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.runs.events import Event
from studio.runs.metrics.reader import Points

Floats = NDArray[np.float64]
EPOCH, STEP, EXAMPLES, MINUTES = "epoch", "step", "examples", "minutes"
KINDS: Mapping[str, str] = {EPOCH: "Epoch", STEP: "Step", EXAMPLES: "Examples", MINUTES: "Wall time"}
"""By the word on the axis: what people choose."""


class RunAxis:
    """Turns what a run measured into places on an x axis of one of `KINDS`; `learn` from its events first."""

    def __init__(self, batch_size: int = 1) -> None:
        self._batch_size = batch_size
        self._start: float | None = None
        self._examples = self._steps = 0

    def learn(self, events: Sequence[Event]) -> None:
        """Take in when the run began, and how many steps and examples an epoch has."""
        for event in events:
            if event["event"] in ("created", "started") and (self._start is None or event["event"] == "started"):
                self._start = event["time"]
            self._examples = event.get("examples", self._examples)
            self._steps = event.get("steps_per_epoch", self._steps)

    @property
    def steps(self) -> int:
        """How many updates an epoch has; 0 where that is not known yet."""
        return self._steps

    def of(self, points: Points, kind: str) -> Floats:
        """Where points lie; of a clock that was set back the later ones lie at the same place."""
        if kind == STEP:
            return points.steps.astype(np.float64)
        if kind == EXAMPLES:
            return (
                points.epochs * self._examples if self._examples else points.steps.astype(np.float64) * self._batch_size
            )
        if kind == MINUTES:
            if self._start is None:
                self._start = float(points.times[0])
            minutes: Floats = np.maximum.accumulate(np.maximum(points.times - self._start, 0.0) / 60)
            return minutes
        return points.epochs

    def of_epoch_end(self, event: Event, kind: str) -> float | None:
        """Where the end of an epoch lies, None where the log does not say."""
        epoch, step = event.get("epoch"), event.get("step")
        if kind == STEP:
            return None if step is None else float(step)
        if kind == EXAMPLES and epoch is not None and self._examples:
            return float(epoch * self._examples)
        if kind == EXAMPLES:
            return None if step is None else float(step * self._batch_size)
        if kind == MINUTES:
            return float(max(event["time"] - (self._start or event["time"]), 0.0) / 60)
        return None if epoch is None else float(epoch)

    def of_epochs(self, epochs: Sequence[float], kind: str) -> list[float] | None:
        """Where epochs lie that are still to come; None where that cannot be known."""
        each = {EPOCH: 1, STEP: self._steps, EXAMPLES: self._examples}.get(kind, 0)
        return [float(epoch * each) for epoch in epochs] if each else None
