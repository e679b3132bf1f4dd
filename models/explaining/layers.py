"""Layers that multiply, look up, pool, move and join."""

from __future__ import annotations

from math import prod
from typing import Any

from models.basics.text import times
from models.explaining.rule import Line, Rule, Types, batch, plain, tells
from models.layers.attention import MultiheadAttention, TransformerPart
from models.layers.combining import elementwise, products
from models.layers.combining.code import TorchCode
from models.layers.convolution import Convolution, TransposedConvolution
from models.layers.dimensions import picking, reducing, sizing
from models.layers.dimensions.patches import Fold, Unfold
from models.layers.learned import attending, noise, tensors
from models.layers.linear import Bilinear, Embedding, EmbeddingBag, Linear
from models.layers.merge import Add, Concat, Multiply
from models.layers.padding import BorderLayer
from models.layers.pooling import AdaptiveMaxPooling, AdaptivePooling, AveragePooling, MaxPooling
from models.layers.pools.fractional import FractionalPooling
from models.layers.pools.powers import PowerPooling
from models.layers.pools.unpooling import Unpooling
from models.layers.recurrent import GRU, LSTM, RNN
from models.layers.reshape import Rearrangement, Upsample
from models.layers.sequences.cells import GRUCell, LSTMCell, RNNCell
from models.layers.terminals import Input


@tells(Linear)
def _linear(layer: Linear, inputs: Types, outputs: Types) -> Rule:
    rows, width, out = prod(inputs[0].shape[:-1]), inputs[0].shape[-1], layer.out_features
    n = "N" if rows == 1 else f"N·{rows:,}"
    bias = f" + {out}" if layer.bias else ""
    back = [
        Line("∂L/∂W = δᵀ·x", f"{out}×{width} = {out}×{n} · {n}×{width}"),
        *([Line("∂L/∂b = Σ δ over all rows", f"{out}")] if layer.bias else []),
        Line("∂L/∂x = δ·W", f"{n}×{width} = {n}×{out} · {out}×{width}"),
    ]
    forward = Line(f"y = x·Wᵀ{' + b' if layer.bias else ''}", f"{n}×{out} = {n}×{width} · {width}×{out}{bias}")
    return Rule((forward,), tuple(back))


@tells(Bilinear)
def _bilinear(layer: Bilinear, inputs: Types, _outputs: Types) -> Rule:
    first, second = inputs[0].shape[-1], inputs[1].shape[-1]
    sizes = f"Wₖ: {first}×{second}, for each of {layer.out_features}"
    back = Line("∂L/∂Wₖ = Σ δₖ·x₁ᵀ·x₂"), Line("∂L/∂x₁ = Σₖ δₖ·x₂·Wₖᵀ"), Line("∂L/∂x₂ = Σₖ δₖ·x₁·Wₖ")
    return Rule((Line("yₖ = x₁·Wₖ·x₂ᵀ" + (" + bₖ" if layer.bias else ""), sizes),), back)


@tells(Embedding)
def _embedding(layer: Embedding, _inputs: Types, _outputs: Types) -> Rule:
    sizes = f"W: {layer.num_embeddings:,}×{layer.embedding_dim}"
    back = Line("∂L/∂W[k] = Σ δ of all places where x is k", "0 for entries that do not occur")
    return Rule((Line("y = W[x], a row for each integer", sizes),), (back,), "Integers have no gradient.")


@tells(EmbeddingBag)
def _bag(layer: EmbeddingBag, _inputs: Types, _outputs: Types) -> Rule:
    sizes = f"W: {layer.num_embeddings:,}×{layer.embedding_dim}"
    share = {"mean": "δ / words", "sum": "δ", "max": "δ where it is the largest"}[str(layer.mode)]
    return Rule(
        (Line(f"y = {layer.mode} of W[x] over the words", sizes),), (Line(f"∂L/∂W[k] = Σ {share}, where x is k"),)
    )


