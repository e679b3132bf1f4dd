"""One run from its folder to its end: data, network, training, and everything that is written down on the way.

The folder says what to train (document.netloom, model.py); metrics, events and checkpoints go back into it. Metrics
are written a few times a second, checkpoints after two seconds, every ten or more, and when the training ends or rests.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import torch

from models.storage import files
from models.training import TrainingSettings
from studio.data import Data, DataError, dataset_from
from studio.runs.errors import RunDeletedError, RunError
from studio.runs.folder import RunFolder
from studio.worker import devices
from studio.worker.aside import Aside
from studio.worker.control import LEAVE, PAUSE, RUN, Control
from studio.worker.errors import TRAINING_FAILURES, TrainingError, sentence_for
from studio.worker.metrics import Sums
from studio.worker.plan import Plan, make_plan
from studio.worker.state import captured, load_state, write_files
from studio.worker.trainer import Diverged, EpochEnd, Event, Tick, Trainer

FLUSH_EVERY = 0.25
"""Seconds between two points of the training curves."""
FIRST_SAVE = 2.0
"""Seconds until the first checkpoint, so that a short run that is killed does not begin again."""
SAVE_EVERY = 10.0
SAVE_AT_LATEST = 60.0
SAVE_SHARE = 0.01
"""Share of the time that may go into periodic checkpoints: a slow disk gets fewer of them, but one a minute."""

LISTENS_EVERY = 0.05
LAST_WORD = 0.5
"""Seconds that reading data may go on after it was told to end, before it is left behind."""

INEXACT = (
    "The resumed run is close to the uninterrupted one, but not the same to the bit: "
    "the device or the data is another than before, or the device cannot repeat itself."
)

Listener = Callable[[str, dict[str, Any]], None]
"""Called with each event's name and facts, as the event log holds them; "progress" and "loading" are told only here."""


class Outcome(NamedTuple):
    """How a session ended: "finished", "stopped", "left" (saved, to be resumed) or "failed", and why."""

    state: str
    reason: str
    epoch: int
    step: int


class _Ended(Exception):
    """Asked to end while loading."""


def train(
    run: RunFolder,
    *,
    device: str = "",
    control: Control | None = None,
    listener: Listener | None = None,
    patient: bool = False,
) -> Outcome:
    """Train a new run to its end; never raises for what data, network or disk may do: that is the outcome.

    ``device`` goes before the document's choice. With ``patient`` a full disk pauses the run until `Control.go_on`
    (somebody watches); otherwise it ends it. ``listener`` is called from the training's own thread.
    """
    return Session(run, device, control or Control(), listener, patient).run(resuming=False)


def resume(
    run: RunFolder,
    *,
    device: str = "",
    control: Control | None = None,
    listener: Listener | None = None,
    patient: bool = False,
) -> Outcome:
    """Go on with a run from its newest sound checkpoint, or from the beginning if there is none; see `train`."""
    return Session(run, device, control or Control(), listener, patient).run(resuming=True)


