"""Putting another kind in the place of a layer, which keeps what can be kept: settings, wires, place, chosen name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from models.document.content import Content
from models.document.edits import Batch, Edit, InNetwork, Whole
from models.document.sharing import OwnWeights
from models.kinds.layer import Layer
from models.layers import LAYERS
from models.network import Edge, Node, Piece
from models.network.names import is_made_up, stems

_WIDTH = "channels"
"""The role of the setting that says how many numbers come out: filters, features, the length of a state."""


class Replace(InNetwork, Whole):
    """Make a node one of another kind.

    Kept are the settings that both kinds know, the width of the output, the wires that the new ports take, the place
    and a name that somebody chose; a name made of the old kind becomes one of the new kind. Weights that were shared
    are its own. `new` is the name after `apply`.
    """

    def __init__(self, id: str, kind: str) -> None:
        self.id, self.kind = id, kind
        self.new = id
        self._before = Piece()
        self._own: OwnWeights | None = None

    @property
    def label(self) -> str:
        return f"Replace {self.id} by {self.kind}"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        content.check_nesting(self.scope, [Node(self.id, self.kind)])
        shares = len(network.partners(self.id)) > 1
        self._own = OwnWeights(self.id).within(self.scope) if shares else None
        if self._own:
            self._own.apply(content)
        old = network[self.id]
        name = network.free_id(stems(self.kind)[0]) if _renames(old, self.kind) else old.id
        module = old.module if name == old.id else ""
        settings = kept_settings(old, self.kind)
        new = Node(
            name, self.kind, settings, old.position, dict(old.extra), module, old.frame, old.note, kinds=network.kinds
        )
        place = list(network.nodes).index(old.id)
        after = Piece(((place, new),), tuple(_kept_wires(network.edges, old, new)))
        self.new, self._before = new.id, network.remove([old.id])
        network.insert(after)

    def revert(self, content: Content) -> None:
        network = content[self.scope]
        network.remove([self.new])
        network.insert(self._before)
        if self._own:
            self._own.revert(content)


def replacing(ids: Sequence[str], kind: str) -> tuple[Edit, list[Replace]]:
    """The edit that makes nodes of another kind, as one; and its parts, which know the new names."""
    parts = [Replace(id, kind) for id in ids]
    return parts[0] if len(parts) == 1 else Batch(f"Replace {len(parts)} layers by {kind}", parts), parts


def _renames(old: Node, kind: str) -> bool:
    """Whether a name says what the node no longer is."""
    return is_made_up(old.id, old.kind) and not is_made_up(old.id, kind)


def kept_settings(old: Node, kind: str) -> dict[str, Any]:
    """The params of a node that another kind takes, too: those of the same name, and the width of its output."""
    new = LAYERS.get(kind) or old.kinds.get(kind)
    if new is None:
        return dict(old.params)
    found: dict[str, Any] = {}
    for name, value in _offered(old, new).items():
        for form in _forms(value):
            if name in new.fields and new.fields[name].takes(form):
                found[name] = form
                break
    return found


def _offered(old: Node, new: type[Layer]) -> dict[str, Any]:
    """What was set, by the names that the new kind has for it."""
    offered = dict(old.params)
    width, wanted = _width(type(old.own_layer)) if old.own_layer else "", _width(new)
    if old.own_layer and width and wanted:
        value = offered.get(width, getattr(old.own_layer, width))
        if wanted not in old.params and value != new.fields[wanted].default:
            offered[wanted] = value
    return offered


def _width(kind: type[Layer]) -> str:
    """The name of the setting for the width of the output, "" if there is none."""
    return next((name for name, field in kind.fields.items() if field.role == _WIDTH), "")


def _forms(value: object) -> Iterator[object]:
    """A value, and what it may be for another number of dimensions: 3, 3 is 3."""
    yield value
    if isinstance(value, list | tuple) and value and all(item == value[0] for item in value):
        yield value[0]


def _kept_wires(edges: Iterable[Edge], old: Node, new: Node) -> Iterator[tuple[int, Edge]]:
    """The wires that the new node keeps, with their places; ports are matched by name, else by their order."""
    inputs = _matched([port.name for port in old.inputs], [port.name for port in new.inputs])
    outputs = _matched(list(old.outputs), list(new.outputs))
    many = {port.name for port in new.inputs if port.variadic}
    taken: set[str] = set()
    place = 0
    for edge in edges:
        kept: Edge | None = edge
        if edge.source == edge.target == old.id:
            kept = None
        elif edge.target == old.id:
            port = inputs.get(edge.target_port)
            kept = edge._replace(target=new.id, target_port=port) if port and port not in taken else None
            taken |= {port} - many if port else set()
        elif edge.source == old.id:
            port = outputs.get(edge.source_port)
            kept = edge._replace(source=new.id, source_port=port) if port else None
        if kept is not None:
            if old.id in (edge.source, edge.target):
                yield place, kept
            place += 1


def _matched(before: list[str], after: list[str]) -> Mapping[str, str]:
    """Which new port each old one becomes."""
    found = {name: name for name in before if name in after}
    free = [name for name in after if name not in found]
    left = [name for name in before if name not in found]
    for name in left:
        place = before.index(name)
        if place < len(after) and after[place] in free:
            found[name] = after[place]
    return found
