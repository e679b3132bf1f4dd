"""Borders added around the input: zeros, mirror images, copies of the edge, or the other side.

See https://docs.pytorch.org/docs/stable/nn.html#padding-layers.
"""

from __future__ import annotations

from typing import ClassVar

from models.kinds.arithmetic import LAYOUTS, settings
from models.kinds.explain import Fraction, output_sizes, steps
from models.kinds.layer import LAYERS, Formula, Layer, Shape, ShapeError, TensorType, Window, brief, call, times
from models.specs.fields import Float, Size


class BorderLayer(Layer):
    """A border on each side of each spatial dimension; the channel dimension may be missing, as in PyTorch."""

    family = "Merge / Shape"
    rank: ClassVar[int]
    """Number of spatial dimensions."""
    least_larger: ClassVar[int | None] = None
    """By how much the input must be larger than a border filled from it; None where any border will do."""

    any_more: ClassVar[bool] = False
    """Whether any number of dimensions may stand before the spatial ones."""

    padding = Size(default=1, minimum=0, role="padding", help="Values added on both sides of each dimension.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        if len(shape) < self.rank or (len(shape) > self.rank + 1 and not self.any_more):
            raise ShapeError(
                f"{self.kind} needs {LAYOUTS[self.rank]}, but it receives {brief(shape)}.",
                expected=LAYOUTS[self.rank],
                found=times(shape),
                mend="unflatten" if len(shape) == 1 else "",
            )
        sizes = shape[-self.rank :]
        self._check_border(sizes)
        padded = tuple(size + 2 * border for size, border in zip(sizes, self.padding, strict=True))
        return (TensorType(shape[: -self.rank] + padded),)

    def _check_border(self, sizes: Shape) -> None:
        if self.least_larger is None:
            return
        for size, border in zip(sizes, self.padding, strict=True):
            if border > size - self.least_larger:
                raise ShapeError(
                    f"A border of {border} from the input itself needs a larger input than {brief(sizes)}.",
                    expected=f"at most {size - self.least_larger}",
                    found=str(border),
                )

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        # What a mirrored or wrapped border shows lies elsewhere; zeros look at nothing.
        spatial = len(inputs[0].shape) - 1
        if self.least_larger is not None or spatial < self.rank:
            return None
        ones = (1,) * spatial
        return Window(ones, ones, ones, (0,) * (spatial - self.rank) + self.padding)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        both_sides = tuple(border for size in reversed(self.padding) for border in (size, size))
        return call(f"nn.{self.kind}", both_sides)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        pairs = zip(inputs[0].shape[-self.rank :], self.padding, strict=True)
        parts = [Fraction(steps((size, "size"), " + 2·", (border, "padding"))) for size, border in pairs]
        return output_sizes(parts, outputs[0].shape[-self.rank :])

    def summary(self) -> str:
        return settings(times(self.padding) if len(set(self.padding)) > 1 else str(self.padding[0]))


class ZeroBorder(BorderLayer):
    """Zeros all around."""

    synonyms = ("zero padding", "border", "margin")
    help = "Adds a border of zeros on both sides of each dimension. Convolutions can do so themselves."
    any_more = True


class MirrorBorder(BorderLayer):
    """The input mirrored at its edge, the edge itself not repeated."""

    keeps = ("inputs",)
    least_larger = 1
    synonyms = ("mirror padding", "reflect padding", "border")
    help = "Adds a border that mirrors the input at its edge: no dark rim, as zeros would leave. Used for images."


class EdgeBorder(BorderLayer):
    """The edge repeated outward."""

    keeps = ("inputs",)
    synonyms = ("edge padding", "replicate padding", "clamp", "border")
    help = "Adds a border that repeats the values at the edge outward. Used for images and fields of measurements."

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None


class WrappedBorder(BorderLayer):
    """The other side of the input."""

    least_larger = 0
    synonyms = ("wrap padding", "periodic", "panorama", "border")
    help = "Adds a border that continues on the other side, as on a ring: for panoramas, angles and periodic fields."


@LAYERS.register
class ZeroPad2d(ZeroBorder):
    """See `ZeroBorder`."""

    rank, title = 2, "2-D zero padding"


@LAYERS.register
class ZeroPad1d(ZeroBorder):
    """See `ZeroBorder`."""

    rank, title = 1, "1-D zero padding"


@LAYERS.register
class ReflectionPad2d(MirrorBorder):
    """See `MirrorBorder`."""

    rank, title = 2, "2-D mirror padding"


@LAYERS.register
class ReflectionPad1d(MirrorBorder):
    """See `MirrorBorder`."""

    rank, title = 1, "1-D mirror padding"


@LAYERS.register
class ReplicationPad2d(EdgeBorder):
    """See `EdgeBorder`."""

    rank, title = 2, "2-D edge padding"


@LAYERS.register
class ReplicationPad1d(EdgeBorder):
    """See `EdgeBorder`."""

    rank, title = 1, "1-D edge padding"


@LAYERS.register
class CircularPad2d(WrappedBorder):
    """See `WrappedBorder`."""

    rank, title = 2, "2-D wrapped padding"


@LAYERS.register
class CircularPad1d(WrappedBorder):
    """See `WrappedBorder`."""

    rank, title = 1, "1-D wrapped padding"


@LAYERS.register
class ZeroPad3d(ZeroBorder):
    """See `ZeroBorder`."""

    rank, title = 3, "3-D zero padding"


@LAYERS.register
class ReflectionPad3d(MirrorBorder):
    """See `MirrorBorder`."""

    rank, title = 3, "3-D mirror padding"


@LAYERS.register
class ReplicationPad3d(EdgeBorder):
    """See `EdgeBorder`."""

    rank, title = 3, "3-D edge padding"


@LAYERS.register
class CircularPad3d(WrappedBorder):
    """See `WrappedBorder`."""

    rank, title = 3, "3-D wrapped padding"


class ConstantBorder(ZeroBorder):
    """One number all around."""

    synonyms = ("fill", "border", "margin")
    help = "Adds a border of one number on both sides of each dimension, such as the value of an empty place."
    value = Float(0.0, help="What the border holds.")

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        both_sides = tuple(border for size in reversed(self.padding) for border in (size, size))
        return call(f"nn.{self.kind}", both_sides, self.value)

    def summary(self) -> str:
        return settings(super().summary(), f"of {self.value:g}")


@LAYERS.register
class ConstantPad1d(ConstantBorder):
    """See `ConstantBorder`."""

    rank, title = 1, "1-D constant padding"


@LAYERS.register
class ConstantPad2d(ConstantBorder):
    """See `ConstantBorder`."""

    rank, title = 2, "2-D constant padding"


@LAYERS.register
class ConstantPad3d(ConstantBorder):
    """See `ConstantBorder`."""

    rank, title = 3, "3-D constant padding"
