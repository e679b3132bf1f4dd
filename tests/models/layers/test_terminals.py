"""Input and Output."""

from __future__ import annotations

import pytest

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS
from models.layers.terminals import Output
from models.specs.fields import FieldError
from models.training.losses import LOSSES


def test_input_gives_its_shape() -> None:
    layer = LAYERS["Input"](shape=[1, 28, 28])
    assert layer.inputs == () and layer.output_types(()) == (TensorType((1, 28, 28)),)
    assert LAYERS["Input"](shape=[40], dtype="int").output_types(()) == (TensorType((40,), "int"),)
    assert LAYERS["Input"](shape=[]).output_types(()) == (TensorType(()),)


def test_absurd_inputs_are_refused() -> None:
    with pytest.raises(ShapeError, match="Input would need a tensor of"):
        LAYERS["Input"](shape=[10**9, 10**9]).output_types(())
    for wrong in ([0], [-1], [2**40], [1] * 9, "3×32", 3):
        with pytest.raises(FieldError):
            LAYERS["Input"](shape=wrong)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ([784], "784 features"),
        ([1], "1 feature"),
        ([100, 8], "100 steps · 8 features"),
        ([3, 32, 32], "3 channels"),
        ([1, 16, 16, 16], "1 channel"),
        ([], ""),
        ([2, 2, 2, 2, 2], ""),
    ],
)
def test_what_an_input_says_of_itself(shape: list[int], text: str) -> None:
    assert LAYERS["Input"](shape=shape).summary() == text


def test_output_reports_what_leaves_the_network_and_has_no_port() -> None:
    layer = LAYERS["Output"]()
    assert layer.outputs == () and layer.output_types((TensorType((10,)),)) == (TensorType((10,)),)


@pytest.mark.parametrize("loss", list(LOSSES))
def test_output_carries_a_loss(loss: str) -> None:
    layer = LAYERS["Output"](loss=loss)
    assert layer.loss == LOSSES[loss]() and layer.summary()
    again, problems = LAYERS["Output"].read(layer.settings())
    assert again == layer and not problems


def test_an_output_shows_its_weight_where_it_is_not_1() -> None:
    assert Output().summary() == Output(weight=1).summary() == "CrossEntropyLoss"
    assert Output(loss="MSELoss", weight=0.25).summary() == "MSELoss · weight 0.25"
    assert len(Output(loss="BCEWithLogitsLoss", weight=1e-7).summary()) <= 40
