"""Convolutions: borders, groups, modes and costs beyond what the conformance cases draw."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kinds.layer import ShapeError, TensorType, Window
from models.layers import LAYERS

IMAGE = TensorType((8, 32, 32))


@given(size=st.integers(1, 50), kernel=st.integers(1, 9), dilation=st.integers(1, 4))
def test_same_keeps_every_size(size: int, kernel: int, dilation: int) -> None:
    layer = LAYERS["Conv1d"](kernel_size=kernel, dilation=dilation, padding="same", out_channels=4)
    assert layer.output_types((TensorType((2, size)),)) == (TensorType((4, size)),)
    ((before, after),) = layer.borders()
    assert before + after == dilation * (kernel - 1) and after - before in {0, 1}


@given(size=st.integers(1, 60), kernel=st.integers(1, 5), stride=st.integers(1, 4), padding=st.integers(0, 4))
def test_transposing_undoes_the_size_of_a_convolution(size: int, kernel: int, stride: int, padding: int) -> None:
    settings = {"kernel_size": kernel, "stride": stride, "padding": padding}
    try:
        (grown,) = LAYERS["ConvTranspose1d"](**settings).output_types((TensorType((16, size)),))
    except ShapeError:
        return
    assert LAYERS["Conv1d"](**settings).output_types((grown,)) == (TensorType((16, size)),)


def test_groups_divide_weights_and_cost() -> None:
    full, depthwise = LAYERS["Conv2d"](out_channels=8), LAYERS["Conv2d"](out_channels=8, groups=8)
    outputs = full.output_types((IMAGE,))
    assert depthwise.output_types((IMAGE,)) == outputs
    assert full.multiply_adds((IMAGE,), outputs) == 8 * depthwise.multiply_adds((IMAGE,), outputs)
    assert depthwise.weights((IMAGE,))[0].shape == (8, 1, 3, 3)


def test_dilation_appears_in_the_formula_only_where_there_is_one() -> None:
    layer = LAYERS["Conv2d"](dilation=[1, 2])
    height, width = layer.formulas((IMAGE,), layer.output_types((IMAGE,)))[:2]
    assert "".join(step.text for step in height.numerator) == "32 + 2·0 − 3"
    assert "".join(step.text for step in width.numerator) == "32 + 2·0 − 2·(3 − 1) − 1"
    assert (height.title, width.title) == ("Output height", "Output width")


def test_same_explains_what_it_adds() -> None:
    layer = LAYERS["Conv2d"](padding="same", kernel_size=5)
    formula = layer.formulas((IMAGE,), layer.output_types((IMAGE,)))[0]
    assert formula.result == "32" and formula.note == "Padding “same” adds 4 in all, so the size stays."


@pytest.mark.parametrize(("mode", "most"), [("reflect", 3), ("circular", 4), ("zeros", 9), ("replicate", 9)])
def test_borders_from_the_input_need_a_larger_input(mode: str, most: int) -> None:
    given_type = (TensorType((1, 4)),)
    LAYERS["Conv1d"](padding=most, padding_mode=mode).output_types(given_type)
    if most < 9:
        with pytest.raises(ShapeError, match=f"Padding {most + 1} in mode {mode} needs a larger input than 4"):
            LAYERS["Conv1d"](padding=most + 1, padding_mode=mode).output_types(given_type)


def test_transposed_refusals() -> None:
    with pytest.raises(ShapeError, match="Output padding 1 must be smaller than the stride or the dilation"):
        LAYERS["ConvTranspose2d"](output_padding=1).output_types((IMAGE,))
    LAYERS["ConvTranspose2d"](output_padding=1, stride=2).output_types((IMAGE,))
    with pytest.raises(ShapeError, match=r"Padding 20×20 cuts away all of the output"):
        LAYERS["ConvTranspose2d"](padding=20).output_types((IMAGE,))


def test_windows() -> None:
    assert LAYERS["Conv2d"](stride=2, dilation=3).window((IMAGE,)) == Window((3, 3), (2, 2), (3, 3))
    assert LAYERS["ConvTranspose2d"]().window((IMAGE,)) is None


def test_notes_count_in_words() -> None:
    layer = LAYERS["Conv1d"](out_channels=1, bias=False)
    given_type = (TensorType((1, 9)),)
    notes = [formula.note for formula in layer.formulas(given_type, layer.output_types(given_type))]
    assert "1 filter, each 3 long over 1 channel." in notes


def test_a_filter_count_of_a_billion_is_counted_or_refused() -> None:
    wide = LAYERS["Conv2d"](out_channels=10**9, padding=1)
    assert wide.output_types((TensorType((3, 32, 32)),))[0].shape == (10**9, 32, 32)
    with pytest.raises(ShapeError, match="Conv2d would need a tensor of"):
        wide.output_types((TensorType((3, 4096, 4096)),))
