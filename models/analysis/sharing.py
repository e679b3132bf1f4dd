"""Nodes that call one module: whether they can, what differs, and with which others a node could share."""

from __future__ import annotations

from collections.abc import Callable

from models.analysis.issues import Issue
from models.analysis.reports import Report
from models.basics.text import times
from models.kinds.layer import LONGEST_MESSAGE, Layer, TensorType
from models.network import Network, Node

Reports = Callable[[str], Report]

SHARED = "shared-module"
MOST_PARTNERS = 50
"""Layers that are offered to share weights with."""


def conflict(node: Node, first: Node, reports: Reports) -> Issue | None:
    """Why a node cannot call the module of the ``first`` node that calls it; None if it can, or nobody knows yet."""
    layer, other = node.layer, first.layer
    if layer is None or other is None:
        return None
    if node.kind != first.kind:
        message = f"Shares the weights of {first.id:.24}, which is a {first.kind:.24}."
        return _issue(node, message, first.kind, node.kind)
    if not layer.has_module:
        return _issue(node, f"{node.kind} has no module that others could share.", "a layer with a module", node.kind)
    for name in layer.fields if layer != other else ():
        mine, its = getattr(layer, name), getattr(other, name)
        if mine != its:
            message = f"Shares the weights of {first.id:.24}, but {name:.30} differs."
            return _issue(node, message, f"{its}", f"{mine}")
    given, its_given = _inputs(reports(node.id)), _inputs(reports(first.id))
    if given is None or its_given is None or layer.module(given) == other.module(its_given):
        return None
    return _other_input(node, first, layer, given, its_given)


def _other_input(
    node: Node, first: Node, layer: Layer, given: tuple[TensorType, ...], its_given: tuple[TensorType, ...]
) -> Issue:
    mine, its = layer.weights(given), layer.weights(its_given)
    for one, other in zip(mine, its, strict=False):
        if one != other:
            here, there = times(one.shape), times(other.shape)
            message = f"{one.name:.20} would be {here} here, but in {first.id:.24} it is {there}."
            return _issue(node, message, there, here)
    message = f"Shares the module of {first.id:.24}, which another input shape would make otherwise."
    return _issue(node, message, layer.module(its_given), layer.module(given))


def _issue(node: Node, message: str, expected: str, found: str) -> Issue:
    detail = "Shared weights need equal layers with inputs of equal channels."
    message = message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"
    return Issue("error", SHARED, node.id, message, detail, expected, found)


def possible_partners(network: Network, reports: Reports, id: str) -> list[str]:
    """The nodes whose module a node could call, with their settings and its own inputs: the first `MOST_PARTNERS`."""
    node, given = network[id], _inputs(reports(id))
    if node.layer is None or not node.layer.has_module:
        return []
    found: list[str] = []
    for other in network:
        if len(found) == MOST_PARTNERS:
            break
        its_given = _inputs(reports(other.id))
        if other.kind != node.kind or other.attribute == node.attribute or not other.layer:
            continue
        if given is None or its_given is None or _same_module(other.layer, given, its_given):
            found.append(other.id)
    return found


def _same_module(layer: Layer, given: tuple[TensorType, ...], its_given: tuple[TensorType, ...]) -> bool:
    try:
        layer.output_types(given)
    except ValueError:
        return False
    return layer.module(given) == layer.module(its_given)


def _inputs(report: Report) -> tuple[TensorType, ...] | None:
    """The types at all inputs of a layer that accepts them; None if not all are known."""
    known = tuple(item for item in report.inputs if item is not None)
    return known if len(known) == len(report.inputs) and report.parameters is not None else None
