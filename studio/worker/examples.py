"""Data as tensors: one part of a data set, kept where training can reach it fastest, cut into normalized batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.losses import Loss

Array = NDArray[Any]
SHARE_FOR_DATA = 0.5
"""Share of a graphics card's free memory that data may take; larger data stays in the computer's memory."""


class Examples:
    """Inputs and targets of one part. Bytes stay bytes: a batch is indexed, then turned into normalized floats.

    ``scale`` is mean and standard deviation, or None for no normalization; ``tokens`` keeps inputs whole numbers.
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
        self._moves = inputs.device != device

    def __len__(self) -> int:
        return len(self.inputs)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """The examples at ``indices`` (a tensor beside the data), as the network and the loss take them."""
        inputs, targets = self.inputs.index_select(0, indices), self.targets.index_select(0, indices)
        if self._moves:
            inputs, targets = inputs.to(self.device, non_blocking=True), targets.to(self.device, non_blocking=True)
        if self.tokens:
            return inputs.long(), targets
        inputs = inputs.float()
        if self.scale is not None:
            mean, std = self.scale
            # In place: the selection or the conversion has made a new tensor.
            inputs.sub_(mean).div_(std)
        return inputs, targets


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
