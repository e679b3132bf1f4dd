"""Gradients written out by the chain rule: of what layers give, through each layer that reads it; and of weights."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from models.byhand.pen import Line, Page, Pen, Place, Text, constant, grouped, symbol, times, total, weight_symbol
from models.byhand.written.forward import (
    along,
    other_shape,
    own_place,
    same_shaped,
    statistics,
    weight_names,
)
from models.byhand.written.losses import through_loss
from models.byhand.written.reading import is_plain, source_of, window, windows_over
from models.layers import activation, merge, normalization, reshape
from models.layers.convolution import Convolution
from models.layers.linear import Linear
from models.layers.pooling import AveragePooling, MaxPooling, WindowPooling
from models.layers.terminals import Output

Through = Callable[[Pen, str, Any, str, Place], Text | None]
"""What comes back through a layer to a number of one that feeds it: pen, the layer's id and settings, source, place."""


def gradient_line(page: Page, id: str, place: Place) -> Line | None:
    """The gradient of the loss by a number of a layer: the sum over the layers that read it."""
    pen, terms = Pen(page), []
    for edge in page.network.edges_from(id):
        if edge.source_port != page.network[id].outputs[0]:
            continue  # another output of the layer, with a gradient of its own
        layer = page.network[edge.target].layer
        through = next((BACK[base] for base in type(layer).__mro__ if base in BACK), None)
        text = through(pen, edge.target, layer, id, place) if through and (edge.target in known(pen)) else None
        if text is None:
            return None
        terms.append(text)
    name = f"∂L/∂{symbol(id, place, len(page.now.values[id]))}"
    text = total(grouped(term) for term in terms) if len(terms) > 1 else terms[0] if terms else None
    return pen.line(name, text, float(page.now.gradients[id][place]))


def known(pen: Pen) -> set[str]:
    """Layers whose gradients are there, and the Outputs."""
    return {*pen.now.gradients, *pen.page.walk.targets}


def slope_line(page: Page, name: str, place: Place) -> Line | None:
    """The gradient of the loss by a weight: the sum over the rows and over the layers that call its module."""
    pen, terms = Pen(page), list[Text]()
    attribute, _, own = name.partition(".")
    for node in page.network:
        if node.attribute != attribute or node.id not in page.now.gradients:
            continue
        writer = next((SLOPES[base] for base in type(node.layer).__mro__ if base in SLOPES), None)
        source = source_of(pen, node.id)
        found = writer(pen, node.id, node.layer, source, own, place) if writer and source else None
        if found is None:
            return None
        terms += found
    text = total(terms) if terms else None
    return pen.line(f"∂L/∂{weight_symbol(name, place)}", text, float(page.now.slopes[name][place]))


# Through layers


def _linear(pen: Pen, id: str, _layer: Linear, _source: str, place: Place) -> Text | None:
    weight, _ = weight_names(pen, id)
    *before, column = place
    units = pen.now.weights[weight].shape[0]
    return total(times(pen.weight(weight, (i, column)), pen.gradient(id, (*before, i))) for i in range(units))


_SLOPES: dict[type, str] = {
    activation.Identity: "{d}",
    activation.Sigmoid: "{d}·{y}·(1 − {y})",
    activation.Tanh: "{d}·(1 − {y}·{y})",
}


def _elementwise(pen: Pen, id: str, layer: Any, source: str, place: Place) -> Text | None:
    delta, y = pen.gradient(id, place), pen.value(id, place)
    pattern = _SLOPES[type(layer)]
    return Text(pattern.format(d=delta.names, y=y.names), pattern.format(d=delta.numbers, y=y.numbers))


def _mask(pen: Pen, id: str, layer: Any, source: str, place: Place) -> Text | None:
    """A rectifier lets the gradient of positive numbers pass, of others none or a share."""
    x, delta = pen.value(source, place), pen.gradient(id, place)
    share = getattr(layer, "negative_slope", 0.0)
    passed = 1.0 if pen.now.values[source][place] > 0 else share
    otherwise = f" else {constant(share).numbers}" if share else ""
    return times(delta, Text(f"[{x.names} > 0{otherwise}]", constant(passed).numbers))


def _softmax(pen: Pen, id: str, layer: Any, _source: str, place: Place) -> Text | None:
    among = along(place, layer.dim, pen.now.values[id].shape)
    mean = total(times(pen.gradient(id, each), pen.value(id, each)) for each in among)
    own, delta = pen.value(id, place), pen.gradient(id, place)
    return Text(*(f"{y}·({d} − ({m}))" for y, d, m in zip(own, delta, mean, strict=True)))


def _same_order(pen: Pen, id: str, _layer: Any, source: str, place: Place) -> Text | None:
    return pen.gradient(id, other_shape(pen, source, id, place))


def _added(pen: Pen, id: str, _layer: Any, _source: str, place: Place) -> Text | None:
    return None if same_shaped(pen, id) is None else pen.gradient(id, place)


def _multiplied(pen: Pen, id: str, _layer: Any, source: str, place: Place) -> Text | None:
    found = same_shaped(pen, id)
    if found is None or found.count(source) > 1:
        return None
    return times(pen.gradient(id, place), *(pen.value(other, place) for other in found if other != source))


