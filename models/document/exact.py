"""Edits that put something exactly as it is in another document, where other edits would first ask whether it may be.

What they bring may be broken, as documents from elsewhere are; the analysis then names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.document.content import Content, Settings
from models.document.edits import InNetwork, Whole
from models.network import Edge, MakesCycle, Network, Node, Piece


class ReplaceNode(InNetwork, Whole):
    """Let the node of that id be as another: kind, settings, module, note, bypass, silenced checks and entries.

    Its place, its frame and its wires stay.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self._before: Node | None = None

    @property
    def label(self) -> str:
        return f"Change {self.node.id}"

    def apply(self, content: Content) -> None:
        self._before = content[self.scope][self.node.id].copy()
        self._put(content[self.scope], self.node)

    def revert(self, content: Content) -> None:
        assert self._before is not None, "an edit is reverted after it was applied"
        self._put(content[self.scope], self._before)

    @staticmethod
    def _put(network: Network, node: Node) -> None:
        present = network[node.id]
        if (present.kind, present.extra) != (node.kind, node.extra):
            # Its ports may be others, so that whoever shows it looks at it anew.
            piece, twin = network.remove([node.id]), node.copy()
            twin.position, twin.frame = present.position, present.frame
            network.insert(Piece(((piece.nodes[0][0], twin),), piece.edges))
            return
        if present.module != node.module:
            network.set_module(node.id, node.module)
        if present.params != node.params:
            network.set_params(node.id, dict(node.params))
        if present.bypassed != node.bypassed:
            network.set_bypassed(node.id, node.bypassed)
        if present.note != node.note:
            network.set_note(node.id, node.note)
        if present.silenced != node.silenced:
            network.set_silenced(node.id, node.silenced)


class InsertNodes(InNetwork, Whole):
    """Add nodes without wires, each at its place in the document order that there is then."""

    def __init__(self, placed: Iterable[tuple[int, Node]]) -> None:
        self.placed = tuple(placed)

    @property
    def label(self) -> str:
        return f"Add {len(self.placed)} layers" if len(self.placed) > 1 else f"Add {self.placed[0][1].kind}"

    def apply(self, content: Content) -> None:
        content[self.scope].insert(Piece(tuple((place, node.copy()) for place, node in self.placed)))

    def revert(self, content: Content) -> None:
        content[self.scope].remove([node.id for _, node in self.placed])


class SetWires(InNetwork, Whole):
    """Let the given wires alone lead into each of some nodes, by node.

    Raises `MakesCycle` where they would close a loop through other nodes than those ``in_loops``, and `NetworkError`
    where a node is not there.
    """

    label = "Rewire"

    def __init__(self, wires: Mapping[str, Sequence[Edge]], in_loops: Iterable[str] = ()) -> None:
        self.wires = {target: tuple(edges) for target, edges in wires.items()}
        self.in_loops = frozenset(in_loops)
        self._removed = Piece()

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        for edge in self._edges():
            network[edge.source], network[edge.target]
        allowed = self.in_loops | network.order.loops.keys()
        placed = self._placed(network.edges)
        before = [edge for target in self.wires for edge in network.edges_into(network[target].id)]
        self._removed = network.remove(edges=before)
        network.insert(Piece(edges=placed))
        closed = next((id for id in network.order.loops if id not in allowed), None)
        if closed:
            self.revert(content)
            raise MakesCycle(f"These wires alone would close a loop through {closed}.")

    def revert(self, content: Content) -> None:
        content[self.scope].remove(edges=self._edges())
        content[self.scope].insert(self._removed)

    def _edges(self) -> list[Edge]:
        return [edge for edges in self.wires.values() for edge in edges]

    def _placed(self, present: Sequence[Edge]) -> tuple[tuple[int, Edge], ...]:
        """The wires with their places: where the first of those stands that they stand for, else at the end."""
        waiting, result = dict(self.wires), list[Edge]()
        for edge in present:
            if edge.target in self.wires:
                result.extend(waiting.pop(edge.target, ()))
            else:
                result.append(edge)
        for edges in waiting.values():
            result.extend(edges)
        return tuple((place, edge) for place, edge in enumerate(result) if edge.target in self.wires)


class SetOrder(InNetwork, Whole):
    """Bring the nodes into a document order."""

    label = "Reorder layers"

    def __init__(self, ids: Iterable[str]) -> None:
        self.ids = tuple(ids)
        self._before: tuple[str, ...] = ()

    def apply(self, content: Content) -> None:
        self._before = tuple(content[self.scope].nodes)
        content[self.scope].reorder(self.ids)

    def revert(self, content: Content) -> None:
        content[self.scope].reorder(self._before)


class SetParameters(InNetwork, Whole):
    """Replace all parameters of a network, whether expressions could use them or not."""

    label = "Set parameters"

    def __init__(self, parameters: Settings) -> None:
        self.parameters = parameters
        self._before: Settings = {}

    def apply(self, content: Content) -> None:
        self._before = content[self.scope].parameters
        content[self.scope].set_parameters(self.parameters)

    def revert(self, content: Content) -> None:
        content[self.scope].set_parameters(self._before)


class SetEntries(InNetwork, Whole):
    """Replace the unknown entries of a network, or with ``whole`` those of the document."""

    label = "Set entries"

    def __init__(self, entries: dict[str, Any], *, whole: bool = False) -> None:
        self.entries, self.whole = entries, whole
        self._before: dict[str, Any] = {}

    def apply(self, content: Content) -> None:
        self._before = self._swap(content, self.entries)

    def revert(self, content: Content) -> None:
        self._swap(content, self._before)

    def _swap(self, content: Content, entries: dict[str, Any]) -> dict[str, Any]:
        holder = content if self.whole else content[self.scope]
        before, holder.extra = holder.extra, entries
        return before
