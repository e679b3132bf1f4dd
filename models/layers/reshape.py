"""Layers that only move values, or copy them to larger sizes.

See https://docs.pytorch.org/docs/stable/generated/torch.nn.Flatten.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.Upsample.html.
"""

from __future__ import annotations

from math import prod

from models.kinds.arithmetic import check_dimension, require_channels, settings
from models.kinds.explain import Fraction, number, output_sizes, product, steps
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
from models.specs.fields import Bool, Choice, Dims, Int, OptionalFloat, OptionalSizes


class Rearrangement(Layer):
    """The same values in another arrangement."""

    family = "Merge / Shape"
    accepts = ""

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None


@LAYERS.register
class Flatten(Rearrangement):
    """Several dimensions become one."""

    views = True
    title = "Flatten"
    keeps_values = True
    flattens = True
    synonyms = ("vector", "reshape", "view", "unroll")
    help = (
        "Lays all values of an example out in one long vector, the form that Linear needs to see a whole image at "
        "once. Dimensions are counted with the batch as 0, as in PyTorch."
    )
    start_dim = Int(1, minimum=-8, maximum=8, advanced=True, label="First dimension", help="Where flattening starts.")
    end_dim = Int(-1, minimum=-8, maximum=8, advanced=True, label="Last dimension", help="Where it ends; -1: the last.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        if not shape and self.start_dim == 1 and self.end_dim == -1:
            raise ShapeError("Flatten receives one number for each example.", expected="features", found="1")
        first, last = (check_dimension(self.kind, dim, inputs[0]) for dim in (self.start_dim, self.end_dim))
        if first > last:
            raise ShapeError(
                f"Flatten cannot start at dimension {self.start_dim} and end at {self.end_dim}.",
                expected=f"a first dimension up to {last}",
                found=str(first),
            )
        flat = (*shape[: first - 1], prod(shape[first - 1 : last]), *shape[last:])
        return (TensorType(flat, inputs[0].dtype),)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call("nn.Flatten", **changed(self))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        first, last = (check_dimension(self.kind, dim, inputs[0]) for dim in (self.start_dim, self.end_dim))
        together = inputs[0].shape[first - 1 : last]
        return (Formula("Output features", "", steps(*product(together, "size")), number(prod(together))),)

    def summary(self) -> str:
        return settings(*(f"{name.removesuffix('_dim')} {value}" for name, value in changed(self).items()))


@LAYERS.register
class Reshape(Rearrangement):
    """The values in a given shape."""

    views = True
    title = "Reshape"
    keeps_values = True
    url = "https://docs.pytorch.org/docs/stable/generated/torch.reshape.html"
    synonyms = ("view", "unflatten", "fold")
    help = (
        "Gives the values of each example another shape, in the same order. The sizes must multiply to the same count; "
        "one of them may be -1 and is worked out. The batch is left out."
    )
    shape = Dims((-1,), minimum=-1, help="Sizes without the batch; one may be -1.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return (TensorType(self._resolved(inputs[0].shape), inputs[0].dtype),)

    def _resolved(self, given: Shape) -> Shape:
        count, known = prod(given), prod(size for size in self.shape if size != -1)
        unknown = self.shape.count(-1)
        if unknown > 1 or 0 in self.shape:
            raise ShapeError(
                f"Reshape to {brief(self.shape)} needs sizes of 1 or more; only one may be -1.",
                expected="one -1 at most, no 0",
                found=times(self.shape),
            )
        if count % known or (not unknown and count != known):
            raise ShapeError(
                f"Reshape to {brief(self.shape)} does not fit {count:,} values.",
                expected=f"{count:,} values",
                found=times(self.shape),
            )
        return tuple(count // known if size == -1 else size for size in self.shape)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        sizes = ", ".join(map(str, (-1, *self._resolved(inputs[0].shape))))
        return f"{arguments[0]}.reshape({sizes})"

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        terms = steps(*product(outputs[0].shape, "size"))
        note = f"The same values as in {times(inputs[0].shape)}."
        return (Formula("Values", "", terms, number(prod(inputs[0].shape)), note=note),)

    def summary(self) -> str:
        return f"to {brief(self.shape)}"


@LAYERS.register
class Permute(Rearrangement):
    """The dimensions in another order."""

    views = True
    title = "Permute"
    reorders = True
    url = "https://docs.pytorch.org/docs/stable/generated/torch.permute.html"
    synonyms = ("transpose", "swap", "channels last", "reorder")
    help = (
        "Puts the dimensions of each example in another order: 2×1 swaps the two dimensions of a sequence, so that "
        "channels×length becomes length×channels. Dimensions are counted from 1; the batch, 0, stays first."
    )
    dims = Dims((2, 1), minimum=1, maximum=8, label="Order", help="Every dimension from 1 on, in the wanted order.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        if sorted(self.dims) != list(range(1, len(shape) + 1)):
            wanted = f"1 to {len(shape)}, each once" if shape else "no dimensions"
            raise ShapeError(
                f"Permute order {brief(self.dims)} does not fit {brief(shape)}. Name {wanted}.",
                expected=wanted,
                found=times(self.dims),
            )
        return (TensorType(tuple(shape[dim - 1] for dim in self.dims), inputs[0].dtype),)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}.permute({', '.join(map(str, (0, *self.dims)))})"

    def summary(self) -> str:
        return settings(f"order {', '.join(map(str, self.dims))}")


_MODES = {"linear": (1,), "bilinear": (2,), "bicubic": (2,), "trilinear": (3,)}
_ALIGNED = frozenset(_MODES)


@LAYERS.register
class Upsample(Layer):
    """Larger sizes by repeating or interpolating values."""

    family = "Merge / Shape"
    title = "Upsample"
    synonyms = ("resize", "interpolate", "scale", "enlarge", "decoder", "U-Net")
    help = (
        "Makes images (or sequences, or volumes) larger by repeating or interpolating values, with nothing to learn. "
        "Followed by a convolution it is a gentle alternative to ConvTranspose2d. Takes channels first, then one to "
        "three sizes."
    )
    size = OptionalSizes(longest=3, help="Wanted size, in place of a factor; one number stands for all dimensions.")
    scale_factor = OptionalFloat(
        2.0, above=0.0, maximum=4096.0, label="Factor", role="stride", help="How many times larger."
    )
    mode = Choice("nearest", ("nearest", "linear", "bilinear", "bicubic", "trilinear", "nearest-exact"),
                  help="linear is for sequences, bilinear and bicubic for images, trilinear for volumes.")  # fmt: skip
    align_corners = Bool(False, advanced=True, help="Put the corner values exactly into the corners (not for nearest).")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        sizes = inputs[0].shape[1:]
        spatial = len(sizes)
        wanted = _MODES.get(self.mode, (1, 2, 3))
        if spatial not in wanted:
            require_channels(f"Upsample ({self.mode})", inputs[0], 2 if 2 in wanted else wanted[0])
        if self.align_corners and self.mode not in _ALIGNED:
            raise ShapeError(
                f"Aligned corners go with linear, bilinear, bicubic and trilinear, not {self.mode}.",
                expected=", ".join(_MODES),
                found=self.mode,
            )
        grown = self._grown(sizes)
        if min(grown) < 1:
            raise ShapeError(
                f"Factor {self.scale_factor:g} makes {brief(sizes)} vanish. Use a larger one.",
                expected="at least 1 in each dimension",
                found=times(grown),
            )
        return (TensorType((inputs[0].shape[0], *grown)),)

    def _grown(self, sizes: Shape) -> Shape:
        if (self.size is None) == (self.scale_factor is None):
            found = "neither" if self.size is None else "both"
            raise ShapeError(
                f"Upsample needs a size or a factor, and has {found}.", expected="size or factor", found=found
            )
        if self.size is None:
            return tuple(int(size * (self.scale_factor or 1.0)) for size in sizes)
        if len(self.size) not in {1, len(sizes)}:
            raise ShapeError(
                f"Upsample to {brief(self.size)} does not fit the {len(sizes)} dimensions of {brief(sizes)}.",
                expected=f"{len(sizes)} sizes",
                found=times(self.size),
            )
        return self.size * len(sizes) if len(self.size) == 1 else self.size

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        arguments: dict[str, object] = {"size": self._grown(inputs[0].shape[1:])} if self.size else {}
        if self.scale_factor is not None:
            whole = self.scale_factor.is_integer()
            arguments["scale_factor"] = int(self.scale_factor) if whole else self.scale_factor
        return call("nn.Upsample", **arguments, **changed(self, but=("size", "scale_factor")))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        after = outputs[0].shape[1:]
        if self.scale_factor is None:
            note = "The size that was asked for."
            return output_sizes([Fraction(steps((size, "size")), note=note) for size in after], after)
        factor = (f"{self.scale_factor!r}".removesuffix(".0"), "stride")
        # Only a fractional factor needs rounding down.
        bottom = () if self.scale_factor.is_integer() else steps(1)
        parts = [Fraction(steps((size, "size"), "·", factor), bottom) for size in inputs[0].shape[1:]]
        return output_sizes(parts, after)

    def summary(self) -> str:
        target = f"to {brief(self.size)}" if self.size else f"×{self.scale_factor or 1:g}"
        return settings(target, self.mode)


class PixelRearrangement(Rearrangement):
    """Channels traded for positions, or the other way round; values stay the same."""

    accepts = "float"

    def image(self, given: TensorType) -> Shape:
        """The sizes of an image, or of several in further dimensions; raises `ShapeError`."""
        if len(given.shape) < 3:
            require_channels(self.kind, given, 2)
        return given.shape

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call(f"nn.{self.kind}", *(getattr(self, name) for name in self.fields))


@LAYERS.register
class PixelShuffle(PixelRearrangement):
    """(C·r²)×H×W becomes C×(H·r)×(W·r)."""

    title = "Pixel shuffle"
    synonyms = ("sub-pixel convolution", "super-resolution", "depth to space", "upsampling")
    help = (
        "Trades channels for resolution: every r² channels become one that is r times as high and wide. After a "
        "convolution it is a sharp way to enlarge images. Takes channels×height×width."
    )
    upscale_factor = Int(2, minimum=2, label="Factor", role="stride", help="How many times higher and wider.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        (*more, channels, height, width), factor = self.image(inputs[0]), self.upscale_factor
        if channels % factor**2:
            raise ShapeError(
                f"Factor {factor} needs channels in multiples of {factor**2}, but there are {channels}.",
                expected=f"a multiple of {factor**2}",
                found=str(channels),
            )
        return (TensorType((*more, channels // factor**2, height * factor, width * factor)),)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        factor = (self.upscale_factor, "stride")
        return output_sizes(
            [Fraction(steps((size, "size"), "·", factor)) for size in inputs[0].shape[-2:]], outputs[0].shape[-2:]
        )

    def summary(self) -> str:
        return f"×{self.upscale_factor}"


@LAYERS.register
class PixelUnshuffle(PixelRearrangement):
    """C×H×W becomes (C·r²)×(H/r)×(W/r)."""

    title = "Pixel unshuffle"
    synonyms = ("space to depth", "focus", "downsampling")
    help = (
        "Trades resolution for channels: every block of r×r positions becomes r² channels. Makes images smaller "
        "without losing a value. Takes channels×height×width."
    )
    downscale_factor = Int(2, minimum=2, label="Factor", role="stride", help="How many times lower and narrower.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        (*more, channels, height, width), factor = self.image(inputs[0]), self.downscale_factor
        if height % factor or width % factor:
            raise ShapeError(
                f"Factor {factor} does not divide {brief((height, width))}.",
                expected=f"multiples of {factor}",
                found=times((height, width)),
            )
        return (TensorType((*more, channels * factor**2, height // factor, width // factor)),)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        factor = steps((self.downscale_factor, "stride"))
        return output_sizes(
            [Fraction(steps((size, "size")), factor) for size in inputs[0].shape[-2:]], outputs[0].shape[-2:]
        )

    def summary(self) -> str:
        return f"÷{self.downscale_factor}"
