"""Images as columns of their windows, and back.

Size formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.Unfold.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.Fold.html.
"""

from __future__ import annotations

from math import prod

from models.kinds.arithmetic import check_fits, require_channels, settings, short, window_size
from models.kinds.layer import LAYERS, Layer, Shape, ShapeError, TensorType, Window, brief, call, changed, times
from models.specs.fields import Size


class Windows(Layer):
    """Windows of an image."""

    family = "Merge / Shape"
    rank = 2

    kernel_size = Size(2, 2, role="kernel", help="Size of each window.")
    dilation = Size(2, 1, role="dilation", advanced=True, help="Distance between the window's points; 1 is dense.")
    padding = Size(2, 0, minimum=0, role="padding", help="Zeros added on each side before.")
    stride = Size(2, 1, role="stride", help="Step of the window; as large as it, windows are patches that tile.")

    def counts(self, sizes: Shape) -> Shape:
        """How many windows there are in each direction; raises `ShapeError`."""
        check_fits(sizes, self.kernel_size, tuple((each, each) for each in self.padding), self.dilation)
        geometry = zip(sizes, self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        return tuple(window_size(*each) for each in geometry)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def summary(self) -> str:
        padding = short("p", self.padding) if set(self.padding) != {0} else ""
        return settings(times(self.kernel_size), short("s", self.stride), padding)


@LAYERS.register
class Unfold(Windows):
    """C×H×W becomes (C·kernel)×windows."""

    title = "Unfold"
    synonyms = ("im2col", "patches", "ViT", "sliding blocks")
    help = (
        "Lays each window of an image out as a column: with a stride as large as the kernel these are the patches of a "
        "ViT. Permute then gives steps×features. Takes channels×height×width, gives (channels·kernel)×windows."
    )

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        require_channels(self.kind, inputs[0], 2)
        channels, *sizes = inputs[0].shape
        return (TensorType((channels * prod(self.kernel_size), prod(self.counts(tuple(sizes))))),)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = changed(self, but=("kernel_size",))
        return call("nn.Unfold", self.kernel_size, **others)


@LAYERS.register
class Fold(Windows):
    """(C·kernel)×windows becomes C×H×W; what overlaps adds up."""

    title = "Fold"
    synonyms = ("col2im", "patches to image", "overlap add")
    help = (
        "Puts the windows that Unfold made back into an image; where they overlap, their values add up. Takes "
        "(channels·kernel)×windows and needs the size of the image."
    )
    output_size = Size(2, 8, role="size", help="Height and width of the image.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape, each = inputs[0].shape, prod(self.kernel_size)
        count = prod(self.counts(self.output_size))
        if len(shape) != 2 or shape[0] % each or shape[1] != count:
            raise ShapeError(
                f"Fold to {brief(self.output_size)} needs {count} windows of {each} numbers a channel.",
                expected=f"(channels·{each})×{count}",
                found=times(shape),
            )
        return (TensorType((shape[0] // each, *self.output_size)),)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = changed(self, but=("kernel_size", "output_size"))
        return call("nn.Fold", self.output_size, self.kernel_size, **others)
