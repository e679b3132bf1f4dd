"""Layers that take an image, but not as one: Linear sees its rows, pooling of another rank its channels as space."""

from __future__ import annotations

from collections.abc import Iterator

from models.document import Document
from models.findings.base import REST, check, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, warning
from models.findings.inserting import insert_before
from models.kinds.arithmetic import LAYOUTS
from models.kinds.layer import brief
from models.layers.linear import Linear
from models.layers.pooling import AdaptiveAvgPool2d, AdaptiveAvgPool3d, MaxPool2d, MaxPool3d, Pooling
from models.layers.reshape import Flatten
from models.layers.terminals import Output
from models.network import Edge, Node

_GLOBAL_POOLS = {3: AdaptiveAvgPool2d, 4: AdaptiveAvgPool3d}
"""By the number of sizes of what they take."""


@check(finds=row(image(1, 8, 8), Linear, Output), passes=row(image(5, 4), Linear, Output))
def linear_on_image(document: Document) -> Iterator[Finding | None]:
    """A linear layer takes the last dimension for the features, which in an image is the width."""
    for nodes in in_pieces(document):
        yield REST
        for node in nodes:
            if node.layer is None or not node.layer.linear:
                continue
            given, wires = document.analysis[node.id].inputs[:1], document.network.edges_into(node.id)
            if len(wires) == 1 and given and given[0] is not None and len(given[0].shape) > 2:
                yield _on_rows(node, wires[0], given[0].shape)


def _on_rows(node: Node, wire: Edge, shape: tuple[int, ...]) -> Finding:
    mends = [insert_before("Insert Flatten", wire, Flatten)]
    if pool := _GLOBAL_POOLS.get(len(shape)):
        label = "Insert global average pool"
        mends.append(insert_before(label, wire, (pool, {"output_size": 1}), Flatten))
    message = f"{node.kind:.20} needs a flat vector, but it receives {brief(shape)}."
    detail = "As it is, each row of the image goes through the same weights."
    return warning(node.id, message, detail, mends=tuple(mends))


@check(finds=row(image(3, 8, 8), MaxPool3d, Output), passes=row(image(3, 8, 8), MaxPool2d, Output))
def channels_pooled(document: Document) -> Iterator[Finding | None]:
    """PyTorch's pooling takes input without channels, too; with channels and one size less it pools across them."""
    for nodes in in_pieces(document):
        yield REST
        for node in nodes:
            layer = node.layer
            if not isinstance(layer, Pooling):
                continue
            given = document.analysis[node.id].inputs[:1]
            if not given or given[0] is None or layer.suits((given[0],)):
                continue
            message = f"{node.kind:.20} takes all sizes of {brief(given[0].shape)} for space and none for channels."
            detail = f"It works, but pools across channels. Meant for it: {LAYOUTS[layer.rank]}."
            yield warning(node.id, message, detail)
