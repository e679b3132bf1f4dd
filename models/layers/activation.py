"""Activations: functions of one value at a time, and softmax along a dimension.

Formulas: https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity.
"""

from __future__ import annotations

from typing import ClassVar

from models.basics.text import counted
from models.kinds.arithmetic import settings
from models.kinds.explain import parameters, steps
from models.kinds.layer import (
    LAYERS,
    Formula,
    Gain,
    Layer,
    ShapeError,
    TensorType,
    Weight,
    call,
    changed,
)
from models.specs.fields import Choice, Float, Int


class Activation(Layer):
    """A function applied to every value; the shape stays. Its gain is that of its nearest relative in PyTorch."""

    keeps: ClassVar[tuple[str, ...]] = ("inputs",)
    family = "Activation"
    keeps_shape = True
    nonlinearity = "linear"

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", **changed(self))

    def summary(self) -> str:
        return settings(*(f"{name} {_shown(value)}" for name, value in changed(self).items()))


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


@LAYERS.register
class ReLU(Activation):
    """max(0, x)."""

    keeps = ("output",)
    nonlinearity = "relu"
    rectifies = True
    nonnegative = True
    title = "Rectified linear unit"
    synonyms = ("rectifier", "activation", "nonlinearity")
    help = (
        "Keeps positive values and turns negative ones into 0. Simple, fast, and the usual choice after a convolution "
        "or Linear: without such a bend, stacked layers would be no more than one."
    )


@LAYERS.register
class ReLU6(Activation):
    """min(max(0, x), 6)."""

    nonlinearity = "relu"
    rectifies = True
    nonnegative = True
    title = "ReLU capped at 6"
    synonyms = ("capped rectifier", "MobileNet", "activation")
    help = "ReLU that stops at 6. Bounded values survive low precision, hence its place in networks for phones."


@LAYERS.register
class LeakyReLU(Activation):
    """x for x > 0, slope·x otherwise."""

    nonlinearity = "leaky_relu"
    title = "Leaky ReLU"
    synonyms = ("leaky rectifier", "GAN", "activation")
    help = (
        "ReLU that lets a small part of negative values through, so that no unit falls silent for good. Common in "
        "discriminators of generative networks."
    )
    negative_slope = Float(0.01, help="Slope for negative values.")

    @property
    def gain(self) -> Gain:
        return Gain(self.nonlinearity, self.negative_slope)


@LAYERS.register
class PReLU(Activation):
    """x for x > 0, a·x otherwise, with a learned."""

    nonlinearity = "leaky_relu"
    has_bias = False
    title = "Parametric ReLU"
    synonyms = ("parametric rectifier", "learned slope", "activation")
    help = "Leaky ReLU whose slope for negative values is learned: one for all channels, or one for each channel."
    num_parameters = Int(1, minimum=1, help="1 slope for all, or as many as there are channels.")
    init = Float(0.25, help="Slope to start from.")

    @property
    def gain(self) -> Gain:
        return Gain(self.nonlinearity, self.init)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        channels = inputs[0].shape[0] if inputs[0].shape else 1
        if self.num_parameters not in {1, channels}:
            raise ShapeError(
                f"PReLU has {counted(self.num_parameters, 'slope')}, but the input has {counted(channels, 'channel')}.",
                expected=f"1 or {channels}",
                found=str(self.num_parameters),
            )
        return inputs[:1]

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return (Weight("weight", (self.num_parameters,)),)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        note = "One learned slope for all." if self.num_parameters == 1 else "A learned slope for each channel."
        return parameters(self.weights(inputs), steps(self.num_parameters), note)


@LAYERS.register
class ELU(Activation):
    """x for x > 0, α·(exp(x) − 1) otherwise."""

    nonlinearity = "relu"
    title = "Exponential linear unit"
    synonyms = ("exponential", "activation")
    help = "As ReLU for positive values; negative ones bend smoothly towards −α, which keeps the mean near 0."
    alpha = Float(1.0, help="Value that very negative inputs approach, negated.")


@LAYERS.register
class SELU(Activation):
    """ELU with fixed scale and α."""

    nonlinearity = "selu"
    title = "Scaled ELU"
    synonyms = ("self-normalizing", "activation")
    help = "ELU with constants that keep mean and variance steady through deep stacks of Linear layers."


@LAYERS.register
class CELU(Activation):
    """max(0, x) + min(0, α·(exp(x/α) − 1))."""

    nonlinearity = "relu"
    title = "Continuously differentiable ELU"
    synonyms = ("smooth ELU", "activation")
    help = "ELU whose slope has no jump at 0 for any α."
    alpha = Float(1.0, minimum=0.001, help="Value that very negative inputs approach, negated.")


@LAYERS.register
class GELU(Activation):
    """x·Φ(x), with Φ the distribution function of the normal distribution."""

    nonlinearity = "relu"
    title = "Gaussian error linear unit"
    synonyms = ("BERT", "GPT", "transformer", "activation")
    help = (
        "Weights each value by the probability that a normal variable is smaller: a smooth ReLU that dips slightly "
        "below 0. The usual activation in transformers."
    )
    approximate = Choice("none", ("none", "tanh"), help="“tanh” is a faster approximation.")


@LAYERS.register
class SiLU(Activation):
    """x·sigmoid(x)."""

    nonlinearity = "relu"
    title = "Sigmoid linear unit"
    synonyms = ("swish", "EfficientNet", "activation")
    help = "Each value times its sigmoid, also called swish: smooth, slightly negative below 0, good in deep networks."


