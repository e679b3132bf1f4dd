"""Which arrays of an archive belong together, and what their names say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.data.errors import ColumnMissing
from studio.data.formats.archive import TEST, TRAINING, VALIDATION, columns_in, role_of, stem_of, usual_column


def saved(folder: Path, *names: str) -> Path:
    np.savez(folder / "a.npz", **dict.fromkeys(names, np.zeros(2)))
    return folder / "a.npz"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("x", ("x", TRAINING)), ("x_train", ("x", TRAINING)), ("train_x", ("x", TRAINING)),
        ("training_age", ("age", TRAINING)), ("x_test", ("x", TEST)), ("val_age", ("age", VALIDATION)),
        ("age_validation", ("age", VALIDATION)), ("x_valid", ("x", VALIDATION)), ("test", ("test", TRAINING)),
        ("testing_x", ("testing_x", TRAINING)), ("train_of_thought", ("of_thought", TRAINING)),
    ],
)  # fmt: skip
def test_a_part_in_a_name_is_told_from_the_name(name: str, stem: tuple[str, int]) -> None:
    assert stem_of(name) == stem


def test_both_parts_of_a_column_are_one(tmp_path: Path) -> None:
    found = columns_in(saved(tmp_path, "x_train", "x_test", "age", "val_age", "x", "size_train", "lonely_test"))
    told = {name: [place.name for place in source.places] for name, source in found.items()}
    assert told == {
        "x": ["x"], "x_train": ["x_train", "x_test"], "age": ["age", "val_age"], "size": ["size_train"],
        "lonely_test": ["lonely_test"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "role"), [("image", "input"), ("Labels", "target"), ("y2", "target"), ("arr_1", "target")]
)
def test_names_suggest_a_side(name: str, role: str) -> None:
    assert role_of(name) == role


def test_the_usual_column_is_found_by_its_name(tmp_path: Path) -> None:
    path = saved(tmp_path, "train_images", "test_images", "labels")
    name, source = usual_column(path, "input", "")
    assert (name, [place.name for place in source.places]) == ("images", ["train_images", "test_images"])
    assert usual_column(path, "target", "")[0] == "labels"
    with pytest.raises(ColumnMissing, match="expected an array “z”, found train_images, test_images, labels"):
        usual_column(path, "input", "z")


def test_names_in_other_letters_are_found_where_no_usual_one_is(tmp_path: Path) -> None:
    path = saved(tmp_path, "X_train", "Y_train", "X_Test", "y_test")
    name, source = usual_column(path, "input", "")
    assert (name, [place.name for place in source.places]) == ("X", ["X_train", "X_Test"])
    path = saved(tmp_path, "X_TRAIN", "x", "Y")
    assert usual_column(path, "input", "")[1].values.name == "x"
    assert usual_column(path, "target", "")[1].values.name == "Y"
