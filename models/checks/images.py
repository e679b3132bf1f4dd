"""Linear layers that receive an image: they work, but along its rows alone."""

from __future__ import annotations

from collections.abc import Iterator

from models.analysis import Issue
from models.checks.base import check, insert_before
from models.document import Document
from models.layers.base import brief


@check
def linear_on_image(document: Document) -> Iterator[Issue]:
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
        yield Issue("warning", "linear-on-image", node.id, message, detail, mends=tuple(mends))
