"""Layers far larger than any computer that trains: mostly a number with some zeros too many."""

from __future__ import annotations

from collections.abc import Iterator

from models.analysis.reports import BYTES
from models.findings.base import REST, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, warning
from models.findings.inside import Analyzed
from models.layers.convolution import Conv2d
from models.layers.terminals import Output

MOST_BYTES = 2**36
"""64 GB for the numbers of one layer, which training holds several times over."""


@check_layers(
    finds=row(image(3, 8, 8), (Conv2d, {"out_channels": 10**9}), Output),
    passes=row(image(3, 8, 8), (Conv2d, {"out_channels": 10**3}), Output),
)
def too_large(part: Analyzed) -> Iterator[Finding | None]:
    """Parameters, or values of a single example, that no memory holds."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            report = part.analysis[node.id]
            weights, output = (report.parameters or 0) * BYTES["float"], report.activation_bytes or 0
            if weights > MOST_BYTES or output > MOST_BYTES:
                what, size = ("parameters", weights) if weights >= output else ("output", output)
                message = f"The {what} of this {node.kind:.30} would take {size / 2**30:,.0f} GB."
                detail = "Look whether one of its sizes, or of the layers before it, has a digit too many."
                expected = f"at most {MOST_BYTES / 2**30:,.0f} GB"
                yield warning(node.id, message, detail, expected, f"{size / 2**30:,.0f} GB")
