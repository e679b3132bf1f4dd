"""A network in less memory: integers of 8 bits or fractions of 16 in place of 32, computed by PyTorch on the CPU.

PyTorch announces that quantization moves into a package of its own (https://github.com/pytorch/ao/issues/2259); what it
has by itself runs on any x86 or ARM processor without that.
"""

from __future__ import annotations

import copy
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import torch
from torch import Tensor, nn

from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import Tensors

DYNAMIC, STATIC, HALF = "int8 dynamic", "int8 static", "fp16"
METHODS = (DYNAMIC, STATIC, HALF)
TIMED, MOST_SECONDS = 15, 1.0
"""Passes whose time is taken, and how long that may go on."""
NOTHING = "This network has no Linear, LSTM or GRU, which alone are quantized dynamically. Choose int8 static, or fp16."
MISSING = "This PyTorch has no quantization of its own any more. Choose fp16."


class Half(nn.Module):
    """A network of 16-bit numbers that takes and gives those of 32 bits."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).half()

    def forward(self, *inputs: Tensor) -> Any:
        """What the network gives, in 32 bits."""
        outputs = self.network(*(values.half() if values.is_floating_point() else values for values in inputs))
        return tuple(output.float() for output in outputs) if isinstance(outputs, tuple) else outputs.float()


def smaller(network: nn.Module, method: str, examples: Callable[[], Iterator[Tensors]]) -> nn.Module:
    """A copy of a network on the CPU by one of `METHODS`; ``examples`` are batches of training, by which a static
    quantization finds the spans of all values. Raises `ProbeError` where the network does not allow it."""
    if method == HALF:
        return Half(network).eval()
    with _quantizing():
        return _dynamic(network) if method == DYNAMIC else _static(network, examples)


def _dynamic(network: nn.Module) -> nn.Module:
    from torch.ao.quantization import quantize_dynamic

    kinds = {nn.Linear, nn.LSTM, nn.GRU}
    if not any(type(module) in kinds for module in network.modules()):
        raise ProbeError(NOTHING)
    made: nn.Module = quantize_dynamic(copy.deepcopy(network), kinds, dtype=torch.qint8)  # type: ignore[no-untyped-call]
    return made.eval()


def _static(network: nn.Module, examples: Callable[[], Iterator[Tensors]]) -> nn.Module:
    from torch.ao.quantization import get_default_qconfig_mapping
    from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

    batches = examples()
    first = next(batches)
    mapping = get_default_qconfig_mapping(torch.backends.quantized.engine)
    observed = prepare_fx(copy.deepcopy(network), mapping, first)
    with torch.inference_mode():
        observed(*first)
        for batch in batches:
            observed(*batch)
    made: nn.Module = convert_fx(observed)
    return made.eval()


@contextmanager
def _quantizing() -> Iterator[None]:
    """What PyTorch raises for a network that it cannot quantize, as a sentence."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except ImportError as error:
        raise ProbeError(MISSING) from error
    except (torch.fx.proxy.TraceError, RuntimeError, ValueError, TypeError, AttributeError) as error:
        text = " ".join(str(error).split())[:120].rstrip(".")
        raise ProbeError(f"PyTorch cannot quantize this network: {text}. Choose another way.") from error


@torch.inference_mode()
def milliseconds(network: nn.Module, inputs: Tensors) -> float:
    """The median time of a pass, after one that is not counted."""
    times: list[float] = []
    end = time.monotonic() + MOST_SECONDS
    network(*inputs)
    while len(times) < TIMED and (len(times) < 3 or time.monotonic() < end):
        began = time.perf_counter()
        network(*inputs)
        times.append(time.perf_counter() - began)
    return 1000 * median(times)
