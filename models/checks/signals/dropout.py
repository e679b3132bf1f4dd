"""Dropout that drops too much, or where it does harm."""

from __future__ import annotations

from collections.abc import Iterator

from models.document import Document
from models.document.edits import RemoveNodes, SetParam
from models.findings.base import REST, check, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, hint, warning
from models.findings.inside import Analyzed
from models.findings.settings import in_form
from models.findings.walking import reader
from models.layers.activation import ReLU
from models.layers.learned.noise import DropPath
from models.layers.linear import Linear
from models.layers.normalization import BatchNorm1d
from models.layers.regularization import Dropout, DropoutLayer
from models.layers.terminals import Output

PAPER = "https://jmlr.org/papers/v15/srivastava14a.html"
MOST = 0.7
USUAL = 0.5


@check_layers(
    finds=row(image(4), Linear, (Dropout, {"p": 1.0}), Linear, Output),
    passes=row(image(4), Linear, ReLU, (Dropout, {"p": MOST}), Linear, Output),
    learn=PAPER,
)
def strong_dropout(part: Analyzed) -> Iterator[Finding | None]:
    """More than 0.7 of all values, or every one of them."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if not isinstance(node.layer, DropoutLayer | DropPath) or node.layer.p <= MOST:
                continue
            mend = Mend(in_form(node.layer.fields["p"], USUAL, node.id), SetParam(node.id, "p", USUAL))
            message = f"{node.layer.p:.0%} of all values are dropped; usual are 10% to 50%."
            if node.layer.p == 1:
                message = "Everything is set to 0 while training: nothing gets through."
            yield warning(node.id, message, mends=(mend,))


@check(
    finds=row(image(4), Linear, Dropout, Output),
    passes=row(image(4), Linear, ReLU, Dropout, Linear, Output),
    learn=PAPER,
)
def dropped_answers(document: Document) -> Iterator[Finding | None]:
    """Dropout right before an Output: answers themselves are set to 0, and the loss is about that."""
    for nodes in in_pieces(document):
        yield REST
        for node in nodes:
            behind = reader(document, node.id) if isinstance(node.layer, DropoutLayer) and node.layer.p else None
            if behind and behind.layer and behind.layer.is_output:
                message = "Answers themselves are set to 0 while training."
                mend = Mend(f"Remove {node.id:.40}", RemoveNodes([node.id], heal=True))
                yield warning(node.id, message, "Put it before the last layer with weights.", mends=(mend,))


@check_layers(
    finds=row(image(4), Linear, Dropout, BatchNorm1d, Linear, Output),
    passes=row(image(4), Linear, BatchNorm1d, Dropout, Linear, Output),
    learn="https://arxiv.org/abs/1801.05134",
)
def dropout_before_norm(part: Analyzed) -> Iterator[Finding | None]:
    """Dropout raises the variance that a batch normalization remembers, and does so no more afterwards."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            behind = reader(part, node.id) if isinstance(node.layer, DropoutLayer) and node.layer.p else None
            if behind and behind.layer and behind.layer.normalizes_batch:
                message = f"{node.id:.20} before {behind.id:.20}: its variance is another after training."
                detail = "Put dropout behind the last batch normalization."
                mend = Mend(f"Remove {node.id:.40}", RemoveNodes([node.id], heal=True))
                yield hint(node.id, message, detail, mends=(mend,))
