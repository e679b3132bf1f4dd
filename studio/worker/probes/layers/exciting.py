"""What excites a unit of a layer most: among the examples, and found by climbing from noise (Erhan et al. 2009)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.samples import thinned
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import Tensors

AT_ONCE = 128
MOST_EXAMPLES = 10_000
SIDE = 96
"""Pixels of the longer side of a sample that is shown."""
RATE = 0.05
"""A step's length as a share of the span of the data."""


@probe(layer="conv1", unit=2, count=3, examples=60, steps=8)
def exciting(asked: Asked) -> Steps:
    """``rows`` (and ``values``, as the probe "samples" has them) of the ``count`` examples in which the ``unit`` of the
    ``layer`` gives most, the first of all, with the ``peaks`` that it gives and the ``places`` (flat, in its map or its
    sequence) where.

    ``climbed`` is an input in the shape of the first Input, as the network takes it: from noise ``steps`` steps along
    the gradient of the unit's mean, each as long as a twentieth of the span of the data and never beyond it;
    ``facts["start"]`` and ``facts["end"]`` are the means before and after. Tokens cannot be climbed.
    """
    rows, layer, unit = asked.rows, asked.text("layer"), asked.whole("unit")
    chosen = rows.some(max(1, min(asked.whole("examples", 2_000), MOST_EXAMPLES)))
    steps = max(1, min(asked.whole("steps", 60), 1_000))
    found, total = _Found(), -(-len(chosen) // AT_ONCE) + steps
    for start in range(0, len(chosen), AT_ONCE):
        inputs, _ = rows.pick(chosen[start : start + AT_ONCE])
        with torch.inference_mode():
            found.add(inputs[0], *_unit(asked, inputs, layer, unit))
        yield len(found.peaks), total
    arrays = found.best(np.array(chosen, np.int32), max(1, min(asked.whole("count", 9), 100)))
    arrays["values"] = thinned(rows.values(arrays["rows"].tolist()), SIDE)
    facts: dict[str, Any] = {"layer": layer, "unit": unit, "shape": found.shape, "examples": len(chosen)}
    inputs, _ = rows.pick(chosen[:1])
    if inputs[0].is_floating_point():
        way: list[tuple[Tensor, float]] = []
        for point in _climb(asked, inputs, layer, unit, steps, found.ends):
            way = [*way[:1], point]
            yield len(found.peaks), total
        arrays["climbed"] = way[-1][0][0].float().cpu().numpy()
        facts |= {"start": way[0][1], "end": way[-1][1], "span": list(found.ends)}
    return Answer(arrays, facts)


class _Found:
    """What the unit gives at most for each example, where, and between which ends the inputs lie."""

    def __init__(self) -> None:
        self.peaks: list[Tensor] = []
        self.places: list[Tensor] = []
        self.ends = (float("inf"), float("-inf"))
        self.shape: list[int] = []

    def add(self, inputs: Tensor, given: Tensor, shape: list[int]) -> None:
        """Take in a batch."""
        best = given.max(1)
        self.peaks.append(best.values.float().cpu())
        self.places.append(best.indices.cpu())
        self.ends = (min(self.ends[0], float(inputs.min())), max(self.ends[1], float(inputs.max())))
        self.shape = shape

    def best(self, rows: NDArray[np.int32], count: int) -> dict[str, NDArray[Any]]:
        """The examples in which it gives most, the first of all."""
        peaks, places = torch.cat(self.peaks).nan_to_num(), torch.cat(self.places)
        order = peaks.argsort(descending=True, stable=True)[:count]
        return {
            "rows": rows[order.numpy()],
            "peaks": peaks[order].numpy(),
            "places": places[order].numpy().astype(np.int32),
        }


def _unit(asked: Asked, inputs: Tensors, layer: str, unit: int) -> tuple[Tensor, list[int]]:
    """What a unit gives as N × places, and the shape of all that its layer gives for an example."""
    _, seen = asked.bench.taps.run(inputs)
    if layer not in seen or not seen[layer].is_floating_point():
        raise ProbeError(f"{layer[:40]} gives nothing that can be shown. Choose another layer.")
    given = asked.bench.taps.by_unit(layer, seen[layer])
    if not 0 <= unit < given.shape[1]:
        raise ProbeError(f"{layer[:40]} has {given.shape[1]:,} units, counted from 0. Choose one of them.")
    return given[:, unit], list(seen[layer].shape[1:])


def _climb(
    asked: Asked, inputs: Tensors, layer: str, unit: int, steps: int, ends: tuple[float, float]
) -> Iterator[tuple[Tensor, float]]:
    """Inputs on the way up with the mean that the unit gives for each; the gradient's size plays no part."""
    first, *others = inputs
    span = ends[1] - ends[0] or 1.0
    random = torch.Generator().manual_seed(0)
    noise = torch.randn(first.shape, generator=random) * span / 20
    x = noise.to(first.device, first.dtype).clamp(*ends)
    for step in range(steps + 1):
        with asked.bench.slopes():
            x = x.detach().requires_grad_()
            mean = _unit(asked, (x, *others), layer, unit)[0].mean()
            if not mean.requires_grad:
                raise ProbeError(f"{layer[:40]} does not depend on the first Input. Choose another layer.")
            (slope,) = torch.autograd.grad(mean, x)
        yield x.detach(), mean.item()
        if step < steps:
            size = slope.square().mean().sqrt()
            x = (x.detach() + RATE * span * slope / size.clamp(min=1e-12)).clamp(*ends)
