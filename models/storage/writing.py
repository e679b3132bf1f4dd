"""From a document to JSON data and text, in a stable order; `models.storage.reading` is the way back."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Iterable
from typing import Any

from models.analysis.blocks import FIRST, REPEAT, Block
from models.document import MAIN, Content, Document
from models.network import Edge, Network, Node
from models.network.remarks import SILENCED
from models.storage.migrations import needed_version
from models.storage.remarks import remarks_to_json, short

_Encode = Callable[[Any], str]
_BY_LINES = frozenset({"nodes", "edges", "layout", "frames", "notes"})


def to_json(document: Document) -> dict[str, Any]:
    """The document as JSON data, in the order in which it is written; entries that are empty are left out.

    Parts are shared with the document: copy before changing them.
    """
    return content_to_json(document.content)


def content_to_json(content: Content) -> dict[str, Any]:
    """The content of a document as JSON data."""
    blocks = {scope: block_to_json(network) for scope, network in content.networks.items() if scope != MAIN}
    rest = {"blocks": blocks, **content.sections, **content.extra}
    return {
        "netloom": needed_version(content),
        "network": network_to_json(content[MAIN]),
        **{name: entry for name, entry in rest.items() if entry not in ({}, None)},
    }


def snapshot(document: Document) -> dict[str, Any]:
    """The document as JSON data, independent of later edits."""
    return copy.deepcopy(to_json(document))


def network_to_json(network: Network) -> dict[str, Any]:
    """One network; the settings of nodes that share a module stand at the first of them alone.

    Where cards lie stands apart, so that moving them changes no line that means something.
    """
    nodes = [node_to_json(node) for node in network]
    layout = {node.id: [short(number) for number in node.position] for node in network if node.position is not None}
    if network.modules:
        written = dict(zip(network.nodes, nodes, strict=True))
        for first, *others in network.modules.values():
            for id in others:
                _leave_out_settings(network[id], network[first], written[id])
    return {
        **({"parameters": network.parameters} if network.parameters else {}),
        "nodes": nodes,
        "edges": edges_to_json(network.nodes, network.edges),
        **({"layout": layout} if layout else {}),
        **remarks_to_json(network),
        **network.extra,
    }


def block_to_json(network: Network) -> dict[str, Any]:
    """The definition of a block."""
    value = network_to_json(network)
    parameters = value.pop("parameters", {})
    return {"parameters": parameters, "network": value} if parameters else {"network": value}


def _leave_out_settings(node: Node, first: Node, written: dict[str, Any]) -> None:
    if node.kind == first.kind and node.params == first.params:
        for name in ("params", REPEAT, FIRST):
            written.pop(name, None)
    else:
        written.setdefault("params", {})  # even if there are none: they differ


def node_to_json(node: Node) -> dict[str, Any]:
    """One entry of ``nodes``."""
    value: dict[str, Any] = {"id": node.id, "kind": node.kind}
    if node.module:
        value["module"] = node.module
    if node.bypassed:
        value["bypass"] = True
    if node.params:
        value |= _use_to_json(node) if isinstance(node.layer, Block) else {"params": node.params}
    if node.note:
        value["note"] = node.note
    if node.silenced:
        value[SILENCED] = list(node.silenced)
    return value | node.extra if node.extra else value


def _use_to_json(node: Node) -> dict[str, Any]:
    """The settings of a block's use, and beside them those that every block has."""
    params = {name: value for name, value in node.params.items() if name not in (REPEAT, FIRST)}
    beside = {name: node.params[name] for name in (REPEAT, FIRST) if name in node.params}
    return {"params": params, **beside} if params else beside


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
    """JSON data of a document as text in UTF-8: a node, an edge or a position a line, so that differences read well."""
    encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    try:
        text = _format(value, encode)
    except ValueError:
        text = _format(finite(value), encode)
    return text.encode(errors="replace")


def compact_json(value: dict[str, Any]) -> bytes:
    """The same data in as few bytes as JSON needs."""
    return json.dumps(finite(value), ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _format(value: dict[str, Any], encode: _Encode) -> str:
    entries = []
    for name, entry in value.items():
        if name == "network" and isinstance(entry, dict):
            text = _network(entry, encode, "  ")
        elif name == "blocks" and isinstance(entry, dict):
            text = _blocks(entry, encode)
        else:
            text = encode(entry)
        entries.append(f"{encode(name)}: {text}")
    return "{" + ",\n ".join(entries) + "}\n"


def _blocks(value: dict[str, Any], encode: _Encode) -> str:
    texts = {name: _block(entry, encode) for name, entry in value.items()}
    return "{\n  " + ",\n  ".join(f"{encode(name)}: {text}" for name, text in texts.items()) + "}"


def _block(value: dict[str, Any], encode: _Encode) -> str:
    parts = {
        name: _network(entry, encode, "    ") if name == "network" else encode(entry) for name, entry in value.items()
    }
    return "{" + ",\n   ".join(f"{encode(name)}: {text}" for name, text in parts.items()) + "}"


def _network(value: dict[str, Any], encode: _Encode, indent: str) -> str:
    parts = [
        f"{encode(name)}: {_lines(entry, encode, indent) if name in _BY_LINES else encode(entry)}"
        for name, entry in value.items()
    ]
    return "{" + f",\n{indent}".join(parts) + "}"


def _lines(items: Any, encode: _Encode, indent: str) -> str:
    """A list or an object with an item a line."""
    between = f"\n{indent} "
    if isinstance(items, dict) and items:
        lines = (f"{encode(name)}: {encode(item)}" for name, item in items.items())
        return f"{{{between}" + f",{between}".join(lines) + "}"
    return f"[{between}" + f",{between}".join(map(encode, items)) + "]" if items else encode(items)


def finite(value: Any) -> Any:
    """The same without numbers that JSON lacks, which become texts."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {name: finite(entry) for name, entry in value.items()}
    return [finite(item) for item in value] if isinstance(value, list | tuple) else value
