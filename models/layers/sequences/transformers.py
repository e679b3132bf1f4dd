"""What transformers are made of beside the encoder layer: the decoder layer, stacks of both, and all in one.

Vaswani et al. 2017; https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerDecoderLayer.html and the pages
of the other kinds. Multiply-adds count projections, scores and weighted sums, as those of the encoder layer do.
"""

from __future__ import annotations

from typing import ClassVar

from models.kinds.arithmetic import settings
from models.kinds.explain import multiply_adds, parameters, steps
from models.kinds.layer import FLOAT, LAYERS, Formula, Port, TensorType, Weight, bytes_of, call
from models.layers.attention import ATTENTION_CALLS, LAYER_CALLS, Terms, TransformerPart
from models.specs.fields import Bool, Int

MOST_LAYERS = 256
DECODER = ("self_attn", "multihead_attn")
_LAYERS_HELP = "Layers on one another. PyTorch begins all of them with the same weights."
_COST = "Projections, attention and the two Linears."


def mask(variable: str) -> str:
    """The mask that hides from each step all that come after it."""
    return f"nn.Transformer.generate_square_subsequent_mask({variable}.shape[1], device={variable}.device)"


class Decoding(TransformerPart):
    """What decodes a target sequence with a view of another one."""

    inputs: ClassVar[tuple[Port, ...]] = (Port("tgt"), Port("memory"))

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        return LAYER_CALLS + ATTENTION_CALLS

    tgt_is_causal = Bool(True, label="Causal", help="Each step of the target sees itself and those before it alone.")

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        target = next(given for given, port in zip(arguments, self.inputs, strict=True) if port.name == "tgt")
        causal = f", tgt_mask={mask(target)}, tgt_is_causal=True" if self.tgt_is_causal else ""
        return f"{name}({', '.join(arguments)}{causal})"

    def decoder_cost(self, length: int, seen: int, width: int) -> int:
        """Multiply-adds of one layer: self-attention, attention to the other sequence, two Linear layers."""
        return self.encoder_cost(length, width) + 2 * width * (length * width + seen * width + length * seen)

    def decoder_keeps(self, length: int, seen: int, width: int) -> int:
        """Numbers of an example that one layer keeps for the backward pass."""
        return self.encoder_keeps(length, width) + self.cross_keeps(length, seen, width)

    def decoder_terms(self, length: int, seen: int, width: int) -> Terms:
        """The same for `steps`."""
        features = (width, "channels")
        cross = (length, "·", features, " + ", seen, "·", features, " + ", length, "·", seen)
        return *self.encoder_terms(length, width), " + 2·", features, "·(", *cross, ")"


@LAYERS.register
class TransformerDecoderLayer(Decoding):
    """Self-attention, attention to another sequence, then two Linear layers."""

    title = "Transformer decoder layer"
    synonyms = ("cross-attention", "decoder", "translation", "sequence to sequence")
    help = (
        "The block of a transformer's decoder: every step of the target attends to those before it, then to all steps "
        "of the memory (what the encoder gives), then two Linear layers work on each step alone. Each part has a skip "
        "connection, layer normalization and dropout. Takes two sequences of steps×features, with equal features."
    )

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return self.weights_of_layer(inputs[0].shape[1], "", *DECODER)

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return self.decoder_cost(inputs[0].shape[0], *inputs[1].shape)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        kept = FLOAT * self.decoder_keeps(inputs[0].shape[0], *inputs[1].shape)
        return batch * (kept - self.norm_first * bytes_of(inputs[0]))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return self.layer(self.kind, inputs[0].shape[1])

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        (length, width), (seen, _) = inputs[0].shape, inputs[1].shape
        note = "Eight projections, two Linear layers, three scales" + (", and a bias to each." if self.bias else ".")
        cost = steps(*self.decoder_terms(length, seen, width))
        return (
            *parameters(self.weights(inputs), steps(*self.terms_of_layer(width, 2)), note),
            *multiply_adds(self.multiply_adds(inputs, outputs), cost, _COST),
        )


