"""The parts of a network: nodes, wires, and what is told of their changes."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy as shallow
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from weakref import WeakValueDictionary

from models.kinds.bypass import bypass_of
from models.kinds.layer import Layer, Port
from models.layers import LAYERS
from models.network.remarks import Position
from models.specs.expression import Names, holds_expression
from models.specs.spec import SpecProblem

_LAYERS: WeakValueDictionary[tuple[object, ...], Layer] = WeakValueDictionary()
"""One layer for all nodes of equal kind and settings: a large network of equal blocks is walked through faster."""
Kinds = Mapping[str, type[Layer]]
"""The kinds that a document defines itself, by name."""
NO_KINDS: Kinds = {}
"""Of a node in no document."""
_ANY_INPUTS, _ONE_OUTPUT = (Port("input", optional=True, variadic=True),), ("output",)


class Edge(NamedTuple):
    """A wire from an output port to an input port; ports by name."""

    source: str
    source_port: str
    target: str
    target_port: str


@dataclass(eq=False, slots=True)
class Node:
    """One layer in a network. ``params`` holds what the user set, as JSON data, unknown settings included.

    ``module`` names the module that it calls where that is another's: nodes with one module share weights and settings.
    ``frame`` names the frame that it lies in, ``note`` says something about it in Markdown. One that is ``bypassed``
    keeps its settings, but hands on its first input. ``silenced`` are the checks that find nothing here, by code.
    ``kinds`` are those that its document defines beside the registered ones. ``extra`` keeps what a newer version wrote
    beside the known entries. `layer` is None for unknown kinds. Settings may be expressions (it is then `computed`),
    which an analysis works out with the names that the network gives.
    """

    id: str
    kind: str
    params: dict[str, Any] = field(default_factory=dict)
    position: Position | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    module: str = ""
    frame: str = ""
    note: str = ""
    bypassed: bool = False
    silenced: tuple[str, ...] = ()
    kinds: Kinds = field(default_factory=lambda: NO_KINDS, repr=False)
    computed: bool = field(init=False, default=False)
    _kind: type[Layer] | None = field(init=False, default=None)
    _layer: Layer | None = field(init=False, default=None)
    _own: Layer | None = field(init=False, default=None)
    _problems: tuple[SpecProblem, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self, names: Names | None = None) -> None:
        """Read the layer from kind and params again, with the values of the names in expressions."""
        self.computed = holds_expression(self.params)
        self._kind = LAYERS.get(self.kind) or self.kinds.get(self.kind)
        if self._kind is None:
            self._layer, self._own, self._problems = None, None, ()
        else:
            layer, problems = self._kind.read(self.params, names or {} if self.computed else None)
            self._layer = self._own = _LAYERS.setdefault(layer.key, layer)
            self._problems = tuple(problems)
            if self.bypassed:
                self._layer, self._problems = bypass_of(self._own), ()

    @property
    def layer(self) -> Layer | None:
        """What the node does; None for an unknown kind. Settings that cannot be used have their defaults."""
        # A kind may be registered or defined, or be so anew, since the layer was read.
        if (LAYERS.get(self.kind) or self.kinds.get(self.kind)) is not self._kind:
            self.refresh()
        return self._layer

    @property
    def own_layer(self) -> Layer | None:
        """What its settings say: what it does, or would do if it were not bypassed."""
        return self._own if self.layer is not None else None

    @property
    def problems(self) -> tuple[SpecProblem, ...]:
        """The settings that cannot be used."""
        return self._problems if self.layer else ()

    @property
    def attribute(self) -> str:
        """The name of the module that it calls: its attribute in generated code."""
        return self.module or self.id

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Input ports; an unknown kind takes any number of wires."""
        layer = self.layer
        return layer.inputs if layer else _ANY_INPUTS

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the output ports."""
        layer = self.layer
        return layer.outputs if layer else _ONE_OUTPUT

    def copy(self, id: str | None = None) -> Node:
        """An independent copy, under another id if one is given."""
        twin = shallow(self)  # with the same layer, which never changes
        twin.id, twin.params, twin.extra = id or self.id, dict(self.params), dict(self.extra)
        return twin


class Keeper(Protocol):
    """Who is told of every node before it changes."""

    def keep(self, node: Node) -> None:
        """A node is about to change."""


class Change(NamedTuple):
    """What happened: ``what`` is "added", "removed", "params", "module", "renamed", "moved", "connected",
    "disconnected", "reordered", "note" and "silenced" (on a node), "frames", "notes" (on the canvas), "parameters" (of
    the network) or "scope" (a network that is new or gone). ``nodes`` are the ids concerned; for "renamed" they are
    (old, new), for "parameters" those that compute with them. ``edges`` are the wires, ``scope`` is the network's in
    its document, "" for the main one."""

    what: str
    nodes: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    scope: str = ""


ASIDE = frozenset({"moved", "note", "silenced", "frames", "notes"})
"""Changes of what lies beside a network: it computes what it did before."""


class Piece(NamedTuple):
    """Nodes and wires, each with its place in document order: what `Network.remove` took and `Network.insert` puts."""

    nodes: tuple[tuple[int, Node], ...] = ()
    edges: tuple[tuple[int, Edge], ...] = ()
