"""From JSON data to a document, as far as the data can be read; everything left out or renamed is named."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from itertools import count
from typing import Any, NamedTuple

from models.analysis.blocks import FIRST, REPEAT
from models.analysis.definitions import Definitions
from models.document import MAIN, Content, Document
from models.document.content import SECTIONS
from models.layers import LAYERS
from models.network import Edge, Frame, Network, Node, Note, Piece, Position, name_problem
from models.network.remarks import LONGEST_NOTE, SILENCED, are_codes
from models.specs.fields import shown
from models.storage.remarks import MOST_REMARKS, frame_from, is_place, note_from

MOST_PROBLEMS = 100
_NODE_ENTRIES = frozenset({"id", "kind", "module", "bypass", "note", "params", "position", SILENCED})
_USE_ENTRIES = (REPEAT, FIRST)
_NETWORK_ENTRIES = frozenset({"parameters", "nodes", "edges", "layout", "frames", "notes"})


Path = tuple[str | int, ...]
"""Names and places that lead to a value in JSON data."""


class FileProblem(NamedTuple):
    """Something in a file that was left out or changed while opening: a sentence, and the node concerned or ""."""

    message: str
    node: str = ""
    lost: bool = True
    """Whether the document lacks something that the file held: more than a name or a place on the canvas."""
    path: Path = ()
    """Where it is in the file's JSON."""
    line: int = 0
    """Of the file, from 1 on; 0 where the sentence says it, or the problem is of the whole file."""

    def __str__(self) -> str:
        return f"Line {self.line:,}: {self.message}" if self.line else self.message


def read_document(value: dict[str, Any]) -> tuple[Document, list[FileProblem]]:
    """The document in JSON data of the present version, and what was left out or renamed."""
    reader = _Reader()
    blocks = {scope: reader.begun(*begun) for scope, begun in reader.blocks(value).items()}
    networks = {MAIN: reader.begun(reader.entry(value, "network", dict) or {}, ("network",)), **blocks}
    reader.wire(networks)
    found = {scope: half.network for scope, half in networks.items()}
    sections = {name: reader.entry(value, name, dict) for name in SECTIONS}
    known = ("netloom", "network", "blocks", *SECTIONS)
    extra = {name: entry for name, entry in value.items() if name not in known}
    return Document(content=Content(found.pop(MAIN), sections, extra, found)), reader.result()


class _Half(NamedTuple):
    """A network without its wires, whose ports are known once all blocks are; and what reading them takes."""

    network: Network
    edges: list[Any]
    scope: tuple[str, ...]
    renamed: dict[str, str]


