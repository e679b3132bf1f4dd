"""Edits: small objects that change the content of a document and can take the change back.

An edit knows the model and never a view. One that changes a network carries its scope, the main one unless `within`
names another. `apply` may raise a `NetworkError` or `FieldError` before it has changed
anything; `revert` restores exactly what was, order included. `Batch` makes several edits one undo step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from models.byhand import exercise
from models.data import bindings
from models.document.content import MAIN, Content, Settings
from models.network import Edge, Network, NetworkError, Node, Piece, PortOccupied, Position

E = TypeVar("E", bound="InNetwork")


class Edit(Protocol):
    """One undoable change. ``label`` names it in the Undo menu, such as “Add Conv2d”."""

    @property
    def label(self) -> str: ...

    def apply(self, content: Content) -> None:
        """Make the change; raises before changing anything if it cannot be made."""

    def revert(self, content: Content) -> None:
        """Take the change back, right after `apply` or after all later edits were reverted."""

    def merged(self, later: Edit) -> Edit | None:
        """One edit that does both, where they are one act (typing in a field); else None."""


class Whole:
    """Base of edits that are an act of their own, whatever comes next."""

    def merged(self, later: Edit) -> Edit | None:
        """Nothing: it joins with no later edit."""
        return None


class InNetwork:
    """Base of edits of one network: that of `scope`."""

    scope: str = MAIN

    def within(self: E, scope: str) -> E:
        """The same edit, of the network of another scope."""
        self.scope = scope
        return self


class AddNode(InNetwork, Whole):
    """Add a node, at the end or at a place in document order."""

    def __init__(self, node: Node, index: int | None = None) -> None:
        self.node, self.index = node, index

    @property
    def label(self) -> str:
        return f"Add {self.node.kind}"

    def apply(self, content: Content) -> None:
        content.check_nesting(self.scope, [self.node])
        # A copy each time, so that later edits of the node in the document never change this edit.
        content[self.scope].add_node(self.node.copy(), self.index)

    def revert(self, content: Content) -> None:
        content[self.scope].remove([self.node.id])


class AddNodes(InNetwork, Whole):
    """Add nodes with the wires among them, such as what was copied; all that ``piece`` holds, at the end."""

    def __init__(self, piece: Network) -> None:
        self.piece = piece

    @property
    def label(self) -> str:
        count = len(self.piece)
        return f"Add {count} layers" if count > 1 else f"Add {next(iter(self.piece)).kind}"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        content.check_nesting(self.scope, self.piece)
        self._check(network)
        nodes = enumerate((node.copy() for node in self.piece), len(network))
        network.insert(Piece(tuple(nodes), tuple(enumerate(self.piece.edges, len(network.edges)))))

    def _check(self, network: Network) -> None:
        """Raise the `ConnectionRefused` of a wire that cannot be; what is new can only clash with itself."""
        alone = Network(self.piece)
        alone.define(network.kinds)
        for edge in self.piece.edges:
            alone.check_connect(edge)
            alone.insert_edge(edge)

    def revert(self, content: Content) -> None:
        content[self.scope].remove(self.piece.nodes)


class RemoveNodes(InNetwork, Whole):
    """Remove nodes with their wires. With ``heal`` what fed a removed node then feeds what it fed, where that is
    possible (one wire in); other wires are cut."""

    def __init__(self, ids: Iterable[str], *, heal: bool = False) -> None:
        self.ids = tuple(dict.fromkeys(ids))
        self.heal = heal
        self._removed = Piece()
        self._bridges: list[tuple[int, Edge]] = []

    @property
    def label(self) -> str:
        return f"Delete {self.ids[0]}" if len(self.ids) == 1 else f"Delete {len(self.ids)} layers"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        bridges = _bridges(network, self.ids) if self.heal else []
        self._removed = network.remove(self.ids)
        self._bridges = bridges
        network.insert(Piece(edges=tuple(bridges)))

    def revert(self, content: Content) -> None:
        content[self.scope].remove(edges=[edge for _, edge in self._bridges])
        content[self.scope].insert(self._removed)


def _bridges(network: Network, ids: Collection[str]) -> list[tuple[int, Edge]]:
    """The wires that join what lay before these nodes with what comes behind, at the places that they will have.

    Each takes the place of the wire that it stands for, so that a merge keeps the order of its inputs.
    """
    gone, feeds = set(ids), _feeds(network, ids)
    bridges: list[tuple[int, Edge]] = []
    known: dict[str, set[Edge]] = {}
    place = 0
    for edge in network.edges:
        if edge.target in gone:
            continue
        if edge.source in gone:
            end = feeds[edge.source]
            bridge = Edge(*end, edge.target, edge.target_port) if end else edge
            wires = known.setdefault(edge.target, set(network.edges_into(edge.target)))
            if bridge in wires or bridge.source == bridge.target:
                continue
            wires.add(bridge)
            bridges.append((place, bridge))
        place += 1
    return bridges


def _feeds(network: Network, ids: Iterable[str]) -> dict[str, tuple[str, str] | None]:
    """Of each of these nodes the one node and port outside of them that feeds it, if it is one and on no loop."""
    order, feeds = network.order, dict[str, tuple[str, str] | None]()
    for id in sorted(ids, key=lambda id: order.ranks[network[id].id]):
        ends = {feeds.get(edge.source, (edge.source, edge.source_port)) for edge in network.edges_into(id)} - {None}
        feeds[id] = ends.pop() if len(ends) == 1 and id not in order.loops else None
    return feeds


class Connect(InNetwork, Whole):
    """Draw a wire; raises the `ConnectionRefused` that says why it cannot be."""

    label = "Connect"

    def __init__(self, edge: Edge, index: int | None = None) -> None:
        self.edge, self.index = edge, index

    def apply(self, content: Content) -> None:
        content[self.scope].check_connect(self.edge)
        content[self.scope].insert_edge(self.edge, self.index)

    def revert(self, content: Content) -> None:
        content[self.scope].remove(edges=[self.edge])


class Disconnect(InNetwork, Whole):
    """Remove a wire."""

    label = "Disconnect"

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self._removed = Piece()

    def apply(self, content: Content) -> None:
        self._removed = content[self.scope].remove(edges=[self.edge])

    def revert(self, content: Content) -> None:
        content[self.scope].insert(self._removed)


class SetParam(InNetwork):
    """Set one param of a node to a JSON value, or take it away with `UNSET`. Typing on in a field is one undo.

    A param is the module's: of nodes that share one, all get it.
    """

    UNSET: Any = object()

    def __init__(self, id: str, name: str, value: Any) -> None:
        self.id, self.name, self.value = id, name, value
        self._before: dict[str, Settings] = {}

    @property
    def label(self) -> str:
        return f"Set {self.name} of {self.id}"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        kind = network[self.id].kind
        same = [id for id in network.partners(self.id) if network[id].kind == kind]
        self._before = {id: network[id].params for id in same}
        for id, before in self._before.items():
            after = {key: value for key, value in before.items() if key != self.name or self.value is not self.UNSET}
            if self.value is not self.UNSET:
                after[self.name] = self.value
            network.set_params(id, after)

    def revert(self, content: Content) -> None:
        for id, before in self._before.items():
            content[self.scope].set_params(id, before)

    def merged(self, later: Edit) -> Edit | None:
        place = (self.scope, self.id, self.name)
        if not isinstance(later, SetParam) or (later.scope, later.id, later.name) != place:
            return None
        both = SetParam(self.id, self.name, later.value).within(self.scope)
        both._before = self._before
        return both


class Rename(InNetwork, Whole):
    """Give a node another name, also where data or numbers worked by hand are bound to it."""

    def __init__(self, id: str, new: str) -> None:
        self.id, self.new = id, new

    @property
    def label(self) -> str:
        return f"Rename {self.id}"

    def apply(self, content: Content) -> None:
        self._rename(content, self.id, self.new)

    def revert(self, content: Content) -> None:
        self._rename(content, self.new, self.id)

    def _rename(self, content: Content, old: str, new: str) -> None:
        node = content[self.scope][old]
        content[self.scope].rename(old, new)
        if self.scope != MAIN:
            if not (node.inputs and node.outputs):
                for scope, ids in content.uses([self.scope]).items():
                    users = [id for id in ids if content[scope][id].kind == self.scope]
                    content[scope].rename_port(users, old, new)
            return
        for section, follow in (("data", bindings.renamed), (exercise.SECTION, exercise.renamed)):
            before = content.section(section)
            if (after := follow(before, old, new)) != before:
                content.set_section(section, after)


class Move(InNetwork, Whole):
    """Put nodes at positions; a drag is one such edit, made when the mouse is released."""

    label = "Move"

    def __init__(self, positions: Mapping[str, Position | None]) -> None:
        self.positions = dict(positions)
        self._before: dict[str, Position | None] = {}

    def apply(self, content: Content) -> None:
        self._before = {id: content[self.scope][id].position for id in self.positions}
        content[self.scope].move(self.positions)

    def revert(self, content: Content) -> None:
        content[self.scope].move(self._before)


class SetSection:
    """Replace the document's ``data`` or ``training`` settings. Typing on in one section is one undo."""

    def __init__(self, section: str, settings: Settings, *, field: str = "") -> None:
        self.section, self.settings, self.field = section, settings, field
        self._before: Settings = {}

    @property
    def label(self) -> str:
        return f"Set {self.field or self.section}".replace("_", " ")

    def apply(self, content: Content) -> None:
        self._before = content.section(self.section)
        content.set_section(self.section, self.settings)

    def revert(self, content: Content) -> None:
        content.set_section(self.section, self._before)

    def merged(self, later: Edit) -> Edit | None:
        same = (
            isinstance(later, SetSection) and self.field and (later.section, later.field) == (self.section, self.field)
        )
        if not isinstance(later, SetSection) or not same:
            return None
        both = SetSection(self.section, later.settings, field=self.field)
        both._before = self._before
        return both


