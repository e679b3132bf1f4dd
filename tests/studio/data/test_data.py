"""The arrays that come out, the checks before that, and the helpers of the kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.basics.text import times
from models.data import Facts
from studio.data.checks import check_raw, missing_classes
from studio.data.data import Column, Data, Raw
from studio.data.errors import DataError
from studio.data.labels import as_column, number_classes, task_of
from studio.data.paths import located, resolved
from studio.data.portable import split_indices
from studio.data.script import function_source, load_data_source
from studio.data.splitting.splitting import Splitting


def x(training: int, held_out: int) -> Column:
    return Column("x", np.zeros((training, 3), np.float32), np.zeros((held_out, 3), np.float32))


def y(training: int, held_out: int, names: tuple[str, ...] = ("a", "b")) -> Column:
    return Column("y", np.arange(training) % len(names), np.arange(held_out) % len(names), names)


def test_facts_and_counts() -> None:
    data = Data("Toy", {"": x(4, 3)}, {"": y(4, 3)})
    assert data.shape == (3,)
    assert data.target_shape == ()
    assert data.counts == {"a": (2, 2), "b": (2, 1)}
    assert data.facts() == Facts.simple("Toy", (3,), ("a", "b"), (), 7)
    assert data.describe().startswith("Toy: 4 training and 3 validation examples of 3 float32, 2 classes")


def test_counts_of_several_labels_an_example() -> None:
    tags = np.array([[0, 1, 1], [1, 1, 1]])
    data = Data("Tags", {"": x(2, 2)}, {"": Column("y", tags, tags, ("a", "b", "c"))})
    assert data.counts == {"a": (1, 1), "b": (5, 5), "c": (0, 0)}
    assert data.target_shape == (3,)


@pytest.mark.parametrize(
    ("classes", "target_shape", "text"),
    [(("a", "b"), (), "2 classes"), (None, (1,), "1 number"), (None, (4,), "4 numbers"), (None, (2, 3), "2×3 numbers")],
)
def test_targets_in_words(classes: tuple[str, ...] | None, target_shape: tuple[int, ...], text: str) -> None:
    assert Facts.simple("x", (3,), classes, target_shape, None).target_text == text


def test_shapes_in_words() -> None:
    assert [times(shape) for shape in ((3, 32, 32), (4,), ())] == ["3×32×32", "4", "1"]


def test_warnings_name_classes_that_a_part_lacks() -> None:
    names = tuple(f"class {i}" for i in range(9))
    (warning,) = missing_classes("Toy", y(20, 2, names))
    assert warning.endswith("validation part has no example of class 2, class 3, class 4, class 5, class 6, ….")
    assert missing_classes("Toy", y(20, 20, names)) == []
    assert missing_classes("Toy", x(20, 2)) == []


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (Raw.simple(np.zeros((3, 2)), np.zeros(2), ("a", "b")), "found 3 examples in x and 2 targets in y"),
        (Raw.simple(np.zeros((3, 0)), np.zeros(3), ("a", "b")), "with nothing in it"),
        (Raw.simple(np.zeros((3, 2)), np.zeros(3), ()), "expected two classes or more, found none"),
        (
            Raw.simple(np.full((3, 2), np.inf), np.zeros(3)),
            "6 NaN or infinite in x, the first (inf) in row 0 at [0, 0]",
        ),
        (
            Raw.simple(np.zeros((3, 2)), np.zeros(3), ("a", "b"), (np.full((3, 2), np.nan), np.zeros(3))),
            "6 NaN or infinite in validation x",
        ),
        (
            Raw.simple(np.zeros((3, 2)), np.zeros(3), ("a", "b"), (np.zeros((3, 2)), np.zeros(1))),
            "validation example, found 3",
        ),
    ],
)
def test_what_can_not_be_trained_on(raw: Raw, message: str) -> None:
    with pytest.raises(DataError) as caught:
        check_raw("Toy", raw)
    assert message in str(caught.value)
    assert str(caught.value).startswith("Toy: ")


@given(st.lists(st.sampled_from(["cat", "dog", "", "ä"]), min_size=1), st.lists(st.sampled_from(["dog", "eel"])))
def test_numbers_stand_for_labels(first: list[str], second: list[str]) -> None:
    parts = [np.array(first, dtype=str), np.array(second, dtype=str)]
    numbers, classes = number_classes("Toy", parts)
    assert list(classes) == sorted(set(first + second))
    for part, numbered in zip((first, second), numbers, strict=True):
        assert [classes[number] for number in numbered] == part
        assert numbered.dtype == np.int64


def test_too_many_or_missing_labels() -> None:
    with pytest.raises(DataError, match="100,001 different classes are too many"):
        number_classes("Toy", [np.arange(100_001)])
    with pytest.raises(DataError, match="NaN or infinite ones in y"):
        number_classes("Toy", [np.array([0.0, np.nan])])
    with pytest.raises(DataError, match="expected numbers as targets"):
        as_column("Toy", np.array(["a"]))
    assert as_column("Toy", np.array([True, False])).tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize(
    ("wanted", "dtype", "task"),
    [
        ("auto", np.int8, "classification"),
        ("auto", np.bool_, "classification"),
        ("auto", "U3", "classification"),
        ("auto", np.float16, "regression"),
        ("classification", np.float32, "classification"),
        ("regression", np.int64, "regression"),
    ],
)
def test_the_task(wanted: str, dtype: type | str, task: str) -> None:
    assert task_of(wanted, np.zeros(2, dtype)) == task


def test_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data.csv").write_text("")
    assert located("data.csv", tmp_path, "file") == tmp_path / "data.csv"
    assert located(str(tmp_path / "data.csv"), Path("/elsewhere"), "file") == tmp_path / "data.csv"
    monkeypatch.chdir(tmp_path)
    assert resolved("data.csv", None) == tmp_path / "data.csv"
    assert resolved("~/data.csv", tmp_path) == Path("~/data.csv").expanduser()
    with pytest.raises(DataError, match="Could not look at"):
        located("x" * 3000, tmp_path, "file")


def test_copied_functions_stand_alone() -> None:
    source = function_source(split_indices)
    assert source.startswith('def split_indices(y, fraction, seed, by_class):\n    """')
    names: dict[str, object] = {"np": np}
    exec(source, names)
    theirs = names["split_indices"](np.arange(9) % 3, 0.5, 1, True)  # type: ignore[operator]
    for mine, other in zip(split_indices(np.arange(9) % 3, 0.5, 1, True), theirs, strict=True):
        np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("normalize", [True, False])
def test_a_script_without_normalizing_carries_no_statistics(normalize: bool) -> None:
    source = load_data_source(
        "def read_data():\n    return np.zeros((9, 2)), np.arange(9) % 3\n",
        Splitting(0.4, 0),
        by_class=True,
        normalize=normalize,
    )
    assert ("def statistics" in source) == normalize
    names: dict[str, object] = {}
    exec(source, names)
    x, _, _, y_validation, mean, _ = names["load_data"]()  # type: ignore[operator]
    assert (len(x), sorted(y_validation.tolist())) == (6, [0, 1, 2])
    assert (mean is not None) == normalize
