"""Dropout in its forms."""

from __future__ import annotations

import pytest

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS
from models.specs.fields import FieldError


@pytest.mark.parametrize(("kind", "rank"), [("Dropout1d", 2), ("Dropout2d", 3), ("Dropout3d", 4)])
def test_channel_dropout_needs_channels(kind: str, rank: int) -> None:
    for dimensions in range(6):
        given = (TensorType((4,) * dimensions),)
        if dimensions == rank:
            assert LAYERS[kind]().output_types(given) == given
        else:
            with pytest.raises(ShapeError):
                LAYERS[kind]().output_types(given)


@pytest.mark.parametrize("kind", ["Dropout", "AlphaDropout"])
def test_value_dropout_takes_any_shape(kind: str) -> None:
    for dimensions in range(6):
        given = (TensorType((4,) * dimensions),)
        assert LAYERS[kind]().output_types(given) == given


def test_probabilities() -> None:
    assert LAYERS["Dropout"](p=0.25).module((TensorType((4,)),)) == "nn.Dropout(p=0.25)"
    for wrong in (-0.1, 1.1, "half", None):
        with pytest.raises(FieldError):
            LAYERS["Dropout"](p=wrong)
    assert LAYERS["Dropout"](p=1).summary() == "p 1"
