"""A network without the nodes that are bypassed: what it computes, and what code, training and By hand work with."""

from __future__ import annotations

from models.network.graph import Network
from models.network.node import Edge


def without_bypassed(network: Network) -> Network:
    """The network with a wire in place of each bypassed node; itself where none is. Nodes are shared, so change none.

    What a bypassed node hands on is its first wire, at its first output. Where it has none, or is part of a loop,
    nothing is wired.
    """
    gone = {node.id for node in network if node.bypassed and node.layer is not node.own_layer}
    if not gone:
        return network
    edges = (_without(network, edge, gone) for edge in network.edges if edge.target not in gone)
    nodes = [node for node in network if node.id not in gone]
    found = [edge for edge in edges if edge is not None]
    return Network(nodes, found, network.extra, network.parameters, network.frames, network.notes)


def _without(network: Network, edge: Edge, gone: set[str]) -> Edge | None:
    """A wire from where its source has what it hands on; None where that is nowhere."""
    seen: set[str] = set()
    while edge.source in gone:
        port = network[edge.source].inputs[0].name
        first = next((wire for wire in network.edges_into(edge.source) if wire.target_port == port), None)
        if first is None or edge.source in seen or edge.source_port not in network[edge.source].outputs:
            return None
        seen.add(edge.source)
        edge = edge._replace(source=first.source, source_port=first.source_port)
    return edge
