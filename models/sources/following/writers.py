"""Which layers write statements that are no plain call of a module: those of before by what feeds them, others by what
they would write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.kinds.layer import Layer
from models.sources.following.modules import Modules
from models.sources.following.state import State, Types
from models.sources.following.steps import NEW, Step
from models.sources.plain.values import NESTED
from models.sources.recognizing.base import Value, is_block
from models.sources.recognizing.examples import accepted_inputs
from models.sources.recognizing.functions import Found, Group, functional_kinds, matched
from models.sources.recognizing.programs import code_kind, edited
from models.sources.recognizing.settings import alike, says, writes_itself
from models.sources.syntax.outline import Made, Unreadable
from models.sources.syntax.values import KEPT

Writer = tuple[Step, Layer, Found]


class Writers:
    """The layers of a class that may write statements. ``waiting`` are those of before that call no module, by what
    feeds them."""

    def __init__(self, state: State, modules: Modules) -> None:
        self._state, self._modules = state, modules
        self._count = 0
        self.waiting: dict[tuple[Value, ...], list[str]] = {}
        self._unmade: dict[tuple[Value, ...], list[str]] = {}
        """The same of layers whose module is not made any more, which may be called as functions."""
        self._look_around()

    def _look_around(self) -> None:
        made = self._modules.attributes()
        for id in self._state.base.order:
            node = self._state.base.network[id]
            if node.layer is None or not node.inputs or not node.outputs:
                continue
            if not node.layer.has_module or node.attribute not in made:
                found = self._unmade if node.layer.has_module else self.waiting
                sources = tuple((edge.source, edge.source_port) for edge in self._state.base.fed(id))
                found.setdefault(sources, []).append(id)

    def follow(self, look: Group, made: Made | None) -> int:
        """Follow the layer that writes the first statements, with a module if they call one; returns how many they are,
        0 where no layer does."""
        found = self._of_module(look, made) if made is not None else self._without(look)
        if found is None:
            return 0
        step, layer, statements = found
        step.statements = statements.statements
        step.line = step.line or statements.statements[0].lineno
        self._state.put(step, layer, statements.sources, statements.targets)
        return statements.length

    def new(self, kind: str, settings: Mapping[str, Any], wanted: str) -> Step:
        """A layer without an attribute, which is called as ``wanted`` where that can be."""
        self._count += 1
        return Step(f"{NEW}{self._count}", kind, settings, wanted="" if wanted.startswith(NESTED) else wanted)

    def fed(self, sources: tuple[Value, ...], kind: type[Layer]) -> Iterator[tuple[str, Layer]]:
        """The layers of before that take these values, are of a kind, and were not met yet."""
        for id in (*self.waiting.get(sources, ()), *self._unmade.get(sources, ())):
            layer = self._state.base.network[id].layer
            if isinstance(layer, kind) and id not in self._state.claimed:
                yield id, layer

    def _without(self, look: Group) -> Writer | None:
        found = self._waiting(look) or self._edited(look)
        return found or self._searched(look, True) or self._searched(look, False)

    def _edited(self, look: Group) -> Writer | None:
        """A card of code of before that takes the same, whose lines were edited."""
        kind, field = code_kind()
        for sources in look.sources():
            for id, layer in self.fed(sources, kind):
                types = self._state.types(sources, id)
                found = _with_code(look, layer, types, sources)
                if found is not None:
                    return Step(id, kind.kind, {field: getattr(found[0], field)}), *found
        return None

    def _waiting(self, look: Group) -> Writer | None:
        """The layer of before that takes the same and is written so."""
        for sources in look.sources():
            for id in self.waiting.get(sources, ()):
                node = self._state.base.network[id]
                if id in self._state.claimed or node.layer is None:
                    continue
                types = self._state.types(sources, id) or _usual(type(node.layer), len(sources))
                for given, fits in ((types, True), (self._state.base.types_into(id), True), (types, False)):
                    if found := matched(look, node.layer, given, sources, fits):
                        return Step(id, node.kind), node.layer, found
        return None

    def _searched(self, look: Group, fits: bool) -> Writer | None:
        """A layer that is written so, of any kind; with ``fits`` one that takes these inputs."""
        for kind in functional_kinds(look):
            free = (
                n.layer for n in self._state.base.network if n.kind == kind.kind and n.id not in self._state.claimed
            )
            present = next(free, None)
            for sources in look.sources():
                types = self._state.types(sources, "") or _usual(kind, len(sources))
                result = look.searched(kind, present, types, sources, fits) if types is not None else None
                if result is not None:
                    found, settings, layer = result
                    return self.new(kind.kind, settings, look.wanted(found)), layer, found
        return None

    def _of_module(self, look: Group, made: Made) -> Writer | None:
        first: Unreadable | None = None
        for sources in filter(None, look.sources()):
            for name in self._modules.kinds(made, sources):
                try:
                    step, kind, layer = self._modules.step(made, sources, made.written.lineno, name)
                except Unreadable as error:
                    first = first or error  # other kinds have modules that are made so, too
                    continue
                types = self._state.types(sources, step.id)
                found = matched(look, layer, types, sources)
                if found is None and (coded := _with_code(look, layer, types, sources)) is not None:
                    layer, found = coded
                    step.settings = {**(step.settings or {}), code_kind()[1]: getattr(layer, code_kind()[1])}
                elif found is None and types is not None and not (is_block(kind) or writes_itself(kind)):
                    layer, found = _set_in_forward(look, made, step, layer, types, sources)
                if found is not None:
                    return step, layer, found
                self._modules.unclaim(step)
        if first is not None:
            raise first
        return None

    def missing(self) -> dict[str, list[str]]:
        """The layers without a module that the source has not shown yet, by kind, in their order."""
        found: dict[str, list[str]] = {}
        unshown = {id for ids in (*self.waiting.values(), *self._unmade.values()) for id in ids}
        for id in self._state.base.order:
            node = self._state.base.network[id]
            if id in unshown and id not in self._state.claimed:
                found.setdefault(node.kind, []).append(id)
        return found


def _with_code(
    look: Group, layer: Layer, types: Types | None, sources: tuple[Value, ...]
) -> tuple[Layer, Found] | None:
    """A card of code as its lines say it now, and these; None for any other layer."""
    if types is None or not isinstance(layer, code_kind()[0]):
        return None
    other = edited(layer, look.first, look.names(sources), look.attribute)
    found = matched(look, other, types, sources) if other is not None else None
    return (other, found) if other is not None and found is not None else None


def _set_in_forward(
    look: Group, made: Made, step: Step, layer: Layer, types: Types, sources: tuple[Value, ...]
) -> tuple[Layer, Found | None]:
    """The layer with the settings that stand in its statements beside its module, and these; the layer as it was
    and None where no settings say so."""
    result = look.searched(type(layer), layer, types, sources, True)
    if result is None or not says(result[2], made.call, types):
        return layer, None
    found, settings, other = result
    changed = {
        name: value for name, value in settings.items() if not alike(type(layer), name, value, getattr(layer, name))
    }
    step.settings = {**(step.settings or dict.fromkeys(settings, KEPT)), **changed}
    return other, found


def _usual(kind: type[Layer], count: int) -> Types | None:
    """Types that a kind takes, where those of its inputs are not known."""
    found = accepted_inputs(kind())
    return found if found is not None and len(found) == count else None
