"""Recurrent layers over sequences of features; the batch comes first everywhere, states included.

Formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html. Multiply-adds count the matrix products of
every step and leave out the gates' elementwise work, which is smaller by a factor of the hidden size.
"""

from __future__ import annotations

from math import ceil
from typing import ClassVar

from models.kinds.arithmetic import require_sequence, settings
from models.kinds.explain import Steps, multiply_adds, parameters, steps
from models.kinds.layer import FLOAT, LAYERS, Formula, Layer, TensorType, Weight, Window, batch_first, call, changed
from models.specs.fields import Bool, Choice, Float, Int


class Recurrent(Layer):
    """A cell that reads a sequence step by step and carries a state along."""

    family = "Recurrent"
    outputs: ClassVar[tuple[str, ...]] = ("output", "h_n")
    gates: ClassVar[int] = 1
    """How many weight matrices of the hidden size the cell has, stacked."""

    hidden_size = Int(64, minimum=1, label="Hidden size", role="channels", help="Length of the state.")
    num_layers = Int(1, minimum=1, maximum=1024, label="Layers", help="Cells stacked on one another.")
    bias = Bool(True, advanced=True, help="Adds learned numbers in every gate.")
    dropout = Float(0.0, minimum=0.0, maximum=1.0, help="Dropout between stacked layers; needs two or more.")
    bidirectional = Bool(False, help="Read the sequence backward, too; the output has both states side by side.")

    @property
    def directions(self) -> int:
        """2 if the sequence is read both ways."""
        return 2 if self.bidirectional else 1

    @property
    def draws(self) -> bool:
        return self.dropout > 0 and self.num_layers > 1

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        require_sequence(self.kind, inputs[0])
        state = TensorType((self.num_layers * self.directions, self.hidden_size))
        output = TensorType((inputs[0].shape[0], self.directions * self.hidden_size))
        return (output, *[state] * (len(self.outputs) - 1))

    def widths(self, features: int) -> list[int]:
        """The input features of each stacked layer."""
        return [features] + [self.directions * self.hidden_size] * (self.num_layers - 1)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        rows = self.gates * self.hidden_size
        weights = []
        for layer, width in enumerate(self.widths(inputs[0].shape[1])):
            for end in ("", "_reverse")[: self.directions]:
                weights.append(Weight(f"weight_ih_l{layer}{end}", (rows, width)))
                weights.append(Weight(f"weight_hh_l{layer}{end}", (rows, self.hidden_size)))
                if self.bias:
                    weights += [Weight(f"bias_{part}_l{layer}{end}", (rows,)) for part in ("ih", "hh")]
        return tuple(weights)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        """Of each direction of each layer its steps; a copy of the input with steps first, and what layers hand on."""
        length, features = inputs[0].shape
        copies = self.directions if length > 1 and not self.fused else 1
        between = (self.num_layers - 1) * length * self.directions * self.hidden_size
        handed = between * ((not self.fused or self.directions > 1 or self.dropout > 0) + (0.0 < self.dropout < 1.0))
        steps = sum(self.directions * self.kept_in(length, width, batch) for width in self.widths(features))
        return FLOAT * batch * (length * features * copies + handed) + steps

    fused: ClassVar[bool] = False
    """Whether all steps of a layer are one call of a kernel."""

    def kept_in(self, length: int, width: int, batch: int) -> int:
        """Bytes that one direction of one layer keeps of its own."""
        raise NotImplementedError

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        return self.directions * self.num_layers * inputs[0].shape[0] * (1 if self.fused else 1 + self.gates)

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        length, features = inputs[0].shape
        rows = self.gates * self.hidden_size
        step = sum(rows * (width + self.hidden_size) for width in self.widths(features))
        return length * self.directions * step

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        # Between a single layer and nothing there is no dropout; PyTorch would warn about it.
        others = changed(self, but=("hidden_size", *(("dropout",) if self.num_layers == 1 else ())))
        others = batch_first(others, ("num_layers", "nonlinearity", "bias"))
        return call(f"nn.{self.kind}", inputs[0].shape[1], self.hidden_size, **others)

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        """``x, (h, _) = self.lstm1(x)``, then states with the batch first: PyTorch gives them layers first."""
        output, *states = (target or "_" for target in targets)
        state = states[0] if len(states) == 1 else f"({', '.join(states)})" if any(targets[1:]) else "_"
        first = f"{output}, {state} = {self.forward(name, arguments, inputs)}"
        return (first, *(f"{target} = {target}.transpose(0, 1)" for target in targets[1:] if target))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        length, features = inputs[0].shape
        gates = "a matrix" if self.gates == 1 else f"{self.gates} gates"
        note = f"In each direction of each layer, {gates} for the input and the state"
        note += ", with two biases each." if self.bias else "."
        counted = parameters(self.weights(inputs), self._terms(features, 2 if self.bias else 0), note)
        cost = steps(length, " · (", *((step.text, step.role) for step in self._terms(features, 0)), ")")
        return (
            *counted,
            *multiply_adds(self.multiply_adds(inputs, outputs), cost, "The matrix products of every step."),
        )

    def _terms(self, features: int, biases: int) -> Steps:
        """Σ over layers of directions · gates · hidden · (width + hidden + biases)."""
        hidden = (self.hidden_size, "channels")
        front = (
            *((f"{self.directions}·",) if self.bidirectional else ()),
            *((f"{self.gates}·",) if self.gates > 1 else ()),
        )
        tail = (f" + {biases})",) if biases else (")",)
        terms: list[str | int | tuple[int | str, str]] = [
            *front,
            hidden,
            "·(",
            (features, "size"),
            " + ",
            hidden,
            *tail,
        ]
        if self.num_layers > 1:
            count = (f"{self.num_layers - 1}·",) if self.num_layers > 2 else ()
            width = (self.directions * self.hidden_size, "channels")
            terms += [" + ", *count, *front, hidden, "·(", width, " + ", hidden, *tail]
        return steps(*terms)

    def summary(self) -> str:
        return settings(
            str(self.hidden_size),
            f"{self.num_layers} layers" if self.num_layers > 1 else "",
            "both ways" if self.bidirectional else "",
            f"p {self.dropout:.4g}" if self.dropout else "",
        )


