"""The network that leaves: a copy with the weights of a checkpoint, that scales values itself where that is wanted."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from models.codegen.objectives import input_ids
from models.codegen.trained.scaled import SCALED, spreading
from models.document import Document
from models.storage.atomic import refusal, replace_file
from studio.runs.samples.scale import Scale
from studio.worker.probing.bench import Bench
from studio.worker.probing.errors import ProbeError
from studio.worker.training.examples import takes_tokens
from studio.worker.training.loop import Tensors
from studio.worker.training.plan import run_source

NO_SCALE = "Train it once more, or export it without “scaled”."
SIZES = (1, 3)
"""Batch sizes at which what was written is compared with the network."""
CLOSE = 1e-5
"""How far outputs may lie apart, as a share of the largest."""


class Held(Protocol):
    """A network and the document that it was made of."""

    @property
    def document(self) -> Document: ...

    @property
    def model(self) -> nn.Module: ...


def network_of(bench: Bench, *, scaled: bool) -> nn.Module:
    """A copy on the CPU, ready to answer; with ``scaled`` it takes and gives values in the units of the data. Raises
    `ProbeError` where the run has kept no scale."""
    model: nn.Module = copy.deepcopy(bench.model).cpu()
    model.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    if not scaled:
        return model.eval()
    if bench.scale is None:
        raise ProbeError(f"{bench.unscaled} {NO_SCALE}")
    return with_scale(model, bench, bench.scale).eval()


def with_scale(model: nn.Module, bench: Bench, scale: Scale) -> nn.Module:
    """The network in a module that normalizes its inputs and puts its outputs into their units."""
    document = bench.document
    ids, outputs = input_ids(document), [objective.output for objective in bench.objectives]
    shapes = [_shape(document, scale, id) for id in ids]
    units = [scale.units[id][0].shape if id in scale.units else None for id in outputs]
    wrapped = _scaled_class()(model, tuple(shapes), tuple(units), spreading(bench.objectives))
    sides = [("", place, scale.inputs.get(id)) for place, id in enumerate(ids)]
    sides += [("target_", place, scale.units.get(id)) for place, id in enumerate(outputs)]
    for side, place, ends in sides:
        for name, values in zip(("mean", "std"), ends or (), strict=False):
            if hasattr(wrapped, f"{side}{name}{place}"):
                setattr(wrapped, f"{side}{name}{place}", torch.from_numpy(values.copy()))
    return wrapped


@cache
def _scaled_class() -> Callable[..., nn.Module]:
    """The class that packages contain, made of the very same text."""
    module = ModuleType("netloom_scaled")
    run_source(f"import torch\nfrom torch import nn\n\n\n{SCALED}", Path("scaled.py"), module)
    found: Callable[..., nn.Module] = module.Scaled
    return found


def _shape(document: Document, scale: Scale, id: str) -> Any:
    if takes_tokens(document, id):
        return "int"
    ends = scale.inputs.get(id)
    return None if ends is None else ends[0].shape


def inputs_for(held: Held, count: int, seed: int = 0) -> Tensors:
    """So many examples of chance for each Input: numbers around 0, or tokens that all tables have."""
    generator = torch.Generator().manual_seed(seed)
    tables = [module for module in held.model.modules() if isinstance(module, nn.Embedding)]
    most = min((table.num_embeddings for table in tables), default=2)
    found: list[Tensor] = []
    for id in input_ids(held.document):
        output = held.document.analysis[id].outputs[0]
        assert output is not None, id
        size = (count, *output.shape)
        if output.dtype == "int":
            found.append(torch.randint(0, most, size, generator=generator))
        else:
            found.append(torch.randn(size, generator=generator))
    return tuple(found)


def compared(held: Held, network: nn.Module, other: Callable[..., Any], sizes: Sequence[int] = SIZES) -> float:
    """The largest difference between the outputs of a network and those of what was written, at some batch sizes, as a
    share of the largest output. Raises `ProbeError` where it is more than `CLOSE`."""
    worst = max(difference(held, network, other, size) for size in sizes)
    if not worst <= CLOSE:
        raise ProbeError(f"What was exported answers otherwise, by {worst:.2g} of the largest output. It was not kept.")
    return worst


def same_words(worst: float) -> str:
    """How closely what was opened again answers, as a sentence."""
    how = f"to {worst:.1g} of the largest output" if worst else "exactly"
    return f"Opened again, it answers as the network does, {how}."


def difference(held: Held, network: Callable[..., Any], other: Callable[..., Any], size: int) -> float:
    """The largest difference between the outputs of two functions for a batch of chance, as a share of the largest
    output; infinite where one is NaN."""
    inputs, worst = inputs_for(held, size, seed=size), 0.0
    with torch.inference_mode():
        for mine, theirs in zip(tupled(network(*inputs)), tupled(other(*inputs)), strict=True):
            span = max(1.0, float(mine.abs().max()))
            apart = float((mine - theirs).abs().max()) / span
            worst = max(worst, apart if math.isfinite(apart) else math.inf)
    return worst


def tupled(outputs: Any) -> tuple[Tensor, ...]:
    """The outputs of a network, however many there are."""
    return tuple(outputs) if isinstance(outputs, tuple | list) else (outputs,)


def write_whole(path: str, content: bytes) -> list[str]:
    """Write a file whole or not at all; gives its place, nothing for no ``path``. Raises `ProbeError`."""
    if not path:
        return []
    try:
        replace_file(Path(path), content)
    except OSError as error:
        raise ProbeError(refusal(Path(path).name, error)) from error
    return [path]
