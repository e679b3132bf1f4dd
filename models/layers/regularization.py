"""Regularization: noise while training that makes networks generalize.

See https://docs.pytorch.org/docs/stable/nn.html#dropout-layers.
"""

from __future__ import annotations

from math import prod
from typing import ClassVar

from models.kinds.arithmetic import require_channels
from models.kinds.layer import FLOAT, LAYERS, Layer, TensorType, call
from models.specs.fields import Float


class DropoutLayer(Layer):
    """Values set to 0 at random while training; nothing happens afterwards."""

    family = "Regularization"
    keeps_shape = True
    keeps_values = True
    rank: ClassVar[int] = 0
    """Number of spatial dimensions of a channel that is dropped whole; 0 where single values are dropped."""

    drops_whole: ClassVar[bool] = False
    """Whether a channel is kept or dropped as a whole."""
    p = Float(0.5, minimum=0.0, maximum=1.0, label="Probability", help="Share of values that are set to 0.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if self.rank:
            require_channels(self.kind, inputs[0], self.rank)
        return inputs[:1]

    @property
    def draws(self) -> bool:
        return self.p > 0

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        if not 0 < self.p < 1:
            return 0
        return batch * FLOAT * (inputs[0].shape[0] if self.drops_whole else prod(inputs[0].shape))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", p=self.p)

    def summary(self) -> str:
        return f"p {self.p:.4g}"


_WHOLE = "Sets whole channels to 0 at random while training. Neighboring values tell much the same, so that dropping "
_WHOLE += "single ones would change little. Off after training. "


@LAYERS.register
class Dropout(DropoutLayer):
    """Single values."""

    title = "Dropout"
    synonyms = ("regularization", "overfitting", "noise", "regularisation")
    help = (
        "Sets values to 0 at random while training and scales up the rest, so that the network cannot lean on any "
        "single one. Helps against overfitting; off after training. Usual probabilities are 0.1 to 0.5."
    )


@LAYERS.register
class Dropout1d(DropoutLayer):
    """Channels of sequences."""

    drops_whole = True
    rank = 1
    title = "1-D channel dropout"
    synonyms = ("spatial dropout", "regularization", "overfitting", "regularisation")
    help = _WHOLE + "Takes channels×length."


@LAYERS.register
class Dropout2d(DropoutLayer):
    """Channels of images."""

    drops_whole = True
    rank = 2
    title = "2-D channel dropout"
    synonyms = ("spatial dropout", "regularization", "overfitting", "regularisation")
    help = _WHOLE + "Takes channels×height×width."


@LAYERS.register
class Dropout3d(DropoutLayer):
    """Channels of volumes."""

    drops_whole = True
    rank = 3
    title = "3-D channel dropout"
    synonyms = ("spatial dropout", "regularization", "overfitting", "regularisation")
    help = _WHOLE + "Takes channels×depth×height×width."


@LAYERS.register
class AlphaDropout(DropoutLayer):
    """Dropout that keeps mean and variance."""

    title = "Alpha dropout"
    synonyms = ("SELU", "self-normalizing", "regularization", "regularisation")
    help = "Dropout for networks with SELU: it keeps the mean and variance that those rely on. Off after training."


@LAYERS.register
class FeatureAlphaDropout(DropoutLayer):
    """Alpha dropout of whole channels."""

    drops_whole = True
    title = "Channel alpha dropout"
    synonyms = ("SELU", "self-normalizing", "regularization", "regularisation")
    help = "Alpha dropout that drops whole channels. Takes channels first, then any sizes. Off after training."

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if not inputs[0].shape:
            require_channels(self.kind, inputs[0], 0)
        return inputs[:1]