def _convolution(pen: Pen, id: str, layer: Convolution, _source: str, place: Place) -> Text | None:
    if not is_plain(layer):
        return None
    weight, _ = weight_names(pen, id)
    row, channel, *at = place
    part, each = pen.now.weights[weight].shape[1], layer.out_channels // layer.groups
    group, own = divmod(channel, part)
    seen = list(windows_over(layer, tuple(at), pen.now.values[id].shape[2:]))
    filters = range(group * each, (group + 1) * each)
    return total(
        times(pen.weight(weight, (filter, own, *offset)), pen.gradient(id, (row, filter, *where)))
        for filter, (offset, where) in product(filters, seen)
    )


def _pooling(pen: Pen, id: str, layer: WindowPooling, source: str, place: Place) -> Text | None:
    if layer.ceil_mode or any(layer.padding):
        return None
    split = len(place) - layer.rank
    before, values, outputs = place[:split], pen.now.values[source], pen.now.values[id].shape
    over = [where for _, where in windows_over(layer, place[split:], outputs[split:])]
    if isinstance(layer, AveragePooling):
        deltas = [pen.gradient(id, (*before, *where)) for where in over]
        count = int(np.prod(layer.kernel_size))
        return grouped(total(deltas)).within(f"{{}}/{count}") if deltas else total([])
    terms = []
    for where in over:
        seen = [(*before, *at) for _, at in window(layer, where, values.shape[split:])]
        largest = max(seen, key=lambda at: values[at])  # the first of equals, as in torch
        terms.append(times(pen.gradient(id, (*before, *where)), Text("[largest]", "1" if largest == place else "0")))
    return total(terms)


def _normalized(pen: Pen, id: str, layer: Any, source: str, place: Place) -> Text | None:
    """γ/(n·√(σ² + ε))·(n·δ − Σδ − x̂·Σδx̂) (Ioffe and Szegedy 2015, gathered); the scale belongs to δ in layers."""
    weight, _ = weight_names(pen, id)
    _, variance, part = statistics(pen, source, layer, place)
    root = np.sqrt(float(pen.now.values[source][part].var()) + layer.eps)
    center = float(pen.now.values[source][part].mean())
    scale = pen.now.weights.get(weight)
    deltas = pen.now.gradients[id][part]
    own_scale = 1.0
    if scale is not None and isinstance(layer, normalization.BatchNormalization):
        own_scale = float(scale[own_place(layer, place)])
    elif scale is not None:
        deltas = deltas * scale
    unit = (pen.now.values[source][part] - center) / root
    delta = float(pen.now.gradients[id][place])
    if scale is not None and own_scale == 1.0 and not isinstance(layer, normalization.BatchNormalization):
        delta *= float(scale[own_place(layer, place)])
    x = (float(pen.now.values[source][place]) - center) / root
    put = [constant(each).numbers for each in (own_scale, delta, float(deltas.sum()), x, float((deltas * unit).sum()))]
    count, bottom = deltas.size, f"{variance.numbers} + {constant(layer.eps).numbers}"
    names = "γ/(n·√(σ² + ε))·(n·δ − Σδ − x̂·Σδx̂)"
    return Text(names, f"{put[0]}/({count}·√({bottom}))·({count}·{put[1]} − {put[2]} − {put[3]}·{put[4]})")


# By weights


def _linear_slope(pen: Pen, id: str, _layer: Any, source: str, own: str, place: Place) -> list[Text] | None:
    rows = np.ndindex(*pen.now.values[id].shape[:-1])
    if own == "bias":
        return [pen.gradient(id, (*row, *place)) for row in rows]
    unit, column = place
    return [times(pen.gradient(id, (*row, unit)), pen.value(source, (*row, column))) for row in rows]


def _convolution_slope(pen: Pen, id: str, layer: Convolution, source: str, own: str, place: Place) -> list[Text] | None:
    values, outputs = pen.now.values[source], pen.now.values[id]
    everywhere = list(product(range(len(outputs)), np.ndindex(*outputs.shape[2:])))
    if own == "bias":
        return [pen.gradient(id, (row, *place, *at)) for row, at in everywhere]
    if not is_plain(layer):
        return None
    filter, channel, *offset = place
    first = filter // (layer.out_channels // layer.groups) * pen.now.weights[weight_names(pen, id)[0]].shape[1]
    terms = []
    for row, at in everywhere:
        where = dict(window(layer, at, values.shape[2:])).get(tuple(offset))
        if where is not None:
            terms.append(times(pen.gradient(id, (row, filter, *at)), pen.value(source, (row, first + channel, *where))))
    return terms


BACK: dict[type, Through] = {
    Output: through_loss,
    Linear: _linear,
    **dict.fromkeys(_SLOPES, _elementwise),
    activation.ReLU: _mask,
    activation.LeakyReLU: _mask,
    activation.Softmax: _softmax,
    reshape.Flatten: _same_order,
    reshape.Reshape: _same_order,
    merge.Add: _added,
    merge.Multiply: _multiplied,
    Convolution: _convolution,
    MaxPooling: _pooling,
    AveragePooling: _pooling,
    normalization.BatchNormalization: _normalized,
    normalization.LayerNorm: _normalized,
}
SLOPES: dict[type, Any] = {Linear: _linear_slope, Convolution: _convolution_slope}
