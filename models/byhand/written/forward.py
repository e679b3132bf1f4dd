"""What layers give, written out: one function a family, found by the class of the layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from models.byhand.pen import Line, Page, Pen, Place, Text, constant, symbol, times, total
from models.byhand.written.reading import is_plain, source_of, sources, window
from models.layers import activation, merge, normalization, reshape
from models.layers.convolution import Convolution
from models.layers.linear import Linear
from models.layers.pooling import AveragePooling, MaxPooling, WindowPooling

Writer = Callable[[Pen, str, Any, Place], Text | None]

ELEMENTWISE: dict[type, str] = {
    activation.Identity: "{x}",
    activation.ReLU: "max(0, {x})",
    activation.ReLU6: "min(max(0, {x}), 6)",
    activation.LeakyReLU: "max(0, {x}) + {negative_slope}·min(0, {x})",
    activation.Sigmoid: "1/(1 + exp(−{x}))",
    activation.Tanh: "tanh({x})",
    activation.SiLU: "{x}/(1 + exp(−{x}))",
    activation.ELU: "max(0, {x}) + {alpha}·(exp(min(0, {x})) − 1)",
}


def value_line(page: Page, id: str, place: Place) -> Line | None:
    """How a layer came to a number, at a row and its place there; None where no formula is written."""
    layer, pen = page.network[id].layer, Pen(page)
    writer = next((WRITERS[base] for base in type(layer).__mro__ if base in WRITERS), None)
    value = page.now.values[id]
    if writer is None:
        return None
    return pen.line(symbol(id, place, len(value)), writer(pen, id, layer, place), float(value[place]))


def weight_names(pen: Pen, id: str) -> tuple[str, str]:
    """What the weight and the bias of a layer are called."""
    attribute = pen.page.network[id].attribute
    return f"{attribute}.weight", f"{attribute}.bias"


def _linear(pen: Pen, id: str, layer: Linear, place: Place) -> Text | None:
    source = source_of(pen, id)
    if source is None:
        return None
    weight, bias = weight_names(pen, id)
    *before, unit = place
    columns = pen.now.weights[weight].shape[1]
    terms = [times(pen.weight(weight, (unit, j)), pen.value(source, (*before, j))) for j in range(columns)]
    return total([*terms, pen.weight(bias, (unit,))] if layer.bias else terms)


def _elementwise(pen: Pen, id: str, layer: Any, place: Place) -> Text | None:
    source, pattern = source_of(pen, id), ELEMENTWISE[type(layer)]
    if source is None:
        return None
    x = pen.value(source, place)
    settings = {
        name: constant(float(getattr(layer, name))).numbers for name in layer.fields if f"{{{name}}}" in pattern
    }
    return Text(pattern.format(x=x.names, **settings), pattern.format(x=x.numbers, **settings))


def _softmax(pen: Pen, id: str, layer: Any, place: Place) -> Text | None:
    source = source_of(pen, id)
    if source is None:
        return None
    among = along(place, layer.dim, pen.now.values[id].shape)
    powers = [pen.value(source, each).within("exp({})") for each in among]
    top = powers[among.index(place)]
    bottom = total(powers)
    return Text(f"{top.names}/({bottom.names})", f"{top.numbers}/({bottom.numbers})")


def along(place: Place, dim: int, shape: Place) -> list[Place]:
    """All places that differ in one dimension alone."""
    dim %= len(shape)
    return [(*place[:dim], k, *place[dim + 1 :]) for k in range(shape[dim])]


def _same_order(pen: Pen, id: str, _layer: Any, place: Place) -> Text | None:
    source = source_of(pen, id)
    return None if source is None else pen.value(source, other_shape(pen, id, source, place))


def other_shape(pen: Pen, one: str, other: str, place: Place) -> Place:
    """The place in another layer's values that has the same number in row-major order."""
    shapes = pen.now.values[one].shape, pen.now.values[other].shape
    return tuple(map(int, np.unravel_index(np.ravel_multi_index(place, shapes[0]), shapes[1])))


