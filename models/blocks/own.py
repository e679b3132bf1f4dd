"""Blocks that the user keeps: each a document in the user's data folder with a small network that uses it, as those of
the library are, and may be handed on as such."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from models.analysis.blocks import Block
from models.analysis.definitions import block_kind
from models.blocks.carrying import brought, needed
from models.blocks.grouping import end_kind
from models.blocks.library import library
from models.document import MAIN, Content, Document
from models.kinds.layer import TensorType
from models.layout import arrange
from models.network import Edge, Kinds, Network, NetworkError, Node, input_nodes, output_nodes
from models.storage.files import FileError, content_to_json, format_json, read, save_text
from models.storage.shelf import BLOCKS, kept, put

SYNONYMS = ("own", "my block")


def everything() -> Kinds:
    """The blocks of the library and the user's own by name, with what those are made of."""
    return {**own(), **library()}


def own() -> dict[str, type[Block]]:
    """The user's own blocks by name, with what they are made of; files that cannot be read are passed over.

    Those that a file is there for carry `SYNONYMS`.
    """
    found: dict[str, type[Block]] = {}
    for file in kept(BLOCKS).values():
        with suppress(FileError):
            networks = read(file)[0].content.networks
            names = [name for name in networks if name != MAIN]
            for name in names:
                kind = found.setdefault(name, block_kind(name, networks[name]))
                kind.synonyms = SYNONYMS if name == names[0] else kind.synonyms
    return found


def keep(document: Document, name: str) -> str:
    """Keep a block of a document; returns what it is called there.

    A name that is there with another content stays, and the next free one is taken. Raises `NetworkError` for a block
    that is there alike, and `FileError` where the disk refuses.
    """
    edits, renamed = brought(everything(), document.content.kinds, [name])
    called = renamed.get(name, name)
    if called not in {edit.scope for edit in edits}:
        raise NetworkError(f"{called:.40} is in your library already, as it is here.")
    put(BLOCKS, called, written(alone(document, name, renamed)))
    return called


def take_in(path: Path) -> str:
    """Keep the block that a file is there for, its first one; returns what it is called. Raises as `keep` does."""
    document, _ = read(path)
    name = next(filter(None, document.content.networks), None)
    if name is None:
        raise NetworkError(f"{path.name:.50} holds no block.")
    return keep(document, name)


def forget(name: str) -> None:
    """Throw away the file that a block of the user's own is kept in; raises `OSError` where the disk refuses."""
    for file in kept(BLOCKS).values():
        with suppress(FileError):
            if next(filter(None, read(file)[0].content.networks), None) == name:
                file.unlink()


def share(document: Document, name: str, path: Path) -> None:
    """Write a block of a document as a document of its own; raises `FileError` where the disk refuses."""
    save_text(written(alone(document, name)), path)


def written(document: Document) -> bytes:
    """A document as its file holds it."""
    return format_json(content_to_json(document.content))


def alone(document: Document, name: str, renamed: Mapping[str, str] | None = None) -> Document:
    """A document of a block, what it is made of, and a network that uses it as the given document first does."""
    names = renamed or {}
    found = needed(document.content.kinds, [name])
    blocks = {names.get(kind, kind): found[kind].copy() for kind in (name, *(kind for kind in found if kind != name))}
    for network in blocks.values():
        for node in network:
            node.kind = names.get(node.kind, node.kind)
    called = names.get(name, name)
    content = Content(_use(document, name, called, blocks[called]), blocks=blocks)
    made = Document(content=content)
    for id, place in arrange(made.network, made.analysis).items():
        made.network[id].position = place
    return made


def _use(document: Document, name: str, called: str, definition: Network) -> Network:
    """A network with Inputs, the block and Outputs."""
    settings, given = _first_use(document, name)
    use = Node("block1", called, settings)
    nodes, edges = [use], list[Edge]()
    for place, port in enumerate(input_nodes(definition)):
        known = given[place] if place < len(given) else None
        shape = (
            {"shape": list(known.shape), **({"dtype": known.dtype} if known.dtype != "float" else {})} if known else {}
        )
        nodes.insert(place, Node(f"start{place + 1}", end_kind(True), shape))
        edges.append(Edge(f"start{place + 1}", "output", use.id, port.id))
    for place, port in enumerate(output_nodes(definition), 1):
        nodes.append(Node(f"end{place}", end_kind(False)))
        edges.append(Edge(use.id, port.id, f"end{place}", "input"))
    return Network(nodes, edges)


def _first_use(document: Document, name: str) -> tuple[dict[str, int | float], tuple[TensorType | None, ...]]:
    """The settings that the first use of a block comes to, and what goes into it."""
    for scope, network in document.content.networks.items():
        for node in network:
            if node.kind == name and isinstance(node.layer, Block):
                return node.layer.values, document.analyses[scope][node.id].inputs
    return {}, ()
