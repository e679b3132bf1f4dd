"""How steps are taken: one after the other, or as one CUDA graph that holds a whole step.

A small network on a graphics card waits for the processor, which hands over dozens of kernels a step. A graph is handed
over once a step. Nothing is tried on copies: the first steps of a run are plain and timed, then a step is captured
(which runs nothing), and from there on it is replayed as long as that is faster.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from studio.worker.errors import TRAINING_FAILURES
from studio.worker.training.loop import Tensors
from studio.worker.training.metrics import Meter
from studio.worker.training.updating.precision import as_it_comes

PLAIN, CAPTURED, COMPILED, UNCOMPILED = "plain", "captured", "compiled", "uncompiled"
WARM_UP, TIMED = 3, 8
"""Steps that settle lazy parts before any timing, and steps that are timed together."""
MOST_STEPS, MOST_NUMBERS = 4096, 1 << 22
"""Steps and output numbers that a graph keeps before they are read."""

Work = Callable[[Tensors], tuple[list[Tensor], Tensors, Tensors]]
"""A whole step from what `Examples.picks` gives; gives the losses, the outputs and the targets."""


class Chosen(NamedTuple):
    """How steps are taken from now on: seconds of a plain step and of one that was captured or compiled (0: not timed),
    and why not."""

    way: str
    plain: float = 0.0
    captured: float = 0.0
    reason: str = ""

    @property
    def message(self) -> str:
        """The choice as a sentence."""
        if self.way == CAPTURED:
            return f"Each step is replayed as one CUDA graph: {self.plain / self.captured:.1f}× faster."
        if self.way == COMPILED:
            return f"The network is compiled: steps are {self.plain / self.captured:.1f}× faster."
        what = "Steps are not captured as a CUDA graph" if self.way == PLAIN else "The network is not compiled"
        return f"{what}: {self.reason}."


class Graph:
    """One whole step of training as a CUDA graph. What steps give is kept on the device until `hand_over`.

    ``work`` must have run on ``stream`` before. Making it runs nothing; it raises whatever capturing raises.
    """

    def __init__(
        self,
        work: Work,
        picked: Tensors,
        stream: torch.cuda.Stream,
        example: tuple[Tensors, ...],
        generator: torch.Generator,
    ) -> None:
        """``picked`` is what a step begins with, ``example`` the losses, outputs and targets of such a step. What is
        drawn from ``generator`` is new in each replay."""
        self._picked = tuple(values.clone() for values in picked)
        numbers = sum(output.numel() for output in example[1])
        self.capacity = max(1, min(MOST_STEPS, MOST_NUMBERS // max(1, numbers)))
        self.count = 0
        losses, outputs, targets = example
        self._kept = [self._room(value) for value in (torch.stack(losses), *outputs, *targets)]
        self._slot = torch.zeros(1, dtype=torch.long, device=picked[0].device)
        self._outputs, self._size = len(outputs), len(targets[0])
        self._graph = torch.cuda.CUDAGraph()
        self._graph.register_generator_state(generator)
        # Other threads may use the card meanwhile: the one that fetches batches ahead does.
        with torch.cuda.graph(self._graph, stream=stream, capture_error_mode="thread_local"):
            found, outputs, targets = work(self._picked)
            for room, value in zip(self._kept, (torch.stack(found), *outputs, *targets), strict=True):
                room.index_copy_(0, self._slot, value.detach().unsqueeze(0))
            self._slot.add_(1)

    def _room(self, value: Tensor) -> Tensor:
        return torch.empty((self.capacity, *value.shape), dtype=value.dtype, device=value.device)

    def fits(self, picked: Tensors) -> bool:
        """Whether a step is of the shapes that were captured."""
        return all(own.shape == other.shape for own, other in zip(self._picked, picked, strict=True))

    def step(self, picked: Tensors) -> None:
        """Take a step; there must be room for what it gives."""
        for own, other in zip(self._picked, picked, strict=True):
            own.copy_(other, non_blocking=True)
        self._graph.replay()
        self.count += 1

    def hand_over(self, meter: Meter) -> None:
        """Give a meter what the steps since the last time gave."""
        if not self.count:
            return
        losses, *others = (room[: self.count].clone() for room in self._kept)
        flat = [values.flatten(0, 1) for values in others]
        outputs, targets = tuple(flat[: self._outputs]), tuple(flat[self._outputs :])
        meter.add_many(losses, outputs, targets, [self._size] * self.count)
        self._slot.zero_()
        self.count = 0


@cache
def _stream_of(device: torch.device) -> torch.cuda.Stream:
    """The stream beside the present one on which steps are captured: one, since cuBLAS keeps 32 MiB for each."""
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


class Pace:
    """Keeps the processor from running far ahead of a graphics card, so that a stop is heard soon."""

    SHORT, LONG = 0.01, 0.03
    """Seconds that the steps between two looks should take."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self.size = 1
        self._now = now
        self._steps = 0
        self._marks: deque[torch.cuda.Event] = deque()
        self._last = now()

    def keep(self, mark: Callable[[], torch.cuda.Event]) -> None:
        """A step was handed over; waits while two groups of steps before it are not done. ``mark`` records an event."""
        self._steps += 1
        if self._steps < self.size:
            return
        self._steps = 0
        self._marks.append(mark())
        if len(self._marks) > 2:
            self._marks.popleft().synchronize()
        now = self._now()
        self.adapt(now - self._last)
        self._last = now

    def adapt(self, seconds: float) -> None:
        """Groups become larger where one took little time, smaller where it took much."""
        if seconds < self.SHORT:
            self.size = min(1024, self.size * 2)
        elif seconds > self.LONG:
            self.size = max(1, self.size // 2)


class Stepper:
    """Takes the steps of one training on one graphics card in the faster way, once that is known.

    ``meter`` gets what plain steps give at once, and what captured ones give with `collect`.
    """

    def __init__(
        self,
        work: Work,
        meter: Meter,
        device: torch.device,
        *,
        may_capture: bool,
        generator: torch.Generator,
    ) -> None:
        self._work, self._meter, self._device, self._generator = work, meter, device, generator
        self._stream = _stream_of(device)
        self._tries = may_capture
        self._graph: Graph | None = None
        self._pace = Pace()
        self._taken = 0
        self._began = 0.0
        self._plain = 0.0
        self._size = 0

    def step(self, picked: Tensors, *, watched: bool = False) -> Chosen | None:
        """Take a step, plainly if it is ``watched``; tells when it has become clear how steps are taken from now on."""
        is_odd = self._is_odd(picked)
        if watched or is_odd:
            with as_it_comes(is_odd):
                self._take(picked)
            chosen = None
        elif self._graph:
            chosen = self._replay(picked)
        elif self._tries:
            chosen = self._try(picked)
        else:
            self._take(picked)
            chosen = None
        self._pace.keep(self._mark)
        return chosen

    @property
    def is_full(self) -> bool:
        """Whether there is no room for what another step gives."""
        return self._meter.is_full or (self._graph is not None and self._graph.count >= self._graph.capacity)

    def collect(self) -> None:
        """Give the meter what it has not got yet."""
        if self._graph:
            self._graph.hand_over(self._meter)

    def _is_odd(self, picked: Tensors) -> bool:
        """Whether this is another size of batch than the first was, as the last one of an epoch often is."""
        self._size = self._size or len(picked[0])
        return len(picked[0]) != self._size

    def _take(self, picked: Tensors) -> tuple[list[Tensor], Tensors, Tensors]:
        # The meter keeps the order of steps: what a graph still holds comes before this one.
        self.collect()
        found = self._work(picked)
        self._meter.add(*found)
        return found

    def _beside(self, picked: Tensors) -> tuple[list[Tensor], Tensors, Tensors]:
        """A plain step on the stream that captures, as capturing asks for."""
        present = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(present)
        with torch.cuda.stream(self._stream):
            found = self._take(picked)
        present.wait_stream(self._stream)
        return found

    def _try(self, picked: Tensors) -> Chosen | None:
        if self._taken == WARM_UP:
            self._began = self._seconds()
        found = self._beside(picked)
        self._taken += 1
        if self._taken < WARM_UP + TIMED:
            return None
        self._plain = (self._seconds() - self._began) / TIMED
        self._tries = False
        self._taken = 0
        losses, outputs, targets = found
        example = tuple(loss.detach() for loss in losses), tuple(output.detach() for output in outputs), targets
        del found, losses, outputs
        try:
            self._graph = Graph(self._work, picked, self._stream, example, self._generator)
        except TRAINING_FAILURES as error:
            torch.cuda.synchronize(self._device)
            torch.cuda.empty_cache()
            return Chosen(PLAIN, self._plain, reason=" ".join(str(error).split())[:200])
        return None

    def _replay(self, picked: Tensors) -> Chosen | None:
        graph = self._graph
        assert graph is not None, "there is a graph"
        if self._taken == WARM_UP:
            self._began = self._seconds()
        graph.step(picked)
        self._taken += 1
        if self._taken != WARM_UP + TIMED:
            return None
        captured = (self._seconds() - self._began) / TIMED
        if captured <= self._plain:
            return Chosen(CAPTURED, self._plain, captured)
        self.collect()
        self._graph = None
        return Chosen(PLAIN, self._plain, captured, "plain ones are as fast")

    def _mark(self) -> torch.cuda.Event:
        """An event behind all work that was handed over; waiting for it leaves the processor to others."""
        event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        event.record(torch.cuda.current_stream(self._device))
        return event

    def _seconds(self) -> float:
        """The time when all work that was handed over is done."""
        torch.cuda.synchronize(self._device)
        return time.perf_counter()
