"""Whatever code gives becomes arrays by name."""

from __future__ import annotations

from collections import UserDict, namedtuple
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from studio.data.own.samples import arrays_of, as_array, gathered, named

X, Y = np.arange(12.0).reshape(6, 2), np.arange(6) % 2
PAIRS = [(X[row], int(Y[row])) for row in range(6)]
Pair = namedtuple("Pair", ("image", "label"))


class Endless(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        yield from PAIRS * 9


class Old(Dataset[Any]):
    """Ends as sequences without a length do."""

    def __getitem__(self, row: int) -> Any:
        return PAIRS[row]


def arrays(made: Any, most: int | None = None) -> dict[str, Any]:
    return arrays_of(made, most, gathered)


@pytest.mark.parametrize(
    "made",
    [
        PAIRS,
        (X, Y),
        {"x": X, "y": Y},
        {"x": X, "y": Y.tolist()},
        TensorDataset(torch.from_numpy(X), torch.from_numpy(Y)),
        DataLoader(TensorDataset(torch.from_numpy(X), torch.from_numpy(Y)), batch_size=2, shuffle=True),
        Old(),
        iter(PAIRS),
        [{"x": x, "y": y} for x, y in PAIRS],
        [list(pair) for pair in PAIRS],
        [UserDict({"x": x, "y": y}) for x, y in PAIRS],
    ],
)
def test_data_sets_and_arrays_are_x_and_y(made: Any) -> None:
    found = arrays(made)
    assert list(found) == ["x", "y"]
    np.testing.assert_array_equal(found["x"], X)
    np.testing.assert_array_equal(found["y"], Y)


@pytest.mark.parametrize(
    "made",
    [
        (PAIRS, PAIRS[:2], PAIRS[:1]),
        {"train": PAIRS, "val": PAIRS[:2], "test": PAIRS[:1]},
        (X, Y, X[:2], Y[:2], X[:1], Y[:1]),
        ((X, Y), (X[:2], Y[:2]), (X[:1], Y[:1])),
    ],
)
def test_parts_stand_behind_the_names(made: Any) -> None:
    if isinstance(made, tuple) and isinstance(made[0], list):
        made = tuple(map(Samples, made))
    found = arrays(made)
    assert {name: len(values) for name, values in found.items()} == {
        "x_train": 6, "y_train": 6, "x_validation": 2, "y_validation": 2, "x_test": 1, "y_test": 1
    }  # fmt: skip


class Samples(Dataset[Any]):
    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, row: int) -> Any:
        return self.items[row]


@pytest.mark.parametrize("made", [PAIRS, (X, Y), Endless(), Samples(PAIRS), Old()])
def test_no_more_samples_are_taken_than_wanted(made: Any) -> None:
    assert [len(values) for values in arrays(made, 4).values()] == [4, 4]


def test_samples_name_their_values() -> None:
    assert list(named(Pair(1, 2))) == ["image", "label"]
    assert list(named((1, 2, 3, 4))) == ["x", "x2", "x3", "y"]
    assert named(({"left": 1, "right": 2}, 3)) == {"left": 1, "right": 2, "y": 3}
    assert named(5) == {"x": 5} == named((5,)) and named([1.0, 2.0]) == {"x": [1.0, 2.0]}
    assert named((1, {"boxes": 2})) == {"x": 1, "boxes": 2}


@pytest.mark.parametrize(
    ("mode", "shape"), [("1", (1, 4, 5)), ("L", (1, 4, 5)), ("P", (3, 4, 5)), ("RGBA", (3, 4, 5)), ("I;16", (1, 4, 5))]
)
def test_images_of_pillow_are_arrays(mode: str, shape: tuple[int, ...]) -> None:
    assert as_array(Image.new(mode, (5, 4))).shape == shape


def test_tensors_numbers_and_texts_are_arrays() -> None:
    weight = torch.ones(2, dtype=torch.bfloat16, requires_grad=True)
    assert as_array(weight).dtype == np.float32
    assert as_array(np.array(["a", "bc"], dtype=object)).dtype.kind == "U"
    assert [as_array(value).ndim for value in (1, 2.5, "cat", True)] == [0] * 4
    assert arrays([("a", 1), ("bcd", 2.5)])["x"].tolist() == ["a", "bcd"]
