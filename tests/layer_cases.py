"""Random layers with inputs, for any kind, drawn from its declared fields; and the same layers in real torch."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import prod
from random import Random
from typing import Any

import torch
from torch import nn

from models.byhand.exercise import is_statistic
from models.document import Document
from models.kinds.layer import Gain, Layer, ShapeError, TensorType, Weight
from models.layers import LAYERS
from models.specs.elementwise import FormulaText
from models.specs.fields import (
    Bool,
    Choice,
    Dims,
    Field,
    FieldError,
    Float,
    Int,
    OptionalFloat,
    OptionalInt,
    OptionalSize,
    OptionalSizes,
    Padding,
    Size,
)
from models.specs.spec import SpecOf
from models.specs.tensor_code import CodeText
from models.storage import files
from support import scaled

CASES = scaled(20_000, 0.1)
"""Cases over all kinds together."""

TORCH_REFUSALS = (RuntimeError, ValueError, IndexError, TypeError, AssertionError, NotImplementedError, Warning)


@dataclass(frozen=True)
class Case:
    """A layer with the types of its inputs; ``outputs`` is None where the layer refuses them."""

    layer: Layer
    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...] | None


def cases(kind: str, count: int, salt: str = "") -> list[Case]:
    """Reproducible cases of one kind; most are valid, since a refused draw is redrawn twice out of three times."""
    rng = Random(f"{kind}{salt}")
    found = []
    while len(found) < count:
        case = one_case(LAYERS[kind], rng)
        if case.outputs is not None or rng.random() < 0.3:
            found.append(case)
    return found


def cases_per_kind() -> int:
    """How many cases a kind gets."""
    return math.ceil(CASES / len(LAYERS))


def one_case(kind: type[Layer], rng: Random) -> Case:
    settings = {
        name: draw(field, rng) for name, field in kind.fields.items() if rng.random() < 0.6 or too_large(field.default)
    }
    layer, problems = kind.read(settings)
    assert not problems, problems
    inputs = draw_inputs(layer, rng)
    try:
        return Case(layer, inputs, layer.output_types(inputs))
    except ShapeError:
        return Case(layer, inputs, None)


def too_large(default: object) -> bool:
    return isinstance(default, int) and default > 32


def draw(field: Field[object], rng: Random) -> object:
    """A small value that the field takes, as JSON data."""
    for _ in range(100):
        value = candidate(field, rng)
        try:
            return field.to_json(field.parse(value))
        except FieldError:
            continue
    raise AssertionError(f"nothing fits {field.name}")


def candidate(field: Field[object], rng: Random) -> object:
    whole = rng.choice([0, 1, 1, 2, 2, 3, 4, 5, 8, -1, -2])
    fraction = rng.choice([0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, -1.0])
    match field:
        case Bool():
            return rng.random() < 0.5
        case Int():
            return whole
        case Float():
            return fraction
        case OptionalInt():
            return rng.choice([None, whole])
        case OptionalFloat():
            return rng.choice([None, fraction])
        case Choice():
            return rng.choice(field.options)
        case Padding():
            return rng.choice(["same", whole, some(field.rank or 1, rng), 0, 1])
        case Size():
            return rng.choice([whole, some(field.rank or 1, rng)])
        case OptionalSize():
            return rng.choice([None, whole, some(field.rank or 1, rng)])
        case OptionalSizes():
            return rng.choice([None, None, whole, some(rng.randint(1, 3), rng)])
        case Dims():
            length = rng.randint(field.shortest, min(4, field.longest))
            shuffled = rng.sample(range(1, length + 1), length)
            return rng.choice([shuffled, [rng.randint(-1, 6) for _ in range(length)]])
        case FormulaText():
            return rng.choice(FORMULAS)
        case CodeText():
            return rng.choice(CODES)
        case SpecOf():
            return rng.choice(list(field.registry))
    raise AssertionError(f"no way to draw a {type(field).__name__}")


FORMULAS = (
    "x * sigmoid(x)", "x + y * z", "max(x, 0.1 * x, -1)", "min(y, x) / (1 + abs(x))", "exp(-x ** 2) - (y - 1)",
    "relu(x) + softplus(-x) * 2 / 3", "-x ** 2 ** 0.5", "sin(x) * cos(y) * tanh(x)",
    "2 ** x - min(1, 2)", "(-x) ** 2 * max(3, x)", "log(1 + sqrt(abs(x) + 1)) + sign(x)",
)  # fmt: skip


CODES = (
    "def roll(x: float[4, 6]) -> float[4, 6]:\n    return torch.roll(x, (1, -2), (1, 2))",
    "def windows(x: float[4, 4, 6], w: weight[5, 6], b: weight[5]) -> float[4, 4, 5]:\n"
    "    a = x.view(n, 2, 2, 2, 2, 6)\n"
    "    c = a.permute(0, 1, 3, 2, 4, 5)\n"
    "    d = nn.functional.linear(c.reshape(n * 4, 4, 6), w, b)\n"
    "    e = d.view(n, 2, 2, 2, 2, 5)\n"
    "    f = e.permute(0, 1, 3, 2, 4, 5)\n"
    "    return f.reshape(n, 4, 4, 5)",
    "def pick(x: float[4, 6], i: index[2, 3], m: mask[4, 1], s: buffer[6]) -> float[4, 2, 3]:\n"
    "    c = (x + s).masked_fill(m, -1e999)\n"
    "    a, b = c.sort(dim=1, descending=True)\n"
    "    d = a.masked_fill(b < 0, 0.0)\n"
    "    return d[:, :, i].to(torch.float32)",
    "def noisy(x: float[4, 6], m: buffer[4], s: buffer[4]) -> float[4, 6]:\n"
    "    a = nn.functional.dropout(x, 0.5, training)\n"
    "    return nn.functional.batch_norm(a, m, s + 1, None, None, training, 0.1, 1e-05)",
)


def some(count: int, rng: Random) -> list[int]:
    return [rng.randint(0, 4) for _ in range(count)]


def draw_inputs(layer: Layer, rng: Random) -> tuple[TensorType, ...]:
    """Input types; of a few draws the first that the layer takes."""
    for _ in range(6):
        inputs = candidate_inputs(layer, rng)
        try:
            layer.output_types(inputs)
            break
        except ShapeError:
            continue
    return inputs


def candidate_inputs(layer: Layer, rng: Random) -> tuple[TensorType, ...]:
    if not layer.inputs:
        return ()
    rank = rng.choice([0, 1, 1, 2, 2, 3, 3, 4, 5])
    first = (*[rng.choice([1, 2, 3, 4, 6, 8, 12])][:rank], *(rng.randint(1, 11) for _ in range(rank - 1)))
    if layer.kind in FITTING and rng.random() < 0.8:
        first = FITTING[layer.kind](layer, rng)
    count = rng.randint(2, 4) if layer.inputs[0].variadic else rng.randint(needed(layer), len(layer.inputs))
    shapes = [first, *(near(first, rng) for _ in range(count - 1))]
    ports = layer.inputs * count if layer.inputs[0].variadic else layer.inputs
    kinds = [dtype(layer, rng) if port.accepts is None else port.accepts for port in ports]
    return tuple(map(TensorType, shapes, kinds))


def _windows(layer: Any, rng: Random) -> tuple[int, ...]:
    """As many windows as the image of a Fold has."""
    with suppress(ShapeError):
        return rng.randint(1, 3) * prod(layer.kernel_size), prod(layer.counts(layer.output_size))
    return (1,)


def _stretched(layer: Any, rng: Random) -> tuple[int, ...]:
    """Sizes of which some are 1, to be stretched."""
    return tuple(rng.choice([1, size]) if size > 0 else rng.randint(1, 4) for size in layer.sizes)


def _pieces(layer: Any, rng: Random) -> tuple[int, ...]:
    """A dimension that is as long as all pieces together."""
    shape = [rng.randint(1, 4) for _ in range(rng.randint(1, 3))]
    if abs(layer.dim) <= len(shape) and layer.dim:
        shape[layer.dim - (layer.dim > 0)] = sum(layer.sizes)
    return tuple(shape)


def _fractions(layer: Any, rng: Random) -> tuple[int, ...]:
    """An image that is a little larger than what is to become of it."""
    return rng.randint(1, 3), *(rng.randint(4, 11) for _ in range(layer.rank))


def _heads(layer: Any, rng: Random) -> tuple[int, ...]:
    """Steps of features that the heads share out."""
    return rng.randint(1, 6), layer.num_heads * rng.randint(1, 3)


def _written(layer: Any, rng: Random) -> tuple[int, ...]:
    """The sizes that the code was written for."""
    shape: tuple[int, ...] = layer.program.values[0].shape
    return shape


FITTING: dict[str, Callable[[Any, Random], tuple[int, ...]]] = {
    "TorchCode": _written,
    "Fold": _windows,
    "MultiheadAttention": _heads,
    "Expand": _stretched,
    "Split": _pieces,
    "FractionalMaxPool2d": _fractions,
    "FractionalMaxPool3d": _fractions,
}
"""Shapes for kinds that hardly any shape fits."""


def needed(layer: Layer) -> int:
    return sum(not port.optional for port in layer.inputs)


def near(shape: tuple[int, ...], rng: Random) -> tuple[int, ...]:
    """The shape with at most one size changed, mostly."""
    if not shape or rng.random() < 0.3:
        return shape if rng.random() < 0.8 else (*shape, 2)
    place = rng.randrange(len(shape))
    return (*shape[:place], rng.choice([1, shape[place], shape[place] + 1, 4]), *shape[place + 1 :])


def dtype(layer: Layer, rng: Random) -> str:
    if layer.accepts:
        return layer.accepts
    return rng.choice(["float", "float", "int"])


def alone(case: Case) -> Document:
    """A layer between its inputs and what reads it."""
    names = [f"input{place + 1}" for place in range(len(case.inputs))]
    nodes: list[dict[str, Any]] = [
        {"id": name, "kind": "Input", "params": {"shape": list(given.shape), "dtype": given.dtype}}
        for name, given in zip(names, case.inputs, strict=True)
    ]
    nodes.append({"id": "layer1", "kind": case.layer.kind, "params": case.layer.settings()})
    ports = case.layer.inputs
    ends = ["layer1"] * len(names) if ports[0].variadic else [f"layer1:{port.name}" for port in ports[: len(names)]]
    edges = [list(pair) for pair in zip(names, ends, strict=True)]
    document, problems = files.from_json({"netloom": 1, "network": {"nodes": nodes, "edges": edges}})
    assert not problems
    return document


# The same in torch


@dataclass
class Real:
    """What torch made of a case: the module (None if the kind has none) and a function of the inputs."""

    module: nn.Module | None
    run: object

    def weights(self) -> list[Weight]:
        if self.module is None:
            return []
        parameters = [Weight(name, tuple(item.shape)) for name, item in self.module.named_parameters()]
        return parameters + [Weight(name, tuple(item.shape), False) for name, item in self.module.named_buffers()]

    def __call__(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return self.run(*tensors)  # type: ignore[operator, no-any-return]


def build(case: Case, targets: tuple[bool, ...] | None = None, gain: Gain | None = None) -> Real:
    """The layer in torch, from the source that generated code would hold; raises what torch raises."""
    source = case.layer.module(case.inputs)
    module = eval(source, {"torch": torch, "nn": nn}) if source else None
    for statement in case.layer.begins("layer", case.inputs, gain or Gain()) if module is not None else ():
        exec(statement, {"torch": torch, "nn": nn, "layer": module})
    if module is not None and case.layer.frozen:
        module.requires_grad_(False)
    names = tuple(f"x{place}" for place in range(len(case.inputs)))
    ports = case.layer.outputs or ("output",)
    wanted = targets or (True,) * len(ports)
    results = tuple(f"y{place}" if want else "" for place, want in enumerate(wanted))
    given = names or ("x0",)
    lines = case.layer.lines("layer" if module is not None else "x0", names, results, case.inputs)
    body = "\n    ".join([*lines, f"return ({', '.join(filter(None, results))},)"])
    space: dict[str, object] = {"torch": torch, "nn": nn, "layer": module}
    exec(f"def run({', '.join(given)}):\n    {body}", space)
    return Real(module, space["run"])


def tensors(case: Case, batch: int, device: str = "cpu") -> list[torch.Tensor]:
    """Inputs for a case; integers stay below the size of any vocabulary."""
    types = case.inputs or (case.outputs or ())
    return [
        torch.zeros(batch, *given.shape, dtype=torch.long, device=device)
        if given.dtype == "int"
        else torch.randn(batch, *given.shape, device=device)
        for given in types
    ]


def torch_accepts(case: Case) -> bool:
    """Whether torch takes a case that the layer refuses, for any batch, each example on its own, without a warning."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            real = build(case)
            for batch in (2, 3):
                results = real(*tensors(case, batch))
                if any(result.numel() == 0 for result in results):
                    return False  # sizes that vanish are named, where torch passes nothing on
                if any(result.isneginf().any() for result in results):
                    return False  # the maximum of no value at all
            if real.module is not None:
                real.module.eval()
            return _examples_stand_alone(real, tensors(case, 3))
    except (*TORCH_REFUSALS, ShapeError):
        return False


def _examples_stand_alone(real: Real, given: list[torch.Tensor]) -> bool:
    with torch.no_grad():
        together = real(*given)
        for example in range(3):
            alone = real(*(tensor[example : example + 1] for tensor in given))
            for many, one in zip(together, alone, strict=True):
                if many.shape[:1] != (3,) or many[example : example + 1].shape != one.shape:
                    return False
                if not torch.allclose(many[example : example + 1].float(), one.float(), atol=1e-4):
                    return False
    return True


def held_by(model: nn.Module) -> dict[str, tuple[int, ...]]:
    """The shapes of all that a module learns, and of the statistics that it remembers, by name."""
    remembered = {name: kept for name, kept in model.named_buffers() if is_statistic(name)}
    return {name: tuple(kept.shape) for name, kept in (dict(model.named_parameters()) | remembered).items()}