class _Reader:
    """Collects problems, and within one network the names that nodes got where theirs could not stay."""

    def __init__(self) -> None:
        self.problems: list[FileProblem] = []
        self._unsaid = 0
        self._unsaid_lost = False
        self._scope: tuple[str, ...] = ()
        self.renamed: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._without_settings: set[str] = set()
        self.blocks_read: set[str] = set()
        self._blocks_renamed: dict[str, str] = {}

    def result(self) -> list[FileProblem]:
        sentence = f"There are {self._unsaid:,} further problems of this sort."
        more = [FileProblem(sentence, lost=self._unsaid_lost)] if self._unsaid else []
        return self.problems + more

    def note(
        self,
        message: str,
        *values: object,
        found: object = None,
        node: str = "",
        at: Path = (),
        lost: bool = True,
    ) -> None:
        """Keep a problem ``at`` a place of the network being read: ``values`` fill the message's places, ``{found}`` is
        shown as an error shows it."""
        # The sentence is only made where it is kept: a hostile file may give a million reasons for one.
        if len(self.problems) < MOST_PROBLEMS:
            sentence = message.format(*values, found=shown(found))
            self.problems.append(FileProblem(sentence, node, lost, (*self._scope, *at) if at else ()))
        else:
            self._unsaid += 1
            self._unsaid_lost |= lost

    def entry(self, value: dict[str, Any], name: str, kind: type) -> Any:
        """An optional entry of the given JSON type; noted and None if it is of another."""
        found = value.get(name)
        if found is None or isinstance(found, kind):
            return found
        wanted = "list" if kind is list else "object"
        message = "The entry ‘{}’ was left out: expected a JSON {}, found {found}."
        self.note(message, name, wanted, found=found, at=(name,), lost=name != "layout")
        return None

    def blocks(self, value: dict[str, Any]) -> dict[str, tuple[dict[str, Any], tuple[str, ...]]]:
        """The entries of the other scopes' networks, and where they lie."""
        found: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {}
        entries = self.entry(value, "blocks", dict) or {}
        for scope, entry in entries.items():
            if scope and isinstance(entry, dict):
                inner = entry.get("network")
                beside = {name: item for name, item in entry.items() if name != "network"}
                whole = {**inner, **beside} if isinstance(inner, dict) else entry
                at = ("blocks", scope, "network") if isinstance(inner, dict) else ("blocks", scope)
                name = self._block_name(scope, found.keys() | entries.keys())
                found[name] = whole, at
                self.blocks_read.add(name)
            else:
                message = "A block was left out: expected a name and an object, found {found}."
                self.note(message, found=[scope, entry], at=("blocks", scope))
        return found

    def _block_name(self, name: str, taken: AbstractSet[str]) -> str:
        """What a block is called here: a layer may have got its name since it was drawn."""
        if name not in LAYERS:
            return name
        new = next(f"{name}Block{number or ''}" for number in count() if f"{name}Block{number or ''}" not in taken)
        message = "The block {} is now called {}: there is a layer of that name."
        self.note(message, name, new, at=("blocks", name), lost=False)
        self._blocks_renamed[name] = new
        return new

    def begun(self, value: dict[str, Any], scope: tuple[str, ...]) -> _Half:
        """One network, which lies there in the file, but for its wires."""
        self._scope = scope
        self.renamed, self._numbers, self._without_settings = {}, {}, set()
        nodes = self.nodes(self.entry(value, "nodes", list) or [])
        self.place(nodes, self.entry(value, "layout", dict) or {})
        edges = self.entry(value, "edges", list) or []
        parameters = self.entry(value, "parameters", dict) or {}
        extra = {name: entry for name, entry in value.items() if name not in _NETWORK_ENTRIES}
        frames = self.frames(nodes, self.entry(value, "frames", dict) or {})
        notes = self.notes(self.entry(value, "notes", dict) or {})
        network = Network(nodes, (), extra, parameters, frames, notes)
        self._share_settings(network)
        self._scope = ()
        return _Half(network, edges, scope, self.renamed)

    def wire(self, halves: dict[str, _Half]) -> None:
        """Read the wires of all networks, each of which may use the blocks that others are."""
        kinds = Definitions({scope: half.network for scope, half in halves.items()}, MAIN)
        for half in halves.values():
            half.network.define(kinds)
        for half in halves.values():
            self._scope, self.renamed = half.scope, half.renamed
            edges = self.edges(half.edges, half.network.nodes)
            self._scope = ()
            half.network.insert(Piece(edges=tuple(enumerate(edges))))

    def _share_settings(self, network: Network) -> None:
        """Give nodes that share a module, and say nothing of settings, those of the first that calls it."""
        for first, *others in network.modules.values():
            for node in (network[id] for id in others if id in self._without_settings):
                if node.kind == network[first].kind:
                    node.params = dict(network[first].params)
                    node.refresh()

    def nodes(self, items: list[Any]) -> list[Node]:
        sound, places = [], []
        for place, item in enumerate(items):
            if isinstance(item, dict) and isinstance(item.get("kind"), str) and item["kind"]:
                sound.append(item)
                places.append(("nodes", place))
            else:
                message = "Layer {:,} was left out: expected an object with a kind, found {found}."
                self.note(message, place + 1, found=item, at=("nodes", place))
        # All good names are taken before any other is made up, so that only bad and repeated ones change.
        good: list[str] = ["" if name_problem(item.get("id")) else item["id"] for item in sound]
        modules = {item["module"] for item in sound if not name_problem(item.get("module"))}
        taken = {*good, *modules}
        used = {""}
        nodes = []
        for item, id, at in zip(sound, good, places, strict=True):
            if id in used:
                id = self.rename(item.get("id"), item["kind"], taken, at)
            used.add(id)
            nodes.append(self.node(item, id, at))
        for node, at in zip(nodes, places, strict=True):
            self.set_module(node, at)
        return nodes

    def set_module(self, node: Node, at: Path) -> None:
        """Follow a module that was called after a renamed node; a name that cannot be one is left out."""
        module = self.renamed.get(node.module, node.module) if node.module else ""
        problem = name_problem(module) if module else ""
        if problem:
            message = "{} does not share its weights: ‘{:.30}’ is no name of a module."
            self.note(message, node.id, module, node=node.id, at=at)
        node.module = "" if problem or module == node.id else module

    def rename(self, id: object, kind: str, taken: set[str], at: Path) -> str:
        """A free, valid name for a node, made from the one it had or from its kind."""
        source = id if isinstance(id, str) and id else kind.lower()
        stem = re.sub(r"[^A-Za-z0-9_]", "_", source[:50]).strip("_0123456789") or "layer"
        number = self._numbers.get(stem, 1)
        while f"{stem}{number}" in taken or name_problem(f"{stem}{number}"):
            number += 1
        self._numbers[stem] = number + 1
        new = f"{stem}{number}"
        if not isinstance(id, str) or not id:
            self.note("A {:.40} without a name is now called {}.", kind, new, node=new, at=at, lost=False)
            if id == "":
                self.renamed.setdefault("", new)
        elif id in taken:
            self.note("A second layer called {} is now called {}.", id, new, node=new, at=at, lost=False)
        else:
            message = "The layer {found} is now called {}: {}"
            self.note(message, new, name_problem(id), found=id, node=new, at=at, lost=False)
            self.renamed.setdefault(id, new)
        taken.add(new)
        return new

    def node(self, item: dict[str, Any], id: str, at: Path) -> Node:
        params = item.get("params")
        if params is not None and not isinstance(params, dict):
            message = "The settings of {} were left out: expected an object, found {found}."
            self.note(message, id, found=params, node=id, at=at)
            params = None
        module = item.get("module", "")
        if not isinstance(module, str):
            message = "{} does not share its weights: no module is called {found}."
            self.note(message, id, found=module, node=id, at=at)
        if "params" not in item:
            self._without_settings.add(id)
        if item["kind"] in self._blocks_renamed:
            item = {**item, "kind": self._blocks_renamed[item["kind"]]}
        if item["kind"] in self.blocks_read:
            params = {**(params or {}), **{name: item[name] for name in _USE_ENTRIES if name in item}}
            item = {name: entry for name, entry in item.items() if name not in _USE_ENTRIES}
        known = item.keys() <= _NODE_ENTRIES
        extra = {} if known else {name: entry for name, entry in item.items() if name not in _NODE_ENTRIES}
        position = self.position(item.get("position"), id, at)
        note = self.text(item.get("note"), LONGEST_NOTE, "The note on {}", id, at)
        module = module if isinstance(module, str) else ""
        bypassed = item.get("bypass", False)
        if not isinstance(bypassed, bool):
            self.note("{} is not bypassed: expected true or false, found {found}.", id, found=bypassed, node=id, at=at)
        silenced = item.get(SILENCED, [])
        if not are_codes(silenced):
            self.note("The checks silenced on {} are not read: found {found}.", id, found=silenced, node=id, at=at)
            silenced = []
        node = Node(id, item["kind"], params or {}, position, extra, module, note=note, bypassed=bypassed is True)
        node.silenced = tuple(silenced)
        return node

    def frames(self, nodes: list[Node], entries: dict[str, Any]) -> dict[str, Frame]:
        """Frames by name; each layer lies in the first that names it. Layers that are not there mean nothing."""
        found: dict[str, Frame] = {}
        free = {node.id: node for node in nodes}
        for name, entry in entries.items():
            at = ("frames", name)
            frame = frame_from(entry)
            if frame is None or not name or len(found) >= MOST_REMARKS:
                self.note("A frame was left out: expected a title and layers, found {found}.", found=entry, at=at)
                continue
            found[name] = frame
            for id in entry["layers"]:
                node = free.pop(self.renamed.get(id, id), None) if isinstance(id, str) else None
                if node is not None:
                    node.frame = name
        return found

    def notes(self, entries: dict[str, Any]) -> dict[str, Note]:
        """Notes on the canvas by name."""
        found: dict[str, Note] = {}
        for name, entry in entries.items():
            at = ("notes", name)
            note = note_from(entry)
            if note is None or not name or len(found) >= MOST_REMARKS:
                self.note("A note was left out: expected a text and a position, found {found}.", found=entry, at=at)
                continue
            found[name] = note._replace(text=self.text(note.text, LONGEST_NOTE, "The note ‘{:.30}’", name, at))
        return found

    def text(self, found: object, longest: int, what: str, name: str, at: Path) -> str:
        """A text of a bounded length, "" for none."""
        if found is None or (isinstance(found, str) and len(found) <= longest):
            return found or ""
        if isinstance(found, str):
            self.note(f"{what} was cut: it has more than {longest:,} letters.", name, at=at)
            return found[:longest]
        self.note(f"{what} was left out: expected text, found {{found}}.", name, found=found, at=at)
        return ""

    def place(self, nodes: list[Node], layout: dict[str, Any]) -> None:
        """Put nodes where the layout says. What a node says itself wins: an older program wrote it, and later."""
        # A position without its node means nothing: two branches that were merged may leave one behind.
        positions = {self.renamed.get(name, name): (found, name) for name, found in layout.items()}
        for node in nodes:
            if node.position is None and node.id in positions:
                found, name = positions[node.id]
                node.position = self.position(found, node.id, ("layout", name))

    def position(self, found: object, id: str, at: Path) -> Position | None:
        if found is None:
            return None
        if isinstance(found, list) and len(found) == 2 and all(is_place(number) for number in found):
            return found[0], found[1]
        message = "The position of {} was left out: expected two numbers, found {found}."
        self.note(message, id, found=found, node=id, at=at, lost=False)
        return None

    def edges(self, items: list[Any], nodes: dict[str, Node]) -> list[Edge]:
        edges: dict[Edge, None] = {}
        for place, item in enumerate(items, 1):
            at = ("edges", place - 1)
            if not _is_wire(item):
                self.note("Wire {:,} was left out: expected [from, to], found {found}.", place, found=item, at=at)
                continue
            source, source_port = self.end(item[0], nodes)
            target, target_port = self.end(item[1], nodes)
            if source not in nodes or target not in nodes:
                lost = item[0] if source not in nodes else item[1]
                self.note("Wire {:,} was left out: there is no layer {found}.", place, found=lost, at=at)
                continue
            edge = Edge(
                source,
                source_port or (nodes[source].outputs or ("output",))[0],
                target,
                target_port or (nodes[target].inputs[0].name if nodes[target].inputs else "input"),
            )
            if edge in edges:
                self.note("Wire {:,} was left out: {} is connected there already.", place, source, at=at)
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
