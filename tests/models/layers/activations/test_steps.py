"""Activations with a jump, and softmax over channels."""

from __future__ import annotations

import pytest
import torch
from layer_cases import Case, build

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS

IMAGE = TensorType((4, 6, 6))


def test_a_step_is_one_above_zero_and_has_no_slope() -> None:
    layer, given = LAYERS["Heaviside"](), (TensorType((4,)),)
    x = torch.tensor([[-2.0, 0.0, 1e-6, 3.0]], requires_grad=True)
    (found,) = build(Case(layer, given, given))(x)
    assert found.tolist() == [[0, 0, 1, 1]]
    found.sum().backward()
    assert x.grad is not None and not x.grad.any()


def test_softmax_over_channels_wants_an_image() -> None:
    assert LAYERS["Softmax2d"]().output_types((IMAGE,)) == (IMAGE,)
    with pytest.raises(ShapeError, match="Softmax2d needs channels×height×width"):
        LAYERS["Softmax2d"]().output_types((TensorType((4,)),))


def test_slopes_of_rrelu_are_in_order_and_its_gain_is_that_of_their_middle() -> None:
    with pytest.raises(ShapeError, match=r"lower slope 0\.5 is above the upper one 0\.333"):
        LAYERS["RReLU"](lower=0.5).output_types((IMAGE,))
    assert LAYERS["RReLU"](lower=0.1, upper=0.3).gain == ("leaky_relu", 0.2)


def test_a_threshold_says_what_it_does() -> None:
    assert LAYERS["Threshold"](threshold=0.1, value=20.0).summary() == "20 up to 0.1"
