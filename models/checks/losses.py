"""Activations that do not go with the loss behind them."""

from __future__ import annotations

from collections.abc import Iterator

from models.document import Document
from models.document.edits import RemoveNodes
from models.findings.base import check
from models.findings.example import image, row, trained_by
from models.findings.finding import Finding, Mend, warning
from models.kinds.layer import Layer
from models.layers.activation import ReLU, Softmax
from models.layers.linear import Linear
from models.network import Node, output_nodes
from models.training.losses import BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss


@check(
    finds=row(image(4), Linear, Softmax, trained_by(CrossEntropyLoss)),
    passes=row(image(4), Linear, Softmax, trained_by(MSELoss)),
)
def applied_twice(document: Document) -> Iterator[Finding]:
    """Softmax before cross-entropy, sigmoid before binary cross-entropy: gradients nearly vanish."""
    for node, layer, loss in _before_losses(document):
        if layer.applies and layer.applies == loss.applies:
            message = f"{node.kind:.20} before {loss.kind} is applied twice."
            detail = f"The loss does it itself; with two of them learning is slow. Remove {node.id}."
            yield warning(node.id, message, detail, mends=(_remove(node),))


@check(
    finds=row(image(4), Linear, ReLU, trained_by(BCEWithLogitsLoss)),
    passes=row(image(4), Linear, ReLU, trained_by(MSELoss)),
)
def one_sided_scores(document: Document) -> Iterator[Finding]:
    """Scores for classes that can never be negative: once they are all 0, nothing is learned any more."""
    for node, layer, loss in _before_losses(document):
        if layer.nonnegative and loss.applies and layer.applies != loss.applies:
            message = f"{node.kind:.20} before {loss.kind} cuts off all negative scores."
            detail = f"The loss expects scores of any sign. Remove {node.id}."
            yield warning(node.id, message, detail, mends=(_remove(node),))


def _before_losses(document: Document) -> Iterator[tuple[Node, Layer, Loss]]:
    """The known layers that feed an Output and nothing else, with its loss."""
    network = document.network
    for output in output_nodes(network):
        loss = getattr(output.layer, "loss", None)
        for edge in network.edges_into(output.id):
            node = network[edge.source]
            if isinstance(loss, Loss) and node.layer and len(network.edges_from(node.id)) == 1:
                yield node, node.layer, loss


def _remove(node: Node) -> Mend:
    return Mend(f"Remove {node.id:.40}", RemoveNodes([node.id], heal=True))
