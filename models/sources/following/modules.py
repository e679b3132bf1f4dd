"""The modules that a constructor makes, as layers: those of before with their present settings, and new ones."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from models.kinds.layer import Layer
from models.layers import LAYERS
from models.network import name_problem
from models.sources.following.state import State, Types, Use
from models.sources.following.steps import Step
from models.sources.recognizing.base import Value, is_block
from models.sources.recognizing.containers import is_container
from models.sources.recognizing.functions import kind_of_module, kinds_with_module_of_others
from models.sources.recognizing.settings import read_settings
from models.sources.recognizing.uses import read_use
from models.sources.syntax.outline import ClassOutline, Made, Unreadable, dotted
from models.sources.syntax.values import KEPT


class Modules:
    """The modules of a class. ``names`` are attributes that were renamed, new ones by those of the base."""

    def __init__(self, state: State, part: ClassOutline, names: Mapping[str, str]) -> None:
        self._state, self._part, self._names = state, part, names
        self._before = {new: old for old, new in names.items()}
        self._read: dict[tuple[str, str], Mapping[str, Any]] = {}

    def attribute(self, name: str) -> str:
        """An attribute as it is called in the network."""
        return self._before.get(name, name)

    def attributes(self) -> frozenset[str]:
        """The attributes that are made, as they are called in the network."""
        return frozenset(map(self.attribute, self._part.made))

    def made(self, node: ast.stmt | ast.expr, attribute: str) -> Made:
        """The module of an attribute, which may be called as it was before; raises `Unreadable` if there is none."""
        made = self._part.made.get(self._names.get(attribute, attribute)) or self._part.made.get(attribute)
        if made is None:
            raise Unreadable(node, f"self.{attribute:.40} is not made in __init__.")
        return made

    def step(
        self, made: Made, sources: tuple[Value, ...], line: int, kind: str = "", wanted: str = ""
    ) -> tuple[Step, type[Layer], Layer]:
        """The layer that calls a module with values: the one that did so before, or a new one. It is claimed."""
        state, attribute = self._state, self.attribute(made.name)
        if problem := name_problem(made.name):
            raise Unreadable(made.written, problem)
        id = wanted or self._present(attribute, sources)
        node = state.base.network.nodes.get(id)
        types = state.types(sources, id) if sources else state.base.types_into(id) if node else None
        use = self._use(made, types, node.kind if node else "")
        use = use if use and kind in ("", use.kind) else None
        name = use.kind if use else kind
        name = name or kind_of_module(made.call, state.source.aliases, state.base, node.kind if node else "")
        found = state.base.kind(name)
        if found is None:
            raise Unreadable(made.call, _unknown(made.call))
        present = node.layer if node is not None and node.kind == name else None
        settings = use.settings if use else None
        settings = self._settings(made, found, types, present) if settings is None else settings
        id = id or self._new_id(attribute)
        state.claimed.add(id)
        layer = present if present is not None and settings is None else self._layer(found, settings, present)
        return Step(id, name, settings, attribute, line), found, layer

    def _use(self, made: Made, types: Types | None, present: str) -> Use | None:
        """The block that a class or container makes of a module, which was of the kind ``present``."""
        state = self._state
        if state.source.said(made.call) == state.base.calls.get(self.attribute(made.name)):
            return None  # as it was
        if state.definer is not None:
            return state.definer.use(made, types, state.base, present)
        holds = is_container(made.call, state.source.aliases) and is_block(state.base.kind(present))
        return Use(present, {}) if holds else None

    def unclaim(self, step: Step) -> None:
        """It was another layer after all."""
        self._state.claimed.discard(step.id)

    def kinds(self, made: Made, sources: tuple[Value, ...]) -> Iterator[str]:
        """The kinds that a module may be of: the present one, what it is called after, and all that work with one."""
        present = self._present(self.attribute(made.name), sources)
        before = self._state.base.network[present].kind if present else ""
        if use := self._use(made, self._state.types(sources, present), before):
            yield use.kind
        elif before:
            yield before
        yield from kinds_with_module_of_others(made.call)

    def uncalled(self, made: Made) -> None:
        """A module that nothing calls: the layer is there, and nothing feeds it."""
        for id in self._state.base.callers.get(self.attribute(made.name), None) or [""]:
            step, _, _ = self.step(made, (), made.written.lineno, wanted=id)
            self._state.drawing.steps[step.id] = step

    def _present(self, attribute: str, sources: tuple[Value, ...]) -> str:
        """The node that calls a module here: one that is fed so, else the next; "" for a new one."""
        base = self._state.base
        free = [id for id in base.callers.get(attribute, ()) if id not in self._state.claimed]
        same = (id for id in free if tuple((e.source, e.source_port) for e in base.fed(id)) == sources)
        return free[0] if len(free) == 1 else next(same, free[0] if free else "")

    def _new_id(self, attribute: str) -> str:
        taken = self._state.base.network.nodes.keys() | self._state.claimed
        if attribute not in taken:
            return attribute
        stem, number = attribute.rstrip("0123456789"), 2
        while f"{stem}{number}" in taken:
            number += 1
        return f"{stem}{number}"

    def _settings(
        self, made: Made, kind: type[Layer], types: Types | None, present: Layer | None
    ) -> Mapping[str, Any] | None:
        """The settings that a module's expression says; None where it says what it said before."""
        base, source = self._state.base, self._state.source
        before = base.calls.get(self.attribute(made.name)) if present is not None else None
        if before is not None and before == source.said(made.call):
            return None
        key = (made.name, kind.kind)
        if key not in self._read:
            if is_block(kind):
                self._read[key] = read_use(made.call, base, source.aliases)
            else:
                self._read[key] = read_settings(kind, made.call, types, base.within, present)
        return self._read[key]

    def _layer(self, kind: type[Layer], settings: Mapping[str, Any] | None, present: Layer | None) -> Layer:
        said = {name: value for name, value in (settings or {}).items() if value is not KEPT}
        before = present.settings() if present is not None else {}
        kept = {name: value for name, value in before.items() if name not in said}
        layer, _ = kind.read({**kept, **said}, dict(self._state.base.within.values))
        return layer


def _unknown(call: ast.expr) -> str:
    """That there is no such layer, and which is called most like it."""
    name = dotted(call.func) if isinstance(call, ast.Call) else dotted(call)
    near = LAYERS.closest(name.removeprefix("nn.")) if name.startswith("nn.") else None
    return f"Netloom has no layer for ‘{ast.unparse(call):.36}’." + (f" Is nn.{near} meant?" if near else "")