class Batch(InNetwork):
    """Several edits as one. If one of them cannot be made, those before it are taken back and the error goes on.

    It joins with a later one of the same edits, each of which does: typing in a field of several layers is one undo.
    """

    def __init__(self, label: str, edits: Iterable[Edit]) -> None:
        self._label = label
        self.edits = tuple(edits)

    @property
    def label(self) -> str:
        return self._label

    def within(self, scope: str) -> Batch:
        for edit in self.edits:
            if isinstance(edit, InNetwork):
                edit.within(scope)
        return super().within(scope)

    def apply(self, content: Content) -> None:
        done: list[Edit] = []
        try:
            for edit in self.edits:
                edit.apply(content)
                done.append(edit)
        except ValueError:
            for edit in reversed(done):
                edit.revert(content)
            raise

    def revert(self, content: Content) -> None:
        for edit in reversed(self.edits):
            edit.revert(content)

    def merged(self, later: Edit) -> Edit | None:
        if not isinstance(later, Batch) or (later.label, len(later.edits)) != (self.label, len(self.edits)):
            return None
        both = [first.merged(second) for first, second in zip(self.edits, later.edits, strict=True)]
        joined = [edit for edit in both if edit is not None]
        return Batch(self.label, joined) if len(joined) == len(both) > 0 else None


