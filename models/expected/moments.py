"""How large values are on average where they come from a distribution that is known.

A layer's inputs are taken for independent and normal, as Glorot and Bengio 2010 and He et al. 2015 do.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from models.expected.curves import curve_of
from models.kinds.initialization import (
    Constant,
    Gain,
    Initialization,
    Kaiming,
    Normal,
    Ones,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    Xavier,
    Zeros,
)
from models.kinds.layer import Layer, Shape

REACH, POINTS = 6.0, 96
"""Standard deviations to either side that are looked at, and in how many steps: an even number, so that a bend at the
mean lies between two."""


class Moments(NamedTuple):
    """The mean of values and that of their squares."""

    mean: float
    square: float

    @property
    def variance(self) -> float:
        """How far they lie from their mean, squared."""
        return max(self.square - self.mean**2, 0.0)

    @classmethod
    def of(cls, mean: float, variance: float) -> Moments:
        """From mean and variance."""
        return cls(mean, variance + mean**2)


UNIT = Moments(0.0, 1.0)
"""Of what is normalized."""


class Bent(NamedTuple):
    """What a function makes of values: their moments, and the mean of its squared slope."""

    moments: Moments
    slope: float


def bent(layer: Layer, given: Moments) -> Bent | None:
    """What an activation makes of normal values; None for a layer that is no function of one number."""
    # Rounded: of equal ones there are many, and none is exact.
    return _bent(layer, float(f"{given.mean:.3g}"), float(f"{given.variance:.3g}"))


@lru_cache(maxsize=4096)
def _bent(layer: Layer, mean: float, variance: float) -> Bent | None:
    curve = curve_of(layer)
    if curve is None or not math.isfinite(mean + variance):
        return None
    spread = math.sqrt(variance)
    total = first = second = slope = 0.0
    for step in range(POINTS):
        z = REACH * ((2 * step + 1) / POINTS - 1)
        value, rise = curve(mean + spread * z)
        share = math.exp(-z * z / 2)
        total += share
        first, second, slope = first + share * value, second + share * value**2, slope + share * rise**2
    return Bent(Moments(first / total, second / total), slope / total)


@lru_cache(maxsize=256)
def largest_of(count: int) -> Moments:
    """The largest of so many standard normal numbers: its density is n·φ·Φⁿ⁻¹."""
    total = first = second = 0.0
    for step in range(20 * POINTS + 1):
        z = REACH * (2 * step / (20 * POINTS) - 1)
        below = (1 + math.erf(z / math.sqrt(2))) / 2
        share = math.exp(-z * z / 2) * below ** (count - 1)
        total, first, second = total + share, first + share * z, second + share * z * z
    return Moments(first / total, second / total)


def gain(told: Gain) -> float:
    """By how much weights before an activation are to be larger: `torch.nn.init.calculate_gain`."""
    known = {"tanh": 5 / 3, "relu": math.sqrt(2), "selu": 3 / 4}
    if told.nonlinearity == "leaky_relu":
        return math.sqrt(2 / (1 + told.slope**2))
    return known.get(told.nonlinearity, 1.0)


def fans(shape: Shape) -> tuple[int, int]:
    """Inputs and outputs of a weight, as `torch.nn.init` counts them: its second and its first size, times the rest."""
    rest = math.prod(shape[2:])
    return shape[1] * rest, shape[0] * rest


def weight_moments(way: Initialization, shape: Shape, told: Gain) -> Moments:
    """What a weight of two dimensions or more begins as; by itself U(±1/√inputs), as Linear and convolutions do."""
    inputs, outputs = fans(shape)
    match way:
        case Orthogonal():
            # Rows, or columns where these are fewer, are unit vectors.
            return Moments.of(0.0, way.gain**2 / max(shape[0], math.prod(shape[1:])))
        case Xavier():
            return Moments.of(0.0, way.gain**2 * 2 / (inputs + outputs))
        case Kaiming():
            chosen = way.arguments(told)
            word = str(chosen.get("nonlinearity", "leaky_relu"))
            slope = chosen.get("a", 0.0)
            factor = gain(Gain(word, slope if isinstance(slope, float) else 0.0))
            return Moments.of(0.0, factor**2 / (inputs if way.mode == "fan_in" else outputs))
    return plain_moments(way) or Moments.of(0.0, 1 / (3 * inputs))


def plain_moments(way: Initialization) -> Moments | None:
    """What weights begin as whatever their shape is; None where that follows from it."""
    match way:
        case Zeros():
            return Moments(0.0, 0.0)
        case Ones():
            return Moments(1.0, 1.0)
        case Constant():
            return Moments.of(way.val, 0.0)
        case TruncatedNormal():
            return _truncated(way.mean, way.std, way.a, way.b)
        case Normal():
            return Moments.of(way.mean, way.std**2)
        case Uniform():
            return Moments.of((way.a + way.b) / 2, (way.b - way.a) ** 2 / 12)
    return None


def _truncated(mean: float, std: float, low: float, high: float) -> Moments:
    """N(mean, std²) between two bounds, by its density."""
    total = first = second = 0.0
    low, high = max(low, mean - REACH * std), min(high, mean + REACH * std)
    for step in range(10 * POINTS + 1):
        x = low + (high - low) * step / (10 * POINTS)
        share = math.exp(-(((x - mean) / std) ** 2) / 2)
        total, first, second = total + share, first + share * x, second + share * x * x
    return Moments(first / total, second / total) if total else Moments.of((low + high) / 2, 0.0)
