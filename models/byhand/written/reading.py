"""Where the numbers of a layer come from: what feeds it, and the windows of convolutions and poolings."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from models.byhand.pen import Pen, Place
from models.layers.convolution import Convolution
from models.layers.pooling import WindowPooling

if TYPE_CHECKING:
    from models.network import Network

Sliding = Convolution | WindowPooling


def sources(network: Network, id: str) -> list[str] | None:
    """The layers whose first outputs feed a layer, port by port; None where another output does."""
    node, edges = network[id], network.edges_into(id)
    found = [edge for port in node.inputs for edge in edges if edge.target_port == port.name]
    if any(edge.source_port != network[edge.source].outputs[0] for edge in found):
        return None
    return [edge.source for edge in found]


def source_of(pen: Pen, id: str) -> str | None:
    """The one layer that feeds another; None where there are several or its values are not known."""
    found = sources(pen.page.network, id)
    return found[0] if found and len(found) == 1 and found[0] in pen.now.values else None


def spread(layer: Sliding) -> tuple[Place, Place, Place, Place]:
    """Kernel, stride, dilation and the border before."""
    if isinstance(layer, Convolution):
        return layer.kernel_size, layer.stride, layer.dilation, tuple(before for before, _ in layer.borders())
    return layer.kernel_size, *layer.spacing(), layer.padding


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


def is_plain(layer: Convolution) -> bool:
    """Whether the border of a convolution holds zeros."""
    return layer.padding_mode == "zeros"
