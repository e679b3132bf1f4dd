"""Where the numbers of a layer come from: what feeds it, and the windows of convolutions and poolings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.pen import NotWrittenError, Page, Place
from models.byhand.terms import Leaf
from models.layers.convolution import Convolution
from models.layers.pooling import WindowPooling

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.network import Edge
else:
    np = Later("numpy")

Sliding = Convolution | WindowPooling
MODES: dict[str, Any] = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""What numpy calls the ways to fill a border."""


def value_name(page: Page, edge: Edge) -> str:
    """What the values of the output at the beginning of a wire are called."""
    first = edge.source_port == page.network[edge.source].outputs[0]
    return edge.source if first else f"{edge.source}:{edge.source_port}"


def sources(page: Page, id: str) -> list[str]:
    """What feeds a layer, port by port; raises `NotWrittenError` where its values are not known."""
    edges = page.network.edges_into(id)
    found = [edge for port in page.network[id].inputs for edge in edges if edge.target_port == port.name]
    names = [value_name(page, edge) for edge in found]
    for name in names:
        if name not in page.now.values:
            raise NotWrittenError(f"The values of {name} are not known, so nothing is written for what reads them.")
    return names


def source_of(page: Page, id: str) -> str:
    """The one that feeds a layer; raises `NotWrittenError`."""
    found = sources(page, id)
    if len(found) != 1:
        raise NotWrittenError(f"{id} reads {len(found)} layers; the steps are written for one.")
    return found[0]


def read(page: Page, id: str, place: Place) -> Leaf:
    """A number of what feeds a layer."""
    return page.value(source_of(page, id), place)


def weight_of(page: Page, id: str, own: str, place: Place) -> Leaf:
    """A weight of a layer by its own name."""
    return page.weight(f"{page.network[id].attribute}.{own}", place)


def has_weight(page: Page, id: str, own: str) -> bool:
    """Whether a layer has a weight of that name."""
    return f"{page.network[id].attribute}.{own}" in page.now.weights


def shape_of(page: Page, name: str) -> Place:
    """The shape of values, rows first."""
    return page.now.values[name].shape


def taken_from(page: Page, id: str, indices: NDArray[np.int64], source: str, place: Place) -> Leaf | None:
    """The number at a place of an array of row-major indices of one example; None where it holds −1."""
    index = int(indices[place[1:]])
    if index < 0:
        return None
    at = np.unravel_index(index, shape_of(page, source)[1:])
    return page.value(source, (place[0], *map(int, at)))


def spread(layer: Sliding) -> tuple[Place, Place, Place, Place]:
    """Kernel, stride, dilation and the border before."""
    if isinstance(layer, Convolution):
        return layer.kernel_size, layer.stride, layer.dilation, tuple(before for before, _ in layer.borders())
    return layer.kernel_size, *layer.spacing(), layer.borders


def window(layer: Sliding, at: Place, sizes: Place) -> Iterator[tuple[Place, Place]]:
    """The places in the kernel and in the input that an output at ``at`` sees; those in the padding are left out."""
    kernel, stride, dilation, border = spread(layer)
    for offset in product(*map(range, kernel)):
        place = tuple(a * s - b + o * d for a, s, b, o, d in zip(at, stride, border, offset, dilation, strict=True))
        if all(0 <= p < size for p, size in zip(place, sizes, strict=True)):
            yield offset, place


def windows_over(layer: Sliding, place: Place, outputs: Place) -> Iterator[tuple[Place, Place]]:
    """The places in the kernel and in the output of all windows that see an input at ``place``."""
    kernel, stride, dilation, border = spread(layer)
    for offset in product(*map(range, kernel)):
        moved = [p + b - o * d for p, b, o, d in zip(place, border, offset, dilation, strict=True)]
        at = tuple(m // s for m, s in zip(moved, stride, strict=True))
        exact = all(m % s == 0 for m, s in zip(moved, stride, strict=True))
        if exact and all(0 <= a < size for a, size in zip(at, outputs, strict=True)):
            yield offset, at


def padded(sizes: Place, borders: tuple[tuple[int, int], ...], mode: str) -> NDArray[np.int64]:
    """Row-major indices of spatial places with a border around; −1 where the border holds zeros."""
    indices = np.arange(int(np.prod(sizes))).reshape(sizes)
    filled: dict[str, Any] = {"constant_values": -1} if mode == "zeros" else {}
    return np.pad(indices, borders, MODES[mode], **filled)
