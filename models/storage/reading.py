"""From JSON data to a document, as far as the data can be read; everything left out or renamed is named."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from models.document import Content, Document
from models.document.content import SECTIONS
from models.network import Edge, Network, Node, Position, name_problem
from models.specs.fields import shown

MOST_PROBLEMS = 100
FARTHEST = 1e9
"""Pixels from the origin that a card may lie."""
_NODE_ENTRIES = frozenset({"id", "kind", "module", "params", "position"})
_NETWORK_ENTRIES = frozenset({"parameters", "nodes", "edges", "layout"})


class FileProblem(NamedTuple):
    """Something in a file that was left out or changed while opening: a sentence, and the node concerned or ""."""

    message: str
    node: str = ""

    def __str__(self) -> str:
        return self.message


def read_document(value: dict[str, Any]) -> tuple[Document, list[FileProblem]]:
    """The document in JSON data of the present version, and what was left out or renamed."""
    reader = _Reader()
    network = reader.network(reader.entry(value, "network", dict) or {})
    blocks = reader.blocks(reader.entry(value, "blocks", dict) or {})
    sections = {name: reader.entry(value, name, dict) for name in SECTIONS}
    known = ("netloom", "network", "blocks", *SECTIONS)
    extra = {name: entry for name, entry in value.items() if name not in known}
    return Document(content=Content(network, sections, extra, blocks)), reader.result()


class _Reader:
    """Collects problems, and within one network the names that nodes got where theirs could not stay."""

    def __init__(self) -> None:
        self.problems: list[FileProblem] = []
        self._unsaid = 0
        self.renamed: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._without_settings: set[str] = set()

    def result(self) -> list[FileProblem]:
        more = [FileProblem(f"There are {self._unsaid:,} further problems of this sort.")] if self._unsaid else []
        return self.problems + more

    def note(self, message: str, *values: object, found: object = None, node: str = "") -> None:
        """Keep a problem: ``values`` fill the message's places, ``{found}`` is shown as an error shows it."""
        # The sentence is only made where it is kept: a hostile file may give a million reasons for one.
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(FileProblem(message.format(*values, found=shown(found)), node))
        else:
            self._unsaid += 1

    def entry(self, value: dict[str, Any], name: str, kind: type) -> Any:
        """An optional entry of the given JSON type; noted and None if it is of another."""
        found = value.get(name)
        if found is None or isinstance(found, kind):
            return found
        wanted = "list" if kind is list else "object"
        self.note("The entry ‘{}’ was left out: expected a JSON {}, found {found}.", name, wanted, found=found)
        return None

    def blocks(self, value: dict[str, Any]) -> dict[str, Network]:
        """The networks of the other scopes."""
        found = {}
        for scope, entry in value.items():
            if scope and isinstance(entry, dict):
                found[scope] = self.network(entry)
            else:
                self.note("A block was left out: expected a name and an object, found {found}.", found=[scope, entry])
        return found

    def network(self, value: dict[str, Any]) -> Network:
        """One network; it makes good for itself."""
        self.renamed, self._numbers, self._without_settings = {}, {}, set()
        nodes = self.nodes(self.entry(value, "nodes", list) or [])
        self.place(nodes, self.entry(value, "layout", dict) or {})
        edges = self.edges(self.entry(value, "edges", list) or [], {node.id: node for node in nodes})
        parameters = self.entry(value, "parameters", dict) or {}
        extra = {name: entry for name, entry in value.items() if name not in _NETWORK_ENTRIES}
        network = Network(nodes, edges, extra, parameters)
        self._share_settings(network)
        return network

    def _share_settings(self, network: Network) -> None:
        """Give nodes that share a module, and say nothing of settings, those of the first that calls it."""
        for first, *others in network.modules.values():
            for node in (network[id] for id in others if id in self._without_settings):
                if node.kind == network[first].kind:
                    node.params = dict(network[first].params)
                    node.refresh()

    def nodes(self, items: list[Any]) -> list[Node]:
        sound = []
        for place, item in enumerate(items, 1):
            if isinstance(item, dict) and isinstance(item.get("kind"), str) and item["kind"]:
                sound.append(item)
            else:
                self.note("Layer {:,} was left out: expected an object with a kind, found {found}.", place, found=item)
        # All good names are taken before any other is made up, so that only bad and repeated ones change.
        good: list[str] = ["" if name_problem(item.get("id")) else item["id"] for item in sound]
        modules = {item["module"] for item in sound if not name_problem(item.get("module"))}
        taken = {*good, *modules}
        used = {""}
        nodes = []
        for item, id in zip(sound, good, strict=True):
            if id in used:
                id = self.rename(item.get("id"), item["kind"], taken)
            used.add(id)
            nodes.append(self.node(item, id))
        for node in nodes:
            self.set_module(node)
        return nodes

    def set_module(self, node: Node) -> None:
        """Follow a module that was called after a renamed node; a name that cannot be one is left out."""
        module = self.renamed.get(node.module, node.module) if node.module else ""
        problem = name_problem(module) if module else ""
        if problem:
            message = "{} does not share its weights: ‘{:.30}’ is no name of a module."
            self.note(message, node.id, module, node=node.id)
        node.module = "" if problem or module == node.id else module

    def rename(self, id: object, kind: str, taken: set[str]) -> str:
        """A free, valid name for a node, made from the one it had or from its kind."""
        source = id if isinstance(id, str) and id else kind.lower()
        stem = re.sub(r"[^A-Za-z0-9_]", "_", source[:50]).strip("_0123456789") or "layer"
        number = self._numbers.get(stem, 1)
        while f"{stem}{number}" in taken or name_problem(f"{stem}{number}"):
            number += 1
        self._numbers[stem] = number + 1
        new = f"{stem}{number}"
        if not isinstance(id, str) or not id:
            self.note("A {:.40} without a name is now called {}.", kind, new, node=new)
            if id == "":
                self.renamed.setdefault("", new)
        elif id in taken:
            self.note("A second layer called {} is now called {}.", id, new, node=new)
        else:
            self.note("The layer {found} is now called {}: {}", new, name_problem(id), found=id, node=new)
            self.renamed.setdefault(id, new)
        taken.add(new)
        return new

    def node(self, item: dict[str, Any], id: str) -> Node:
        params = item.get("params")
        if params is not None and not isinstance(params, dict):
            self.note("The settings of {} were left out: expected an object, found {found}.", id, found=params, node=id)
            params = None
        module = item.get("module", "")
        if not isinstance(module, str):
            self.note("{} does not share its weights: no module is called {found}.", id, found=module, node=id)
        if "params" not in item:
            self._without_settings.add(id)
        known = item.keys() <= _NODE_ENTRIES
        extra = {} if known else {name: entry for name, entry in item.items() if name not in _NODE_ENTRIES}
        position = self.position(item.get("position"), id)
        return Node(id, item["kind"], params or {}, position, extra, module if isinstance(module, str) else "")

    def place(self, nodes: list[Node], layout: dict[str, Any]) -> None:
        """Put nodes where the layout says. What a node says itself wins: an older program wrote it, and later."""
        # A position without its node means nothing: two branches that were merged may leave one behind.
        positions = {self.renamed.get(name, name): found for name, found in layout.items()}
        for node in nodes:
            if node.position is None and node.id in positions:
                node.position = self.position(positions[node.id], node.id)

    def position(self, found: object, id: str) -> Position | None:
        if found is None:
            return None
        if isinstance(found, list) and len(found) == 2 and all(_is_place(number) for number in found):
            return found[0], found[1]
        self.note("The position of {} was left out: expected two numbers, found {found}.", id, found=found, node=id)
        return None

    def edges(self, items: list[Any], nodes: dict[str, Node]) -> list[Edge]:
        edges: dict[Edge, None] = {}
        for place, item in enumerate(items, 1):
            if not _is_wire(item):
                self.note("Wire {:,} was left out: expected [from, to], found {found}.", place, found=item)
                continue
            source, source_port = self.end(item[0], nodes)
            target, target_port = self.end(item[1], nodes)
            if source not in nodes or target not in nodes:
                lost = item[0] if source not in nodes else item[1]
                self.note("Wire {:,} was left out: there is no layer {found}.", place, found=lost)
                continue
            edge = Edge(
                source,
                source_port or (nodes[source].outputs or ("output",))[0],
                target,
                target_port or (nodes[target].inputs[0].name if nodes[target].inputs else "input"),
            )
            if edge in edges:
                self.note("Wire {:,} was left out: {} is connected there already.", place, source)
            edges[edge] = None
        return list(edges)

    def end(self, text: str, nodes: dict[str, Node]) -> tuple[str, str]:
        """The node and the port that an end of a wire names, "" for the first port."""
        if text in nodes:
            return text, ""
        if text in self.renamed:
            return self.renamed[text], ""
        id, _, port = text.rpartition(":")
        return self.renamed.get(id, id), port


def _is_wire(item: object) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], str)


def _is_place(number: object) -> bool:
    """Whether it can be a coordinate: pixels that a canvas can reach."""
    return isinstance(number, int | float) and not isinstance(number, bool) and abs(number) <= FARTHEST
