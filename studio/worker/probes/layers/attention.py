"""Which steps each step of a sequence looks at: the weights of the attention layers, head by head."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.thought import altered
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import Tensors, outputs_of

MOST_STEPS, MOST_HEADS = 512, 16
NO_ATTENTION = "This network has no attention. Add a MultiheadAttention or a TransformerEncoderLayer."


@probe(suits="tokens", sample=0, layer="attention1")
def attention(asked: Asked) -> Steps:
    """``weights`` of the ``layer`` (by default the first that attends): heads × steps that look × steps that are
    looked at, for the ``sample``; each row sums to 1.

    ``facts["layers"]`` names all layers that attend, ``facts["shape"]`` the whole size: at most 16 heads and 512 steps
    are given. ``tokens`` are those of the sample, where it holds some. What is dropped at random in training is not
    dropped here.
    """
    yield 0, 1
    inputs, _ = altered(asked)
    found = weights_of(asked.bench.model, inputs)
    if not found:
        raise ProbeError(NO_ATTENTION)
    layer = asked.text("layer") or next(iter(found))
    if layer not in found:
        raise ProbeError(f"{layer[:40]} does not attend. Choose {next(iter(found))[:40]}.")
    weights = found[layer][0]
    shown = weights[:MOST_HEADS, :MOST_STEPS, :MOST_STEPS].float().cpu().numpy()
    arrays = {"weights": shown}
    if asked.rows.parts[0].feeds[0].tokens:
        arrays["tokens"] = asked.rows.values([asked.whole("sample")]).reshape(-1)[:MOST_STEPS]
    return Answer(arrays, {"layer": layer, "layers": list(found), "shape": list(weights.shape)})


def weights_of(model: nn.Module, inputs: Tensors) -> dict[str, Tensor]:
    """The attention weights (N × heads × steps × steps) of all modules that attend, by their names.

    What a module is called with is noted, and the module is asked once more with its weights wanted: a module that
    nobody asks for weights has a faster way without them, and one inside a transformer layer is never asked.
    """
    names = {module: name for name, module in _attending(model).items()}
    found: dict[str, Tensor] = {}
    with torch.no_grad(), _noted(list(names)) as calls:
        outputs_of(model, inputs)
        noted, calls[:] = list(calls), []
        for module, arguments, named in noted:
            wanted = {**named, "need_weights": True, "average_attn_weights": False}
            name = names[module]
            times = sum(known.split(", call ")[0] == name for known in found)
            found[name if not times else f"{name}, call {times + 1}"] = module(*arguments, **wanted)[1]
    return found


def attending(model: nn.Module) -> list[str]:
    """The names of all modules that attend, those of a transformer layer by the name of that."""
    return list(_attending(model))


def _attending(model: nn.Module) -> dict[str, nn.MultiheadAttention]:
    return {
        name.removesuffix(".self_attn"): module
        for name, module in model.named_modules()
        if isinstance(module, nn.MultiheadAttention)
    }


Call = tuple[nn.MultiheadAttention, tuple[Any, ...], dict[str, Any]]


@contextmanager
def _noted(modules: list[nn.MultiheadAttention]) -> Iterator[list[Call]]:
    calls: list[Call] = []

    def note(module: nn.Module, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        assert isinstance(module, nn.MultiheadAttention)
        calls.append((module, arguments, named))

    handles = [module.register_forward_pre_hook(note, with_kwargs=True) for module in modules]
    try:
        yield calls
    finally:
        for handle in handles:
            handle.remove()
