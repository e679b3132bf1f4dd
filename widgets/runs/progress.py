"""How far a run is, and how long it still takes."""

from __future__ import annotations

import time
from typing import Any, NamedTuple


class Progress(NamedTuple):
    """How far a run is. ``epoch`` is a time in epochs, such as 6.6; numbers that are not known are None."""

    epoch: float
    epochs: int
    step: int
    steps: int
    speed: float | None
    seconds_left: float | None


NO_PROGRESS = Progress(0.0, 0, 0, 0, None, None)


class Pace:
    """How long a run still takes, from how long its steps took since it began or went on."""

    def __init__(self) -> None:
        self._start: tuple[float, int] | None = None

    def progress(self, facts: dict[str, Any]) -> Progress:
        """The worker's facts as the strip shows them."""
        now, step, steps = time.monotonic(), int(facts.get("step", 0)), int(facts.get("steps", 0))
        if self._start is None:
            self._start = (now, step)
        elapsed, done = now - self._start[0], step - self._start[1]
        left = elapsed / done * (steps - step) if done > 0 and elapsed > 0.5 else None
        speed = facts.get("samples_per_second")
        return Progress(float(facts.get("epoch", 0.0)), int(facts.get("epochs", 0)), step, steps, speed, left)
