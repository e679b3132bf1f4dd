"""What is written down of a run while it trains: measurements a few times a second, and events as they happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from math import isfinite
from typing import Any, NamedTuple

from models.training.metrics import measure_of
from studio.runs.errors import RunError, RunGoneError
from studio.runs.folder import RunFolder
from studio.runs.samples.writer import SampleWriter
from studio.runs.summary import summarize
from studio.worker.load import Load, load_of
from studio.worker.process.control import Control
from studio.worker.training.trainer import Diverged, EpochEnd, Tick, Trainer
from studio.worker.training.updating.zeros import share_near_zero

FLUSH_EVERY = 0.25
"""Seconds between two points of the training curves."""

Listener = Callable[[str, dict[str, Any]], None]
"""Called with each event's name and facts, as the event log holds them; "progress" and "loading" are told only here."""


def is_loss(series: str) -> bool:
    """Whether a series is a loss, rather than a metric, which may have no value."""
    return measure_of(series).metric is None


class Place(NamedTuple):
    """How far the logs of a run are: bytes of metrics, number of the next event, bytes of health (None: the checkpoint
    is of a version that recorded none)."""

    metrics: int
    events: int
    health: int | None = None


class Recorder:
    """Writes the metrics and the events of one run, which it holds from its making until `close`.

    With ``patient`` a disk that refuses pauses the run until `Control.go_on`; otherwise `RunError` is raised.
    """

    def __init__(self, run: RunFolder, control: Control, listener: Listener | None, patient: bool) -> None:
        """Raises `RunError` where another process writes the run, or the disk refuses."""
        self._run, self._control, self._listener, self._patient = run, control, listener, patient
        self._samples: SampleWriter | None = None
        self._holding = run.hold()
        try:
            self._events = run.event_log()
            self._metrics = run.metric_writer()
            self._health = run.health_writer()
        except RunError:
            self._holding.release()
            raise
        self._progress: dict[str, float] = {}
        self._next_flush = self._since = self._busy = 0.0
        self._has_warned = False
        self._lacking: set[str] = set()
        self._load: Load | None = None

    def close(self) -> None:
        """Let go of the run."""
        closes = [self._metrics.close, self._health.close, self._events.close]
        closes += [self._samples.close] if self._samples else []
        for close in closes:
            with suppress(RunError):  # a full disk: what was written before stays readable
                close()
        with suppress(RunError):
            summarize(self._run, keeps=True)
        self._holding.release()

    def keep_samples(self, trainer: Trainer) -> None:
        """Begin or go on with what is kept of single samples, behind the epochs that are done."""
        path, layout = self._run.samples_path, trainer.plan.watch.layout

        def keep() -> None:
            self._samples = SampleWriter(path, layout, trainer.epoch)

        self.on_disk(keep)
        if self._samples and self._samples.begins_anew:
            self.write("warning", message="The data has changed, so samples over time begin anew here.")

    # Events

    def write(self, event: str, **facts: Any) -> None:
        """Log an event and tell of it."""
        self.on_disk(lambda: self._events.write(event, **facts))
        self.tell(event, **facts)

    def note(self, state: str, reason: str) -> None:
        """Log the end; on a full disk only the listener hears of it."""
        with suppress(RunError):
            self._events.write("interrupted" if state == "left" else state, reason=reason)
        self.tell(state, reason=reason)

    def tell(self, event: str, **facts: Any) -> None:
        """Tell the listener, if there is one."""
        if self._listener:
            self._listener(event, facts)

    def abandon(self, reason: str) -> None:
        """Leave a word why the process ends in the midst of a step; from another thread, just before it does."""
        with suppress(RunError):
            self._events.write("interrupted", reason=reason)

    # Measurements

    def begin(self, now: float) -> None:
        """The first step comes now (by `time.perf_counter`)."""
        self._since = self._next_flush = now

    def is_due(self, now: float) -> bool:
        """Whether it is time for the next points."""
        return now >= self._next_flush

    def between_epochs(self, tick: Tick | EpochEnd, now: float) -> None:
        """Validation does not count into the speed of training."""
        if tick is Tick.TRAINED:
            self._busy += now - self._since
        self._since = now

    def measure(self, trainer: Trainer, now: float) -> Diverged | None:
        """Record the means over the steps since the last time."""
        diverged = trainer.collect()
        self._note_health(trainer)
        sums = trainer.take_recent()
        busy, self._busy, self._since = self._busy + now - self._since, 0.0, now
        waited, trainer.waited = trainer.waited, 0.0
        if sums.examples and diverged is None:
            speed = sums.examples / max(busy, 1e-9)
            measures = trainer.plan.measures(sums)
            rows = (
                {} if trainer.plan.measures_afterwards else {f"train/{name}": value for name, value in measures.items()}
            )
            rows |= {"learning_rate": trainer.plan.learning_rate, "samples_per_second": speed}
            self._load = self._load or load_of(trainer.plan.device)
            waits = {"data_wait": min(waited / max(busy, 1e-9), 1.0)}
            self._record(trainer, rows | self._load() | waits)
            self._progress = measures | {"samples_per_second": speed}
        return diverged

    def flush(self, trainer: Trainer, now: float) -> None:
        """Hand what was recorded to the system, so that it outlives this process, and tell how far it is."""
        self._next_flush = now + FLUSH_EVERY
        self.on_disk(self._flush)
        plan = trainer.plan
        total = {"steps": plan.updates, "epochs": plan.epochs}
        self.tell("progress", step=trainer.step, epoch=trainer.time, **total, **self._progress)

    def end_epoch(self, trainer: Trainer, end: EpochEnd) -> tuple[Diverged | None, dict[str, float]]:
        """Record an epoch; gives its values by the names of their series."""
        diverged = self.measure(trainer, self._since)
        train = {f"train/{name}": value for name, value in trainer.plan.measures(end.train).items()}
        validation = {f"validation/{name}": value for name, value in trainer.plan.measures(end.validation).items()}
        self._record(trainer, (train if trainer.plan.measures_afterwards else {}) | validation | _zeros(trainer))
        self._keep_epoch(trainer, end.epoch)
        # A metric that has no value, such as the ROC-AUC of one class, is left out.
        values = {name: value for name, value in (train | validation).items() if value == value or is_loss(name)}
        self._tell_lacking(train | validation)
        dropped = {"dropout": True} if trainer.plan.drops else {}
        self.write("epoch", epoch=end.epoch, step=end.step, learning_rate=end.learning_rate, values=values, **dropped)
        if not isfinite(end.validation.mean_loss) and not self._has_warned:
            self._has_warned = True
            self.write("warning", message=f"The validation loss of epoch {end.epoch:,} is no finite number.")
        return diverged, values

    def note_test(self, measures: dict[str, float]) -> None:
        """Log what the test part came to."""
        values = {f"test/{name}": value for name, value in measures.items()}
        self._tell_lacking(values)
        self.write("test", values={name: value for name, value in values.items() if value == value or is_loss(name)})

    def _tell_lacking(self, values: dict[str, float]) -> None:
        """Say of each metric once why it has no value, where that is not because answers are NaN."""
        if any(value != value and is_loss(name) for name, value in values.items()):
            return
        for name, value in values.items():
            measure = measure_of(name)
            if value != value and name not in self._lacking and measure.metric is not None:
                self._lacking.add(name)
                part = {"train": "training"}.get(measure.part, measure.part)
                self.write("warning", message=f"No {measure.words:.34} in {part}: {measure.metric.lacks}.")

    def _keep_epoch(self, trainer: Trainer, epoch: int) -> None:
        samples, content = self._samples, trainer.plan.watch.finish(epoch)
        if samples is not None and content is not None:
            self.on_disk(lambda: samples.append(epoch, content))

    # Places that a checkpoint remembers

    def place(self) -> Place:
        """How far the logs are, with everything recorded so far before it."""
        self.on_disk(self._flush)
        return Place(self._metrics.end, self._events.sequence, self._health.end)

    def force(self) -> None:
        """Force to the disk what a `place` counts, from any thread; raises `RunError`."""
        self._holding.check()
        for log in (self._metrics, self._health):
            log.force()
        self._events.sync()
        if self._samples:
            self._samples.sync()

    def go_back(self, step: int, place: Place | None) -> dict[str, int]:
        """What was measured behind a place no longer counts (where there is none, what is of steps behind ``step``);
        gives the facts for the event that says so."""
        self.on_disk(lambda: self._metrics.rewind(step, place and place.metrics))
        self.on_disk(lambda: self._health.rewind(step, place and place.health))
        return {"keeps": place.events} if place else {}

    def _flush(self) -> None:
        self._holding.check()
        self._metrics.flush()
        self._health.flush()

    def _note_health(self, trainer: Trainer) -> None:
        """Write down what was seen of the layers since the last time, and of the network as a whole."""
        for sample in trainer.monitor.drain():
            self._health.record(trainer.monitor.names, sample.step, sample.epoch, sample.values)
            whole = {"gradient_norm": sample.gradient, "update_ratio": sample.update}
            self._record_at(
                sample.step, sample.epoch, {name: value for name, value in whole.items() if isfinite(value)}
            )

    def _record(self, trainer: Trainer, values: dict[str, float]) -> None:
        self._record_at(trainer.step, trainer.time, values)

    def _record_at(self, step: int, epoch: float, values: dict[str, float]) -> None:
        for name, value in values.items():
            if value != value and not is_loss(name):
                continue
            with suppress(RunError):  # it stays buffered, and the flush that follows tells of a full disk
                self._metrics.record(name, step, epoch, value)

    # The disk

    def on_disk(self, action: Callable[[], object]) -> None:
        """Do something that a full disk may refuse: rest and try again if somebody watches, else raise `RunError`."""
        while True:
            try:
                action()
                return
            except RunError as error:
                if not self._patient or self._control.ends or isinstance(error, RunGoneError):
                    raise
                self.rest(str(error))

    def rest(self, reason: str) -> None:
        """Pause until told to go on."""
        self._control.pause()
        with suppress(RunError):  # the disk may be what the pause is about
            self._events.write("paused", reason=reason)
        self.tell("paused", reason=reason)
        self._control.wait()
        self._since = time.perf_counter()
        if not self._control.ends:
            with suppress(RunError):
                self._events.write("resumed", after="pause")
            self.tell("resumed", after="pause")


def _zeros(trainer: Trainer) -> dict[str, float]:
    """How far L1 has come, where there is any."""
    if not trainer.plan.settings.l1:
        return {}
    return {"near_zero": share_near_zero(trainer.plan.model.parameters())}
