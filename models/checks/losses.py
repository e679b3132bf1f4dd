"""Activations that do not go with the loss behind them."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from models.basics.quantities import percent
from models.data import ColumnFacts, Facts
from models.document import Document
from models.document.edits import RemoveNodes, SetParam, SetSection, insert_on_edge
from models.findings.base import check, check_of
from models.findings.example import Example, image, row, trained_by
from models.findings.finding import Finding, Mend, error, in_line, warning
from models.findings.settings import set_training
from models.kinds.layer import Layer
from models.layers import LAYERS
from models.layers.activation import ReLU, Sigmoid
from models.layers.activations.softmaxes import Softmax
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.network import Node, output_nodes
from models.training.losses import BCEWithLogitsLoss, CrossEntropyLoss, EmbeddingLoss, Loss, MSELoss
from models.training.losses.embeddings import MinedTripletLoss
from models.training.losses.numbers import CosineLoss
from models.training.losses.weights import unknown_classes
from models.training.losses.yes_no import BCELoss
from models.training.settings import BALANCED, GROUPED, SHUFFLED, TrainingSettings


def _weighed(text: str) -> Example:
    """Flowers of which some classes count more."""
    target = ColumnFacts("y", (), ("setosa", "virginica"), role="target")
    loss = {"kind": "CrossEntropyLoss", "params": {"class_weights": text}}
    facts = Facts("Flowers", {"": ColumnFacts("x", (4,))}, {"": target}, 100)
    return row(image(4), (Linear, {"out_features": 2}), (Output, {"loss": loss}), known=facts, data={"source": "iris"})


_LENGTHS = Facts("Lengths", {"": ColumnFacts("x", (4,))}, {"": ColumnFacts("y", (1,), role="target")}, 100)
FEW_MET = 0.5
"""Share of the examples that must meet another one of their class in a batch."""
BELOW = 40
"""How far below the layer a new one is put."""


@check(
    finds=row(image(4), Linear, Softmax, trained_by(CrossEntropyLoss)),
    passes=row(image(4), Linear, Softmax, trained_by(MSELoss)),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
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
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
)
def one_sided_scores(document: Document) -> Iterator[Finding]:
    """Scores for classes that can never be negative: once they are all 0, nothing is learned any more."""
    for node, layer, loss in _before_losses(document):
        if layer.nonnegative and loss.applies and layer.applies != loss.applies:
            message = f"{node.kind:.20} before {loss.kind} cuts off all negative scores."
            detail = f"The loss expects scores of any sign. Remove {node.id}."
            yield warning(node.id, message, detail, mends=(_remove(node),))


@check(
    finds=row(image(4), Linear, trained_by(BCELoss)),
    passes=row(image(4), Linear, Sigmoid, trained_by(BCELoss)),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html",
)
def expected_before(document: Document) -> Iterator[Finding]:
    """A loss of probabilities, or of their logarithms, behind a layer that gives none."""
    for node, layer, loss in _before_losses(document):
        if not loss.expects or layer.applies == loss.expects:
            continue
        if loss.expects == "sigmoid" and (layer.applies == "softmax" or layer.ends == (0.0, 1.0)):
            continue
        kind = next(kind for kind in LAYERS.values() if kind.applies == loss.expects)
        message = f"{loss.kind} needs a {kind.kind} before it, and {node.id:.30} gives other numbers."
        yield error(node.id, message, mends=tuple(_expected(document, node, loss, kind)))


@check(
    finds=row(image(4), (Linear, {"out_features": 1}), trained_by(CosineLoss)),
    passes=row(image(4), (Linear, {"out_features": 2}), trained_by(CosineLoss)),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html",
)
def one_alone(document: Document) -> Iterator[Finding]:
    """A loss of directions, or of shares that add up to 1, of one number: it has no slope, and nothing is learned."""
    for node in output_nodes(document.network):
        loss, shape = getattr(node.layer, "loss", None), document.analysis[node.id].shape
        if isinstance(loss, Loss) and loss.relates and shape is not None and prod(shape) == 1:
            message = f"{loss.kind} compares several numbers; of one there is nothing to learn."
            mend = Mend(f"Use {MSELoss.kind}", SetParam(node.id, "loss", {"kind": MSELoss.kind}))
            yield warning(node.id, message, mends=(mend,))


def _expected(document: Document, node: Node, loss: Loss, kind: type[Layer]) -> Iterator[Mend]:
    """Take the loss that does it itself, or put the layer before it."""
    (edge,) = document.network.edges_from(node.id)
    if loss.instead:
        yield Mend(f"Use {loss.instead}", SetParam(edge.target, "loss", {"kind": loss.instead}))
    settings = {"dim": 1} if "dim" in kind.fields else {}
    x, y = node.position or (0, 0)
    added = Node(document.network.free_id(kind.kind.lower()), kind.kind, settings, (x, y + BELOW))
    yield Mend(f"Add a {kind.kind} before it", insert_on_edge(document.network, added, edge))


@check_of(Facts, finds=_weighed("cat: 2"), passes=_weighed("setosa: 2"))
def class_weights(document: Document, facts: Facts) -> Iterator[Finding]:
    """Weights for a class that the data does not have."""
    for node in output_nodes(document.network):
        loss, column = getattr(node.layer, "loss", None), facts.target(node.id)
        text = str(getattr(loss, "class_weights", ""))
        if not isinstance(loss, Loss) or column is None:
            continue
        for name in unknown_classes(text, column.classes or ())[:1]:
            settings = {"kind": loss.kind, "params": loss.replace(class_weights="").settings()}
            mend = Mend("Count all classes alike", SetParam(node.id, "loss", settings))
            yield error(node.id, in_line(f"{facts.name:.20} has no class {name:.30} to give a weight."), mends=(mend,))


def _embedded(**training: Any) -> Example:
    """A hundred flowers of ten kinds, whose embedding is learned."""
    target = ColumnFacts("y", (), tuple("abcdefghij"), role="target")
    facts = Facts("Flowers", {"": ColumnFacts("x", (4,))}, {"": target}, 100)
    return row(image(4), Linear, trained_by(MinedTripletLoss), known=facts, data={"source": "iris"}, training=training)


@check_of(
    Facts,
    finds=_embedded(batch_size=4),
    passes=_embedded(batch_size=64),
    learn="https://arxiv.org/abs/1703.07737",
)
def few_of_a_class(document: Document, facts: Facts) -> Iterator[Finding]:
    """Batches in which hardly any example meets another one of its class: such a loss learns from those alone."""
    settings, _ = TrainingSettings.read(document.training)
    for node in output_nodes(document.network):
        loss, column = getattr(node.layer, "loss", None), facts.target(node.id)
        if not isinstance(loss, EmbeddingLoss) or column is None or not column.classes:
            continue
        together = min(settings.batch_size, facts.training_examples or settings.batch_size)
        share = _met(column, together)
        if settings.sampling == GROUPED:
            share = float(min(settings.per_class, together) > 1)
        if share < FEW_MET:
            message = f"{percent(share)} of the examples meet another one of their class in batches of {together:,}."
            detail = "The loss learns from those alone. Draw several of a class, or raise the batch size."
            mend = SetSection("training", document.training | {"sampling": GROUPED, "per_class": 4}, field="sampling")
            larger = set_training(document, "batch_size", max(32, 4 * len(column.classes)))
            mends = (Mend("Group by class", mend), larger) if together > 1 else (larger,)
            yield warning(node.id, in_line(message), detail, mends=mends)


def _met(column: ColumnFacts, size: int) -> float:
    """How likely an example meets another one of its class in a batch drawn by chance."""
    counts = column.counts or (1,) * len(column.classes or ())
    total = sum(counts)
    return 1 - sum(count / total * (1 - count / total) ** (size - 1) for count in counts)


@check_of(
    Facts,
    finds=row(
        image(4),
        (Linear, {"out_features": 1}),
        trained_by(MSELoss),
        known=_LENGTHS,
        data={"source": "iris"},
        training={"sampling": BALANCED},
    ),
    passes=row(image(4), (Linear, {"out_features": 1}), trained_by(MSELoss), known=_LENGTHS, data={"source": "iris"}),
)
def balanced_draws(document: Document, facts: Facts) -> Iterator[Finding]:
    """Draws that go by class, of data without a class an example."""
    columns = [column for node in output_nodes(document.network) if (column := facts.target(node.id))]
    sampling = str(TrainingSettings.read(document.training)[0].sampling)
    if sampling != SHUFFLED and columns and not any(column.classes and not column.shape for column in columns):
        message = in_line(f"{sampling.capitalize()} sampling needs a class an example; {facts.name:.20} has none.")
        yield error("", message, mends=(set_training(document, "sampling", SHUFFLED),))


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
