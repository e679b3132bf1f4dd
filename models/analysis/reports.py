"""What is known of one layer: a layer's answers for given inputs, remembered, so that equal layers are asked once.

A network of many equal blocks costs little more than one of its blocks, and an edit only what is new about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod
from operator import add, mul, sub
from typing import NamedTuple

from models.analysis.issues import Issue
from models.kinds.bypass import Bypassed
from models.kinds.layer import Layer, Shape, ShapeError, TensorType, Window

Types = tuple[TensorType | None, ...]
BYTES = {"float": 4, "int": 8}
"""Bytes of one element: torch.float32 and torch.int64."""


class ReceptiveField(NamedTuple):
    """Sizes of the input region that one output element sees, and the step between neighbors, per spatial dimension.

    ``start`` is where the region of the first element begins: below 0 it lies in padding.
    """

    size: Shape
    stride: Shape
    start: Shape


class Report(NamedTuple):
    """What is known of one node. Counts are per example; None where they cannot be known.

    ``parameters`` are learned, but for those that are ``frozen``, ``buffers`` other stored numbers (running
    statistics); ``activation_bytes`` is the memory of the outputs.
    """

    inputs: Types
    outputs: Types
    parameters: int | None
    buffers: int | None
    multiply_adds: int | None
    activation_bytes: int | None
    receptive_field: ReceptiveField | None
    issues: tuple[Issue, ...]
    frozen: int = 0

    @property
    def shape(self) -> Shape | None:
        """The shape at the first output (for `Output`, which has none, at its input)."""
        first = (self.outputs or self.inputs or (None,))[0]
        return first.shape if first else None

    @property
    def keeps_shape(self) -> bool:
        """Whether the first output's shape is known and equals that of the first input."""
        first = self.inputs[0] if self.inputs else None
        return first is not None and self.shape == first.shape


UNKNOWN = Report((), (), None, None, None, None, None, ())


@lru_cache(maxsize=4096)
def unknown_report(inputs: Types, outputs: int) -> Report:
    """The report of a node that cannot be known, with so many outputs: its inputs or its settings are not."""
    return Report(inputs, (None,) * outputs, None, None, None, None, None, ())


Fields = tuple[ReceptiveField | None, ...]
Answer = tuple[Report, ShapeError | None]


class Composite(Layer):
    """Base of kinds that are made of layers and answer for all of them."""

    def answer(self, inputs: tuple[TensorType, ...], fields: Fields) -> Answer:
        """The report with inputs of known types and receptive fields, and the error if it refuses them."""
        raise NotImplementedError


class _Facts(NamedTuple):
    """What a layer says of given input types."""

    outputs: Types
    parameters: int | None
    buffers: int | None
    multiply_adds: int | None
    activation_bytes: int | None
    window: Window | None
    error: ShapeError | None


_FACTS: dict[tuple[object, tuple[TensorType, ...]], _Facts] = {}
_ANSWERS: dict[tuple[object, tuple[TensorType, ...], Fields], Answer] = {}
_LIMIT = 20_000


def answer(layer: Layer, inputs: tuple[TensorType, ...], fields: Fields) -> Answer:
    """The report of a layer with inputs of known types and receptive fields, and the error if it refuses them."""
    if isinstance(layer, Composite):
        return layer.answer(inputs, fields)
    key = (layer.key, inputs, fields)
    known = _ANSWERS.get(key)
    if known is None:
        if len(_ANSWERS) >= _LIMIT:
            forget()
        facts = _facts(layer, inputs)
        seen = fields[:1] if isinstance(layer, Bypassed) else fields
        field = None if facts.error else _receptive_field(facts, seen)
        report = Report(
            inputs,
            facts.outputs,
            facts.parameters,
            facts.buffers,
            facts.multiply_adds,
            facts.activation_bytes,
            field,
            (),
            facts.parameters or 0 if layer.frozen else 0,
        )
        known = _ANSWERS[key] = (report, facts.error)
    return known


def forget() -> None:
    """Ask every layer anew from now on."""
    _FACTS.clear()
    _ANSWERS.clear()


def _facts(layer: Layer, inputs: tuple[TensorType, ...]) -> _Facts:
    key = (layer.key, inputs)
    facts = _FACTS.get(key)
    if facts is None:
        facts = _FACTS[key] = _ask(layer, inputs)
    return facts


def _ask(layer: Layer, inputs: tuple[TensorType, ...]) -> _Facts:
    try:
        outputs = layer.output_types(inputs)
    except ShapeError as error:
        return _Facts((None,) * len(layer.outputs), None, None, None, None, None, error)
    weights = layer.weights(inputs)
    # `Output` has no port: it only passes on what its input holds already, and so does what is bypassed.
    held = () if isinstance(layer, Bypassed) else zip(layer.outputs, outputs, strict=False)
    return _Facts(
        outputs,
        sum(weight.elements for weight in weights if weight.trainable),
        sum(weight.elements for weight in weights if not weight.trainable),
        layer.multiply_adds(inputs, outputs),
        sum(prod(item.shape) * BYTES[item.dtype] for _, item in held),
        layer.window(inputs),
        None,
    )


def _receptive_field(facts: _Facts, fields: Fields) -> ReceptiveField | None:
    if facts.window is None:
        return None
    if not fields:
        rank = len(facts.outputs[0].shape) - 1 if facts.outputs and facts.outputs[0] else 0
        return ReceptiveField((1,) * rank, (1,) * rank, (0,) * rank) if rank > 0 else None
    first = fields[0]
    known = [field for field in fields if field is not None and first is not None and field.stride == first.stride]
    if len(known) < len(fields):
        return None
    return widened(_together(known) if len(known) > 1 else known[0], facts.window)


def _together(fields: Sequence[ReceptiveField]) -> ReceptiveField:
    """What several branches see together: from the first position that one of them sees to the last."""
    start = tuple(map(min, *(field.start for field in fields)))
    ends = [map(add, field.start, field.size) for field in fields]
    return ReceptiveField(tuple(map(sub, map(max, *ends), start)), fields[0].stride, start)


def widened(field: ReceptiveField, window: Window) -> ReceptiveField | None:
    """r_out = r + (k − 1)·d·j, j_out = j·s and start_out = start − p·j per dimension (Araujo et al., Distill 2019)."""
    kernel, stride, dilation, before = window
    if set(kernel) == {1} == set(stride) and not before:
        return field
    if len(kernel) != len(field.size):
        return None
    steps = zip(field.size, kernel, dilation, field.stride, strict=True)
    return ReceptiveField(
        tuple([size + (width - 1) * spread * step for size, width, spread, step in steps]),
        tuple(map(mul, field.stride, stride)),
        tuple(map(sub, field.start, map(mul, before, field.stride))) if before else field.start,
    )
