"""Weights that do nothing: biases that a normalization takes away again, linear layers that could be one."""

from __future__ import annotations

from collections.abc import Container, Iterator

from models.checks.base import check, insert_before
from models.checks.finding import Finding, Mend
from models.document import Document
from models.document.edits import Batch, SetParam
from models.kinds.layer import Weight
from models.network import Edge, Network, Node

_TRANSPARENT = frozenset({"Dropout", "Identity", "Flatten", "AlphaDropout"})
"""Kinds through which two linear layers are still one linear map."""


@check
def cancelled_bias(document: Document) -> Iterator[Finding]:
    """Biases right before a batch normalization, which subtracts the mean and so the bias: one hint for all of them."""
    network = document.network
    nodes = [
        node for node in network if getattr(node.layer, "bias", False) is True and _feeds_batch_norm(network, node)
    ]
    if not nodes:
        return
    count = sum(weight.elements for node in nodes for weight in _biases(document, node))
    first = nodes[0]
    also = f" and {len(nodes) - 1} more" if len(nodes) > 1 else ""
    message = f"The bias of {first.id:.15}{also} is canceled by the batch normalization behind it."
    detail = f"Without it the network computes the same with {count:,} fewer parameters."
    edits = [SetParam(node.id, "bias", False) for node in nodes]
    mend = Mend("Turn bias off", edits[0] if len(edits) == 1 else Batch("Turn bias off", edits))
    yield Finding("hint", "cancelled-bias", first.id, message, detail, mends=(mend,))


def _biases(document: Document, node: Node) -> Iterator[Weight]:
    inputs = tuple(given for given in document.analysis[node.id].inputs if given)
    if node.layer and inputs and document.analysis[node.id].parameters is not None:
        yield from (weight for weight in node.layer.weights(inputs) if weight.name == "bias")


def _feeds_batch_norm(network: Network, node: Node) -> bool:
    followers = [network[edge.target] for edge in network.edges_from(node.id)]
    return len(followers) == 1 and followers[0].kind.startswith("BatchNorm") and followers[0].layer is not None


@check
def no_activation_between(document: Document) -> Iterator[Finding]:
    """Two Linear layers with nothing nonlinear between them: together they are one linear map."""
    network = document.network
    for node in network:
        if node.kind != "Linear":
            continue
        wire = _only(network.edges_from(node.id))
        while wire and _takes_it(document, wire, _TRANSPARENT):
            wire = _only(network.edges_from(wire.target))
        if wire and _takes_it(document, wire, ("Linear",)):
            first = network.edges_from(node.id)[0]
            mend = insert_before("Insert ReLU", first, ("ReLU", {}))
            message = f"{node.id:.20} and {wire.target:.20} are one linear map: no activation between."
            detail = "Put an activation such as ReLU between them, or leave one of them out."
            yield Finding("hint", "no-activation", node.id, message, detail, mends=(mend,))


def _takes_it(document: Document, wire: Edge, kinds: Container[str]) -> bool:
    """Whether the wire leads to one of these kinds; not on a loop, where following it would never end."""
    return document.network[wire.target].kind in kinds and bool(document.analysis[wire.target].inputs)


def _only(wires: list[Edge]) -> Edge | None:
    return wires[0] if len(wires) == 1 else None
