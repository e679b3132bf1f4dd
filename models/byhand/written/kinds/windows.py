"""Convolutions, forward and transposed, and poolings: windows that slide, with their products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.functions import greatest, mean
from models.byhand.pen import Page, Place
from models.byhand.terms import Term, total
from models.byhand.written.reading import padded, shape_of, source_of, spread, weight_of, window, windows_over
from models.byhand.written.registry import NEAR, NEAR_WEIGHT, writes
from models.layers import pooling as pools
from models.layers.convolution import Convolution, TransposedConvolution
from models.layers.pooling import AdaptivePooling, AveragePooling, MaxPooling, WindowPooling
from models.layers.pools.powers import PowerPooling

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

MEANS = (pools.AdaptiveAvgPool1d, pools.AdaptiveAvgPool2d, pools.AdaptiveAvgPool3d)


@writes(Convolution)
def _convolution(page: Page, id: str, layer: Convolution, place: Place) -> Term:
    source = source_of(page, id)
    row, filter, *at = place
    channels = shape_of(page, source)[1] // layer.groups
    first = filter // (layer.out_channels // layer.groups) * channels
    seen = list(_seen(page, id, layer, source, tuple(at)))
    terms: list[Term] = [
        weight_of(page, id, "weight", (filter, channel, *offset)) * page.value(source, (row, first + channel, *where))
        for channel in range(channels)
        for offset, where in seen
    ]
    return total([*terms, weight_of(page, id, "bias", (filter,))] if layer.bias else terms)


def _seen(page: Page, id: str, layer: Convolution, source: str, at: Place) -> Iterator[tuple[Place, Place]]:
    """The places in the kernel and in the input that an output sees, through any border but one of zeros."""
    sizes = shape_of(page, source)[2:]
    if layer.padding_mode == "zeros":
        yield from window(layer, at, sizes)
        return
    indices = page.once(("padded", id), lambda: padded(sizes, layer.borders(), layer.padding_mode))
    kernel, stride, dilation, _ = spread(layer)
    for offset in product(*map(range, kernel)):
        where = tuple(a * s + o * d for a, s, o, d in zip(at, stride, offset, dilation, strict=True))
        yield offset, tuple(map(int, np.unravel_index(int(indices[where]), sizes)))


def _over(page: Page, id: str, layer: Convolution | WindowPooling, place: Place) -> Iterable[Place]:
    """The outputs whose windows see an input."""
    outputs = shape_of(page, id)
    if isinstance(layer, WindowPooling):
        split = len(place) - layer.rank
        return ((*place[:split], *where) for _, where in windows_over(layer, place[split:], outputs[split:]))
    if layer.padding_mode != "zeros":
        return ((place[0], *rest) for rest in np.ndindex(*outputs[1:]))
    each = layer.out_channels // layer.groups
    group = place[1] // (shape_of(page, source_of(page, id))[1] // layer.groups)
    filters = range(group * each, (group + 1) * each)
    over = [where for _, where in windows_over(layer, place[2:], outputs[2:])]
    return ((place[0], filter, *where) for filter, where in product(filters, over))


def _of_filter(page: Page, id: str, _layer: Convolution, place: Place) -> Iterable[Place]:
    """The outputs of the filter that a weight belongs to."""
    rows, _, *sizes = shape_of(page, id)
    return ((row, place[0], *at) for row, *at in product(range(rows), *map(range, sizes)))


NEAR[Convolution] = NEAR[WindowPooling] = _over
NEAR_WEIGHT[Convolution] = _of_filter


@writes(TransposedConvolution)
def _transposed(page: Page, id: str, layer: TransposedConvolution, place: Place) -> Term:
    """Each input spreads its products over a window of outputs; here they are gathered for one output."""
    source = source_of(page, id)
    row, filter, *at = place
    sizes = shape_of(page, source)
    channels, each = sizes[1] // layer.groups, layer.out_channels // layer.groups
    group, own = divmod(filter, each)
    terms: list[Term] = []
    for offset in product(*map(range, layer.kernel_size)):
        geometry = zip(at, layer.padding, offset, layer.dilation, layer.stride, strict=True)
        places = [divmod(a + p - o * d, s) for a, p, o, d, s in geometry]
        if any(rest or not 0 <= q < size for (q, rest), size in zip(places, sizes[2:], strict=True)):
            continue
        where = tuple(q for q, _ in places)
        for channel in range(group * channels, (group + 1) * channels):
            terms.append(
                weight_of(page, id, "weight", (channel, own, *offset)) * page.value(source, (row, channel, *where))
            )
    return total([*terms, weight_of(page, id, "bias", (filter,))] if layer.bias else terms)


@writes(MaxPooling)
def _largest(page: Page, id: str, layer: MaxPooling, place: Place) -> Term:
    return greatest(*_pooled(page, id, layer, place))


@writes(AveragePooling)
def _average(page: Page, id: str, layer: AveragePooling, place: Place) -> Term:
    terms = _pooled(page, id, layer, place)
    count = getattr(layer, "divisor_override", None) or len(terms)
    if layer.count_include_pad and not getattr(layer, "divisor_override", None):
        count = _with_border(page, id, layer, place)
    return total(terms) / count if count != 1 else total(terms)


@writes(PowerPooling)
def _power(page: Page, id: str, layer: PowerPooling, place: Place) -> Term:
    """torch multiplies the mean by the size of the window: one that is cut off at the end counts for a whole one."""
    terms = [term**layer.norm_type if layer.norm_type != 1 else term for term in _pooled(page, id, layer, place)]
    size = prod(layer.kernel_size)
    inner = total(terms) if len(terms) == size else size * (total(terms) / len(terms))
    return inner ** (1 / layer.norm_type) if layer.norm_type != 1 else inner


def _pooled(page: Page, id: str, layer: WindowPooling, place: Place) -> list[Term]:
    source = source_of(page, id)
    split = len(place) - layer.rank
    seen = window(layer, place[split:], shape_of(page, source)[split:])
    return [page.value(source, (*place[:split], *where)) for _, where in seen]


def _with_border(page: Page, id: str, layer: AveragePooling, place: Place) -> int:
    """Numbers in a window that reaches into the border, but not beyond it."""
    sizes = shape_of(page, source_of(page, id))[-layer.rank :]
    kernel, stride, _, border = spread(layer)
    geometry = zip(place[-layer.rank :], sizes, kernel, stride, border, strict=True)
    return prod(min(a * s - b + k, size + b) - (a * s - b) for a, size, k, s, b in geometry)


@writes(AdaptivePooling)
def _adaptive(page: Page, id: str, layer: AdaptivePooling, place: Place) -> Term:
    source = source_of(page, id)
    split = len(place) - layer.rank
    sizes, wanted = shape_of(page, source)[split:], shape_of(page, id)[split:]
    geometry = zip(place[split:], sizes, wanted, strict=True)
    spans = [range(at * size // out, -(-(at + 1) * size // out)) for at, size, out in geometry]
    terms: list[Any] = [page.value(source, (*place[:split], *where)) for where in product(*spans)]
    return mean(terms) if isinstance(layer, MEANS) else greatest(*terms)
