"""Normalization: values brought to mean 0 and variance 1, then scaled and shifted by learned numbers.

Formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html and the pages of the other kinds.
"""

from __future__ import annotations

from math import prod
from typing import ClassVar

from models.basics.text import counted
from models.kinds.arithmetic import require_channels, settings
from models.kinds.explain import parameters, product, steps
from models.kinds.layer import (
    FLOAT,
    LAYERS,
    Formula,
    Layer,
    Shape,
    ShapeError,
    TensorType,
    Weight,
    Window,
    brief,
    bytes_of,
    call,
    changed,
    times,
)
from models.specs.fields import Bool, Float, Int, OptionalFloat

_EPS_HELP = "Added to the variance so that nothing is divided by zero."


class Normalization(Layer):
    """What all normalizations have in common: the shape stays."""

    keeps: ClassVar[tuple[str, ...]] = ("inputs",)
    family = "Normalization"
    keeps_shape = True

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        # The statistics of one example reach over all of its positions.
        return None


class TrackedNormalization(Normalization):
    """Batch and instance normalization: one mean and variance a channel, remembered while training."""

    ranks: ClassVar[tuple[int, ...]]
    """Numbers of spatial dimensions that the kind takes; the last one is named in errors."""

    eps = Float(1e-5, above=0.0, maximum=1.0, advanced=True, help=_EPS_HELP)
    momentum = OptionalFloat(
        0.1, minimum=0.0, maximum=1.0, advanced=True, help="Weight of the newest batch in the running statistics."
    )
    affine = Bool(True, help="Learn a scale and a shift for each channel.")
    track_running_stats = Bool(True, advanced=True, help="Remember statistics while training and use them afterwards.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if len(inputs[0].shape) - 1 not in self.ranks:
            require_channels(self.kind, inputs[0], self.ranks[-1])
        return inputs[:1]

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        each = (inputs[0].shape[0],)
        learned = (Weight("weight", each), Weight("bias", each)) if self.affine else ()
        if not self.track_running_stats:
            return learned
        running = (Weight("running_mean", each, False), Weight("running_var", each, False))
        return (*learned, *running, Weight("num_batches_tracked", (), False))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", inputs[0].shape[0], **changed(self))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        terms = steps("2 · ", inputs[0].shape[0])
        return parameters(self.weights(inputs), terms, "A scale and a shift for each channel.")

    def summary(self) -> str:
        words = {
            "affine": "affine" if self.affine else "not affine",
            "track_running_stats": "running statistics" if self.track_running_stats else "no running statistics",
        }
        return settings(*(word for name, word in words.items() if name in changed(self)))


class BatchNormalization(TrackedNormalization):
    """Statistics over the batch and all positions, for each channel."""

    synonyms = ("batch normalization", "BN", "batchnorm", "normalisation")
    normalizes_batch = True

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return 2 * FLOAT * inputs[0].shape[0]

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        # Once trained, the statistics are constants: each position stands alone.
        return Window((1,), (1,), (1,)) if self.track_running_stats else None


class InstanceNormalization(TrackedNormalization):
    """Statistics over the positions of one example, for each channel."""

    synonyms = ("instance normalization", "style transfer", "contrast normalization", "normalisation")
    affine = Bool(False, help="Learn a scale and a shift for each channel.")
    track_running_stats = Bool(False, advanced=True, help="Remember statistics while training and use them afterwards.")

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        each = 2 + self.affine + 2 * self.track_running_stats
        return each * FLOAT * batch * inputs[0].shape[0]

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        super().infer(inputs)
        if prod(inputs[0].shape[1:]) == 1:
            raise ShapeError(
                f"{self.kind} needs more than one value a channel, but it receives {brief(inputs[0].shape)}.",
                expected="more than one value a channel",
                found=times(inputs[0].shape),
            )
        return inputs[:1]


_BATCH_HELP = (
    "Brings each channel to mean 0 and variance 1 over the batch, then scales and shifts it by two learned numbers. "
    "Training becomes faster and less sensitive to the learning rate. After training, remembered statistics are used. "
    "A bias in the layer before has no effect and can be turned off. Needs batches of more than one example. "
)
_INSTANCE_HELP = (
    "Brings each channel of each example to mean 0 and variance 1 over its own positions. Removes contrast and style; "
    "used in style transfer and image generation. Independent of the batch. "
)


@LAYERS.register
class BatchNorm2d(BatchNormalization):
    """See `BatchNormalization`."""

    ranks, title = (2,), "2-D batch normalization"
    help = _BATCH_HELP + "Takes channels×height×width."


@LAYERS.register
class BatchNorm1d(BatchNormalization):
    """See `BatchNormalization`."""

    ranks, title = (0, 1), "1-D batch normalization"
    help = _BATCH_HELP + "Takes features or channels×length."


@LAYERS.register
class BatchNorm3d(BatchNormalization):
    """See `BatchNormalization`."""

    ranks, title = (3,), "3-D batch normalization"
    help = _BATCH_HELP + "Takes channels×depth×height×width."


@LAYERS.register
class InstanceNorm2d(InstanceNormalization):
    """See `InstanceNormalization`."""

    ranks, title = (2,), "2-D instance normalization"
    help = _INSTANCE_HELP + "Takes channels×height×width."


@LAYERS.register
class InstanceNorm1d(InstanceNormalization):
    """See `InstanceNormalization`."""

    ranks, title = (1,), "1-D instance normalization"
    help = _INSTANCE_HELP + "Takes channels×length."


@LAYERS.register
class InstanceNorm3d(InstanceNormalization):
    """See `InstanceNormalization`."""

    ranks, title = (3,), "3-D instance normalization"
    help = _INSTANCE_HELP + "Takes channels×depth×height×width."


_ELEMENTWISE_AFFINE = Bool(True, help="Learn a scale (and a shift) for each normalized value.")


class TrailingNormalization(Normalization):
    """Statistics over the last dimensions of each example. PyTorch's ``normalized_shape`` follows from the input."""

    statistics: ClassVar[int] = 2
    """Numbers by which what is normalized together is."""
    normalized_dims = Int(1, minimum=1, maximum=8, help="How many of the last dimensions are normalized together.")
    elementwise_affine: Bool
    """Declared by the subclasses, behind their ``eps`` as in PyTorch."""

    def normalized_shape(self, given: TensorType) -> Shape:
        """The sizes normalized together; raises `ShapeError`."""
        if len(given.shape) < self.normalized_dims:
            raise ShapeError(
                f"{self.kind} over {self.normalized_dims} dimensions receives only {len(given.shape)}.",
                expected=f"at least {self.normalized_dims} dimensions",
                found=times(given.shape),
            )
        return given.shape[-self.normalized_dims :]

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        rows = prod(inputs[0].shape[: -self.normalized_dims])
        return self.statistics * FLOAT * batch * rows

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        self.normalized_shape(inputs[0])
        return inputs[:1]

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        shape = self.normalized_shape(inputs[0])
        sizes = shape[0] if len(shape) == 1 else list(shape)
        return call(f"nn.{self.kind}", sizes, **changed(self, but=("normalized_dims",)))

    def summary(self) -> str:
        return "" if self.normalized_dims == 1 else f"last {self.normalized_dims} dims"


@LAYERS.register
class LayerNorm(TrailingNormalization):
    """Mean 0 and variance 1 over the last dimensions."""

    title = "Layer normalization"
    synonyms = ("layer normalization", "LN", "transformer", "normalisation")
    help = (
        "Brings the last dimension (or the last few) of each example to mean 0 and variance 1, then scales and shifts "
        "every value by learned numbers. Independent of the batch, hence the usual choice in transformers and "
        "recurrent networks. Takes any shape."
    )
    eps = Float(1e-5, above=0.0, maximum=1.0, advanced=True, help=_EPS_HELP)
    elementwise_affine = _ELEMENTWISE_AFFINE
    bias = Bool(True, help="Learn a shift, too, beside the scale.")

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        if not self.elementwise_affine:
            return ()
        shape = self.normalized_shape(inputs[0])
        return (Weight("weight", shape), Weight("bias", shape)) if self.bias else (Weight("weight", shape),)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        terms = steps(*(("2 · ",) if self.bias else ()), *product(self.normalized_shape(inputs[0])))
        note = "A scale and a shift for each value." if self.bias else "A scale for each value."
        return parameters(self.weights(inputs), terms, note)


@LAYERS.register
class RMSNorm(TrailingNormalization):
    """Root mean square 1 over the last dimensions."""

    statistics = 1
    has_bias = False
    title = "RMS normalization"
    synonyms = ("root mean square normalization", "LLaMA", "transformer", "normalisation")
    help = (
        "Divides the last dimension (or the last few) by its root mean square and scales every value by a learned "
        "number: LayerNorm without the mean and the shift, cheaper and as good in large language models. "
        "Takes any shape."
    )
    eps = OptionalFloat(None, above=0.0, maximum=1.0, advanced=True, help=_EPS_HELP)
    elementwise_affine = _ELEMENTWISE_AFFINE

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        scaled = batch * bytes_of(inputs[0]) if self.elementwise_affine else 0
        return super().keeps_beside(inputs, outputs, batch) + scaled

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return (Weight("weight", self.normalized_shape(inputs[0])),) if self.elementwise_affine else ()

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        terms = steps(*product(self.normalized_shape(inputs[0])))
        return parameters(self.weights(inputs), terms, "A scale for each value.")


@LAYERS.register
class GroupNorm(Normalization):
    """Statistics over groups of channels of one example."""

    title = "Group normalization"
    synonyms = ("group normalization", "GN", "small batches", "normalisation")
    help = (
        "Splits the channels into groups and brings each group of each example to mean 0 and variance 1. Works as well "
        "with tiny batches as BatchNorm does with large ones. Takes channels first, then any sizes."
    )
    num_groups = Int(4, minimum=1, label="Groups", help="Number of groups; must divide the channels.")
    eps = Float(1e-5, above=0.0, maximum=1.0, advanced=True, help=_EPS_HELP)
    affine = Bool(True, help="Learn a scale and a shift for each channel.")

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return 2 * FLOAT * batch * self.num_groups

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if not inputs[0].shape:
            require_channels(self.kind, inputs[0], 0)
        channels = inputs[0].shape[0]
        if channels % self.num_groups:
            raise ShapeError(
                f"{self.num_groups} groups do not divide the {counted(channels, 'channel')}.",
                expected=f"a divisor of {channels}",
                found=str(self.num_groups),
                mend="groups",
            )
        return inputs[:1]

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        each = (inputs[0].shape[0],)
        return (Weight("weight", each), Weight("bias", each)) if self.affine else ()

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = changed(self, but=("num_groups",))
        return call(f"nn.{self.kind}", self.num_groups, inputs[0].shape[0], **others)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        terms = steps("2 · ", inputs[0].shape[0])
        return parameters(self.weights(inputs), terms, "A scale and a shift for each channel.")

    def summary(self) -> str:
        return counted(self.num_groups, "group")


@LAYERS.register
class LocalResponseNorm(Layer):
    """Channels compete with their neighbors."""

    keeps = ("inputs", "copy", "copy")
    family = "Normalization"
    keeps_shape = True
    title = "Local response normalization"
    synonyms = ("LRN", "AlexNet", "lateral inhibition", "normalisation")
    help = (
        "Divides each value by a sum over neighboring channels at the same place, so that strong responses quiet their "
        "neighbors. Found in AlexNet; BatchNorm has taken its place. Takes channels first, then one or more sizes."
    )
    size = Int(5, minimum=1, help="Number of neighboring channels.")
    alpha = Float(1e-4, minimum=0.0, advanced=True, help="Strength of the competition.")
    beta = Float(0.75, minimum=0.0, advanced=True, help="Exponent of the divisor.")
    k = Float(1.0, above=0.0, advanced=True, help="Added to the divisor.")

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        channels, *sizes = inputs[0].shape
        return FLOAT * batch * (channels + self.size - 1) * prod(sizes)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if len(inputs[0].shape) < 2:
            require_channels(self.kind, inputs[0], 1)
        return inputs[:1]

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", self.size, **changed(self, but=("size",)))

    def summary(self) -> str:
        return f"over {counted(self.size, 'channel')}"
