"""The settings that several layers have in common: which they are, where they differ, edited and copied as one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from models.document.edits import Batch, Edit, SetParam
from models.kinds.layer import LAYERS
from models.network import Node
from models.specs.expression import holds_expression
from models.specs.fields import Field

MARK = "netloom settings"
"""The entry by which settings are known on a clipboard; it holds the kind that they were copied from."""
LARGEST_CLIP = 1_000_000


def shared_fields(nodes: Sequence[Node]) -> list[str]:
    """The names of the settings that all of these layers have, and mean alike, in the order of the first."""
    layers = [node.own_layer for node in nodes]
    first = layers[0] if layers else None
    if first is None or None in layers:
        return []
    return [
        name
        for name, field in first.fields.items()
        if all(name in layer.fields and _alike(field, layer.fields[name]) for layer in layers if layer)
    ]


def _alike(field: Field[Any], other: Field[Any]) -> bool:
    """Whether two fields take the same values; they may have other defaults."""
    about = ("minimum", "maximum", "above", "below", "options", "rank", "registry")
    same = type(field) is type(other) and field.label == other.label
    return same and all(getattr(field, name, None) == getattr(other, name, None) for name in about)


def mixed_fields(nodes: Sequence[Node], names: Iterable[str]) -> list[str]:
    """Those of the settings in which these layers differ; of expressions it is the text that counts."""
    return [name for name in names if any(_value(node, name) != _value(nodes[0], name) for node in nodes)]


def _value(node: Node, name: str) -> Any:
    found = node.params.get(name)
    return found if holds_expression(found) or node.own_layer is None else getattr(node.own_layer, name)


def set_in_all(nodes: Sequence[Node], name: str, value: Any) -> Batch:
    """Set one setting of all of these layers; typing on in it is one undo."""
    return Batch(f"Set {name} of {len(nodes):,} layers", [SetParam(node.id, name, value) for node in nodes])


def reset_all(nodes: Sequence[Node], names: Iterable[str]) -> Batch:
    """Take these settings away, so that the defaults count."""
    chosen = [SetParam(node.id, name, SetParam.UNSET) for name in names for node in nodes if name in node.params]
    return Batch(f"Reset {nodes[0].id}" if len(nodes) == 1 else f"Reset {len(nodes):,} layers", chosen)


def copied(node: Node) -> str:
    """A layer's settings as text for the clipboard."""
    return json.dumps({MARK: node.kind, "params": node.params}, ensure_ascii=False, default=str)


def pasted(text: str, nodes: Sequence[Node]) -> Batch | None:
    """Give these layers the settings that were copied, as far as they have them; None where there is nothing to do.

    What the copied layer left at its default is set to that default, so that they are alike afterwards.
    """
    found = _read(text)
    kind = LAYERS.get(str(found.get(MARK)))
    params = found.get("params")
    if kind is None or not isinstance(params, dict):
        return None
    edits: list[Edit] = []
    for node in nodes:
        edits += _pasted(node, kind.fields, params)
    return Batch("Paste settings", edits) if edits else None


def _pasted(node: Node, fields: dict[str, Field[Any]], params: dict[str, Any]) -> list[Edit]:
    edits: list[Edit] = []
    for name, field in node.own_layer.fields.items() if node.own_layer else ():
        if name not in fields:
            continue
        default = field.to_json(field.default)
        value = params[name] if name in params else fields[name].to_json(fields[name].default)
        if node.params.get(name, default) != value and field.takes(value):
            edits.append(SetParam(node.id, name, SetParam.UNSET if value == default else value))
    return edits


def _read(text: str) -> dict[str, Any]:
    if len(text) > LARGEST_CLIP or MARK not in text:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
