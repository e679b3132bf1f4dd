"""Which column goes where: a document's "data" names columns under "inputs" and "targets" by the ids of the network."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from models.data.facts import ColumnFacts

SIDES = ("inputs", "targets")


def suggested(
    columns: Sequence[ColumnFacts],
    settings: Mapping[str, Any],
    inputs: Sequence[str],
    outputs: Sequence[str],
    words: Collection[str] = (),
) -> dict[str, dict[str, str]]:
    """Bindings for a network with these Inputs and Outputs, as a document's "data" holds them, of what is offered.

    What ``settings`` bind stays; a column goes to the id of its name, one of texts to an Input of those that take
    ``words``, the others in order. Ids are left out when the columns of that side do not suffice.
    """
    found = {}
    for side, role, ids in (("inputs", "input", inputs), ("targets", "target", outputs)):
        present = settings.get(side)
        names = [column.name for column in columns if column.role == role]
        binding = {id: present[id] for id in ids if id in present} if isinstance(present, dict) else {}
        binding |= {id: id for id in ids if id not in binding and id in names}
        texts = [column.name for column in columns if column.role == role and column.tokens]
        free = [name for name in texts if name not in binding.values()]
        binding |= dict(zip([id for id in ids if id in words and id not in binding], free, strict=False))
        free = sorted((name for name in names if name not in binding.values()), key=lambda name: name in texts)
        binding |= dict(zip([id for id in ids if id not in binding], free, strict=False))
        found[side] = {id: binding[id] for id in ids if id in binding}
    return found


def renamed(settings: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """A document's "data" in which what was bound to one id is bound to another."""
    found = dict(settings)
    for side in SIDES:
        binding = settings.get(side)
        if isinstance(binding, dict) and old in binding:
            found[side] = {new if id == old else id: name for id, name in binding.items()}
    return found
