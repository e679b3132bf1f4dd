"""Compare two documents: what was added, removed, renamed, changed or rewired, and which cards were moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from models.compare.difference import (
    ADDED,
    BLOCK,
    CHANGED,
    ENTRY,
    FED_BY,
    LAYER,
    MOVED,
    NETWORK_ENTRY,
    PARAMETER,
    REMOVED,
    RENAMED,
    REORDERED,
    REWIRED,
    Comparison,
    Difference,
)  # fmt: skip
from models.compare.matching import Names, matches
from models.compare.remarks import all_remarked
from models.compare.values import ABSENT, FieldChange, Fields, changes
from models.data import renamed
from models.document import MAIN, Document
from models.document.content import SECTIONS, Settings
from models.layers import LAYERS
from models.network import Network, Node
from models.training.settings import TrainingSettings

SECTION_FIELDS: Mapping[str, Fields] = {"training": TrainingSettings.fields}


class Wire(NamedTuple):
    """Where a wire comes from, and this as people read it: the layer, with the port where it is not the first."""

    source: str
    port: str
    text: str


Wires = dict[str, list[Wire]]
"""What leads into a layer, by input port."""


def compare(before: Document, after: Document) -> Comparison:
    """In what ``after`` differs from ``before``, layer by layer in the order of networks, then settings."""
    names: dict[str, Names] = {}
    differences: list[Difference] = []
    moved: list[Difference] = []
    networks, others = before.content.networks, after.content.networks
    for scope in [*networks, *(scope for scope in others if scope not in networks)]:
        if scope in networks and scope in others:
            sides = _Networks(networks[scope], others[scope], scope)
            names[scope] = sides.names
            differences += sides.differences()
            moved += sides.moved()
        else:
            what = ADDED if scope in others else REMOVED
            differences.append(Difference(BLOCK, what, *_one_side(what, scope), scope=scope))
    differences += _settings(before, after, names[MAIN])
    return Comparison(before, after, tuple(differences), tuple(moved), names)


def _one_side(what: str, name: str) -> tuple[str, str]:
    return ("", name) if what == ADDED else (name, "")


def _settings(before: Document, after: Document, names: Names) -> Iterator[Difference]:
    """What differs in sections, entry by entry, and in what no version of the format knows."""
    for section in SECTIONS:
        old, new = before.content.section(section), after.content.section(section)
        if section == "data":
            old = bound_as(old, names)
        yield from _by_entry(section, SECTION_FIELDS.get(section, {}), old, new)
    yield from _by_entry(ENTRY, {}, before.content.extra, after.content.extra)


def bound_as(data: Settings, names: Names) -> Settings:
    """The settings of data as they are once layers have their new names."""
    for old, new in names.items():
        data = renamed(data, old, new) if old != new else data
    return data


def _by_entry(part: str, fields: Fields, old: Settings, new: Settings, scope: str = MAIN) -> Iterator[Difference]:
    found: dict[str, list[FieldChange]] = {}
    for name in dict.fromkeys([*old, *new]):
        pair = [{name: side[name]} if name in side else {} for side in (old, new)]
        found[name] = list(changes({name: fields[name]} if name in fields else {}, *pair))
    for name, differing in found.items():
        if differing:
            yield Difference(part, CHANGED, name, name, tuple(differing), scope=scope)


class _Networks:
    """Two networks of one scope."""

    def __init__(self, before: Network, after: Network, scope: str) -> None:
        self.before, self.after, self.scope = before, after, scope
        self.names = matches(before, after)

    def differences(self) -> list[Difference]:
        """Of layers in the order of the newer network, with those that are gone before the one that followed them."""
        gone: list[Difference] = []
        by_name: dict[str, list[Difference]] = {}
        for id in self.before.nodes:
            if id not in self.names:
                gone.append(self._alone(REMOVED, self.before, id))
                continue
            by_name[self.names[id]] = [*gone, *self._of_pair(id, self.names[id])]
            gone = []
        found = [
            difference
            for id in self.after.nodes
            for difference in by_name.get(id) or ([] if id in by_name else [self._alone(ADDED, self.after, id)])
        ]
        common = set(self.names.values())
        if [id for id in self.after.nodes if id in common] != list(self.names.values()):
            gone.append(Difference(LAYER, REORDERED, "", "", scope=self.scope))
        rest = [
            *_by_entry(PARAMETER, {}, self.before.parameters, self.after.parameters, self.scope),
            *_by_entry(NETWORK_ENTRY, {}, self.before.extra, self.after.extra, self.scope),
            *(item for item in self._remarked() if item.what != MOVED),
        ]
        return [*found, *gone, *rest]

    def moved(self) -> Iterator[Difference]:
        """The layers, frames and notes of both networks that lie elsewhere."""
        for id, name in self.names.items():
            old, new = self.before[id].position, self.after[name].position
            if old != new:
                change = FieldChange("position", old, new)
                yield Difference(LAYER, MOVED, id, name, (change,), self.after[name].kind, self.scope)
        yield from (item for item in self._remarked() if item.what == MOVED)

    def _remarked(self) -> Iterator[Difference]:
        return all_remarked(self.before, self.after, self.names, self.scope)

    def _alone(self, what: str, network: Network, id: str) -> Difference:
        sides = [ABSENT, [wire.text for wires in wires_into(network, id).values() for wire in wires]]
        fed = FieldChange(FED_BY, *(sides if what == ADDED else reversed(sides)))
        found = (fed,) if sides[1] else ()
        return Difference(LAYER, what, *_one_side(what, id), found, network[id].kind, self.scope)

    def _of_pair(self, id: str, name: str) -> Iterator[Difference]:
        kind = self.after[name].kind
        if id != name:
            yield Difference(LAYER, RENAMED, id, name, (FieldChange("name", id, name),), kind, self.scope)
        changed = tuple(self._changes(self.before[id], self.after[name]))
        if changed:
            yield Difference(LAYER, CHANGED, id, name, changed, kind, self.scope)
        rewired = tuple(self._rewired(id, name))
        if rewired:
            yield Difference(LAYER, REWIRED, id, name, rewired, kind, self.scope)

    def _changes(self, old: Node, new: Node) -> Iterator[FieldChange]:
        if old.kind != new.kind:
            yield FieldChange("kind", old.kind, new.kind)
        module = self.module(old)
        if module != new.module:
            yield FieldChange("module", module or ABSENT, new.module or ABSENT)
        if old.bypassed != new.bypassed:
            yield FieldChange("bypass", old.bypassed or ABSENT, new.bypassed or ABSENT)
        if old.note != new.note:
            yield FieldChange("note", old.note or ABSENT, new.note or ABSENT)
        if old.silenced != new.silenced:
            yield FieldChange("silenced", list(old.silenced) or ABSENT, list(new.silenced) or ABSENT)
        # Most layers are spelled alike, which is seen at once.
        if old.kind == new.kind and repr(old.params) == repr(new.params) and repr(old.extra) == repr(new.extra):
            return
        kind = LAYERS.get(old.kind) if old.kind == new.kind else None
        yield from changes(kind.fields if kind else {}, old.params, new.params)
        yield from changes({}, old.extra, new.extra)

    def module(self, node: Node) -> str:
        """The module that an older node names, as it is called once layers have their new names."""
        owner = self.before.nodes.get(node.module)
        return self.names.get(owner.id, owner.id) if owner and not owner.module else node.module

    def _rewired(self, id: str, name: str) -> Iterator[FieldChange]:
        old, new = wires_into(self.before, id, self.names), wires_into(self.after, name)
        for port in sorted(old.keys() | new.keys()):
            sides = old.get(port, []), new.get(port, [])
            ends, others = ([(wire.source, wire.port) for wire in wires] for wires in sides)
            if ends != others:
                yield FieldChange(port, *([wire.text for wire in wires] or ABSENT for wires in sides))


def wires_into(network: Network, id: str, names: Mapping[str, str] | None = None) -> Wires:
    """What leads into a layer; with ``names`` under the names that layers have in another network."""
    found: Wires = {}
    for edge in network.edges_into(id):
        first = (network[edge.source].outputs or ("output",))[0]
        source = (names or {}).get(edge.source, edge.source)
        text = source if edge.source_port == first else f"{source}:{edge.source_port}"
        found.setdefault(edge.target_port, []).append(Wire(source, edge.source_port, text))
    return found
