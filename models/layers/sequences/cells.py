"""Recurrent cells: one step of a recurrent layer, with the state on ports of its own.

Formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTMCell.html and the pages of the other kinds.
"""

from __future__ import annotations

from typing import ClassVar

from models.basics.text import counted
from models.kinds.arithmetic import require_channels, settings
from models.kinds.explain import multiply_adds, parameters, steps
from models.kinds.layer import (
    FLOAT,
    LAYERS,
    Formula,
    Layer,
    Port,
    ShapeError,
    TensorType,
    Weight,
    Window,
    brief,
    call,
    changed,
    times,
)
from models.specs.fields import Bool, Choice, Int


class Cell(Layer):
    """A new state from an input and the state before, which is 0 where its port is free."""

    family = "Recurrent"
    keeps: ClassVar[tuple[str, ...]] = ("inputs",)
    values_between: ClassVar[int] = 0
    """What is kept of the gates, as multiples of the hidden size."""
    inputs: ClassVar[tuple[Port, ...]] = (Port("input"), Port("hx", optional=True))
    gates: ClassVar[int] = 1
    """How many weight matrices of the hidden size it has, stacked."""

    hidden_size = Int(64, minimum=1, label="Hidden size", role="channels", help="Length of the state.")
    bias = Bool(True, advanced=True, help="Adds learned numbers in every gate.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        require_channels(self.kind, inputs[0], 0)
        state = TensorType((self.hidden_size,))
        for port, given in zip(self.inputs[1:], inputs[1:], strict=False):
            if given.shape != state.shape:
                raise ShapeError(
                    f"The state {port.name} has {self.hidden_size}, but it receives {brief(given.shape)}.",
                    expected=str(self.hidden_size),
                    found=times(given.shape),
                    port=port.name,
                )
        return (state,) * len(self.outputs)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        rows = self.gates * self.hidden_size
        matrices = Weight("weight_ih", (rows, inputs[0].shape[0])), Weight("weight_hh", (rows, self.hidden_size))
        return (*matrices, Weight("bias_ih", (rows,)), Weight("bias_hh", (rows,))) if self.bias else matrices

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        begins = len(inputs) == 1  # with a state of zeros, which is kept as well
        return FLOAT * batch * self.hidden_size * (self.values_between + begins)

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        return 1 + self.gates

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return self.gates * self.hidden_size * (inputs[0].shape[0] + self.hidden_size)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = changed(self, but=("hidden_size",))
        return call(f"nn.{self.kind}", inputs[0].shape[0], self.hidden_size, **others)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        hidden = (self.hidden_size, "channels")
        front = (*((f"{self.gates}·",) if self.gates > 1 else ()), hidden, "·(", (inputs[0].shape[0], "size"))
        gates = "A matrix" if self.gates == 1 else f"{self.gates} gates"
        note = f"{gates} for the input and the state" + (", with two biases each." if self.bias else ".")
        biases = (" + 2",) if self.bias else ()
        return (
            *parameters(self.weights(inputs), steps(*front, " + ", hidden, *biases, ")"), note),
            *multiply_adds(self.multiply_adds(inputs, outputs), steps(*front, " + ", hidden, ")"), "One step."),
        )

    def summary(self) -> str:
        return settings(counted(self.hidden_size, "unit"))


_TAKES = (
    "Takes features and the state before (0 where the port is free) and gives the state after: draw steps out one by "
    "one, with cells that share their weights."
)


@LAYERS.register
class RNNCell(Cell):
    """h′ = tanh(W·x + b + U·h + c)."""

    keeps = ("inputs", "output")
    title = "Recurrent cell"
    synonyms = ("Elman", "one step", "unrolled RNN")
    help = "One step of a recurrent layer: a mix of input and state. " + _TAKES
    nonlinearity = Choice("tanh", ("tanh", "relu"), help="Function applied to the state.")


@LAYERS.register
class LSTMCell(Cell):
    """A state and a memory cell, guarded by input, forget and output gates."""

    gates, values_between = 4, 5
    inputs = (Port("input"), Port("hx", optional=True), Port("cx", optional=True))
    outputs = ("output", "c_1")
    title = "Long short-term memory cell"
    synonyms = ("LSTM step", "memory", "unrolled LSTM")
    help = "One step of an LSTM, with the memory cell on a port of its own. " + _TAKES

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if len(inputs) == 2:
            raise ShapeError(
                "LSTMCell needs both hx and cx, or neither: with hx alone it has no memory.",
                expected="a wire at cx, too",
                found="hx alone",
                port="cx",
            )
        return super().infer(inputs)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        first, *states = arguments
        return f"{name}({first}, ({', '.join(states)}))" if states else f"{name}({first})"


@LAYERS.register
class GRUCell(Cell):
    """A state guarded by reset and update gates."""

    gates, values_between = 3, 6
    title = "Gated recurrent cell"
    synonyms = ("GRU step", "gated", "unrolled GRU")
    help = "One step of a GRU. " + _TAKES