@LAYERS.register
class Mish(Activation):
    """x·tanh(softplus(x))."""

    nonlinearity = "relu"
    title = "Mish"
    synonyms = ("YOLO", "smooth", "activation")
    help = "Each value times the tanh of its softplus: a smooth relative of SiLU, found in object detectors."


@LAYERS.register
class Hardswish(Activation):
    """x·relu6(x + 3)/6."""

    nonlinearity = "relu"
    title = "Hard swish"
    synonyms = ("MobileNet", "swish", "activation")
    help = "SiLU drawn with straight lines: almost the same values, much cheaper on phones."


@LAYERS.register
class Sigmoid(Activation):
    """1/(1 + exp(−x))."""

    keeps = ("output",)
    nonlinearity = "sigmoid"
    nonnegative = True
    applies = "sigmoid"
    title = "Sigmoid"
    synonyms = ("logistic", "probability", "gate", "activation")
    help = (
        "Squeezes every value between 0 and 1, such as a probability or a gate. Not needed before binary cross-entropy "
        "with logits, which applies it itself. Gradients fade where values are large."
    )

    @property
    def ends(self) -> tuple[float, float]:
        return 0.0, 1.0


@LAYERS.register
class Hardsigmoid(Activation):
    """relu6(x + 3)/6."""

    nonlinearity = "sigmoid"
    nonnegative = True
    title = "Hard sigmoid"
    synonyms = ("MobileNet", "gate", "activation")
    help = "The sigmoid drawn with three straight lines: cheaper, and exactly 0 and 1 at the ends."

    @property
    def ends(self) -> tuple[float, float]:
        return 0.0, 1.0


@LAYERS.register
class LogSigmoid(Activation):
    """log(1/(1 + exp(−x)))."""

    keeps = ("inputs", "copy")
    nonlinearity = "sigmoid"
    title = "Logarithm of the sigmoid"
    synonyms = ("log probability", "activation")
    help = "The logarithm of the sigmoid, computed so that large values do no harm."


@LAYERS.register
class Tanh(Activation):
    """tanh(x)."""

    keeps = ("output",)
    nonlinearity = "tanh"
    title = "Hyperbolic tangent"
    synonyms = ("LeNet", "recurrent", "activation")
    help = "Squeezes every value between −1 and 1 around a mean of 0. The classic activation of recurrent networks."

    @property
    def ends(self) -> tuple[float, float]:
        return -1.0, 1.0


@LAYERS.register
class Tanhshrink(Activation):
    """x − tanh(x)."""

    keeps = ("copy",)
    title = "Tanh shrinkage"
    synonyms = ("shrinkage", "activation")
    help = "What remains of a value after its tanh is taken away: small values almost vanish, large ones stay."


@LAYERS.register
class Hardtanh(Activation):
    """min(max(x, min_val), max_val)."""

    nonlinearity = "tanh"
    title = "Hard tanh"
    synonyms = ("clip", "clamp", "activation")
    help = "Cuts values off below a lower and above an upper bound and leaves the rest alone."
    min_val = Float(-1.0, label="Lower bound", help="Smaller values become this.")
    max_val = Float(1.0, label="Upper bound", help="Larger values become this.")

    @property
    def ends(self) -> tuple[float, float]:
        return self.min_val, self.max_val

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if self.min_val >= self.max_val:
            raise ShapeError(
                f"The lower bound {self.min_val:g} is not below the upper bound {self.max_val:g}.",
                expected=f"below {self.max_val:g}",
                found=f"{self.min_val:g}",
            )
        return inputs[:1]


@LAYERS.register
class Softplus(Activation):
    """log(1 + exp(β·x))/β."""

    nonlinearity = "relu"
    nonnegative = True
    title = "Softplus"
    synonyms = ("smooth ReLU", "positive", "variance", "activation")
    help = "A smooth ReLU that is always positive: good for outputs such as a variance or a rate."
    beta = Float(1.0, minimum=0.001, help="Sharpness of the bend; large values come close to ReLU.")
    threshold = Float(20.0, minimum=0.0, advanced=True, help="Above this (times beta) the line is taken as straight.")


@LAYERS.register
class Softsign(Activation):
    """x/(1 + |x|)."""

    keeps = ("inputs", "copy")
    nonlinearity = "tanh"
    title = "Softsign"
    synonyms = ("tanh", "activation")
    help = "Squeezes values between −1 and 1 as tanh does, but approaches the ends more slowly."

    @property
    def ends(self) -> tuple[float, float]:
        return -1.0, 1.0


@LAYERS.register
class Softshrink(Activation):
    """x ∓ λ outside ±λ, 0 inside."""

    title = "Soft shrinkage"
    synonyms = ("shrinkage", "sparse", "denoising", "activation")
    help = "Pulls every value towards 0 by λ and turns smaller ones into 0: makes sparse codes."
    lambd = Float(0.5, minimum=0.0, label="Lambda", help="Amount by which values shrink.")


@LAYERS.register
class Hardshrink(Activation):
    """x outside ±λ, 0 inside."""

    title = "Hard shrinkage"
    synonyms = ("shrinkage", "sparse", "threshold", "activation")
    help = "Turns values smaller than λ into 0 and leaves the others alone."
    lambd = Float(0.5, minimum=0.0, label="Lambda", help="Values up to this become 0.")


@LAYERS.register
class Identity(Activation):
    """x."""

    keeps = ()
    views = True
    nonlinearity = ""
    keeps_values = True
    title = "Identity"
    synonyms = ("nothing", "pass through", "no-op", "placeholder")
    accepts = ""
    help = "Passes its input on unchanged: a placeholder for a layer to come, or a place to read values."
