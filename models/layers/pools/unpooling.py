"""Unpooling: maxima put back where max pooling found them, zeros everywhere else.

Size formula: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxUnpool2d.html.
"""

from __future__ import annotations

from models.kinds.arithmetic import settings, short
from models.kinds.explain import Fraction, output_sizes, steps
from models.kinds.layer import LAYERS, Formula, Port, Shape, ShapeError, TensorType, Window, brief, call, changed, times
from models.layers.convolution import kernel_text
from models.layers.pooling import Pooling
from models.specs.fields import OptionalSize, Size


class Unpooling(Pooling):
    """Values at the places that indices name."""

    keeps = ("second",)
    inputs = (Port("input"), Port("indices", accepts="int"))
    synonyms = ("unpooling", "SegNet", "upsampling", "max unpooling")
    kernel_size = Size(default=2, role="kernel", help="Kernel of the pooling that is undone.")
    stride = OptionalSize(role="stride", help="Its step; empty means the kernel size.")
    padding = Size(default=0, minimum=0, role="padding", help="Its padding.")
    output_size = OptionalSize(help="Size to come back to, where pooling has cut off a rest; empty: the smallest one.")

    def smallest(self, sizes: Shape) -> Shape:
        """(size − 1)·stride − 2·padding + kernel."""
        geometry = zip(sizes, self.stride or self.kernel_size, self.padding, self.kernel_size, strict=True)
        return tuple((size - 1) * stride - 2 * padding + kernel for size, stride, padding, kernel in geometry)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        sizes = self.check_rank(inputs[0])
        if inputs[1].shape != inputs[0].shape:
            raise ShapeError(
                f"Indices of {brief(inputs[1].shape)} do not go with values of {brief(inputs[0].shape)}.",
                expected=times(inputs[0].shape),
                found=times(inputs[1].shape),
                port="indices",
            )
        smallest = self.smallest(sizes)
        wanted = self.output_size or smallest
        for size, usual, stride in zip(wanted, smallest, self.stride or self.kernel_size, strict=True):
            if not (abs(size - usual) < stride and size > 0):
                low, high = max(1, usual - stride + 1), usual + stride - 1
                raise ShapeError(
                    f"{self.kind} cannot come to size {size} from here; {low} to {high} can be.",
                    expected=f"{low} to {high}",
                    found=str(size),
                )
        return self.replace_sizes(inputs[0], wanted)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", self.kernel_size, **changed(self, but=("kernel_size", "output_size")))

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        size = f", output_size={list(self.output_size)}" if self.output_size else ""
        return f"{name}({', '.join(arguments)}{size})"

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        after = outputs[0].shape[-self.rank :]
        if self.output_size:
            return output_sizes([Fraction(steps((size, "size")), note="As asked for.") for size in after], after)
        before, strides = inputs[0].shape[-self.rank :], self.stride or self.kernel_size
        geometry = zip(before, strides, self.padding, self.kernel_size, strict=True)
        parts = [
            Fraction(steps("(", (size, "size"), " − 1)·", (s, "stride"), " − 2·", (p, "padding"), " + ", (k, "kernel")))
            for size, s, p, k in geometry
        ]
        return output_sizes(parts, after)

    def summary(self) -> str:
        return settings(
            kernel_text(self.kernel_size),
            short("s", self.stride or self.kernel_size),
            short("p", self.padding) if any(self.padding) else "",
            f"to {times(self.output_size)}" if self.output_size else "",
        )


_HELP = (
    "Undoes max pooling: each value goes back to the place where the maximum was found, all others are 0. Wire the "
    "second port to the indices of that pooling (its setting “Give indices”); give both the same kernel and stride. "
)


@LAYERS.register
class MaxUnpool2d(Unpooling):
    """See `Unpooling`."""

    rank, title = 2, "2-D max unpooling"
    help = _HELP + "Takes channels×height×width."


@LAYERS.register
class MaxUnpool1d(Unpooling):
    """See `Unpooling`."""

    rank, title = 1, "1-D max unpooling"
    help = _HELP + "Takes channels×length."


@LAYERS.register
class MaxUnpool3d(Unpooling):
    """See `Unpooling`."""

    rank, title = 3, "3-D max unpooling"
    help = _HELP + "Takes channels×depth×height×width."
