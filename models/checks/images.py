"""Layers that take an image, but not as one: Linear sees its rows, pooling of another rank its channels as space."""

from __future__ import annotations

from collections.abc import Iterator

from models.checks.base import check, insert_before
from models.checks.finding import Finding
from models.document import Document
from models.kinds.arithmetic import LAYOUTS
from models.kinds.layer import brief, times
from models.layers.pooling import Pooling


@check
def linear_on_image(document: Document) -> Iterator[Finding]:
    """Linear takes the last dimension for the features, which in an image is the width."""
    for node in document.network:
        given = document.analysis[node.id].inputs[:1]
        wires = document.network.edges_into(node.id)
        if node.kind != "Linear" or len(wires) != 1 or not given or given[0] is None or len(given[0].shape) < 3:
            continue
        shape = given[0].shape
        pool = f"AdaptiveAvgPool{len(shape) - 1}d"
        mends = [insert_before("Insert Flatten", wires[0], ("Flatten", {}))]
        if len(shape) in {3, 4}:
            label = "Insert global average pool"
            mends.append(insert_before(label, wires[0], (pool, {"output_size": 1}), ("Flatten", {})))
        message = f"Linear needs a flat vector, but it receives {brief(shape)}."
        detail = "As it is, each row of the image goes through the same weights."
        yield Finding("warning", "linear-on-image", node.id, message, detail, mends=tuple(mends))


@check
def channels_pooled(document: Document) -> Iterator[Finding]:
    """PyTorch's pooling takes input without channels, too; with channels and one size less it pools across them."""
    for node in document.network:
        given = document.analysis[node.id].inputs[:1]
        layer = node.layer
        if not isinstance(layer, Pooling) or not given or given[0] is None or layer.suits((given[0],)):
            continue
        message = f"{node.kind} takes all sizes of {times(given[0].shape)} for space and none for channels."
        detail = f"It works, but pools across channels. Meant for it: {LAYOUTS[layer.rank]}."
        yield Finding("warning", "channels-pooled", node.id, message, detail)
