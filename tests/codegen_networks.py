"""Random valid networks of every kind: chains and graphs with several inputs, outputs, ports and wires into merges.

The kinds take turns in the middle of a network, with settings drawn from their fields; around them whatever fits grows.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from layer_cases import Case, draw, needed, one_case

from models.analysis import Analysis
from models.kinds.layer import Layer, ShapeError, TensorType
from models.layers import LAYERS
from models.network import Edge, Network, Node

LARGEST = 20_000
"""Numbers in a tensor."""
KINDS = [kind for kind in LAYERS.values() if kind.inputs and kind.outputs]
STEMS = ("", "", "", "block_", "a_branch_with_a_rather_long_name_")
LOSSES = ("CrossEntropyLoss", "MSELoss")


@dataclass(frozen=True)
class Value:
    """What an output port of a node gives."""

    id: str
    port: str
    type: TensorType


@dataclass
class Growth:
    """A network that grows, and the values there are to read."""

    rng: random.Random
    network: Network = field(default_factory=Network)
    values: list[Value] = field(default_factory=list)

    def add(self, layer: Layer, sources: Sequence[Value], module: str = "") -> None:
        """Add a layer; the sources go to its ports in order, all of them to a variadic one."""
        id = self.network.free_id(f"{self.rng.choice(STEMS)}{layer.kind.lower()}1")
        self.network.add_node(Node(id, layer.kind, layer.settings(), module=module))
        ports = layer.inputs * len(sources) if layer.inputs and layer.inputs[0].variadic else layer.inputs
        for source, port in zip(sources, ports, strict=False):
            self.network.insert_edge(Edge(source.id, source.port, id, port.name))
        outputs = layer.output_types(tuple(source.type for source in sources))
        self.values += [Value(id, port, given) for port, given in zip(layer.outputs, outputs, strict=False)]

    def start(self, given: TensorType) -> Value:
        """Add an Input of that type."""
        self.add(LAYERS["Input"](shape=list(given.shape), dtype=given.dtype), ())
        return self.values[-1]

    def take_turn(self, kind: type[Layer]) -> None:
        """Add a layer of that kind, with inputs of its own."""
        case = self._case(kind)
        self.add(case.layer, [self.start(given) for given in case.inputs])

    def grow(self, kind: type[Layer], *, chain: bool) -> None:
        """Add a layer of that kind if one of a few draws fits what there is; in a chain, the last value."""
        for _ in range(3):
            settings = {name: draw(item, self.rng) for name, item in kind.fields.items() if self.rng.random() < 0.4}
            layer, _ = kind.read(settings)
            sources = self.values[-1:] if chain else self._sources(layer)
            if fits(layer, tuple(source.type for source in sources)):
                self.add(layer, sources)
                return

    def share(self) -> None:
        """Add a layer that calls the module of another one, if one of a few draws fits what there is."""
        analysis = Analysis(self.network)
        for node in self.rng.sample(list(self.network), min(6, len(self.network))):
            if node.layer is None or not node.layer.has_module:
                continue
            sources = self._sources(node.layer)
            types = tuple(source.type for source in sources)
            given = tuple(item for item in analysis[node.id].inputs if item)
            if fits(node.layer, types) and node.layer.module(types) == node.layer.module(given):
                self.add(node.layer, sources, node.attribute)
                return

    def finish(self, *, ends: int) -> None:
        """Add Outputs that read values nobody reads yet; without any, the loose ends are the results."""
        read = {(edge.source, edge.source_port) for edge in self.network.edges}
        loose = [value for value in self.values if (value.id, value.port) not in read] or self.values[-1:]
        for value in self.rng.sample(loose, min(ends, len(loose))):
            self.add(LAYERS["Output"](loss={"kind": self.rng.choice(LOSSES)}), [value])

    def _case(self, kind: type[Layer]) -> Case:
        while True:
            case = one_case(kind, self.rng)
            if fits(case.layer, case.inputs) and all(prod(given.shape) for given in case.inputs):
                return case

    def _sources(self, layer: Layer) -> list[Value]:
        first = self.rng.choice([self.values[-1], self.rng.choice(self.values)])
        like = [value for value in self.values if value.type == first.type]
        if layer.inputs[0].variadic:
            return list(dict.fromkeys([first, *self.rng.choices(like, k=self.rng.randint(1, 4))]))
        return [first, *self.rng.choices(like, k=self.rng.randint(needed(layer), len(layer.inputs)) - 1)]


def fits(layer: Layer, inputs: tuple[TensorType, ...]) -> bool:
    """Whether the layer takes these inputs and stays small."""
    if len(inputs) < needed(layer):
        return False
    try:
        outputs = layer.output_types(inputs)
    except ShapeError:
        return False
    weights = sum(weight.elements for weight in layer.weights(inputs))
    return weights <= 10**5 and all(0 < prod(given.shape) <= LARGEST for given in outputs)


def random_network(seed: int, layers: int = 12) -> tuple[Network, Analysis]:
    """A network without any error, of some ``layers`` layers; every kind has its turn in as many seeds as kinds."""
    growth = Growth(random.Random(seed))
    chain = seed % 3 == 0
    growth.take_turn(KINDS[seed % len(KINDS)])
    for _ in range(growth.rng.randint(0, layers)):
        growth.grow(growth.rng.choice(KINDS), chain=chain)
    for _ in range(growth.rng.choice((0, 0, 1, 2))):
        growth.share()
    growth.finish(ends=1 if chain else growth.rng.choice((0, 1, 1, 2, 3)))
    return growth.network, Analysis(growth.network)
