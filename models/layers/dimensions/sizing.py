"""Dimensions of size 1 that come and go, sizes that are stretched or split, and channels that are shuffled.

See https://docs.pytorch.org/docs/stable/generated/torch.unsqueeze.html,
https://docs.pytorch.org/docs/stable/generated/torch.nn.Unflatten.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.ChannelShuffle.html.
"""

from __future__ import annotations

from math import prod

from models.kinds.arithmetic import settings
from models.kinds.layer import LAYERS, Shape, ShapeError, TensorType, brief, call, times
from models.layers.dimensions.picking import DOCS, Along
from models.layers.reshape import Rearrangement
from models.specs.fields import Dims, Int


@LAYERS.register
class Squeeze(Along):
    """A dimension of size 1 goes."""

    title = "Squeeze"
    keeps_values = True
    url = DOCS + "squeeze.html"
    synonyms = ("drop dimension", "remove dimension", "flat")
    help = (
        "Takes away a dimension of size 1; one of another size stays, as in PyTorch. Behind global pooling it makes "
        "vectors of 16×1×1."
    )

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        place, shape = self.place(inputs[0]), inputs[0].shape
        goes = shape[place] == 1
        return (TensorType((*shape[:place], *shape[place + goes :]), inputs[0].dtype),)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}.squeeze({self.dim})"

    def summary(self) -> str:
        return f"dim {self.dim}"


@LAYERS.register
class Unsqueeze(Along):
    """A dimension of size 1 comes."""

    title = "Unsqueeze"
    keeps_values = True
    url = DOCS + "unsqueeze.html"
    synonyms = ("add dimension", "new axis", "channel of one")
    help = (
        "Adds a dimension of size 1: the single channel that a convolution needs, or one along which another input is "
        "stretched."
    )
    dim = Int(1, minimum=-8, maximum=8, label="Dimension", help=(
        "Place of the new dimension, counted with the batch as 0: 1 is in front, -1 behind all others."
    ))  # fmt: skip

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        place = self.place(TensorType((*shape, 1)))
        return (TensorType((*shape[:place], 1, *shape[place:]), inputs[0].dtype),)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}.unsqueeze({self.dim})"

    def summary(self) -> str:
        return f"dim {self.dim}"


@LAYERS.register
class Expand(Rearrangement):
    """Sizes of 1 stretched."""

    views = True
    title = "Expand"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html"
    synonyms = ("broadcast", "repeat", "stretch")
    help = (
        "Stretches dimensions of size 1 to larger sizes, so that each value stands everywhere along them. It costs no "
        "memory. -1 leaves a size as it is; the batch is left out."
    )
    sizes = Dims((-1,), minimum=-1, help="Sizes without the batch; -1 leaves one as it is.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        pairs = list(zip(shape, self.sizes, strict=False))
        if len(shape) != len(self.sizes) or any(new not in (-1, old) and old != 1 for old, new in pairs):
            raise ShapeError(
                f"{brief(shape)} cannot be stretched to {brief(self.sizes)}: only sizes of 1 can.",
                expected=f"{len(shape)} sizes, of which those other than 1 stay",
                found=times(self.sizes),
            )
        if 0 in self.sizes:
            raise ShapeError("Expand to a size of 0 leaves nothing.", expected="1 or more", found="0")
        return (TensorType(tuple(old if new == -1 else new for old, new in pairs), inputs[0].dtype),)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}.expand({', '.join(map(str, (-1, *self.sizes)))})"

    def summary(self) -> str:
        return f"to {brief(self.sizes)}"


@LAYERS.register
class Unflatten(Along):
    """One dimension becomes several."""

    title = "Unflatten"
    keeps_values = True
    synonyms = ("split dimension", "heads", "patches", "view")
    help = (
        "Gives one dimension another shape: 64 features as 4 heads of 16, a vector as the channels and sizes of an "
        "image. The sizes must multiply to the old one; one of them may be -1 and is worked out."
    )
    unflattened_size = Dims((1, -1), minimum=-1, shortest=1, label="Sizes", help="Sizes in its place; one may be -1.")

    def resolved(self, size: int) -> Shape:
        """The sizes with the unknown one worked out; raises `ShapeError`."""
        known, unknown = prod(part for part in self.unflattened_size if part != -1), self.unflattened_size.count(-1)
        if unknown > 1 or not known or size % known or (not unknown and known != size):
            raise ShapeError(
                f"Sizes of {brief(self.unflattened_size)} do not multiply to {size}.",
                expected=f"{size} in all",
                found=times(self.unflattened_size),
            )
        return tuple(size // known if part == -1 else part for part in self.unflattened_size)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        place, shape = self.place(inputs[0]), inputs[0].shape
        return (TensorType((*shape[:place], *self.resolved(shape[place]), *shape[place + 1 :]), inputs[0].dtype),)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        sizes = list(self.resolved(inputs[0].shape[self.place(inputs[0])]))
        return call("nn.Unflatten", self.dim, sizes)

    def summary(self) -> str:
        return settings(f"dim {self.dim}", brief(self.unflattened_size))


@LAYERS.register
class ChannelShuffle(Rearrangement):
    """Channels of several groups in turn."""

    title = "Channel shuffle"
    keeps_shape = True
    reorders = True
    synonyms = ("ShuffleNet", "mix groups", "group convolution")
    help = (
        "Reorders channels so that those of each group come in turn: convolutions with groups then see what the other "
        "groups found. ShuffleNet's way of mixing without a cost. Takes channels first, then any sizes."
    )
    groups = Int(2, minimum=1, help="Groups whose channels take turns; must divide the channels.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        if len(shape) < 2 or shape[0] % self.groups:
            expected = f"a multiple of {self.groups} channels, and sizes"
            raise ShapeError(
                f"{self.groups} groups do not divide the channels of {brief(shape)}.",
                expected=expected,
                found=times(shape),
            )
        return inputs[:1]

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call("nn.ChannelShuffle", self.groups)

    def summary(self) -> str:
        return f"{self.groups} groups"
