"""Attention without projections, and positions worked out by waves.

https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html; waves: Vaswani et
al. 2017, section 3.5; rotations: Su et al. 2021, with neighboring features as pairs.
"""

from __future__ import annotations

from math import prod

from models.kinds.arithmetic import require_sequence
from models.kinds.explain import multiply_adds, product, steps
from models.kinds.layer import (
    FLOAT,
    LAYERS,
    Formula,
    Layer,
    Port,
    ShapeError,
    TensorType,
    Window,
    brief,
    bytes_of,
    times,
)
from models.specs.fields import Bool, Float

URL = "https://docs.pytorch.org/docs/stable/generated/torch.polar.html"


@LAYERS.register
class ScaledDotProductAttention(Layer):
    """softmax(q·kᵀ/√d + mask)·v."""

    family = "Attention"
    inputs = (Port("query"), Port("key"), Port("value"), Port("mask", optional=True))
    title = "Dot-product attention"
    url = "https://docs.pytorch.org/docs/stable/nn.functional.html"
    synonyms = ("attention", "SDPA", "flash attention", "query key value")
    help = (
        "Each query looks at all keys and takes the mean of their values, weighted by softmax of the products. It has "
        "no weights: projections are Linear layers before it. Takes steps×features, or heads×steps×features; what the "
        "mask holds is added to the scores."
    )
    is_causal = Bool(False, label="Causal", help="Each step sees itself and those before it; then without a mask.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        query, key, value = (given.shape for given in inputs[:3])
        for port, shape in zip(("query", "key", "value"), (query, key, value), strict=True):
            if not 2 <= len(shape) <= 3 or len(shape) != len(query) or shape[:-2] != query[:-2]:
                raise ShapeError(
                    f"Attention needs steps×features, with equal heads, but {port} is {brief(shape)}.",
                    expected=times(query) if 2 <= len(query) <= 3 else "steps×features",
                    found=times(shape),
                    port=port,
                )
        if query[-1] != key[-1] or key[-2] != value[-2]:
            raise ShapeError(
                f"Key {brief(key)} fits neither query {brief(query)[:16]} nor value {brief(value)[:16]}.",
                expected=times((*query[:-2], value[-2], query[-1])),
                found=times(key),
                port="key",
            )
        self._check_mask(inputs)
        return (TensorType((*query[:-1], value[-1])),)

    def _check_mask(self, inputs: tuple[TensorType, ...]) -> None:
        if len(inputs) < 4:
            return
        mask, scores = inputs[3].shape, (*inputs[0].shape[:-1], inputs[1].shape[-2])
        fits = len(mask) == len(scores) and all(have in (1, want) for have, want in zip(mask, scores, strict=True))
        if self.is_causal or not fits:
            what = "Causal attention takes no mask" if self.is_causal else f"The mask should be {brief(scores)}"
            raise ShapeError(
                f"{what}, but it receives {brief(mask)}.", expected=times(scores), found=times(mask), port="mask"
            )

    def keeps_of(self, inputs: tuple[TensorType, ...]) -> tuple[str, ...]:
        return ("inputs", "output") if _is_flash(inputs) else ("third",)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        query, key = (given.shape for given in inputs[:2])
        if _is_flash(inputs):
            return FLOAT * batch * prod(query[:-1])
        return FLOAT * batch * (prod(query) + prod(key) + prod(query[:-1]) * key[-2])

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        query, key, value = (given.shape for given in inputs[:3])
        return prod(query[:-1]) * key[-2] * (query[-1] + value[-1])

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        mask = f", attn_mask={arguments[3]}{self._spread(inputs)}" if len(arguments) > 3 else ""
        causal = ", is_causal=True" if self.is_causal else ""
        return f"nn.functional.scaled_dot_product_attention({', '.join(arguments[:3])}{mask}{causal})"

    def _spread(self, inputs: tuple[TensorType, ...]) -> str:
        """What makes a number for all keys one for each of them: kernels of graphics cards take no other mask."""
        keys = inputs[1].shape[-2]
        if inputs[3].shape[-1] == keys:
            return ""
        return f".expand({', '.join(['-1'] * len(inputs[0].shape))}, {keys}).contiguous()"

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        query, key, value = (given.shape for given in inputs[:3])
        terms = steps(*product(query[:-1]), "·", key[-2], " · (", (query[-1], "size"), " + ", (value[-1], "size"), ")")
        return multiply_adds(self.multiply_adds(inputs, outputs), terms, "Scores and weighted sums.")

    def summary(self) -> str:
        return "causal" if self.is_causal else ""


def _is_flash(inputs: tuple[TensorType, ...]) -> bool:
    """Whether PyTorch keeps no scores: of heads apart whose values are as long as their keys. A learned mask, of which
    it keeps some, is taken for a given one."""
    return len(inputs[0].shape) == 3 and inputs[0].shape[-1] == inputs[2].shape[-1]


class Waves(Layer):
    """Angles that grow along the steps, each pair of features at a rate of its own."""

    family = "Attention"
    keeps_shape = True

    base = Float(10_000.0, above=1.0, advanced=True, help="The slowest waves are about so many steps long, over 2π.")

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        require_sequence(self.kind, inputs[0])
        if inputs[0].shape[1] % 2:
            raise ShapeError(
                f"{self.kind} needs features in pairs, but there are {inputs[0].shape[1]}.",
                expected="an even number of features",
                found=str(inputs[0].shape[1]),
            )
        return inputs[:1]

    def angles(self, x: str, inputs: tuple[TensorType, ...]) -> tuple[str, ...]:
        """The statements that make the angle of each step and pair of features."""
        length, width = inputs[0].shape
        last, pairs = 2 / width - 1, width // 2
        return (
            f"_rates = torch.logspace(0, {last!r}, {pairs}, base={self.base!r}, device={x}.device)",
            f"_angles = torch.outer(torch.arange({length}, device={x}.device), _rates)",
        )


@LAYERS.register
class SinusoidalPositions(Waves):
    """x + sine and cosine waves of the step's number."""

    title = "Sinusoidal positions"
    url = URL
    synonyms = ("positional encoding", "sine waves", "transformer")
    help = (
        "Adds sine and cosine waves of different lengths to the features, by which each step knows its place; nothing "
        "is learned. The encoding of the first transformer. Takes steps×features."
    )

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        return (
            *self.angles(arguments[0], inputs),
            "_waves = torch.stack((_angles.sin(), _angles.cos()), dim=-1).flatten(1)",
            f"{targets[0]} = {arguments[0]} + _waves",
        )


@LAYERS.register
class RotaryPositions(Waves):
    """Pairs of features turned by an angle that grows with the step's number."""

    title = "Rotary positions"
    url = URL
    synonyms = ("RoPE", "rotation", "positional encoding", "LLaMA")
    help = (
        "Turns each pair of features by an angle that grows with the step's number, so that products of queries and "
        "keys depend on how far steps lie apart. Put it on both, before attention. Takes steps×features."
    )

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return 2 * bytes_of(inputs[0])

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        x = arguments[0]
        return (
            *self.angles(x, inputs),
            "_cos, _sin = _angles.cos(), _angles.sin()",
            "_cos, _sin = (_wave.repeat_interleave(2, dim=1) for _wave in (_cos, _sin))",
            f"_pairs = {x}.unflatten(2, (-1, 2))",
            "_turned = torch.stack((-_pairs[..., 1], _pairs[..., 0]), dim=-1).flatten(2)",
            f"{targets[0]} = {x} * _cos + _turned * _sin",
        )
