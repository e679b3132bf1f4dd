"""Folders as people have them from courses and competitions: parts by words, folders in folders, masks beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from odd_files import images

from studio.data import DATASETS, Data, DataError, Dataset, kind_for
from studio.data.paths import parts_in


def named(*folders: str, each: int = 4, suffix: str = "png") -> list[str]:
    return [f"{folder}/{number}.{suffix}" for folder in folders for number in range(each)]


def agreed(dataset: Dataset) -> Data:
    """The data as load and script agree on it."""
    data = dataset.load()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    for mine, theirs in zip((data.train.y, data.validation.y), names["load_data"]()[1:4:2], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert dataset.facts().classes == data.classes
    return data


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        (["training_set", "test_set", "single_prediction"], ["training_set", "test_set"]),
        (["seg_pred", "seg_test", "seg_train"], ["seg_train", "seg_test"]),
        (["Train Images", "Valid Images", "Test Images"], ["Train Images", "Valid Images", "Test Images"]),
        (["train", "test_set"], ["train"]),
        (["train_cats", "test_dogs"], []),  # which may be classes
        (["passenger train", "freight train"], []),
        (["training_set"], []),
    ],
)
def test_folders_are_parts_by_a_word_alone_in_which_they_differ(names: list[str], parts: list[str]) -> None:
    assert parts_in(names) == parts


@pytest.mark.parametrize("names", [["test"], ["val", "test"], ["Test"]])
def test_images_of_a_part_without_classes_are_left_out_and_counted(tmp_path: Path, names: list[str]) -> None:
    images(tmp_path, *named("train/sea", "train/wood", each=10), *named(*names, each=3))
    data = agreed(DATASETS["image_folder"](path=str(tmp_path), normalize=False))  # type: ignore[call-arg]
    assert data.classes == ("sea", "wood") and data.sizes == {"training": 16, "validation": 4}
    assert all(f"3 images in {name} have no class and are left out" in str(data.warnings) for name in names)


def test_a_part_with_classes_stays_beside_one_without(tmp_path: Path) -> None:
    images(tmp_path, *named("train/sea", "train/wood", "val/sea", "val/wood"), *named("test", each=3))
    data = agreed(DATASETS["image_folder"](path=str(tmp_path), normalize=False))  # type: ignore[call-arg]
    assert data.sizes == {"training": 8, "validation": 8}
    assert "3 images in test have no class" in str(data.warnings)


def test_a_part_in_a_folder_of_its_own_name_is_found(tmp_path: Path) -> None:
    images(tmp_path, *named("seg_train/seg_train/sea", "seg_train/seg_train/wood", "seg_test/seg_test/sea"))
    images(tmp_path, *named("seg_test/seg_test/wood", "seg_pred/seg_pred", each=2))
    data = agreed(DATASETS["image_folder"](path=str(tmp_path), normalize=False))  # type: ignore[call-arg]
    assert data.classes == ("sea", "wood") and data.sizes == {"training": 8, "validation": 6}


def test_masks_beside_images_are_no_images(tmp_path: Path) -> None:
    own = [f"{kind}/{kind} ({number}).png" for kind in ("benign", "malignant") for number in range(5)]
    masks = [name.replace(").", f")_mask{end}.") for name, end in zip(own, ["", "_1"] * 5, strict=True)]
    images(tmp_path, *own, *masks, "benign/with_mask.png")  # the last one lies beside nothing
    data = agreed(DATASETS["image_folder"](path=str(tmp_path), normalize=False))  # type: ignore[call-arg]
    assert sum(data.sizes.values()) == 11
    assert "10 masks beside images are left out, such as a_mask.png beside a.png." in data.warnings


def test_a_table_names_images_without_their_endings(tmp_path: Path) -> None:
    images(tmp_path, *[f"part_{row % 2}/ISIC_{row:05}.png" for row in range(20)])
    rows = "".join(f"HAM_{row // 2},ISIC_{row:05},{30 + row},{('nv', 'mel')[row % 2]}\n" for row in range(20))
    (tmp_path / "about.csv").write_text(f"lesion_id,image_id,age,dx\n{rows}")
    data = agreed(DATASETS["image_table"](path=str(tmp_path / "about.csv"), normalize=False))  # type: ignore[call-arg]
    assert data.classes == ("mel", "nv") and sum(data.sizes.values()) == 20 and data.shape == (3, 5, 6)


def test_what_cannot_be_read_as_it_is_says_what_to_do(tmp_path: Path) -> None:
    images(tmp_path, *named("train"))
    with pytest.raises(DataError, match="found images alone in train"):
        DATASETS["image_folder"](path=str(tmp_path)).load()  # type: ignore[call-arg]
    (tmp_path / "pets.tar.gz").write_bytes(b"\x1f\x8b")
    assert kind_for(tmp_path / "pets.tar.gz") is DATASETS["image_folder"]
    with pytest.raises(DataError, match=r"Unpack it, or pack it as .zip or .tar"):
        DATASETS["image_folder"](path=str(tmp_path / "pets.tar.gz")).load()  # type: ignore[call-arg]
