"""Activations that do not go with the loss behind them."""

from __future__ import annotations

from collections.abc import Iterator

from models.checks.base import check
from models.checks.finding import Finding, Mend
from models.document import Document
from models.document.edits import RemoveNodes
from models.network import Node

_APPLIES = {"CrossEntropyLoss": ("Softmax", "softmax"), "BCEWithLogitsLoss": ("Sigmoid", "sigmoid")}
"""What a loss applies itself: the kind, and its name in a sentence."""
_ONE_SIDED = ("ReLU", "ReLU6", "Softplus")


@check
def applied_twice(document: Document) -> Iterator[Finding]:
    """Softmax before cross-entropy, sigmoid before binary cross-entropy: gradients nearly vanish."""
    for node, loss in _before_losses(document):
        kind, name = _APPLIES.get(loss, ("", ""))
        if node.kind == kind:
            message = f"{kind} before {_short(loss)} is applied twice: the loss does it itself."
            detail = f"With two of them learning is slow. Remove {node.id}."
            yield Finding("warning", f"{name}-before-loss", node.id, message, detail, mends=(_remove(node),))


@check
def one_sided_scores(document: Document) -> Iterator[Finding]:
    """Scores for classes that can never be negative: once they are all 0, nothing is learned any more."""
    for node, loss in _before_losses(document):
        if node.kind in _ONE_SIDED and loss in _APPLIES:
            message = f"{node.kind} before {_short(loss)} cuts off all negative scores."
            detail = f"The loss expects scores of any sign. Remove {node.id}."
            yield Finding("warning", "one-sided-scores", node.id, message, detail, mends=(_remove(node),))


def _before_losses(document: Document) -> Iterator[tuple[Node, str]]:
    """The layers that feed an Output and nothing else, with its loss."""
    network = document.network
    for output in network:
        loss = getattr(output.layer, "loss", None)
        for edge in network.edges_into(output.id) if loss else ():
            if len(network.edges_from(edge.source)) == 1:
                yield network[edge.source], loss.kind if loss else ""


def _short(loss: str) -> str:
    return {"CrossEntropyLoss": "cross-entropy", "BCEWithLogitsLoss": "binary cross-entropy"}[loss]


def _remove(node: Node) -> Mend:
    return Mend(f"Remove {node.id}", RemoveNodes([node.id], heal=True))
