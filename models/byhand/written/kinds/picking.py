"""Layers that pick numbers, add learned ones, or turn pairs of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import prod
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.pen import NotWrittenError, Page, Place
from models.byhand.terms import ZERO, Term, constant, total
from models.byhand.written.kinds.moving import MOVES, moved, same_order
from models.byhand.written.reading import read, shape_of, source_of, sources, taken_from, weight_of
from models.byhand.written.registry import PORT_WRITERS, WITHOUT, writes
from models.layers.activations import steps as jumps
from models.layers.combining.code import TorchCode
from models.layers.combining.elementwise import Stack
from models.layers.dimensions import patches, picking, sizing
from models.layers.learned import attending, noise, tensors
from models.layers.padding import ConstantBorder
from models.layers.pools.fractional import FractionalPooling
from models.layers.pools.unpooling import Unpooling
from models.layers.sequences import transformers

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

DRAWN = "What it draws while training is not known, so no steps are written for it."
INSIDE = "What its layers do lies inside torch: draw them one by one to see their steps."
WITHOUT.update(dict.fromkeys((transformers.Decoding, transformers.Stacked), INSIDE))
WITHOUT[TorchCode] = "What a card of code does lies inside torch: draw layers in its place to see steps."
WITHOUT[Unpooling] = "Where unpooling puts a value is told by indices; torch put it there."
WITHOUT.update(dict.fromkeys((noise.DropPath, noise.GaussianNoise, jumps.RReLU, FractionalPooling), DRAWN))


@writes(noise.DropPath, noise.GaussianNoise)
def _noisy(page: Page, id: str, layer: noise.DropPath | noise.GaussianNoise, place: Place) -> Term:
    """What passes unchanged once the network has trained."""
    if page.trains and layer.draws:
        raise NotWrittenError(DRAWN)
    return read(page, id, place)


@writes(jumps.RReLU)
def _randomized(page: Page, id: str, layer: jumps.RReLU, place: Place) -> Term:
    """Below 0 the middle of both slopes, once the network has trained."""
    if page.trains and layer.draws:
        raise NotWrittenError(DRAWN)
    given = read(page, id, place)
    return given if given.value >= 0 else constant((layer.lower + layer.upper) / 2) * given


def _shuffled(indices: Any, layer: sizing.ChannelShuffle) -> Any:
    channels, *rest = indices.shape
    return indices.reshape(layer.groups, channels // layer.groups, *rest).swapaxes(0, 1).reshape(indices.shape)


def _unfolded(indices: Any, layer: patches.Unfold) -> Any:
    border = [(0, 0), *((size, size) for size in layer.padding)]
    padded = np.pad(indices, border, constant_values=-1)
    down, across = (
        np.arange(count)[:, None] * stride + np.arange(kernel) * dilation
        for count, stride, kernel, dilation in zip(
            layer.counts(indices.shape[1:]), layer.stride, layer.kernel_size, layer.dilation, strict=True
        )
    )
    windows = padded[:, down.T[:, None, :, None], across.T[None, :, None, :]]
    return windows.reshape(indices.shape[0] * prod(layer.kernel_size), -1)


MOVES[picking.Slice] = lambda indices, layer: np.take(
    indices, list(layer.chosen(indices.shape[_axis(layer, indices)])), _axis(layer, indices)
)
MOVES[picking.Select] = lambda indices, layer: np.take(indices, layer.at, _axis(layer, indices))
MOVES[sizing.Expand] = lambda indices, layer: np.broadcast_to(
    indices, [old if new == -1 else new for old, new in zip(indices.shape, layer.sizes, strict=True)]
)
MOVES[sizing.ChannelShuffle] = _shuffled
MOVES[patches.Unfold] = _unfolded
writes(picking.Slice, picking.Select, sizing.Expand, sizing.ChannelShuffle, patches.Unfold)(moved)


def _axis(layer: picking.Along, indices: Any) -> int:
    """The dimension of a layer in an array of one example."""
    return (layer.dim - 1 if layer.dim > 0 else layer.dim) % int(indices.ndim)


writes(sizing.Squeeze, sizing.Unsqueeze, sizing.Unflatten)(same_order)


@writes(picking.Pieces)
def _piece(page: Page, id: str, layer: picking.Pieces, place: Place) -> Term:
    return _of_port(page, id, layer, "output", place)


def _of_port(page: Page, id: str, layer: picking.Pieces, port: str, place: Place) -> Term:
    shape = shape_of(page, source_of(page, id))
    dim = layer.dim % len(shape)
    before = sum(layer.pieces(shape[dim])[: layer.outputs.index(port)])
    return read(page, id, (*place[:dim], place[dim] + before, *place[dim + 1 :]))


PORT_WRITERS[picking.Pieces] = _of_port


@writes(Stack)
def _stacked(page: Page, id: str, layer: Stack, place: Place) -> Term:
    dim = layer.dim % len(place)
    return page.value(sources(page, id)[place[dim]], (*place[:dim], *place[dim + 1 :]))


@writes(ConstantBorder)
def _bordered(page: Page, id: str, layer: ConstantBorder, place: Place) -> Term:
    source = source_of(page, id)

    def make() -> Any:
        shape = shape_of(page, source)[1:]
        around = [(0, 0)] * (len(shape) - layer.rank) + [(size, size) for size in layer.padding]
        return np.pad(np.arange(prod(shape)).reshape(shape), around, constant_values=-1)

    return taken_from(page, id, page.once(("moved", id), make), source, place) or constant(layer.value)


@writes(patches.Fold)
def _folded(page: Page, id: str, layer: patches.Fold, place: Place) -> Term:
    source = source_of(page, id)

    def make() -> Any:
        shape = shape_of(page, id)[1:]
        plain = patches.Unfold(**{name: getattr(layer, name) for name in patches.Windows.fields})
        return _unfolded(np.arange(prod(shape)).reshape(shape), plain)

    table = page.once(("folded", id), make)
    wanted = np.ravel_multi_index(place[1:], shape_of(page, id)[1:])
    return total(page.value(source, (place[0], int(i), int(j))) for i, j in np.argwhere(table == wanted)) or ZERO


# Learned tensors


@writes(tensors.LayerScale)
def _scaled(page: Page, id: str, layer: tensors.LayerScale, place: Place) -> Term:
    dim = layer.dim % len(place)
    return read(page, id, place) * weight_of(page, id, "weight", (place[dim], *(0,) * (len(place) - dim - 1)))


@writes(tensors.ClassToken)
def _with_tokens(page: Page, id: str, layer: tensors.ClassToken, place: Place) -> Term:
    row, step, feature = place
    if step < layer.tokens:
        return weight_of(page, id, "weight", (step, feature))
    return read(page, id, (row, step - layer.tokens, feature))


@writes(tensors.LearnedPositions)
def _positioned(page: Page, id: str, _layer: Any, place: Place) -> Term:
    return read(page, id, place) + weight_of(page, id, "weight", place[1:])


@writes(tensors.LearnedTensor)
def _learned(page: Page, id: str, _layer: Any, place: Place) -> Term:
    return weight_of(page, id, "weight", place[1:])


@writes(tensors.Full)
def _constant(_page: Page, _id: str, layer: tensors.Full, _place: Place) -> Term:
    return constant(layer.value)


# Positions


def _angle(layer: attending.Waves, width: int, step: int, pair: int) -> float:
    return float(step * layer.base ** (-2 * pair / width))


@writes(attending.SinusoidalPositions)
def _waved(page: Page, id: str, layer: attending.SinusoidalPositions, place: Place) -> Term:
    _, step, feature = place
    angle = _angle(layer, shape_of(page, id)[2], step, feature // 2)
    return read(page, id, place) + constant(math.cos(angle) if feature % 2 else math.sin(angle))


@writes(attending.RotaryPositions)
def _turned(page: Page, id: str, layer: attending.RotaryPositions, place: Place) -> Term:
    row, step, feature = place
    angle = _angle(layer, shape_of(page, id)[2], step, feature // 2)
    first, second = (read(page, id, (row, step, feature // 2 * 2 + k)) for k in (0, 1))
    cos, sin = constant(math.cos(angle)), constant(math.sin(angle))
    return first * sin + second * cos if feature % 2 else first * cos - second * sin


# Jumps


JUMPS: dict[type, Callable[[Any, Term], Term]] = {
    jumps.Threshold: lambda layer, x: x if x.value > layer.threshold else constant(layer.value),
    jumps.Heaviside: lambda _layer, x: constant(float(x.value > 0)),
}


@writes(*JUMPS)
def _jumping(page: Page, id: str, layer: Any, place: Place) -> Term:
    return JUMPS[type(layer)](layer, read(page, id, place))
