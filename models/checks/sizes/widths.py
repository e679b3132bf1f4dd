"""Views and widths by orders of magnitude too small or too large."""

from __future__ import annotations

from collections.abc import Iterator

from models.analysis.reports import ReceptiveField
from models.document import Document
from models.document.edits import SetParam
from models.findings.base import REST, check, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, hint, in_line
from models.findings.inserting import insert_before
from models.findings.inside import Analyzed
from models.findings.walking import only, reader, source
from models.kinds.layer import Layer, times
from models.layers.activation import ReLU
from models.layers.convolution import Conv2d
from models.layers.dimensions.reducing import GlobalPool
from models.layers.linear import Linear
from models.layers.pooling import AdaptiveAvgPool2d
from models.layers.reshape import Flatten
from models.layers.terminals import Output
from models.network import Node, input_nodes

LEAST_VIEW = 0.125
"""Share of the input's side that a place should see before all places are made one."""
LEAST_SIDE = 32
NARROW = 100
"""Times that a layer is narrower than its neighbors to be a bottleneck that is hardly meant."""
MANY = 1_000_000
_STRIDED = Conv2d, {"kernel_size": 5, "stride": 2}


@check(
    finds=row(image(3, 64, 64), Conv2d, ReLU, GlobalPool, Linear, Output),
    passes=row(image(3, 64, 64), _STRIDED, ReLU, _STRIDED, ReLU, GlobalPool, Linear, Output),
    learn="https://distill.pub/2019/computing-receptive-fields/",
)
def small_view(document: Document) -> Iterator[Finding | None]:
    """Global pooling of places each of which has seen far less than an object is large."""
    inputs = input_nodes(document.network)
    shape = document.analysis[inputs[0].id].shape if len(inputs) == 1 else None
    if shape is None or len(shape) < 2 or min(shape[1:]) < LEAST_SIDE:
        return
    for nodes in in_pieces(document):
        yield REST
        for node in nodes:
            before = source(document, node.id) if isinstance(node.layer, GlobalPool | AdaptiveAvgPool2d) else None
            field = document.analysis[before.id].receptive_field if before else None
            if isinstance(field, ReceptiveField) and _is_small(field, shape[1:]):
                message = f"Before {node.id:.20} each place has seen {times(field.size)} of {times(shape[1:])} values."
                detail = (
                    "What is larger cannot be told apart. More layers, strides or pooling before it widen the view."
                )
                yield hint(node.id, in_line(message), detail)


def _is_small(field: ReceptiveField, sizes: tuple[int, ...]) -> bool:
    pairs = zip(field.size, sizes, strict=False)
    return len(field.size) == len(sizes) and all(seen < LEAST_VIEW * size for seen, size in pairs)


@check_layers(
    finds=row(image(1000), (Linear, {"out_features": 2}), ReLU, (Linear, {"out_features": 1000}), Output),
    passes=row(image(1000), (Linear, {"out_features": 32}), ReLU, (Linear, {"out_features": 1000}), Output),
    learn="https://d2l.ai/chapter_builders-guide/model-construction.html",
)
def narrow_passage(part: Analyzed) -> Iterator[Finding | None]:
    """A layer by orders of magnitude narrower than those around it: a digit may be missing."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            width, given = _width(part, node)
            if not width or given < NARROW * width:
                continue
            behind = reader(part, node.id, lambda layer: layer.keeps_shape and not layer.linear)
            wide = _width(part, behind)[0] if behind else 0
            if wide >= NARROW * width:
                message = f"A bottleneck of {width:,} numbers between {given:,} and {wide:,}."
                mend = Mend(f"Give it {10 * width:,} features", SetParam(node.id, "out_features", 10 * width))
                yield hint(
                    node.id, in_line(message), "All else is lost there. Fine where that is meant.", mends=(mend,)
                )


def _width(part: Analyzed, node: Node) -> tuple[int, int]:
    """The features that a linear layer gives and takes; 0 of all others."""
    report = part.analysis[node.id]
    given = report.inputs[0] if report.inputs else None
    if node.layer is None or not node.layer.linear or not report.shape or given is None:
        return 0, 0
    return report.shape[-1], given.shape[-1]


def _is_dropout(layer: Layer) -> bool:
    """Whether it hands on values in their places and their shape."""
    return layer.keeps_values and not layer.flattens


@check(
    finds=row(image(8, 64, 64), Flatten, (Linear, {"out_features": 64}), Output),
    passes=row(image(8, 64, 64), GlobalPool, (Linear, {"out_features": 64}), Output),
    learn="https://arxiv.org/abs/1312.4400",
)
def holds_most_weights(document: Document) -> Iterator[Finding | None]:
    """A linear layer on a flattened image that holds most of all parameters: pooled, it takes a fraction of them."""
    total = 0
    for nodes in in_pieces(document):
        yield REST
        total += sum(document.analysis[node.id].parameters or 0 for node in nodes)
    if total < MANY:
        return
    for nodes in in_pieces(document):
        yield REST
        for node in nodes:
            count = document.analysis[node.id].parameters or 0
            most = node.layer is not None and node.layer.linear and 2 * count > total
            before = source(document, node.id, _is_dropout) if most else None
            given = document.analysis[before.id].inputs if before and before.layer and before.layer.flattens else ()
            wire = only(document.network.edges_into(before.id)) if before else None
            if wire is None or not given or given[0] is None or len(given[0].shape) != 3:
                continue
            channels, outputs = given[0].shape[0], (document.analysis[node.id].shape or (0,))[-1]
            pooled = outputs * (channels + bool(getattr(node.layer, "bias", False)))
            message = f"This layer holds {count / total:.0%} of all parameters: {count:,}."
            detail = f"With global average pooling before it, it has {pooled:,}."
            mend = insert_before("Insert global average pool", wire, (AdaptiveAvgPool2d, {"output_size": 1}))
            yield hint(node.id, in_line(message), detail, mends=(mend,))
