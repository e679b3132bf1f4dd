"""Attention over sequences of features; the batch comes first.

Formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiheadAttention.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoderLayer.html. Multiply-adds count projections,
scores (query·key) and the weighted sum of values; softmax is left out.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from models.basics.text import counted
from models.kinds.arithmetic import require_sequence, settings
from models.kinds.explain import multiply_adds, parameters, steps
from models.kinds.layer import (
    FLOAT,
    LAYERS,
    Formula,
    Layer,
    Port,
    ShapeError,
    TensorType,
    Weight,
    Window,
    batch_first,
    bytes_of,
    call,
    changed,
)
from models.specs.fields import Bool, Choice, Float, Int

Terms = tuple[str | int | tuple[int | str, str], ...]
"""What `steps` takes."""


ATTENTION_CALLS, LAYER_CALLS = 8, 16
"""Calls of an attention, and of a layer of a transformer with one of them."""


class Seen(NamedTuple):
    """Queries that look at keys: how many of each, how many keys are ``added`` to these, the features of all heads, and
    how many of query, key and value one product makes ``together``."""

    queries: int
    keys: int
    added: int
    width: int
    together: int

    def kept(self, heads: int, dropout: float, *, told: bool) -> int:
        """Numbers that are kept of an example behind what comes in: projections, scores and what the heads say. There
        are no scores where these are neither ``told`` nor dropped."""
        asked, seen = self.width * self.queries, self.width * (self.keys + self.added)
        values = seen if self.added else self.together * seen
        if not told and not dropout:
            queries = 3 * asked if self.added and self.together == 3 else asked
            return queries + 2 * seen + asked + heads * self.queries
        held = max(values, 2 * seen) if told else values + seen  # keys are scaled, or seen as they are
        scores = heads * self.queries * (self.keys + self.added)
        return held + 2 * asked + scores * (1 + bool(dropout) + (0.0 < dropout < 1.0))


def _check_heads(features: int, heads: int) -> None:
    if features % heads:
        raise ShapeError(
            f"{heads} heads do not divide the {counted(features, 'feature')}.",
            expected=f"a divisor of {features}",
            found=str(heads),
            mend="heads",
        )


@LAYERS.register
class MultiheadAttention(Layer):
    """softmax(Q·Kᵀ/√d)·V in several heads, with projections before and after."""

    family = "Attention"
    inputs = (Port("query"), Port("key", optional=True), Port("value", optional=True))
    outputs = ("output", "weights")
    title = "Multi-head attention"
    synonyms = ("self-attention", "cross-attention", "transformer", "query key value", "QKV", "MHA")
    help = (
        "Every step of the query looks at all steps of the key, decides how much each matters, and takes a weighted "
        "mean of the values; several heads do so side by side. With only a query connected it attends to itself; a "
        "free value follows the key. Takes steps×features; the second port gives the weights, averaged over heads."
    )
    num_heads = Int(4, minimum=1, label="Heads", help="Number of heads; must divide the query's features.")
    dropout = Float(0.0, minimum=0.0, maximum=1.0, help="Dropout of the attention weights.")
    bias = Bool(True, help="Adds learned numbers to the projections.")
    add_bias_kv = Bool(False, advanced=True, help="Adds a learned step to the keys and values.")
    add_zero_attn = Bool(False, advanced=True, help="Adds a step of zeros to the keys and values.")

    @property
    def draws(self) -> bool:
        return self.dropout > 0

    def sources(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, TensorType, TensorType]:
        """Query, key and value; a free key is the query, a free value the key."""
        key = inputs[1] if len(inputs) > 1 else inputs[0]
        return inputs[0], key, inputs[2] if len(inputs) > 2 else key

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        for port, given in zip(self.inputs, inputs, strict=False):
            require_sequence(self.kind, given, port.name)
        query, key, value = self.sources(inputs)
        _check_heads(query.shape[1], self.num_heads)
        if key.shape[0] != value.shape[0]:
            raise ShapeError(
                f"Key and value need equally many steps: {key.shape[0]} and {value.shape[0]}.",
                expected=str(key.shape[0]),
                found=str(value.shape[0]),
                port="value",
            )
        return TensorType(query.shape), TensorType((query.shape[0], self._steps(key)))

    def _steps(self, key: TensorType) -> int:
        return key.shape[0] + self.add_bias_kv + self.add_zero_attn

    def _joint(self, inputs: tuple[TensorType, ...]) -> bool:
        """Whether one matrix projects query, key and value, as PyTorch stores it when all have the same features."""
        return len({given.shape[1] for given in self.sources(inputs)}) == 1

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        query, key, value = (given.shape[1] for given in self.sources(inputs))
        if self._joint(inputs):
            weights = [Weight("in_proj_weight", (3 * query, query))]
        else:
            widths = zip("qkv", (query, key, value), strict=True)
            weights = [Weight(f"{letter}_proj_weight", (query, width)) for letter, width in widths]
        if self.bias:
            weights.append(Weight("in_proj_bias", (3 * query,)))
        if self.add_bias_kv:
            weights += [Weight("bias_k", (1, 1, query)), Weight("bias_v", (1, 1, query))]
        weights.append(Weight("out_proj.weight", (query, query)))
        return (*weights, Weight("out_proj.bias", (query,))) if self.bias else tuple(weights)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        query, key, value = self.sources(inputs)
        together = (1 + (key is value) + (query is key is value)) if self._joint(inputs) else 1
        # What one product reads comes in with steps first: copies, but where there is a single step.
        read = enumerate((query, key, value)[: 4 - together])
        copies = {id(given) if given.shape[0] == 1 else place: prod(given.shape) for place, given in read}
        seen = Seen(query.shape[0], key.shape[0], self._steps(key) - key.shape[0], query.shape[1], together)
        return FLOAT * batch * (sum(copies.values()) + seen.kept(self.num_heads, self.dropout, told=len(outputs) > 1))

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        return ATTENTION_CALLS

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        query, key, value = (given.shape for given in self.sources(inputs))
        width = query[1]
        projections = 2 * query[0] * width + key[0] * key[1] + value[0] * value[1]
        return width * (projections + 2 * query[0] * outputs[1].shape[1])

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        query, key, value = (given.shape[1] for given in self.sources(inputs))
        widths = {} if self._joint(inputs) else {"kdim": key, "vdim": value}
        others = changed(self, but=("num_heads",))
        return call("nn.MultiheadAttention", query, self.num_heads, **others, **widths, batch_first=True)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        return f"{name}({', '.join(self._arguments(arguments))})"

    def lines(
        self, name: str, arguments: tuple[str, ...], targets: tuple[str, ...], inputs: tuple[TensorType, ...]
    ) -> tuple[str, ...]:
        """Weights that nobody reads are not computed: PyTorch then has a faster way."""
        if targets[1]:
            return super().lines(name, arguments, targets, inputs)
        return (f"{targets[0]}, _ = {name}({', '.join(self._arguments(arguments))}, need_weights=False)",)

    def _arguments(self, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return (*arguments, *[arguments[-1]] * (3 - len(arguments)))

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        query, key, value = (given.shape for given in self.sources(inputs))
        width, seen = (query[1], "channels"), outputs[1].shape[1]
        biases = 4 * self.bias + 2 * self.add_bias_kv
        tail = (f" + {biases}",) if biases else ()
        widths = (width, " + ", (key[1], "size"), " + ", (value[1], "size"), " + ", width)
        note = "Projections of query, key and value, and one after the heads."
        cost = ("2·", query[0], "·", width, " + ", key[0], "·", key[1], " + ", value[0], "·", value[1])
        counted = steps(width, "·(", *cost, " + 2·", query[0], "·", seen, ")")
        return (
            *parameters(self.weights(inputs), steps(width, "·(", *widths, *tail, ")"), note),
            *multiply_adds(self.multiply_adds(inputs, outputs), counted, "Projections, scores and weighted sums."),
        )

    def summary(self) -> str:
        return settings(counted(self.num_heads, "head"), f"p {self.dropout:.4g}" if self.dropout else "")


class TransformerPart(Layer):
    """What the layers of a transformer, and stacks of these, have in common."""

    family = "Attention"

    nhead = Int(4, minimum=1, label="Heads", help="Number of attention heads; must divide the features.")
    dim_feedforward = Int(2048, minimum=1, label="Inner features", role="kernel", help="Width between the two Linears.")
    dropout = Float(0.1, minimum=0.0, maximum=1.0, help="Dropout after each part.")
    activation = Choice("relu", ("relu", "gelu"), help="Function between the two Linear layers.")
    layer_norm_eps = Float(1e-5, above=0.0, maximum=1.0, advanced=True, help="Added to variances.")
    norm_first = Bool(False, help="Normalize before each part instead of after it; trains more steadily when deep.")
    bias = Bool(True, advanced=True, help="Adds learned numbers in all parts.")

    @property
    def draws(self) -> bool:
        return self.dropout > 0

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        width = 0
        for port, given in zip(self.inputs, inputs, strict=False):
            require_sequence(self.kind, given, port.name)
            width = width or given.shape[1]
            _check_heads(width, self.nhead)
            if given.shape[1] != width:
                raise ShapeError(
                    f"{self.kind} needs equal features: {width} and {given.shape[1]}.",
                    expected=str(width),
                    found=str(given.shape[1]),
                    port=port.name,
                )
        return inputs[:1]

    def weights_of_layer(self, width: int, before: str, *attentions: str) -> tuple[Weight, ...]:
        """Those of one layer with these attentions; what their names begin with comes ``before``."""
        matrices: dict[str, tuple[int, ...]] = {}
        for name in attentions:
            matrices |= {f"{name}.in_proj_": (3 * width, width), f"{name}.out_proj.": (width, width)}
        matrices |= {"linear1.": (self.dim_feedforward, width), "linear2.": (width, self.dim_feedforward)}
        matrices |= {f"norm{place + 1}.": (width,) for place in range(len(attentions) + 1)}
        weights = []
        for name, shape in matrices.items():
            weights.append(Weight(f"{before}{name}weight", shape))
            if self.bias:
                weights.append(Weight(f"{before}{name}bias", shape[:1]))
        return tuple(weights)

    def terms_of_layer(self, width: int, attentions: int) -> Terms:
        """Their count, for `steps`: 4·W·W + 2·W·I + 9·W + I with one attention."""
        features, inner = (width, "channels"), (self.dim_feedforward, "kernel")
        vectors: Terms = (f"{attentions + 1}·", features)
        if self.bias:
            vectors = (f"{6 * attentions + 3}·", features, " + ", inner)
        return (f"{4 * attentions}·", features, "·", features, " + 2·", features, "·", inner, " + ", *vectors)

    def encoder_cost(self, length: int, width: int) -> int:
        """Multiply-adds of one layer with self-attention."""
        return length * width * (4 * width + 2 * length + 2 * self.dim_feedforward)

    @property
    def keeps(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("first",) if self.norm_first else ()

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        return LAYER_CALLS

    def encoder_keeps(self, length: int, width: int) -> int:
        """Numbers of an example that one layer with self-attention keeps."""
        attention = length * width + Seen(length, length, 0, width, 3).kept(self.nhead, self.dropout, told=False)
        dropped = 0.0 < self.dropout < 1.0
        inner = (2 + dropped if self.dropout else 1 + (self.activation == "gelu")) * self.dim_feedforward
        return attention + length * (width + inner + 2 * (width * (1 + dropped) + 2))

    def cross_keeps(self, length: int, seen: int, width: int) -> int:
        """The same of attention to another sequence, with its normalization."""
        attention = Seen(length, seen, 0, width, 2).kept(self.nhead, self.dropout, told=False)
        dropped = 0.0 < self.dropout < 1.0
        return (length + seen) * width + attention + length * (width * (1 + dropped) + 2)

    def encoder_terms(self, length: int, width: int) -> Terms:
        """The same for `steps`."""
        features = (width, "channels")
        return length, "·", features, "·(4·", features, " + 2·", length, " + 2·", (self.dim_feedforward, "kernel"), ")"

    def layer(self, kind: str, width: int, **own: object) -> str:
        """The expression that makes one layer, or what takes its settings behind ``own`` ones."""
        shared = {
            name: value for name, value in changed(self, but=("nhead",)).items() if name in TransformerPart.fields
        }
        others = batch_first(shared, ("dim_feedforward", "dropout", "activation", "layer_norm_eps"))
        return call(f"nn.{kind}", width, self.nhead, **own, **others)

    def window(self, inputs: tuple[TensorType, ...]) -> Window | None:
        return None

    def summary(self) -> str:
        return settings(
            counted(self.nhead, "head"),
            f"{self.dim_feedforward} inner",
            f"p {self.dropout:.4g}" if self.dropout else "",
        )


@LAYERS.register
class TransformerEncoderLayer(TransformerPart):
    """Self-attention, then two Linear layers, each with a skip connection and LayerNorm."""

    keeps_shape = True
    title = "Transformer encoder layer"
    synonyms = ("self-attention", "BERT", "ViT", "encoder", "transformer block")
    help = (
        "The block that transformers are made of: every step attends to all others, then two Linear layers work on "
        "each step alone; both parts have a skip connection, layer normalization and dropout. Takes steps×features and "
        "keeps them. It does not know the order of the steps unless the features tell it."
    )

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return self.weights_of_layer(inputs[0].shape[1], "", "self_attn")

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return self.encoder_cost(*inputs[0].shape)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return batch * (FLOAT * self.encoder_keeps(*inputs[0].shape) - self.norm_first * bytes_of(inputs[0]))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return self.layer(self.kind, inputs[0].shape[1])

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        length, width = inputs[0].shape
        note = "Four projections, two Linear layers, two scales" + (", and a bias to each." if self.bias else ".")
        cost = steps(*self.encoder_terms(length, width))
        return (
            *parameters(self.weights(inputs), steps(*self.terms_of_layer(width, 1)), note),
            *multiply_adds(self.multiply_adds(inputs, outputs), cost, "Projections, attention and the two Linears."),
        )
