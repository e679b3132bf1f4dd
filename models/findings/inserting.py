"""The edit that most mends are made of: new layers put into a wire; and what has an Output give as many values."""

from __future__ import annotations

from collections.abc import Iterable

from models.document import Content, Document
from models.document.edits import AddNode, Batch, Connect, Disconnect, Edit, InNetwork, Move, SetParam, Whole
from models.findings.example import Placed, settled
from models.findings.finding import Mend
from models.findings.settings import in_form
from models.kinds.layer import Shape
from models.layers.convolution import Conv1d
from models.layers.linear import Linear
from models.layers.reshape import Flatten
from models.layout import CARD_WIDTH, GAP, card_height
from models.network import Edge, Network, NetworkError, Node
from models.network.names import stems


class InsertBefore(InNetwork, Whole):
    """New layers put into a wire, just above the layer where it ends; what lies below makes room.

    Worked out when it is applied: a document may have thousands of findings, and few of them get mended.
    """

    def __init__(self, label: str, edge: Edge, layers: tuple[Placed, ...]) -> None:
        self.label, self.edge, self.layers = label, edge, layers
        self._batch = Batch(label, ())

    def apply(self, content: Content) -> None:
        self._batch = _insertion(content[self.scope], self.label, self.edge, self.layers).within(self.scope)
        self._batch.apply(content)

    def revert(self, content: Content) -> None:
        self._batch.revert(content)


def insert_before(label: str, edge: Edge, *layers: Placed) -> Mend:
    """The mend that puts these layers into a wire."""
    return Mend(label, InsertBefore(label, edge, layers))


def sized(document: Document, end: Node, wanted: Shape) -> tuple[Mend, ...]:
    """Give the last layer before the output that has a size of its own as many outputs as the data asks for."""
    present, id = document.analysis[end.id].shape, end.id
    if present is None or present[1:] != wanted[1:]:
        return ()
    size = wanted[0]
    while len(edges := document.network.edges_into(id)) == 1:
        node = document.network[id := edges[0].source]
        if node.layer is None:
            break
        name = next((name for name in ("out_features", "out_channels") if name in node.layer.fields), "")
        if name and getattr(node.layer, name) == present[0]:
            return (Mend(in_form(node.layer.fields[name], size, id), SetParam(id, name, size)),)
        if not document.analysis[id].keeps_shape and not node.layer.reorders:
            break
    return ()


def decided(document: Document, end: Node, wanted: Shape) -> tuple[Mend, ...]:
    """The mends that put a layer before an Output, which gives as many numbers as are ``wanted``: a Linear, or for the
    same steps a Conv1d."""
    given = document.analysis[end.id].shape
    if given is None:
        return ()
    if len(wanted) == 2 and given[1:] == wanted[1:]:
        each = (Conv1d, {"out_channels": wanted[0], "kernel_size": 1})
        wires = document.network.edges_into(end.id)
        return tuple(insert_before(f"Insert Conv1d of {wanted[0]:,}", wire, each) for wire in wires)
    if len(wanted) != 1:
        return ()
    flat: list[Placed] = [(Flatten, {})] if len(given) > 1 else []
    label = f"Insert {'Flatten and ' if flat else ''}Linear of {wanted[0]:,}"
    wires = document.network.edges_into(end.id)
    return tuple(insert_before(label, wire, *flat, (Linear, {"out_features": wanted[0]})) for wire in wires)


def _insertion(network: Network, label: str, edge: Edge, layers: Iterable[Placed]) -> Batch:
    if edge not in network.edges_into(edge.target):
        raise NetworkError("That wire is gone already.")
    nodes = [_named(network, item) for item in layers]
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


def _named(network: Network, item: Placed) -> Node:
    kind, settings = settled(item)
    return Node(network.free_id(stems(kind.kind)[0]), kind.kind, dict(settings))


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
