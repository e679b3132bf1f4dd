"""Dimensions summed up in one number each: mean, sum, maximum and norm.

See https://docs.pytorch.org/docs/stable/torch.html#reduction-ops.
"""

from __future__ import annotations

from typing import ClassVar

from models.kinds.arithmetic import LAYOUTS, check_dimension, settings
from models.kinds.layer import LAYERS, Layer, Shape, ShapeError, TensorType, Window, brief, times
from models.specs.fields import Bool, Choice, Dims, Float

DOCS = "https://docs.pytorch.org/docs/stable/generated/torch."


class Reduction(Layer):
    """One number in place of all along some dimensions."""

    family = "Merge / Shape"
    function: ClassVar[str]
    """The method of a tensor."""

    dim = Dims((1,), minimum=-8, maximum=8, shortest=1, label="Dimensions", help=(
        "Dimensions that go, counted with the batch as 0: 2, 3 are height and width of an image, -1 the last one."
    ))  # fmt: skip
    keepdim = Bool(False, label="Keep dimensions", help="Leave dimensions of size 1 where they were.")

    def places(self, given: TensorType) -> list[int]:
        """The dimensions counted from 1, in order; raises `ShapeError`."""
        found = sorted(check_dimension(self.kind, dim, given) for dim in self.dim)
        if len(set(found)) < len(found):
            raise ShapeError(
                f"{self.kind} names a dimension twice: {', '.join(map(str, self.dim))}.",
                expected="each dimension once",
                found=", ".join(map(str, self.dim)),
            )
        return found

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return (TensorType(reduced(inputs[0].shape, self.places(inputs[0]), self.keepdim), inputs[0].dtype),)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return Window((1,), (1,), (1,)) if self.places(inputs[0]) == [1] and self.keepdim else None

    def arguments(self) -> str:
        """``dim=1`` or ``dim=(2, 3), keepdim=True``."""
        dims = str(self.dim[0]) if len(self.dim) == 1 else f"({', '.join(map(str, self.dim))})"
        return f"dim={dims}{', keepdim=True' if self.keepdim else ''}"

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]}.{self.function}({self.arguments()})"

    def summary(self) -> str:
        return settings(f"dim {', '.join(map(str, self.dim))}", "kept" if self.keepdim else "")


def reduced(shape: Shape, places: list[int], keepdim: bool) -> Shape:
    """A shape whose dimensions at some places, counted from 1, are gone, or 1."""
    sizes = [(1 if place in places else size, place) for place, size in enumerate(shape, 1)]
    return tuple(size for size, place in sizes if keepdim or place not in places)


@LAYERS.register
class Mean(Reduction):
    """Σx/n."""

    function = "mean"
    title = "Mean over dimensions"
    url = DOCS + "mean.html"
    synonyms = ("average over", "average of steps", "reduce")
    help = (
        "The mean along some dimensions, which go: over steps it turns a sequence into one vector, over height and "
        "width an image into a number a channel."
    )


@LAYERS.register
class Sum(Reduction):
    """Σx."""

    function = "sum"
    accepts = ""
    title = "Sum over dimensions"
    url = DOCS + "sum.html"
    synonyms = ("total", "add up", "reduce")
    help = (
        "The sum along some dimensions, which go. Unlike a mean it grows with the number of values: right for counts "
        "and for sets whose size matters."
    )


@LAYERS.register
class Max(Reduction):
    """max(x)."""

    keeps = ("inputs", "output")
    function = "amax"
    accepts = ""
    title = "Maximum over dimensions"
    url = DOCS + "amax.html"
    synonyms = ("amax", "largest along", "reduce")
    help = (
        "The largest value along some dimensions, which go: whether something occurs anywhere. Values that tie share "
        "the gradient. Maximum, without dimensions, compares several inputs."
    )


@LAYERS.register
class Norm(Reduction):
    """(Σ|x|ᵖ)^(1/p)."""

    keeps = ("inputs", "output")
    nonnegative = True
    title = "Norm over dimensions"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html"
    synonyms = ("length", "magnitude", "L2")
    help = (
        "The length of vectors along some dimensions, which go: with order 2 the usual one, with order 1 the sum of "
        "sizes. Lengths of capsules, sizes of gradients, distances once inputs are subtracted."
    )
    ord = Float(2.0, above=0.0, maximum=64.0, label="Order", help="2 is the usual length, 1 the sum of sizes.")

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        order = f"ord={self.ord!r}, " if self.ord != 2 else ""
        return f"torch.linalg.vector_norm({arguments[0]}, {order}{self.arguments()})"

    def summary(self) -> str:
        return settings(f"L{self.ord:g}", super().summary())


@LAYERS.register
class GlobalPool(Layer):
    """One number a channel, whatever the size."""

    family = "Pooling"
    title = "Global pooling"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.mean.html"
    synonyms = ("GAP", "global average", "global max", "squeeze")
    help = (
        "Turns each channel of a sequence, an image or a volume into one number, its mean or its maximum: the bridge "
        "from convolutions to Linear in one card, for every size. Takes channels first, then one to three sizes."
    )

    @property
    def keeps(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("inputs", "output") if self.mode == "max" else ()

    mode = Choice("mean", ("mean", "max"), help="mean asks how much of a pattern there is, max whether it occurs.")
    keepdim = Bool(False, label="Keep dimensions", help="Leave sizes of 1, as a gate over channels needs them.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = inputs[0].shape
        if not 2 <= len(shape) <= 4:
            raise ShapeError(
                f"GlobalPool needs {LAYOUTS[2]} or the like, but it receives {brief(shape)}.",
                expected=LAYOUTS[2],
                found=times(shape),
                mend="unflatten" if len(shape) == 1 else "",
            )
        return (TensorType(shape[:1] + ((1,) * (len(shape) - 1) if self.keepdim else ())),)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        sizes = inputs[0].shape[1:]
        return Window(sizes, sizes, (1,) * len(sizes)) if self.keepdim else None

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        places = [str(place) for place in range(2, len(inputs[0].shape) + 1)]
        dims = places[0] if len(places) == 1 else f"({', '.join(places)})"
        function = "mean" if self.mode == "mean" else "amax"
        return f"{arguments[0]}.{function}(dim={dims}{', keepdim=True' if self.keepdim else ''})"

    def summary(self) -> str:
        return settings(str(self.mode), "kept" if self.keepdim else "")
