"""Which weights of a network can be pruned, and what goes with a filter when it is."""

from __future__ import annotations

from collections.abc import Iterator

from models.document import Document
from models.kinds.layer import Layer, TensorType
from models.network import Network, Node
from models.training.settings import BY_FILTER

WIDTHS = ("out_channels", "out_features")
"""Fields that say how many filters or units a layer has."""


def prunable(document: Document, by: str) -> dict[str, list[str]]:
    """The names of weights that are pruned, each with those that go with its filters: none unless pruned by filter.

    Matrices and filters alone are pruned, no biases and nothing of normalizations. Filters whose outputs are answers
    stay; with others go their biases and what batch normalization makes of their channels.
    """
    found: dict[str, list[str]] = {}
    for node in document.network:
        layer = node.layer
        if layer is None or not document.analysis[node.id].parameters:
            continue
        if by == BY_FILTER:
            if width_of(document, node) and not _answers(document.network, node.id):
                found[f"{node.attribute}.weight"] = list(_companions(document, node))
            continue
        weights = layer.weights(_inputs(document, node))
        names = (weight.name for weight in weights if weight.trainable and len(weight.shape) > 1)
        found |= {f"{node.attribute}.{name}": [] for name in names}
    return found


def width_of(document: Document, node: Node) -> str:
    """The field that says how many filters a layer has, where they lie along the first dimension of its weight; else
    ""."""
    layer, inputs = node.layer, _inputs(document, node)
    name = next((name for name in WIDTHS if layer and name in layer.fields), "")
    if layer is None or not name or not isinstance(width := getattr(layer, name), int):
        return ""
    sizes = [_first_sizes(one, inputs) for one in (layer, layer.replace(**{name: 2 * width}))]
    return name if sizes[0].get("weight") == width and sizes[1].get("weight") == 2 * width else ""


def _first_sizes(layer: Layer, inputs: tuple[TensorType, ...]) -> dict[str, int]:
    return {weight.name: weight.shape[0] for weight in layer.weights(inputs) if weight.shape}


def _companions(document: Document, node: Node) -> Iterator[str]:
    """The biases of a layer, and the weights of a batch normalization that alone takes what it gives."""
    network, layer = document.network, node.layer
    if layer and any(weight.name == "bias" for weight in layer.weights(_inputs(document, node))):
        yield f"{node.attribute}.bias"
    following = [network[edge.target] for edge in network.edges_from(node.id)]
    for other in following if len(following) == 1 else ():
        if other.layer and other.layer.normalizes_batch:
            names = (weight.name for weight in other.layer.weights(_inputs(document, other)) if weight.trainable)
            yield from (f"{other.attribute}.{name}" for name in names)


def _answers(network: Network, id: str) -> bool:
    """Whether what a layer gives reaches an Output with no other matrix between them."""
    open_ends, seen = [id], set[str]()
    while open_ends:
        for edge in network.edges_from(open_ends.pop()):
            layer = network[edge.target].layer
            if layer is None or layer.is_output:
                return True
            if edge.target not in seen and not any(name in layer.fields for name in WIDTHS):
                seen.add(edge.target)
                open_ends.append(edge.target)
    return False


def _inputs(document: Document, node: Node) -> tuple[TensorType, ...]:
    return tuple(item for item in document.analysis[node.id].inputs if item is not None)
