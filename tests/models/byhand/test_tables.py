"""Tables as people type and paste them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.byhand.exercise import ByHandError
from models.byhand.tables import matrix, pasted, planes, rows_from, shaped, text_of

matrices = arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(1, 5)), elements=st.floats(-1e6, 1e6, allow_nan=False)
)


@pytest.mark.parametrize(
    "text",
    ["0.8 0.3; 1 -2", "0.8, 0.3\n1, −2", "0.8\t0.3\r\n1\t-2\r\n", "[[.8, .3], [1, -2]]", "0,8\t0,3\n1\t-2"],
)
def test_rows_are_read_as_people_write_them(text: str) -> None:
    assert rows_from(text) == [[0.8, 0.3], [1, -2]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "was given"),
        ("1 2; 3", "1 to 2 numbers"),
        ("1 two", "“two”"),
        ("nan", "finite"),
        ("1e999", "finite"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(ByHandError, match=said):
        rows_from(text)


@given(matrices)
def test_what_is_copied_is_pasted_with_every_digit(table: np.ndarray) -> None:
    np.testing.assert_array_equal(rows_from(text_of(table)), table)


def test_a_whole_matrix_that_lies_on_its_side_is_put_in_upright() -> None:
    book = [[1.0, 2, 3], [4, 5, 6]]
    np.testing.assert_array_equal(pasted(np.zeros((3, 2)), (0, 0), book), np.transpose(book))
    np.testing.assert_array_equal(pasted(np.zeros((2, 3)), (0, 0), book), book)


@given(matrices, matrices, st.integers(0, 4), st.integers(0, 4))
def test_pasting_changes_what_lies_beneath_alone(table: np.ndarray, block: np.ndarray, row: int, column: int) -> None:
    row, column = row % table.shape[0], column % table.shape[1]
    assume((row, column) != (0, 0) or block.T.shape != table.shape or block.shape == table.shape)
    found = pasted(table, (row, column), block.tolist())
    beneath = np.zeros(table.shape, bool)
    beneath[row : row + block.shape[0], column : column + block.shape[1]] = True
    np.testing.assert_array_equal(found[~beneath], table[~beneath])
    height, width = min(block.shape[0], table.shape[0] - row), min(block.shape[1], table.shape[1] - column)
    np.testing.assert_array_equal(found[beneath].reshape(height, width), block[:height, :width])


def test_rows_take_the_shape_of_examples() -> None:
    assert shaped([[1, 2, 3, 4], [5, 6, 7, 8]], (1, 2, 2), "input1").shape == (2, 1, 2, 2)
    assert shaped([[1, 2], [3, 4]], (1, 2, 2), "input1").shape == (1, 1, 2, 2)
    with pytest.raises(ByHandError, match="takes 3 numbers a row, but 2"):
        shaped([[1, 2]], (3,), "input1")


def test_any_table_is_shown_as_a_matrix() -> None:
    assert matrix(np.zeros(3)).shape == (1, 3)
    assert matrix(np.zeros((2, 3, 3))).shape == (2, 9)
    assert matrix(np.array(1.0)).shape == (1, 1)


def test_planes_are_the_last_two_dimensions_by_the_place_in_the_others() -> None:
    table = np.arange(24.0).reshape(2, 1, 3, 4)
    names, found = zip(*planes(table), strict=True)
    assert names == ("1, 1", "2, 1")
    np.testing.assert_array_equal(np.stack(found), table[:, 0])
    ((name, alone),) = planes(table[:1])
    assert name == "" and alone.shape == (3, 4)
    for flat in (np.float64(3.0), np.arange(3.0), table.reshape(2, 12)):
        ((name, alone),) = planes(np.asarray(flat))
        assert name == "" and alone.ndim == 2 and alone.size == np.size(flat)
