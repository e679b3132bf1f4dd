"""Looks at every layer during some steps: its gradient, its weights and how far they move, and what it gives.

A step that is looked at is the same step, to the bit: hooks and copies only read. Everything is worked out where it
lies and comes over from the device in one piece a sample, when `Monitor.drain` asks for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.linalg import vector_norm

from models.network import Network, reading_order
from studio.runs.health.record import MEASURES
from studio.worker.errors import is_out_of_memory

SAMPLES_AN_EPOCH = 4
FEWEST_STEPS = 80
"""Between two samples, of which each costs up to one and a half steps of a network that is all overhead."""
LOOK_COSTS, SHARE_OF_TIME = 2.5, 0.02
"""What a step that is looked at takes, in plain steps, and the share of a run's time that looking may take."""
THINS_AFTER = 512
"""Samples after which they come half as often, and so on whenever their number would double: a run of a million steps
has some thousands of them."""
MOST_NUMBERS = 1 << 16
"""Numbers of what a layer gives that are looked at: more of a batch tell little more."""

_NONE: AbstractContextManager[None] = nullcontext()
NAN = float("nan")
END = 0.01
"""Share of the way between its ends within which a value counts as at an end. A sigmoid's slope is there at most
0.0099, 4 % of its steepest, and so is that of tanh, which is the same curve stretched."""


class Watched(NamedTuple):
    """A layer to look at: the name and module that generated code gives it, the ends of its function (`Layer.ends`)
    and whether it rectifies (`Layer.rectifies`)."""

    name: str
    module: nn.Module
    ends: tuple[float, float] | None = None
    rectifies: bool = False


class Sample(NamedTuple):
    """All of `MEASURES` for layer after layer, in the step that followed ``step`` others, at ``epoch`` (from 0)."""

    step: int
    epoch: float
    values: list[float]
    gradient: float
    """The norm of the gradient of all weights together."""
    update: float
    """How far all weights together moved, as a share of their norm."""


def watched(network: Network, model: nn.Module) -> list[Watched]:
    """The layers of a network that change what they are given, each module once."""
    found: dict[str, Watched] = {}
    for id in reading_order(network):
        layer, name = network[id].layer, network[id].attribute
        module = getattr(model, name, None)
        if layer is None or not isinstance(module, nn.Module):
            continue
        if layer.is_module and not (layer.keeps_values or layer.flattens or layer.reorders):
            found.setdefault(name, Watched(name, module, layer.ends, layer.rectifies))
    return list(found.values())


