"""Data as tensors: one part of a data set, kept where training can reach it fastest, cut into normalized batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.losses import Loss

T = TypeVar("T")
R = TypeVar("R")

Array = NDArray[Any]
Pair = tuple[Tensor, Tensor]
SHARE_FOR_DATA = 0.5
"""Share of a graphics card's free memory that data may take; larger data stays in the computer's memory."""


class Examples:
    """Inputs and targets of one part. Bytes stay bytes: a batch is indexed, then turned into normalized floats.

    ``scale`` is mean and standard deviation, or None for no normalization; ``tokens`` keeps inputs whole numbers.
    ``moves`` tells that the data lies in another memory than the device's, and each batch is fetched from there.
    """

    def __init__(
        self,
        inputs: Tensor,
        targets: Tensor,
        device: torch.device,
        *,
        scale: tuple[Tensor, Tensor] | None = None,
        tokens: bool = False,
    ) -> None:
        self.inputs, self.targets = inputs, targets
        self.scale, self.tokens = scale, tokens
        self.device = device
        self.moves = inputs.device != device
        self._stream: torch.cuda.Stream | None = None
        if self.moves and device.type == "cuda":
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    def __len__(self) -> int:
        return len(self.inputs)

    def batches(self, order: Iterable[Tensor]) -> Iterator[Pair]:
        """The examples at each of some indices (tensors beside the data), as the network and the loss take them.

        What has to be fetched comes one batch ahead, while the step before goes on.
        """
        if not self.moves:
            for indices in order:
                yield self._ready(self.inputs.index_select(0, indices), self.targets.index_select(0, indices))
            return
        for inputs, targets, arrival in one_ahead(self._fetch, order):
            if arrival is not None:
                present = torch.cuda.current_stream(self.device)
                present.wait_event(arrival)
                # Their memory belongs to the other stream, which must not use it again before this one is done.
                inputs.record_stream(present)
                targets.record_stream(present)
            yield self._ready(inputs, targets)

    def _fetch(self, indices: Tensor) -> tuple[Tensor, Tensor, torch.cuda.Event | None]:
        """Those examples on the device, and what tells that they have arrived there."""
        inputs, targets = self._gathered(self.inputs, indices), self._gathered(self.targets, indices)
        if self._stream is None:
            return inputs.to(self.device), targets.to(self.device), None
        with torch.cuda.stream(self._stream):
            moved = inputs.to(self.device, non_blocking=True), targets.to(self.device, non_blocking=True)
            return *moved, self._stream.record_event()

    def _gathered(self, source: Tensor, indices: Tensor) -> Tensor:
        # Only from pinned memory does a copy run beside the computation.
        shape = (len(indices), *source.shape[1:])
        gathered = torch.empty(shape, dtype=source.dtype, pin_memory=self._stream is not None)
        return torch.index_select(source, 0, indices, out=gathered)

    def _ready(self, inputs: Tensor, targets: Tensor) -> Pair:
        if self.tokens:
            return inputs.long(), targets
        inputs = inputs.float()
        if self.scale is not None:
            mean, std = self.scale
            # In place: the selection or the conversion has made a new tensor.
            inputs.sub_(mean).div_(std)
        return inputs, targets


def one_ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results of `work` in order, each done on another thread while whoever asks is busy with the one before."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        present: Future[R] | None = None
        for item in items:
            following = pool.submit(work, item)
            if present is not None:
                yield present.result()
            present = following
        if present is not None:
            yield present.result()


def prepare_targets(targets: Array, loss: Loss, classes: int | None) -> Tensor:
    """Targets as the loss takes them: class numbers, switches or numbers, one column where there is one an example."""
    tensor = torch.from_numpy(np.ascontiguousarray(targets))
    if loss.targets == "classes":
        return tensor.long()
    if loss.targets == "binary" and classes and classes > 2 and tensor.dim() == 1:
        return torch.nn.functional.one_hot(tensor.long(), classes).float()
    return (tensor.unsqueeze(1) if tensor.dim() == 1 else tensor).float()


def home_for(size: int, device: torch.device) -> torch.device:
    """Where ``size`` bytes of data live: on the device if they fit there well, else in the computer's memory."""
    if device.type != "cuda":
        return device
    free, _ = torch.cuda.mem_get_info(device)
    return device if size < SHARE_FOR_DATA * free else torch.device("cpu")
