"""The network: nodes, wires, change signals, and what may be connected.

Errors, all with a sentence for people:

- `NetworkError`
    - `NameTaken`, `BadName`, `NoSuchNode`
    - `ConnectionRefused`
        - `NoSuchPort`, `AlreadyConnected`, `PortOccupied`, `MakesCycle`, `SelfLoop`

The mutating methods are called by edits (`models.document.edits`) alone; views and tools ask for edits.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from copy import copy as shallow
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from models.basics.signal import Signal
from models.kinds.layer import Layer, Port
from models.layers import LAYERS
from models.network.order import Order, reached
from models.specs.spec import SpecProblem

Position = tuple[float, float]
T = TypeVar("T")

_FEW = 16
"""So many nodes and wires are put one by one, each finding its rank; more are sorted together."""


class NetworkError(ValueError):
    """Something asked of a network that it cannot do; the text is a sentence for people."""


class NameTaken(NetworkError):
    """A node id that another node has."""


class BadName(NetworkError):
    """A node id that could not be a Python attribute."""


class NoSuchNode(NetworkError):
    """A node id that the network does not have."""


class ConnectionRefused(NetworkError):
    """A wire that cannot be."""


class NoSuchPort(ConnectionRefused):
    """The node has no port of that name."""


class AlreadyConnected(ConnectionRefused):
    """That very wire exists."""


class PortOccupied(ConnectionRefused):
    """The input takes one wire and has it."""


class MakesCycle(ConnectionRefused):
    """The wire would close a loop."""


class SelfLoop(MakesCycle):
    """The wire would join a node to itself."""


class Edge(NamedTuple):
    """A wire from an output port to an input port; ports by name."""

    source: str
    source_port: str
    target: str
    target_port: str


@dataclass(eq=False, slots=True)
class Node:
    """One layer in a network. ``params`` holds what the user set, as JSON data, unknown settings included.

    ``extra`` keeps what a newer version wrote beside the known entries. `layer` is None for unknown kinds.
    """

    id: str
    kind: str
    params: dict[str, Any] = field(default_factory=dict)
    position: Position | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    layer: Layer | None = field(init=False, default=None)
    problems: tuple[SpecProblem, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Read the layer from kind and params again."""
        kind = LAYERS.get(self.kind)
        if kind is None:
            self.layer, self.problems = None, ()
        else:
            self.layer, problems = kind.read(self.params)
            self.problems = tuple(problems)

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Input ports; an unknown kind takes any number of wires."""
        return self.layer.inputs if self.layer else (Port("input", optional=True, variadic=True),)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the output ports."""
        return self.layer.outputs if self.layer else ("output",)

    def copy(self, id: str | None = None) -> Node:
        """An independent copy, under another id if one is given."""
        twin = shallow(self)  # with the same layer, which never changes
        twin.id, twin.params, twin.extra = id or self.id, dict(self.params), dict(self.extra)
        return twin


class Change(NamedTuple):
    """What happened: ``what`` is "added", "removed", "params", "renamed", "moved", "connected", "disconnected"
    or "scope" (a network that is new or gone); ``nodes`` are the ids concerned; for "renamed" they are (old, new);
    ``edges`` the wires; ``scope`` is the network's in its document, "" for the main one."""

    what: str
    nodes: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    scope: str = ""


class Piece(NamedTuple):
    """Nodes and wires, each with its place in document order: what `Network.remove` took and `Network.insert` puts."""

    nodes: tuple[tuple[int, Node], ...] = ()
    edges: tuple[tuple[int, Edge], ...] = ()


