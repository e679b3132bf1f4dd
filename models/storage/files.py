"""Documents as files: JSON text in a stable order, read as far as it can be read, saved whole or not at all.

docs/file-format.md describes the format. Reading refuses only what is no document at all (`FileError`); everything
else opens, and each thing that was left out or renamed is named by a `FileProblem`.
"""

from __future__ import annotations

import copy
import json
import math
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from models.document import Document
from models.network import Edge, Node
from models.specs.fields import shown
from models.storage import atomic, json_text
from models.storage.reading import FileProblem, read_document

__all__ = [
    "VERSION",
    "FileError",
    "FileProblem",
    "format_json",
    "from_json",
    "parse",
    "read",
    "snapshot",
    "to_json",
    "write",
]

VERSION = 1
LARGEST_FILE = 32 * 2**20
"""Bytes; a document of 100,000 layers has some 15 MB."""
MOST_ENTRIES = {"nodes": 100_000, "edges": 400_000}
SUFFIX = ".netloom"

Migration = Callable[[dict[str, Any]], dict[str, Any]]
MIGRATIONS: dict[int, Migration] = {}
"""From a version to the next one: how documents of that version become documents of the following one."""


class FileError(Exception):
    """A file that cannot be read or written; the text says what was expected, what was found and what to do."""


def read(path: str | os.PathLike[str]) -> tuple[Document, list[FileProblem]]:
    """Open a document as far as it can be read; raises `FileError` where it is none or cannot be reached."""
    file = Path(path)
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            found = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
            raise FileError(f"{file} is {found}; expected a file of Netloom’s.")
        _check_size(status.st_size, file.name)
        content = file.read_bytes()
    except FileNotFoundError:
        raise FileError(f"There is no file {file}. Check its name.") from None
    except OSError as error:
        raise FileError(f"{file} cannot be read: {error.strerror or error}.") from error
    except ValueError:
        raise FileError(f"{str(file)!r} cannot be the name of a file.") from None
    return parse(content, name=file.name)


def parse(content: bytes, *, name: str = "The file") -> tuple[Document, list[FileProblem]]:
    """Read a document from bytes, of a file or a clipboard; raises `FileError`, in which ``name`` stands for it."""
    _check_size(len(content), name)
    try:
        value, damage = json_text.loads(content)
    except json_text.TextError as error:
        raise FileError(f"{name} is no Netloom document, which is JSON text. {error}") from None
    document, problems = from_json(value, name=name)
    return document, [FileProblem(sentence) for sentence in damage] + problems


def from_json(value: Any, *, name: str = "The file") -> tuple[Document, list[FileProblem]]:
    """A document from JSON data and what was left out or renamed; raises `FileError` if it is no document at all."""
    if not isinstance(value, dict) or not value.keys() & {"netloom", "network"}:
        raise FileError(f"{name} is JSON, but no Netloom document: it has no entry ‘network’. Open another file.")
    version = value.get("netloom", VERSION)
    problems = []
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        problems.append(FileProblem(f"The version is no number from 1 on; the file was read as version {VERSION}."))
        version = VERSION
    if version > VERSION:
        raise FileError(
            f"{name} has version {shown(version)}, but this Netloom reads versions up to {VERSION}. "
            "Update Netloom, or save the document from the newer one in an older form."
        )
    value = migrate(value, version)
    network = value.get("network")
    for part, most in MOST_ENTRIES.items():
        items = network.get(part) if isinstance(network, dict) else None
        if isinstance(items, list) and len(items) > most:
            raise FileError(f"{name} has {len(items):,} {part}; Netloom opens up to {most:,}.")
    document, found = read_document(value)
    return document, problems + found


def migrate(value: dict[str, Any], version: int) -> dict[str, Any]:
    """The same document in the present version."""
    while version < VERSION:
        value = MIGRATIONS[version](value)
        version += 1
    return value


