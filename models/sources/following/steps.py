"""What a class of source says: layers, what feeds them, and what is given back."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models.network import Edge, name_problem
from models.sources.recognizing.base import Base, Value
from models.sources.syntax.outline import Problem

NEW = "?"
"""What the id of a layer without an attribute begins with, until it is known which one it is."""


@dataclass
class Step:
    """A layer that the source holds: its kind, the settings that the source says, the statements that it is written in,
    and the attribute that it calls. ``wires`` come from nodes and ports, by port of its own."""

    id: str
    kind: str
    settings: Mapping[str, Any] | None = None
    attribute: str = ""
    line: int = 0
    statements: tuple[ast.stmt, ...] = ()
    wires: list[tuple[str, Value]] | None = None
    wanted: str = ""
    function: ast.Call | None = None
    """The call of a function that says the layer, where that is no module."""


@dataclass
class Drawing:
    """What a class of source says: layers by id, the inputs of ``forward``, and what it gives back."""

    steps: dict[str, Step] = field(default_factory=dict)
    starts: list[str] = field(default_factory=list)
    results: list[Value] | None = None
    problems: list[Problem] = field(default_factory=list)

    def edges(self, id: str, ids: Mapping[str, str] | None = None) -> list[Edge]:
        """The wires into a layer."""
        called = ids or {}
        wires = self.steps[id].wires or []
        return [Edge(called.get(s, s), port, id, target) for target, (s, port) in wires]


def settle(drawing: Drawing, base: Base, missing: Mapping[str, list[str]]) -> None:
    """Let new layers without an attribute be those that are ``missing``, of the same kind, in their order."""
    left = {kind: list(ids) for kind, ids in missing.items()}
    called: dict[str, str] = {}
    for step in drawing.steps.values():
        if step.id.startswith(NEW):
            free = left.get(step.kind, [])
            id = step.wanted if step.wanted in free else free[0] if free else _free(step, drawing, base, called)
            if id in free:
                free.remove(id)
            called[step.id] = id
    _rename(drawing, called)


def _free(step: Step, drawing: Drawing, base: Base, called: Mapping[str, str]) -> str:
    """A name for a layer: that of its variable, or one made of its kind."""
    taken = base.network.nodes.keys() | set(called.values()) | drawing.steps.keys()
    if step.wanted and not name_problem(step.wanted) and step.wanted not in taken:
        return step.wanted
    stem, number = step.kind.lower(), 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def _rename(drawing: Drawing, called: Mapping[str, str]) -> None:
    def final(value: Value) -> Value:
        return called.get(value[0], value[0]), value[1]

    steps = {}
    for step in drawing.steps.values():
        step.id = called.get(step.id, step.id)
        step.wires = [(port, final(value)) for port, value in step.wires] if step.wires is not None else None
        steps[step.id] = step
    drawing.steps = steps
    drawing.starts = [called.get(id, id) for id in drawing.starts]
    drawing.results = [final(value) for value in drawing.results] if drawing.results is not None else None
