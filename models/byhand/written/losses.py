"""Losses written out, and what comes back through them to the scores."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.byhand.pen import Line, Page, Pen, Place, Text, constant, times, total
from models.byhand.written.reading import source_of
from models.layers.terminals import Output
from models.training.losses import BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss


def probability_line(page: Page, id: str, place: Place) -> Line | None:
    """How the loss of an Output turns its scores into probabilities."""
    pen, layer = Pen(page), page.network[id].layer
    source = source_of(pen, id)
    if source is None or not isinstance(layer, Output):
        return None
    name, value = pen.probability(id, place).names, float(page.now.probabilities[id][place])
    pen.cells.clear()
    if isinstance(layer.loss, BCEWithLogitsLoss):
        return pen.line(name, pen.value(source, place).within("1/(1 + exp(−{}))"), value)
    shape = page.now.probabilities[id].shape
    powers = [pen.value(source, (place[0], k, *place[2:])).within("exp({})") for k in range(shape[1])]
    top, bottom = powers[place[1]], total(powers)
    return pen.line(name, Text(f"{top.names}/({bottom.names})", f"{top.numbers}/({bottom.numbers})"), value)


def loss_line(page: Page) -> Line | None:
    """The loss that is trained, where one Output has it."""
    outputs = [node for node in page.network if isinstance(node.layer, Output)]
    if len(outputs) != 1:
        return None
    pen, (node,) = Pen(page), outputs
    layer: Any = node.layer
    source = source_of(pen, node.id)
    text = _loss(pen, node.id, layer.loss, source) if source else None
    if text is not None and layer.weight != 1:
        text = times(constant(layer.weight), text.within("({})"))
    return pen.line("L", text, page.now.loss)


def _loss(pen: Pen, id: str, loss: Any, source: str) -> Text | None:
    target = pen.page.walk.targets[id]
    if isinstance(loss, CrossEntropyLoss):
        return _cross_entropy(pen, id, target) if loss.label_smoothing == 0 else None
    pattern = {MSELoss: "({x} − {y})^2", L1Loss: "max({x} − {y}, {y} − {x})"}.get(type(loss))
    if pattern is None:
        return _binary(pen, id, target) if isinstance(loss, BCEWithLogitsLoss) else None
    terms = []
    for place in np.ndindex(*target.shape):
        x, y = pen.value(source, place), constant(float(target[place]))
        terms.append(Text(pattern.format(x=x.names, y=y.numbers), pattern.format(x=x.numbers, y=y.numbers)))
    return _mean(terms, target.size)


def _cross_entropy(pen: Pen, id: str, target: Any) -> Text | None:
    probabilities = pen.now.probabilities[id]
    terms = []
    if target.ndim < probabilities.ndim:
        for place in np.ndindex(*target.shape):
            at = (place[0], int(target[place]), *place[1:])
            terms.append(pen.probability(id, at).within("(−ln({}))"))
    else:
        for place in np.ndindex(*target.shape):
            if target[place]:
                share = constant(float(target[place])).numbers
                prefix = f"{share}·" if target[place] != 1 else ""
                terms.append(pen.probability(id, place).within(f"(−{prefix}ln({{}}))"))
    return _mean(terms, probabilities.size // probabilities.shape[1])


def _binary(pen: Pen, id: str, target: Any) -> Text | None:
    terms = []
    for place in np.ndindex(*target.shape):
        y, p = constant(float(target[place])).numbers, pen.probability(id, place)
        terms.append(p.within(f"(−{y}·ln({{0}}) − (1 − {y})·ln(1 − {{0}}))"))
    return _mean(terms, target.size)


def _mean(terms: list[Text], count: int) -> Text:
    return total(terms).within(f"({{}})/{count}") if count > 1 else total(terms)


def through_loss(pen: Pen, id: str, layer: Any, source: str, place: Place) -> Text | None:
    """What comes back through the loss of an Output to a score: p − y over the rows for softmax and sigmoid."""
    target, loss = pen.page.walk.targets[id], layer.loss
    if isinstance(loss, CrossEntropyLoss):
        if loss.label_smoothing:
            return None
        probabilities = pen.now.probabilities[id]
        at = (place[0], *place[2:])
        soft = target.ndim == probabilities.ndim
        y = float(target[place]) if soft else float(target[at] == place[1])
        if soft and not np.allclose(target.sum(1), 1):
            return None
        count = probabilities.size // probabilities.shape[1]
        text = pen.probability(id, place).within(f"({{}} − {constant(y).numbers})")
    elif isinstance(loss, BCEWithLogitsLoss | MSELoss):
        y, count = float(target[place]), target.size
        binary = isinstance(loss, BCEWithLogitsLoss)
        x = pen.probability(id, place) if binary else pen.value(source, place)
        text = x.within(f"{'' if binary else '2·'}({{}} − {constant(y).numbers})")
    else:
        return None
    text = text.within(f"{{}}/{count}") if count > 1 else text
    return times(constant(layer.weight), text) if layer.weight != 1 else text
