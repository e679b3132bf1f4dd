"""Where data enters and leaves a network."""

from __future__ import annotations

from typing import ClassVar

from models.basics.text import counted
from models.kinds.arithmetic import settings
from models.kinds.layer import LAYERS, Layer, TensorType, brief
from models.specs.fields import Choice, Dims, Float
from models.specs.spec import SpecOf
from models.training.losses import LOSSES


@LAYERS.register
class Input(Layer):
    """The examples, as they come from the data."""

    family = "Input / Output"
    inputs = ()
    is_input = True
    title = "Input"
    url = "https://docs.pytorch.org/docs/stable/tensors.html"
    synonyms = ("data", "start", "source", "image", "features", "placeholder")
    help = (
        "Where examples enter the network. The shape is that of one example: 3×32×32 for a color image of 32 by 32, "
        "784 for a vector, 100×8 for 100 steps of 8 measurements. The batch comes in front by itself."
    )
    shape = Dims((3, 32, 32), role="size", help="Sizes of one example, without the batch: 3×32×32.")
    dtype = Choice("float", ("float", "int"), label="Numbers", help="“int” is for integers such as token IDs.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return (TensorType(self.shape, self.dtype),)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return name.removeprefix("self.")

    def summary(self) -> str:
        if self.dtype == "int":
            return settings(f"integers · {brief(self.shape)}")
        match self.shape:
            case (features,):
                return counted(features, "feature")
            case (steps, features):
                return settings(counted(steps, "step"), counted(features, "feature"))
            case (channels, _, _) | (channels, _, _, _):
                return counted(channels, "channel")
        return ""


@LAYERS.register
class Output(Layer):
    """The end of a path: what the network predicts, and how wrong predictions are measured.

    It has no output port; `output_types` reports what leaves the network there.
    """

    views = True
    family = "Input / Output"
    outputs: ClassVar[tuple[str, ...]] = ()
    is_output = True
    keeps_shape = True
    accepts = ""
    title = "Output"
    url = "https://docs.pytorch.org/docs/stable/nn.html#loss-functions"
    synonyms = ("loss", "end", "sink", "result", "target", "prediction")
    help = (
        "Where predictions leave the network. The loss measures how wrong they are while training: cross-entropy for "
        "classes (it takes raw scores and applies softmax itself), mean squared error for numbers."
    )
    loss = SpecOf(LOSSES, "CrossEntropyLoss", help="How wrong predictions are measured while training.")
    weight = Float(
        1.0,
        minimum=0.0,
        label="Loss weight",
        help="What this loss counts in the sum of all Outputs’ losses, which is what is trained.",
        advanced=True,
    )

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return arguments[0]

    def summary(self) -> str:
        return settings(self.loss.kind, f"weight {self.weight:g}" if self.weight != 1 else "")
