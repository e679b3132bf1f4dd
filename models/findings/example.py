"""Documents in a few words: each check shows one that it finds something in, and one that it doesn't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from models.data.held import SECTION
from models.document import Document
from models.kinds.layer import Layer
from models.layers.terminals import Input, Output
from models.network import Edge, Network, Node
from models.training.losses import Loss

STEP = 72
"""The distance of two cards in a column."""

Placed = type[Layer] | tuple[type[Layer], Mapping[str, Any]]
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Example(NamedTuple):
    """Layers in a row, called n0, n1, …; ``loose`` ones go on counting. ``wires`` are further ones, by those names.

    ``shared`` names layers that call the module of the first among them, ``names`` gives some another name. ``known``
    is what else is known, such as the `Facts` of the data that the document names; ``numbers`` are those that are
    worked by hand, ``content`` what the document has noted of its files.
    """

    row: tuple[Placed, ...]
    loose: tuple[Placed, ...] = ()
    wires: tuple[tuple[str, str], ...] = ()
    data: Mapping[str, Any] = _NOTHING
    training: Mapping[str, Any] = _NOTHING
    known: object = None
    shared: tuple[tuple[str, ...], ...] = ()
    numbers: Mapping[str, Any] = _NOTHING
    names: Mapping[str, str] = _NOTHING
    content: Mapping[str, Any] = _NOTHING

    def document(self) -> Document:
        """The document, fresh each time."""
        nodes = [_node(place, *settled(item)) for place, item in enumerate((*self.row, *self.loose))]
        by_id = {node.id: node for node in nodes}
        for id, name in self.names.items():
            by_id[id].id = name
        for first, *others in self.shared:
            for id in others:
                by_id[id].module = first
        pairs = [*pairwise(nodes[: len(self.row)]), *((by_id[start], by_id[end]) for start, end in self.wires)]
        wires = [Edge(start.id, start.outputs[0], end.id, end.inputs[0].name) for start, end in pairs]
        document = Document(Network(nodes, wires), dict(self.data), dict(self.training))
        if self.numbers:
            document.content.set_section("numbers", dict(self.numbers))
        if self.content:
            document.content.set_section(SECTION, dict(self.content))
        return document


def row(*layers: Placed, loose: Sequence[Placed] = (), wires: Sequence[tuple[str, str]] = (), **else_: Any) -> Example:
    """An `Example` of these layers, one behind the other."""
    return Example(layers, tuple(loose), tuple(wires), **else_)


def image(*shape: int, **settings: Any) -> Placed:
    """An Input of that shape."""
    return Input, {"shape": list(shape), **settings}


def trained_by(loss: type[Loss]) -> Placed:
    """An Output with that loss."""
    return Output, {"loss": {"kind": loss.kind}}


def settled(item: Placed) -> tuple[type[Layer], Mapping[str, Any]]:
    """A kind and its settings."""
    return item if isinstance(item, tuple) else (item, _NOTHING)


def _node(place: int, kind: type[Layer], settings: Mapping[str, Any]) -> Node:
    return Node(f"n{place}", kind.kind, dict(settings), (0, STEP * place))
