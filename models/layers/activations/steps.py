"""Activations with a jump, or with a slope that is drawn.

Formulas: https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity.
"""

from __future__ import annotations

from models.kinds.arithmetic import require_channels, settings
from models.kinds.layer import LAYERS, Gain, Layer, ShapeError, TensorType, call
from models.layers.activation import Activation
from models.specs.fields import Float


@LAYERS.register
class Threshold(Activation):
    """x above a threshold, a fixed value otherwise."""

    title = "Threshold"
    synonyms = ("cut off", "jump", "activation")
    help = "Leaves values above a threshold alone and puts a fixed value in place of all others. No gradient there."
    threshold = Float(0.0, help="Values up to this one are replaced.")
    value = Float(0.0, help="What they become.")

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call("nn.Threshold", self.threshold, self.value)

    def summary(self) -> str:
        return settings(f"{self.value:g} up to {self.threshold:g}")


@LAYERS.register
class RReLU(Activation):
    """x above 0, below with a slope that is drawn while training."""

    keeps = ("inputs", "copy")
    nonlinearity = "leaky_relu"
    title = "Randomized ReLU"
    synonyms = ("random slope", "leaky", "activation")
    help = (
        "Leaky ReLU whose slope for negative values is drawn anew each time while training, and is the middle of its "
        "bounds afterwards: a mild regularization."
    )
    lower = Float(1 / 8, minimum=0.0, maximum=1.0, label="Lower bound", help="Smallest slope below 0.")
    upper = Float(1 / 3, minimum=0.0, maximum=1.0, label="Upper bound", help="Largest slope below 0.")

    @property
    def draws(self) -> bool:
        return self.lower < self.upper

    @property
    def gain(self) -> Gain:
        return Gain(self.nonlinearity, (self.lower + self.upper) / 2)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if self.lower > self.upper:
            raise ShapeError(
                f"The lower slope {self.lower:g} is above the upper one {self.upper:g}.",
                expected=f"at most {self.upper:g}",
                found=f"{self.lower:g}",
            )
        return inputs[:1]


@LAYERS.register
class Heaviside(Layer):
    """1 above 0, else 0."""

    keeps = ("output",)
    family = "Activation"
    keeps_shape = True
    nonnegative = True
    rectifies = True
    flat = True
    title = "Step function"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.heaviside.html"
    synonyms = ("step", "perceptron", "binary", "threshold unit")
    help = (
        "1 for values above 0, else 0: the perceptron's decision. It has no gradient, so nothing before it learns; to "
        "train such a network, put Sigmoid in its place."
    )

    @property
    def ends(self) -> tuple[float, float]:
        return 0.0, 1.0

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"torch.relu({arguments[0]}.sign())"


@LAYERS.register
class Softmax2d(Activation):
    """exp(x)/Σ exp(x) over the channels of an image."""

    keeps = ("output",)
    nonnegative = True
    applies = "softmax"
    title = "Softmax over channels"
    synonyms = ("pixel classes", "segmentation", "probabilities", "activation")
    help = (
        "Softmax over the channels at every place of an image: probabilities of the classes of each pixel. Not needed "
        "before cross-entropy, which applies it itself. Takes channels×height×width."
    )

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        require_channels(self.kind, inputs[0], 2)
        return inputs[:1]
