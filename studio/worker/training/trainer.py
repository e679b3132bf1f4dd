"""The training loop, as a generator over events: whoever runs it decides between two steps what happens next.

Between any two events the whole state of training is at rest, so it can be saved (`studio.worker.state`), paused by
not asking for the next event, or given up. Nothing here knows of files, processes or time limits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import torch
from torch import Tensor, nn

from studio.worker.ranks.team import Word
from studio.worker.training.augmenting.augmenter import Share
from studio.worker.training.examples import Examples
from studio.worker.training.loop import (
    Tensors,
    accumulated_step,
    judged,
    refuse_bad_loss,
    validation_step,
)
from studio.worker.training.metrics import Meter, Sums
from studio.worker.training.monitor import Monitor
from studio.worker.training.plan import Plan
from studio.worker.training.stepping import CAPTURED, PLAIN, Chosen, Stepper
from studio.worker.training.updating.compiling import Compiling
from studio.worker.training.updating.optimizer import step_of
from studio.worker.training.updating.precision import as_it_comes
from studio.worker.training.updating.quick import quick


class Tick(Enum):
    """Events that only say how far it is: a batch of training done, all of an epoch, a batch of validation."""

    STEP = "step"
    TRAINED = "trained"
    VALIDATION = "validation"


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """An epoch is over, counted from 1: means over its training batches, and over the validation part afterwards."""

    epoch: int
    step: int
    learning_rate: float
    train: Sums
    validation: Sums


@dataclass(frozen=True, slots=True)
class Diverged:
    """The loss was no finite number; the step was not taken and training is over."""

    epoch: int
    step: int
    loss: float


Event = Tick | EpochEnd | Diverged | Chosen


class Trainer:
    """Training by a plan, from the state it is in to the last epoch.

    ``epoch`` (from 0) and ``position`` (batches done within it) say where it is, ``step`` counts all steps taken.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.epoch = 0
        self.position = 0
        self.step = 0
        self.best: float | None = None
        self.judged: float | None = None
        """What epochs are compared with to stop early: the last that was better by enough."""
        self.stale = 0
        """Epochs since then."""
        self.epoch_sums = Sums()
        self.recent = Sums()
        self.waited = 0.0
        """Seconds that went into getting batches since somebody took note."""
        self.order = torch.Generator().manual_seed(plan.seed)
        self.order_at_epoch = self.order.get_state()
        self.monitor = Monitor(plan.layers, plan.batches)
        self._meter = Meter(plan.measured, plan.watch.take, plan.read)
        self._first_pending = 0
        # On CPU a loss is read for nothing. Elsewhere reading it waits for the device, so there a flag on the device
        # keeps the fused optimizer from stepping, and the losses are looked at a few times a second.
        self._fused = bool(plan.optimizer.defaults.get("fused"))
        self._waits = plan.device.type == "cpu" or not self._fused
        self._bad = torch.zeros((), device=plan.device)
        self._loss = self._bad
        if plan.scaler.is_enabled() and not self._waits:
            plan.optimizer.register_step_pre_hook(self._tell_optimizer)
        self._take_step = step_of(plan.settings)
        self._optimizer = plan.optimizer if plan.scaler.is_enabled() else quick(plan.optimizer)
        self._stepper: Stepper | None = None
        self._chosen: Chosen | None = None
        self._compiling: Compiling | None = None
        if plan.settings.compile and plan.team.count == 1:
            self._compiling = Compiling(plan.stepped, plan.device)
        if plan.device.type == "cuda":
            alone = plan.team.count == 1
            self._stepper = Stepper(
                self._work,
                self._meter,
                plan.device,
                may_capture=plan.captures and alone and not self._obstacle,
                generator=plan.augmenter.generator,
            )
            if plan.captures and alone and (reason := self._obstacle):
                self._chosen = Chosen(PLAIN, reason=reason)

    @property
    def _obstacle(self) -> str:
        """Why steps cannot be captured, "" where they can."""
        settings = self.plan.settings
        if not self._fused:
            return "the optimizer has no fused step" if settings.fused else "its fused step is switched off"
        if any(objective.loss.waits for objective in self.plan.objectives):
            return "a loss looks at the lengths of targets"
        return "activation checkpointing repeats what is drawn" if settings.recomputes and self.plan.is_drawn else ""

    @property
    def time(self) -> float:
        """Where it is, in epochs."""
        return self.epoch + self.position / max(1, self.plan.batches)

    @property
    def is_finished(self) -> bool:
        """Whether all epochs are done, or as many as bring anything."""
        return self.epoch >= self.plan.epochs or self.is_stale

    @property
    def is_stale(self) -> bool:
        """Whether it stops early, since what is watched has not become better for long enough."""
        return 0 < self.plan.settings.patience <= self.stale

    def _judge(self, validation: Sums) -> None:
        """Take note of what is watched at the end of an epoch."""
        value = self.plan.watched_value(validation)
        least, higher = self.plan.settings.min_delta, not self.plan.watched.lower_is_better
        self.judged, self.stale = judged(value, self.judged, self.stale, least, higher)

    def run(self) -> Iterator[Event]:
        """Train; ends after the last epoch or after `Diverged`."""
        while not self.is_finished:
            for event in self._train():
                yield event
                if isinstance(event, Diverged):
                    return
            training, validation = Sums(), Sums()
            if self.plan.measures_afterwards:
                yield from self._measure(self.plan.train, training, Meter(self.plan.measured, None, self.plan.read))
            yield from self._validate(validation)
            end = self._epoch_end(training, self.plan.team.total(validation))
            if self.plan.settings.patience:
                self._judge(end.validation)
            self.plan.react(end.validation)
            self.epoch += 1
            self.position = 0
            self.epoch_sums = Sums()
            self.order_at_epoch = self.order.get_state()
            yield end

    def tested(self) -> Sums | None:
        """What the test part comes to with the weights that are validated; None where there is none."""
        plan, sums = self.plan, Sums()
        if plan.test is None:
            return None
        meter = Meter(plan.measured, None, plan.read)
        plan.model.eval()
        with plan.averaging.in_place(plan.every_input()):
            for inputs, targets in plan.test.batches(plan.every_of(plan.test)):
                meter.add(*validation_step(plan.model, plan.losses, inputs, targets), targets)
                if meter.is_full:
                    sums.add(meter.drain())
        sums.add(meter.drain())
        return sums

    def collect(self) -> Diverged | None:
        """Bring the values of the steps since the last call over from the device into `epoch_sums` and `recent`."""
        if self._stepper:
            self._stepper.collect()
        rows = self._meter.drain()
        bad = next((place for place, row in enumerate(rows) if not math.isfinite(row.losses[0])), len(rows))
        self.epoch_sums.add(rows[:bad])
        self.recent.add(rows[:bad])
        if bad < len(rows):
            return Diverged(self.epoch + 1, self._first_pending + bad + 1, rows[bad].losses[0])
        self._first_pending = self.step
        return None

    def take_recent(self) -> Sums:
        """What all processes measured since the last call; call `collect` before."""
        self.plan.team.ask(Word.RECENT)
        recent, self.recent = self.recent, Sums()
        return self.plan.team.total(recent)

    def whole(self) -> tuple[Sums, dict[str, Tensor]]:
        """What all processes know of the epoch so far: its sums, and what single samples did; call `collect` before."""
        team = self.plan.team
        team.ask(Word.WHOLE)
        samples = self.plan.watch.captured() if self.position else {}
        return team.total(self.epoch_sums), {name: team.merged(values) for name, values in samples.items()}

    def forget_sums(self) -> None:
        """Leave to process 0 what a checkpoint knew of the present epoch."""
        self.epoch_sums = Sums()
        self.plan.watch.forget()

    def weights_are_finite(self) -> bool:
        """Whether every weight is a finite number, so that it is worth keeping."""
        weights = [weight.detach() for weight in self.plan.model.parameters() if weight.numel()]
        return bool(torch.stack(torch._foreach_norm(weights, math.inf)).isfinite().all())

    def _train(self) -> Iterator[Event]:
        plan = self.plan
        # What is resumed at the very end of an epoch still tells of that one.
        updates = plan.updates_in(self.epoch)
        plan.set_learning_rate(min(self.step, self.epoch * plan.batches + updates - 1))
        plan.model.train()
        self._first_pending = self.step
        batches, team = plan.shuffled(self.order)[self.position : updates], plan.team
        plan.watch.begin(self.epoch + 1, tuple(map(team.counted, batches)), goes_on=self.position > 0)
        picks = self._timed(plan.train.picks(map(team.part, batches)))
        for batch, picked in zip(batches, picks, strict=True):
            team.begin(self.step, len(batch), plan.seed, plan.augmenter.generator)
            rows = team.rows_of(len(batch))
            plan.augmenter.share = Share(*rows, len(batch)) if rows else None
            self._meter.rests = not team.counts()
            diverged = self._step(picked)
            if diverged is None and self._is_full:
                diverged = self.collect()
            if self._chosen:
                yield self._chosen
                self._chosen = None
            yield diverged or Tick.STEP
        yield self.collect() or Tick.TRAINED

    @property
    def _is_full(self) -> bool:
        return self._stepper.is_full if self._stepper else self._meter.is_full

    def _timed(self, batches: Iterator[Tensors]) -> Iterator[Tensors]:
        """The same batches; how long they keep the training waiting is added up in `waited`."""
        while True:
            start = time.perf_counter()
            batch = next(batches, None)
            self.waited += time.perf_counter() - start
            if batch is None:
                return
            yield batch

    def _step(self, picked: Tensors) -> Diverged | None:
        try:
            with self.monitor.watching(self.step, self.time):
                self._take(picked)
        except FloatingPointError:
            return Diverged(self.epoch + 1, self.step + 1, self._loss.item())
        self.position += 1
        self.step += 1
        return None

    def _take(self, picked: Tensors) -> None:
        if self.plan.rate_moves:
            self.plan.set_learning_rate(self.step)
        if self._stepper is None:
            self._meter.add(*self._work(picked))
            return
        # Hooks run in plain steps alone, and what is not compiled yet is not captured.
        plainly = self.monitor.is_due(self.step) or (self._compiling is not None and self._compiling.is_trying)
        self._chosen = self._stepper.step(picked, watched=plainly) or self._chosen
        if self._chosen and self._chosen.way == CAPTURED:
            self.monitor.look_less_often(self._chosen.plain / self._chosen.captured)

    def _work(self, picked: Tensors) -> tuple[list[Tensor], Tensors, Tensors]:
        """A whole step from what was picked; gives the losses, the outputs and the targets."""
        if self._compiling is None:
            return self._worked_out(picked, self.plan.stepped)
        compiling = self._compiling

        def work() -> tuple[list[Tensor], Tensors, Tensors]:
            # A step that cannot be compiled is taken again, and a step may change what was fetched.
            rows = tuple(values.clone() for values in picked) if compiling.is_trying else picked
            return self._worked_out(rows, compiling.network)

        found, chosen = compiling.step(len(picked[0]), work, watched=self.monitor.is_due(self.step))
        self._chosen = chosen or self._chosen
        return found

    def _worked_out(self, picked: Tensors, network: nn.Module) -> tuple[list[Tensor], Tensors, Tensors]:
        plan = self.plan
        start = time.perf_counter()
        if plan.settings.accumulates:
            parts = zip(*(plan.team.split(values, plan.batch_size) for values in picked), strict=True)
            batches = [plan.augmenter.change(*plan.train.ready(part)) for part in parts]
            self.waited += time.perf_counter() - start
            pairs = [(inputs, goals) for inputs, _, goals in batches]
            plan.team.add_up_behind(len(pairs))
            weighed = plan.team.weighed(plan.losses, [goals for _, goals in pairs])
            losses, outputs = accumulated_step(network, weighed, self._optimizer, plan.scaler, pairs, self._check)
            losses = [self._loss, *losses[1:]] if plan.team.count > 1 else losses
            return losses, outputs, tuple(map(torch.cat, zip(*(targets for _, targets, _ in batches), strict=True)))
        inputs, targets = plan.train.ready(picked)
        self.waited += time.perf_counter() - start
        inputs, targets, goals = plan.augmenter.change(inputs, targets)
        weighed = plan.team.weighed(plan.losses, [goals])
        losses, outputs = self._take_step(network, weighed, self._optimizer, inputs, goals, self._check)
        if plan.team.count > 1:
            losses = [self._loss, *losses[1:]]
        return losses, outputs, targets

    def _check(self, loss: Tensor) -> None:
        """Keep the optimizer from a step on a loss that is NaN or infinite."""
        self._loss = self.plan.team.mean(loss.detach())
        if self._waits:
            refuse_bad_loss(self._loss)
        else:
            # A finite number less itself is 0. In place: a captured step goes on with the same memory.
            torch.maximum(self._bad, (self._loss - self._loss).ne_(0), out=self._bad)
            self.plan.optimizer.found_inf = self._bad  # type: ignore[attr-defined]  # as torch.amp.GradScaler sets it
        self.monitor.see_gradients()

    def _tell_optimizer(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        """A scaler has told it of infinite gradients instead: before the step it hears of both."""
        optimizer.found_inf = torch.maximum(optimizer.found_inf, self._bad)  # type: ignore[attr-defined]

    def _validate(self, sums: Sums) -> Iterator[Tick]:
        self.plan.averaging.end_epoch(self.epoch)
        with self.plan.averaging.in_place(self.plan.every_input()):
            yield from self._validated(sums)

    def _validated(self, sums: Sums) -> Iterator[Tick]:
        plan = self.plan
        plan.watch.begin_validation(self.epoch + 1)
        return self._measure(plan.validation, sums, Meter(plan.measured, plan.watch.take_validation, plan.read))

    def _measure(self, part: Examples, sums: Sums, meter: Meter) -> Iterator[Tick]:
        """Add up what this process measures of a part, without learning."""
        plan = self.plan
        plan.team.share_buffers(plan.model)
        plan.model.eval()
        batches = plan.in_order(part)
        for inputs, targets in part.batches(batches):
            with as_it_comes(len(targets[0]) != plan.evaluation_batch):
                meter.add(*validation_step(plan.model, plan.losses, inputs, targets), targets)
            if meter.is_full:
                sums.add(meter.drain())
            yield Tick.VALIDATION
        sums.add(meter.drain())
        for _ in range(plan.turns(part) - len(batches)):  # other processes have more
            yield Tick.VALIDATION

    def _epoch_end(self, training: Sums, validation: Sums) -> EpochEnd:
        team = self.plan.team
        self.plan.watch.join(team)
        sums = team.total(training if self.plan.measures_afterwards else self.epoch_sums)
        return EpochEnd(self.epoch + 1, self.step, self.plan.learning_rate, sums, validation)
