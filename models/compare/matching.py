"""Which layer of one network is which of another: by id, and where an id is gone, the layer that was renamed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping

from models.compare.values import identity, normal
from models.layers import LAYERS
from models.network import Network, Node

Names = dict[str, str]
"""The ids of one network by those of another."""
_Key = Callable[[str], Hashable]
Candidates = Mapping[Hashable, list[str]]


def matches(before: Network, after: Network) -> Names:
    """The ids in ``after`` of the layers that both networks have, by their ids in ``before``, in its order.

    A layer whose id is gone is the renamed one among those that are new: one of the same kind that agrees in at least
    two of its settings, what feeds it and what it feeds; else, one that the same layers feed.
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
    """Add the renamed layers to what is found; each one may tell its neighbors, so that they are looked at again.

    Where nothing agrees in two things any more, what is fed by the same layers is taken for the same.
    """
    finders = [
        (key, _by_key(new, other))
        for key, other in zip(_keys(before, found.get), _keys(after, lambda id: id), strict=True)
    ]
    taken: set[str] = set()
    while any(_match(lost, found, taken, tier) for tier in (finders[:-1], finders[-1:])):
        pass


def _match(lost: list[str], found: Names, taken: set[str], finders: list[tuple[_Key, Candidates]]) -> bool:
    """Go once through the layers that are still lost; tells whether one was found."""
    known = len(found)
    for id in [id for id in lost if id not in found]:
        candidates = (other for key, others in finders for other in others.get(key(id), ()) if other not in taken)
        match = next(candidates, None)
        if match is not None:
            found[id] = match
            taken.add(match)
    return len(found) > known


def _by_key(ids: Iterable[str], key: _Key) -> Candidates:
    found: dict[Hashable, list[str]] = {}
    for id in ids:
        found.setdefault(key(id), []).append(id)
    return found


def _keys(network: Network, name: Callable[[str], str | None]) -> tuple[_Key, ...]:
    """What two layers may agree in, the weakest last; ``name`` gives the common name of a neighbor, None for one that
    has none."""

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
        # Layers that nothing feeds are not the same for that.
        lambda id: (network[id].kind, fed_by(id) or id),
    )
