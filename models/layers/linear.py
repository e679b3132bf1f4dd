"""Linear layers and embeddings.

Formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html.
"""

from __future__ import annotations

from math import prod
from typing import ClassVar

from models.basics.text import counted
from models.kinds.arithmetic import settings
from models.kinds.explain import multiply_adds, parameters, product, steps
from models.kinds.layer import (
    INT,
    LAYERS,
    Formula,
    Gain,
    Layer,
    Port,
    ShapeError,
    TensorType,
    Weight,
    Window,
    brief,
    call,
    changed,
    times,
)
from models.specs.fields import Bool, Choice, Float, Int, OptionalFloat, OptionalInt


@LAYERS.register
class Linear(Layer):
    """y = x·Wᵀ + b over the last dimension."""

    keeps = ("inputs",)
    family = "Linear"
    linear = True
    bias_dim = -1
    title = "Fully connected layer"
    synonyms = ("FC", "dense", "fully connected", "perceptron", "MLP", "affine", "projection", "output layer")
    help = (
        "Connects every input to every output with a learned weight and adds a bias. Works on the last dimension: a "
        "vector of features, usually after Flatten or pooling; a sequence is treated step by step. Most of a small "
        "network's parameters tend to sit here."
    )
    out_features = Int(10, minimum=1, label="Features", role="channels", help="Number of outputs.")
    bias = Bool(True, help="Adds a learned number to each output.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        if not inputs[0].shape:
            raise ShapeError(
                "Linear needs a vector, but it receives one number for each example.",
                expected="features",
                found="1",
                mend="unflatten",
            )
        return (TensorType((*inputs[0].shape[:-1], self.out_features)),)

    def suits(self, inputs: tuple[TensorType, ...]) -> bool:
        return len(inputs[0].shape) < 3  # of an image it would see single rows

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        matrix = Weight("weight", (self.out_features, inputs[0].shape[-1]))
        return (matrix, Weight("bias", (self.out_features,))) if self.bias else (matrix,)

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return prod(inputs[0].shape) * self.out_features

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return call("nn.Linear", inputs[0].shape[-1], self.out_features, **changed(self, but=("out_features",)))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        width, out = inputs[0].shape[-1], (self.out_features, "channels")
        bias = (" + ", out) if self.bias else ()
        note = f"A weight from each of {width:,} inputs to each of {self.out_features:,} outputs"
        note += ", plus one bias per output." if self.bias else "."
        rows = (*product(inputs[0].shape[:-1]), " · ") if len(inputs[0].shape) > 1 else ()
        return (
            *parameters(self.weights(inputs), steps(out, "·", (width, "size"), *bias), note),
            *multiply_adds(self.multiply_adds(inputs, outputs), steps(*rows, out, "·", (width, "size"))),
        )

    def summary(self) -> str:
        return settings(counted(self.out_features, "feature"), "" if self.bias else "no bias")


@LAYERS.register
class Embedding(Layer):
    """A learned vector for each integer."""

    keeps = ("inputs",)
    family = "Linear"
    has_bias = False
    accepts = "int"
    title = "Embedding"
    synonyms: ClassVar[tuple[str, ...]] = ("word vectors", "lookup table", "tokens", "vocabulary", "NLP")
    help = (
        "Looks up a learned vector for each integer, such as the number of a word. Words used alike end up with "
        "similar vectors. Takes integers of any shape, below the number of entries."
    )
    num_embeddings = Int(1000, minimum=1, label="Entries", help="Size of the vocabulary: inputs are 0 to this minus 1.")
    embedding_dim = Int(64, minimum=1, label="Features", role="channels", help="Length of each vector.")
    padding_idx = OptionalInt(
        None, minimum=-(2**31), advanced=True, label="Padding entry", help="Entry that stays 0 and never learns."
    )
    max_norm = OptionalFloat(None, above=0.0, advanced=True, help="Longer vectors are shortened to this length.")
    norm_type = Float(2.0, above=0.0, advanced=True, help="The norm that max_norm measures; 2 is the usual length.")
    scale_grad_by_freq = Bool(False, advanced=True, help="Divide gradients by how often an entry occurs in the batch.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        entries = self.num_embeddings
        if self.padding_idx is not None and not -entries <= self.padding_idx < entries:
            raise ShapeError(
                f"Padding entry {self.padding_idx} lies outside the {entries} entries.",
                expected=f"{-entries} to {entries - 1}",
                found=str(self.padding_idx),
            )
        return (TensorType((*inputs[0].shape, self.embedding_dim)),)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return (Weight("weight", (self.num_embeddings, self.embedding_dim)),)

    def begins(self, name: str, inputs: tuple[TensorType, ...], gain: Gain) -> tuple[str, ...]:
        found = super().begins(name, inputs, gain)
        stays = found and self.padding_idx is not None
        return (*found, f"nn.init.zeros_({name}.weight[{self.padding_idx}])") if stays else found

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = changed(self, but=("num_embeddings", "embedding_dim"))
        return call("nn.Embedding", self.num_embeddings, self.embedding_dim, **others)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        terms = steps(self.num_embeddings, "·", (self.embedding_dim, "channels"))
        note = f"A vector of {self.embedding_dim:,} numbers for each of {self.num_embeddings:,} entries."
        return parameters(self.weights(inputs), terms, note)

    def summary(self) -> str:
        return settings(str(self.num_embeddings), counted(self.embedding_dim, "feature"))


@LAYERS.register
class EmbeddingBag(Embedding):
    """Learned vectors of several integers, made one."""

    inputs = (Port("input"), Port("weights", optional=True, accepts="float"))
    title = "Embedding bag"
    synonyms = ("bag of words", "sum of embeddings", "fastText", "text classification")
    help = (
        "Looks up a vector for each integer and takes their mean, sum or maximum: a bag of words, in one step and "
        "without the memory for all vectors. Takes a row of integers; weights for each of them go with the sum alone."
    )
    mode = Choice("mean", ("sum", "mean", "max"), help="How the vectors of an example become one.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        super().infer(inputs)
        if len(inputs[0].shape) != 1:
            raise ShapeError(
                f"EmbeddingBag needs a row of integers, but it receives {brief(inputs[0].shape)}.",
                expected="a row of integers",
                found=times(inputs[0].shape),
            )
        if len(inputs) > 1 and (self.mode != "sum" or inputs[1].shape != inputs[0].shape):
            what = "one a word" if self.mode == "sum" else "the mode “sum”"
            raise ShapeError(
                f"Weights of an EmbeddingBag need {what}.",
                expected=times(inputs[0].shape) if self.mode == "sum" else "sum",
                found=times(inputs[1].shape) if self.mode == "sum" else self.mode,
                port="weights",
            )
        if self.mode == "max" and self.scale_grad_by_freq:
            raise ShapeError(
                "Gradients of a maximum cannot be divided by how often an entry occurs.",
                expected="the mode “sum” or “mean”",
                found=self.mode,
            )
        return (TensorType((self.embedding_dim,)),)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        # Where each bag begins, its size and its largest entries; and, where not all count alike, each entry's bag.
        bags = INT * batch * (2 + (self.embedding_dim if self.mode == "max" else 1))
        told = self.mode != "sum" or self.padding_idx is not None
        return bags + told * INT * (batch * inputs[0].shape[0] + 1)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        others = changed(self, but=("num_embeddings", "embedding_dim"))
        padding = {"padding_idx": others.pop("padding_idx")} if "padding_idx" in others else {}
        return call("nn.EmbeddingBag", self.num_embeddings, self.embedding_dim, **others, **padding)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        given, *weights = arguments
        return f"{name}({given}, per_sample_weights={weights[0]})" if weights else f"{name}({given})"

    def summary(self) -> str:
        return settings(super().summary(), self.mode)


@LAYERS.register
class Bilinear(Layer):
    """y = x₁ᵀ·A·x₂ + b over the last dimension of two inputs."""

    keeps = ("inputs",)
    family = "Linear"
    bias_dim = -1
    inputs = (Port("input1"), Port("input2"))
    title = "Bilinear layer"
    synonyms = ("pairwise", "interaction", "similarity")
    help = (
        "Multiplies every feature of one input with every feature of another and sums the products with learned "
        "weights: how much do these two belong together? All dimensions but the last must agree."
    )
    out_features = Int(10, minimum=1, label="Features", role="channels", help="Number of outputs.")
    bias = Bool(True, help="Adds a learned number to each output.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        first, second = (given.shape for given in inputs)
        if not first or first[:-1] != second[:-1] or len(first) != len(second):
            raise ShapeError(
                f"Bilinear needs inputs that agree but for the last size: {brief(first)} and {brief(second)}.",
                expected=times((*first[:-1], second[-1] if second else 1)),
                found=times(second),
                port="input2",
            )
        return (TensorType((*first[:-1], self.out_features)),)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        matrix = Weight("weight", (self.out_features, inputs[0].shape[-1], inputs[1].shape[-1]))
        return (matrix, Weight("bias", (self.out_features,))) if self.bias else (matrix,)

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return prod(outputs[0].shape) * inputs[1].shape[-1] * (inputs[0].shape[-1] + 1)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        widths = (inputs[0].shape[-1], inputs[1].shape[-1])
        return call("nn.Bilinear", *widths, self.out_features, **changed(self, but=("out_features",)))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        bias = (" + ", (self.out_features, "channels")) if self.bias else ()
        first, second = inputs[0].shape[-1], inputs[1].shape[-1]
        note = f"A weight for each pair of {first:,} and {second:,} features, for each output."
        terms = steps((self.out_features, "channels"), "·", (first, "size"), "·", (second, "size"), *bias)
        cost = steps(*product(outputs[0].shape), " · ", second, "·(", first, " + 1)")
        return (
            *parameters(self.weights(inputs), terms, note),
            *multiply_adds(self.multiply_adds(inputs, outputs), cost),
        )

    def summary(self) -> str:
        return settings(counted(self.out_features, "feature"), "" if self.bias else "no bias")
