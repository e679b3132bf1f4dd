"""Layers that move values: counts stay, dimensions count the batch as 0."""

from __future__ import annotations

from math import prod

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from layer_cases import Case, build
from torch import nn

from models.kinds.layer import ShapeError, TensorType
from models.layers import LAYERS

SHAPE = st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple)


@given(SHAPE, st.integers(-5, 5), st.integers(-5, 5))
def test_flatten_keeps_the_count(shape: tuple[int, ...], start: int, end: int) -> None:
    layer = LAYERS["Flatten"](start_dim=start, end_dim=end)
    try:
        (out,) = layer.output_types((TensorType(shape),))
    except ShapeError:
        return
    assert prod(out.shape) == prod(shape)
    assert out.shape == tuple(nn.Flatten(start, end)(torch.empty(2, *shape)).shape[1:])


@given(SHAPE, st.lists(st.integers(-1, 5), max_size=4))
def test_reshape_fits_exactly_when_the_counts_agree(shape: tuple[int, ...], wanted: list[int]) -> None:
    layer = LAYERS["Reshape"](shape=wanted)
    try:
        expected = tuple(torch.empty(shape).reshape(wanted).shape)
    except RuntimeError:
        with pytest.raises(ShapeError):
            layer.output_types((TensorType(shape),))
    else:
        assert layer.output_types((TensorType(shape),)) == (TensorType(expected),)


@given(SHAPE, st.randoms(use_true_random=False))
def test_permute_and_its_inverse(shape: tuple[int, ...], random: object) -> None:
    order = list(range(1, len(shape) + 1))
    random.shuffle(order)  # type: ignore[attr-defined]
    back = [order.index(dim) + 1 for dim in range(1, len(shape) + 1)]
    there = LAYERS["Permute"](dims=order).output_types((TensorType(shape),))
    assert LAYERS["Permute"](dims=back).output_types(there) == (TensorType(shape),)


def test_whole_numbers_stay_whole() -> None:
    words = TensorType((4, 6), "int")
    for kind in ("Flatten", "Reshape", "Permute", "Identity"):
        assert LAYERS[kind]().output_types((words,))[0].dtype == "int"


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic", "nearest-exact"])
@pytest.mark.parametrize("factor", [0.3, 0.5, 1.0, 1.5, 2.0, 2.7])
def test_upsample_rounds_as_torch_does(mode: str, factor: float) -> None:
    layer = LAYERS["Upsample"](mode=mode, scale_factor=factor)
    shape = TensorType((2, 7, 10))
    case = Case(layer, (shape,), layer.output_types((shape,)))
    (real,) = build(case)(torch.randn(2, 2, 7, 10))
    assert (TensorType(tuple(real.shape[1:])),) == case.outputs


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"scale_factor": None}, "Upsample needs a size or a factor, and has neither."),
        ({"size": 8}, "Upsample needs a size or a factor, and has both."),
        ({"scale_factor": 0.1}, "Factor 0.1 makes 4×4 vanish. Use a larger one."),
        ({"scale_factor": None, "size": [4, 4, 4]}, "Upsample to 4×4×4 does not fit the 2 dimensions of 4×4."),
        ({"align_corners": True}, "Aligned corners go with linear, bilinear, bicubic and trilinear, not nearest."),
        ({"mode": "linear"}, "Upsample (linear) needs channels×length, but it receives 3×4×4."),
    ],
)
def test_upsample_refusals(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ShapeError) as refusal:
        LAYERS["Upsample"](**settings).output_types((TensorType((3, 4, 4)),))
    assert str(refusal.value) == sentence


def test_shuffling_pixels_there_and_back() -> None:
    image = TensorType((8, 4, 6))
    small = LAYERS["PixelUnshuffle"]().output_types((image,))
    assert small == (TensorType((32, 2, 3)),)
    assert LAYERS["PixelShuffle"]().output_types(small) == (image,)
    with pytest.raises(ShapeError, match="Factor 2 needs channels in multiples of 4, but there are 6"):
        LAYERS["PixelShuffle"]().output_types((TensorType((6, 4, 4)),))
    with pytest.raises(ShapeError, match="Factor 2 does not divide 5×4"):
        LAYERS["PixelUnshuffle"]().output_types((TensorType((6, 5, 4)),))