class Monitor:
    """Looks at ``layers`` a few times in each epoch of ``batches`` steps; without layers never."""

    def __init__(self, layers: Sequence[Watched], batches: int) -> None:
        self.layers = layers
        self.names = tuple(layer.name for layer in layers)
        self.every = max(FEWEST_STEPS, -(-batches // SAMPLES_AN_EPOCH))
        self._parameters = [weight for layer in layers for weight in layer.module.parameters()]
        self._counts = [sum(1 for _ in layer.module.parameters()) for layer in layers]
        self._under_way: _Look | None = None
        self._taken: list[_Taken] = []

    def is_due(self, step: int) -> bool:
        """Whether the step that follows ``step`` others is one to look at: the same in every run of these settings."""
        if not self.layers or step % self.every:
            return False
        place = step // self.every
        return place % (1 << max(0, (place // THINS_AFTER).bit_length())) == 0

    def look_less_often(self, faster: float) -> None:
        """Steps became so much faster, but not those that are looked at: fewer of them keep their share of the time."""
        self.every = max(self.every, math.ceil(LOOK_COSTS * faster / SHARE_OF_TIME))

    def watching(self, step: int, epoch: float) -> AbstractContextManager[None]:
        """Within, one step is taken, and looked at if it is due. Of a step that raises an error nothing is noted."""
        return self._watching(step, epoch) if self.is_due(step) else _NONE

    def see_gradients(self) -> None:
        """The gradients are there and the step is not taken yet; does nothing in other steps."""
        if self._under_way:
            self._under_way.see_gradients()

    def drain(self) -> list[Sample]:
        """The samples since the last call, brought over from the device."""
        samples = [self._sample(taken) for taken in self._taken]
        self._taken = []
        return samples

    @contextmanager
    def _watching(self, step: int, epoch: float) -> Iterator[None]:
        look = self._under_way = self._look()
        if look is None:
            yield
            return
        try:
            yield
            self._taken.append(look.result(step, epoch))
        finally:
            look.end()
            self._under_way = None

    def _look(self) -> _Look | None:
        """None where memory does not suffice: the run goes on without a look at this step."""
        try:
            return _Look(self.layers, self._parameters)
        except (MemoryError, RuntimeError) as error:
            if is_out_of_memory(error):
                return None
            raise

    def _sample(self, taken: _Taken) -> Sample:
        """Norms of all weights come first, of gradients, weights and changes; then what layers gave."""
        numbers, count = taken.numbers.tolist(), len(self._parameters)
        kinds = [numbers[count * place : count * (place + 1)] for place in range(3)]
        sums = iter(numbers[3 * count :])
        values: list[float] = []
        start = 0
        for weights, seen in zip(self._counts, taken.given, strict=True):
            values += [_norm(norms[start : start + weights]) for norms in kinds]
            values += _mean([given.measures(sums) for given in seen])
            start += weights
        gradient, weight, update = map(_norm, kinds)
        return Sample(taken.step, taken.epoch, values, gradient, update / weight if weight else NAN)


class _Taken(NamedTuple):
    """A sample whose numbers are still on the device."""

    step: int
    epoch: float
    numbers: Tensor
    given: list[list[_Given]]


class _Look:
    """One step that is looked at."""

    def __init__(self, layers: Sequence[Watched], parameters: list[nn.Parameter]) -> None:
        self._parameters = parameters
        # Before there are hooks: a hook that stays behind holds its module, and that the hook.
        with torch.no_grad():
            self._before = [weight.clone() for weight in parameters]
        self._given: list[list[_Given]] = [[] for _ in layers]
        self._handles = [
            layer.module.register_forward_hook(_hook(layer, seen))
            for layer, seen in zip(layers, self._given, strict=True)
        ]
        self._norms: list[Tensor] = []

    def end(self) -> None:
        """Leave the network as it was."""
        for handle in self._handles:
            handle.remove()

    @torch.no_grad()
    def see_gradients(self) -> None:
        """Note how large they are before anything else is done with them."""
        gradients = [_gradient(weight) for weight in self._parameters]
        self._norms = [*torch._foreach_norm(gradients)] if gradients else []

    @torch.no_grad()
    def result(self, step: int, epoch: float) -> _Taken:
        """Everything that was seen, in one tensor."""
        if not self._norms:
            self.see_gradients()
        if self._parameters:
            self._norms += torch._foreach_norm(self._before)
            torch._foreach_sub_(self._before, self._parameters)  # type: ignore[arg-type]
            self._norms += torch._foreach_norm(self._before)
        sums = [sum for seen in self._given for given in seen for sum in given.sums()]
        parts = [part.float() for part in (*self._norms, *sums)]
        return _Taken(step, epoch, torch.stack(parts) if parts else torch.zeros(0), self._given)


class _Given(NamedTuple):
    """What a layer gave to a batch, in sums that stay on the device; those that it has not are None."""

    numbers: int
    mean: Tensor
    deviation: Tensor
    """The norm of what is left without the mean."""
    lit: Tensor
    """How many numbers are not 0."""
    flat: Tensor | None
    """How many lie at an end."""
    silent: list[tuple[int, Tensor]]
    """How many units there are, and how many gave something, for each reading of what a unit is."""

    def sums(self) -> list[Tensor]:
        """What is to be brought over."""
        flat = [] if self.flat is None else [self.flat]
        return [self.mean, self.deviation, self.lit, *flat, *(lit for _, lit in self.silent)]

    def measures(self, sums: Iterator[float]) -> list[float]:
        """Mean, standard deviation and shares, of what `sums` came to."""
        mean, deviation, lit = next(sums), next(sums), next(sums)
        flat = NAN if self.flat is None else next(sums) / self.numbers
        silent = max((1 - next(sums) / units for units, _ in self.silent), default=NAN)
        return [mean, deviation / self.numbers**0.5, 1 - lit / self.numbers, flat, silent]


def _hook(layer: Watched, seen: list[_Given]) -> Any:
    """Notes what a module gives, before a later layer changes it in place; of several outputs the first."""

    @torch.no_grad()
    def note(_module: nn.Module, _inputs: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple) else output
        if isinstance(first, Tensor) and first.is_floating_point() and first.numel():
            seen.append(_given(first.detach(), layer.ends, layer.rectifies))

    return note


def _given(output: Tensor, ends: tuple[float, float] | None, rectifies: bool) -> _Given:
    """Few and quick operations: a small network's step has few of them, too."""
    part = output[: max(1, MOST_NUMBERS * len(output) // output.numel())].float()
    mean = part.mean()
    flat = None
    if ends is not None:
        low, high = ends
        beyond = nn.functional.hardshrink(part - (low + high) / 2, (0.5 - END) * (high - low))
        flat = vector_norm(beyond, 0)
    silent = _units(part) if rectifies and part.dim() > 1 else []
    return _Given(part.numel(), mean, vector_norm(part - mean), vector_norm(part, 0), flat, silent)


def _units(part: Tensor) -> list[tuple[int, Tensor]]:
    """How many units there are and how many of them gave more than 0 to some example. A unit is a channel or a
    feature; of sequences only the layer before knows which, and both are looked at."""
    units = (1, 2) if part.dim() == 3 else (1,)
    largest = [part.amax([dim for dim in range(part.dim()) if dim != unit]) for unit in units]
    return [(found.numel(), vector_norm(found, 0)) for found in largest]


def _norm(norms: Sequence[float]) -> float:
    """The norm of tensors together, NaN for none of them."""
    return sum(norm * norm for norm in norms) ** 0.5 if norms else NAN


def _mean(rows: list[list[float]]) -> list[float]:
    """What a module that is called more than once gives, on average; NaN where it was not called."""
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)] if rows else [NAN] * (len(MEASURES) - 3)


def _gradient(weight: Tensor) -> Tensor:
    """What has the norm of a weight's gradient and is dense: 0 where it had no part in the loss."""
    gradient = weight.grad
    if gradient is None:
        return weight.new_zeros(1)
    return gradient.coalesce().values() if gradient.is_sparse else gradient
