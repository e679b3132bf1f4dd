"""What PyTorch code does and no layer does, as a card that keeps the code.

See https://docs.pytorch.org/docs/stable/torch.html for the functions.
"""

from __future__ import annotations

from typing import Any, cast

from models.basics.text import counted, literal
from models.kinds.explain import parameters, product, steps
from models.kinds.layer import LAYERS, Formula, Gain, Layer, Port, ShapeError, TensorType, Weight, Window, brief, times
from models.specs.tensor_code import BATCH, TRAINING, Argument, CodeText, Program, read_code

_DRAWING = ("rand", "drop", "bernoulli", "multinomial", "rrelu", "fractional")
"""Parts of the names of functions that draw numbers."""


class Wired:
    """The inputs of code: its arguments that are wired; on the class that of its default."""

    def __get__(self, layer: Any, owner: type) -> tuple[Port, ...]:
        return (Port("x"),) if layer is None else tuple(Port(value.name) for value in layer.program.values)


@LAYERS.register
class TorchCode(Layer):
    """Whatever its lines say."""

    keeps = ("inputs", "copy")
    family = "Merge / Shape"
    inputs = cast("tuple[Port, ...]", Wired())
    accepts = ""
    has_bias = False
    is_module = False
    title = "PyTorch code"
    url = "https://docs.pytorch.org/docs/stable/torch.html"
    synonyms = ("statements", "custom layer", "opaque", "function", "roll", "einsum")
    help = (
        "A function over tensors in plain PyTorch, for what no other layer does: its inputs, which are its ports, with "
        "their sizes, weights and buffers of its own, and listed functions of torch. Imported networks have such "
        "cards where they call something that Netloom has no layer for. Products of matrices in it are not counted."
    )
    code = CodeText(
        "def roll(x: float[4, 6]) -> float[4, 6]:\n    return torch.roll(x, 1, 2)",
        help="The function: arguments with their sizes without the batch, assignments, and what it returns.",
    )

    @property
    def draws(self) -> bool:
        return any(word in self.code for word in _DRAWING)

    @property
    def program(self) -> Program:
        """The function, read."""
        return read_code(self.code)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        wanted = self.program.values
        for argument, given in zip(wanted, inputs, strict=True):
            if argument.shape != given.shape or argument.role != given.dtype:
                raise ShapeError(
                    f"The code was written for {brief(argument.shape)} in {argument.name:.12}, "
                    f"not {brief(given.shape)}."[:60],
                    expected=times(argument.shape), found=times(given.shape),
                )  # fmt: skip
        result = self.program.result
        return (TensorType(result.shape, result.role),)

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int | None:
        return None if self.program.multiplies else 0

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        held = self.program.held
        names = sorted(each.name for each in held if each.role == "weight")  # as an nn.ParameterDict has them
        shapes = {each.name: each.shape for each in held}
        learned = [Weight(name, shapes[name]) for name in names]
        return (*learned, *(Weight(each.name, each.shape, False) for each in held if each.role != "weight"))

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        learned = [each for each in self.program.held if each.role == "weight"]
        items = ", ".join(f'"{each.name}": {_zeros(each)}' for each in learned)
        if self.program.held:
            return f"nn.ParameterDict({{{items}}})"
        return "nn.Identity()" if self.program.uses(TRAINING) else ""

    @property
    def has_module(self) -> bool:
        return bool(self.program.held) or self.program.uses(TRAINING)

    @property
    def begins_otherwise(self) -> bool:
        return super().begins_otherwise or any(each.role != "weight" for each in self.program.held)

    def begins(self, name: str, inputs: tuple[TensorType, ...], gain: Gain) -> tuple[str, ...]:
        buffers = [each for each in self.program.held if each.role != "weight"]
        made = [f'{name}.register_buffer("{each.name}", {_zeros(each)})' for each in buffers]
        return (*made, *super().begins(name, inputs, gain))

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        program = self.program
        names = {value.name: given for value, given in zip(program.values, arguments, strict=True)}
        names |= {each.name: f"{name}.{each.name}" for each in program.held} | {TRAINING: f"{name}.{TRAINING}"}
        size = (f"_{BATCH} = {arguments[0]}.shape[0]",) if program.uses(BATCH) else ()
        return (*size, *program.statements(names, targets[0]))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        weights = self.weights(inputs)
        learned = [weight for weight in weights if weight.trainable]
        if not learned:
            return ()
        terms = steps(*[term for weight in learned for term in (" + ", *product(weight.shape, "channels"))][1:])
        return parameters(weights, terms)

    def summary(self) -> str:
        return counted(len(self.program.body), "line")


def _zeros(each: Argument) -> str:
    numbers = {"index": ", dtype=torch.int64", "mask": ", dtype=torch.bool"}.get(each.role, "")
    return f"torch.zeros({literal(list(each.shape))}{numbers})"