@tells(Convolution)
def _convolution(layer: Convolution, inputs: Types, outputs: Types) -> Rule:
    weight = layer.weights(inputs)[0].shape
    bias = " + b[o]" if layer.bias else ""
    forward = Line(f"y[o, p] = Σ W[o, c, k]·x[c, s·p + d·k − pad]{bias}", f"over {times(weight[1:])} products")
    back = [
        Line("∂L/∂W[o, c, k] = Σ δ[o, p]·x[c, s·p + d·k − pad]", f"over N·{prod(outputs[0].shape[1:]):,} places"),
        *([Line("∂L/∂b[o] = Σ δ[o, p]", f"{weight[0]}")] if layer.bias else []),
        Line("∂L/∂x = transposed convolution of δ with W", batch(inputs[0].shape)),
    ]
    note = f"W: {times(weight)}; stride s {times(layer.stride)}, dilation d {times(layer.dilation)}."
    return Rule((forward,), tuple(back), note)


@tells(TransposedConvolution)
def _transposed(layer: TransposedConvolution, inputs: Types, outputs: Types) -> Rule:
    weight = layer.weights(inputs)[0].shape
    forward = Line("y[o, s·p + d·k − pad] += W[c, o, k]·x[c, p]", f"W: {times(weight)}")
    back = [
        Line("∂L/∂x = convolution of δ with W", batch(inputs[0].shape)),
        Line("∂L/∂W[c, o, k] = Σ x[c, p]·δ[o, s·p + d·k − pad]", f"over N·{prod(inputs[0].shape[1:]):,} places"),
    ]
    return Rule((forward,), tuple(back), "Each input value paints its kernel into the output; what overlaps adds up.")


@tells(MaxPooling, AdaptiveMaxPooling, FractionalPooling)
def _largest(_layer: Any, _inputs: Types, outputs: Types) -> Rule:
    back = Line("∂L/∂x = δ where x is the largest of its window, else 0", batch(outputs[0].shape))
    return Rule((Line("y = max of x over each window"),), (back,))


@tells(AveragePooling, AdaptivePooling)
def _average(layer: Any, _inputs: Types, outputs: Types) -> Rule:
    count = prod(layer.kernel_size) if isinstance(layer, AveragePooling) else "n"
    back = Line(f"∂L/∂x = Σ δ/{count} over the windows that x is in", batch(outputs[0].shape))
    return Rule((Line(f"y = Σ x/{count} over each window"),), (back,))


@tells(PowerPooling)
def _power(layer: PowerPooling, _inputs: Types, _outputs: Types) -> Rule:
    p = f"{layer.norm_type:g}"
    return plain(f"y = (Σ x^{p})^(1/{p}) over each window", f"∂L/∂x = Σ δ·x^({p} − 1)/y^({p} − 1)")


