"""Activations along a dimension: softmax and its kin, and gates that halve it.

Formulas: https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-other.
"""

from __future__ import annotations

from models.kinds.arithmetic import check_dimension
from models.kinds.layer import LAYERS, ShapeError, TensorType, Window, brief, call, times
from models.layers.activation import Activation
from models.specs.fields import Int


class SoftmaxLike(Activation):
    """A function along one dimension."""

    keeps = ("output",)
    dim = Int(1, minimum=-8, maximum=8, label="Dimension", help=(
        "Dimension whose values compete, counted with the batch as 0: 1 is classes or channels, -1 the last one."
    ))  # fmt: skip

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        check_dimension(self.kind, self.dim, inputs[0])
        return inputs[:1]

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        over_channels = check_dimension(self.kind, self.dim, inputs[0]) == 1
        return Window((1,), (1,), (1,)) if over_channels else None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", dim=self.dim)

    def summary(self) -> str:
        return f"dim {self.dim}"


@LAYERS.register
class Softmax(SoftmaxLike):
    """exp(x)/Σ exp(x) along a dimension."""

    nonnegative = True
    applies = "softmax"
    title = "Softmax"
    synonyms = ("probabilities", "normalized exponential", "classes", "activation")
    help = (
        "Turns the scores along one dimension into probabilities that add up to 1. Not needed before cross-entropy, "
        "which applies it itself: put it in the network only to read probabilities."
    )


@LAYERS.register
class LogSoftmax(SoftmaxLike):
    """log(softmax(x)) along a dimension."""

    applies = "log-softmax"
    title = "Logarithm of softmax"
    synonyms = ("log probabilities", "classes", "NLL", "activation")
    help = "The logarithm of softmax, computed without loss of precision. Goes with the negative log-likelihood loss."


@LAYERS.register
class Softmin(SoftmaxLike):
    """softmax(−x) along a dimension."""

    nonnegative = True
    title = "Softmin"
    synonyms = ("distances", "probabilities", "activation")
    help = "Softmax of the negated scores: the smallest value gets the largest probability. Useful with distances."


@LAYERS.register
class GLU(Activation):
    """a·sigmoid(b), with a and b the halves along a dimension."""

    title = "Gated linear unit"
    synonyms = ("gate", "gated", "activation")
    keeps_shape = False
    help = "Splits a dimension into two halves and multiplies the first by the sigmoid of the second, its gate."
    dim = Int(-1, minimum=-8, maximum=8, label="Dimension", help="Dimension to split, counted with the batch as 0.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        place = check_dimension(self.kind, self.dim, inputs[0]) - 1
        if shape[place] % 2:
            raise ShapeError(
                f"GLU splits a dimension in half, but {shape[place]} is odd in {brief(shape)}.",
                expected="an even size",
                found=times(shape),
            )
        return (TensorType((*shape[:place], shape[place] // 2, *shape[place + 1 :])),)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        over_channels = check_dimension(self.kind, self.dim, inputs[0]) == 1
        return Window((1,), (1,), (1,)) if over_channels else None

    def summary(self) -> str:
        return f"dim {self.dim}"
