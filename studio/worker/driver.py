"""Drives a trainer to its end: between two steps it has things written down, and does what is asked."""

from __future__ import annotations

import time
from math import nan
from typing import NamedTuple

from studio.worker.process.control import LEAVE, PAUSE, Control
from studio.worker.ranks.team import Word
from studio.worker.recorder import Recorder
from studio.worker.saver import Saver
from studio.worker.training.stepping import Chosen
from studio.worker.training.trainer import Diverged, EpochEnd, Event, Tick, Trainer


class Ending(NamedTuple):
    """How a training ended: "finished", "stopped", "left" (saved, to be resumed) or "failed", and why."""

    state: str
    reason: str = ""


def as_asked(control: Control, how_far: str) -> Ending:
    """The end that somebody asked for, with a sentence where it was not the user's word."""
    if control.wanted == LEAVE:
        return Ending("left", f"{control.reason}{how_far}")
    return Ending("stopped", control.reason)


class Driver:
    """Runs one trainer; ``ticks`` counts the batches done. Raises `RunError` where the disk refuses."""

    def __init__(self, trainer: Trainer, recorder: Recorder, saver: Saver, control: Control) -> None:
        self.ticks = 0
        self._trainer, self._recorder, self._saver, self._control = trainer, recorder, saver, control

    def run(self) -> Ending:
        """Train until the last epoch, a loss that is NaN or infinite, or the word to end."""
        now = time.perf_counter()
        self._recorder.begin(now)
        self._saver.begin(now)
        for event in self._trainer.run():
            self.ticks += 1
            if ending := self._between(event, time.perf_counter()):
                return ending
            if self._control.ends:
                break
            self._trainer.plan.team.ask(Word.GO_ON)
        if ending := self._save():
            return ending
        if not self._trainer.is_finished:
            return as_asked(self._control, "; the run was saved.")
        ending = self._stopped_early() if self._trainer.is_stale else Ending("finished")
        self._test()
        return ending

    def _test(self) -> None:
        """Measure what was kept apart, once, with the weights that the run ends with."""
        sums = self._trainer.tested()
        if sums is not None:
            self._recorder.note_test(self._trainer.plan.measures(sums))

    def _stopped_early(self) -> Ending:
        """The end of a run that was not getting better."""
        trainer, watched = self._trainer, self._trainer.plan.watched
        reason = f"Stopped early: {watched.words} was not better for {trainer.stale:,} epochs"
        if trainer.plan.settings.restore_best and self._saver.end_with_best(trainer):
            return Ending("finished", f"{reason}; the best weights were kept.")
        return Ending("finished", f"{reason}.")

    def _between(self, event: Event, now: float) -> Ending | None:
        if diverged := self._take_in(event, now):
            return self._diverged(diverged)
        if self._recorder.is_due(now):
            self._recorder.flush(self._trainer, now)
            self._saver.show(self._trainer)
            self._saver.look()
        if self._control.wanted == PAUSE:
            return self._pause()
        return self._save(beside=True) if self._saver.is_due(now) and not self._control.ends else None

    def _take_in(self, event: Event, now: float) -> Diverged | None:
        """Record what an event brings."""
        if isinstance(event, Diverged):
            return event
        if isinstance(event, Chosen):
            self._recorder.write("stepping", message=event.message, **event._asdict())
            return None
        if event is Tick.STEP:
            return self._recorder.measure(self._trainer, now) if self._recorder.is_due(now) else None
        self._recorder.between_epochs(event, now)
        if not isinstance(event, EpochEnd):
            return None
        plan = self._trainer.plan
        for message in dict.fromkeys(plan.train.news() + plan.validation.news()):
            self._recorder.write("warning", message=message)
        diverged, values = self._recorder.end_epoch(self._trainer, event)
        facts = {"epoch": event.epoch, "values": values}
        value = values.get(f"validation/{plan.watched.key}", nan)
        self._saver.keep_if_best(self._trainer, value, facts)
        return diverged

    def _pause(self) -> Ending | None:
        """Write down everything and rest until told to go on, or to end."""
        ending = self._save()
        if not ending and self._control.wanted == PAUSE:  # a full disk may have made a pause of its own, now over
            self._recorder.rest("")
        return ending

    def _save(self, *, beside: bool = False) -> Ending | None:
        """Write down everything, or begin to ``beside`` the training; the end of the run where its state is worth
        nothing."""
        now = time.perf_counter()
        if diverged := self._recorder.measure(self._trainer, now):
            return self._diverged(diverged)
        self._recorder.flush(self._trainer, now)
        if (self._saver.save_beside if beside else self._saver.save)(self._trainer):
            return None
        self._saver.save_best()
        what = f"A weight became infinite or NaN by step {self._trainer.step:,}."
        return Ending("failed", f"{what} {self._advice()}")

    def _diverged(self, event: Diverged) -> Ending:
        self._saver.save_best()
        self._recorder.write("nan", epoch=event.epoch, step=event.step, loss=event.loss)
        what = "NaN" if event.loss != event.loss else "infinite"
        where = f"in epoch {event.epoch:,}, step {event.step:,}"
        return Ending("failed", f"The loss became {what} {where}; that step was not taken. {self._advice()}")

    def _advice(self) -> str:
        return f"Try a smaller learning rate, such as {self._trainer.plan.gentler_rate:g}."
