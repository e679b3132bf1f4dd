"""What autograd keeps of a forward pass, counted by torch's own hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch.autograd.graph import saved_tensors_hooks


def kept_by_torch(run: Callable[[], Iterable[torch.Tensor]], own: Iterable[torch.Tensor]) -> int:
    """Bytes of the different memories that a forward pass saves, but for those of weights."""
    saved: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        memory = tensor.untyped_storage()
        saved[memory._cdata] = memory.nbytes()
        return tensor

    with saved_tensors_hooks(note, lambda tensor: tensor):
        _results = list(run())
    for tensor in own:
        saved.pop(tensor.untyped_storage()._cdata, None)
    return sum(saved.values())