def write(document: Document, path: str | os.PathLike[str]) -> None:
    """Save a document whole or not at all; raises `FileError` with the old file and the document untouched."""
    save_text(format_json(to_json(document)), path)


def save_text(content: bytes, path: str | os.PathLike[str]) -> None:
    """Save bytes made by `format_json`, as `write` does; safe in any thread."""
    try:
        atomic.replace_file(Path(path), content)
    except OSError as error:
        raise FileError(
            f"{Path(path).name or path} was not saved: {atomic.reason(error)}. "
            "What was there before is untouched; save to another place."
        ) from error
    except ValueError:
        raise FileError(f"{str(path)!r} cannot be the name of a file. Save under another name.") from None


def to_json(document: Document) -> dict[str, Any]:
    """The document as JSON data, in the order in which it is written; entries that are empty are left out.

    Parts are shared with the document: copy before changing them.
    """
    network = document.network
    value: dict[str, Any] = {
        "netloom": VERSION,
        "network": {
            "nodes": [node_to_json(node) for node in network],
            "edges": edges_to_json(network.nodes, network.edges),
            **network.extra,
        },
    }
    sections = {"data": document.data, "training": document.training, **document.content.extra}
    return value | {name: entry for name, entry in sections.items() if entry not in ({}, None)}


def snapshot(document: Document) -> dict[str, Any]:
    """The document as JSON data, independent of later edits."""
    return copy.deepcopy(to_json(document))


def node_to_json(node: Node) -> dict[str, Any]:
    """One entry of ``nodes``."""
    value: dict[str, Any] = {"id": node.id, "kind": node.kind}
    if node.params:
        value["params"] = node.params
    if node.position is not None:
        value["position"] = [_short(number) for number in node.position]
    return value | node.extra if node.extra else value


def edges_to_json(nodes: dict[str, Node], edges: Iterable[Edge]) -> list[list[str]]:
    """The entries of ``edges``: ``[from, to]``, ports other than the first as ``node:port``."""
    first_out = {id: (node.outputs or ("output",))[0] for id, node in nodes.items()}
    first_in = {id: node.inputs[0].name if node.inputs else "input" for id, node in nodes.items()}
    return [
        [
            source if source_port == first_out.get(source) else f"{source}:{source_port}",
            target if target_port == first_in.get(target) else f"{target}:{target_port}",
        ]
        for source, source_port, target, target_port in edges
    ]


def format_json(value: dict[str, Any]) -> bytes:
    """JSON data of a document as text in UTF-8: one node and one edge a line, so that differences read well."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    try:
        text = _format(value, encode)
    except ValueError:
        text = _format(_finite(value), encode)
    return text.encode(errors="replace")


def _format(value: dict[str, Any], encode: Callable[[Any], str]) -> str:
    network, separator = value.get("network", {}), ",\n  "
    parts = [f'"{name}": {_lines(network[name], encode)}' for name in ("nodes", "edges") if name in network]
    parts += [f"{encode(name)}: {encode(entry)}" for name, entry in network.items() if name not in ("nodes", "edges")]
    entries = [
        f'"network": {{{separator.join(parts)}}}' if name == "network" else f"{encode(name)}: {encode(entry)}"
        for name, entry in value.items()
    ]
    return "{" + ",\n ".join(entries) + "}\n"


def _lines(items: list[Any], encode: Callable[[Any], str]) -> str:
    return "[\n   " + ",\n   ".join(map(encode, items)) + "]" if items else "[]"


def _finite(value: Any) -> Any:
    """The same without numbers that JSON lacks, which become texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _short(number: float) -> float:
    """Positions to a hundredth of a pixel, whole ones without a point."""
    rounded = round(number, 2)
    return int(rounded) if rounded == int(rounded) else rounded


def _check_size(size: int, name: str) -> None:
    if size > LARGEST_FILE:
        limit = LARGEST_FILE // 2**20
        raise FileError(f"{name} has {size / 2**20:,.0f} MB; Netloom opens documents up to {limit} MB.")
