"""Borders: sizes grow on both sides; mirrors and rings need something to show."""

from __future__ import annotations

import pytest

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS


def test_each_dimension_has_a_border_of_its_own() -> None:
    layer = LAYERS["ZeroPad2d"](padding=[1, 2])
    assert layer.output_types((TensorType((3, 8, 8)),)) == (TensorType((3, 10, 12)),)
    # PyTorch lists the last dimension first, both sides of each.
    assert layer.module((TensorType((3, 8, 8)),)) == "nn.ZeroPad2d((2, 2, 1, 1))"
    assert LAYERS["ZeroPad2d"]().module((TensorType((3, 8, 8)),)) == "nn.ZeroPad2d(1)"


@pytest.mark.parametrize(("kind", "most"), [("ReflectionPad1d", 3), ("CircularPad1d", 4)])
def test_a_border_from_the_input_needs_a_larger_input(kind: str, most: int) -> None:
    sequence = (TensorType((2, 4)),)
    assert LAYERS[kind](padding=most).output_types(sequence) == (TensorType((2, 4 + 2 * most)),)
    with pytest.raises(ShapeError) as refusal:
        LAYERS[kind](padding=most + 1).output_types(sequence)
    assert refusal.value.expected == f"at most {most}"


def test_zeros_go_around_any_number_of_dimensions() -> None:
    assert LAYERS["ZeroPad1d"]().output_types((TensorType((2, 3, 4, 5)),)) == (TensorType((2, 3, 4, 7)),)
    with pytest.raises(ShapeError, match="ReplicationPad1d needs channels×length"):
        LAYERS["ReplicationPad1d"]().output_types((TensorType((2, 3, 4)),))


def test_windows() -> None:
    image = (TensorType((3, 8, 8)),)
    assert LAYERS["ZeroPad2d"]().window(image) is not None
    for kind in ("ReflectionPad2d", "ReplicationPad2d", "CircularPad2d"):
        assert LAYERS[kind]().window(image) is None
