"""A network as TorchScript, by tracing it once."""

from __future__ import annotations

import io
import warnings
from typing import Any

import torch
from torch import nn

from studio.worker.exporting.subject import Held, compared, same_words
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import Tensors


def traced(network: nn.Module, inputs: Tensors) -> bytes:
    """The content of a file that `torch.jit.load` opens; raises `ProbeError` where a network cannot be traced."""
    content = io.BytesIO()
    try:
        with warnings.catch_warnings(action="ignore"), torch.inference_mode():
            program = torch.jit.trace(network, inputs, check_trace=False)  # type: ignore[no-untyped-call]
            torch.jit.save(program, content)
    except (RuntimeError, ValueError, TypeError) as error:
        text = " ".join(str(error).split())
        raise ProbeError(f"TorchScript does not take this network: {text[:120].rstrip('.')}.") from error
    return content.getvalue()


def opened_again(held: Held, network: nn.Module, content: bytes) -> str:
    """Open what was written, and say how closely it answers; raises `ProbeError` where it answers otherwise."""
    with warnings.catch_warnings(action="ignore"):
        program: Any = torch.jit.load(io.BytesIO(content))  # type: ignore[no-untyped-call]
    return same_words(compared(held, network, program))
