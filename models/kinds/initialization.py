"""How weights begin: the functions of `torch.nn.init`, as specs, beside what a module does by itself.

Kinds carry the names of those functions in capitals, settings their arguments and defaults:
https://docs.pytorch.org/docs/stable/nn.init.html.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from models.basics.text import literal
from models.specs.fields import Choice, Float
from models.specs.spec import Registry, Spec

FOLLOWING = "following"
"""The gain of the activation that follows the layer."""


class Gain(NamedTuple):
    """What `torch.nn.init.calculate_gain` is told of an activation: its word for it, and the slope below 0."""

    nonlinearity: str = "linear"
    slope: float = 0.0


class Initialization(Spec):
    """Base of them: each writes the statement that gives a weight its first values."""

    function: ClassVar[str] = ""
    """What is called: ``nn.init.<function>``; "" where the module's own values stay."""
    fewest_dims: ClassVar[int] = 0
    """Dimensions that a weight must have: those of matrices have a number of inputs and of outputs."""
    url = "https://docs.pytorch.org/docs/stable/nn.init.html"

    def statement(self, weight: str, gain: Gain) -> str:
        """The call as source; ``gain`` is that of the activation behind the layer."""
        settings = [f"{name}={literal(value)}" for name, value in self.arguments(gain).items()]
        return f"nn.init.{self.function}({', '.join((weight, *settings))})"

    def arguments(self, gain: Gain) -> dict[str, object]:
        """The arguments behind the weight: the settings that differ from PyTorch's defaults."""
        return dict(self.settings())

    def objection(self) -> str:
        """Why its settings cannot be, as a sentence; "" if they can."""
        return ""


INITIALIZATIONS: Registry[Initialization] = Registry("initialization")
BIAS_INITIALIZATIONS: Registry[Initialization] = Registry("initialization of biases")


def _for_biases_too(kind: type[Initialization]) -> type[Initialization]:
    """Class decorator: offer a kind for weights and for biases."""
    return BIAS_INITIALIZATIONS.register(INITIALIZATIONS.register(kind))


@_for_biases_too
class Default(Initialization):
    """What the module does when it is made."""

    title = "PyTorch’s own"
    help = "As the module begins by itself in PyTorch: each kind has a way of its own."


@_for_biases_too
class Zeros(Initialization):
    """0."""

    function = "zeros_"
    title = "Zeros"
    help = "All 0. For weights that makes all units alike, and they stay so; the last layer of a branch may begin so."


@_for_biases_too
class Ones(Initialization):
    """1."""

    function = "ones_"
    title = "Ones"
    help = "All 1."


@_for_biases_too
class Constant(Initialization):
    """One number for all."""

    function = "constant_"
    title = "One number"
    help = "The same number everywhere, such as a bias of 1 for the forget gates of an LSTM."
    val = Float(0.0, label="Value", help="What every number begins as.")

    def arguments(self, gain: Gain) -> dict[str, object]:
        return {"val": self.val}


@_for_biases_too
class Normal(Initialization):
    """N(mean, std²)."""

    function = "normal_"
    title = "Normal"
    help = "Drawn from a normal distribution."
    mean = Float(0.0, help="Middle of the distribution.")
    std = Float(1.0, minimum=0.0, label="Standard deviation", help="How far values lie from the mean; 0.02 in GPT-2.")


@_for_biases_too
class Uniform(Initialization):
    """U(a, b)."""

    function = "uniform_"
    title = "Uniform"
    help = "Drawn evenly between two bounds."
    a = Float(0.0, label="Lower bound", help="The smallest value.")
    b = Float(1.0, label="Upper bound", help="The largest value.")

    def objection(self) -> str:
        return "" if self.a <= self.b else f"The lower bound {self.a:g} is above the upper bound {self.b:g}."


@_for_biases_too
class TruncatedNormal(Uniform):
    """N(mean, std²) between two bounds."""

    function = "trunc_normal_"
    title = "Truncated normal"
    help = "Drawn from a normal distribution, but anew where a value lies outside of the bounds, as in ViT."
    mean = Float(0.0, help="Middle of the distribution.")
    std = Float(1.0, above=0.0, label="Standard deviation", help="How far values lie from the mean; 0.02 in ViT.")
    a = Float(-2.0, label="Lower bound", help="The smallest value.")
    b = Float(2.0, label="Upper bound", help="The largest value.")

    def objection(self) -> str:
        return super().objection() if self.a != self.b else f"There is nothing between {self.a:g} and {self.b:g}."


class Xavier(Initialization):
    """Spread 2 / (inputs + outputs), times the gain squared (Glorot and Bengio 2010)."""

    fewest_dims = 2
    gain = Float(1.0, above=0.0, help="The spread is multiplied by it: 1 for tanh-like and linear layers.")


@INITIALIZATIONS.register
class XavierUniform(Xavier):
    """See `Xavier`."""

    function = "xavier_uniform_"
    title = "Xavier, uniform"
    help = "Spread by the mean of inputs and outputs, so that values and gradients keep their size. Also Glorot."


@INITIALIZATIONS.register
class XavierNormal(Xavier):
    """See `Xavier`."""

    function = "xavier_normal_"
    title = "Xavier, normal"
    help = "As XavierUniform, drawn from a normal distribution. Also called Glorot."


class Kaiming(Initialization):
    """Variance gain² / inputs, or outputs (He et al. 2015)."""

    fewest_dims = 2
    mode = Choice("fan_in", ("fan_in", "fan_out"), help="fan_in keeps the size of values, fan_out that of gradients.")
    nonlinearity = Choice(
        FOLLOWING,
        (FOLLOWING, "relu", "leaky_relu", "tanh", "sigmoid", "selu", "linear"),
        help="Activation whose gain is taken: that which follows the layer, or one of these.",
    )

    def arguments(self, gain: Gain) -> dict[str, object]:
        if self.nonlinearity != FOLLOWING:
            gain = Gain(str(self.nonlinearity), 0.01 if self.nonlinearity == "leaky_relu" else 0.0)
        found: dict[str, object] = {"a": gain.slope} if gain.nonlinearity == "leaky_relu" else {}
        found |= {"mode": self.mode} if self.mode != "fan_in" else {}
        return found | ({"nonlinearity": gain.nonlinearity} if gain.nonlinearity != "leaky_relu" else {})


@INITIALIZATIONS.register
class KaimingUniform(Kaiming):
    """See `Kaiming`."""

    function = "kaiming_uniform_"
    title = "Kaiming, uniform"
    help = "Spread by the inputs and the gain of the activation behind: made for ReLU and its kin. Also called He."


@INITIALIZATIONS.register
class KaimingNormal(Kaiming):
    """See `Kaiming`."""

    function = "kaiming_normal_"
    title = "Kaiming, normal"
    help = "As KaimingUniform, drawn from a normal distribution. Also called He."


@INITIALIZATIONS.register
class Orthogonal(Initialization):
    """A random orthogonal matrix (Saxe et al. 2013)."""

    function = "orthogonal_"
    fewest_dims = 2
    title = "Orthogonal"
    help = "Rows that stand upright on one another, so that lengths are kept: for deep and for recurrent networks."
    gain = Float(1.0, above=0.0, help="All values are multiplied by it.")
