"""Values of the data that make learning harder than it has to be: unequal classes, numbers far from 0, targets that no
answer reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import inf
from typing import Any

from models.basics.quantities import figures
from models.checks.data import aimed, fed
from models.codegen.objectives import ends_in_activation
from models.data import Facts
from models.data.facts import Span
from models.document import Document
from models.document.edits import RemoveNodes, SetParam, SetSection
from models.findings.base import check, check_of
from models.findings.example import Example, image, row, trained_by
from models.findings.finding import Finding, Mend, error, hint, in_line, warning
from models.findings.settings import set_data, set_training
from models.findings.walking import reader, source
from models.kinds.layer import Layer
from models.layers.activation import Sigmoid
from models.layers.linear import Linear
from models.layers.normalization import BatchNorm1d
from models.layers.terminals import Output
from models.network import Node, output_nodes
from models.training.losses import CrossEntropyLoss, Loss, MSELoss
from models.training.losses.weights import BALANCED
from models.training.losses.yes_no import BCELoss
from models.training.settings import BALANCED as DRAWN_ALIKE
from models.training.settings import SHUFFLED, TrainingSettings

UNEQUAL = 4.0
"""So many times as many examples has the most common class as the rarest, where that is worth a word."""
VERY_UNEQUAL = 10.0
FAR = 20.0
"""A size of inputs with which the first steps are many times too long: usual weights expect some 3 at most."""
USUAL_TARGETS = 0.1, 10.0
"""Sizes of targets that networks begin within reach of."""


_BALANCED = {"loss": {"kind": CrossEntropyLoss.kind, "params": {"class_weights": BALANCED}}}


def _flowers(counts: tuple[int, ...], weights: str = "", **training: Any) -> Example:
    """A network for flowers of which there are so many of each class."""
    loss = {"kind": CrossEntropyLoss.kind, "params": {"class_weights": weights}}
    known = Facts.simple("Flowers", (4,), ("setosa", "virginica"), (), sum(counts), counts=counts)
    layers = image(4), (Linear, {"out_features": 2}), (Output, {"loss": loss})
    return row(*layers, known=known, data={"source": "iris"}, training=training)


def _wines(*layers: Any, **data: Any) -> Example:
    """A network for wines, of which some measures go to 1,680."""
    known = Facts.simple("Wine", (13,), ("a", "b", "c"), (), 178, spans=((0.13, 1680.0), None))
    return row(image(13), *layers, (Linear, {"out_features": 3}), Output, known=known, data={"source": "wine", **data})


def _patients(*layers: Any, span: Span = (25.0, 346.0), loss: type[Loss] = MSELoss, **training: Any) -> Example:
    """A network for patients with a number each."""
    known = Facts.simple("Patients", (10,), None, (1,), 442, spans=(None, span))
    made = image(10), (Linear, {"out_features": 1}), *layers, trained_by(loss)
    return row(*made, known=replace(known, held_out=0.2), data={"source": "diabetes"}, training=training)


@check_of(
    Facts,
    finds=_flowers((90, 9)),
    passes=_flowers((90, 9), BALANCED),
    learn="https://developers.google.com/machine-learning/crash-course/overfitting/imbalanced-datasets",
)
def class_imbalance(document: Document, facts: Facts) -> Iterator[Finding]:
    """A class that is rare beside another, while nothing makes up for it."""
    for node, column, _ in aimed(document, facts):
        if column.counts and column.classes and not column.shape:
            yield from unequal(document, dict(zip(column.classes, column.counts, strict=True)), node.id)


def unequal(document: Document, counts: Mapping[str, int], node: str = "") -> Iterator[Finding]:
    """That classes with so many examples each are unequal, where they are and the training does not make up for it."""
    there = {name: count for name, count in counts.items() if count}
    if len(there) < 2:
        return
    most, least = max(there, key=there.__getitem__), min(there, key=there.__getitem__)
    times, weighed = there[most] / there[least], [*_weighed(document)]
    sampling = TrainingSettings.read(document.training)[0].sampling
    if times < UNEQUAL or sampling == DRAWN_ALIKE or (weighed and not any(weighed)):
        return
    mends = [Mend("Weigh classes", edit) for edit in weighed if edit][:1]
    drawn = SetSection("training", document.training | {"sampling": DRAWN_ALIKE}, field="sampling")
    mends.append(Mend("Draw classes alike", drawn))
    detail = f"“{least:.20}” has {there[least]:,} in training, “{most:.20}” {there[most]:,}."
    make = warning if times >= VERY_UNEQUAL else hint
    yield make(node, f"The classes are unequal: one has {times:,.0f} times as many.", detail, mends=tuple(mends))


@check(
    finds=row(image(4), Linear, (Output, _BALANCED), training={"sampling": DRAWN_ALIKE}),
    passes=row(image(4), Linear, (Output, _BALANCED)),
    learn="https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.WeightedRandomSampler",
)
def weighed_twice(document: Document) -> Iterator[Finding]:
    """Rare classes that are drawn as often as others, and count more in the loss on top of it."""
    if TrainingSettings.read(document.training)[0].sampling != DRAWN_ALIKE:
        return
    for node in output_nodes(document.network):
        loss = getattr(node.layer, "loss", None)
        if isinstance(loss, Loss) and getattr(loss, "class_weights", "") == BALANCED:
            detail = "Batches hold all classes alike, and weights are those of the data as it is."
            edit = SetParam(node.id, "loss", {"kind": loss.kind, "params": loss.replace(class_weights="").settings()})
            mends = (Mend("Count all classes alike", edit), set_training(document, "sampling", SHUFFLED))
            yield warning(node.id, "Rare classes count twice: they are drawn alike, and weighed.", detail, mends=mends)


def _weighed(document: Document) -> Iterator[SetParam | None]:
    """For each loss that can weigh classes the edit that makes it, None where it does already."""
    for node in output_nodes(document.network):
        loss = getattr(node.layer, "loss", None)
        if isinstance(loss, Loss) and "class_weights" in loss.fields:
            params: dict[str, Any] = loss.settings() | {"class_weights": BALANCED}
            weighs = getattr(loss, "class_weights", "")
            yield None if weighs else SetParam(node.id, "loss", {"kind": loss.kind, "params": params})


@check_of(
    Facts,
    finds=_wines(normalize=False),
    passes=_wines(BatchNorm1d, normalize=False),
    learn="https://developers.google.com/machine-learning/crash-course/numerical-data/normalization",
)
def unscaled_inputs(document: Document, facts: Facts) -> Iterator[Finding]:
    """Large numbers that meet weights as they are: one learning rate suits hardly all of these."""
    if document.data.get("normalize", True):
        return
    for node, column in fed(document, facts):
        behind = reader(document, node.id, over=lambda layer: layer.keeps_values)
        if column.span is None or column.tokens or behind is None or not _weighs(document, behind):
            continue
        low, high = column.span
        if max(abs(low), abs(high)) >= FAR:
            message = f"{facts.name:.20} goes from {_ends(column.span)} and is not normalized."
            detail = f"{behind.id:.30} expects numbers around 0, no larger than some 3: learning may fail to begin."
            mend = set_data(document, facts.source, "normalize", True)
            yield warning(node.id, in_line(message), detail, mends=(mend,))


def _ends(span: Span) -> str:
    """A range in words: 0 to 255, -1,472 to 1,661, -1e-05 to 0.0001."""
    return " to ".join(map(figures, span))


def _weighs(document: Document, node: Node) -> bool:
    """Whether a layer multiplies what it reads by weights, and does not bring it to a size first."""
    return bool(document.analysis[node.id].parameters) and getattr(node.layer, "family", "") != BatchNorm1d.family


@check_of(
    Facts,
    finds=_patients(scale_targets=False),
    passes=_patients(),
    learn="https://d2l.ai/chapter_multilayer-perceptrons/kaggle-house-price.html",
)
def unscaled_targets(document: Document, facts: Facts) -> Iterator[Finding]:
    """Numbers to predict as they are: far from 0, the first steps only learn their mean."""
    if TrainingSettings.read(document.training)[0].scale_targets:
        return
    for node, column, loss in aimed(document, facts):
        size = max(map(abs, column.span)) if column.span else inf
        if loss.scales and not ends_in_activation(document.network, node.id) and not _is_usual(size):
            goes = "" if column.span is None else f" from {_ends(column.span)}"
            message = f"Targets{goes} are not scaled: the first steps only learn their mean."
            make = hint if column.span is None else warning
            mend = set_training(document, "scale_targets", True)
            yield make(node.id, in_line(message), "Metrics stay in the data’s own unit.", mends=(mend,))


def _is_usual(size: float) -> bool:
    return USUAL_TARGETS[0] <= size <= USUAL_TARGETS[1]


@check_of(
    Facts,
    finds=_patients(Sigmoid),
    passes=_patients(Sigmoid, span=(0.0, 1.0)),
    learn="https://developers.google.com/machine-learning/crash-course/neural-networks/activation-functions",
)
def targets_out_of_reach(document: Document, facts: Facts) -> Iterator[Finding]:
    """Numbers to predict that the activation at the end never gives."""
    for node, column, loss in aimed(document, facts):
        last = source(document, node.id, over=lambda layer: layer.keeps_values)
        if column.span is None or last is None or last.layer is None or loss.targets != "numbers":
            continue
        low, high = _reach(last.layer)
        if ends_in_activation(document.network, node.id) and not low <= column.span[0] <= column.span[1] <= high:
            most = "" if high == inf else f" to {high:g}"
            message = (
                f"Targets go from {_ends(column.span)}; {last.id:.20} gives {low:g}{most}{' and more' * (high == inf)}."
            )
            mend = Mend(f"Remove {last.id:.40}", RemoveNodes([last.id], heal=True))
            yield warning(last.id, in_line(message), "What lies outside is never predicted.", mends=(mend,))


def _reach(layer: Layer) -> Span:
    """The smallest and the largest number that a layer gives."""
    return layer.ends or (0.0 if layer.nonnegative else -inf, inf)


@check_of(
    Facts,
    finds=_patients(Sigmoid, loss=BCELoss),
    passes=_patients(Sigmoid, loss=BCELoss, span=(0.0, 1.0)),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html",
)
def targets_beyond_loss(document: Document, facts: Facts) -> Iterator[Finding]:
    """Numbers to predict that the loss makes no sense of: no training begins with them."""
    for node, column, loss in aimed(document, facts):
        if column.span is not None and not loss.span[0] <= column.span[0] <= column.span[1] <= loss.span[1]:
            wanted = "from 0 to 1" if loss.span[1] == 1 else "of 0 and more"
            message = f"{loss.kind} needs targets {wanted}; those of {facts.name:.16} go from {_ends(column.span)}."
            mend = Mend(f"Use {MSELoss.kind}", SetParam(node.id, "loss", {"kind": MSELoss.kind}))
            yield error(node.id, in_line(message), mends=(mend,))
