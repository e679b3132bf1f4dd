"""Layers that only move numbers, repeat them, put a border around them, or interpolate between them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import floor, prod
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.pen import Page, Place
from models.byhand.terms import ZERO, Term, constant, times, total
from models.byhand.written.reading import MODES, shape_of, source_of, sources, taken_from
from models.byhand.written.registry import writes
from models.layers import padding as borders
from models.layers import reshape as kinds
from models.layers.merge import Concat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indices = NDArray[np.int64]
else:
    np = Later("numpy")

CUBIC = -0.75
"""The free number of bicubic interpolation, as torch has it (Keys 1981)."""
_MODES: dict[type, str] = {
    borders.ZeroBorder: "zeros",
    borders.MirrorBorder: "reflect",
    borders.EdgeBorder: "replicate",
    borders.WrappedBorder: "circular",
}


def _shuffled(indices: Indices, layer: kinds.PixelShuffle) -> Indices:
    *more, channels, height, width = indices.shape
    factor = layer.upscale_factor
    split = indices.reshape(*more, channels // factor**2, factor, factor, height, width)
    moved = np.moveaxis(split, (-4, -3), (-3, -1))
    return moved.reshape(*more, channels // factor**2, height * factor, width * factor)


def _unshuffled(indices: Indices, layer: kinds.PixelUnshuffle) -> Indices:
    *more, channels, height, width = indices.shape
    factor = layer.downscale_factor
    split = indices.reshape(*more, channels, height // factor, factor, width // factor, factor)
    moved = np.moveaxis(split, (-3, -1), (-4, -3))
    return moved.reshape(*more, channels * factor**2, height // factor, width // factor)


def _bordered(indices: Indices, layer: borders.BorderLayer) -> Indices:
    mode = next(_MODES[base] for base in type(layer).__mro__ if base in _MODES)
    around = [(0, 0)] * (indices.ndim - layer.rank) + [(size, size) for size in layer.padding]
    filled: dict[str, Any] = {"constant_values": -1} if mode == "zeros" else {}
    return np.pad(indices, around, MODES[mode], **filled)


MOVES: dict[type, Callable[[Indices, Any], Indices]] = {
    kinds.Permute: lambda indices, layer: indices.transpose([dim - 1 for dim in layer.dims]),
    kinds.PixelShuffle: _shuffled,
    kinds.PixelUnshuffle: _unshuffled,
    borders.BorderLayer: _bordered,
}
"""Where a number of one example comes from: row-major indices of the input, moved as the layer moves numbers."""


@writes(*MOVES)
def moved(page: Page, id: str, layer: Any, place: Place) -> Term:
    """What was moved, by `MOVES`."""
    source = source_of(page, id)

    def make() -> Indices:
        shape = shape_of(page, source)[1:]
        move = next(MOVES[base] for base in type(layer).__mro__ if base in MOVES)
        return move(np.arange(prod(shape)).reshape(shape), layer)

    return taken_from(page, id, page.once(("moved", id), make), source, place) or ZERO


@writes(kinds.Flatten, kinds.Reshape)
def same_order(page: Page, id: str, _layer: Any, place: Place) -> Term:
    """What stands in another shape in the order of before."""
    source = source_of(page, id)
    index = np.ravel_multi_index(place, shape_of(page, id))
    return page.value(source, tuple(map(int, np.unravel_index(index, shape_of(page, source)))))


@writes(Concat)
def _joined(page: Page, id: str, layer: Concat, place: Place) -> Term:
    dim, at = layer.dim % len(place), list(place)
    for source in sources(page, id):
        size = shape_of(page, source)[dim]
        if at[dim] < size:
            return page.value(source, tuple(at))
        at[dim] -= size
    raise AssertionError("a place beyond all that was joined")


@writes(kinds.Upsample)
def _grown(page: Page, id: str, layer: kinds.Upsample, place: Place) -> Term:
    source = source_of(page, id)
    before, after = shape_of(page, source)[2:], shape_of(page, id)[2:]
    axes = [_seen(layer, at, *sizes) for at, *sizes in zip(place[2:], before, after, strict=True)]
    shares: dict[Place, float] = {}
    for each in product(*axes):
        at = tuple(index for index, _ in each)
        shares[at] = shares.get(at, 0.0) + prod(share for _, share in each)
    return total(times(constant(share), page.value(source, (*place[:2], *at))) for at, share in shares.items() if share)


def _seen(layer: kinds.Upsample, at: int, before: int, after: int) -> list[tuple[int, float]]:
    """The places along one dimension that a new one is made of, and with which share.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
    """
    step = 1 / layer.scale_factor if layer.scale_factor else before / after
    if layer.mode == "nearest":
        return [(min(floor(at * step), before - 1), 1.0)]
    if layer.mode == "nearest-exact":
        return [(min(floor((at + 0.5) * step), before - 1), 1.0)]
    middle = (at + 0.5) * step - 0.5
    if layer.align_corners:
        middle = at * (before - 1) / (after - 1) if after > 1 else 0.0
    if layer.mode == "bicubic":
        shares = _cubic(middle - floor(middle))
        return [(min(max(floor(middle) + k - 1, 0), before - 1), share) for k, share in enumerate(shares)]
    first = min(floor(max(middle, 0.0)), before - 1)
    share = max(middle, 0.0) - first
    return [(first, 1 - share), (min(first + 1, before - 1), share)]


def _cubic(t: float) -> list[float]:
    """The shares of the four nearest places, at ``t`` between the middle ones (Keys 1981)."""

    def inner(x: float) -> float:
        return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1

    def outer(x: float) -> float:
        return ((CUBIC * x - 5 * CUBIC) * x + 8 * CUBIC) * x - 4 * CUBIC

    return [outer(t + 1), inner(t), inner(1 - t), outer(2 - t)]