def insert_on_edge(network: Network, node: Node, edge: Edge) -> Batch:
    """Put a new node into a wire: the wire is cut and joined again through the node's first ports.

    Nodes without an input or output cannot be inserted; then a `NetworkError` says so.
    """
    if not node.inputs or not node.outputs:
        raise NetworkError(f"{node.kind} has no place within a wire.")
    index = network.edges.index(edge)
    return Batch(
        f"Insert {node.kind}",
        [
            AddNode(node),
            Disconnect(edge),
            Connect(Edge(edge.source, edge.source_port, node.id, node.inputs[0].name), index),
            Connect(Edge(node.id, node.outputs[0], edge.target, edge.target_port), index + 1),
        ],
    )


def connecting(network: Network, edge: Edge, moved: Edge | None = None) -> Edit:
    """Draw a wire in place of the one that occupies its input; with ``moved`` an end of that wire goes there.

    Raises the `ConnectionRefused` that says why the wire cannot be.
    """
    gone = {moved} if moved else set()
    try:
        network.check_connect(edge)
    except PortOccupied:
        gone |= {other for other in network.edges_into(edge.target) if other.target_port == edge.target_port}
    if not gone:
        return Connect(edge)
    cut = [other for other in network.edges if other in gone]
    kept = moved or cut[0]
    # It keeps the place of that wire, so that a merge keeps the order of its inputs.
    index = network.edges.index(kept) - cut.index(kept)
    return Batch("Move wire" if moved else "Replace wire", [*map(Disconnect, cut), Connect(edge, index)])
