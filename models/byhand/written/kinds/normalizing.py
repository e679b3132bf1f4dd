"""Normalizations: mean and variance as steps of their own, then each number by them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import product
from typing import TYPE_CHECKING, Any

from models.basics.later import Later
from models.byhand.exercise import STATISTICS
from models.byhand.functions import mean, root
from models.byhand.pen import Page, Place, low
from models.byhand.terms import Power, Term, constant, total
from models.byhand.written.reading import has_weight, read, shape_of, source_of, weight_of
from models.byhand.written.registry import NEAR, NEAR_WEIGHT, writes
from models.layers import normalization as kinds

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

SMALLEST = sys.float_info.epsilon
"""What RMSNorm adds where nothing is given: the precision of its numbers."""


def _statistics(page: Page, id: str, key: Place, label: str, among: list[Place]) -> tuple[Term, Term]:
    """Mean and variance of some numbers, as steps."""
    count = constant(len(among))

    def spread_out(middle: Term) -> Term:
        return total((read(page, id, at) - middle) ** 2 for at in among) / count

    name = "/".join((id, *map(str, key)))
    middle = page.step(f"{name}/mean", f"μ{label}", lambda: total(read(page, id, at) for at in among) / count)
    return middle, page.step(f"{name}/variance", f"σ²{label}", lambda: spread_out(middle))


def _scaled(page: Page, id: str, unit: Term, at: Place) -> Term:
    scaled = weight_of(page, id, "weight", at) * unit if has_weight(page, id, "weight") else unit
    return scaled + weight_of(page, id, "bias", at) if has_weight(page, id, "bias") else scaled


def _unit(page: Page, id: str, place: Place, middle: Term, variance: Term, eps: float) -> Term:
    return (read(page, id, place) - middle) / root(variance + constant(eps, "ε"))


def _remembered(page: Page, id: str, layer: kinds.TrackedNormalization, place: Place) -> Term:
    """A number by the statistics that were remembered while training."""
    middle, variance = (weight_of(page, id, own, place[1:2]) for own in STATISTICS)
    return _scaled(page, id, _unit(page, id, place, middle, variance, layer.eps), place[1:2])


@writes(kinds.BatchNormalization)
def _batch(page: Page, id: str, layer: kinds.BatchNormalization, place: Place) -> Term:
    if not page.trains and layer.track_running_stats:
        return _remembered(page, id, layer, place)
    among = list(_channel(page, id, layer, place))
    statistics = _statistics(page, id, place[1:2], low(place[1]), among)
    return _scaled(page, id, _unit(page, id, place, *statistics, layer.eps), place[1:2])


def _channel(page: Page, id: str, _layer: Any, place: Place) -> Iterable[Place]:
    """All places of a channel, over all rows."""
    rows, _, *sizes = shape_of(page, id)
    return ((row, place[1], *at) for row, *at in product(range(rows), *map(range, sizes)))


NEAR[kinds.BatchNormalization] = _channel
NEAR_WEIGHT[kinds.BatchNormalization] = lambda page, id, layer, place: _channel(page, id, layer, (0, *place))


@writes(kinds.InstanceNormalization)
def _instance(page: Page, id: str, layer: kinds.InstanceNormalization, place: Place) -> Term:
    if not page.trains and layer.track_running_stats:
        return _remembered(page, id, layer, place)
    among = [(*place[:2], *at) for at in np.ndindex(*shape_of(page, id)[2:])]
    statistics = _statistics(page, id, place[:2], low(place[1]), among)
    return _scaled(page, id, _unit(page, id, place, *statistics, layer.eps), place[1:2])


def _trailing(page: Page, id: str, layer: kinds.TrailingNormalization, place: Place) -> list[Place]:
    dims = layer.normalized_dims
    return [(*place[:-dims], *at) for at in np.ndindex(*shape_of(page, id)[-dims:])]


@writes(kinds.LayerNorm)
def _layer(page: Page, id: str, layer: kinds.LayerNorm, place: Place) -> Term:
    before = place[: -layer.normalized_dims]
    statistics = _statistics(
        page, id, before, low(*before[1:]) if len(before) > 1 else "", _trailing(page, id, layer, place)
    )
    return _scaled(page, id, _unit(page, id, place, *statistics, layer.eps), place[-layer.normalized_dims :])


@writes(kinds.RMSNorm)
def _root_mean_square(page: Page, id: str, layer: kinds.RMSNorm, place: Place) -> Term:
    key = "/".join(map(str, (id, *place[: -layer.normalized_dims], "squares")))
    among = _trailing(page, id, layer, place)
    squares = page.step(key, "q", lambda: mean(read(page, id, at) ** 2 for at in among))
    eps = SMALLEST if layer.eps is None else layer.eps
    return _scaled(
        page, id, read(page, id, place) / root(squares + constant(eps, "ε")), place[-layer.normalized_dims :]
    )


@writes(kinds.GroupNorm)
def _group(page: Page, id: str, layer: kinds.GroupNorm, place: Place) -> Term:
    _, channels, *sizes = shape_of(page, id)
    each = channels // layer.num_groups
    group = place[1] // each
    inside = product(range(group * each, (group + 1) * each), *map(range, sizes))
    statistics = _statistics(page, id, (place[0], group), low(group), [(place[0], *at) for at in inside])
    return _scaled(page, id, _unit(page, id, place, *statistics, layer.eps), place[1:2])


@writes(kinds.LocalResponseNorm)
def _local(page: Page, id: str, layer: kinds.LocalResponseNorm, place: Place) -> Term:
    source = source_of(page, id)
    row, channel, *at = place
    first = channel - layer.size // 2
    neighbors = range(max(first, 0), min(first + layer.size, shape_of(page, source)[1]))
    squares = total(page.value(source, (row, other, *at)) ** 2 for other in neighbors)
    bottom = constant(layer.k) + constant(layer.alpha) * squares / layer.size
    return page.value(source, place) / Power(bottom, layer.beta)
