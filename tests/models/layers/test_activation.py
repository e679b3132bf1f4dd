"""Activations: shapes stay, but for GLU; softmax needs a dimension."""

from __future__ import annotations

import pytest

from models.kinds.layer import ShapeError, TensorType, Window
from models.layers import LAYERS
from models.layers.activation import Activation
from models.layers.activations.softmaxes import SoftmaxLike
from models.specs.fields import FieldError

IMAGE = TensorType((4, 6, 6))
KINDS = [kind.kind for kind in LAYERS.values() if issubclass(kind, Activation) and kind.kind != "GLU"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_shape_stays(kind: str) -> None:
    assert LAYERS[kind].keeps_shape
    assert LAYERS[kind]().output_types((IMAGE,)) == (IMAGE,)
    assert LAYERS[kind]().multiply_adds((IMAGE,), (IMAGE,)) == 0


@pytest.mark.parametrize("kind", [kind.kind for kind in LAYERS.values() if issubclass(kind, SoftmaxLike)])
def test_dimensions_of_softmax(kind: str) -> None:
    for dim in (1, 2, 3, -1, -2, -3):
        assert LAYERS[kind](dim=dim).output_types((IMAGE,)) == (IMAGE,)
    for dim in (0, 4, -4, -5):
        with pytest.raises(ShapeError):
            LAYERS[kind](dim=dim).output_types((IMAGE,))
    assert LAYERS[kind](dim=1).window((IMAGE,)) == LAYERS[kind](dim=-3).window((IMAGE,)) == Window((1,), (1,), (1,))
    assert LAYERS[kind](dim=2).window((IMAGE,)) is None


def test_glu_halves_a_dimension() -> None:
    assert LAYERS["GLU"](dim=1).output_types((IMAGE,)) == (TensorType((2, 6, 6)),)
    with pytest.raises(ShapeError, match="GLU splits a dimension in half, but 3 is odd in 3×6"):
        LAYERS["GLU"](dim=1).output_types((TensorType((3, 6)),))


def test_prelu_has_one_slope_or_one_a_channel() -> None:
    for slopes in (1, 4):
        layer = LAYERS["PReLU"](num_parameters=slopes)
        assert layer.output_types((IMAGE,)) == (IMAGE,) and layer.weights((IMAGE,))[0].elements == slopes
    with pytest.raises(ShapeError):
        LAYERS["PReLU"](num_parameters=6).output_types((IMAGE,))


def test_bounds_of_hardtanh_are_in_order() -> None:
    with pytest.raises(ShapeError, match="The lower bound 2 is not below the upper bound 1"):
        LAYERS["Hardtanh"](min_val=2.0).output_types((IMAGE,))


def test_settings_that_divide_by_zero_are_refused() -> None:
    for kind, setting in (("CELU", "alpha"), ("Softplus", "beta")):
        with pytest.raises(FieldError):
            LAYERS[kind](**{setting: 0.0})
