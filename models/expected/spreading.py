"""The variance that activations and gradients may be expected to have in each layer before the first step.

Forward: n·E[w²]·E[x²] behind a matrix with n inputs, what a function makes of normal values behind an activation, 1
behind a normalization (Glorot and Bengio 2010; He et al. 2015). Backward the same from the Outputs, where it is 1.
Inputs are taken for normalized: mean 0, variance 1. What is not known stays so until the next normalization.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from models.analysis import Analysis
from models.analysis.beginning import gain_behind
from models.analysis.blocks import parts_of
from models.analysis.reports import Report
from models.expected.moments import UNIT, Moments, bent, largest_of, plain_moments, weight_moments
from models.kinds.layer import Gain, Layer, TensorType, Weight
from models.layers.convolution import Convolution, TransposedConvolution
from models.layers.dimensions.reducing import GlobalPool
from models.layers.learned.noise import DropPath
from models.layers.linear import Embedding, Linear
from models.layers.merge import Add, Concat, Multiply
from models.layers.normalization import Normalization, RMSNorm
from models.layers.pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptivePooling,
    AveragePooling,
    WindowPooling,
)
from models.layers.regularization import DropoutLayer
from models.layers.reshape import Rearrangement
from models.network import Edge, Network

MEANS = (AveragePooling, AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d)
MOST_REPETITIONS = 64
"""Of a block that are gone through; those beyond are as the last."""


class Passed(NamedTuple):
    """What a layer makes of what comes in, and by how much it multiplies the squares of gradients on their way back."""

    moments: Moments | None
    back: float | None = None


class Expected(NamedTuple):
    """The variance of what a layer gives, and the mean square of its gradient beside that of the Outputs."""

    variance: float | None
    gradient: float | None


def expected(network: Network, analysis: Analysis) -> dict[str, Expected]:
    """Of every layer, by id."""
    passed = _forward(network, analysis, {})
    gradients = _backward(network, analysis, passed)
    return {
        id: Expected(found.moments.variance if found.moments else None, gradients.get(id))
        for id, found in passed.items()
    }


class Walk:
    """What is passed on in a network, layer by layer in reading order.

    ``entering`` holds what comes in at the Inputs of a block.
    """

    def __init__(self, network: Network, analysis: Analysis, entering: Mapping[str, Moments] | None = None) -> None:
        self._network, self._analysis, self._entering = network, analysis, entering or {}
        self.found: dict[str, Passed] = {}

    def step(self, id: str) -> Passed:
        """What a layer passes on, once those before it are known."""
        self.found[id] = found = self._passed(id)
        return found

    def _passed(self, id: str) -> Passed:
        node, report = self._network[id], self._analysis[id]
        layer = node.layer
        if layer is None or None in report.inputs or None in report.outputs:
            return Passed(None)
        if layer.is_input:
            return Passed(self._entering.get(id, UNIT), 1.0)
        given = [_from(self._network, self.found, edge) for edge in self._network.edges_into(id)]
        parts, told = parts_of(self._analysis, node), _gain(self._network, self._analysis, id)
        return _block(parts, given) if parts else pass_through(layer, report, given, told)


def _forward(network: Network, analysis: Analysis, entering: Mapping[str, Moments]) -> dict[str, Passed]:
    """Each layer in reading order."""
    walk = Walk(network, analysis, entering)
    for id in analysis.order:
        walk.step(id)
    return walk.found


def _from(network: Network, found: Mapping[str, Passed], edge: Edge) -> Moments | None:
    """What comes along a wire; of several ports of a layer only the first is known."""
    first = edge.source in network and network[edge.source].outputs[:1] == (edge.source_port,)
    return found[edge.source].moments if first and edge.source in found else None


def _gain(network: Network, analysis: Analysis, id: str) -> Gain:
    layer = network[id].layer
    return gain_behind(network, analysis, id) if layer and layer.begins_otherwise else Gain()


def _block(parts: Sequence[Any], given: list[Moments | None]) -> Passed:
    """All repetitions of a block, one behind the other."""
    back: float | None = 1.0
    for part in parts:
        for _ in range(min(part.times, MOST_REPETITIONS)):
            inside = part.inside
            inner = inside.network
            starts = [node.id for node in inner if node.layer and node.layer.is_input]
            entering = {id: moments for id, moments in zip(starts, given, strict=False) if moments}
            if len(entering) < len(starts):
                return Passed(None)
            passed = _forward(inner, inside, entering)
            gradients = _backward(inner, inside, passed)
            ends = [node.id for node in inner if node.layer and node.layer.is_output]
            own = gradients.get(starts[0]) if starts else None
            back = back * own if back is not None and own is not None else None
            given = [passed[id].moments for id in ends]
    return Passed(given[0] if given else None, back)


def _backward(network: Network, analysis: Analysis, passed: Mapping[str, Passed]) -> dict[str, float]:
    """The mean square of the gradient of what each layer gives, from the ends back."""
    found: dict[str, float | None] = {}
    for id in reversed(analysis.order):
        readers = network.edges_from(id)
        parts: list[float | None] = []
        for edge in readers:
            behind, back = found.get(edge.target), passed[edge.target].back if edge.target in passed else None
            parts.append(behind * back if behind is not None and back is not None else None)
        if not readers:
            found[id] = 1.0
        else:
            known = [part for part in parts if part is not None]
            found[id] = sum(known) if len(known) == len(parts) else None
    return {id: value for id, value in found.items() if value is not None}


def pass_through(layer: Layer, report: Report, given: Sequence[Moments | None], told: Gain) -> Passed:
    """What one layer does to values and gradients that are known."""
    inputs = tuple(item for item in report.inputs if item is not None)
    if isinstance(layer, Embedding):
        return Passed(plain_moments(layer.weight_init) or UNIT)  # type: ignore[arg-type]
    if isinstance(layer, Normalization) and not isinstance(layer, RMSNorm):
        first = given[0] if given else None
        return Passed(UNIT, 1 / first.variance if first and first.variance else None)
    known = [moments for moments in given if moments is not None]
    if not known or len(known) < len(given):
        return Passed(None)
    return _known(layer, report, inputs, known, told)


def _known(
    layer: Layer, report: Report, inputs: tuple[TensorType, ...], given: Sequence[Moments], told: Gain
) -> Passed:
    first = given[0]
    match layer:
        case Linear() | Convolution() | TransposedConvolution():
            return _matrix(layer, inputs, first, told)
        case RMSNorm():
            size = first.square**0.5
            return Passed(Moments(first.mean / size, 1.0), 1 / first.square) if size else Passed(None)
        case DropoutLayer() | DropPath() if layer.p < 1:
            return Passed(Moments(first.mean, first.square / (1 - layer.p)), 1 / (1 - layer.p))
        case WindowPooling() | AdaptivePooling() | GlobalPool():
            return _pooled(layer, report, first)
        case Add():
            return Passed(Moments.of(sum(m.mean for m in given), sum(m.variance for m in given)), 1.0)
        case Concat():
            sizes = [prod(item.shape) for item in inputs]
            mean, square = (sum(s * m[k] for s, m in zip(sizes, given, strict=True)) / sum(sizes) for k in (0, 1))
            return Passed(Moments(mean, square), 1.0)
        case Multiply() if len(given) == 2:
            other = given[1].square
            return Passed(Moments(first.mean * given[1].mean, first.square * other), other)
        case _ if layer.keeps_values or layer.is_output or isinstance(layer, Rearrangement):
            return Passed(first, 1.0)
    found = bent(layer, first)
    return Passed(found.moments, found.slope) if found else Passed(None)


def _matrix(layer: Any, inputs: tuple[TensorType, ...], given: Moments, told: Gain) -> Passed:
    """Sums of products: n·E[w²]·E[x²], and back m·E[w²], for n inputs of an output and m outputs of an input."""
    weight: Weight = layer.weights(inputs)[0]
    window = prod(weight.shape[2:])
    strides = prod(getattr(layer, "stride", ()))
    ahead, back = weight.shape[1] * window, weight.shape[0] // getattr(layer, "groups", 1) * window / strides
    if isinstance(layer, TransposedConvolution):
        ahead, back = int(back), ahead
    drawn = weight_moments(layer.weight_init, weight.shape, told)
    mean = ahead * drawn.mean * given.mean
    variance = ahead * (drawn.square * given.square - (drawn.mean * given.mean) ** 2)
    if getattr(layer, "bias", False):
        added = plain_moments(layer.bias_init) or Moments.of(0.0, 1 / (3 * weight.shape[1] * window))
        mean, variance = mean + added.mean, variance + added.variance
    return Passed(Moments.of(mean, variance), back * drawn.square)


def _pooled(layer: Any, report: Report, given: Moments) -> Passed:
    """The mean or the largest of windows of independent values; each input is in so many windows as strides leave."""
    before, after = (prod(types[0].shape) for types in (report.inputs, report.outputs))  # type: ignore[union-attr]
    count = prod(layer.kernel_size) if isinstance(layer, WindowPooling) else max(before // max(after, 1), 1)
    windows = count * after / before
    if isinstance(layer, MEANS) or getattr(layer, "mode", "") == "mean":
        return Passed(Moments.of(given.mean, given.variance / count), windows / count**2)
    most = largest_of(count)
    spread = given.variance**0.5
    return Passed(Moments.of(given.mean + spread * most.mean, given.variance * most.variance), windows / count)
