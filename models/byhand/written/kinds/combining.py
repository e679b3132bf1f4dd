"""Layers that make one number of the numbers of several inputs, or of all along some dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import sqrt
from typing import Any

from models.byhand.functions import Call, exp, greatest, least, mean, root, sigmoid
from models.byhand.pen import Page, Place
from models.byhand.terms import Known, Power, Term, constant, total
from models.byhand.written.kinds.linear import stretched
from models.byhand.written.reading import shape_of, source_of, sources
from models.byhand.written.registry import writes
from models.layers.combining import elementwise as kinds
from models.layers.combining.products import CosineSimilarity, MatMul, PairwiseDistance
from models.layers.dimensions.reducing import GlobalPool, Mean, Norm, Reduction, Sum
from models.layers.learned.attending import ScaledDotProductAttention


def _terms(page: Page, id: str, place: Place) -> list[Term]:
    """The numbers of all inputs at a place."""
    return [page.value(source, stretched(place, shape_of(page, source))) for source in sources(page, id)]


@writes(kinds.Subtract)
def _difference(page: Page, id: str, _layer: Any, place: Place) -> Term:
    first, *others = _terms(page, id, place)
    for term in others:
        first = first - term
    return first


@writes(kinds.Divide)
def _quotient(page: Page, id: str, _layer: Any, place: Place) -> Term:
    first, *others = _terms(page, id, place)
    for term in others:
        first = first / term
    return first


@writes(kinds.Maximum, kinds.Minimum)
def _chosen(page: Page, id: str, layer: Any, place: Place) -> Term:
    return (greatest if isinstance(layer, kinds.Maximum) else least)(*_terms(page, id, place))


@writes(kinds.Average)
def _average(page: Page, id: str, _layer: Any, place: Place) -> Term:
    return mean(_terms(page, id, place))


@writes(kinds.Gate)
def _gated(page: Page, id: str, _layer: Any, place: Place) -> Term:
    value, gate = _terms(page, id, place)
    return value * sigmoid(gate)


@writes(MatMul)
def _matrix_product(page: Page, id: str, _layer: MatMul, place: Place) -> Term:
    *front, row, column = place
    first, second = sources(page, id)
    left, right = (stretched((*front,), shape_of(page, name)[:-2]) for name in (first, second))
    width = shape_of(page, first)[-1]
    return total(page.value(first, (*left, row, k)) * page.value(second, (*right, k, column)) for k in range(width))


@writes(CosineSimilarity)
def _cosine(page: Page, id: str, layer: CosineSimilarity, place: Place) -> Term:
    first, second = sources(page, id)
    dim = layer.dim % len(shape_of(page, first))
    places = [(*place[:dim], k, *place[dim:]) for k in range(shape_of(page, first)[dim])]
    xs, ys = ([page.value(name, at) for at in places] for name in (first, second))
    lengths = [greatest(root(total(item**2 for item in items)), layer.eps) for items in (xs, ys)]
    return total(x * y for x, y in zip(xs, ys, strict=True)) / (lengths[0] * lengths[1])


@writes(PairwiseDistance)
def _distance(page: Page, id: str, layer: PairwiseDistance, place: Place) -> Term:
    first, second = sources(page, id)
    front = place[:-1] if layer.keepdim else place
    places = [(*front, k) for k in range(shape_of(page, first)[-1])]
    return _length([page.value(first, at) - page.value(second, at) + layer.eps for at in places], layer.p)


def _length(terms: Sequence[Term], order: float) -> Term:
    """(Σ|x|ᵖ)^(1/p)."""
    if order == 2:
        return root(total(term**2 for term in terms))
    sizes = [Call("abs", term) for term in terms]
    if order == 1:
        return total(sizes)
    return Power(total(Power(size, order) for size in sizes), 1 / order)


@writes(Reduction)
def _reduced(page: Page, id: str, layer: Reduction, place: Place) -> Term:
    source = source_of(page, id)
    shape = shape_of(page, source)
    return _joined(layer, _over(page, source, [dim % len(shape) for dim in layer.dim], place, layer.keepdim))


@writes(GlobalPool)
def _pooled(page: Page, id: str, layer: GlobalPool, place: Place) -> Term:
    source = source_of(page, id)
    terms = _over(page, source, list(range(2, len(shape_of(page, source)))), place, layer.keepdim)
    return mean(terms) if layer.mode == "mean" else _largest(terms)


def _over(page: Page, source: str, dims: Sequence[int], place: Place, keepdim: bool) -> list[Term]:
    """The numbers along some dimensions that one number is made of."""
    shape, left = shape_of(page, source), iter(place)
    ranges = []
    for dim, size in enumerate(shape):
        at = next(left) if dim not in dims or keepdim else 0
        ranges.append(range(size) if dim in dims else (at,))
    return [page.value(source, at) for at in product(*ranges)]


def _joined(layer: Reduction, terms: list[Term]) -> Term:
    if isinstance(layer, Sum):
        return total(terms)
    if isinstance(layer, Norm):
        return _length(terms, layer.ord)
    return mean(terms) if isinstance(layer, Mean) else _largest(terms)


def _largest(terms: list[Term]) -> Term:
    """The largest; those that tie share the slope, as torch's amax has it."""
    found = greatest(*terms)
    tied = [term for term in terms if term.value == found.value]
    return Known(found, tuple((term, constant(1 / len(tied))) for term in tied)) if len(tied) > 1 else found


@writes(ScaledDotProductAttention)
def _attended(page: Page, id: str, layer: ScaledDotProductAttention, place: Place) -> Term:
    *front, row, feature = place
    query, key, value, *masks = sources(page, id)
    steps = range(row + 1) if layer.is_causal else range(shape_of(page, key)[-2])
    width = shape_of(page, query)[-1]
    powers: list[Term] = []
    for step in (step for step in steps if step < shape_of(page, key)[-2]):
        score = total(page.value(query, (*front, row, k)) * page.value(key, (*front, step, k)) for k in range(width))
        score = score / constant(sqrt(width), "√d")
        for mask in masks:
            score = score + page.value(mask, stretched((*front, row, step), shape_of(page, mask)))
        powers.append(exp(score))
    parts = [power * page.value(value, (*front, step, feature)) for step, power in enumerate(powers)]
    return total(parts) / total(powers)
