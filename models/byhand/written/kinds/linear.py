"""Layers that multiply by matrices, look vectors up, or combine what several wires bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.functions import greatest, mean
from models.byhand.pen import NotWrittenError, Page, Place
from models.byhand.terms import Known, Term, constant, times, total
from models.byhand.written.reading import read, shape_of, source_of, sources, weight_of
from models.byhand.written.registry import NEAR, NEAR_WEIGHT, writes
from models.layers.linear import Bilinear, Embedding, EmbeddingBag, Linear
from models.layers.merge import Add, Elementwise

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")


@writes(Linear)
def _linear(page: Page, id: str, layer: Linear, place: Place) -> Term:
    *before, unit = place
    source = source_of(page, id)
    terms: list[Term] = [
        weight_of(page, id, "weight", (unit, j)) * page.value(source, (*before, j))
        for j in range(shape_of(page, source)[-1])
    ]
    return total([*terms, weight_of(page, id, "bias", (unit,))] if layer.bias else terms)


def _same_position(page: Page, id: str, _layer: Linear, place: Place) -> list[Place]:
    return [(*place[:-1], unit) for unit in range(shape_of(page, id)[-1])]


def _same_unit(page: Page, id: str, _layer: Linear, place: Place) -> list[Place]:
    return [(*before, place[0]) for before in np.ndindex(*shape_of(page, id)[:-1])]


NEAR[Linear], NEAR_WEIGHT[Linear] = _same_position, _same_unit


@writes(Embedding)
def _embedding(page: Page, id: str, layer: Embedding, place: Place) -> Term:
    *before, feature = place
    return _looked_up(page, id, layer, int(read(page, id, tuple(before)).value), feature)


def _looked_up(page: Page, id: str, layer: Embedding, entry: int, feature: int) -> Term:
    if layer.max_norm is not None:
        raise NotWrittenError("Embedding with a largest norm shortens its vectors while it reads them: no steps.")
    found = weight_of(page, id, "weight", (entry, feature))
    if layer.padding_idx is not None and entry == layer.padding_idx % layer.num_embeddings:
        return constant(found.value, found.name)  # it never learns
    if not layer.scale_grad_by_freq:
        return found
    count = int((page.now.values[sources(page, id)[0]] == entry).sum())
    return Known(found, ((found, 1 / constant(count)),))


@writes(EmbeddingBag)
def _bag(page: Page, id: str, layer: EmbeddingBag, place: Place) -> Term:
    """Padding entries are in no bag; a bag of nothing else is 0."""
    row, feature = place
    source, *weights = sources(page, id)
    entries = [int(page.value(source, (row, word)).value) for word in range(shape_of(page, source)[1])]
    padding = None if layer.padding_idx is None else layer.padding_idx % layer.num_embeddings
    words = [word for word, entry in enumerate(entries) if entry != padding]
    vectors = [_looked_up(page, id, layer, entries[word], feature) for word in words]
    if weights:
        vectors = [page.value(weights[0], (row, word)) * each for word, each in zip(words, vectors, strict=True)]
    if layer.mode == "max" and vectors:
        return greatest(*vectors)
    return mean(vectors) if layer.mode == "mean" else total(vectors)


@writes(Bilinear)
def _bilinear(page: Page, id: str, layer: Bilinear, place: Place) -> Term:
    *before, unit = place
    first, second = sources(page, id)
    pairs = product(range(shape_of(page, first)[-1]), range(shape_of(page, second)[-1]))
    terms: list[Term] = [
        weight_of(page, id, "weight", (unit, i, j)) * page.value(first, (*before, i)) * page.value(second, (*before, j))
        for i, j in pairs
    ]
    return total([*terms, weight_of(page, id, "bias", (unit,))] if layer.bias else terms)


@writes(Elementwise)
def _combined(page: Page, id: str, layer: Elementwise, place: Place) -> Term:
    terms = [page.value(source, stretched(place, shape_of(page, source))) for source in sources(page, id)]
    return total(terms) if isinstance(layer, Add) else times(*terms)


def stretched(place: Place, shape: Sequence[int]) -> Place:
    """The place in a smaller table that stands at a place: a size of 1 is stretched."""
    return tuple(0 if size == 1 else at for at, size in zip(place, shape, strict=True))


def _stretches(page: Page, id: str, _layer: Any, place: Place) -> Iterable[Place]:
    """The places where a number stands, however its table was stretched."""
    shape = shape_of(page, id)
    smallest = np.minimum.reduce([np.array(shape_of(page, source)) for source in sources(page, id)])
    return product(
        *([at] if low == size else range(size) for at, low, size in zip(place, smallest, shape, strict=True))
    )


NEAR[Elementwise] = _stretches
