"""Layers that take an image, but not as one: Linear sees its rows, pooling of another rank its channels as space."""

from __future__ import annotations

from collections.abc import Iterator

from models.findings.base import REST, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, warning
from models.findings.inserting import insert_before
from models.findings.inside import Analyzed
from models.kinds.arithmetic import LAYOUTS
from models.kinds.layer import brief
from models.layers.activation import ReLU
from models.layers.linear import Linear
from models.layers.pooling import AdaptiveAvgPool2d, AdaptiveAvgPool3d, MaxPool2d, MaxPool3d, Pooling
from models.layers.reshape import Flatten, Permute
from models.layers.terminals import Output
from models.network import Edge, Node

_GLOBAL_POOLS = {3: AdaptiveAvgPool2d, 4: AdaptiveAvgPool3d}
"""By the number of sizes of what they take."""


MOST_STEPS = 20
"""Layers that are gone back through to see whether channels were put last."""


@check_layers(
    finds=row(image(1, 8, 8), Linear, Output),
    passes=row(image(1, 8, 8), (Permute, {"dims": [2, 3, 1]}), Linear, ReLU, Linear, Output),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html",
)
def linear_on_image(part: Analyzed) -> Iterator[Finding | None]:
    """A linear layer takes the last dimension for the features, which in an image is the width, unless a layer before
    it has put the channels there, as in ConvNeXt."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if node.layer is None or not node.layer.linear:
                continue
            given, wires = part.analysis[node.id].inputs[:1], part.network.edges_into(node.id)
            if len(wires) != 1 or not given or given[0] is None or len(given[0].shape) < 3:
                continue
            if not _reordered(part, wires[0]):
                yield _on_rows(node, wires[0], given[0].shape)


def _reordered(part: Analyzed, wire: Edge) -> bool:
    """Whether what comes through a wire had its dimensions put in another order, and kept them since."""
    for _ in range(MOST_STEPS):
        layer, wires = part.network[wire.source].layer, part.network.edges_into(wire.source)
        if layer is None or not wires:
            return False
        if layer.reorders and not layer.keeps_shape:
            return True
        if not layer.linear and not part.analysis[wire.source].keeps_shape:
            return False
        wire = wires[0]
    return False


def _on_rows(node: Node, wire: Edge, shape: tuple[int, ...]) -> Finding:
    mends = [insert_before("Insert Flatten", wire, Flatten)]
    if pool := _GLOBAL_POOLS.get(len(shape)):
        label = "Insert global average pool"
        mends.append(insert_before(label, wire, (pool, {"output_size": 1}), Flatten))
    message = f"{node.kind:.20} needs a flat vector, but it receives {brief(shape)}."
    detail = "As it is, each row of the image goes through the same weights."
    return warning(node.id, message, detail, mends=tuple(mends))


@check_layers(
    finds=row(image(3, 8, 8), MaxPool3d, Output),
    passes=row(image(3, 8, 8), MaxPool2d, Output),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html",
)
def channels_pooled(part: Analyzed) -> Iterator[Finding | None]:
    """PyTorch's pooling takes input without channels, too; with channels and one size less it pools across them."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            layer = node.layer
            if not isinstance(layer, Pooling):
                continue
            given = part.analysis[node.id].inputs[:1]
            if not given or given[0] is None or layer.suits((given[0],)):
                continue
            message = f"{node.kind:.20} takes all sizes of {brief(given[0].shape)} for space and none for channels."
            detail = f"It works, but pools across channels. Meant for it: {LAYOUTS[layer.rank]}."
            yield warning(node.id, message, detail)
