"""Fractional max pooling: windows whose places are drawn, so that sizes shrink by any factor.

Graham 2014; https://docs.pytorch.org/docs/stable/generated/torch.nn.FractionalMaxPool2d.html.
"""

from __future__ import annotations

from models.kinds.arithmetic import require_channels, settings
from models.kinds.explain import Fraction, output_sizes, steps
from models.kinds.layer import LAYERS, Formula, Shape, ShapeError, TensorType, Window, call, times
from models.layers.convolution import kernel_text
from models.layers.pooling import RETURN_INDICES, Indexed
from models.specs.fields import Float, OptionalSize, Size


class FractionalPooling(Indexed):
    """The largest value of windows that are drawn anew each time."""

    keeps = ("inputs", "indices")
    synonyms = ("fractional pooling", "random pooling", "downsampling")
    kernel_size = Size(default=2, role="kernel", help="Size of the window that becomes one number.")
    output_size = OptionalSize(help="Wanted size of the output; empty: the input's, times the ratio.")
    output_ratio = Float(0.5, above=0.0, below=1.0, label="Ratio", help="Output size over input size, without a size.")
    return_indices = RETURN_INDICES

    @property
    def draws(self) -> bool:
        return True

    def wanted(self, sizes: Shape) -> Shape:
        """The sizes of the output."""
        return self.output_size or tuple(int(size * self.output_ratio) for size in sizes)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        require_channels(self.kind, inputs[0], self.rank)
        sizes = inputs[0].shape[1:]
        for size, wanted, kernel in zip(sizes, self.wanted(sizes), self.kernel_size, strict=True):
            room = size - kernel + (self.rank < 3)  # PyTorch's 3-D pooling needs one more
            if not 1 <= wanted <= room:
                raise ShapeError(
                    f"A size of {wanted} cannot be made of {size} with windows of {kernel}.",
                    expected=f"1 to {room}" if room > 0 else f"a window of at most {size}",
                    found=str(wanted),
                )
        return self.with_indices(self.replace_sizes(inputs[0], self.wanted(sizes)))

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        # Where a window lies is drawn.
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        chosen = {"output_size": self.output_size} if self.output_size else {"output_ratio": self.output_ratio}
        indices = {"return_indices": True} if self.return_indices else {}
        return call(f"nn.{self.kind}", self.kernel_size, **chosen, **indices)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        sizes, wanted = inputs[0].shape[1:], outputs[0].shape[1:]
        parts = [
            Fraction(steps((size, "size")), note="As asked for; where each window lies is drawn.") for size in wanted
        ]
        if not self.output_size:
            note = "Rounded down; where each window lies is drawn."
            ratio = f"·{self.output_ratio!r}"
            parts = [Fraction(steps((size, "size"), ratio), steps("1"), note=note) for size in sizes]
        return output_sizes(parts, wanted)

    def summary(self) -> str:
        to = f"to {times(self.output_size)}" if self.output_size else f"×{self.output_ratio:g}"
        return settings(kernel_text(self.kernel_size), to)


_HELP = (
    "Max pooling that shrinks by any factor, such as 0.7: windows of differing distances, drawn anew for each batch, "
    "which regularizes. It draws after training, too, so that answers vary a little. "
)


@LAYERS.register
class FractionalMaxPool2d(FractionalPooling):
    """See `FractionalPooling`."""

    rank, title = 2, "2-D fractional max pooling"
    help = _HELP + "Takes channels×height×width."


@LAYERS.register
class FractionalMaxPool3d(FractionalPooling):
    """See `FractionalPooling`."""

    rank, title = 3, "3-D fractional max pooling"
    help = _HELP + "Takes channels×depth×height×width."
