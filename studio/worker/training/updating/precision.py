"""How a device works out products: their precision, the layout of planes, and whether results repeat to the bit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from models.training.settings import HALF
from studio.worker.training.loop import in_precision

# torch asks for this with the first matrix product on a graphics card and never again, so that a process which has
# trained something else before could not be told to repeat itself.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def repeat_exactly(wanted: bool, device: torch.device) -> None:
    """Have every operation of this process repeat itself to the bit, or as torch does by itself."""
    if wanted and device.type == "cuda":
        torch.backends.cudnn.benchmark = False
    if wanted != torch.are_deterministic_algorithms_enabled():  # the setting imports torch's compiler, for a second
        torch.use_deterministic_algorithms(wanted)


@contextmanager
def as_it_comes(is_odd: bool) -> Iterator[None]:
    """Within, a graphics card takes kernels for convolutions without trying them all, if the batch ``is_odd``: for the
    size of a last batch, which comes once an epoch, trying takes a second or more."""
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = before and not is_odd
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before


def set_precision(model: nn.Module, precision: str, device: torch.device, *, planes: bool) -> nn.Module:
    """The model on a device, with its products in a precision and its planes in the layout that is fast there.

    ``planes``: whether it has two-dimensional convolutions. The device's own choice is set for the whole process.
    """
    if planes and (device.type == "cpu" or precision in HALF):
        # On a CPU two-dimensional convolutions are up to twice as fast with channels innermost; so are those of half
        # the bits on a graphics card.
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    model = model.to(device)
    if precision in HALF:
        in_precision(model, device.type, getattr(torch, precision))
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high" if precision == "tf32" else "highest")
        torch.backends.cudnn.benchmark = True
    return model
