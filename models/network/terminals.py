"""Where data enters a network and where it leaves."""

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
