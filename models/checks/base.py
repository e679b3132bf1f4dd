"""The registries of checks and mends, and the edits that mends are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from models.checks.finding import Finding, Mend
from models.document import Content, Document
from models.document.edits import AddNode, Batch, Connect, Disconnect, Edit, InNetwork, Move, Whole
from models.layout import CARD_WIDTH, GAP, card_height
from models.network import Edge, Network, NetworkError, Node

Check = Callable[[Document], Iterable[Finding]]
Mender = Callable[[Document, Finding], Iterable[Mend]]

CHECKS: list[Check] = []
MENDS: dict[str, Mender] = {}
"""By the remedy or the code of an issue that the analysis finds."""


def check(function: Check) -> Check:
    """Decorator: a function that finds something in a document."""
    CHECKS.append(function)
    return function


def mends(remedy: str) -> Callable[[Mender], Mender]:
    """Decorator: a function that gives the mends of the analysis's issues with that remedy or code."""

    def register(function: Mender) -> Mender:
        MENDS[remedy] = function
        return function

    return register


class InsertBefore(InNetwork, Whole):
    """New layers put into a wire, just above the layer where it ends; what lies below makes room.

    Worked out when it is applied: a document may have thousands of findings, and few of them get mended.
    """

    def __init__(self, label: str, edge: Edge, kinds: tuple[tuple[str, dict[str, Any]], ...]) -> None:
        self.label, self.edge, self.kinds = label, edge, kinds
        self._batch = Batch(label, ())

    def apply(self, content: Content) -> None:
        self._batch = _insertion(content[self.scope], self.label, self.edge, self.kinds).within(self.scope)
        self._batch.apply(content)

    def revert(self, content: Content) -> None:
        self._batch.revert(content)


def insert_before(label: str, edge: Edge, *kinds: tuple[str, dict[str, Any]]) -> Mend:
    """The mend that puts layers of these kinds and settings into a wire."""
    return Mend(label, InsertBefore(label, edge, kinds))


def _insertion(network: Network, label: str, edge: Edge, kinds: Iterable[tuple[str, dict[str, Any]]]) -> Batch:
    if edge not in network.edges_into(edge.target):
        raise NetworkError("That wire is gone already.")
    nodes = _named(network, kinds)
    edits: list[Edit] = [*_make_room(network, edge.target, nodes)]
    edits += [AddNode(node) for node in nodes]
    edits.append(Disconnect(edge))
    place = network.edges.index(edge)
    source, port = edge.source, edge.source_port
    for node in nodes:
        edits.append(Connect(Edge(source, port, node.id, node.inputs[0].name)))
        source, port = node.id, node.outputs[0]
    # The last wire takes the place of the old one, so that a merge keeps the order of its inputs.
    edits.append(Connect(Edge(source, port, edge.target, edge.target_port), place))
    return Batch(label, edits)


def _named(network: Network, kinds: Iterable[tuple[str, dict[str, Any]]]) -> list[Node]:
    nodes: list[Node] = []
    for kind, params in kinds:
        nodes.append(Node(network.free_id(stem(kind)), kind, dict(params)))
    return nodes


def _make_room(network: Network, id: str, nodes: list[Node]) -> list[Edit]:
    """Give new nodes the place of ``id`` and move it down with everything below it in its column."""
    start = network[id].position
    if start is None:
        return []
    left, top = start
    for node in nodes:
        node.position = (left, top)
        top += card_height(node) + GAP
    moved = {
        node.id: (node.position[0], node.position[1] + top - start[1])
        for node in network
        if node.position and abs(node.position[0] - left) < CARD_WIDTH and node.position[1] >= start[1]
    }
    return [Move(moved)]


def stem(kind: str) -> str:
    """What layers of a kind are called, before their number: ``Conv2d`` gives ``conv``."""
    return kind.lower().removesuffix("1d").removesuffix("2d").removesuffix("3d") or "layer"
