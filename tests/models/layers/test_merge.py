"""Merges broadcast as PyTorch does, but never across the batch."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS

SHAPES = st.lists(st.lists(st.sampled_from([1, 2, 3]), min_size=2, max_size=2).map(tuple), min_size=2, max_size=4)


@given(SHAPES, st.sampled_from(["Add", "Multiply"]))
def test_equal_ranks_broadcast_as_in_torch(shapes: list[tuple[int, ...]], kind: str) -> None:
    inputs = tuple(map(TensorType, shapes))
    try:
        expected = tuple(torch.broadcast_shapes(*shapes))
    except RuntimeError:
        with pytest.raises(ShapeError, match=f"{kind} needs equal shapes"):
            LAYERS[kind]().output_types(inputs)
    else:
        assert LAYERS[kind]().output_types(inputs) == (TensorType(expected),)


def test_channel_weights_stretch_over_an_image() -> None:
    image, gate = TensorType((16, 8, 8)), TensorType((16, 1, 1))
    assert LAYERS["Multiply"]().output_types((image, gate)) == (image,)


def test_fewer_dimensions_would_meet_the_batch() -> None:
    with pytest.raises(ShapeError):
        LAYERS["Add"]().output_types((TensorType((4, 8)), TensorType((8,))))


@given(SHAPES, st.sampled_from([1, 2, -1, -2]))
def test_concat_joins_as_torch_does(shapes: list[tuple[int, ...]], dim: int) -> None:
    layer = LAYERS["Concat"](dim=dim)
    inputs = tuple(map(TensorType, shapes))
    try:
        expected = torch.cat([torch.empty(2, *shape) for shape in shapes], dim=dim).shape[1:]
    except RuntimeError:
        with pytest.raises(ShapeError):
            layer.output_types(inputs)
    else:
        assert layer.output_types(inputs) == (TensorType(tuple(expected)),)
        assert layer.formulas(inputs, layer.output_types(inputs))[0].result == str(
            expected[dim if dim < 0 else dim - 1]
        )


def test_concat_never_joins_the_batch() -> None:
    pair = (TensorType((4, 8)),) * 2
    for dim in (0, -3):
        with pytest.raises(ShapeError, match="would mix the examples"):
            LAYERS["Concat"](dim=dim).output_types(pair)
    with pytest.raises(ShapeError, match="no dimension 3"):
        LAYERS["Concat"](dim=3).output_types(pair)


def test_numbers_become_decimals_where_one_input_has_them() -> None:
    whole, decimal = TensorType((4,), "int"), TensorType((4,))
    assert LAYERS["Add"]().output_types((whole, decimal)) == (decimal,)
    assert LAYERS["Concat"]().output_types((whole, whole)) == (TensorType((8,), "int"),)


def test_order_of_wires_is_order_in_code() -> None:
    pair = (TensorType((4,)), TensorType((5,)))
    assert LAYERS["Concat"]().forward("self.concat1", ("b", "a"), pair) == "torch.cat((b, a), dim=1)"
