"""The checkpoints of a run while it trains: when one is due, which is the best, and how far the logs were then."""

from __future__ import annotations

import math
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from studio.runs.checkpoints import Checkpoint, Checkpoints
from studio.runs.errors import RunError
from studio.worker.errors import TRAINING_FAILURES
from studio.worker.process.aside import Aside
from studio.worker.recorder import Place, Recorder
from studio.worker.state import LIVE, State, captured, load_state, show_weights, write_files
from studio.worker.training.trainer import Trainer

FIRST_SAVE = 2.0
"""Seconds until the first checkpoint, so that a short run that is killed does not begin again."""
SAVE_EVERY = 10.0
SMALL = 1 << 15
"""So few bytes of weights are shown while they are learned."""
SAVE_AT_LATEST = 60.0
SAVE_SHARE = 0.01
"""Share of the time that may go into periodic checkpoints: a slow disk gets fewer of them, but one a minute."""


class _Kept(NamedTuple):
    """A state in memory, on its way to the disk, and the names that its checkpoint gets."""

    state: State
    step: int
    facts: dict[str, Any]
    names: tuple[str, ...]


class _Writing(NamedTuple):
    """Checkpoints that are being written beside the training since a time; the work gives the time of its end."""

    work: Aside[float]
    kept: list[_Kept]
    began: float


class Saver:
    """Writes checkpoints of a trainer into ``store``, each with the place in the logs that belongs to it.

    Periodic ones are written by a thread while the training goes on: only copying the state takes time of it. Raises
    `RunError` as its recorder's `on_disk` does.
    """

    def __init__(self, store: Checkpoints, recorder: Recorder) -> None:
        self._store, self._recorder = store, recorder
        self._best: _Kept | None = None
        self._writing: _Writing | None = None
        self._next = 0.0
        self.began_at: Path | None = None
        """The checkpoint that training was taken up at."""

    def begin(self, now: float) -> None:
        """The first step comes now (by `time.perf_counter`)."""
        self._next = now + FIRST_SAVE

    def is_due(self, now: float) -> bool:
        """Whether it is time for a checkpoint."""
        return now >= self._next

    def keep_if_best(self, trainer: Trainer, value: float, facts: dict[str, Any]) -> None:
        """Keep the state at the end of an epoch, if the ``value`` that is watched is the best so far."""
        if trainer.plan.watched.is_better(value, trainer.best) and trainer.weights_are_finite():
            trainer.best = value
            self._best = self._state(trainer, facts, "best")

    def save(self, trainer: Trainer) -> bool:
        """Write the present state as the last checkpoint, and the best one if it is not on the disk yet.

        Call `Recorder.measure` before. Gives False and writes nothing where a weight is no finite number: a broken
        state never takes the place of a good one.
        """
        start = time.perf_counter()
        self.settle()
        if not trainer.weights_are_finite():
            return False
        for kept in self._due(trainer):
            self._recorder.on_disk(partial(self._write, kept))
        self._written(trainer.step, start, time.perf_counter())
        return True

    def save_beside(self, trainer: Trainer) -> bool:
        """`save` by a thread: the training may go on at once. Does nothing while one before is still being written."""
        if self._writing:
            return True
        start = time.perf_counter()
        if not trainer.weights_are_finite():
            return False
        kept = self._due(trainer)
        self._next = math.inf

        def work() -> float:
            for each in kept:
                self._write(each)
            return time.perf_counter()

        self._writing = _Writing(Aside(work, (RunError, *TRAINING_FAILURES)), kept, start)
        return True

    def look(self) -> None:
        """Take note of a checkpoint that was written meanwhile."""
        if self._writing and not self._writing.work.is_going_on:
            self.settle()

    def settle(self) -> None:
        """Wait for what is being written; what the disk refused is tried again, as the recorder has it."""
        writing, self._writing = self._writing, None
        if writing is None:
            return
        try:
            end = writing.work.result()
        except RunError:
            for kept in writing.kept:
                self._recorder.on_disk(partial(self._write, kept))
            end = time.perf_counter()
        self._written(writing.kept[-1].step, writing.began, end)

    def close(self) -> None:
        """Wait until nothing is being written any more, whatever comes of it."""
        writing, self._writing = self._writing, None
        if writing:
            with suppress(RunError, *TRAINING_FAILURES):
                writing.work.result()

    def _due(self, trainer: Trainer) -> list[_Kept]:
        """What is not on the disk yet, the last state among it."""
        best, self._best = self._best, None
        if best is not None and best.step == trainer.step:
            return [best._replace(names=("best", "last"))]
        last = self._state(trainer, {"epoch": trainer.epoch, "position": trainer.position}, "last")
        return [best, last] if best is not None else [last]

    def _written(self, step: int, start: float, end: float) -> None:
        self._recorder.tell("checkpoint", step=step)
        self._next = end + min(max(SAVE_EVERY, (end - start) / SAVE_SHARE), SAVE_AT_LATEST)

    def show(self, trainer: Trainer) -> None:
        """Put the weights of a small network where others look while they are learned; nothing depends on that."""
        weights = trainer.plan.model.state_dict()
        if sum(weight.nbytes for weight in weights.values()) <= SMALL:
            show_weights(self._store.folder.parent / LIVE, weights)

    def save_best(self) -> None:
        """Write the best state, if it is not on the disk yet."""
        self.settle()
        best, self._best = self._best, None
        if best is not None:
            self._recorder.on_disk(partial(self._write, best))

    def end_with_best(self, trainer: Trainer) -> bool:
        """Let the last checkpoint be the best one, and the trainer have its weights where a test is to be measured;
        gives whether there is one."""
        found: list[bool] = []
        self._recorder.on_disk(lambda: found.append(self._store.let_be("last", "best")))
        best = self._store.called("best")
        if trainer.plan.test is not None and best is not None:
            load_state(trainer, best.path)
        return found[-1]

    def go_back(self, trainer: Trainer) -> tuple[bool, dict[str, int]]:
        """Take up the newest checkpoint that is sound, or begin anew; what was logged behind it no longer counts.

        Gives whether training continues exactly, and facts for the event that says so.
        """
        checkpoint, problems = self._store.newest_sound()
        for problem in problems:
            self._recorder.write("warning", message=f"{problem} The one before it is used.")
        self.began_at = checkpoint.path if checkpoint else None
        exact = load_state(trainer, checkpoint.path) if checkpoint else trainer.plan.device.type == "cpu"
        place = _place_of(checkpoint) if checkpoint else Place(0, 0, 0)
        return exact, self._recorder.go_back(trainer.step, place)

    def _state(self, trainer: Trainer, facts: dict[str, Any], name: str) -> _Kept:
        place = self._recorder.place()
        return _Kept(captured(trainer), trainer.step, {**facts, "log": place._asdict()}, (name,))

    def _write(self, kept: _Kept) -> None:
        self._recorder.force()  # a checkpoint on the disk never knows of more than the logs there hold
        self._store.save(kept.step, lambda path: write_files(kept.state, path), kept.names, kept.facts)


def _place_of(checkpoint: Checkpoint) -> Place | None:
    """How far the logs were; None for a checkpoint from before that was noted."""
    log = checkpoint.facts.get("log")
    metrics, events, health = (log.get(name) if isinstance(log, dict) else None for name in Place._fields)
    if not (isinstance(metrics, int) and isinstance(events, int) and min(metrics, events) >= 0):
        return None
    return Place(metrics, events, health if isinstance(health, int) and health >= 0 else None)