class Stacks(TransformerPart):
    """What holds layers on one another."""

    def weights_of_stack(self, width: int, before: str, count: int, norm: bool, *attentions: str) -> tuple[Weight, ...]:
        """Those of ``count`` layers, then of the normalization."""
        weights: list[Weight] = []
        for place in range(count):
            weights += self.weights_of_layer(width, f"{before}layers.{place}.", *attentions)
        names = ("weight", "bias")[: 1 + self.bias] if norm else ()
        return (*weights, *(Weight(f"{before}norm.{name}", (width,)) for name in names))

    def terms_of_stack(self, width: int, count: int, norm: bool, attentions: int) -> Terms:
        """Their count, for `steps`."""
        end: Terms = (" + 2·" if self.bias else " + ", (width, "channels")) if norm else ()
        return count, "·(", *self.terms_of_layer(width, attentions), ")", *end


class Stacked(Stacks):
    """Layers on one another, and perhaps a normalization at the end."""

    num_layers = Int(2, minimum=1, maximum=MOST_LAYERS, label="Layers", help=_LAYERS_HELP)
    norm = Bool(False, help="One more layer normalization at the end, as goes with “norm first”.")

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        return self.num_layers * super().calls(inputs)

    def kept_by(self, layer: int, inputs: tuple[TensorType, ...], batch: int) -> int:
        """Bytes that all layers keep beside what comes in, each so many numbers of an example."""
        length, width = inputs[0].shape
        numbers = self.num_layers * layer + self.norm * length * (width + 2)
        return batch * (FLOAT * numbers - self.norm_first * bytes_of(inputs[0]))

    def stack(self, kind: str, width: int, **others: object) -> str:
        """The expression that makes it."""
        layer = self.layer(f"{kind}Layer", width)
        eps = {} if self.layer_norm_eps == 1e-5 else {"eps": self.layer_norm_eps}
        norm = call("nn.LayerNorm", width, **eps, **({} if self.bias else {"bias": False}))
        end = f", norm={norm}" if self.norm else ""
        more = "".join(f", {name}={value!r}" for name, value in others.items())
        return f"nn.{kind}({layer}, num_layers={self.num_layers}{end}{more})"

    def summary(self) -> str:
        return settings(f"×{self.num_layers}", super().summary())


@LAYERS.register
class TransformerEncoder(Stacked):
    """Encoder layers on one another."""

    keeps_shape = True
    title = "Transformer encoder"
    synonyms = ("encoder stack", "self-attention", "BERT", "GPT")
    help = (
        "Several encoder layers on one another. Takes steps×features and keeps them; with “Causal” no step sees those "
        "after it, as in a language model."
    )
    is_causal = Bool(False, label="Causal", help="Each step sees itself and those before it alone.")

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return self.weights_of_stack(inputs[0].shape[1], "", self.num_layers, self.norm, "self_attn")

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return self.num_layers * self.encoder_cost(*inputs[0].shape)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return self.kept_by(self.encoder_keeps(*inputs[0].shape), inputs, batch)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        # Nested tensors serve padding masks alone; that they cannot be used would be warned of.
        return self.stack(self.kind, inputs[0].shape[1], enable_nested_tensor=False)

    def forward(self, name: str, arguments: tuple[str, ...], inputs: tuple[TensorType, ...]) -> str:
        (given,) = arguments
        causal = f", mask={mask(given)}, is_causal=True" if self.is_causal else ""
        return f"{name}({given}{causal})"

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        length, width = inputs[0].shape
        terms = steps(*self.terms_of_stack(width, self.num_layers, self.norm, 1))
        cost = steps(self.num_layers, "·", *self.encoder_terms(length, width))
        return (
            *parameters(self.weights(inputs), terms, "Those of a layer, for each of them."),
            *multiply_adds(self.multiply_adds(inputs, outputs), cost, _COST),
        )