class Network:
    """Nodes by id, in document order, and wires in order. Emits `changed` with a `Change` after every mutation.

    Built from nodes with different ids and any wires, unchecked: broken documents may hold any. ``extra`` keeps what
    a newer version wrote beside nodes and edges. `order` knows what comes first.
    """

    def __init__(
        self, nodes: Iterable[Node] = (), edges: Iterable[Edge] = (), extra: dict[str, Any] | None = None
    ) -> None:
        self.nodes: dict[str, Node] = {node.id: node for node in nodes}
        self.edges: list[Edge] = list(edges)
        self.extra = extra or {}
        self.changed: Signal[[Change]] = Signal()
        self.order = Order(
            lambda: self.nodes,
            lambda id: [edge.source for edge in self.edges_into(id)],
            lambda id: [edge.target for edge in self.edges_from(id)],
        )
        self._reindex()

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

    def free_id(self, wanted: str) -> str:
        """An unused id: ``wanted`` itself if it is one, else with the next number (conv1, conv2, …)."""
        if wanted not in self.nodes and not name_problem(wanted) and wanted[-1:].isdigit():
            return wanted
        stem = re.sub(r"[^A-Za-z0-9_]", "_", wanted[:50]).lstrip("_0123456789").rstrip("0123456789") or "layer"
        number = 1
        while f"{stem}{number}" in self.nodes or name_problem(f"{stem}{number}"):
            number += 1
        return f"{stem}{number}"

    def check_name(self, id: str) -> None:
        """Raise `BadName` or `NameTaken` if no node may be called so."""
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
        if not port.variadic and any(other.target_port == port.name for other in self.edges_into(target.id)):
            raise PortOccupied(f"{target.id} takes one wire here and has it. Remove that one first.")
        if self.order.leads(edge.target, edge.source):
            raise MakesCycle(f"{target.id} already leads to {source.id}; this wire would close a loop.")

    # Mutations, for edits

    def add_node(self, node: Node, index: int | None = None) -> None:
        """Add a node, at a place in document order; raises `BadName` or `NameTaken`."""
        self.check_name(node.id)
        if index is None or index >= len(self.nodes):
            self.nodes[node.id] = node
        else:
            self.nodes = dict(_with(self.nodes.items(), [(index, (node.id, node))]))
        self.order.added(node.id)
        self.changed.emit(Change("added", (node.id,)))

    def insert_edge(self, edge: Edge, index: int | None = None) -> None:
        """Add a wire at a place in document order, unchecked: broken documents may hold any."""
        place = len(self.edges) if index is None else index
        self.edges.insert(place, edge)
        last = place >= len(self.edges) - 1
        for ends, id, side in ((self._into, edge.target, 2), (self._from, edge.source, 0)):
            known = ends.setdefault(id, [])
            if last or not known:
                known.append(edge)
            else:
                ends[id] = [item for item in self.edges if item[side] == id]
        self.order.joined(edge.source, edge.target)
        self.changed.emit(Change("connected", (edge.source, edge.target), (edge,)))

    def insert(self, piece: Piece) -> None:
        """Put nodes and wires, in document order, where they then are; wires unchecked: broken documents may hold any.

        Raises `BadName` or `NameTaken`. Many cost one pass, however large the network is.
        """
        for _, node in piece.nodes:
            self.check_name(node.id)
        if len(piece.nodes) + len(piece.edges) <= _FEW:
            for index, node in piece.nodes:
                self.add_node(node, index)
            for index, edge in piece.edges:
                self.insert_edge(edge, index)
            return
        self.nodes = dict(_with(self.nodes.items(), [(index, (node.id, node)) for index, node in piece.nodes]))
        self.edges = _with(self.edges, piece.edges)
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
        kept: list[Edge] = []
        lost: list[tuple[int, Edge]] = []
        for place, edge in enumerate(self.edges):
            if edge.source in gone or edge.target in gone or edge in cut:
                lost.append((place, edge))
            else:
                kept.append(edge)
        nodes = [(place, node) for place, node in enumerate(self) if node.id in gone] if gone else []
        self.edges = kept
        self._unlink({edge for _, edge in lost})
        for id in gone:
            del self.nodes[id]
        self.order.removed(gone)
        self._tell("disconnected", [edge for _, edge in lost])
        if gone:
            self.changed.emit(Change("removed", tuple(node.id for _, node in nodes)))
        return Piece(tuple(nodes), tuple(lost))

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
        node = self[id]
        node.params = params
        node.refresh()
        self.changed.emit(Change("params", (id,)))

    def rename(self, id: str, new: str) -> None:
        """Give a node another id; its wires follow. Raises `BadName` or `NameTaken`."""
        node = self[id]
        self.check_name(new)
        self.nodes = {new if key == id else key: value for key, value in self.nodes.items()}
        node.id = new
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

    def move(self, positions: dict[str, Position | None]) -> None:
        """Put nodes at canvas positions (logical pixels, the card's top left)."""
        for id, position in positions.items():
            self[id].position = position
        self.changed.emit(Change("moved", tuple(positions)))

    def _reindex(self) -> None:
        self._into: dict[str, list[Edge]] = {}
        self._from: dict[str, list[Edge]] = {}
        for edge in self.edges:
            self._into.setdefault(edge.target, []).append(edge)
            self._from.setdefault(edge.source, []).append(edge)


RESERVED = frozenset({"self", "forward", "torch", "nn", "x", "functional", "F"})
"""Names that the generated module uses itself."""


def name_problem(id: object) -> str:
    """Why ``id`` cannot be a node's name, as a sentence, or "" if it can.

    A name is an ASCII identifier (it becomes an attribute in generated code), at most 64 letters, no Python keyword,
    no leading underscore, and not an attribute that `torch.nn.Module` has.
    """
    if not isinstance(id, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", id, flags=re.ASCII):
        return "A name is letters, digits and underscores, starting with a letter, such as conv1."
    if len(id) > 64:
        return f"A name has at most 64 letters; this one has {len(id):,}."
    if keyword.iskeyword(id) or keyword.issoftkeyword(id) or id in RESERVED or id in MODULE_ATTRIBUTES:
        return f"‘{id}’ has a meaning of its own in Python or PyTorch. Try {id}1."
    return ""


MODULE_ATTRIBUTES = frozenset(
    {
        "T_destination", "add_module", "append", "apply", "bfloat16", "buffers", "call_super_init", "children",
        "compile", "cpu", "cuda", "double", "dump_patches", "eval", "extend", "extra_repr", "float", "forward",
        "get_buffer", "get_extra_state", "get_parameter", "get_submodule", "half", "insert", "ipu",
        "load_state_dict", "modules", "mtia", "named_buffers", "named_children", "named_modules",
        "named_parameters", "parameters", "pop", "register_backward_hook", "register_buffer",
        "register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook",
        "register_full_backward_pre_hook", "register_load_state_dict_post_hook",
        "register_load_state_dict_pre_hook", "register_module", "register_parameter",
        "register_state_dict_post_hook", "register_state_dict_pre_hook", "requires_grad_", "set_extra_state",
        "set_submodule", "share_memory", "state_dict", "to", "to_empty", "train", "training", "type", "xpu",
        "zero_grad",
    }
)  # fmt: skip


def _with(items: Iterable[T], placed: Iterable[tuple[int, T]]) -> list[T]:
    """``items``, and others among them where they then are, in one pass; ``placed`` in order."""
    found: list[T] = []
    rest = iter(items)
    for place, item in placed:
        found.extend(islice(rest, max(0, place - len(found))))
        found.append(item)
    found.extend(rest)
    return found
