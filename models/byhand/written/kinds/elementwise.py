"""Functions of one number at a time, softmax along a dimension, and dropout with the mask that was drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from models.byhand.functions import Call, exp, greatest, least, ln, sigmoid, softmax, tanh
from models.byhand.notation import number
from models.byhand.pen import NotWrittenError, Page, Place
from models.byhand.terms import Leaf, Term, Truth, constant
from models.byhand.written.reading import read, shape_of, weight_of
from models.byhand.written.registry import NEAR, writes
from models.layers import activation as kinds
from models.layers.activations import softmaxes
from models.layers.activations.steps import Softmax2d
from models.layers.regularization import AlphaDropout, DropoutLayer, FeatureAlphaDropout

Written = Callable[[Any, Term, Leaf], Term]
"""Settings, the number that came in, and a name for what comes out."""

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
"""https://docs.pytorch.org/docs/stable/generated/torch.nn.SELU.html"""


def _elu(x: Term, alpha: float) -> Term:
    return greatest(0, x) + alpha * (exp(least(x, 0)) - 1)


def _gelu(layer: kinds.GELU, x: Term, _y: Leaf) -> Term:
    if layer.approximate == "none":
        return x * Call("Φ", x)
    inner = constant(math.sqrt(2 / math.pi)) * (x + 0.044715 * x**3)
    return 0.5 * (x * (1 + tanh(inner)))


def _softplus(layer: kinds.Softplus, x: Term, _y: Leaf) -> Term:
    return x if layer.beta * x.value > layer.threshold else ln(1 + exp(layer.beta * x)) / layer.beta


def _hardshrink(layer: kinds.Hardshrink, x: Term, _y: Leaf) -> Term:
    return x * Truth("|", x, f"| > {number(layer.lambd)}", float(abs(x.value) > layer.lambd))


ELEMENTWISE: dict[type, Written] = {
    kinds.Identity: lambda _layer, x, _y: x,
    kinds.ReLU: lambda _layer, x, _y: greatest(0, x),
    kinds.ReLU6: lambda _layer, x, _y: least(6, greatest(0, x)),
    kinds.LeakyReLU: lambda layer, x, _y: greatest(0, x) + layer.negative_slope * least(x, 0),
    kinds.ELU: lambda layer, x, _y: _elu(x, layer.alpha),
    kinds.SELU: lambda _layer, x, _y: SELU_SCALE * _elu(x, SELU_ALPHA),
    kinds.CELU: lambda layer, x, _y: greatest(0, x) + layer.alpha * (exp(least(x, 0) / layer.alpha) - 1),
    kinds.GELU: _gelu,
    kinds.SiLU: lambda _layer, x, _y: x / (1 + exp(-x)),
    kinds.Mish: lambda _layer, x, _y: x * tanh(ln(1 + exp(x))),
    kinds.Hardswish: lambda _layer, x, _y: x * least(6, greatest(0, x + 3)) / 6,
    kinds.Sigmoid: lambda _layer, x, y: sigmoid(x, y),
    kinds.Hardsigmoid: lambda _layer, x, _y: least(6, greatest(0, x + 3)) / 6,
    kinds.LogSigmoid: lambda _layer, x, _y: -ln(1 + exp(-x)),
    kinds.Tanh: lambda _layer, x, y: tanh(x, y),
    kinds.Tanhshrink: lambda _layer, x, _y: x - tanh(x),
    kinds.Hardtanh: lambda layer, x, _y: least(layer.max_val, greatest(layer.min_val, x)),
    kinds.Softplus: _softplus,
    kinds.Softsign: lambda _layer, x, _y: x / (1 + Call("abs", x)),
    kinds.Softshrink: lambda layer, x, _y: greatest(0, x - layer.lambd) + least(0, x + layer.lambd),
    kinds.Hardshrink: _hardshrink,
}
"""By kind, in the form of its page in PyTorch's documentation."""


def _same_place(_page: Page, _id: str, _layer: Any, place: Place) -> list[Place]:
    return [place]


@writes(*ELEMENTWISE)
def _elementwise(page: Page, id: str, layer: Any, place: Place) -> Term:
    return ELEMENTWISE[type(layer)](layer, read(page, id, place), page.value(id, place))


@writes(kinds.PReLU)
def _prelu(page: Page, id: str, layer: kinds.PReLU, place: Place) -> Term:
    x = read(page, id, place)
    channel = place[1] if layer.num_parameters > 1 else 0
    return greatest(0, x) + weight_of(page, id, "weight", (channel,)) * least(x, 0)


@writes(softmaxes.Softmax, softmaxes.Softmin, softmaxes.LogSoftmax, Softmax2d)
def _along(page: Page, id: str, layer: Any, place: Place) -> Term:
    places = along(place, getattr(layer, "dim", 1), shape_of(page, id))
    scores = [read(page, id, at) for at in places]
    if isinstance(layer, softmaxes.LogSoftmax):
        powers = [exp(score) for score in scores]
        return scores[places.index(place)] - ln(sum(powers[1:], powers[0]))
    sign = -1 if isinstance(layer, softmaxes.Softmin) else 1
    return softmax(scores, places.index(place), [page.value(id, at) for at in places], sign)


def along(place: Place, dim: int, shape: Place) -> list[Place]:
    """All places that differ in one dimension alone."""
    dim %= len(shape)
    return [(*place[:dim], k, *place[dim + 1 :]) for k in range(shape[dim])]


@writes(softmaxes.GLU)
def _glu(page: Page, id: str, layer: softmaxes.GLU, place: Place) -> Term:
    dim = layer.dim % len(place)
    half = shape_of(page, id)[dim]
    gate = (*place[:dim], place[dim] + half, *place[dim + 1 :])
    return read(page, id, place) * sigmoid(read(page, id, gate))


def _mask(page: Page, id: str, place: Place) -> Leaf:
    """What was drawn for a number: 1 where it is kept."""
    drawn = page.now.masks.get(id)
    if drawn is None:
        raise NotWrittenError(f"What {id} drew is not known, so its steps cannot be written.")
    return Leaf("m" + page.value(id, place).name.removeprefix(id), float(drawn[place]))


@writes(DropoutLayer)
def _dropout(page: Page, id: str, layer: DropoutLayer, place: Place) -> Term:
    if not page.trains:
        return read(page, id, place)
    kept = read(page, id, place) * _mask(page, id, place)
    return kept / (1 - constant(layer.p)) if layer.p < 1 else kept


@writes(AlphaDropout, FeatureAlphaDropout)
def _alpha_dropout(page: Page, id: str, layer: DropoutLayer, place: Place) -> Term:
    """a·(x·m + α′·(1 − m)) + b (Klambauer et al. 2017, section 2)."""
    if not page.trains:
        return read(page, id, place)
    low = -SELU_SCALE * SELU_ALPHA
    mask = _mask(page, id, place)
    if layer.p == 1:
        return read(page, id, place) * mask
    scale = 1 / math.sqrt((1 - layer.p) * (1 + layer.p * low**2))
    mixed = read(page, id, place) * mask + constant(low, "α′") * (1 - mask)
    return constant(scale, "a") * mixed + constant(-scale * low * layer.p, "b")


NEAR.update(dict.fromkeys((*ELEMENTWISE, kinds.PReLU, DropoutLayer), _same_place))
