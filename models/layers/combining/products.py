"""Products and distances of two inputs.

See https://docs.pytorch.org/docs/stable/generated/torch.matmul.html and
https://docs.pytorch.org/docs/stable/nn.html#distance-functions.
"""

from __future__ import annotations

from math import prod

from models.kinds.arithmetic import check_dimension
from models.kinds.explain import multiply_adds, product, steps
from models.kinds.layer import (
    FLOAT,
    LAYERS,
    Formula,
    Layer,
    Port,
    Shape,
    ShapeError,
    TensorType,
    Window,
    brief,
    bytes_of,
    call,
    times,
)
from models.specs.fields import Bool, Float, Int


class OfTwo(Layer):
    """Two inputs, told apart."""

    keeps = ("inputs",)
    family = "Merge / Shape"

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None


@LAYERS.register
class MatMul(OfTwo):
    """a·b over the last two dimensions."""

    inputs = (Port("first"), Port("second"))
    title = "Matrix product"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.matmul.html"
    synonyms = ("matrix multiplication", "dot product", "scores", "bmm")
    help = (
        "Multiplies the matrices in the last two dimensions of its inputs, rows of the first by columns of the second: "
        "n×k and k×m give n×m. Dimensions before these must agree; a size of 1 is stretched. With a transposed second "
        "input it compares all with all, as attention does."
    )

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        first, second = (given.shape for given in inputs)
        batches = zip(first[:-2], second[:-2], strict=False)
        agree = len(first) == len(second) >= 2 and all(1 in pair or pair[0] == pair[1] for pair in batches)
        if not agree or first[-1] != second[-2]:
            raise ShapeError(
                f"Matrices of {brief(first)} and {brief(second)} do not multiply.",
                expected=times((*first[:-2], first[-1], second[-1])) if first and second else "two matrices",
                found=times(second),
                port="second",
            )
        front = tuple(max(pair) for pair in zip(first[:-2], second[:-2], strict=True))
        return (TensorType((*front, first[-2], second[-1])),)

    def keeps_of(self, inputs: tuple[TensorType, ...]) -> tuple[str, ...]:
        stretched = self._stretched(inputs)
        return tuple(name for name, size in zip(("first", "second"), stretched, strict=True) if not size)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return FLOAT * batch * sum(self._stretched(inputs))

    def _stretched(self, inputs: tuple[TensorType, ...]) -> tuple[int, int]:
        """The numbers of each input that is written out first, because its matrices go with several; else 0."""
        fronts = [given.shape[:-2] for given in inputs]
        front = prod(max(pair) for pair in zip(*fronts, strict=True))
        first, second = (
            0 if prod(own) == front else front * prod(given.shape[-2:])
            for own, given in zip(fronts, inputs, strict=True)
        )
        return first, second

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return prod(outputs[0].shape) * inputs[0].shape[-1]

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{arguments[0]} @ {arguments[1]}"

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        terms = steps(*product(outputs[0].shape), " · ", (inputs[0].shape[-1], "size"))
        return multiply_adds(self.multiply_adds(inputs, outputs), terms, "A product for each number of a row.")


class Compared(OfTwo):
    """Two inputs of one shape, compared along a dimension that goes."""

    inputs = (Port("x1"), Port("x2"))

    def compared(self, inputs: tuple[TensorType, ...]) -> Shape:
        """The shape of both; raises `ShapeError`."""
        first, second = (given.shape for given in inputs)
        if first != second:
            raise ShapeError(
                f"{self.kind} needs equal shapes: {brief(first)} and {brief(second)}.",
                expected=times(first),
                found=times(second),
                port="x2",
            )
        return first


@LAYERS.register
class CosineSimilarity(Compared):
    """x₁·x₂/(‖x₁‖·‖x₂‖) along a dimension."""

    title = "Cosine similarity"
    synonyms = ("angle", "similarity", "siamese", "retrieval")
    help = (
        "The cosine of the angle between two vectors: 1 where they point the same way, 0 where they have nothing to do "
        "with each other, −1 where they are opposite. Length does not count. The dimension compared goes."
    )
    dim = Int(1, minimum=-8, maximum=8, label="Dimension", help="Dimension of the vectors, with the batch as 0.")
    eps = Float(1e-8, above=0.0, advanced=True, help="Least length, so that nothing is divided by zero.")

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return batch * (2 * bytes_of(inputs[0]) + 4 * bytes_of(outputs[0]))

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = self.compared(inputs)
        place = check_dimension(self.kind, self.dim, inputs[0]) - 1
        return (TensorType((*shape[:place], *shape[place + 1 :])),)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        eps = {} if self.eps == 1e-8 else {"eps": self.eps}
        return call("nn.CosineSimilarity", dim=self.dim, **eps)

    def summary(self) -> str:
        return f"dim {self.dim}"


@LAYERS.register
class PairwiseDistance(Compared):
    """‖x₁ − x₂ + ε‖ₚ along the last dimension."""

    keeps = ("output",)
    title = "Distance"
    synonyms = ("Euclidean distance", "siamese", "metric learning")
    help = (
        "How far two vectors lie apart along the last dimension, which goes: with norm 2 the Euclidean distance, with "
        "norm 1 the sum of all differences. Networks that compare pairs (siamese) end in it."
    )
    p = Float(2.0, above=0.0, maximum=64.0, label="Norm", help="2 is the usual length, 1 the sum of sizes.")
    eps = Float(1e-6, minimum=0.0, advanced=True, help="Added to each difference, so that the slope at 0 exists.")
    keepdim = Bool(False, advanced=True, label="Keep dimension", help="Leave a dimension of size 1 where it was.")

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return batch * bytes_of(inputs[0])

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        shape = self.compared(inputs)
        if not shape:
            raise ShapeError("PairwiseDistance needs vectors, but it receives single numbers.",
                             expected="features", found="1", mend="unflatten")  # fmt: skip
        return (TensorType((*shape[:-1], 1) if self.keepdim else shape[:-1]),)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = {name: getattr(self, name) for name in self.settings() if name in ("p", "eps", "keepdim")}
        return call("nn.PairwiseDistance", **others)

    def summary(self) -> str:
        return f"norm {self.p:g}"
