"""The network: nodes and wires, change signals, what may be connected, and which nodes share a module.

The mutating methods are called by edits (`models.document.edits`) alone; views and tools ask for edits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any
from weakref import WeakSet

from models.basics.signal import Signal
from models.network.errors import (
    AlreadyConnected,
    BadName,
    MakesCycle,
    NameTaken,
    NetworkError,
    NoSuchNode,
    NoSuchPort,
    PortOccupied,
    SelfLoop,
)
from models.network.names import name_problem
from models.network.node import NO_KINDS, Change, Edge, Keeper, Kinds, Node, Piece
from models.network.order import Order, reached
from models.network.places import with_placed, without
from models.network.remarks import Frame, Note, Position

_FEW = 16
"""So many nodes and wires are put one by one, each finding its rank; more are sorted together."""


class Network:
    """Nodes by id, in document order, and wires in order. Emits `changed` with a `Change` after every mutation.

    Built from nodes with different ids and any wires, unchecked: broken documents may hold any. ``parameters`` are the
    names that expressions in settings may use, with their values; ``frames`` and ``notes`` lie beside it. ``extra``
    keeps what a newer version wrote beside all that. `order` knows what comes first.
    """

    def __init__(
        self,
        nodes: Iterable[Node] = (),
        edges: Iterable[Edge] = (),
        extra: dict[str, Any] | None = None,
        parameters: dict[str, Any] | None = None,
        frames: Mapping[str, Frame] | None = None,
        notes: Mapping[str, Note] | None = None,
    ) -> None:
        self.frames, self.notes = dict(frames or {}), dict(notes or {})
        self.nodes: dict[str, Node] = {node.id: node for node in nodes}
        self.edges: list[Edge] = list(edges)
        self.extra = extra or {}
        self.parameters = parameters or {}
        self.kinds: Kinds = NO_KINDS
        self._modules: dict[str, tuple[str, ...]] | None = None
        self.changed: Signal[[Change]] = Signal()
        self.keepers: WeakSet[Keeper] = WeakSet()
        self.order = Order(
            lambda: self.nodes,
            lambda id: [edge.source for edge in self.edges_into(id)],
            lambda id: [edge.target for edge in self.edges_from(id)],
        )
        self._reindex()

    def copy(self) -> Network:
        """An independent copy."""
        nodes = [node.copy() for node in self]
        return Network(nodes, self.edges, dict(self.extra), dict(self.parameters), self.frames, self.notes)

    # Questions

    def __contains__(self, id: object) -> bool:
        return id in self.nodes

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, id: str) -> Node:
        try:
            return self.nodes[id]
        except KeyError:
            raise NoSuchNode(f"There is no layer called ‘{id:.40}’.") from None

    def edges_into(self, id: str) -> list[Edge]:
        """Wires that end at a node, in document order (the order of a merge's inputs)."""
        return self._into.get(id, [])

    def edges_from(self, id: str) -> list[Edge]:
        """Wires that start at a node, in document order."""
        return self._from.get(id, [])

    def downstream(self, ids: Iterable[str]) -> set[str]:
        """The given nodes and everything that their outputs reach."""
        return reached(ids, lambda id: [edge.target for edge in self.edges_from(id)])

    def upstream(self, ids: Iterable[str]) -> set[str]:
        """The given nodes and everything that reaches their inputs."""
        return reached(ids, lambda id: [edge.source for edge in self.edges_into(id)])

    @property
    def modules(self) -> Mapping[str, tuple[str, ...]]:
        """The modules that nodes name, each with all nodes that call it, in document order."""
        if self._modules is None:
            named = {node.module for node in self if node.module}
            callers: dict[str, list[str]] = {}
            for node in self if named else ():
                if node.attribute in named:
                    callers.setdefault(node.attribute, []).append(node.id)
            self._modules = {module: tuple(ids) for module, ids in callers.items()}
        return self._modules

    def partners(self, id: str) -> tuple[str, ...]:
        """All nodes that call a node's module, itself among them, in document order."""
        return self.modules.get(self[id].attribute, (id,))

    def free_id(self, wanted: str) -> str:
        """An unused id: ``wanted`` itself if it is one, else with the next number (conv1, conv2, …)."""
        if not self._is_taken(wanted) and not name_problem(wanted) and wanted[-1:].isdigit():
            return wanted
        stem = re.sub(r"[^A-Za-z0-9_]", "_", wanted[:50]).lstrip("_0123456789").rstrip("0123456789") or "layer"
        number = 1
        while self._is_taken(f"{stem}{number}") or name_problem(f"{stem}{number}"):
            number += 1
        return f"{stem}{number}"

    def _is_taken(self, id: str) -> bool:
        """Whether a node or a module is called so."""
        return id in self.nodes or id in self.modules

    def check_name(self, id: str) -> None:
        """Raise `BadName` or `NameTaken` if no node may be called so."""
        self._check_new(id)
        if id in self.modules:
            raise NameTaken(f"The shared weights of {self.modules[id][0]} are called ‘{id}’ already.")

    def _check_new(self, id: str) -> None:
        """The same for a node that may come back to the module that was called after it."""
        problem = name_problem(id)
        if problem:
            raise BadName(problem)
        if id in self.nodes:
            raise NameTaken(f"Another layer is called ‘{id}’ already.")

    def check_connect(self, edge: Edge) -> None:
        """Raise the `ConnectionRefused` that says why this wire cannot be; return quietly if it can."""
        source, target = self[edge.source], self[edge.target]
        if edge.source_port not in source.outputs:
            raise NoSuchPort(f"{source.id} has no output ‘{edge.source_port:.30}’.")
        port = next((port for port in target.inputs if port.name == edge.target_port), None)
        if port is None:
            raise NoSuchPort(
                f"{target.id} takes no input ‘{edge.target_port:.30}’."
                if target.inputs
                else f"{target.id} starts the network and takes no input."
            )
        if edge.source == edge.target:
            raise SelfLoop("A layer cannot feed itself.")
        if edge in self.edges_into(edge.target):
            raise AlreadyConnected("These two are connected already.")
        if self.order.leads(edge.target, edge.source):
            raise MakesCycle(f"{target.id} already leads to {source.id}; this wire would close a loop.")
        # Last of all: whoever takes the place of that wire may go on.
        if not port.variadic and any(other.target_port == port.name for other in self.edges_into(target.id)):
            raise PortOccupied(f"{target.id} already has an input. Remove that wire first.")

    def define(self, kinds: Kinds) -> None:
        """Let nodes be of kinds that the document defines itself."""
        self.kinds = kinds
        for node in self:
            node.kinds = kinds

    # Mutations, for edits

    def add_node(self, node: Node, index: int | None = None) -> None:
        """Add a node, at a place in document order; raises `BadName` or `NameTaken`."""
        self._check_new(node.id)
        self._recount((node,))
        node.kinds = self.kinds
        if index is None or index >= len(self.nodes):
            self.nodes[node.id] = node
        else:
            self.nodes = dict(with_placed(self.nodes.items(), [(index, (node.id, node))]))
        self.order.added(node.id)
        self.changed.emit(Change("added", (node.id,)))

    def insert_edge(self, edge: Edge, index: int | None = None) -> None:
        """Add a wire at a place in document order, unchecked: broken documents may hold any."""
        place = len(self.edges) if index is None else index
        for ends, id in ((self._into, edge.target), (self._from, edge.source)):
            known = ends.setdefault(id, [])
            before = len(known) if place >= len(self.edges) else sum(at < place for at in self._places(known))
            known.insert(before, edge)
        self.edges.insert(place, edge)
        self.order.joined(edge.source, edge.target)
        self.changed.emit(Change("connected", (edge.source, edge.target), (edge,)))

    def insert(self, piece: Piece) -> None:
        """Put nodes and wires, in document order, where they then are; wires unchecked: broken documents may hold any.

        Raises `BadName` or `NameTaken`. Many cost one pass, however large the network is.
        """
        for _, node in piece.nodes:
            self._check_new(node.id)
        self._recount(node for _, node in piece.nodes)
        for _, node in piece.nodes:
            node.kinds = self.kinds
        if len(piece.nodes) + len(piece.edges) <= _FEW:
            for index, node in piece.nodes:
                self.add_node(node, index)
            for index, edge in piece.edges:
                self.insert_edge(edge, index)
            return
        self.nodes = dict(with_placed(self.nodes.items(), [(index, (node.id, node)) for index, node in piece.nodes]))
        self.edges = with_placed(self.edges, piece.edges)
        self._reindex()
        self.order.forget()
        if piece.nodes:
            self.changed.emit(Change("added", tuple(node.id for _, node in piece.nodes)))
        self._tell("connected", [edge for _, edge in piece.edges])

    def remove(self, ids: Collection[str] = (), edges: Collection[Edge] = ()) -> Piece:
        """Remove nodes with all their wires, and other wires; returns what went, in document order, for `insert`.

        Raises `NoSuchNode`, and `NetworkError` where a wire is not there.
        """
        gone, cut = {self[id].id for id in ids}, set(edges)
        for edge in cut:
            if edge not in self.edges_from(edge.source):
                raise NetworkError("That wire is gone already.")
        wires = cut.union(*(ends for id in gone for ends in (self.edges_into(id), self.edges_from(id))))
        if len(gone) + len(wires) <= _FEW:
            lost = sorted({(at, edge) for edge in wires for at in self._places([edge] * self.edges.count(edge))})
            names = list(self.nodes)
            nodes = sorted(((names.index(id), self.nodes[id]) for id in gone), key=itemgetter(0))
        else:
            lost = [(at, edge) for at, edge in enumerate(self.edges) if edge in wires]
            nodes = [(at, node) for at, node in enumerate(self) if node.id in gone]
        self.edges = without(self.edges, [at for at, _ in lost])
        self._unlink(wires)
        self._recount(self.nodes[id] for id in gone)
        for id in gone:
            del self.nodes[id]
        self.order.removed(gone)
        self._tell("disconnected", [edge for _, edge in lost])
        if gone:
            self.changed.emit(Change("removed", tuple(node.id for _, node in nodes)))
        return Piece(tuple(nodes), tuple(lost))

    def _places(self, edges: Iterable[Edge]) -> Iterator[int]:
        """Where each of some wires lies in document order, in which they are given."""
        at = -1
        for edge in edges:
            at = self.edges.index(edge, at + 1)
            yield at

    def _recount(self, nodes: Iterable[Node]) -> None:
        """Forget what is known of shared modules if nodes that come or go have to do with them."""
        known = self._modules
        if known is not None and any(node.module or node.id in known for node in nodes):
            self._modules = None

    def _unlink(self, edges: Collection[Edge]) -> None:
        """Forget wires at their ends."""
        for id in {edge.source for edge in edges}:
            self._from[id] = [edge for edge in self._from[id] if edge not in edges]
        for id in {edge.target for edge in edges}:
            self._into[id] = [edge for edge in self._into[id] if edge not in edges]

    def _tell(self, what: str, edges: Collection[Edge]) -> None:
        """Tell of wires that came or went."""
        if edges:
            ends = dict.fromkeys(id for edge in edges for id in (edge.source, edge.target))
            self.changed.emit(Change(what, tuple(ends), tuple(edges)))

    def set_params(self, id: str, params: dict[str, Any]) -> None:
        """Replace a node's params."""
        node = self._changing(self[id])
        node.params = params
        node.refresh()
        self.changed.emit(Change("params", (id,)))

    def set_module(self, id: str, module: str) -> None:
        """Let a node call the module of that name, "" for its own."""
        self._changing(self[id]).module = module
        self._modules = None
        self.changed.emit(Change("module", (id,)))

    def set_bypassed(self, id: str, bypassed: bool) -> None:
        """Leave a node out, or use it again."""
        node = self._changing(self[id])
        node.bypassed = bypassed
        node.refresh()
        self.changed.emit(Change("params", (id,)))

    def set_parameters(self, parameters: dict[str, Any]) -> None:
        """Replace the names that expressions may use, and their values."""
        self.parameters = parameters
        self.changed.emit(Change("parameters", tuple(node.id for node in self if node.computed)))

    def reorder(self, ids: Iterable[str]) -> None:
        """Bring all nodes into another document order."""
        self.nodes = {id: self.nodes[id] for id in ids}
        self._modules = None
        self.order.forget()
        self.changed.emit(Change("reordered"))

    def rename(self, id: str, new: str) -> None:
        """Give a node another id; its wires follow, and who shares its module. Raises `BadName` or `NameTaken`."""
        node = self[id]
        self.check_name(new)
        others = () if node.module else tuple(partner for partner in self.partners(id) if partner != id)
        for partner in others:
            self._changing(self.nodes[partner]).module = new
        self._modules = None
        self.nodes = {new if key == id else key: value for key, value in self.nodes.items()}
        self._changing(node).id = new
        self.edges = [
            edge._replace(
                source=new if edge.source == id else edge.source, target=new if edge.target == id else edge.target
            )
            if id in (edge.source, edge.target)
            else edge
            for edge in self.edges
        ]
        self._reindex()
        self.order.renamed(id, new)
        self.changed.emit(Change("renamed", (id, new)))
        if others:
            self.changed.emit(Change("module", others))

    def rename_port(self, ids: Iterable[str], old: str, new: str) -> None:
        """Follow a port of some nodes that is called otherwise now."""
        nodes = set(ids)
        if not nodes:
            return
        self.edges = [
            edge._replace(
                source_port=new if edge.source in nodes and edge.source_port == old else edge.source_port,
                target_port=new if edge.target in nodes and edge.target_port == old else edge.target_port,
            )
            for edge in self.edges
        ]
        self._reindex()
        self.changed.emit(Change("params", tuple(nodes)))

    def move(self, positions: dict[str, Position | None]) -> None:
        """Put nodes at canvas positions (logical pixels, the card's top left)."""
        for id, position in positions.items():
            self._changing(self[id]).position = position
        self.changed.emit(Change("moved", tuple(positions)))

    def _changing(self, node: Node) -> Node:
        """A node that is about to be another than it was."""
        for keeper in self.keepers:
            keeper.keep(node)
        return node

    def set_note(self, id: str, text: str) -> None:
        """Say something about a node."""
        self._changing(self[id]).note = text
        self.changed.emit(Change("note", (id,)))

    def set_silenced(self, id: str, codes: tuple[str, ...]) -> None:
        """Let some checks find nothing at a node."""
        self._changing(self[id]).silenced = codes
        self.changed.emit(Change("silenced", (id,)))

    def set_frames(self, frames: Mapping[str, Frame], members: Mapping[str, str]) -> None:
        """Replace all frames, and tell of some nodes which frame they lie in, "" for none."""
        self.frames = dict(frames)
        for id, frame in members.items():
            self._changing(self[id]).frame = frame
        self.changed.emit(Change("frames", tuple(members)))

    def set_notes(self, notes: Mapping[str, Note]) -> None:
        """Replace all notes on the canvas."""
        self.notes = dict(notes)
        self.changed.emit(Change("notes"))

    def framed(self) -> dict[str, list[str]]:
        """The frames that have layers, in the order of the frames, each with its layers in document order."""
        found: dict[str, list[str]] = {frame: [] for frame in self.frames}
        for node in self if found else ():
            if node.frame in found:
                found[node.frame].append(node.id)
        return {frame: ids for frame, ids in found.items() if ids}

    def _reindex(self) -> None:
        self._into: dict[str, list[Edge]] = {}
        self._from: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self._into.setdefault(edge.target, []).append(edge)
            self._from.setdefault(edge.source, []).append(edge)