@LAYERS.register
class TransformerDecoder(Stacked, Decoding):
    """Decoder layers on one another."""

    title = "Transformer decoder"
    synonyms = ("decoder stack", "cross-attention", "translation")
    help = (
        "Several decoder layers on one another, each with a view of the memory, which is what the encoder gives. Takes "
        "two sequences of steps×features, with equal features, and gives the first one’s shape."
    )

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return self.weights_of_stack(inputs[0].shape[1], "", self.num_layers, self.norm, *DECODER)

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return self.num_layers * self.decoder_cost(inputs[0].shape[0], *inputs[1].shape)

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        return self.kept_by(self.decoder_keeps(inputs[0].shape[0], *inputs[1].shape), inputs, batch)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        return self.stack(self.kind, inputs[0].shape[1])

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        (length, width), (seen, _) = inputs[0].shape, inputs[1].shape
        terms = steps(*self.terms_of_stack(width, self.num_layers, self.norm, 2))
        cost = steps(self.num_layers, "·(", *self.decoder_terms(length, seen, width), ")")
        return (
            *parameters(self.weights(inputs), terms, "Those of a layer, for each of them."),
            *multiply_adds(self.multiply_adds(inputs, outputs), cost, _COST),
        )


@LAYERS.register
class Transformer(Stacks, Decoding):
    """Encoder and decoder."""

    inputs = (Port("src"), Port("tgt"))
    title = "Encoder and decoder"
    synonyms = ("encoder-decoder", "translation", "sequence to sequence", "attention is all you need")
    help = (
        "A whole transformer: the encoder reads the source, the decoder the target with a view of what the encoder "
        "gives; both end with a layer normalization. Takes two sequences of steps×features, with equal features, and "
        "gives the target’s shape. Embeddings and positions come before it, a Linear layer after it."
    )
    num_encoder_layers = Int(6, minimum=1, maximum=MOST_LAYERS, label="Encoder layers", help=_LAYERS_HELP)
    num_decoder_layers = Int(6, minimum=1, maximum=MOST_LAYERS, label="Decoder layers", help=_LAYERS_HELP)

    def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        super().infer(inputs)
        return inputs[1:]

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        width = inputs[0].shape[1]
        encoder = self.weights_of_stack(width, "encoder.", self.num_encoder_layers, True, "self_attn")
        return (*encoder, *self.weights_of_stack(width, "decoder.", self.num_decoder_layers, True, *DECODER))

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        (seen, width), (length, _) = inputs[0].shape, inputs[1].shape
        encoder = self.num_encoder_layers * self.encoder_cost(seen, width)
        return encoder + self.num_decoder_layers * self.decoder_cost(length, seen, width)

    def calls(self, inputs: tuple[TensorType, ...]) -> int:
        return self.num_encoder_layers * LAYER_CALLS + self.num_decoder_layers * super().calls(inputs)

    @property
    def keeps(self) -> tuple[str, ...]:  # type: ignore[override]
        return ("inputs",) if self.norm_first else ()

    def keeps_beside(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...], batch: int) -> int:
        (seen, width), (length, _) = inputs[0].shape, inputs[1].shape
        encoder = self.num_encoder_layers * self.encoder_keeps(seen, width)
        decoder = self.num_decoder_layers * self.decoder_keeps(length, seen, width)
        ends = (seen + length) * (width + 2 - self.norm_first * width)  # two normalizations
        return FLOAT * batch * (encoder + decoder + ends)

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        own = {name: getattr(self, name) for name in ("num_encoder_layers", "num_decoder_layers")}
        made = {name: count for name, count in own.items() if count != self.fields[name].default}
        return self.layer(self.kind, inputs[0].shape[1], **made)

    def formulas(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> tuple[Formula, ...]:
        (seen, width), (length, _) = inputs[0].shape, inputs[1].shape
        encoder, decoder = self.num_encoder_layers, self.num_decoder_layers
        terms = (*self.terms_of_stack(width, encoder, True, 1), " + ", *self.terms_of_stack(width, decoder, True, 2))
        first = (encoder, "·", *self.encoder_terms(seen, width))
        cost = steps(*first, " + ", decoder, "·(", *self.decoder_terms(length, seen, width), ")")
        return (
            *parameters(self.weights(inputs), steps(*terms), "Those of the encoder, then those of the decoder."),
            *multiply_adds(self.multiply_adds(inputs, outputs), cost, _COST),
        )

    def summary(self) -> str:
        return settings(f"×{self.num_encoder_layers} ×{self.num_decoder_layers}", super().summary())