@tells(Unpooling)
def _unpool(_layer: Unpooling, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y[indices] = x, 0 elsewhere", "∂L/∂x = δ[indices]")


@tells(RNN, RNNCell)
def _rnn(layer: Any, inputs: Types, _outputs: Types) -> Rule:
    hidden, width = layer.hidden_size, inputs[0].shape[-1]
    bend = layer.nonlinearity
    sizes = f"W: {hidden}×{width}, U: {hidden}×{hidden}"
    back = Line("∂L/∂hₜ₋₁ = (δₜ·f′)·U"), Line("∂L/∂W = Σₜ (δₜ·f′)ᵀ·xₜ, ∂L/∂U = Σₜ (δₜ·f′)ᵀ·hₜ₋₁")
    note = "Back through all steps (BPTT) gradients are multiplied by U each time: they fade or explode."
    return Rule((Line(f"hₜ = {bend}(W·xₜ + b + U·hₜ₋₁ + c)", sizes),), back, note)


@tells(LSTM, LSTMCell)
def _lstm(layer: Any, inputs: Types, _outputs: Types) -> Rule:
    sizes = f"each W: {layer.hidden_size}×{inputs[0].shape[-1]}, each U: {layer.hidden_size}×{layer.hidden_size}"
    forward = (
        Line("i, f, o = σ(W·xₜ + U·hₜ₋₁ + b), one each", sizes),
        Line("g = tanh(W·xₜ + U·hₜ₋₁ + b)"),
        Line("cₜ = f·cₜ₋₁ + i·g"),
        Line("hₜ = o·tanh(cₜ)"),
    )
    back = Line("∂L/∂cₜ = δₜ·o·(1 − tanh²(cₜ)) + ∂L/∂cₜ₊₁·fₜ₊₁"), Line("∂L/∂cₜ₋₁ = ∂L/∂cₜ·f")
    return Rule(forward, back, "Along the memory gradients are multiplied by f alone: near 1 they last.")


@tells(GRU, GRUCell)
def _gru(layer: Any, inputs: Types, _outputs: Types) -> Rule:
    sizes = f"each W: {layer.hidden_size}×{inputs[0].shape[-1]}, each U: {layer.hidden_size}×{layer.hidden_size}"
    forward = (
        Line("r, z = σ(W·xₜ + U·hₜ₋₁ + b), one each", sizes),
        Line("n = tanh(W·xₜ + b + r·(U·hₜ₋₁ + c))"),
        Line("hₜ = (1 − z)·n + z·hₜ₋₁"),
    )
    back = Line("∂L/∂n = δ·(1 − z)"), Line("∂L/∂z = δ·(hₜ₋₁ − n)"), Line("∂L/∂hₜ₋₁ = δ·z + …, through the gates")
    return Rule(forward, back)


ATTENTION_BACK = (
    Line("∂L/∂v = Aᵀ·δ"),
    Line("∂L/∂S = A·(∂L/∂A − Σ A·∂L/∂A), with ∂L/∂A = δ·vᵀ"),
    Line("∂L/∂q = ∂L/∂S·k/√d, ∂L/∂k = ∂L/∂Sᵀ·q/√d"),
)


@tells(attending.ScaledDotProductAttention)
def _dot_product(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    q, k = inputs[0].shape, inputs[1].shape
    forward = (
        Line("S = q·kᵀ/√d" + (" + mask" if len(inputs) > 3 else ""), f"N×{q[-2]}×{k[-2]}, d = {q[-1]}"),
        Line("A = softmax(S) over the keys"),
        Line("y = A·v", batch(outputs[0].shape)),
    )
    return Rule(forward, ATTENTION_BACK)


@tells(MultiheadAttention)
def _attention(layer: MultiheadAttention, inputs: Types, outputs: Types) -> Rule:
    width, heads = inputs[0].shape[-1], layer.num_heads
    seen = outputs[1].shape[-1]
    forward = (
        Line("q = x·W_qᵀ, k = x′·W_kᵀ, v = x″·W_vᵀ", f"in {heads} heads of d = {width // heads}"),
        Line("A = softmax(q·kᵀ/√d)", f"N×{heads}×{inputs[0].shape[0]}×{seen}"),
        Line("y = concat(A·v)·W_oᵀ", batch(outputs[0].shape)),
    )
    return Rule(forward, ATTENTION_BACK, "δ here is what comes back through W_o, head by head.")


@tells(TransformerPart)
def _transformer(layer: TransformerPart, inputs: Types, _outputs: Types) -> Rule:
    width, inner = inputs[0].shape[-1], layer.dim_feedforward
    feed = Line(f"MLP(x) = {layer.activation}(x·W₁ᵀ)·W₂ᵀ", f"{width}→{inner}→{width}")
    cross = [Line("x ← x + attention(x, memory)")] if len(inputs) > 1 else []
    norm = "each part sees norm(x)" if layer.norm_first else "each sum is normalized: norm(x + …)"
    back = Line("∂L/∂x = δ + δ·∂part/∂x", "the skip connection lets δ through")
    return Rule((Line("x ← x + attention(x)"), *cross, Line("x ← x + MLP(x)"), feed), (back,), f"Here {norm}.")


@tells(Add)
def _add(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = x₁ + x₂ + …", "∂L/∂xᵢ = δ", note="Where a size of 1 was stretched, δ is added up over it.")


@tells(elementwise.Subtract)
def _subtract(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = x₁ − x₂ − …", "∂L/∂x₁ = δ", "∂L/∂xᵢ = −δ")


@tells(elementwise.Average)
def _mean_of(_layer: Any, inputs: Types, _outputs: Types) -> Rule:
    return plain(f"y = (x₁ + x₂ + …)/{len(inputs)}", f"∂L/∂xᵢ = δ/{len(inputs)}")


@tells(Multiply)
def _multiply(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = x₁·x₂·…", "∂L/∂xᵢ = δ·(all others)")


@tells(elementwise.Divide)
def _divide(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = x₁/x₂/…", "∂L/∂x₁ = δ/x₂/…", "∂L/∂xᵢ = −δ·y/xᵢ")


@tells(elementwise.Maximum, elementwise.Minimum)
def _extreme(layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    word = "max" if isinstance(layer, elementwise.Maximum) else "min"
    return plain(f"y = {word}(x₁, x₂, …)", f"∂L/∂xᵢ = δ where xᵢ is the {word}, else 0")


@tells(elementwise.Gate)
def _gate(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = x₁·σ(x₂)", "∂L/∂x₁ = δ·σ(x₂)", "∂L/∂x₂ = δ·x₁·σ(x₂)·(1 − σ(x₂))")


@tells(Concat, elementwise.Stack)
def _joined(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    sizes = f"{batch(outputs[0].shape)} of {len(inputs)} inputs"
    return Rule((Line("y = x₁, x₂, … end to end", sizes),), (Line("∂L/∂xᵢ = its part of δ"),))


@tells(products.MatMul)
def _matmul(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    a, b = inputs[0].shape, inputs[1].shape
    sizes = f"{batch(outputs[0].shape)} = {batch(a)} · {batch(b)}"
    return Rule((Line("y = a·b", sizes),), (Line("∂L/∂a = δ·bᵀ", batch(a)), Line("∂L/∂b = aᵀ·δ", batch(b))))


@tells(products.CosineSimilarity)
def _cosine(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = a·b/(|a|·|b|)", "∂L/∂a = δ·(b/(|a|·|b|) − y·a/|a|²)", "∂L/∂b likewise")


@tells(products.PairwiseDistance)
def _distance(layer: products.PairwiseDistance, _inputs: Types, _outputs: Types) -> Rule:
    p = f"{layer.p:g}"
    return plain(f"y = (Σ |a − b|^{p})^(1/{p})", f"∂L/∂a = δ·sign(a − b)·(|a − b|/y)^({p} − 1)", "∂L/∂b = −∂L/∂a")


@tells(reducing.Mean)
def _mean(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    count = prod(inputs[0].shape) // max(prod(outputs[0].shape), 1)
    return plain(f"y = Σ x/{count:,}", f"∂L/∂x = δ/{count:,}")


@tells(reducing.Sum)
def _sum(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = Σ x", "∂L/∂x = δ")


@tells(reducing.Max)
def _max(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = max x", "∂L/∂x = δ where x is the largest, else 0")


@tells(reducing.Norm)
def _norm(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = √(Σ x²), or another norm by its setting", "∂L/∂x = δ·x/y")


@tells(reducing.GlobalPool)
def _global(layer: reducing.GlobalPool, inputs: Types, _outputs: Types) -> Rule:
    count = prod(inputs[0].shape[1:])
    if layer.mode == "max":
        return plain("y = max of x over all places of a channel", "∂L/∂x = δ where x is the largest, else 0")
    return plain(f"y = Σ x/{count:,} over all places of a channel", f"∂L/∂x = δ/{count:,}")


@tells(Rearrangement)
def _moved(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    sizes = f"{batch(inputs[0].shape)} → {batch(outputs[0].shape)}"
    note = "No value changes; each gradient goes back to where its value came from."
    return Rule((Line("y = x in another arrangement", sizes),), (Line("∂L/∂x = δ, arranged as x was"),), note)


@tells(picking.Slice, picking.Select, picking.Pieces)
def _picked(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    sizes = f"{batch(inputs[0].shape)} → {batch(outputs[0].shape)}"
    return Rule((Line("y = a part of x", sizes),), (Line("∂L/∂x = δ in that part, 0 elsewhere"),))


@tells(sizing.Expand, Unfold)
def _copied(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    sizes = f"{batch(inputs[0].shape)} → {batch(outputs[0].shape)}"
    return Rule((Line("y = copies of x", sizes),), (Line("∂L/∂x = Σ δ over the copies"),))


@tells(Fold)
def _folded(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    sizes = f"{batch(inputs[0].shape)} → {batch(outputs[0].shape)}"
    return Rule((Line("y = Σ x of all windows that reach there", sizes),), (Line("∂L/∂x = δ, window by window"),))


@tells(Upsample)
def _upsampled(layer: Upsample, inputs: Types, outputs: Types) -> Rule:
    sizes = f"{batch(inputs[0].shape)} → {batch(outputs[0].shape)}"
    return Rule((Line("y = Σ w·x over the nearest values", sizes),), (Line("∂L/∂x = Σ w·δ over all that read x"),))


@tells(BorderLayer)
def _padded(_layer: Any, inputs: Types, outputs: Types) -> Rule:
    sizes = f"{batch(inputs[0].shape)} → {batch(outputs[0].shape)}"
    return Rule((Line("y = x with a border", sizes),), (Line("∂L/∂x = δ, and that of its copies in the border"),))


@tells(noise.DropPath)
def _drop_path(layer: noise.DropPath, _inputs: Types, _outputs: Types) -> Rule:
    note = f"m is 0 for an example with probability p = {layer.p:g}, else 1. After training y = x."
    return plain("y = m·x / (1 − p)", "∂L/∂x = m·δ / (1 − p)", note=note)


@tells(noise.GaussianNoise)
def _noisy(layer: noise.GaussianNoise, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = x + N(0, std²)", "∂L/∂x = δ", note=f"std = {layer.std:g}. After training y = x.")


@tells(attending.SinusoidalPositions)
def _waves(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    text = "y = x + p, with p₂ⱼ = sin(t/10000^(2j/d)), p₂ⱼ₊₁ = cos(t/10000^(2j/d))"
    return plain(text, "∂L/∂x = δ", note="t is the step, d the features.")


@tells(attending.RotaryPositions)
def _rotated(_layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    text = "(y₂ⱼ, y₂ⱼ₊₁) = (x₂ⱼ, x₂ⱼ₊₁) turned by t·θⱼ"
    return plain(text, "∂L/∂x = δ turned back", note="θⱼ = 10000^(−2j/d), with t the step and d the features.")


@tells(tensors.LayerScale)
def _scaled(_layer: Any, inputs: Types, _outputs: Types) -> Rule:
    return plain("y = γ·x", "∂L/∂x = γ·δ", "∂L/∂γ = Σ δ·x")


@tells(tensors.ClassToken)
def _token(_layer: Any, _inputs: Types, outputs: Types) -> Rule:
    forward = Line("y = w, then all steps of x", batch(outputs[0].shape))
    return Rule((forward,), (Line("∂L/∂w = Σ δ at the first step, over the batch"), Line("∂L/∂x = δ of all others")))


@tells(tensors.LearnedPositions)
def _positions(_layer: Any, inputs: Types, _outputs: Types) -> Rule:
    return Rule(
        (Line("y = x + w", f"w: {times(inputs[0].shape)}"),), (Line("∂L/∂x = δ"), Line("∂L/∂w = Σ δ over the batch"))
    )


@tells(tensors.LearnedTensor)
def _learned(_layer: Any, _inputs: Types, outputs: Types) -> Rule:
    return Rule((Line("y = w for every example", batch(outputs[0].shape)),), (Line("∂L/∂w = Σ δ over the batch"),))


@tells(tensors.Full)
def _full(_layer: Any, _inputs: Types, outputs: Types) -> Rule:
    return Rule((Line("y = a constant", batch(outputs[0].shape)),), (), "Nothing is learned here.")


@tells(TorchCode)
def _code(_layer: Any, _inputs: Types, outputs: Types) -> Rule:
    forward = Line("y = what its code says", batch(outputs[0].shape) if outputs else "")
    return Rule((forward,), (Line("∂L/∂x as torch traces it back through the code"),))


@tells(Input)
def _input(_layer: Input, _inputs: Types, outputs: Types) -> Rule:
    return Rule((Line("y = the examples of a batch", batch(outputs[0].shape)),))
