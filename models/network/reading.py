"""How a network is read: where data enters, layer after layer, and where it leaves."""

from __future__ import annotations

from models.layers import LAYERS
from models.network.graph import Network
from models.network.node import Node

# Asked often, of networks of thousands: the few kinds are asked for their trait, not each node for its layer.


def input_nodes(network: Network) -> list[Node]:
    """The nodes that give the network its examples, in document order."""
    kinds = {kind.kind for kind in LAYERS.values() if kind.is_input}
    return [node for node in network if node.kind in kinds]


def output_nodes(network: Network) -> list[Node]:
    """The nodes where answers leave the network and meet their loss, in document order."""
    kinds = {kind.kind for kind in LAYERS.values() if kind.is_output}
    return [node for node in network if node.kind in kinds]


def reading_order(network: Network) -> list[str]:
    """Every node after its inputs, each branch to its end before the next begins; nodes on or behind cycles last."""
    waiting = {id: len(network.edges_into(id)) for id in network.nodes}
    stack = [id for id in reversed(network.nodes) if waiting[id] == 0]
    order = []
    while stack:
        id = stack.pop()
        order.append(id)
        for edge in reversed(network.edges_from(id)):
            if edge.target in waiting:
                waiting[edge.target] -= 1
                if waiting[edge.target] == 0:
                    stack.append(edge.target)
    done = set(order)
    return order + [id for id in network.nodes if id not in done]
