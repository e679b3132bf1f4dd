"""What is known while values are followed through a class: what variables hold, and which layers were met."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from models.kinds.layer import Layer, TensorType
from models.sources.following.steps import Drawing, Step
from models.sources.recognizing.base import Base, Value, input_kind
from models.sources.syntax.outline import Made, Outline, Unreadable

Types = tuple[TensorType, ...]


class Use(NamedTuple):
    """A block that a module is: its kind, and the settings that follow from how it stands there, None where these are
    the arguments of its class."""

    kind: str
    settings: Mapping[str, Any] | None = None


class Definer(Protocol):
    """Who makes blocks of the classes and containers that a person adds."""

    def use(self, made: Made, types: Types | None, base: Base, present: str) -> Use | None:
        """The block that a module with these inputs is, which was of the kind ``present``; None for none. Raises
        `Unreadable`."""


class State:
    """Values by variable, their types, the layers that were met, and what comes of it: a `Drawing`."""

    def __init__(self, base: Base, source: Outline, definer: Definer | None = None) -> None:
        self.base, self.source, self.definer = base, source, definer
        self.drawing = Drawing()
        self.env: dict[str, Value] = {}
        self.claimed: set[str] = set()
        self._types: dict[Value, TensorType | None] = {}

    def start(self, id: str) -> Value:
        """The values of an Input, which may be new."""
        self.drawing.starts.append(id)
        node = self.base.network.nodes.get(id)
        value = (id, node.outputs[0] if node else input_kind().outputs[0])
        self._types[value] = self.base.analysis[id].outputs[0] if node else input_kind()().output_types(())[0]
        return value

    def value(self, node: ast.expr) -> Value:
        """What a variable holds; raises `Unreadable` for what is none."""
        if not isinstance(node, ast.Name) or node.id not in self.env:
            raise Unreadable(node, f"‘{ast.unparse(node):.40}’ holds nothing that a layer gave before.")
        return self.env[node.id]

    def types(self, sources: tuple[Value, ...], id: str = "") -> Types | None:
        """The types of values; where they are not known, those that a node took before."""
        found = [self._types.get(value) for value in sources]
        known = tuple(item for item in found if item is not None)
        if len(known) == len(found):
            return known
        return self.base.types_into(id) if id in self.base.network.nodes else None

    def put(self, step: Step, layer: Layer, sources: tuple[Value, ...], targets: Mapping[str, int]) -> None:
        """A layer takes values and gives others to variables, by their port's place."""
        self.claimed.add(step.id)
        many = next((port.name for port in layer.inputs if port.variadic), "")
        names = [many or layer.inputs[place].name for place in range(len(sources))]
        step.wires = list(zip(names, sources, strict=True))
        self.drawing.steps[step.id] = step
        outputs = self._outputs(step, layer, sources)
        for place, port in enumerate(layer.outputs):
            self._types[step.id, port] = outputs[place] if place < len(outputs) else None
        for name, place in targets.items():
            self.env[name] = (step.id, layer.outputs[place])

    def _outputs(self, step: Step, layer: Layer, sources: tuple[Value, ...]) -> Sequence[TensorType | None]:
        types = self.types(sources)
        if step.settings is None and step.id in self.base.network and types == self.base.types_into(step.id):
            return self.base.analysis[step.id].outputs
        try:
            return layer.output_types(types) if types is not None else ()
        except ValueError:
            return ()
