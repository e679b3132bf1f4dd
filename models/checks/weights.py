"""Weights that do nothing: biases that a normalization takes away again, linear layers that could be one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from models.document.edits import Batch, SetParam
from models.findings.base import REST, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, hint
from models.findings.inserting import insert_before
from models.findings.inside import Analyzed
from models.findings.walking import only, reader
from models.kinds.layer import Layer, TensorType
from models.layers.activation import ReLU, Tanh
from models.layers.convolution import Conv2d, Convolution
from models.layers.linear import Linear
from models.layers.normalization import BatchNorm2d
from models.layers.regularization import Dropout
from models.layers.terminals import Output
from models.network import Edge, Node


@check_layers(
    finds=row(image(3, 8, 8), Conv2d, BatchNorm2d, Output),
    passes=row(image(3, 8, 8), Conv2d, ReLU, BatchNorm2d, Output),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html",
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
    wire = only(network.edges_from(node.id))
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
    learn="https://d2l.ai/chapter_multilayer-perceptrons/mlp.html",
)
def no_activation(part: Analyzed) -> Iterator[Finding | None]:
    """Two linear layers with nothing nonlinear between them: together they are one linear map."""
    network = part.network
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if node.layer is None or not node.layer.linear:
                continue
            follower = reader(part, node.id, lambda layer: layer.keeps_values)
            first = only(network.edges_from(node.id))
            if first and follower and follower.layer and follower.layer.linear and _is_known(part, follower):
                yield _one_map(part, first, follower)


def _one_map(part: Analyzed, first: Edge, follower: Node) -> Finding:
    """Two linear layers that are one; through a bottleneck one of a low rank, which may be meant."""
    mend = insert_before("Insert ReLU", first, ReLU)
    message = f"{first.source:.20} and {follower.id:.20} are one linear map: no activation between."
    ends = part.analysis[first.source], part.analysis[follower.id]
    three = ends[0].inputs, ends[0].outputs, ends[1].outputs
    sizes = [types[0].shape[-1] for types in three if types and types[0] and types[0].shape]
    if len(sizes) == 3 and sizes[1] < min(sizes[0], sizes[2]):
        detail = f"Its rank is {sizes[1]}, as {sizes[0]}→{sizes[1]}→{sizes[2]} has it: fine where that is meant."
        return hint(first.source, message, detail, mends=(mend,))
    detail = "Put an activation such as ReLU between them, or leave one of them out."
    return hint(first.source, message, detail, mends=(mend,))


def _is_known(part: Analyzed, node: Node) -> bool:
    """Whether something comes in; not on a loop, where following it would never end."""
    return bool(part.analysis[node.id].inputs)


@check_layers(
    finds=row(image(3, 8, 8), Conv2d, Dropout, Conv2d, Output),
    passes=row(image(3, 8, 8), Conv2d, ReLU, Conv2d, Output),
    learn="https://d2l.ai/chapter_multilayer-perceptrons/mlp.html",
)
def convolutions_in_a_row(part: Analyzed) -> Iterator[Finding | None]:
    """Two full convolutions with nothing nonlinear between them: together they are one, with a larger kernel.

    Depthwise and pointwise ones are a pair that is meant.
    """
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            follower = reader(part, node.id, lambda layer: layer.keeps_values) if _is_full(node.layer) else None
            first = only(part.network.edges_from(node.id))
            if first and follower and _is_full(follower.layer) and _is_known(part, follower):
                message = f"{node.id:.20} and {follower.id:.20} are one convolution: no activation between."
                mend = insert_before("Insert ReLU", first, ReLU)
                yield hint(node.id, message, "Put an activation such as ReLU between them.", mends=(mend,))


def _is_full(layer: Layer | None) -> bool:
    return isinstance(layer, Convolution) and layer.groups == 1
