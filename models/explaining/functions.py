"""Activations, written out of the very terms that By hand computes with, and the normalizations."""

from __future__ import annotations

import math
from typing import Any

from models.basics.text import times
from models.byhand import notation
from models.byhand.terms import Leaf
from models.byhand.written.kinds.elementwise import ELEMENTWISE
from models.byhand.written.kinds.formulas import formula_term
from models.explaining.rule import Line, Rule, Types, plain, tells
from models.layers.activation import PReLU, Softplus
from models.layers.activations import softmaxes
from models.layers.activations.steps import Heaviside, RReLU, Softmax2d, Threshold
from models.layers.combining.expression import Expression
from models.layers.normalization import (
    BatchNormalization,
    GroupNorm,
    InstanceNormalization,
    LayerNorm,
    LocalResponseNorm,
    RMSNorm,
)
from models.layers.regularization import AlphaDropout, DropoutLayer, FeatureAlphaDropout
from models.specs.elementwise import NAMES, read_formula


@tells(*ELEMENTWISE)
def _elementwise(layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    """The formula as it is written at 1; where it is written otherwise elsewhere, its page says so."""
    x, y = Leaf("x", 1.0, "x"), Leaf("y", 0.5)
    term = ELEMENTWISE[type(layer)](layer, x, y)
    slope = term.slope("x")
    back = notation.text(slope, False) if slope is not None else "0"
    note = "Above the threshold it is x, by its setting." if isinstance(layer, Softplus) else ""
    return plain(f"y = {notation.text(term, False)}", f"∂L/∂x = δ·({back})", note=note)


@tells(Expression)
def _expression(layer: Expression, _inputs: Types, _outputs: Types) -> Rule:
    tree, names = read_formula(layer.formula)
    leaves = {name: Leaf(name, 1.0, name) for name in NAMES}
    term = formula_term(tree, leaves)
    slopes = {name: term.slope(name) for name in sorted(names)}
    back = [f"∂L/∂{name} = δ·({notation.text(slope, False)})" for name, slope in slopes.items() if slope is not None]
    return plain(f"y = {notation.text(term, False)}", *back)


@tells(PReLU)
def _prelu(layer: PReLU, _inputs: Types, _outputs: Types) -> Rule:
    where = "all of them" if layer.num_parameters == 1 else "those of its channel"
    back = Line("∂L/∂x = δ·([x > 0] + a·[x < 0])"), Line("∂L/∂a = Σ δ·min(0, x)", f"over {where}")
    return Rule((Line("y = max(0, x) + a·min(0, x)"),), back)


@tells(RReLU)
def _rrelu(layer: RReLU, _inputs: Types, _outputs: Types) -> Rule:
    drawn = f"a is drawn from {layer.lower:.4g} to {layer.upper:.4g}; after training it is their middle."
    return plain("y = max(0, x) + a·min(0, x)", "∂L/∂x = δ·([x > 0] + a·[x < 0])", note=drawn)


@tells(Threshold)
def _threshold(layer: Threshold, _inputs: Types, _outputs: Types) -> Rule:
    return plain(f"y = x for x > {layer.threshold:g}, else {layer.value:g}", f"∂L/∂x = δ·[x > {layer.threshold:g}]")


@tells(Heaviside)
def _step(_layer: Heaviside, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = [x > 0]", "∂L/∂x = 0", note="It has no slope, so nothing before it learns.")


@tells(softmaxes.Softmax, softmaxes.Softmin, Softmax2d)
def _softmax(layer: Any, _inputs: Types, _outputs: Types) -> Rule:
    sign = "−" if isinstance(layer, softmaxes.Softmin) else ""
    over = "channels" if isinstance(layer, Softmax2d) else f"dimension {layer.dim}"
    back = f"∂L/∂xᵢ = {sign}yᵢ·(δᵢ − Σⱼ δⱼ·yⱼ)"
    note = f"Sums go over {over}. With cross-entropy behind it all of that comes to ŷ − y."
    return plain(f"yᵢ = exp({sign}xᵢ) / Σⱼ exp({sign}xⱼ)", back, note=note)


@tells(softmaxes.LogSoftmax)
def _log_softmax(layer: softmaxes.LogSoftmax, _inputs: Types, _outputs: Types) -> Rule:
    return plain("yᵢ = xᵢ − ln Σⱼ exp(xⱼ)", "∂L/∂xᵢ = δᵢ − exp(yᵢ)·Σⱼ δⱼ", note=f"Sums go over dimension {layer.dim}.")


@tells(softmaxes.GLU)
def _glu(_layer: softmaxes.GLU, _inputs: Types, _outputs: Types) -> Rule:
    return plain("y = a·σ(b), with a and b the halves of x", "∂L/∂a = δ·σ(b)", "∂L/∂b = δ·a·σ(b)·(1 − σ(b))")


@tells(DropoutLayer)
def _dropout(layer: DropoutLayer, _inputs: Types, _outputs: Types) -> Rule:
    whole = "a channel" if layer.rank else "a value"
    note = f"m is 0 for {whole} with probability p = {layer.p:g}, else 1. After training y = x."
    return plain("y = m·x / (1 − p)", "∂L/∂x = m·δ / (1 − p)", note=note)


@tells(AlphaDropout, FeatureAlphaDropout)
def _alpha(layer: DropoutLayer, _inputs: Types, _outputs: Types) -> Rule:
    note = f"m is 0 with probability p = {layer.p:g}; a and b bring mean and variance back. After training y = x."
    return plain("y = a·(m·x + (1 − m)·α′) + b", "∂L/∂x = a·m·δ", note=note)


NORMED = "x̂ = (x − μ) / √(σ² + ε)"


def _normed(over: str, count: int | str, channels: int, affine: bool, note: str = "") -> Rule:
    """A normalization: what is averaged over, and how many values that are."""
    back = "∂L/∂x = γ/√(σ² + ε)·(δ − mean(δ) − x̂·mean(δ·x̂))"
    forward = (Line("μ = mean(x), σ² = mean((x − μ)²)", f"over {over}: {count} values"), Line(NORMED))
    if not affine:
        return Rule((*forward, Line("y = x̂")), (Line(back.replace("γ/", "1/")),), note)
    learned = Line("∂L/∂γ = Σ δ·x̂, ∂L/∂β = Σ δ", f"{channels:,} each")
    return Rule(
        (*forward, Line("y = γ·x̂ + β", f"γ, β: {channels:,} each")), (Line(back, f"means over {over}"), learned), note
    )


@tells(BatchNormalization)
def _batch_norm(layer: BatchNormalization, inputs: Types, _outputs: Types) -> Rule:
    channels, *sizes = inputs[0].shape
    each = math.prod(sizes)
    note = f"ε = {layer.eps:g}. After training μ and σ² are those remembered while training."
    return _normed(
        "the batch and all places of a channel", f"N·{each:,}" if each > 1 else "N", channels, layer.affine, note
    )


@tells(InstanceNormalization)
def _instance_norm(layer: InstanceNormalization, inputs: Types, _outputs: Types) -> Rule:
    channels, *sizes = inputs[0].shape
    return _normed(
        "all places of a channel of one example", f"{math.prod(sizes):,}", channels, layer.affine, f"ε = {layer.eps:g}."
    )


@tells(GroupNorm)
def _group_norm(layer: GroupNorm, inputs: Types, _outputs: Types) -> Rule:
    channels, count = inputs[0].shape[0], math.prod(inputs[0].shape) // layer.num_groups
    over = f"each of {layer.num_groups} groups of {channels // layer.num_groups} channels, of one example"
    return _normed(over, f"{count:,}", channels, layer.affine, f"ε = {layer.eps:g}.")


@tells(LayerNorm)
def _layer_norm(layer: LayerNorm, inputs: Types, _outputs: Types) -> Rule:
    sizes = layer.normalized_shape(inputs[0])
    count = math.prod(sizes)
    over = f"the last {'dimension' if len(sizes) == 1 else f'{len(sizes)} dimensions'} ({times(sizes)}) of each place"
    return _normed(over, f"{count:,}", count, layer.elementwise_affine, f"ε = {layer.eps:g}.")


@tells(RMSNorm)
def _rms_norm(layer: RMSNorm, inputs: Types, _outputs: Types) -> Rule:
    count = math.prod(layer.normalized_shape(inputs[0]))
    forward = Line("r = √(mean(x²) + ε)", f"over the last dimensions: {count:,} values"), Line("y = γ·x/r")
    back = Line("∂L/∂x = γ/r·(δ − x/r²·mean(δ·x))"), Line("∂L/∂γ = Σ δ·x/r", f"{count:,}")
    return Rule(forward, back)


@tells(LocalResponseNorm)
def _local(layer: LocalResponseNorm, _inputs: Types, _outputs: Types) -> Rule:
    text = f"y = x / (k + α/{layer.size}·Σ x′²)^β"
    note = f"Over {layer.size} neighboring channels; k = {layer.k:g}, α = {layer.alpha:g}, β = {layer.beta:g}."
    return plain(text, "∂L/∂x = δ·b^(−β) − 2αβ/n·x·Σ δ′·y′/b′, with b what is in brackets", note=note)
