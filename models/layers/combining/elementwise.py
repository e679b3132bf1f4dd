"""Arithmetic of several inputs, value by value. Sizes of 1 stretch, as `models.layers.merge` says.

See https://docs.pytorch.org/docs/stable/torch.html#math-operations.
"""

from __future__ import annotations

from functools import reduce
from typing import ClassVar

from models.kinds.arithmetic import check_dimension
from models.kinds.layer import LAYERS, Port, Shape, ShapeError, TensorType, brief, bytes_of, times
from models.layers.merge import Elementwise, Merge
from models.specs.fields import Int

DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."


@LAYERS.register
class Subtract(Elementwise):
    """a − b − …."""

    sign = "-"
    title = "Subtract"
    url = DOCS + "sub.html"
    synonyms = ("minus", "difference", "residual error")
    help = (
        "Takes from the first input all others, value by value, in the order in which they were connected: what "
        "remains once a prediction is taken away. Shapes must be equal; a size of 1 is stretched."
    )


@LAYERS.register
class Divide(Elementwise):
    """a / b / …."""

    keeps = ("inputs",)
    sign = "/"
    title = "Divide"
    url = DOCS + "div.html"
    synonyms = ("quotient", "ratio", "over")
    help = (
        "Divides the first input by all others, value by value, in the order in which they were connected. Where a "
        "divisor comes close to 0, values and gradients become huge. A size of 1 is stretched."
    )

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return tuple(given._replace(dtype="float") for given in super().infer(inputs))


class Chosen(Elementwise):
    """One of the values at each place."""

    keeps = ("inputs",)
    function: ClassVar[str]

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return reduce(lambda before, item: f"torch.{self.function}({before}, {item})", arguments)


@LAYERS.register
class Maximum(Chosen):
    """max(a, b, …)."""

    function = "maximum"
    title = "Maximum"
    url = DOCS + "maximum.html"
    synonyms = ("largest of several", "maxout", "either")
    help = (
        "Keeps at each place the largest value of all inputs: which of several branches responds most (maxout). The "
        "gradient goes to that one alone. Shapes must be equal; a size of 1 is stretched."
    )


@LAYERS.register
class Minimum(Chosen):
    """min(a, b, …)."""

    function = "minimum"
    title = "Minimum"
    url = DOCS + "minimum.html"
    synonyms = ("smallest of several", "bound", "both")
    help = (
        "Keeps at each place the smallest value of all inputs, such as the more careful of two estimates. The gradient "
        "goes to that one alone. Shapes must be equal; a size of 1 is stretched."
    )


@LAYERS.register
class Average(Elementwise):
    """(a + b + …)/n."""

    sign = "+"
    title = "Average"
    url = DOCS + "add.html"
    synonyms = ("mean of several", "ensemble", "blend")
    help = (
        "The mean of all inputs at each place: an ensemble of branches whose size does not grow with their number, as "
        "that of a sum would. Shapes must be equal; a size of 1 is stretched."
    )

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return tuple(given._replace(dtype="float") for given in super().infer(inputs))

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"({super().forward(name, arguments, inputs)}) / {len(arguments)}"


@LAYERS.register
class Gate(Elementwise):
    """x·sigmoid(g)."""

    keeps = ("first",)
    sign = "*"
    accepts = "float"
    inputs = (Port("input"), Port("gate"))
    title = "Gate"
    url = DOCS + "sigmoid.html"
    synonyms = ("sigmoid gate", "highway", "attention gate")
    help = (
        "Multiplies the first input by the sigmoid of the second: 0 closes, 1 lets pass. The gates of squeeze and "
        "excitation, of highway networks and of attention U-Net. Shapes must be equal; a size of 1 is stretched."
    )

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return batch * bytes_of(inputs[1])

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        return (f"_gate = torch.sigmoid({arguments[1]})", f"{targets[0]} = {arguments[0]} * _gate")


@LAYERS.register
class Stack(Merge):
    """Inputs laid on one another along a new dimension."""

    title = "Stack"
    url = DOCS + "stack.html"
    synonyms = ("new dimension", "pile", "join")
    help = (
        "Lays its inputs on one another along a new dimension, in the order of the wires; all shapes must be equal. "
        "Concat joins along a dimension that is there already."
    )
    dim = Int(1, minimum=-8, maximum=8, label="Dimension", help=(
        "Place of the new dimension, counted with the batch as 0: 1 is in front, -1 behind all others."
    ))  # fmt: skip

    def merge(self, inputs: tuple[TensorType, ...]) -> Shape:
        first = inputs[0].shape
        other = next((given.shape for given in inputs if given.shape != first), None)
        if other is not None:
            raise ShapeError(
                f"Stack needs equal shapes: {brief(first)} and {brief(other)}.",
                expected=times(first),
                found=times(other),
            )
        place = check_dimension(self.kind, self.dim, TensorType((*first, len(inputs)))) - 1
        return (*first[:place], len(inputs), *first[place:])

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"torch.stack(({', '.join(arguments)}), dim={self.dim})"

    def summary(self) -> str:
        return f"dim {self.dim}"
