"""How the weights of a layer begin within its network, which knows what follows the layer."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from models.analysis.blocks import Reports, paths_of
from models.analysis.reports import Report
from models.kinds.layer import Gain
from models.network import Network, Node


def gain_behind(network: Network, reports: Reports, id: str) -> Gain:
    """The gain of the nearest activation that a node feeds: through norms, pools and sums, but no other matrix."""
    waiting, seen = deque(edge.target for edge in network.edges_from(id)), {id}
    while waiting:
        node = network.nodes[waiting.popleft()]
        layer = node.layer
        if layer is None or node.id in seen or _multiplies(node, reports[node.id]):
            continue
        if (gain := layer.gain) is not None:
            return gain
        seen.add(node.id)
        waiting.extend(edge.target for edge in network.edges_from(node.id))
    return Gain()


def _multiplies(node: Node, report: Report) -> bool:
    """Whether a layer has a matrix of its own, behind which an activation is another's."""
    inputs = tuple(item for item in report.inputs if item is not None)
    weights = node.layer.weights(inputs) if node.layer and report.parameters else ()
    return any(len(weight.shape) > 1 for weight in weights)


def rate_factors(network: Network, reports: Reports) -> Mapping[str, float]:
    """How many times the learning rate modules learn at that have a rate of their own, by name; inner ones first."""
    found: dict[str, float] = {}
    for node in network:
        if node.layer is None or not node.layer.has_module:
            continue
        own = node.layer.lr_factor
        for path, part in paths_of(reports, node):
            inner = rate_factors(part.inside.network, part.inside)
            found |= {f"{node.attribute}.{path}{name}": own * factor for name, factor in inner.items()}
        if own != 1:
            found[node.attribute] = own
    return found
