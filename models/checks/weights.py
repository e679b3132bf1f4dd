"""Weights that do nothing: biases that a normalization takes away again, linear layers that could be one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from models.document.edits import Batch, SetParam
from models.findings.base import REST, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, hint
from models.findings.inserting import insert_before
from models.findings.inside import Analyzed
from models.kinds.layer import Layer, TensorType
from models.layers.activation import ReLU, Tanh
from models.layers.convolution import Conv2d
from models.layers.linear import Linear
from models.layers.normalization import BatchNorm2d
from models.layers.regularization import Dropout
from models.layers.terminals import Output
from models.network import Edge, Node


@check_layers(
    finds=row(image(3, 8, 8), Conv2d, BatchNorm2d, Output),
    passes=row(image(3, 8, 8), Conv2d, ReLU, BatchNorm2d, Output),
)
def canceled_bias(part: Analyzed) -> Iterator[Finding | None]:
    """Biases right before a batch normalization, which subtracts the mean and so the bias: one hint for all of them."""
    nodes: list[Node] = []
    count = 0
    for piece in in_pieces(part):
        yield REST
        canceled = [node for node in piece if _is_canceled(part, node) and _is_all_of_it(part, node)]
        count += sum(_biases(part, node) for node in canceled)
        nodes += canceled
    if not nodes:
        return
    first = nodes[0]
    also = f" and {len(nodes) - 1} more" if len(nodes) > 1 else ""
    message = f"The bias of {first.id:.15}{also} is canceled by the batch normalization behind it."
    detail = f"Without it the same is computed with {count:,} fewer parameters."
    edits = [SetParam(node.id, "bias", False) for node in nodes]
    mend = Mend("Turn bias off", edits[0] if len(edits) == 1 else Batch("Turn bias off", edits))
    yield hint(first.id, message, detail, mends=(mend,))


def _is_all_of_it(part: Analyzed, node: Node) -> bool:
    """Whether a node is the first to call its module, whose bias is canceled wherever it is called."""
    first, *others = part.network.partners(node.id)
    return node.id == first and all(_is_canceled(part, part.network[id]) for id in others)


def _is_canceled(part: Analyzed, node: Node) -> bool:
    """Whether a bias adds one number to each channel, and only a batch normalization reads what comes out."""
    network, layer = part.network, node.layer
    if layer is None or layer.bias_dim is None or getattr(layer, "bias", False) is not True:
        return False
    shape = part.analysis[node.id].shape
    # What is not known to be otherwise counts: channels come first, and a vector has nothing else.
    if shape is not None and layer.bias_dim % len(shape) != 0:
        return False
    wire = _only(network.edges_from(node.id))
    follower = network[wire.target].layer if wire else None
    return follower is not None and follower.normalizes_batch


def _biases(part: Analyzed, node: Node) -> int:
    """How many numbers the bias of a node has, 0 if that is not known."""
    report = part.analysis[node.id]
    inputs = tuple([given for given in report.inputs if given])
    return _bias_of(node.layer, inputs) if node.layer and inputs and report.parameters is not None else 0


@lru_cache(maxsize=256)
def _bias_of(layer: Layer, inputs: tuple[TensorType, ...]) -> int:
    """The same of a layer: in a network of many equal ones it is asked once."""
    return sum(weight.elements for weight in layer.weights(inputs) if weight.name == "bias")


@check_layers(
    finds=row(image(4), Linear, Dropout, Linear, Output),
    passes=row(image(4), Linear, Tanh, Linear, Output),
)
def no_activation(part: Analyzed) -> Iterator[Finding | None]:
    """Two linear layers with nothing nonlinear between them: together they are one linear map."""
    network = part.network
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if node.layer is None or not node.layer.linear:
                continue
            first = wire = _only(network.edges_from(node.id))
            while wire and _leads_to(part, wire, lambda layer: layer.keeps_values):
                wire = _only(network.edges_from(wire.target))
            if first and wire and _leads_to(part, wire, lambda layer: layer.linear):
                mend = insert_before("Insert ReLU", first, ReLU)
                message = f"{node.id:.20} and {wire.target:.20} are one linear map: no activation between."
                detail = "Put an activation such as ReLU between them, or leave one of them out."
                yield hint(node.id, message, detail, mends=(mend,))


def _leads_to(part: Analyzed, wire: Edge, is_meant: Callable[[Layer], bool]) -> bool:
    """Whether the wire leads to such a layer; not on a loop, where following it would never end."""
    layer = part.network[wire.target].layer
    return layer is not None and is_meant(layer) and bool(part.analysis[wire.target].inputs)


def _only(wires: list[Edge]) -> Edge | None:
    return wires[0] if len(wires) == 1 else None
