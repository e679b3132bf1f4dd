"""Curves and their properties against real torch, and the numbers that books have."""

from __future__ import annotations

import math

import pytest
import torch
from layer_cases import Case, build

from models.expected.curves import Properties, curve_of, drawn, properties_of
from models.kinds.layer import Layer, TensorType
from models.layers import LAYERS

FUNCTIONS = [kind for kind in LAYERS if curve_of(LAYERS[kind]()) is not None]
PLACES = torch.linspace(-6.05, 6.05, 60, dtype=torch.float64)


def known(kind: str, **settings: object) -> Properties:
    found = properties_of(LAYERS[kind](**settings))
    assert found is not None
    return found


def of_torch(layer: Layer) -> tuple[list[float], list[float]]:
    """Values and slopes at the places."""
    real = build(Case(layer, (TensorType((len(PLACES),)),), None))
    if real.module is not None:
        real.module.double().eval()
    given = PLACES[None].clone().requires_grad_()
    (values,) = real(given * 1)
    slopes = torch.autograd.grad(values.sum(), given)[0] if values.requires_grad else torch.zeros_like(given)
    return values[0].tolist(), slopes[0].tolist()


def test_kinds_say_which_of_them_are_flat() -> None:
    flat = {kind for kind in FUNCTIONS if known(kind).flat}
    assert flat == {kind for kind in FUNCTIONS if LAYERS[kind].flat} and flat


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_values_and_slopes_are_those_of_torch(kind: str) -> None:
    layer = LAYERS[kind]()
    curve = curve_of(layer)
    assert curve is not None
    values, slopes = of_torch(layer)
    found = [curve(x) for x in PLACES.tolist()]
    assert [value for value, _ in found] == pytest.approx(values, abs=1e-6)
    assert [slope for _, slope in found] == pytest.approx(slopes, abs=1e-6)


def test_every_activation_of_one_number_is_a_curve() -> None:
    others = {"Softmax", "LogSoftmax", "Softmin", "Softmax2d", "GLU"}
    assert {kind for kind in LAYERS if LAYERS[kind].family == "Activation"} - set(FUNCTIONS) == others
    assert curve_of(LAYERS["Linear"]()) is properties_of(LAYERS["Linear"]()) is None


def test_gelu_is_lowest_where_the_books_have_it() -> None:
    lowest = known("GELU").lowest
    assert lowest is not None
    assert (round(lowest.value, 6), round(lowest.at, 6)) == (-0.169971, -0.751792)
    assert known("GELU").bounds == (lowest.value, math.inf)


@pytest.mark.parametrize(
    ("kind", "at", "steepest"),
    [("Sigmoid", 0, 0.25), ("Tanh", 0, 1), ("GELU", 2**0.5, 1.128904), ("SiLU", 2.3994, 1.099839), ("ReLU", None, 1)],
)
def test_where_a_curve_is_steepest(kind: str, at: float | None, steepest: float) -> None:
    found = known(kind)
    assert found.steepest == pytest.approx(steepest, abs=1e-6)
    assert found.steepest_at == (None if at is None else pytest.approx(at, abs=1e-3))


@pytest.mark.parametrize(
    ("kind", "monotone", "convex", "invertible"),
    [
        ("ReLU", True, True, False), ("LeakyReLU", True, True, True), ("Sigmoid", True, False, True),
        ("Softplus", True, True, True), ("GELU", False, False, False), ("Hardtanh", True, False, False),
        ("Tanh", True, False, True), ("ELU", True, True, True), ("Identity", True, True, True),
    ],
)  # fmt: skip
def test_shapes_of_curves(kind: str, monotone: bool, convex: bool, invertible: bool) -> None:
    found = known(kind)
    assert (found.monotone, found.convex, found.invertible) == (monotone, convex, invertible)


def test_settings_and_formulas_have_curves_of_their_own() -> None:
    assert known("LeakyReLU", negative_slope=2.0).steepest == 2
    lowest = known("Expression", formula="x ** 2 - x").lowest
    assert lowest and (lowest.at, lowest.value) == pytest.approx((0.5, -0.25))
    assert curve_of(LAYERS["Expression"](formula="x * y")) is None
    assert known("Heaviside").flat and not known("ReLU").flat


def test_a_formula_without_a_value_somewhere_is_a_gap() -> None:
    curve = curve_of(LAYERS["Expression"](formula="log(x)"))
    assert curve is not None
    points = list(drawn(curve, -1.0, 1.0, 3))
    assert math.isnan(points[0][1]) and points[2][1:] == (0.0, 1.0)
