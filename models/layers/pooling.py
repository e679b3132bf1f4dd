"""Pooling: windows reduced to one number, and adaptive pooling to a wanted size.

Size formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html; the windows of adaptive pooling
start at ⌊i·in/out⌋ and end at ⌈(i+1)·in/out⌉.
"""

from __future__ import annotations

from typing import ClassVar, cast

from models.kinds.arithmetic import LAYOUTS, check_fits, settings, short, window_size
from models.kinds.explain import Fraction, output_sizes, steps
from models.kinds.layer import (
    LAYERS,
    Formula,
    Layer,
    Shape,
    ShapeError,
    TensorType,
    Window,
    brief,
    call,
    changed,
    times,
)
from models.kinds.ports import Ports
from models.layers.convolution import kernel_text, sliding
from models.specs.fields import Bool, OptionalInt, OptionalSize, Size


class Pooling(Layer):
    """Windows over the spatial dimensions; the dimensions before them (channels, if any) stay."""

    family = "Pooling"
    rank: ClassVar[int]
    """Number of spatial dimensions."""

    def check_rank(self, given: TensorType) -> Shape:
        """The spatial sizes; raises `ShapeError`. As in PyTorch, the channel dimension may be missing."""
        if len(given.shape) not in {self.rank, self.rank + 1}:
            raise ShapeError(
                f"{self.kind} needs {LAYOUTS[self.rank]}, but it receives {brief(given.shape)}.",
                expected=LAYOUTS[self.rank],
                found=times(given.shape),
                mend="unflatten" if len(given.shape) == 1 else "",
            )
        return given.shape[-self.rank :]

    def suits(self, inputs: tuple[TensorType, ...]) -> bool:
        return len(inputs[0].shape) > self.rank

    def replace_sizes(self, given: TensorType, sizes: Shape) -> tuple[TensorType, ...]:
        """The input type with other spatial sizes."""
        return (TensorType(given.shape[: -self.rank] + sizes),)


_PADDING = Size(default=0, minimum=0, role="padding", help="Border added on each side, at most half of the kernel.")
CEIL_MODE = Bool(False, advanced=True, help="Round sizes up, so that a last, partial window counts, too.")


