"""How long a training step takes, roughly: the work of each layer over the pace of a device, which was measured once.

What takes the time is the products of a layer, the values that go through memory, or, where both are few, the calls
themselves. These are added up, forward and backward together, as they were when the pace was measured.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from models.analysis.analysis import Analysis
from models.analysis.blocks import parts_of
from models.analysis.reports import Report
from models.kinds.layer import FLOAT, Layer


class Pace(NamedTuple):
    """What a device does in a second of training: multiply-adds of matrix products and of windows that slide, places of
    such windows, values that are made, calls of a layer, and updates of the weights, however few."""

    products: float
    windows: float
    places: float
    values: float
    calls: float
    updates: float


class _Work(NamedTuple):
    """What there is to do for one example, and calls, whatever the batch."""

    products: int = 0
    windows: int = 0
    places: int = 0
    values: int = 0
    calls: int = 0

    def plus(self, other: _Work, times: int = 1) -> _Work:
        """Both together, the other so many times."""
        return _Work(*(mine + times * its for mine, its in zip(self, other, strict=True)))


def step_seconds(analysis: Analysis, batch: int, pace: Pace, *, remembered: int = 0) -> float:
    """Seconds of a training step with a batch of so many examples, with an optimizer that keeps so many numbers for
    each weight: within a factor of three, as `benchmarks/pace.py` shows for the templates."""
    *work, calls = _work_of(analysis)
    layers = batch * sum(each / speed for each, speed in zip(work, pace, strict=False))
    update = (1 + remembered) * analysis.totals().trainable / pace.values + 1 / pace.updates
    return layers + calls / pace.calls + update


def _work_of(analysis: Analysis) -> _Work:
    work = _Work()
    for id in analysis.order:
        node, report = analysis.network[id], analysis[id]
        parts = parts_of(analysis, node)
        for part in parts:
            work = work.plus(_work_of(part.inside), part.times)
        if not parts and node.layer is not None and report.parameters is not None:
            work = work.plus(_of_layer(node.layer, report))
    return work


def _of_layer(layer: Layer, report: Report) -> _Work:
    known = tuple(given for given in report.inputs if given is not None)
    outputs = tuple(given for given in report.outputs if given is not None)
    made = 0 if layer.views else sum(prod(given.shape) for given in outputs)
    counted, sees = report.multiply_adds or 0, layer.window(known)
    if sees is not None and max(sees.kernel, default=1) > 1:
        return _Work(0, counted, made, 0, layer.calls(known))
    between = layer.keeps_beside(known, outputs, 1) // FLOAT if outputs else 0  # scores, gates, masks
    return _Work(counted, 0, 0, made + between, layer.calls(known))
