"""Shared arithmetic, held against counting windows one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kinds.arithmetic import (
    check_dimension,
    check_fits,
    require_channels,
    require_sequence,
    settings,
    short,
    span,
    window_size,
)
from models.kinds.layer import ShapeError, TensorType


@given(
    size=st.integers(1, 40), kernel=st.integers(1, 6), stride=st.integers(1, 5), padding=st.integers(0, 3),
    dilation=st.integers(1, 3),
)  # fmt: skip
def test_window_size_counts_the_places_where_a_window_fits(
    size: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    padded, reach = size + 2 * padding, span(kernel, dilation)
    places = len(range(0, padded - reach + 1, stride))
    assert max(0, window_size(size, kernel, stride, padding, dilation)) == places


@given(size=st.integers(4, 40), kernel=st.integers(1, 4), stride=st.integers(1, 5), data=st.data())
def test_rounding_up_adds_at_most_one_window_that_starts_inside(
    size: int, kernel: int, stride: int, data: st.DataObject
) -> None:
    padding = data.draw(st.integers(0, kernel // 2))
    floor = window_size(size, kernel, stride, padding)
    ceil = window_size(size, kernel, stride, padding, ceil=True)
    assert ceil - floor in {0, 1} or stride > size
    assert (ceil - 1) * stride < size + padding


def test_span_of_a_dilated_kernel() -> None:
    assert span(3, 1) == 3 and span(3, 2) == 5 and span(1, 9) == 1


def test_a_window_larger_than_its_input_names_the_padding_that_would_do() -> None:
    with pytest.raises(ShapeError, match=r"Kernel 7 is larger than the padded 3×9 input\. Use padding 2\.") as refusal:
        check_fits((3, 9), (7, 7), ((1, 1), (0, 0)), (1, 1))
    assert (refusal.value.expected, refusal.value.found) == ("kernel of at most 5", "7")
    check_fits((3, 9), (5, 7), ((1, 1), (0, 0)), (1, 1))


@given(st.integers(-9, 9), st.integers(0, 5))
def test_dimensions_count_the_batch_as_zero(dim: int, rank: int) -> None:
    given_type = TensorType((2,) * rank)
    names = list(range(rank + 1))
    try:
        place = check_dimension("Concat", dim, given_type)
    except ShapeError as error:
        assert not -rank - 1 <= dim <= rank or names[dim] == 0
        assert len(str(error)) <= 90
    else:
        assert names[dim] == place > 0


def test_layouts_are_named() -> None:
    require_channels("Conv2d", TensorType((3, 4, 5)), 2)
    with pytest.raises(ShapeError, match="Conv1d needs channels×length, but it receives 3×4×5"):
        require_channels("Conv1d", TensorType((3, 4, 5)), 1)
    require_sequence("LSTM", TensorType((3, 4)))
    with pytest.raises(ShapeError) as refusal:
        require_sequence("LSTM", TensorType((3, 4, 5)), "key")
    assert refusal.value.port == "key" and refusal.value.mend == ""


def test_rows_of_cards() -> None:
    assert settings("16", "", "3×3") == "16 · 3×3"
    assert settings() == ""
    assert settings("a" * 30, "b" * 12) == "a" * 30
    assert settings("a" * 50) == "a" * 39 + "…"
    assert short("s", (2, 2)) == "s2" and short("p", (1, 0)) == "p1×0" and short("s", (2,)) == "s2"