class WindowPooling(Pooling):
    """Windows of a fixed size that slide over the input."""

    keeps: ClassVar[tuple[str, ...]] = ("inputs",)
    kernel_size = Size(default=2, role="kernel", help="Size of the window that becomes one number.")
    stride = OptionalSize(role="stride", help="Step of the window; empty means the kernel size, so that windows tile.")
    # Declared by the subclasses: each in the order of its arguments in PyTorch, which beside it may have ``padding``
    # and ``dilation``.
    ceil_mode: Bool

    @property
    def borders(self) -> Shape:
        """The padding on each side."""
        return getattr(self, "padding", (0,) * self.rank)

    def spacing(self) -> tuple[Shape, Shape]:
        """Stride (None means the kernel size) and dilation."""
        dilation = getattr(self, "dilation", (1,) * self.rank)
        return self.stride or self.kernel_size, dilation

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        sizes = self.check_rank(inputs[0])
        stride, dilation = self.spacing()
        borders = self.borders
        for kernel, padding in zip(self.kernel_size, borders, strict=True):
            if padding > kernel // 2:
                raise ShapeError(
                    f"Padding {padding} is more than half of kernel {kernel}.",
                    expected=f"at most {kernel // 2}",
                    found=str(padding),
                )
        geometry = list(zip(sizes, self.kernel_size, stride, borders, dilation, strict=True))
        pooled = tuple(window_size(*each, self.ceil_mode) for each in geometry)
        if min(pooled) < 1:
            check_fits(sizes, self.kernel_size, tuple((p, p) for p in borders), dilation)
        for each, count in zip(geometry, pooled, strict=True):
            _check_windows(*each, count)
        return self.replace_sizes(inputs[0], pooled)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return Window(self.kernel_size, *self.spacing(), self.borders if any(self.borders) else ())

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", kernel_size=self.kernel_size, **changed(self, but=("kernel_size",)))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        before, after = inputs[0].shape[-self.rank :], outputs[0].shape[-self.rank :]
        return output_sizes([self._size_formula(*each) for each in enumerate(zip(before, after, strict=True))], after)

    def _size_formula(self, axis: int, sizes: tuple[int, int]) -> Fraction:
        strides, dilations = self.spacing()
        kernel, stride, dilation, padding = self.kernel_size[axis], strides[axis], dilations[axis], self.borders[axis]
        floor = sliding(sizes[0], kernel, stride, padding, dilation)
        if not self.ceil_mode:
            return floor
        whole = -(-(sizes[0] + 2 * padding - dilation * (kernel - 1) - 1) // stride) + 1
        if whole == sizes[1]:
            return floor._replace(rounding="ceil")
        note = "The last window would lie in the padding alone and is left out."
        return floor._replace(rounding="ceil", tail=steps(" + 1 − 1"), note=note)

    def summary(self) -> str:
        stride, dilation = self.spacing()
        return settings(
            kernel_text(self.kernel_size),
            short("s", stride),
            short("p", self.borders) if any(self.borders) else "",
            short("d", dilation) if set(dilation) != {1} else "",
            "ceil" if self.ceil_mode else "",
        )


def _check_windows(size: int, kernel: int, stride: int, padding: int, dilation: int, count: int) -> None:
    """Raise `ShapeError` where the points of a window all lie in the padding, on both sides of a small input.

    PyTorch takes −∞ for the maximum of such a window, and its gradient writes beyond the input's memory.
    """
    # Only gaps wider than the input can jump over it, and only from the few windows that begin left of it.
    if dilation <= size:
        return
    starts = range(-padding, min(0, count * stride - padding), stride)
    if any(start % dilation >= size for start in starts):
        raise ShapeError(
            f"Dilation {dilation} makes a window jump over all {size} values, into the padding.",
            expected=f"a dilation of at most {size}",
            found=str(dilation),
        )


class Indexed(Pooling):
    """Maxima that may tell where they lay, for unpooling: ``return_indices`` makes a port of it."""

    outputs = cast(
        "tuple[str, ...]",
        Ports(lambda layer: ("output", "indices") if layer.return_indices else ("output",), ("output",)),
    )
    # Declared by the subclasses, as ``ceil_mode`` is.
    return_indices: Bool

    def with_indices(self, pooled: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        """The type at each port."""
        return (*pooled, TensorType(pooled[0].shape, "int")) if self.return_indices else pooled


RETURN_INDICES = Bool(
    False, advanced=True, label="Give indices", help="A second port tells where each maximum lay, for unpooling."
)


class MaxPooling(WindowPooling, Indexed):
    """The largest value in each window."""

    keeps = ("inputs", "indices")
    synonyms = ("max pooling", "maximum", "downsampling", "subsampling")
    padding = _PADDING
    dilation = Size(default=1, role="dilation", advanced=True, help="Distance between the window's points; 1 is dense.")
    return_indices = RETURN_INDICES
    ceil_mode = CEIL_MODE

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return self.with_indices(super().infer(inputs))


class AveragePooling(WindowPooling):
    """The mean of each window."""

    synonyms = ("average pooling", "mean pooling", "downsampling", "subsampling")
    padding = _PADDING
    ceil_mode = CEIL_MODE
    count_include_pad = Bool(True, advanced=True, help="Count the zeros of the padding into the mean.")


class AdaptivePooling(Pooling):
    """Windows chosen so that the output has a wanted size."""

    @property
    def keeps(self) -> tuple[str, ...]:  # type: ignore[override]
        # To one number a channel it is a mean, which needs to know no value.
        return () if set(self.output_size) == {1} else ("inputs",)

    output_size = Size(default=1, help="Wanted size of the output; 1 reduces each channel to one number.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        self.check_rank(inputs[0])
        return self.replace_sizes(inputs[0], self.output_size)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        sizes = inputs[0].shape[-self.rank :]
        if any(size % wanted for size, wanted in zip(sizes, self.output_size, strict=True)):
            return None
        tile = tuple(size // wanted for size, wanted in zip(sizes, self.output_size, strict=True))
        return Window(tile, tile, (1,) * self.rank)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", self.output_size, **changed(self, but=("output_size",)))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        pairs = zip(inputs[0].shape[-self.rank :], self.output_size, strict=True)
        return output_sizes([_tiles(*pair) for pair in pairs], self.output_size)

    def summary(self) -> str:
        return settings(f"to {times(self.output_size)}")


class AdaptiveMaxPooling(AdaptivePooling, Indexed):
    """The largest value of each such window."""

    keeps = ("inputs", "indices")
    return_indices = RETURN_INDICES

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return self.with_indices(super().infer(inputs))


def _tiles(size: int, wanted: int) -> Fraction:
    """The wanted size as the number of windows that tile the input, where they do."""
    if size % wanted:
        return Fraction(steps((wanted, "size")), note=f"As asked for: the windows differ, to divide {size:,} evenly.")
    tile = size // wanted
    return Fraction(steps((size, "size")), steps((tile, "kernel")), note=f"As asked for: windows of {tile:,} tile it.")


_MAX_HELP = (
    "Keeps the largest value of each window: it asks whether a pattern occurs nearby, not where exactly. "
    "A kernel of 2 halves the size. It has no weights. "
)
_AVERAGE_HELP = (
    "Replaces each window by its mean: a smooth way to make the input smaller. A kernel of 2 halves the size. "
    "It has no weights. "
)
_ADAPTIVE_HELP = (
    "of windows that are chosen so that the output has the size you ask for, whatever the input's size. "
    "Size 1 is global pooling: one number a channel, the usual bridge from convolutions to Linear. "
)
_ADAPTIVE_SYNONYMS = ("global pooling", "GAP", "adaptive pooling")


@LAYERS.register
class MaxPool2d(MaxPooling):
    """See `MaxPooling`."""

    rank, title = 2, "2-D max pooling"
    help = _MAX_HELP + "Takes channels×height×width."


@LAYERS.register
class MaxPool1d(MaxPooling):
    """See `MaxPooling`."""

    rank, title = 1, "1-D max pooling"
    help = _MAX_HELP + "Takes channels×length."


@LAYERS.register
class MaxPool3d(MaxPooling):
    """See `MaxPooling`."""

    rank, title = 3, "3-D max pooling"
    help = _MAX_HELP + "Takes channels×depth×height×width."


_DIVISOR_HELP = "Divide each window's sum by this number instead of its size."


@LAYERS.register
class AvgPool2d(AveragePooling):
    """See `AveragePooling`."""

    rank, title = 2, "2-D average pooling"
    help = _AVERAGE_HELP + "Takes channels×height×width."
    divisor_override = OptionalInt(None, minimum=1, advanced=True, help=_DIVISOR_HELP)


@LAYERS.register
class AvgPool1d(AveragePooling):
    """See `AveragePooling`."""

    rank, title = 1, "1-D average pooling"
    help = _AVERAGE_HELP + "Takes channels×length."


@LAYERS.register
class AvgPool3d(AveragePooling):
    """See `AveragePooling`."""

    rank, title = 3, "3-D average pooling"
    help = _AVERAGE_HELP + "Takes channels×depth×height×width."
    divisor_override = OptionalInt(None, minimum=1, advanced=True, help=_DIVISOR_HELP)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        # Unlike its siblings, this kind of PyTorch does not count the padding.
        check_fits(self.check_rank(inputs[0]), self.kernel_size, ((0, 0),) * self.rank, (1,) * self.rank)
        return super().infer(inputs)


@LAYERS.register
class AdaptiveAvgPool2d(AdaptivePooling):
    """See `AdaptivePooling`."""

    rank, title = 2, "2-D adaptive average pooling"
    synonyms = ("global average pooling", *_ADAPTIVE_SYNONYMS)
    help = "The mean " + _ADAPTIVE_HELP + "Takes channels×height×width."


@LAYERS.register
class AdaptiveAvgPool1d(AdaptivePooling):
    """See `AdaptivePooling`."""

    rank, title = 1, "1-D adaptive average pooling"
    synonyms = ("global average pooling", *_ADAPTIVE_SYNONYMS)
    help = "The mean " + _ADAPTIVE_HELP + "Takes channels×length."


@LAYERS.register
class AdaptiveAvgPool3d(AdaptivePooling):
    """See `AdaptivePooling`."""

    rank, title = 3, "3-D adaptive average pooling"
    synonyms = ("global average pooling", *_ADAPTIVE_SYNONYMS)
    help = "The mean " + _ADAPTIVE_HELP + "Takes channels×depth×height×width."


@LAYERS.register
class AdaptiveMaxPool2d(AdaptiveMaxPooling):
    """See `AdaptivePooling`."""

    rank, title = 2, "2-D adaptive max pooling"
    synonyms = ("global max pooling", *_ADAPTIVE_SYNONYMS)
    help = "The maximum " + _ADAPTIVE_HELP + "Takes channels×height×width."


@LAYERS.register
class AdaptiveMaxPool1d(AdaptiveMaxPooling):
    """See `AdaptivePooling`."""

    rank, title = 1, "1-D adaptive max pooling"
    synonyms = ("global max pooling", *_ADAPTIVE_SYNONYMS)
    help = "The maximum " + _ADAPTIVE_HELP + "Takes channels×length."


@LAYERS.register
class AdaptiveMaxPool3d(AdaptiveMaxPooling):
    """See `AdaptivePooling`."""

    rank, title = 3, "3-D adaptive max pooling"
    synonyms = ("global max pooling", *_ADAPTIVE_SYNONYMS)
    help = "The maximum " + _ADAPTIVE_HELP + "Takes channels×depth×height×width."
