"""Losses written out, and what comes back through them to the scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.functions import Call, exp, ln, mean, sigmoid
from models.byhand.pen import Line, NotWrittenError, Page, Place, symbol
from models.byhand.terms import Leaf, Term, constant, times, total
from models.byhand.walk import cell
from models.byhand.written.reading import read, shape_of, source_of
from models.layers.terminals import Output
from models.network import Node
from models.training.losses import BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, L1Loss, Loss, MSELoss

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

Each = Callable[[Any, Term, Term], Term]
"""The loss of one number: the loss's settings, the number, and its target."""


def _huber(loss: HuberLoss, x: Term, y: Term) -> Term:
    if abs(x.value - y.value) < loss.delta:
        return 0.5 * (x - y) ** 2
    return loss.delta * (Call("abs", x - y) - 0.5 * loss.delta)


EACH: dict[type[Loss], Each] = {
    MSELoss: lambda _loss, x, y: (x - y) ** 2,
    L1Loss: lambda _loss, x, y: Call("abs", x - y),
    HuberLoss: _huber,
}
"""Losses that are a mean over numbers, each by itself."""


def probability_line(page: Page, id: str, place: Place) -> Line:
    """How the loss of an Output turns its scores into probabilities."""
    layer: Any = page.network[id].layer
    table, own = page.now.probabilities[id], cell(f"probability/{id}", place)
    name, value = symbol("p", place, len(table)), float(table[place])
    if isinstance(layer.loss, BCEWithLogitsLoss):
        return page.line(name, sigmoid(read(page, id, place)), value, own)
    powers = [exp(read(page, id, (place[0], k, *place[2:]))) for k in range(table.shape[1])]
    return page.line(name, powers[place[1]] / total(powers), value, own)


def loss_lines(page: Page) -> list[Line]:
    """The loss that is trained; with several Outputs that of each before."""
    outputs = [node for node in page.network if isinstance(node.layer, Output)]
    if len(outputs) == 1:
        term = times(constant(_weight(outputs[0])), _loss(page, outputs[0]))
        return [page.line("L", term, page.now.loss, "loss")]
    by_id = dict(zip(page.walk.targets, page.now.losses[1:], strict=True))
    lines = [page.line(f"L({node.id})", _loss(page, node), by_id[node.id]) for node in outputs]
    parts = [times(constant(_weight(node)), Leaf(f"L({node.id})", by_id[node.id])) for node in outputs]
    return [*lines, page.line("L", total(parts), page.now.loss, "loss")]


def _weight(node: Node) -> float:
    layer: Any = node.layer
    return float(layer.weight)


def _loss(page: Page, node: Node) -> Term:
    layer: Any = node.layer
    loss, target = layer.loss, page.walk.targets[node.id]
    if isinstance(loss, CrossEntropyLoss):
        return _cross_entropy(page, node.id, shares_of(page, node.id, loss))
    if isinstance(loss, BCEWithLogitsLoss):
        return mean(_binary(page, node.id, target, place) for place in np.ndindex(*target.shape))
    return mean(_each(page, node.id, loss, place) for place in np.ndindex(*target.shape))


def shares_of(page: Page, id: str, loss: CrossEntropyLoss) -> Any:
    """The share that each class should have, smoothed as the loss says."""
    target, shape = page.walk.targets[id], page.now.probabilities[id].shape
    is_class = target.ndim < len(shape)
    shares = np.moveaxis(np.eye(shape[1])[target.astype(int)], -1, 1) if is_class else target
    return shares * (1 - loss.label_smoothing) + loss.label_smoothing / shape[1]


def _cross_entropy(page: Page, id: str, shares: Any) -> Term:
    terms = [
        -times(constant(float(shares[place])), ln(page.probability(id, place)))
        for place in np.ndindex(*shares.shape)
        if shares[place]
    ]
    count = shares.size // shares.shape[1]
    return total(terms) / count if count > 1 else total(terms)


def _binary(page: Page, id: str, target: Any, place: Place) -> Term:
    y, p = constant(float(target[place])), page.probability(id, place)
    return -(y * ln(p)) - (1 - y) * ln(1 - p)


def _each(page: Page, id: str, loss: Loss, place: Place) -> Term:
    target = page.walk.targets[id]
    if type(loss) not in EACH:
        raise NotWrittenError(f"torch computed this number; no steps are written for {loss.kind}.")
    return EACH[type(loss)](loss, read(page, id, place), constant(float(target[place])))


def through_loss(page: Page, id: str, place: Place) -> Term:
    """What comes back through the loss of an Output to a score: p − y over the rows for softmax and sigmoid."""
    layer: Any = page.network[id].layer
    loss, target = layer.loss, page.walk.targets[id]
    shape = shape_of(page, source_of(page, id))
    count = int(np.prod(shape))
    found: Term | None
    if isinstance(loss, CrossEntropyLoss):
        shares = shares_of(page, id, loss)
        whole = float(shares.sum(1)[(place[0], *place[2:])])
        expected = page.probability(id, place) if np.isclose(whole, 1) else whole * page.probability(id, place)
        found, count = expected - constant(float(shares[place])), count // shape[1]
    elif isinstance(loss, BCEWithLogitsLoss):
        found = page.probability(id, place) - constant(float(target[place]))
    else:
        found = _each(page, id, loss, place).slope(read(page, id, place).key)
    assert found is not None
    return times(constant(layer.weight), found / count if count > 1 else found)
