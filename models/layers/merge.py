"""Merges: several wires become one.

Sizes of 1 stretch to match, as PyTorch broadcasts (https://docs.pytorch.org/docs/stable/notes/broadcasting.html), but
only between inputs with equally many dimensions: with fewer, PyTorch would match a size with the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from math import prod
from typing import ClassVar

from models.kinds.arithmetic import check_dimension
from models.kinds.explain import number, steps
from models.kinds.layer import (
    FLOAT,
    LAYERS,
    Formula,
    Layer,
    Port,
    Shape,
    ShapeError,
    TensorType,
    Window,
    brief,
    times,
)
from models.specs.fields import Int


class Merge(Layer):
    """One input port that takes two or more wires, in the order in which they were connected."""

    family = "Merge / Shape"
    inputs: ClassVar[tuple[Port, ...]] = (Port("input", variadic=True),)
    accepts = ""

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if len(inputs) < 2:
            raise ShapeError(
                f"{self.kind} needs two or more wires, but it has {len(inputs)}.",
                expected="two or more",
                found=str(len(inputs)),
            )
        dtype = "float" if any(given.dtype == "float" for given in inputs) else "int"
        return (TensorType(self.merge(inputs), dtype),)

    def merge(self, inputs: tuple[TensorType, ...]) -> Shape:
        """The shape of the output; raises `ShapeError`."""
        raise NotImplementedError


def stretched(kind: str, inputs: Sequence[TensorType]) -> Shape:
    """The shape of what is combined value by value; raises `ShapeError`."""

    def stretch(first: Shape, second: Shape) -> Shape:
        fits = all(1 in pair or pair[0] == pair[1] for pair in zip(first, second, strict=False))
        if len(first) != len(second) or not fits:
            raise ShapeError(
                f"{kind} needs equal shapes: {brief(first)} and {brief(second)}.",
                expected=times(first),
                found=times(second),
            )
        return tuple(max(pair) for pair in zip(first, second, strict=True))

    return reduce(stretch, (given.shape for given in inputs))


def seen_through(inputs: Sequence[TensorType]) -> Window | None:
    """The window of what is combined value by value: a stretched input is seen from everywhere."""
    return Window((1,), (1,), (1,)) if len({given.shape[1:] for given in inputs}) == 1 else None


class Elementwise(Merge):
    """Inputs combined value by value."""

    sign: ClassVar[str]
    """The operator in code."""

    def merge(self, inputs: tuple[TensorType, ...]) -> Shape:
        return stretched(self.kind, inputs)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return seen_through(inputs)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        # Of several inputs each value between is kept with them.
        between = range(2, len(inputs)) if self.keeps == ("inputs",) else ()
        return FLOAT * batch * sum(prod(stretched(self.kind, inputs[:count])) for count in between)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f" {self.sign} ".join(arguments)


@LAYERS.register
class Add(Elementwise):
    """a + b."""

    sign = "+"
    title = "Add"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.add.html"
    synonyms = ("sum", "plus", "residual", "skip connection", "shortcut", "ResNet")
    help = (
        "Adds its inputs value by value. Adding a layer's input to its output (a skip connection) lets gradients pass "
        "through deep networks, as in ResNet. Shapes must be equal; a size of 1 is stretched."
    )


@LAYERS.register
class Multiply(Elementwise):
    """a · b."""

    keeps = ("inputs",)
    sign = "*"
    title = "Multiply"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.mul.html"
    synonyms = ("product", "times", "gate", "channel attention", "squeeze and excitation", "mask")
    help = (
        "Multiplies its inputs value by value. With numbers between 0 and 1 on one side it works as a gate, such as "
        "the channel weights of squeeze and excitation. Shapes must be equal; a size of 1 is stretched."
    )


@LAYERS.register
class Concat(Merge):
    """Inputs joined end to end."""

    title = "Concatenate"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.cat.html"
    synonyms = ("concatenate", "cat", "join", "stack", "skip connection", "DenseNet", "U-Net")
    help = (
        "Joins its inputs end to end along one dimension, in the order of the wires; all other sizes must agree. "
        "Keeps everything, where Add would mix: the skip connections of U-Net and DenseNet."
    )
    dim = Int(1, minimum=-8, maximum=8, label="Dimension", help=(
        "Dimension along which to join, counted with the batch as 0: 1 is channels or features, -1 the last one."
    ))  # fmt: skip

    def merge(self, inputs: tuple[TensorType, ...]) -> Shape:
        first = inputs[0].shape
        place = check_dimension(self.kind, self.dim, inputs[0]) - 1
        for given in inputs[1:]:
            shape = given.shape
            if len(shape) != len(first) or _without(shape, place) != _without(first, place):
                raise ShapeError(
                    f"Concat needs equal sizes in every other dimension: {brief(first)} and {brief(shape)}.",
                    expected=times(first),
                    found=times(shape),
                )
        return (*first[:place], sum(given.shape[place] for given in inputs), *first[place + 1 :])

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        over_channels = check_dimension(self.kind, self.dim, inputs[0]) == 1
        return Window((1,), (1,), (1,)) if over_channels else None

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"torch.cat(({', '.join(arguments)}), dim={self.dim})"

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        place = check_dimension(self.kind, self.dim, inputs[0]) - 1
        terms: list[str | int | tuple[int | str, str]] = []
        for given in inputs:
            terms += [" + ", (given.shape[place], "size")]
        title = "Output channels" if place == 0 else f"Output dimension {place + 1}"
        return (Formula(title, "C_out" if place == 0 else "", steps(*terms[1:]), number(outputs[0].shape[place])),)

    def summary(self) -> str:
        return f"dim {self.dim}"


def _without(shape: Shape, place: int) -> Shape:
    return shape[:place] + shape[place + 1 :]