def _combined(pen: Pen, id: str, layer: Any, place: Place) -> Text | None:
    found = same_shaped(pen, id)
    if found is None:
        return None
    terms = [pen.value(source, place) for source in found]
    return total(terms) if isinstance(layer, merge.Add) else times(*terms)


def same_shaped(pen: Pen, id: str) -> list[str] | None:
    """What feeds a merge, where all of it has its shape."""
    found, values = sources(pen.page.network, id), pen.now.values
    if found is None or any(source not in values or values[source].shape != values[id].shape for source in found):
        return None
    return found


def _convolution(pen: Pen, id: str, layer: Convolution, place: Place) -> Text | None:
    source = source_of(pen, id)
    if source is None or not is_plain(layer):
        return None
    weight, bias = weight_names(pen, id)
    row, filter, *at = place
    part = pen.now.weights[weight].shape[1]
    first = filter // (layer.out_channels // layer.groups) * part
    seen = list(window(layer, tuple(at), pen.now.values[source].shape[2:]))
    terms = [
        times(pen.weight(weight, (filter, channel, *offset)), pen.value(source, (row, first + channel, *where)))
        for channel in range(part)
        for offset, where in seen
    ]
    return total([*terms, pen.weight(bias, (filter,))] if layer.bias else terms)


def _pooling(pen: Pen, id: str, layer: WindowPooling, place: Place) -> Text | None:
    source = source_of(pen, id)
    if source is None:
        return None
    split = len(place) - layer.rank
    seen = list(window(layer, place[split:], pen.now.values[source].shape[split:]))
    terms = [pen.value(source, (*place[:split], *where)) for _, where in seen]
    if isinstance(layer, MaxPooling):
        if len(terms) == 1:
            return terms[0]
        return Text(f"max({', '.join(t.names for t in terms)})", f"max({', '.join(t.numbers for t in terms)})")
    if layer.ceil_mode or any(layer.padding):
        return None
    return total(terms).within(f"({{}})/{len(terms)}")


def _normalization(pen: Pen, id: str, layer: Any, place: Place) -> Text | None:
    source = source_of(pen, id)
    if source is None:
        return None
    mean, variance, _ = statistics(pen, source, layer, place)
    x = pen.value(source, place)
    text = Text(
        f"({x.names} − μ)/√(σ² + ε)",
        f"({x.numbers} − {mean.numbers})/√({variance.numbers} + {constant(layer.eps).numbers})",
    )
    weight, bias = weight_names(pen, id)
    at = own_place(layer, place)
    if weight in pen.now.weights:
        text = times(pen.weight(weight, at), text)
    return total([text, pen.weight(bias, at)]) if bias in pen.now.weights else text


def own_place(layer: Any, place: Place) -> Place:
    """The place of the scale and shift that belong to a number."""
    return place[1:2] if isinstance(layer, normalization.TrackedNormalization) else place[-layer.normalized_dims :]


def statistics(pen: Pen, source: str, layer: Any, place: Place) -> tuple[Text, Text, tuple[Any, ...]]:
    """Mean and variance that a number is normalized with, and the part of the values that they are of."""
    values = pen.now.values[source]
    if isinstance(layer, normalization.BatchNormalization):
        part: tuple[Any, ...] = (slice(None), place[1])
    else:
        part = place[: -layer.normalized_dims]
    among = values[part]
    whole = np.zeros(values.shape, bool)
    whole[part] = True
    pen.cells += ["/".join(("value", source, *map(str, each))) for each in np.argwhere(whole).tolist()]
    return constant(float(among.mean()), "μ"), constant(float(among.var()), "σ²"), part


WRITERS: dict[type, Writer] = {
    Linear: _linear,
    **dict.fromkeys(ELEMENTWISE, _elementwise),
    activation.Softmax: _softmax,
    reshape.Flatten: _same_order,
    reshape.Reshape: _same_order,
    merge.Add: _combined,
    merge.Multiply: _combined,
    Convolution: _convolution,
    MaxPooling: _pooling,
    AveragePooling: _pooling,
    normalization.BatchNormalization: _normalization,
    normalization.LayerNorm: _normalization,
}
"""By family; a layer without one shows its numbers alone."""
