"""Versions of the document format: which one a document needs, and how older ones become the present one.

A document is written in the oldest version that says all of it, so that older programs open what they can understand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.document import Content
from models.training.settings import ALL, MATRICES, TrainingSettings

VERSION = 4

Entries = dict[str, Any]
Migration = Callable[[Entries], Entries]


def _shares_or_computes(content: Content) -> bool:
    return any(node.module or node.computed for network in content.networks.values() for node in network)


def _spares_from_decay(content: Content) -> bool:
    """Whether the weight decay of the training spares biases, as older programs would not."""
    training = content.section("training")
    return _decays(training) and training.get("weight_decay_on", MATRICES) != ALL


def _decays(training: Entries) -> bool:
    """Whether a training has weight decay; the optimizer may be its name alone."""
    return bool(getattr(TrainingSettings.read(training)[0].optimizer, "weight_decay", 0.0))


NEW: dict[int, tuple[Callable[[Content], bool], ...]] = {
    2: (
        lambda content: len(content.networks) > 1,
        lambda content: any(network.parameters for network in content.networks.values()),
        _shares_or_computes,
    ),
    3: (_spares_from_decay,),
    4: (lambda content: any(node.bypassed for network in content.networks.values() for node in network),),
}
"""By version: what a document may hold since then, of which older programs would take another meaning."""


def needed_version(content: Content) -> int:
    """The oldest version that says all that a document holds."""
    return max((version for version, tests in NEW.items() if any(holds(content) for holds in tests)), default=1)


def migrate(value: Entries, version: int) -> Entries:
    """JSON data of a document of an older version in the present one."""
    while version < VERSION:
        value = MIGRATIONS[version](value)
        version += 1
    return value


def _from_1(value: Entries) -> Entries:
    """What version 1 did not know keeps having no meaning, under another name."""
    value = _set_aside(value, "blocks")
    network = value.get("network")
    if not isinstance(network, dict):
        return value
    return value | {"network": _set_aside_at_nodes(_set_aside(network, "parameters"), "module")}


def _set_aside_at_nodes(network: Entries, name: str) -> Entries:
    nodes = network.get("nodes")
    if not isinstance(nodes, list) or not any(isinstance(node, dict) and name in node for node in nodes):
        return network
    return network | {"nodes": [_set_aside(node, name) if isinstance(node, dict) else node for node in nodes]}


def _set_aside(value: Entries, name: str) -> Entries:
    if name not in value:
        return value
    free = f"{name}_"
    while free in value:
        free += "_"
    return {free if key == name else key: entry for key, entry in value.items()}


def _from_2(value: Entries) -> Entries:
    """Weight decay acted on every weight, and goes on doing so where there is any."""
    training = value.get("training")
    if not isinstance(training, dict) or "weight_decay_on" in training or not _decays(training):
        return value
    return value | {"training": training | {"weight_decay_on": ALL}}


def _from_3(value: Entries) -> Entries:
    """No node was bypassed, whatever stood there."""
    found = dict(value)
    if isinstance(value.get("network"), dict):
        found["network"] = _set_aside_at_nodes(value["network"], "bypass")
    if isinstance(blocks := value.get("blocks"), dict):
        found["blocks"] = {
            name: _bypasses_set_aside(block) if isinstance(block, dict) else block for name, block in blocks.items()
        }
    return found


def _bypasses_set_aside(block: Entries) -> Entries:
    inner = block.get("network")
    if isinstance(inner, dict):
        return block | {"network": _set_aside_at_nodes(inner, "bypass")}
    return _set_aside_at_nodes(block, "bypass")


MIGRATIONS: dict[int, Migration] = {1: _from_1, 2: _from_2, 3: _from_3}
"""From a version to the next one: how documents of that version become documents of the following one."""
