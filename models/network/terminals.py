"""Where data enters a network and where it leaves."""

from __future__ import annotations

from models.network.graph import Network
from models.network.node import Node


def input_nodes(network: Network) -> list[Node]:
    """The nodes that give the network its examples, in document order."""
    return [node for node in network if node.layer is not None and node.layer.is_input]


def output_nodes(network: Network) -> list[Node]:
    """The nodes where answers leave the network and meet their loss, in document order."""
    return [node for node in network if node.layer is not None and node.layer.is_output]
