"""A network as it was at one moment, taken at the cost of two lists, for whoever reads it later in another thread."""

from __future__ import annotations

from models.network.graph import Network
from models.network.node import Node


class FrozenNetwork:
    """What a network held when this was made. Take one while nobody changes the network; read it whenever, anywhere.

    Nodes are copied by who reads, or by the network just before it changes one: copying thousands at once would take
    longer than a frame. So edits go on meanwhile, and wait for nobody.
    """

    def __init__(self, network: Network) -> None:
        self._nodes, self._edges = list(network.nodes.values()), list(network.edges)
        self._extra, self._parameters = network.extra, network.parameters
        self._frames, self._notes = network.frames, network.notes
        self._kept: dict[Node, Node] = {}
        network.keepers.add(self)

    def keep(self, node: Node) -> None:
        """Remember a node as it is: it is about to change."""
        if node not in self._kept:
            self._kept[node] = node.copy()

    def network(self) -> Network:
        """The network as it was, independent of the one that it was taken from."""
        nodes = map(self._as_it_was, self._nodes)
        return Network(nodes, self._edges, dict(self._extra), dict(self._parameters), self._frames, self._notes)

    def _as_it_was(self, node: Node) -> Node:
        # First copied, then looked whether it was about to change before: so no change comes in between.
        present = node.copy()
        kept = self._kept.get(node)
        return kept.copy() if kept else present