class Session:
    """A training under way; use `train` and `resume`, or this to watch ``ticks``, the batches done, from elsewhere."""

    def __init__(self, run: RunFolder, device: str, control: Control, listener: Listener | None, patient: bool) -> None:
        self.folder = run
        self.wanted_device = device
        self.control = control
        self.listener = listener
        self.patient = patient
        self.trainer: Trainer | None = None
        self.batch_size = 0
        self.device = device or "the computer"
        self.ticks = 0
        self.left_behind = False
        """Whether reading data goes on although nobody waits for it, so that this process should end."""
        self._best: dict[str, bytes] | None = None
        self._best_step = 0
        self._best_facts: dict[str, Any] = {}
        self._progress: dict[str, float] = {}
        self._save_every = SAVE_EVERY
        self._next_save = 0.0
        self._next_flush = 0.0
        self._since = 0.0
        self._busy = 0.0

    def run(self, *, resuming: bool) -> Outcome:
        """Train to the end; see the functions of this module."""
        try:
            self.folder.claim()
            self._events = self.folder.event_log()
            self._metrics = self.folder.metric_writer()
        except RunError as error:
            return self._outcome("failed", str(error))
        try:
            state, reason = self._attempt(resuming)
            self._note(state, reason)
        finally:
            for log in (self._metrics, self._events):
                with suppress(RunError):  # a full disk: what was written before stays readable
                    log.close()
        return self._outcome(state, reason)

    def abandon(self, reason: str) -> None:
        """Leave a word why the process ends in the midst of a step; from another thread, just before it does."""
        with suppress(RunError, AttributeError):  # no log yet: nothing has begun
            self._events.write("interrupted", reason=reason)

    def _attempt(self, resuming: bool) -> tuple[str, str]:
        try:
            self.trainer = self._prepare(resuming)
            return self._drive(self.trainer)
        except _Ended:
            return self._end_as_asked(" before the first step.")
        except RunError as error:
            if self.control.wanted == LEAVE:
                return "left", f"{self.control.reason}. {error}"
            return ("stopped" if self.control.ends else "failed"), str(error)
        except DataError as error:
            return "failed", str(error)
        except (TrainingError, *TRAINING_FAILURES) as error:
            self._log_traceback()
            return "failed", sentence_for(error, device=self.device, batch_size=self.batch_size)

    # Before the first step

    def _prepare(self, resuming: bool) -> Trainer:
        self._tell("loading")
        document, _ = files.read(self.folder.document_path)
        settings, _ = TrainingSettings.read(document.training)
        device = devices.resolve(self.wanted_device or settings.device)
        self.device, self.batch_size = str(device), settings.batch_size
        data = self._load_data(document.data)
        plan = make_plan(document, self.folder.source_path, data, device, self._go_on)
        for note in _notes(plan, settings, data):
            self._write("warning", message=note)
        trainer = Trainer(plan)
        if resuming:
            self._go_back(trainer)
        else:
            self._write("started", **_facts(plan))
        return trainer

    def _load_data(self, settings: dict[str, Any]) -> Data:
        dataset, _ = dataset_from(settings)
        path = self.folder.header["document_path"]
        base = Path(path).parent if path else None
        reading = Aside(lambda: dataset.load(base, self._loaded), (DataError, _Ended, *TRAINING_FAILURES))
        while reading.is_going_on and not self.control.ends:
            reading.wait(LISTENS_EVERY)
        if self.control.ends:
            reading.wait(LAST_WORD)
            self.left_behind = reading.is_going_on
            raise _Ended
        return reading.result()

    def _go_on(self) -> None:
        if self.control.ends:
            raise _Ended

    def _loaded(self, done: int, total: int) -> None:
        self._go_on()
        self._tell("loading", done=done, total=total)

    def _go_back(self, trainer: Trainer) -> None:
        """Take up the newest checkpoint that is sound; points behind it no longer count."""
        checkpoint, problems = self.folder.checkpoints.newest_sound()
        for problem in problems:
            self._write("warning", message=f"{problem} The one before it is used.")
        exact = load_state(trainer, checkpoint.path) if checkpoint else trainer.plan.device.type == "cpu"
        self._metrics.rewind(trainer.step)
        self._write("resumed", exact=exact, epoch=trainer.epoch, **_facts(trainer.plan), step=trainer.step)
        if not exact:
            self._write("warning", message=INEXACT)

    # Between steps

    def _drive(self, trainer: Trainer) -> tuple[str, str]:
        now = self._since = time.perf_counter()
        self._next_flush, self._next_save = now, now + FIRST_SAVE
        diverged: Diverged | None = None
        for event in trainer.run():
            now = time.perf_counter()
            self.ticks += 1
            if event is Tick.STEP:
                diverged = self._measure(trainer, now) if now >= self._next_flush else None
            else:
                diverged = self._between(trainer, event, now)
            if diverged:
                return self._diverged(trainer, diverged)
            if now >= self._next_flush:
                self._flush(trainer, now)
            if self.control.wanted != RUN and self._obey(trainer):
                break
            if now >= self._next_save:
                self._save(trainer)
        self._settle(trainer)
        return ("finished", "") if trainer.is_finished else self._end_as_asked("; the run was saved.")

    def _end_as_asked(self, how_far: str) -> tuple[str, str]:
        """The end that somebody asked for, with a sentence where it was not the user's word."""
        if self.control.wanted == LEAVE:
            return "left", f"{self.control.reason}{how_far}"
        return "stopped", ""

    def _between(self, trainer: Trainer, event: Event, now: float) -> Diverged | None:
        """What comes between the steps of two epochs; validation does not count into the speed of training."""
        if isinstance(event, Diverged):
            return event
        if event is Tick.TRAINED:
            self._busy += now - self._since
        self._since = now
        return self._end_epoch(trainer, event) if isinstance(event, EpochEnd) else None

    def _settle(self, trainer: Trainer) -> None:
        """Write down everything, for a pause or the end."""
        now = time.perf_counter()
        if self._measure(trainer, now) is None:
            self._flush(trainer, now)
            self._save(trainer)

    def _obey(self, trainer: Trainer) -> bool:
        """Do what is asked; returns whether the training is to end."""
        if self.control.wanted == PAUSE:
            self._settle(trainer)
            if self.control.wanted == PAUSE:  # a full disk may have made a pause of its own, which is over
                self._rest("")
        return self.control.ends

    def _rest(self, reason: str) -> None:
        """Pause until told to go on."""
        self.control.pause()
        with suppress(RunError):  # the disk may be what the pause is about
            self._events.write("paused", reason=reason)
        self._tell("paused", reason=reason)
        self.control.wait()
        self._since = time.perf_counter()
        if not self.control.ends:
            with suppress(RunError):
                self._events.write("resumed", after="pause")
            self._tell("resumed", after="pause")

    def _measure(self, trainer: Trainer, now: float) -> Diverged | None:
        """Record the means over the steps since the last time."""
        diverged = trainer.collect()
        sums, trainer.recent = trainer.recent, Sums()
        busy, self._busy, self._since = self._busy + now - self._since, 0.0, now
        if sums.examples and diverged is None:
            self._record("train/loss", trainer, sums.mean_loss)
            self._record(f"train/{trainer.plan.metric.name}", trainer, sums.mean_metric)
            self._record("learning_rate", trainer, trainer.plan.learning_rate)
            self._record("samples_per_second", trainer, sums.examples / max(busy, 1e-9))
            self._progress = {"loss": sums.mean_loss, trainer.plan.metric.name: sums.mean_metric}
            self._progress["samples_per_second"] = sums.examples / max(busy, 1e-9)
        return diverged

    def _flush(self, trainer: Trainer, now: float) -> None:
        """Hand what was recorded to the system, so that it outlives this process, and tell how far it is."""
        self._next_flush = now + FLUSH_EVERY
        self._on_disk(self._metrics.flush)
        plan = trainer.plan
        total = {"steps": plan.batches * plan.epochs, "epochs": plan.epochs}
        self._tell("progress", step=trainer.step, epoch=trainer.time, **total, **self._progress)

    def _end_epoch(self, trainer: Trainer, end: EpochEnd) -> Diverged | None:
        diverged = self._measure(trainer, self._since)
        metric = trainer.plan.metric.name
        values = {
            "train/loss": end.train.mean_loss,
            f"train/{metric}": end.train.mean_metric,
            "validation/loss": end.validation.mean_loss,
            f"validation/{metric}": end.validation.mean_metric,
        }
        for name, value in values.items():
            if name.startswith("validation"):
                self._record(name, trainer, value)
        self._write("epoch", epoch=end.epoch, step=end.step, learning_rate=end.learning_rate, values=values)
        loss = end.validation.mean_loss
        if loss < (float("inf") if trainer.best is None else trainer.best) and trainer.weights_are_finite():
            trainer.best = loss
            self._best, self._best_step = captured(trainer), trainer.step
            self._best_facts = {"epoch": end.epoch, "values": values}
        return diverged

    def _diverged(self, trainer: Trainer, event: Diverged) -> tuple[str, str]:
        self._on_disk(self._metrics.flush)
        self._save_best()
        rate = trainer.plan.learning_rate
        self._write("nan", epoch=event.epoch, step=event.step, loss=event.loss)
        what = "not a number" if event.loss != event.loss else "infinite"
        return "failed", (
            f"The loss became {what} in epoch {event.epoch:,}, step {event.step:,}; that step was not taken. "
            f"Try a smaller learning rate than {rate:g}, such as {rate / 10:g}."
        )

    # Writing

    def _save(self, trainer: Trainer) -> None:
        """Write the present state as the last checkpoint, and the best one if it is not on the disk yet."""
        start = time.perf_counter()
        if trainer.collect() is not None or not trainer.weights_are_finite():
            return  # never let a broken state take a good one's place; the next loss tells of it
        if self._best is not None and self._best_step == trainer.step:
            self._save_best("best", "last")
        else:
            self._save_best()
            facts = {"epoch": trainer.epoch, "position": trainer.position}
            self._checkpoint(captured(trainer), trainer.step, ("last",), facts)
        self._tell("checkpoint", step=trainer.step)
        now = time.perf_counter()
        self._save_every = min(max(SAVE_EVERY, (now - start) / SAVE_SHARE), SAVE_AT_LATEST)
        self._next_save = now + self._save_every

    def _save_best(self, *names: str) -> None:
        if self._best is not None:
            self._checkpoint(self._best, self._best_step, names or ("best",), self._best_facts)
            self._best = None

    def _checkpoint(self, state: dict[str, bytes], step: int, names: tuple[str, ...], facts: dict[str, Any]) -> None:
        store = self.folder.checkpoints
        self._on_disk(lambda: store.save(step, lambda folder: write_files(state, folder), names, facts))

    def _record(self, series: str, trainer: Trainer, value: float) -> None:
        with suppress(RunError):  # it stays buffered, and the flush that follows tells of a full disk
            self._metrics.record(series, trainer.step, trainer.time, value)

    def _write(self, event: str, **facts: Any) -> None:
        self._on_disk(lambda: self._events.write(event, **facts))
        self._tell(event, **facts)

    def _note(self, state: str, reason: str) -> None:
        """Write down the end; on a full disk only the listener hears of it."""
        with suppress(RunError):
            self._events.write("interrupted" if state == "left" else state, reason=reason)
        self._tell(state, reason=reason)

    def _on_disk(self, action: Callable[[], object]) -> None:
        """Do something that a full disk may refuse: rest and try again if somebody watches, else raise `RunError`."""
        while True:
            try:
                action()
                return
            except RunError as error:
                if not self.patient or self.control.ends or isinstance(error, RunDeletedError):
                    raise
                self._rest(str(error))

    def _tell(self, event: str, **facts: Any) -> None:
        if self.listener:
            self.listener(event, facts)

    def _log_traceback(self) -> None:
        with suppress(OSError), open(self.folder.log_path, "a", encoding="utf-8") as log:
            traceback.print_exc(file=log)

    def _outcome(self, state: str, reason: str) -> Outcome:
        trainer = self.trainer
        return Outcome(state, reason, trainer.epoch if trainer else 0, trainer.step if trainer else 0)


def _facts(plan: Plan) -> dict[str, Any]:
    return {
        "device": str(plan.device),
        "parameters": sum(weight.numel() for weight in plan.model.parameters()),
        "examples": len(plan.train),
        "steps_per_epoch": plan.batches,
        "epochs": plan.epochs,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def _notes(plan: Plan, settings: TrainingSettings, data: Data) -> list[str]:
    """What a user should know before the first step."""
    notes = list(data.warnings)
    if settings.batch_size > len(plan.train):
        notes.append(
            f"The batch size {settings.batch_size:,} is more than the {len(plan.train):,} training examples; "
            "all of them make one batch."
        )
    if plan.drops_example:
        notes.append("Batch normalization cannot train on the last batch of one example; each epoch leaves it out.")
    return notes
