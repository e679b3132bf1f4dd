"""The memory that a training takes: weights, gradients, what the optimizer remembers, and what is kept of the forward
pass for the backward pass. Of float32 on a CPU what autograd keeps to the byte, but for cards of code; elsewhere, as in
other precisions, kernels keep somewhat more or less."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, takewhile
from math import ceil
from typing import NamedTuple

from models.analysis.analysis import Analysis
from models.analysis.blocks import Block, parts_of
from models.kinds.layer import FLOAT, INT, Layer, TensorType, bytes_of
from models.network import Node, input_nodes, output_nodes

LARGEST_BATCH = 2**20
Known = tuple[TensorType, ...]


class TrainingMemory(NamedTuple):
    """Bytes of each part for a batch of examples."""

    weights: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self) -> int:
        """All of it together."""
        return sum(self)


class _Value:
    """What passes along a wire: its bytes, whether a gradient passes back, and whether it is kept already."""

    def __init__(self, size: int, learns: bool) -> None:
        self.size, self.learns, self.kept = size, learns, False


class _Pass:
    """The forward pass of a batch: what each layer adds to what is kept, in the order of the layers."""

    def __init__(self, batch: int, *, by_blocks: bool = False) -> None:
        self.batch, self.steps = batch, list[tuple[int, int]]()
        """Bytes that a layer adds, and those of its output, by which a recomputed part is bounded."""
        self.by_blocks, self.most_again = by_blocks, 0
        """Whether blocks are worked out again, and what the largest of them keeps then."""

    def through(self, analysis: Analysis, given: dict[str, _Value]) -> list[_Value]:
        """Pass through a network whose Inputs are ``given`` something; what reaches its Outputs."""
        values: dict[tuple[str, str], _Value] = {}
        network = analysis.network
        for id in analysis.order:
            node = network[id]
            wires = network.edges_into(id)
            if len(node.inputs) > 1:
                places = {port.name: place for place, port in enumerate(node.inputs)}
                wires = sorted(wires, key=lambda wire: places.get(wire.target_port, 0))
            fed = [value for edge in wires if (value := values.get((edge.source, edge.source_port)))]
            for port, value in zip(node.outputs, self._leaving(analysis, node, fed, given), strict=False):
                values[id, port] = value
        ends = (network.edges_into(node.id)[:1] for node in output_nodes(network))
        found = (values.get((edges[0].source, edges[0].source_port)) if edges else None for edges in ends)
        return [value or _Value(0, learns=False) for value in found]

    def _leaving(self, analysis: Analysis, node: Node, fed: list[_Value], given: dict[str, _Value]) -> list[_Value]:
        layer, report = node.layer, analysis[node.id]
        if layer is None or report.parameters is None:
            return []
        inputs, outputs = _known(report.inputs), _known(report.outputs)
        if layer.is_input:
            return [given[node.id]] if node.id in given else [_Value(self.batch * bytes_of(outputs[0]), learns=False)]
        if isinstance(layer, Block):
            return self._through_block(analysis, node, fed)
        if len(outputs) > 1:
            read = {edge.source_port for edge in analysis.network.edges_from(node.id)}
            last = max((place for place, port in enumerate(node.outputs) if port in read), default=0)
            outputs = outputs[: last + 1]
        return self._through_layer(layer, inputs, outputs, fed, report.parameters > report.frozen)

    def _through_layer(
        self,
        layer: Layer,
        inputs: tuple[TensorType, ...],
        outputs: tuple[TensorType, ...],
        fed: list[_Value],
        own: bool,
    ) -> list[_Value]:
        learns = own or any(value.learns for value in fed)
        if layer.views and fed:
            return fed[:1] * len(outputs)
        made = [_Value(self.batch * bytes_of(given), learns and given.dtype == "float") for given in outputs]
        added = self._kept(layer, inputs, outputs, fed, made) if learns else 0
        self.steps.append((added, made[0].size if made else 0))
        return made

    def _kept(self, layer: Layer, inputs: Known, outputs: Known, fed: list[_Value], made: list[_Value]) -> int:
        named = {"inputs": fed, "first": fed[:1], "second": fed[1:2], "third": fed[2:3], "output": made[:1]}
        keeps, size = layer.keeps_of(inputs), 0
        for value in chain.from_iterable(named.get(what, ()) for what in keeps):
            if not value.kept:
                value.kept, size = True, size + value.size
        first = outputs[0] if outputs else TensorType(())
        size += keeps.count("copy") * self.batch * bytes_of(first)
        size += keeps.count("indices") * self.batch * bytes_of(first) // FLOAT * INT
        if len(inputs) == len(fed) > 1:
            same = {id(value): TensorType(*given) for value, given in zip(fed, inputs, strict=True)}
            inputs = tuple(same[id(value)] for value in fed)
        return size + layer.keeps_beside(inputs, outputs, self.batch)

    def _through_block(self, analysis: Analysis, node: Node, fed: list[_Value]) -> list[_Value]:
        """Its repetitions; from the second on, equal ones add the same."""
        for part in parts_of(analysis, node):
            ids = [start.id for start in input_nodes(part.inside.network)]
            if self.by_blocks:
                for _ in range(part.times):
                    fed = self._again(part.inside, dict(zip(ids, fed, strict=False)))
                continue
            for number in range(part.times):
                if number < 2:
                    before = len(self.steps)
                    fed = self.through(part.inside, dict(zip(ids, fed, strict=False)))
                    steps = self.steps[before:]
                else:
                    self.steps += steps
        return fed

    def _again(self, inside: Analysis, given: dict[str, _Value]) -> list[_Value]:
        """Pass through a block of which only what it is given is kept, and all else is worked out again."""
        size = sum(value.size for value in given.values() if not value.kept)
        run = _Pass(self.batch)
        found = run.through(inside, {id: _Value(value.size, value.learns) for id, value in given.items()})
        self.most_again = max(self.most_again, sum(added for added, _ in run.steps))
        for value in given.values():
            value.kept = True
        self.steps.append((size, found[0].size if found else 0))
        return [_Value(value.size, value.learns) for value in found]


def activation_bytes(analysis: Analysis, batch: int, *, recomputed: int = 0, by_blocks: bool = False) -> int:
    """Bytes that are kept for the backward pass of a batch. Where parts of so many layers are ``recomputed``, what is
    between parts and the largest part; where blocks are, what they are given and the largest block."""
    run = _Pass(batch, by_blocks=by_blocks)
    ends = run.through(analysis, {})
    # Losses keep what comes in, or as much: log-probabilities, differences.
    size = sum(value.size for value in ends)
    if not recomputed:
        return size + sum(added for added, _ in run.steps) + run.most_again
    parts = [run.steps[start : start + recomputed] for start in range(0, len(run.steps), recomputed)]
    between = sum(part[-1][1] for part in parts)
    return size + between + max((sum(added for added, _ in part) for part in parts), default=0)


def training_memory(
    analysis: Analysis,
    batch: int,
    *,
    remembered: int = 0,
    halved: bool = False,
    recomputed: int = 0,
    by_blocks: bool = False,
) -> TrainingMemory:
    """What training with batches of so many examples takes.

    ``remembered`` is how many numbers the optimizer keeps for each weight; ``halved`` computes in half precision, which
    keeps half of each value and a copy of the weights.
    """
    totals = analysis.totals()
    weights = FLOAT * (totals.parameters + totals.buffers)
    learned = FLOAT * totals.trainable
    activations = activation_bytes(analysis, batch, recomputed=recomputed, by_blocks=by_blocks)
    if halved:
        weights, activations = weights + weights // 2, ceil(activations / 2)
    return TrainingMemory(weights, learned, remembered * learned, activations)


def largest_batch(taken: Callable[[int], int], room: int) -> int:
    """The largest power of two of examples of which no more is ``taken`` than there is ``room``; 0 where none fits."""
    sizes = (2**power for power in range(LARGEST_BATCH.bit_length()))
    return max(takewhile(lambda size: taken(size) <= room, sizes), default=0)


def _known(types: tuple[TensorType | None, ...]) -> Known:
    return tuple(item for item in types if item is not None)
