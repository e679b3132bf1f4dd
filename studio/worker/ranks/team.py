"""What processes that train together agree on: gradients, losses, sums and what comes next.

Each takes its part of every batch (`Team.part`) and works out the gradients of it; DistributedDataParallel adds them up
while they are worked out, each part by its share of the batch, so that all take the very same step. Process 0 alone
listens, records and saves. Between two events of a training the others wait for a word of it (`Team.ask`,
`Team.listen`); they keep nothing that a checkpoint would have to hold.

`Team` is a process by itself, for which all this is nothing; `Ranks` are several.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch._C._distributed_c10d import GradBucket
from torch.nn.parallel import DistributedDataParallel

from models.analysis.steps import last_batch_of_one_fails, leaves_weights_out
from models.document import Document
from models.training.settings import TrainingSettings
from studio.worker.ranks.place import ALONE, Place
from studio.worker.training.loop import Tensors, counted
from studio.worker.training.metrics import Sums

Losses = list[tuple[nn.Module, float]]
MIXED = 0x9E3779B97F4A7C15
"""2⁶⁴ over the golden ratio (Knuth's multiplicative hashing): neighboring numbers give seeds far apart."""


class Word(IntEnum):
    """What process 0 asks of the others between two events."""

    GO_ON = 0
    RECENT = 1
    """Add up what was measured since the last time."""
    WHOLE = 2
    """Add up the epoch so far, for a checkpoint."""
    END = 3


class Team:
    """One process by itself; see `Ranks` for several."""

    def __init__(self, place: Place = ALONE) -> None:
        self.place = place

    @property
    def leads(self) -> bool:
        """Whether this process records and saves."""
        return self.place.rank == 0

    @property
    def count(self) -> int:
        """How many processes there are."""
        return self.place.count

    def wrapped(self, model: nn.Module) -> nn.Module:
        """The network to take steps with: its gradients are those of the whole batch."""
        return model

    def part(self, rows: Tensor) -> Tensor:
        """The rows of a batch that this process takes."""
        return rows

    def counted(self, rows: Tensor) -> Tensor:
        """The rows of a batch whose losses and metrics this process counts."""
        return rows

    def block(self, count: int) -> tuple[int, int]:
        """First and last (exclusive) of so many validation examples that this process takes."""
        return 0, count

    def begin(self, step: int, size: int, seed: int, augmenting: torch.Generator | None = None) -> None:
        """A step on a batch of this whole size follows, augmented by what that generator draws."""

    def rows_of(self, size: int) -> tuple[int, int] | None:
        """First and last (exclusive) of the rows that this process has of a batch of such a size, where it has only
        some, in one piece."""
        return None

    def split(self, values: Tensor, size: int) -> Tensors:
        """The rows of this process in an update, as batches that are gone through one after another."""
        return tuple(torch.split(values, size))

    def add_up_behind(self, passes: int) -> None:
        """The next step has so many backward passes; gradients of all processes are added up in the last of them."""

    def counts(self) -> bool:
        """Whether the losses and metrics of the present step are counted here."""
        return True

    def weighed(self, losses: Losses, parts: Sequence[Tensors]) -> Losses:
        """The losses for a step on these parts of its targets, weighed so that means are those of the whole batch."""
        return losses

    def mean(self, loss: Tensor) -> Tensor:
        """The loss over the whole batch."""
        return loss

    def total(self, sums: Sums) -> Sums:
        """The sums of all processes."""
        return sums

    def stacked(self, values: Tensor) -> Tensor:
        """What all processes have in a row of numbers, one behind the other, in the order of the processes."""
        return values

    def merged(self, values: Tensor) -> Tensor:
        """Numbers of which each is known (neither NaN nor False) to one process at most, as all of them know them."""
        return values

    def share_buffers(self, model: nn.Module) -> None:
        """Give all processes the running statistics of process 0."""

    def ask(self, word: Word) -> None:
        """Have the others do something; only process 0 has a say."""


class _Parallel(DistributedDataParallel):
    """Adds up gradients in the last of so many passes."""

    passes = 1

    def forward(self, *inputs: Any) -> Any:
        self.passes -= 1
        self.require_backward_grad_sync = self.passes <= 0
        return super().forward(*inputs)  # type: ignore[no-untyped-call]


class Ranks(Team):
    """One of several processes, connected by torch's process group; each call is made by all of them alike.

    Raises `RuntimeError` (of torch) where another process is gone.
    """

    def __init__(self, place: Place, device: torch.device, document: Document) -> None:
        super().__init__(place)
        static = TrainingSettings.read(document.training)[0].accumulate == 1
        self.device = device
        self.fewest = 2 if last_batch_of_one_fails(document.network, document.analysis) else 1
        """How many examples a part must have: a batch normalization may not be able to take one."""
        self.share = 1.0
        self.static = static
        """Whether each step has one backward pass."""
        self._leaves_out = leaves_weights_out(document.network, document.analysis)
        self._size = 0
        self._wrapped: _Parallel | None = None

    def wrapped(self, model: nn.Module) -> nn.Module:
        devices = [self.device] if self.device.type == "cuda" else None
        # The same layers take part in each step: static, which also allows for some that never do. With several
        # backward passes a step torch fails so (pytorch/pytorch#187732), and has to look for these layers.
        wrapped = _Parallel(
            model,
            device_ids=devices,
            find_unused_parameters=not self.static and self._leaves_out,
            static_graph=self.static,
        )
        # Batch normalization keeps its own statistics between meetings. By this name torch from 2.6 on knows it.
        wrapped.broadcast_buffers = False
        # Without annotations, which torch compares as objects.
        wrapped.register_comm_hook(self, lambda team, bucket: _by_share(team, bucket))
        self._wrapped = wrapped
        return wrapped

    def split(self, values: Tensor, size: int) -> Tensors:
        if self.static:
            return (values,)
        # Alike in size: none may be left that a batch normalization cannot take.
        most = -(-len(values) // -(-size // self.count))
        return tuple(torch.tensor_split(values, max(1, min(most, len(values) // self.fewest))))

    def add_up_behind(self, passes: int) -> None:
        if self._wrapped is not None:
            self._wrapped.passes = passes

    def _takes_whole(self, size: int) -> bool:
        """Whether a batch is so small that everybody takes all of it."""
        return size < self.count * self.fewest

    def part(self, rows: Tensor) -> Tensor:
        if self._takes_whole(len(rows)):
            return rows
        first, last = _between(len(rows), self.place.rank, self.count)
        return rows[first:last]

    def counted(self, rows: Tensor) -> Tensor:
        return self.part(rows) if self.leads or not self._takes_whole(len(rows)) else rows[:0]

    def block(self, count: int) -> tuple[int, int]:
        # Nobody has more batches of it than process 0.
        each = -(-count // self.count)
        return min(count, self.place.rank * each), min(count, (self.place.rank + 1) * each)

    def begin(self, step: int, size: int, seed: int, augmenting: torch.Generator | None = None) -> None:
        self._size = size
        first, last = _between(size, self.place.rank, self.count)
        self.share = 1 / self.count if self._takes_whole(size) else (last - first) / size
        if not self.leads:
            # Dropout differs from part to part, and follows from the step, so that no checkpoint has to hold it.
            own = (seed * self.count + self.place.rank + step * MIXED) % (1 << 63)
            torch.manual_seed(own)
            if augmenting is not None and not self.static:  # else all draw the same
                augmenting.manual_seed(own)

    def rows_of(self, size: int) -> tuple[int, int] | None:
        if not self.static:
            return None
        return (0, size) if self._takes_whole(size) else _between(size, self.place.rank, self.count)

    def counts(self) -> bool:
        return self.leads or not self._takes_whole(self._size)

    def weighed(self, losses: Losses, parts: Sequence[Tensors]) -> Losses:
        if all(getattr(function, "weight", None) is None for function, _ in losses):
            return losses  # examples count alike, as the shares have it
        found = zip(*(counted(losses, targets) for targets in parts), strict=True)
        counts = torch.tensor([float(sum(own)) for own in found], device=self.device)
        whole = counts.clone()
        dist.all_reduce(whole)
        factors = (counts / whole / self.share).tolist()
        return [(function, weight * factor) for (function, weight), factor in zip(losses, factors, strict=True)]

    def mean(self, loss: Tensor) -> Tensor:
        part = loss.detach() * self.share
        dist.all_reduce(part)
        return part

    def total(self, sums: Sums) -> Sums:
        return sum_of([Sums.from_json(json.loads(text)) for text in self.texts(json.dumps(sums.to_json()))])

    def texts(self, own: str) -> list[str]:
        """A text of each process."""
        content = torch.frombuffer(bytearray(own.encode()), dtype=torch.uint8)
        return [bytes(part.tolist()).decode() for part in self._gathered(content)]

    def stacked(self, values: Tensor) -> Tensor:
        # As bytes, since gloo does not know all types of numbers.
        content = values.cpu().contiguous().view(torch.uint8)
        return torch.cat([part.view(values.dtype).to(values.device) for part in self._gathered(content)])

    def _gathered(self, values: Tensor) -> list[Tensor]:
        """The tensor of each process; they differ in how many rows they have. In the computer's memory."""
        sizes = [torch.zeros(1, dtype=torch.long) for _ in range(self.count)]
        dist.all_gather(sizes, torch.tensor([len(values)]))
        most = max(int(size) for size in sizes)
        padded = values.new_zeros((most, *values.shape[1:]))
        padded[: len(values)] = values
        rooms = [torch.empty_like(padded) for _ in sizes]
        dist.all_gather(rooms, padded)
        return [room[: int(size)] for room, size in zip(rooms, sizes, strict=True)]

    def merged(self, values: Tensor) -> Tensor:
        known = ~values.isnan() if values.is_floating_point() else values
        numbers = torch.where(known, values, torch.zeros_like(values)).float()
        seen = known.float()
        dist.all_reduce(numbers)
        dist.all_reduce(seen)
        if values.is_floating_point():
            numbers = torch.where(seen > 0, numbers, torch.nan)
        return numbers.to(values.dtype)

    def share_buffers(self, model: nn.Module) -> None:
        for buffer in model.buffers():
            dist.broadcast(buffer, 0)

    def ask(self, word: Word) -> None:
        if self.leads:
            dist.broadcast(torch.tensor([int(word)]), 0)

    def listen(self) -> Word:
        """The next word of process 0."""
        word = torch.zeros(1, dtype=torch.long)
        dist.broadcast(word, 0)
        return Word(int(word))


def sum_of(parts: list[Sums]) -> Sums:
    """Sums over all batches of several processes."""
    total = Sums()
    for part in parts:
        total.join(part)
    return total


def _between(count: int, rank: int, processes: int) -> tuple[int, int]:
    """First and last (exclusive) of a part; parts differ by one example at most."""
    return rank * count // processes, (rank + 1) * count // processes


def _by_share(team: Ranks, bucket: GradBucket) -> Any:
    """Adds up the gradients of all parts of a batch, each the mean over its part, by their shares of the batch."""
    future = dist.all_reduce(bucket.buffer().mul_(team.share), async_op=True).get_future()
    return future.then(lambda done: done.value()[0])
