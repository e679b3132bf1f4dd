"""What source is held against: the classes that stand for the networks of a document, as they were written last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from models.analysis import Analysis
from models.analysis.blocks import Block
from models.codegen.blocks import BlockClass
from models.codegen.blocks.classes import Argument, argument_name
from models.codegen.module import Source
from models.document import MAIN, Document
from models.kinds.layer import Layer, TensorType
from models.layers import LAYERS
from models.network import Edge, Kinds, Network, without_bypassed
from models.network.reading import reading_order
from models.sources.plain.outlining import outline
from models.sources.syntax.values import Within
from models.specs.expression import IN_CHANNELS

Value = tuple[str, str]
"""A node and an output port of it."""


class Maker(Protocol):
    """The class of a block: the kind that it stands for, and the arguments of its constructor."""

    @property
    def kind(self) -> type[Block]: ...

    @property
    def arguments(self) -> Sequence[Argument]: ...


@dataclass(frozen=True)
class Base:
    """A class of generated source: its name, the scope that it stands for, its network as it is written (bypassed
    layers left out, settings worked out), and what it is told."""

    name: str
    scope: str
    network: Network
    analysis: Analysis
    kinds: Kinds
    blocks: Mapping[str, Maker]
    calls: Mapping[str, str]
    """By attribute the expression of its module, as it was written last."""
    within: Within = field(default_factory=Within)
    parameters: Mapping[str, int | float] = field(default_factory=dict)
    """Of a block, with their defaults, by the argument that they are."""

    def kind(self, name: str) -> type[Layer] | None:
        """The kind of layers of that name."""
        return LAYERS.get(name) or self.kinds.get(name)

    @cached_property
    def order(self) -> list[str]:
        """The nodes in the order in which they are written."""
        return reading_order(self.network)

    @cached_property
    def starts(self) -> list[str]:
        """The nodes that nothing feeds by their kind: the arguments of ``forward``."""
        return [id for id in self.order if not self.network[id].inputs]

    @cached_property
    def ends(self) -> list[str]:
        """The nodes that feed nothing by their kind."""
        return [node.id for node in self.network if not node.outputs]

    @cached_property
    def needed(self) -> set[str]:
        """The nodes that Outputs are computed from; without any Output, all of them."""
        return self.network.upstream(self.ends) if self.ends else set(self.order)

    @cached_property
    def callers(self) -> Mapping[str, list[str]]:
        """By attribute the nodes that call its module, in the order in which they are written; last those that nothing
        is computed from."""
        found: dict[str, list[str]] = {}
        for id in sorted(self.order, key=lambda id: id not in self.needed):
            layer = self.network[id].layer
            if layer is not None and layer.has_module:
                found.setdefault(self.network[id].attribute, []).append(id)
        return found

    def fed(self, id: str) -> list[Edge]:
        """The wires into a node, by port as the code has them."""
        edges = self.network.edges_into(id)
        return [edge for port in self.network[id].inputs for edge in edges if edge.target_port == port.name]

    def types_into(self, id: str) -> tuple[TensorType, ...] | None:
        """What a node takes; None where not all of it is known."""
        inputs = self.analysis[id].inputs
        known = tuple(item for item in inputs if item is not None)
        return known if len(known) == len(inputs) and self.analysis[id].parameters is not None else None


def bases(document: Document, source: Source) -> dict[str, Base]:
    """The classes of a generated source by name, the main one last."""
    by_name = {block.name: block for block in source.blocks}
    found = {block.name: _of_block(block, by_name, _calls(source, block.name)) for block in source.blocks}
    network = without_bypassed(document.network)
    kinds = document.network.kinds
    found[source.class_name] = Base(source.class_name, MAIN, network, document.analysis, kinds, by_name,
                                    _calls(source, source.class_name))  # fmt: skip
    return found


def _calls(source: Source, name: str) -> Mapping[str, str]:
    written = outline(source.text)
    part = written.classes.get(name)
    return {made.name: written.text.of(made.call) for made in part.made.values()} if part else {}


def _of_block(block: BlockClass, by_name: Mapping[str, BlockClass], calls: Mapping[str, str]) -> Base:
    told = block.values[id(block.analysis)]
    usual = {argument_name(name): field.parse(field.default) for name, field in block.kind.numbers.items()}
    parameters = {argument_name(name): name for name in block.kind.numbers}
    parameters[IN_CHANNELS] = IN_CHANNELS
    kinds = block.kind.definition.kinds
    return Base(
        block.name,
        block.kind.kind,
        block.network,
        block.analysis,
        kinds,
        by_name,
        calls,
        Within(told, parameters),
        usual,
    )


def is_block(kind: type[Layer] | None) -> bool:
    """Whether layers of a kind are blocks."""
    return kind is not None and issubclass(kind, Block)


def input_kind() -> type[Layer]:
    """The kind that gives a network its examples."""
    return next(kind for kind in LAYERS.values() if kind.is_input)


def output_kind() -> type[Layer]:
    """The kind where answers leave a network."""
    return next(kind for kind in LAYERS.values() if kind.is_output)
