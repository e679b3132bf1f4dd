"""Images for images: arrays, inputs that are their own targets, and folders of pairs, in Netloom and in scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray
from PIL import Image

from studio.data import Data, DataError, dataset_from

generator = np.random.default_rng(0)
GRAY = generator.integers(0, 256, (40, 6, 5), dtype=np.uint8)
COLORS = generator.integers(0, 256, (40, 3, 6, 5), dtype=np.uint8)


def loaded(settings: dict[str, Any]) -> Data:
    """The data; the script gives the same to the bit, and facts say what it is."""
    dataset, problems = dataset_from(settings)
    assert not problems
    data = dataset.load()
    assert dataset.facts().targets == data.facts().targets
    names: dict[str, Any] = {}
    exec(dataset.script_source(), names)
    x, y, x_validation, y_validation, *_ = names["load_data"]()
    for ours, theirs in ((data.train, (x, y)), (data.validation, (x_validation, y_validation))):
        examples = theirs[0].read() if hasattr(theirs[0], "read") else theirs[0]
        assert_array_equal(np.asarray(ours.x), examples, strict=True)
        assert_array_equal(ours.y, theirs[1], strict=True)
    return data


def saved(folder: Path, **arrays: NDArray[Any]) -> dict[str, Any]:
    np.savez(folder / "some.npz", **arrays)
    return {"source": "numpy", "path": str(folder / "some.npz")}


@pytest.mark.parametrize("last", [False, True])
def test_bytes_in_color_are_numbers_from_0_to_1(tmp_path: Path, last: bool) -> None:
    y = COLORS.transpose(0, 2, 3, 1) if last else COLORS
    data = loaded(saved(tmp_path, x=GRAY, y=y))
    assert data.shape == (1, 6, 5) and data.target_shape == (3, 6, 5) and data.classes is None
    assert data.first_target.shades and data.facts().target_text == "images of 3×6×5"
    assert {image.tobytes() for image in np.concatenate([data.train.y, data.validation.y])} == {
        image.tobytes() for image in COLORS / np.float32(255)
    }


def test_gray_images_of_many_shades_are_no_masks(tmp_path: Path) -> None:
    data = loaded(saved(tmp_path, x=GRAY, y=255 - GRAY))
    assert data.target_shape == (1, 6, 5) and data.classes is None
    masks = loaded(saved(tmp_path, x=GRAY, y=GRAY // 64))
    assert masks.target_shape == (6, 5) and masks.classes == ("0", "1", "2", "3")
    told = loaded(saved(tmp_path, x=GRAY, y=GRAY // 64) | {"task": "regression"})
    assert told.target_shape == (1, 6, 5) and told.classes is None
    assert told.train.y.max() == 1.0, "of dark images the brightest is 1"


def test_one_array_is_both(tmp_path: Path) -> None:
    settings = saved(tmp_path, x=GRAY, y=np.arange(40) % 4) | {"inputs": {"in1": "x"}, "targets": {"out1": "x"}}
    data = loaded(settings)
    assert data.target_shape == (1, 6, 5)
    assert_array_equal(data.train.y, data.train.x / np.float32(255), strict=True)


@pytest.mark.parametrize("source", ["digits", "sine_waves", "moons"])
def test_an_input_is_its_own_target(source: str) -> None:
    usual = loaded({"source": source})
    data = loaded({"source": source, "targets": {"out1": "x"}})
    assert data.classes is None and data.target_shape == data.shape
    assert_array_equal(data.train.x, usual.train.x)  # which is split as it was, by class
    wanted = usual.train.x / np.float32(16) if source == "digits" else usual.train.x
    assert_array_equal(data.train.y, wanted, strict=True)


def test_several_outputs_may_differ() -> None:
    data = loaded_by_id({"source": "digits", "targets": {"picture": "x", "digit": "y"}})
    assert data.target("picture").shades and data.target("digit").classes == tuple("0123456789")


def loaded_by_id(settings: dict[str, Any]) -> Data:
    dataset, _ = dataset_from(settings)
    data = dataset.load()
    names: dict[str, Any] = {}
    exec(dataset.script_source(), names)
    _, y, _, y_validation, *_ = names["load_data"]()
    for id, column in data.targets.items():
        assert_array_equal(column.train, y[id], strict=True)
        assert_array_equal(column.validation, y_validation[id], strict=True)
    return data


@pytest.mark.parametrize("settings", [{"test": 0.2}, {"duplicates": "drop"}, {"training_share": 0.5, "resample": 3}])
def test_what_comes_behind_the_split_takes_the_targets_along(settings: dict[str, Any]) -> None:
    data = loaded({"source": "digits", "targets": {"out1": "x"}, **settings})
    for part in data.first_target.every:
        assert part.shape[1:] == (1, 8, 8) and part.dtype == np.float32
    assert_array_equal(data.train.y, data.train.x / np.float32(16), strict=True)


def test_classes_are_corrected_and_rows_left_out_all_the_same() -> None:
    out = {"3": ["3", None]}
    usual = loaded({"source": "digits", "targets": {"out1": "x"}})
    data = loaded({"source": "digits", "targets": {"out1": "x"}, "corrections": out})
    assert sum(data.sizes.values()) == sum(usual.sizes.values()) - 1


def test_tokens_are_no_target() -> None:
    dataset, _ = dataset_from({"source": "reviews", "targets": {"out1": "x"}})
    for read in (dataset.facts, dataset.load):
        with pytest.raises(DataError, match="found the tokens of x") as caught:
            read()
        mended, _ = dataset_from({"source": "reviews"} | caught.value.mend)
        assert mended.load().classes


def pictures(folder: Path, images: NDArray[np.uint8], name: str = "{}.png") -> None:
    """Save gray or colored images, H×W or C×H×W."""
    folder.mkdir(parents=True)
    for number, image in enumerate(images):
        Image.fromarray(image if image.ndim == 2 else np.moveaxis(image, 0, -1)).save(folder / name.format(number))


def folder_of(path: Path, **settings: Any) -> dict[str, Any]:
    return {"source": "image_folder", "path": str(path), **settings}


@pytest.mark.parametrize("loading", ["resident", "streamed"])
@pytest.mark.parametrize("names", [("noisy", "clean"), ("inputs", "targets"), ("LR", "HR")])
def test_pairs_of_folders(tmp_path: Path, names: tuple[str, str], loading: str) -> None:
    pictures(tmp_path / names[0], COLORS, "{}_noisy.png")
    pictures(tmp_path / names[1], COLORS.repeat(2, 2).repeat(2, 3), "{}_clean.png")
    data = loaded(folder_of(tmp_path, task="image to image", loading=loading, color="grayscale", target_color="RGB"))
    assert data.shape == (1, 6, 5) and data.target_shape == (3, 12, 10)
    assert data.train.y.dtype == np.float32 and data.train.y.max() <= 1.0


def test_the_image_itself_in_color_and_larger(tmp_path: Path) -> None:
    pictures(tmp_path / "cats", COLORS[:20])
    pictures(tmp_path / "dogs", COLORS[20:])
    data = loaded(folder_of(tmp_path, task="the image itself", size=[3, 4], target_size=[6, 5]))
    assert data.shape == (3, 3, 4) and data.target_shape == (3, 6, 5) and sum(data.sizes.values()) == 40
    same = loaded(folder_of(tmp_path, task="the image itself", color="grayscale"))
    assert same.shape == same.target_shape == (1, 6, 5)
    assert_array_equal(same.train.y, same.train.x / np.float32(255), strict=True)


def test_images_that_lie_loose_are_their_own_targets_in_parts_of_their_own(tmp_path: Path) -> None:
    for part, some in (("train", COLORS[:20]), ("val", COLORS[20:30]), ("test", COLORS[30:])):
        pictures(tmp_path / part, some)
    data = loaded(folder_of(tmp_path, task="the image itself"))
    assert data.sizes == {"training": 20, "validation": 10, "test": 10}


def test_a_target_that_cannot_be_read_takes_its_image_along(tmp_path: Path) -> None:
    pictures(tmp_path / "inputs", GRAY[:10])
    pictures(tmp_path / "targets", GRAY[:10])
    (tmp_path / "targets" / "3.png").write_bytes(b"no image")
    (tmp_path / "targets" / "4.png").unlink()
    data = dataset_from(folder_of(tmp_path, task="image to image"))[0].load()
    assert sum(data.sizes.values()) == 8
    assert any("1 images without their other one" in warning for warning in data.warnings)
    assert any("3.png" in warning for warning in data.warnings)


def test_pictures_in_place_of_masks_are_named_with_what_helps(tmp_path: Path) -> None:
    pictures(tmp_path / "images", COLORS)
    pictures(tmp_path / "targets", COLORS)
    dataset, _ = dataset_from(folder_of(tmp_path))
    with pytest.raises(DataError, match="Set the task to “image to image” if") as caught:
        dataset.load()
    mended, _ = dataset_from(folder_of(tmp_path, task=caught.value.mend["task"]))
    assert mended.load().target_shape == (3, 6, 5)


def test_folders_without_known_names_are_told_apart_by_the_user(tmp_path: Path) -> None:
    pictures(tmp_path / "left", COLORS)
    pictures(tmp_path / "right", COLORS)
    with pytest.raises(DataError, match=r"“inputs” and a folder “targets”.*found left, right"):
        dataset_from(folder_of(tmp_path, task="image to image"))[0].load()
    (tmp_path / "left").rename(tmp_path / "inputs")
    (tmp_path / "right").rename(tmp_path / "targets")
    assert loaded(folder_of(tmp_path, task="image to image")).target_shape == (3, 6, 5)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="expected images, found none"):
        dataset_from(folder_of(tmp_path / "empty", task="the image itself"))[0].load()


def test_images_that_stay_files_are_no_targets_of_their_own_by_name(tmp_path: Path) -> None:
    pictures(tmp_path / "a", COLORS[:20])
    pictures(tmp_path / "b", COLORS[20:])
    settings = folder_of(tmp_path, loading="streamed", targets={"out1": "x"})
    for read in ("facts", "load"):
        with pytest.raises(DataError, match="can't be its own target") as caught:
            getattr(dataset_from(settings)[0], read)()
    assert loaded(settings | caught.value.mend).target_shape == (3, 6, 5)
