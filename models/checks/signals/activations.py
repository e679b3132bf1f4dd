"""Activations that cut off what is asked for, or let no gradient through."""

from __future__ import annotations

from collections.abc import Iterator

from models.document.edits import RemoveNodes
from models.document.replacing import Replace, replacing
from models.findings.base import REST, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, in_line, warning
from models.findings.inside import Analyzed
from models.findings.walking import any_before, listed, reader, source
from models.kinds.layer import Layer
from models.layers.activation import ReLU, Sigmoid, Tanh
from models.layers.activations.steps import Heaviside
from models.layers.linear import Linear
from models.layers.normalization import BatchNorm1d
from models.layers.terminals import Output
from models.network import Node

LEAST_FACTOR = 1e-3
"""What a row of activations may make of a gradient at best."""


@check_layers(
    finds=row(image(4), Linear, ReLU, Sigmoid, Output),
    passes=row(image(4), Linear, ReLU, Linear, Sigmoid, Output),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html",
)
def half_a_sigmoid(part: Analyzed) -> Iterator[Finding | None]:
    """What is never below 0 goes into a sigmoid, whose answers then begin at a half."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if node.layer is None or not node.layer.nonnegative or not node.layer.keeps_shape:
                continue
            behind = reader(part, node.id)
            if behind and behind.layer and behind.layer.applies == Sigmoid.applies:
                message = f"{node.id:.20} before {behind.id:.20} is never negative: no answer is below ½."
                detail = f"A sigmoid decides by the sign of what it gets. Remove {node.id:.40}."
                mend = Mend(f"Remove {node.id:.40}", RemoveNodes([node.id], heal=True))
                yield warning(node.id, message, detail, mends=(mend,))


@check_layers(
    finds=row(image(4), Linear, Heaviside, Linear, Output),
    passes=row(image(4), Heaviside, Linear, Output),
    learn="https://docs.pytorch.org/docs/stable/notes/autograd.html",
)
def no_gradient(part: Analyzed) -> Iterator[Finding | None]:
    """A function without a slope: nothing before it learns."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            flat = node.layer is not None and node.layer.flat
            if flat and any_before(part, node.id, lambda other: bool(part.analysis[other.id].parameters)):
                message = f"{node.kind:.30} has no slope, so nothing before it learns."
                detail = "Its gradient is 0 everywhere. A sigmoid in its place has the same two ends."
                mend = Mend(f"Replace {node.id:.30} by {Sigmoid.kind}", Replace(node.id, Sigmoid.kind))
                yield warning(node.id, message, detail, mends=(mend,))


_EIGHT = [kind for _ in range(8) for kind in (Linear, Sigmoid)]


@check_layers(
    finds=row(image(4), *_EIGHT, Linear, Output),
    passes=row(image(4), *[kind for _ in range(8) for kind in (Linear, BatchNorm1d, Sigmoid)], Linear, Output),
    learn="https://proceedings.mlr.press/v9/glorot10a.html",
)
def fading_gradients(part: Analyzed) -> Iterator[Finding | None]:
    """Activations in a row whose slopes are all below 1: together they leave next to nothing of a gradient."""
    rows: dict[str, list[Node]] = {}
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if node.layer is not None and _slope(node.layer) < 1:
                before = _before(part, node, rows)
                rows[node.id] = [*before, node]
                rows.pop(before[-1].id, None) if before else None
    for found in rows.values():
        factor = 1.0
        for node in found:
            factor *= _slope(node.layer) if node.layer else 1.0
        if factor < LEAST_FACTOR:
            ids = [node.id for node in found]
            message = f"{len(ids)} saturating activations in a row leave {factor:.2g} of a gradient, at most."
            detail = (
                f"{listed(ids)} have a slope of {_slope(found[0].layer or ReLU()):.4g} at most. Use ReLU, or normalize."
            )
            edit, _ = replacing(ids, ReLU.kind)
            yield warning(ids[-1], in_line(message), detail, mends=(Mend(f"Replace them by {ReLU.kind}", edit),))


def _slope(layer: Layer) -> float:
    """The largest slope of an activation that has two flat ends; 1 of all others."""
    if layer.ends is None:
        return 1.0
    from models.expected.curves import properties_of  # with all that By hand writes, and numpy: few networks ask

    found = properties_of(layer)
    return found.steepest if found and not found.flat else 1.0


def _before(part: Analyzed, node: Node, rows: dict[str, list[Node]]) -> list[Node]:
    """The row that leads to a node through layers that neither normalize nor join."""
    at = source(part, node.id)
    for _ in range(20):
        if at is None or at.layer is None or at.layer.normalizes_batch or len(part.network.edges_from(at.id)) > 1:
            return []
        if at.id in rows:
            return rows[at.id]
        if at.layer.family in (BatchNorm1d.family, Tanh.family) and not at.layer.keeps_values:
            return []
        at = source(part, at.id)
    return []
