"""Convolutions and transposed convolutions.

Size, parameter and cost formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.Conv2d.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html.
"""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar

from models.kinds.arithmetic import check_fits, require_channels, settings, short, span, window_size
from models.kinds.explain import Fraction, multiply_adds, output_sizes, parameters, product, steps
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
    call,
    changed,
    times,
)
from models.specs.fields import Bool, Choice, Int, Padding, Size

_MIRRORS = ("reflect", "replicate")
_LEAST_LARGER = {"reflect": 1, "circular": 0}
"""By how much the input must be larger than a border filled from it, in the modes that have such a limit."""


_DILATION = Size(default=1, role="dilation", advanced=True, help="Distance between the window's points; 1 is dense.")
_GROUPS = Int(1, minimum=1, advanced=True, help="Parts that channels are split into; each filter sees one part.")
_BIAS = Bool(True, help="Adds a learned number to each output channel.")


class FilterLayer(Layer):
    """What convolutions and transposed convolutions have in common: filters, groups and a bias."""

    keeps = ("inputs",)
    family = "Convolution"
    bias_dim = 0
    rank: ClassVar[int]
    """Number of spatial dimensions."""

    out_channels = Int(
        16, minimum=1, label="Filters", role="channels", help="Number of filters, each giving a channel."
    )
    kernel_size = Size(default=3, role="kernel", help="Size of the window that each filter looks at.")
    stride = Size(default=1, role="stride", help="Step of the window; 2 halves the size.")
    # Declared by the subclasses: each in the order of its arguments in PyTorch.
    dilation: Size
    groups: Int
    bias: Bool

    def check_channels(self, given: TensorType) -> int:
        """The number of input channels; raises `ShapeError` for a wrong rank and for groups that do not divide."""
        require_channels(self.kind, given, self.rank)
        channels = given.shape[0]
        for count, what in ((channels, "input channels"), (self.out_channels, "filters")):
            if count % self.groups:
                raise ShapeError(
                    f"{self.groups} groups do not divide the {count} {what}.",
                    expected=f"a divisor of {count}",
                    found=str(self.groups),
                    mend="groups",
                )
        return channels

    def weight_shape(self, channels: int) -> Shape:
        """The shape of the filters for so many input channels."""
        return (self.out_channels, channels // self.groups, *self.kernel_size)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        filters = Weight("weight", self.weight_shape(inputs[0].shape[0]))
        return (filters, Weight("bias", (self.out_channels,))) if self.bias else (filters,)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        channels = inputs[0].shape[0]
        others = changed(self, but=("out_channels", "kernel_size"))
        return call(f"nn.{self.kind}", channels, self.out_channels, kernel_size=self.kernel_size, **others)

    def count_formulas(self, inputs: tuple[TensorType, ...], cost: Formula) -> tuple[Formula, ...]:
        """The formulas of parameters and multiply-adds."""
        part = inputs[0].shape[0] // self.groups
        bias: tuple[Any, ...] = (" + ", (self.out_channels, "channels")) if self.bias else ()
        window = product(self.kernel_size, "kernel")
        terms = steps((self.out_channels, "channels"), " · (", *window, f"·{part:,})", *bias)
        each = f"each {reach_text(self.kernel_size)} over {_plural(part, 'channel')}"
        note = f"{_plural(self.out_channels, 'filter')}, {each}"
        note += ", plus one bias per filter." if self.bias else "."
        return (*parameters(self.weights(inputs), terms, note), cost)


class Convolution(FilterLayer):
    """Filters that slide over the input."""

    padding = Padding(role="padding", help="Values added on each side; “same” keeps the size at stride 1.")
    dilation, groups, bias = _DILATION, _GROUPS, _BIAS
    padding_mode = Choice(
        "zeros", ("zeros", "reflect", "replicate", "circular"), advanced=True, help="What the added border holds."
    )

    @property
    def keeps(self) -> tuple[str, ...]:  # type: ignore[override]
        # What is padded beforehand is kept in place of the input, or beside it where the padding looks at it.
        return ("inputs",) if not self._pads_before or self.padding_mode in _MIRRORS else ()

    @property
    def _pads_before(self) -> bool:
        """Whether the convolution gets a padded copy of its input."""
        borders = self.borders()
        uneven = any(before != after for before, after in borders)
        return uneven or self.padding_mode in _MIRRORS or (self.padding_mode == "circular" and any(map(any, borders)))

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        if not self._pads_before:
            return 0
        channels, *sizes = inputs[0].shape
        padded = (size + sum(border) for size, border in zip(sizes, self.borders(), strict=True))
        return FLOAT * batch * channels * prod(padded)

    def borders(self) -> tuple[tuple[int, int], ...]:
        """Padding (before, after) of each spatial dimension; for “same” PyTorch puts an odd one after."""
        if isinstance(self.padding, str):
            totals = [span(k, d) - 1 for k, d in zip(self.kernel_size, self.dilation, strict=True)]
            return tuple((total // 2, total - total // 2) for total in totals)
        return tuple((each, each) for each in self.padding)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        self.check_channels(inputs[0])
        sizes = inputs[0].shape[1:]
        if self.padding == "same" and set(self.stride) != {1}:
            raise ShapeError(
                f"Padding “same” needs stride 1, but the stride is {times(self.stride)}.",
                expected="stride 1",
                found=times(self.stride),
                mend="stride",
            )
        self._check_border(sizes)
        check_fits(sizes, self.kernel_size, self.borders(), self.dilation)
        if isinstance(self.padding, str):
            return (TensorType((self.out_channels, *sizes)),)
        geometry = zip(sizes, self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        return (TensorType((self.out_channels, *(window_size(*each) for each in geometry))),)

    def _check_border(self, sizes: Shape) -> None:
        if self.padding_mode not in _LEAST_LARGER:
            return
        for size, border in zip(sizes, self.borders(), strict=True):
            limit = size - _LEAST_LARGER[self.padding_mode]
            if max(border) > limit:
                raise ShapeError(
                    f"Padding {max(border)} in mode {self.padding_mode} needs a larger input than {size}.",
                    expected=f"padding of at most {limit}",
                    found=str(max(border)),
                )

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return prod(outputs[0].shape) * prod(self.weight_shape(inputs[0].shape[0])[1:])

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        before = tuple(before for before, _ in self.borders())
        return Window(self.kernel_size, self.stride, self.dilation, before if any(before) else ())

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        parts = [self._size_formula(axis, size) for axis, size in enumerate(inputs[0].shape[1:])]
        terms = steps(
            *product(outputs[0].shape),
            " · (",
            *product(self.kernel_size, "kernel"),
            f"·{inputs[0].shape[0] // self.groups:,})",
        )
        note = "Every output value takes one filter's multiplications."
        (cost,) = multiply_adds(self.multiply_adds(inputs, outputs), terms, note)
        return (*output_sizes(parts, outputs[0].shape[1:]), *self.count_formulas(inputs, cost))

    def _size_formula(self, axis: int, size: int) -> Fraction:
        kernel, stride, dilation = self.kernel_size[axis], self.stride[axis], self.dilation[axis]
        if isinstance(self.padding, str):
            total = span(kernel, dilation) - 1
            return Fraction(steps((size, "size")), note=f"Padding “same” adds {total} in all, so the size stays.")
        return sliding(size, kernel, stride, self.padding[axis], dilation)

    def summary(self) -> str:
        padding = "same" if isinstance(self.padding, str) else short("p", self.padding)
        return settings(
            str(self.out_channels),
            kernel_text(self.kernel_size),
            short("s", self.stride),
            padding,
            short("d", self.dilation) if set(self.dilation) != {1} else "",
            f"g{self.groups}" if self.groups > 1 else "",
        )


class TransposedConvolution(FilterLayer):
    """Filters that paint their window once for each input value: the size grows."""

    padding = Size(default=0, minimum=0, role="padding", help="Values cut from each side of the output.")
    output_padding = Size(default=0, minimum=0, advanced=True, help="Values added at the end of the output.")
    groups, bias, dilation = _GROUPS, _BIAS, _DILATION

    def weight_shape(self, channels: int) -> Shape:
        return (channels, self.out_channels // self.groups, *self.kernel_size)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        self.check_channels(inputs[0])
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(stride, dilation):
                raise ShapeError(
                    f"Output padding {extra} must be smaller than the stride or the dilation.",
                    expected=f"at most {max(stride, dilation) - 1}",
                    found=str(extra),
                )
        sizes = inputs[0].shape[1:]
        grown = tuple(self._grow(axis, size) for axis, size in enumerate(sizes))
        if min(grown) < 1:
            raise ShapeError(
                f"Padding {times(self.padding)} cuts away all of the output. Use less padding.",
                expected="at least 1 in each dimension",
                found=times(grown),
            )
        return (TensorType((self.out_channels, *grown)),)

    def _grow(self, axis: int, size: int) -> int:
        reach = span(self.kernel_size[axis], self.dilation[axis])
        return (size - 1) * self.stride[axis] - 2 * self.padding[axis] + reach + self.output_padding[axis]

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return prod(inputs[0].shape) * prod(self.weight_shape(1)[1:])

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        parts = [self._size_formula(axis, size) for axis, size in enumerate(inputs[0].shape[1:])]
        terms = steps(
            *product(inputs[0].shape),
            " · (",
            *product(self.kernel_size, "kernel"),
            f"·{self.out_channels // self.groups:,})",
        )
        note = "Every input value paints one window of every filter."
        (cost,) = multiply_adds(self.multiply_adds(inputs, outputs), terms, note)
        return (*output_sizes(parts, outputs[0].shape[1:]), *self.count_formulas(inputs, cost))

    def count_formulas(self, inputs: tuple[TensorType, ...], cost: Formula) -> tuple[Formula, ...]:
        channels, part = inputs[0].shape[0], self.out_channels // self.groups
        bias: tuple[Any, ...] = (" + ", (self.out_channels, "channels")) if self.bias else ()
        terms = steps(channels, " · (", *product(self.kernel_size, "kernel"), "·", (part, "channels"), ")", *bias)
        note = f"Windows of {times(self.kernel_size)} from each of {_plural(channels, 'channel')} to {part:,}"
        note += ", plus one bias per filter." if self.bias else "."
        return (*parameters(self.weights(inputs), terms, note), cost)

    def _size_formula(self, axis: int, size: int) -> Fraction:
        padding, dilation = self.padding[axis], self.dilation[axis]
        reach: tuple[Any, ...] = ((self.kernel_size[axis], "kernel"),)
        if dilation > 1:
            reach = ((dilation, "dilation"), "·(", *reach, " − 1) + 1")
        extra = (" + ", self.output_padding[axis]) if self.output_padding[axis] else ()
        terms = ("(", (size, "size"), " − 1)·", (self.stride[axis], "stride"), " − 2·", (padding, "padding"), " + ")
        return Fraction(steps(*terms, *reach, *extra))

    def summary(self) -> str:
        return settings(
            str(self.out_channels),
            kernel_text(self.kernel_size),
            short("s", self.stride),
            short("p", self.padding),
            short("d", self.dilation) if set(self.dilation) != {1} else "",
            f"g{self.groups}" if self.groups > 1 else "",
        )


def sliding(size: int, kernel: int, stride: int, padding: int, dilation: int = 1) -> Fraction:
    """⌊(32 + 2·1 − 3) / 1⌋ + 1, the size after a sliding window, with the dilation only where there is one."""
    terms: list[Any] = [(size, "size"), " + 2·", (padding, "padding"), " − "]
    terms += [(dilation, "dilation"), "·(", (kernel, "kernel"), " − 1) − 1"] if dilation > 1 else [(kernel, "kernel")]
    return Fraction(steps(*terms), steps((stride, "stride")), steps(" + 1"))


def kernel_text(kernel: Shape) -> str:
    """A kernel on a card: ``3×3``; for one dimension ``k3``."""
    return times(kernel) if len(kernel) > 1 else f"k{kernel[0]}"


def reach_text(kernel: Shape) -> str:
    """A kernel in a sentence: ``3×3``; for one dimension “3 long”."""
    return times(kernel) if len(kernel) > 1 else f"{kernel[0]} long"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


@LAYERS.register
class Conv2d(Convolution):
    """See `Convolution`."""

    rank = 2
    title = "2-D convolution"
    synonyms = ("convolution", "convolutional layer", "CNN", "filter", "image", "depthwise", "pointwise", "1×1")
    help = (
        "Slides filters over an image. Each filter multiplies a small window of all channels by learned weights and "
        "adds up, so that it responds to one pattern (an edge, a texture) wherever it occurs. The same few weights "
        "serve every place, which is why convolutions need far fewer than Linear. Takes channels×height×width."
    )


@LAYERS.register
class Conv1d(Convolution):
    """See `Convolution`."""

    rank = 1
    title = "1-D convolution"
    synonyms = ("convolution", "temporal convolution", "CNN", "filter", "sequence")
    help = (
        "Slides filters along a sequence. Each filter multiplies a short stretch of all channels by learned weights "
        "and adds up, so that it responds to one pattern wherever it occurs: in sound, sensor data or text. "
        "Takes channels×length."
    )


@LAYERS.register
class Conv3d(Convolution):
    """See `Convolution`."""

    rank = 3
    title = "3-D convolution"
    synonyms = ("convolution", "volume", "video", "CNN", "filter", "medical")
    help = (
        "Slides filters through a volume or a video: as Conv2d with one more dimension, depth or time. "
        "Costs grow with the cube of the kernel size. Takes channels×depth×height×width."
    )


_TRANSPOSED_SYNONYMS = ("transposed convolution", "deconvolution", "upsampling", "decoder", "fractional stride")


@LAYERS.register
class ConvTranspose2d(TransposedConvolution):
    """See `TransposedConvolution`."""

    rank = 2
    title = "2-D transposed convolution"
    synonyms = _TRANSPOSED_SYNONYMS
    help = (
        "Enlarges an image with learned filters: every input value paints a window of the output, and a stride of 2 "
        "doubles height and width. Used in decoders, segmentation and generators. A kernel that the stride divides "
        "avoids checkerboard patterns. Takes channels×height×width."
    )


@LAYERS.register
class ConvTranspose1d(TransposedConvolution):
    """See `TransposedConvolution`."""

    rank = 1
    title = "1-D transposed convolution"
    synonyms = _TRANSPOSED_SYNONYMS
    help = (
        "Lengthens a sequence with learned filters: every input value paints a stretch of the output, and stride 2 "
        "doubles the length. Used in decoders and generators of sound. Takes channels×length."
    )


@LAYERS.register
class ConvTranspose3d(TransposedConvolution):
    """See `TransposedConvolution`."""

    rank = 3
    title = "3-D transposed convolution"
    synonyms = _TRANSPOSED_SYNONYMS
    help = (
        "Enlarges a volume with learned filters, as ConvTranspose2d with one more dimension. "
        "Takes channels×depth×height×width."
    )
