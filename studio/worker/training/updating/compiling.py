"""Whether steps of a compiled network are faster than those of the plain one: both are timed, and the faster stays.

Nothing is tried on copies: the first steps of a run are plain and timed, then as many are taken by kernels that
`torch.compile` has written for the network. Its weights are the same ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar, cast

import torch
from torch import nn

from studio.worker.errors import TRAINING_FAILURES
from studio.worker.training.stepping import COMPILED, TIMED, UNCOMPILED, WARM_UP, Chosen

R = TypeVar("R")


def _compile(network: nn.Module) -> nn.Module:
    return cast(nn.Module, torch.compile(network))


class Compiling:
    """Takes the steps of one training with the plain network or with a compiled one, once it is known which is faster.

    ``compiler`` is `torch.compile`, or what stands for it; ``now`` tells the time when all work is done.
    """

    def __init__(
        self,
        plain: nn.Module,
        device: torch.device,
        compiler: Callable[[nn.Module], nn.Module] = _compile,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._plain, self._compiler = plain, compiler
        self._now = now or (lambda: _seconds(device))
        self._compiled: nn.Module | None = None
        self._taken = self._size = 0
        self._began = self._seconds = 0.0
        self.network = plain
        """What the step under way is taken with."""
        self.is_trying = True
        """Whether it is not yet known which is faster."""

    def step(self, size: int, work: Callable[[], R], *, watched: bool = False) -> tuple[R, Chosen | None]:
        """Take a step on so many examples by ``work``, which uses `network`; tells when the choice is made.

        It is plain if it is ``watched``, or of another size than the first, for which all would be compiled anew.
        """
        self._size = self._size or size
        if watched or size != self._size:
            return self._taken_with(self._plain, work), None
        if not self.is_trying:
            return self._taken_with(self._compiled or self._plain, work), None
        if self._taken == WARM_UP:
            self._began = self._now()
        try:
            found = self._taken_with(self._compiled or self._plain, work)
        except TRAINING_FAILURES as error:
            if self._compiled is None or isinstance(error, FloatingPointError):
                raise
            # It fails before the weights move: while the network is read, or where its kernels are made.
            return self._taken_with(self._plain, work), self._decided(UNCOMPILED, 0.0, _reason(error))
        self._taken += 1
        return found, self._compared() if self._taken == WARM_UP + TIMED else None

    def _taken_with(self, network: nn.Module, work: Callable[[], R]) -> R:
        self.network = network
        return work()

    def _compared(self) -> Chosen | None:
        """So many steps were timed: compile now, or decide."""
        seconds = (self._now() - self._began) / TIMED
        if self._compiled is None:
            self._seconds, self._taken = seconds, 0
            try:
                self._compiled = self._compiler(self._plain)
            except TRAINING_FAILURES as error:
                return self._decided(UNCOMPILED, 0.0, _reason(error))
            return None
        if seconds < self._seconds:
            return self._decided(COMPILED, seconds)
        return self._decided(UNCOMPILED, seconds, "plain steps are as fast")

    def _decided(self, way: str, seconds: float, reason: str = "") -> Chosen:
        self.is_trying = False
        if way == UNCOMPILED:
            self._compiled = None
        return Chosen(way, self._seconds, seconds, reason)


def _seconds(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def _reason(error: Exception) -> str:
    """What went wrong, in the first line of what torch says, which may be pages."""
    lines = [" ".join(line.split()) for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:200].rstrip(".")
