"""Which layer of one network is which of another: by id, and where an id is gone, the layer that was renamed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from models.compare.values import identity, normal
from models.layers import LAYERS
from models.network import Network, Node

Names = dict[str, str]
"""The ids of one network by those of another."""
_Key = Callable[[str], Hashable]


def matches(before: Network, after: Network) -> Names:
    """The ids in ``after`` of the layers that both networks have, by their ids in ``before``, in its order.

    A layer whose id is gone is the renamed one among those that are new: one of the same kind that agrees in at least
    two of its settings, what feeds it and what it feeds.
    """
    found = {id: id for id in before.nodes if id in after}
    lost = [id for id in before.nodes if id not in found]
    new = [id for id in after.nodes if id not in before.nodes and id not in before.modules]
    if lost and new:
        _find_renamed(before, after, found, lost, new)
    return {id: found[id] for id in before.nodes if id in found}


def node_identity(node: Node) -> str:
    """Text that is equal for nodes of one kind whose settings mean the same."""
    kind = LAYERS.get(node.kind)
    return identity([node.kind, normal(kind.fields if kind else {}, node.params)])


def _find_renamed(before: Network, after: Network, found: Names, lost: list[str], new: list[str]) -> None:
    """Add the renamed layers to what is found; each one may tell its neighbors, so that chains are looked at again."""
    taken: set[str] = set()
    candidates = [_by_key(new, key) for key in _keys(after, lambda id: id)]
    known = len(found) - 1
    while known < len(found):
        known = len(found)
        for id in [id for id in lost if id not in found]:
            for key, others in zip(_keys(before, found.get), candidates, strict=True):
                match = next((other for other in others.get(key(id), ()) if other not in taken), None)
                if match is not None:
                    found[id] = match
                    taken.add(match)
                    break


def _by_key(ids: Iterable[str], key: _Key) -> Mapping[Hashable, list[str]]:
    found: dict[Hashable, list[str]] = {}
    for id in ids:
        found.setdefault(key(id), []).append(id)
    return found


def _keys(network: Network, name: Callable[[str], str | None]) -> tuple[_Key, _Key, _Key]:
    """What two layers may agree in; ``name`` gives the common name of a neighbor, None for one that has none."""

    def settings(id: str) -> Hashable:
        return node_identity(network[id])

    def fed_by(id: str) -> Hashable:
        wires = network.edges_into(id)
        return tuple(sorted((edge.target_port, name(edge.source) or "", edge.source_port) for edge in wires))

    def feeds(id: str) -> Hashable:
        wires = network.edges_from(id)
        return tuple(sorted((edge.source_port, name(edge.target) or "", edge.target_port) for edge in wires))

    return (
        lambda id: (settings(id), fed_by(id)),
        lambda id: (settings(id), feeds(id)),
        lambda id: (network[id].kind, fed_by(id), feeds(id)),
    )
