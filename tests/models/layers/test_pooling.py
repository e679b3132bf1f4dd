"""Pooling: strides that follow the kernel, rounding up, adaptive windows."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from models.kinds.layer import ShapeError, TensorType, Window
from models.layers import LAYERS

IMAGE = TensorType((4, 9, 9))


def test_an_empty_stride_is_the_kernel() -> None:
    layer = LAYERS["MaxPool2d"](kernel_size=3)
    assert layer.stride is None
    assert layer.output_types((IMAGE,)) == (TensorType((4, 3, 3)),)
    assert layer.window((IMAGE,)) == Window((3, 3), (3, 3), (1, 1))
    assert layer.module((IMAGE,)) == "nn.MaxPool2d(kernel_size=3)"
    assert LAYERS["MaxPool2d"](kernel_size=3, stride=3).module((IMAGE,)) == "nn.MaxPool2d(kernel_size=3, stride=3)"


def test_windows_that_jump_over_the_input_are_refused() -> None:
    """PyTorch gives −∞ for them, and its gradient writes beyond the input: every small window, one by one."""
    refused = 0
    ranges = (range(1, 5), range(1, 5), range(1, 4), range(0, 3), range(1, 6), (False, True))
    for size, kernel, stride, padding, dilation, ceil_mode in product(*ranges):
        names = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        layer = LAYERS["MaxPool1d"](**names, ceil_mode=ceil_mode)
        try:
            (real,) = functional.max_pool1d(
                torch.zeros(1, 1, size), kernel, stride, padding, dilation, ceil_mode=ceil_mode
            )
        except RuntimeError:
            real = torch.full((1, 1), -torch.inf)
        if real.isfinite().all():
            assert layer.output_types((TensorType((1, size)),)) == (TensorType(tuple(real.shape)),), names
            continue
        with pytest.raises(ShapeError) as refusal:
            layer.output_types((TensorType((1, size)),))
        if "jump" in str(refusal.value):
            refused += 1
            assert refusal.value.expected == f"a dilation of at most {size}" and refusal.value.found == str(dilation)
    assert refused > 10


@settings(deadline=None)
@given(size=st.integers(1, 30), kernel=st.integers(1, 5), stride=st.integers(1, 6), data=st.data())
def test_rounding_up_as_torch_does(size: int, kernel: int, stride: int, data: st.DataObject) -> None:
    padding = data.draw(st.integers(0, kernel // 2))
    layer = LAYERS["MaxPool1d"](kernel_size=kernel, stride=stride, padding=padding, ceil_mode=True)
    given_type = (TensorType((1, size)),)
    try:
        real = functional.max_pool1d(torch.zeros(2, 1, size), kernel, stride, padding, ceil_mode=True)
    except RuntimeError:
        with pytest.raises(ShapeError):
            layer.output_types(given_type)
        return
    outputs = layer.output_types(given_type)
    assert outputs[0].shape[1] == real.shape[2]
    (formula,) = layer.formulas(given_type, outputs)
    assert formula.rounding == "ceil" and formula.result == str(real.shape[2])


def test_a_last_window_in_the_padding_is_left_out_and_explained() -> None:
    layer = LAYERS["MaxPool1d"](kernel_size=2, stride=2, padding=1, ceil_mode=True)
    given_type = (TensorType((1, 3)),)
    (formula,) = layer.formulas(given_type, layer.output_types(given_type))
    assert formula.result == "2"
    assert formula.note == "The last window would lie in the padding alone and is left out."


def test_pictures_without_channels_are_taken_as_pytorch_takes_them() -> None:
    assert LAYERS["MaxPool2d"]().output_types((TensorType((8, 6)),)) == (TensorType((4, 3)),)
    with pytest.raises(ShapeError) as refusal:
        LAYERS["MaxPool2d"]().output_types((TensorType((64,)),))
    assert refusal.value.mend == "unflatten"


def test_average_pooling_in_three_dimensions_does_not_count_padding() -> None:
    volume = (TensorType((1, 3, 3, 3)),)
    with pytest.raises(ShapeError, match="Kernel 4 is larger than the 3×3×3 input"):
        LAYERS["AvgPool3d"](kernel_size=4, padding=2).output_types(volume)
    assert LAYERS["MaxPool3d"](kernel_size=4, padding=2).output_types(volume)


@given(size=st.integers(1, 40), wanted=st.integers(1, 12))
def test_adaptive_pooling_gives_what_was_asked_for(size: int, wanted: int) -> None:
    layer = LAYERS["AdaptiveMaxPool1d"](output_size=wanted)
    given_type = (TensorType((2, size)),)
    assert layer.output_types(given_type) == (TensorType((2, wanted)),)
    (formula,) = layer.formulas(given_type, layer.output_types(given_type))
    assert formula.result == str(wanted)
    assert bool(formula.denominator) is (size % wanted == 0)
    assert (layer.window(given_type) is None) is (size % wanted != 0)


def test_settings_of_single_kinds() -> None:
    assert "divisor_override" in LAYERS["AvgPool2d"].fields and "divisor_override" not in LAYERS["AvgPool1d"].fields
    assert "dilation" in LAYERS["MaxPool2d"].fields and "dilation" not in LAYERS["AvgPool2d"].fields
    layer = LAYERS["AvgPool2d"](count_include_pad=False, divisor_override=3)
    assert layer.module((IMAGE,)) == "nn.AvgPool2d(kernel_size=2, count_include_pad=False, divisor_override=3)"
