"""Images with masks: which belong together, what their levels mean, and that scripts read them to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.data import DATASETS, Data, DataError, Dataset

SIZE = 6, 8


def folder(path: str | Path, **settings: Any) -> Dataset:
    return DATASETS["image_folder"](path=str(path), **settings)


def read(dataset: Dataset) -> Data:
    """The data, as load, facts and script agree on it."""
    data = dataset.load()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    ours = [data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std]
    ours += [data.test.x, data.test.y] if data.test else []
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(np.asarray(mine), theirs.read() if hasattr(theirs, "read") else theirs)
    facts = dataset.facts()
    assert (facts.shape, facts.target_shape, facts.classes) == (data.shape, data.target_shape, data.classes)
    assert facts == data.facts() or any("can't be read" in text for text in data.warnings)
    return data


def levels(seed: int, *choices: int) -> np.ndarray:
    found = np.random.default_rng(seed).choice(np.array(choices, dtype=np.uint8), SIZE)
    found.flat[: len(choices)] = choices
    return found


def picture(path: Path, seed: int = 0, size: tuple[int, int] = SIZE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8)).save(path)


def pairs(root: Path, count: int = 10, images: str = "images", masks: str = "masks", end: str = "") -> None:
    for number in range(count):
        picture(root / images / f"p{number}.jpg", number)
        (root / masks).mkdir(parents=True, exist_ok=True)
        Image.fromarray(levels(number, 0, 255)).save(root / masks / f"p{number}{end}.png")


def of_pixels(data: Data) -> np.ndarray:
    return np.concatenate([data.train.y, data.validation.y])


@pytest.mark.parametrize(
    ("images", "masks", "end"),
    [
        ("images", "masks", ""),
        ("JPEGImages", "SegmentationClass", ""),
        ("imgs", "gt", "_mask"),
        ("image", "labels", "-seg"),
    ],
)
def test_folders_of_images_and_masks_are_pairs_by_their_names(
    tmp_path: Path, images: str, masks: str, end: str
) -> None:
    pairs(tmp_path, images=images, masks=masks, end=end)
    data = read(folder(tmp_path))
    assert data.classes == ("0", "255") and data.target_shape == SIZE and data.train.y.dtype == np.int64
    found = {mask.tobytes() for mask in of_pixels(data)}
    assert found == {(levels(number, 0, 255) // 255).astype(np.int64).tobytes() for number in range(10)}


@pytest.mark.parametrize("place", ["{part}/{what}", "{what}/{part}"])
def test_parts_lie_above_or_below(tmp_path: Path, place: str) -> None:
    for part, count in (("train", 6), ("val", 3), ("test", 2)):
        what = {name: place.format(part=part, what=name) for name in ("images", "masks")}
        pairs(tmp_path, count, **what)
    data = read(folder(tmp_path))
    assert data.own_split and [*data.sizes.values()] == [6, 3, 2]


def test_images_without_a_mask_and_broken_ones_are_named(tmp_path: Path) -> None:
    pairs(tmp_path)
    picture(tmp_path / "images" / "lonely.png")
    (tmp_path / "masks" / "p3.png").write_bytes(b"no mask")
    (tmp_path / "images" / "p5.jpg").write_bytes(b"no image")
    data = read(folder(tmp_path))
    assert len(of_pixels(data)) == 8
    broken, lonely = data.warnings
    assert "masks/p3.png (no image)" in broken and "images/p5.jpg" in broken and broken.startswith("2 of 20 images")
    assert lonely == "1 images without a mask are left out: lonely.png"


def kinds_of_masks(folder: Path) -> None:
    picture(folder / "images" / "a.png"), picture(folder / "images" / "b.png"), picture(folder / "images" / "c.png")
    picture(folder / "images" / "d.png"), picture(folder / "images" / "e.png")
    (folder / "masks").mkdir()
    small = Image.fromarray(levels(1, 0, 1, 2))
    palette = small.copy()
    palette.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    palette.save(folder / "masks" / "a.png")
    small.save(folder / "masks" / "b.png")
    Image.fromarray(levels(2, 0, 1).astype(bool)).save(folder / "masks" / "c.png")
    Image.fromarray(levels(3, 0, 2).astype(np.uint16)).save(folder / "masks" / "d.png")
    Image.merge("RGBA", [small, small, small, Image.new("L", small.size, 255)]).save(folder / "masks" / "e.png")


def test_palettes_levels_bits_and_gray_colors_mean_the_same(tmp_path: Path) -> None:
    kinds_of_masks(tmp_path)
    data = read(folder(tmp_path, validation=0.4))
    assert data.classes == ("0", "1", "2")
    found = [mask.tobytes() for mask in of_pixels(data)]
    assert found.count(levels(1, 0, 1, 2).astype(np.int64).tobytes()) == 3


def test_colors_are_classes_by_their_names(tmp_path: Path) -> None:
    red = np.zeros((*SIZE, 3), np.uint8)
    red[2:, :, 0], red[4:] = 128, 255
    for number in range(5):
        picture(tmp_path / "images" / f"{number}.png", number)
        (tmp_path / "masks").mkdir(exist_ok=True)
        Image.fromarray(red).save(tmp_path / "masks" / f"{number}.png")
    data = read(folder(tmp_path))
    assert data.classes == ("0", "255", "#800000")
    assert data.train.y[0][:, 0].tolist() == [0, 0, 2, 2, 1, 1]


def test_blurred_masks_are_refused_with_a_remedy_that_leads_on(tmp_path: Path) -> None:
    pairs(tmp_path)
    for number in range(10):
        path = tmp_path / "masks" / f"p{number}.png"
        with Image.open(path) as mask:
            mask.save(path.with_suffix(".jpg"), quality=40)
        path.unlink()
    with pytest.raises(DataError, match="JPEG blurs them") as caught:
        folder(tmp_path).load()
    data = read(folder(tmp_path, **caught.value.mend))
    assert data.classes == ("background", "object")


def test_masks_of_another_size_keep_their_levels(tmp_path: Path) -> None:
    pairs(tmp_path)
    data = read(folder(tmp_path, size=[3, 16], color="grayscale"))
    assert data.shape == (1, 3, 16) and data.classes == ("0", "255") and data.target_shape == (3, 16)


def test_streamed_images_keep_masks_beside_them(tmp_path: Path) -> None:
    pairs(tmp_path)
    (tmp_path / "masks" / "p3.png").write_bytes(b"no mask")
    data, resident = (read(folder(tmp_path, loading=loading)) for loading in ("streamed", "resident"))
    np.testing.assert_array_equal(np.asarray(data.train.x), resident.train.x)
    np.testing.assert_array_equal(data.train.y, resident.train.y)


def test_classes_that_are_called_images_and_masks_can_be_told(tmp_path: Path) -> None:
    for name in ("images", "masks"):
        for number in range(5):
            picture(tmp_path / name / f"{name}{number}.png", number)
    with pytest.raises(DataError, match="set the task to classification"):
        folder(tmp_path).load()
    assert folder(tmp_path, task="classification").load().classes == ("images", "masks")
    with pytest.raises(DataError, match="expected a folder “images” and a folder “masks”"):
        folder(tmp_path / "images", task="segmentation").load()
