"""Single tensors that are learned or fixed: scales, tokens, weights without a layer around them.

They are parameters of an `nn.ParameterDict`, so that their names follow the layer's: ``scale1.weight``.
https://docs.pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html
"""

from __future__ import annotations

from math import prod

from models.basics.text import literal
from models.kinds.arithmetic import check_dimension, require_sequence, settings
from models.kinds.explain import parameters, product, steps
from models.kinds.layer import LAYERS, Formula, Layer, Shape, ShapeError, TensorType, Weight, Window, brief
from models.specs.fields import Dims, Float, Int

URL = "https://docs.pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html"


class Tensor(Layer):
    """A learned tensor, which the statement of the layer reads."""

    has_bias = False
    is_module = False

    def shape_of(self, inputs: tuple[TensorType, ...]) -> Shape:
        """The shape of the learned tensor."""
        raise NotImplementedError

    def first_values(self) -> str:
        """The function that makes its first values, with all arguments but the shape: ``torch.zeros(%s)``."""
        return "torch.zeros(%s)"

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return (Weight("weight", self.shape_of(inputs)),)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        values = self.first_values() % literal(list(self.shape_of(inputs)))
        return f'nn.ParameterDict({{"weight": {values}}})'

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        return parameters(self.weights(inputs), steps(*product(self.shape_of(inputs), "channels")))


@LAYERS.register
class LayerScale(Tensor):
    """γ·x with a learned γ for each channel."""

    keeps = ("inputs",)
    family = "Normalization"
    keeps_shape = True
    title = "Layer scale"
    url = URL
    synonyms = ("learned scale", "ConvNeXt", "CaiT", "gamma")
    help = (
        "Multiplies each channel by a learned number that begins small, so that the branches of a deep residual "
        "network hardly count at first. ConvNeXt and CaiT train with it."
    )
    dim = Int(1, minimum=-8, maximum=8, label="Dimension", help="Dimension with a scale each, with the batch as 0.")
    init_values = Float(1e-5, label="First value", help="What every scale begins as.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        check_dimension(self.kind, self.dim, inputs[0])
        return inputs[:1]

    def shape_of(self, inputs: tuple[TensorType, ...]) -> Shape:
        shape = inputs[0].shape
        place = check_dimension(self.kind, self.dim, inputs[0]) - 1
        return (shape[place], *(1,) * (len(shape) - place - 1))

    def first_values(self) -> str:
        return f"torch.full(%s, {self.init_values!r})"

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]} * {name}.weight"

    def summary(self) -> str:
        return settings(f"dim {self.dim}" if self.dim != 1 else "", f"from {self.init_values:g}")


@LAYERS.register
class ClassToken(Tensor):
    """A learned step before all others."""

    family = "Attention"
    title = "Class token"
    url = URL
    synonyms = ("CLS", "ViT", "summary token", "prefix")
    help = (
        "Puts learned steps before all others: attention gathers there what the answer needs, and Select with index 0 "
        "reads it at the end. BERT and ViT answer so. Takes steps×features."
    )
    tokens = Int(1, minimum=1, maximum=65_536, help="Learned steps, usually one; several are registers or prompts.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        require_sequence(self.kind, inputs[0])
        length, width = inputs[0].shape
        return (TensorType((length + self.tokens, width)),)

    def shape_of(self, inputs: tuple[TensorType, ...]) -> Shape:
        return (self.tokens, inputs[0].shape[1])

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        x = arguments[0]
        return (
            f"_tokens = {name}.weight.expand({x}.shape[0], -1, -1)",
            f"{targets[0]} = torch.cat((_tokens, {x}), dim=1)",
        )

    def summary(self) -> str:
        return f"{self.tokens} tokens" if self.tokens > 1 else ""


@LAYERS.register
class LearnedPositions(Tensor):
    """x + a learned vector for each step."""

    family = "Attention"
    keeps_shape = True
    title = "Learned positions"
    url = URL
    synonyms = ("positional encoding", "position embedding", "BERT", "ViT")
    help = (
        "Adds a learned vector to each step, so that attention, which sees a set, can tell first from last. As many "
        "steps as the input has: no others can come later. Takes steps×features, or any other shape."
    )
    std = Float(0.02, minimum=0.0, label="First spread", help="Standard deviation of the first values.")

    def shape_of(self, inputs: tuple[TensorType, ...]) -> Shape:
        return inputs[0].shape

    def first_values(self) -> str:
        return f"{self.std!r} * torch.randn(%s)"

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return Window((1,), (1,), (1,))

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]} + {name}.weight"


@LAYERS.register
class LearnedTensor(Tensor):
    """A learned tensor for every example."""

    family = "Linear"
    accepts = ""
    title = "Learned parameter"
    url = URL
    synonyms = ("nn.Parameter", "queries", "free weights")
    help = (
        "A learned tensor of a shape that you give, the same for every example: the queries of a decoder, a bias that "
        "no layer has. Its input only tells how many examples there are."
    )
    shape = Dims((1,), minimum=1, shortest=1, role="channels", help="Sizes without the batch.")
    std = Float(0.02, minimum=0.0, label="First spread", help="Standard deviation of the first values.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return (TensorType(self.shape),)

    def shape_of(self, inputs: tuple[TensorType, ...]) -> Shape:
        return self.shape

    def first_values(self) -> str:
        return f"{self.std!r} * torch.randn(%s)"

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        sizes = ", ".join(["-1"] * len(self.shape))
        return f"{name}.weight.expand({arguments[0]}.shape[0], {sizes})"

    def summary(self) -> str:
        return brief(self.shape)


@LAYERS.register
class Full(Layer):
    """One number everywhere."""

    family = "Merge / Shape"
    accepts = ""
    title = "Constant tensor"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.full.html"
    synonyms = ("fixed value", "fill", "ones", "zeros")
    help = (
        "The same number everywhere in a tensor of a shape that you give, for every example: the 1 of 1 − x, an empty "
        "first state. Its input only tells how many examples there are."
    )
    shape = Dims((1,), minimum=1, shortest=1, help="Sizes without the batch.")
    value = Float(1.0, help="The number.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if not prod(self.shape):
            raise ShapeError("A tensor with a size of 0 holds nothing.", expected="1 or more", found="0")
        return (TensorType(self.shape),)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        x, sizes = arguments[0], ", ".join(map(str, self.shape))
        return f"torch.full(({x}.shape[0], {sizes}), {self.value!r}, device={x}.device)"

    def summary(self) -> str:
        return settings(f"{self.value:g}", brief(self.shape))
