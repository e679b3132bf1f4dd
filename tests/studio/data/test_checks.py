"""What data must be before a network is trained on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data.checks import _among, _half, check_raw, check_split, leaks
from studio.data.data import Column, Raw
from studio.data.errors import DataError
from studio.data.frames.windows import Windows, laid_out

X = np.zeros((10, 3), np.float32)
Y = np.arange(10) % 2
CLASSES = ("a", "b")


def raw(**changes: Any) -> Raw:
    return Raw.simple(**{"x": X, "y": Y, "classes": CLASSES, **changes})


def test_sound_data_passes() -> None:
    check_raw("Toy", raw())
    check_raw("Toy", raw(classes=None, y=np.ones((10, 2), np.float32)))
    check_raw("Toy", raw(held_out=(X[:4], Y[:4])))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"y": Y[:9]}, "expected one target for each example, found 10 examples in x and 9 targets in y"),
        ({"x": X[:0], "y": Y[:0]}, "expected examples, found an array of 0×3 with nothing in it"),
        ({"x": X[:, :0]}, "expected examples, found an array of 10×0 with nothing in it"),
        ({"held_out": (X[:4], Y[:3])}, "one target for each validation example, found 4 examples in x and 3 targets"),
        ({"held_out": (X[:0], Y[:0])}, "expected validation examples, found an array of 0×3"),
        ({"held_out": (X[:, :2], Y)}, "training examples are 3, but validation examples are 2. Store both"),
        ({"classes": ("only",)}, "expected two classes or more, found only “only”. Add examples of another class"),
        ({"classes": ()}, "expected two classes or more, found none"),
        ({"y": np.full((10, 1), np.nan), "classes": None}, "found 10 NaN or infinite in y, the first .nan. in row 0"),
    ],
)
def test_each_trouble_has_its_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DataError, match=f"^Toy: .*{sentence}"):
        check_raw("Toy", raw(**changes))


@given(st.integers(0, 9999), st.integers(0, 2), st.sampled_from([np.nan, np.inf, -np.inf]), st.integers(1, 3))
def test_the_first_bad_number_is_found_wherever_it_is(row: int, column: int, value: float, count: int) -> None:
    x = np.zeros((10_000, 3), np.float32)
    rows = [row, *range(row + 1, min(row + count, 10_000))]
    x[rows, column] = value
    sentence = rf"found {len(rows)} NaN or infinite in x, the first \({value}\) in row {row} at \[{row}, {column}\]"
    with pytest.raises(DataError, match=sentence):
        check_raw("Toy", raw(x=x, y=np.arange(10_000) % 2))


def test_whole_numbers_are_always_finite() -> None:
    check_raw("Toy", raw(x=np.full((10, 1), 255, np.uint8)))


@pytest.mark.parametrize(("sizes", "part"), [((0, 5), "training. Lower"), ((5, 0), "validation. Raise")])
def test_an_empty_part_says_which_way_to_move_the_share(sizes: tuple[int, int], part: str) -> None:
    with pytest.raises(DataError, match=f"Toy: no example of 5 is left for {part} the validation share"):
        check_split("Toy", sizes)


def of(name: str, rows: list[list[int]], held_out: list[list[int]], dtype: str) -> Column:
    return Column(name, *(np.array(part, dtype).reshape(len(part), 2) for part in (rows, held_out)))


ROWS = st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=2), min_size=1, max_size=12)


@given(ROWS, ROWS, st.sampled_from(["uint8", "float32", "float64", "int64"]))
def test_leaks_are_those_that_a_look_at_every_pair_finds(
    rows: list[list[int]], held_out: list[list[int]], dtype: str
) -> None:
    x = of("x", rows, held_out, dtype)
    y = Column("y", np.zeros((len(rows), 1)), np.zeros((len(held_out), 1)))
    count = sum(row in rows for row in held_out)
    (text,) = leaks("Toy", [x], [y]) or ("",)
    assert text.startswith(f"Toy: {count} of {len(held_out)} validation examples equal") == bool(count)
    assert "another target" not in text


def test_leaks_look_at_all_inputs_and_say_where_targets_differ() -> None:
    x = of("x", [[1, 2], [3, 4]], [[1, 2], [3, 4]], "float32")
    other = of("other", [[0, 0], [0, 0]], [[0, 0], [9, 9]], "uint8")
    y = Column("y", np.array([0, 1]), np.array([1, 1]))
    assert leaks("Toy", [x, other], [y]) == (
        "Toy: 1 of 2 validation examples equals a training example, 1 of them with another target.",
    )


def test_equal_hashes_alone_are_no_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.data.checks.row_keys", lambda values: np.zeros(len(values), np.uint64))
    x = of("x", [[1, 2], [3, 4]], [[5, 6], [7, 8]], "float32")
    assert leaks("Toy", [x], [Column("y", np.array([0, 1]), np.array([1, 1]))]) == ()


def test_recordings_that_stand_in_two_parts_are_told() -> None:
    sounds = [np.random.default_rng(seed).normal(size=(4 + seed, 3)).astype(np.float32) for seed in (0, 1, 2, 1, 0)]
    table, starts, groups, ends = laid_out(sounds, 1)
    parts = [Windows(table, starts[rows], groups[rows], ends, 3) for rows in (groups < 3, groups == 3, groups == 4)]
    y = [np.zeros(len(part), np.int64) for part in parts]
    columns = [Column("x", *parts[:2], test=parts[2])], [Column("y", *y[:2], ("a", "b"), test=y[2])]
    assert leaks("Toy", *columns) == (
        "Toy: 1 of 1 validation recordings equals a training recording.",
        "Toy: 1 of 1 test recordings equals a training recording.",
    )
    table[ends[3][0], 0] += 1
    assert len(leaks("Toy", *columns)) == 1


@pytest.mark.parametrize("count", [0, 1, 100, 70_000])
def test_keys_are_found_by_halves_of_them_that_are_there(count: int) -> None:
    keys = np.random.default_rng(count).integers(0, 1 << 63, 70_000, dtype=np.uint64)
    some = np.sort(_half(keys)[:count])
    others = np.random.default_rng(9).integers(0, 1 << 63, 500, dtype=np.uint64)
    for each in (keys, others):
        np.testing.assert_array_equal(_among(each, some), np.flatnonzero(np.isin(_half(each), some)))
