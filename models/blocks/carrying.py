"""Definitions that go along with the uses of a block into another document, under names that are free there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from models.analysis.blocks import Block
from models.document.scopes import AddScope
from models.layers import LAYERS
from models.network import Kinds, Network


def needed(kinds: Kinds, names: Iterable[str]) -> dict[str, Network]:
    """The definitions on which some kinds rest, their own among them, each behind those that it uses."""
    found: dict[str, Network] = {}
    opened: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting[-1]
        network = _definition(kinds, name)
        if network is None or name in opened:
            waiting.pop()
            if network is not None:
                found.setdefault(name, network)
        else:
            opened.add(name)
            waiting += [kind for kind in dict.fromkeys(node.kind for node in network) if kind not in opened]
    return found


def brought(there: Kinds, source: Kinds, names: Iterable[str]) -> tuple[list[AddScope], dict[str, str]]:
    """The edits that define kinds of another document, and those that got another name with the new one.

    What is defined alike already is used as it is; where a name means something else there, the next free one is taken.
    """
    edits: list[AddScope] = []
    added: dict[str, Network] = {}
    renamed: dict[str, str] = {}
    for name, network in needed(source, names).items():
        copy = network.copy()
        for node in copy:
            node.kind = renamed.get(node.kind, node.kind)
        for wanted in _candidates(name):
            present = added.get(wanted) or _definition(there, wanted)
            if present is None or _meaning(present) == _meaning(copy):
                break
        if present is None:
            edits.append(AddScope(wanted, copy))
            added[wanted] = copy
        if wanted != name:
            renamed[name] = wanted
    return edits, renamed


def _definition(kinds: Kinds, name: str) -> Network | None:
    kind = kinds.get(name)
    return kind.definition if kind is not None and issubclass(kind, Block) else None


def _candidates(name: str) -> Iterator[str]:
    """The name itself, then with other numbers; none that a layer kind has."""
    yield name
    stem = name.rstrip("0123456789") or name
    yield from (other for number in count(2) if (other := f"{stem}{number}") not in LAYERS)


def _meaning(network: Network) -> str:
    """What a definition computes, as text: its looks and remarks mean nothing."""
    nodes: list[Any] = [[node.id, node.kind, node.params, node.module, node.bypassed] for node in network]
    return json.dumps([network.parameters, nodes, network.edges], sort_keys=True, default=str)