_PAGE = 4096


def _row(numbers: int) -> int:
    """The numbers of a row as oneDNN lays it out (`get_good_ld` in its src/cpu/rnn/rnn_utils.cpp)."""
    whole = ceil(numbers / 16) * 16
    return whole + 16 if whole % 256 == 0 else whole


def _pages(numbers: int) -> int:
    """The bytes of whole pages of memory for so many numbers."""
    return ceil(FLOAT * numbers / _PAGE) * _PAGE


_TAKES = "Takes steps×features; gives the state at every step and, on a port of its own, the last state of each layer."


@LAYERS.register
class RNN(Recurrent):
    """hₜ = tanh(W·xₜ + b + U·hₜ₋₁ + c)."""

    title = "Recurrent layer"
    synonyms = ("recurrent", "Elman", "sequence", "time series", "vanilla RNN")
    help = (
        "Reads a sequence step by step and mixes each step with a state carried along. Simple, but its memory fades "
        "quickly: LSTM and GRU remember longer. " + _TAKES
    )
    nonlinearity = Choice("tanh", ("tanh", "relu"), help="Function applied to the state at every step.")

    def kept_in(self, length: int, width: int, batch: int) -> int:
        return FLOAT * batch * self.hidden_size * (length + 1)  # all states


@LAYERS.register
class LSTM(Recurrent):
    """A state and a cell, guarded by input, forget and output gates."""

    gates = 4
    fused = True
    outputs = ("output", "h_n", "c_n")
    title = "Long short-term memory"
    synonyms = ("recurrent", "sequence", "time series", "text", "memory", "bidirectional", "BiLSTM")
    help = (
        "Reads a sequence step by step. Gates decide what enters its memory cell, what stays and what is shown, so "
        "that it can remember over hundreds of steps. The classic for text, sound and sensor data. " + _TAKES
    )

    def kept_in(self, length: int, width: int, batch: int) -> int:
        # First and last state and cell, all states; and the workspace of oneDNN: gates, states, cells and gradients.
        hidden, steps = self.hidden_size, 2 * (length + 1) * batch
        rooms = [length * batch * _row(4 * hidden), length * batch * _row(hidden)]
        rooms += [steps * _row(max(width, hidden))] * 3 + [steps * hidden] * 2
        return FLOAT * batch * hidden * (4 + length) + sum(map(_pages, rooms))


@LAYERS.register
class GRU(Recurrent):
    """A state guarded by reset and update gates."""

    gates = 3
    title = "Gated recurrent unit"
    synonyms = ("recurrent", "sequence", "time series", "text", "memory", "gated", "BiGRU")
    help = (
        "Reads a sequence step by step with two gates that decide what to forget and what to take in. As good as LSTM "
        "on many tasks with a quarter fewer weights. " + _TAKES
    )

    def kept_in(self, length: int, width: int, batch: int) -> int:
        return FLOAT * batch * self.hidden_size * 7 * length  # three gates, their four parts and the state before
