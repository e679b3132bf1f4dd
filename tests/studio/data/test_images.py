from __future__ import annotations

import io
import struct
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.storage.consent import CONSENT
from studio.data import DATASETS, Data, DataError, Dataset
from studio.data.errors import ConsentNeeded
from studio.data.images.folders import Part
from support import REAL_DATA

CIFAR = REAL_DATA / "cifar10-subset-images.tar.xz"


def images(**settings: object) -> Dataset:
    return DATASETS["image_folder"](**{"path": "images", **settings})


def check(dataset: Dataset, base: Path) -> Data:
    """The data, as load, facts (but for what can't be read) and script agree on it."""
    data = dataset.load(base)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(base), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    facts = dataset.facts(base)
    assert (facts.shape, facts.classes) == (data.shape, data.classes)
    return data


def draw(path: Path, width: int = 6, height: int = 4, mode: str = "RGB", seed: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    depth = (len(mode),) if len(mode) > 1 else ()
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, *depth), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


def promise_png(path: Path, width: int, height: int) -> None:
    """A PNG whose header promises so many pixels."""
    buffer = io.BytesIO()
    Image.new("L", (1, 1)).save(buffer, "PNG")
    content = buffer.getvalue()
    header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
    path.write_bytes(content[:12] + header + struct.pack(">I", zlib.crc32(header)) + content[33:])


def draw_classes(root: Path, count: int = 10) -> None:
    for place, name in enumerate(("cat", "dog")):
        for number in range(count):
            draw(root / name / f"{number}.png", seed=1000 * place + number)


def test_one_folder_a_class(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    data = check(images(), tmp_path)
    assert data.shape == (3, 4, 6)
    assert data.dtype == np.uint8
    assert data.counts == {"cat": (8, 2), "dog": (8, 2)}
    assert data.warnings == ()
    with Image.open(tmp_path / "images" / "cat" / "0.png") as first:
        expected = np.asarray(first).transpose(2, 0, 1)
    assert any(np.array_equal(expected, x) for x in (*data.train.x, *data.validation.x))


@pytest.mark.parametrize(("training", "held_out"), [("train", "test"), ("Training", "val"), ("train", "validation")])
def test_parts_by_folder(tmp_path: Path, training: str, held_out: str) -> None:
    draw_classes(tmp_path / "images" / training, 5)
    draw_classes(tmp_path / "images" / held_out, 3)
    data = check(images(), tmp_path)
    assert data.counts == {"cat": (5, 3), "dog": (5, 3)}


def test_a_training_folder_alone_is_split(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images" / "train", 10)
    assert check(images(), tmp_path).counts == {"cat": (8, 2), "dog": (8, 2)}


def test_sizes_and_colors(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    draw(tmp_path / "images" / "cat" / "large.jpg", 60, 40)
    draw(tmp_path / "images" / "dog" / "gray.png", 5, 5, "L")
    draw(tmp_path / "images" / "dog" / "clear.png", 6, 4, "RGBA")
    assert check(images(), tmp_path).shape == (3, 4, 6)
    assert check(images(size=[8, 9]), tmp_path).shape == (3, 8, 9)
    assert check(images(size=8, color="grayscale", normalize=False), tmp_path).shape == (1, 8, 8)


def test_other_files_are_no_images(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    (tmp_path / "images" / "readme.txt").write_text("hello")
    (tmp_path / "images" / "cat" / "notes.txt").write_text("hello")
    (tmp_path / "images" / "cat" / ".hidden.png").write_text("hello")
    (tmp_path / "images" / ".cache").mkdir()
    data = check(images(), tmp_path)
    assert data.classes == ("cat", "dog")
    assert data.warnings == ()


def test_broken_and_huge_images_are_named_counted_and_left_out(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    folder = tmp_path / "images" / "cat"
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("no image")
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:60])
    promise_png(folder / "huge.png", 8_200, 8_200)
    promise_png(folder / "bomb.png", 40_000, 40_000)
    (folder / "folder.png").mkdir()
    data = check(images(), tmp_path)
    assert data.counts["cat"] == (8, 2)
    (warning,) = data.warnings
    assert warning.startswith("5 of 25 images can't be read and are left out: cat/bomb.png (")
    assert "empty.png" in warning


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_mutated_images_never_stop_the_loading(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images", 4)
    generator = np.random.default_rng(0)
    for number in range(60):
        for suffix in ("png", "jpg", "gif", "tiff", "bmp", "webp"):
            buffer = io.BytesIO()
            Image.new("RGB", (6, 4), (number, 0, 0)).save(buffer, {"jpg": "JPEG", "tiff": "TIFF"}.get(suffix, suffix))
            content = bytearray(buffer.getvalue())
            for _ in range(3):
                content[int(generator.integers(len(content)))] = int(generator.integers(256))
            (tmp_path / "images" / "cat" / f"m{number}.{suffix}").write_bytes(content)
    data = images(size=4).load(tmp_path)
    assert data.shape == (3, 4, 4)


def test_progress_is_told_and_can_stop(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    told: list[tuple[int, int]] = []
    images().load(tmp_path, lambda done, total: told.append((done, total)))
    assert [item for item in told if item[0]] == [(number, 20) for number in range(1, 21)]

    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        images().load(tmp_path, stop)


def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No image folder is chosen"):
        images(path="").load(tmp_path)
    with pytest.raises(DataError, match="nothing is there"):
        images().load(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"Expected a folder at .*, found a file"):
        images(path="file").load(tmp_path)
    (tmp_path / "images").mkdir()
    with pytest.raises(DataError, match="expected a folder of images for each class, found 0 folders and no image"):
        images().load(tmp_path)
    draw(tmp_path / "images" / "cat" / "1.png")
    draw(tmp_path / "images" / "cat" / "2.png")
    with pytest.raises(DataError, match="expected two classes or more, found only “cat”"):
        images(validation=0.5).load(tmp_path)


def test_a_size_that_no_memory_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_classes(tmp_path / "images")
    monkeypatch.setattr("studio.data.formats.memory.free_memory", lambda: 1e9)
    with pytest.raises(DataError, match=r"20 images of 4096×4096 takes 2.0 GB of memory, more than .* smaller size"):
        images(size=4096).load(tmp_path)


def test_no_image_that_can_be_read(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / "images" / name).mkdir(parents=True)
        (tmp_path / "images" / name / "1.png").write_text("no image")
    with pytest.raises(DataError, match="None of 2 images can be read"):
        images().load(tmp_path)
    with pytest.raises(DataError, match=r"none of 2 images can be read. First: cat/1.png"):
        images(size=4).load(tmp_path)


def test_images_that_are_links_to_elsewhere_wait_for_a_word(tmp_path: Path) -> None:
    draw_classes(tmp_path / "nets" / "images")
    draw(tmp_path / "private" / "0.png")
    CONSENT.ask("Allow it.")
    try:
        images().load(tmp_path / "nets")
        (tmp_path / "nets" / "images" / "cat" / "more.png").symlink_to(tmp_path / "private" / "0.png")
        with pytest.raises(ConsentNeeded, match=r"outside of its folder: .*more\.png, which leads to .*Allow") as asked:
            images().facts(tmp_path / "nets")
        CONSENT.give(asked.value.path)
        assert images().facts(tmp_path / "nets").training is None
    finally:
        CONSENT.forget()


@pytest.mark.skipif(not CIFAR.exists(), reason="the CIFAR-10 images are not on this computer")
@pytest.mark.slow
def test_real_photographs(tmp_path: Path) -> None:
    with tarfile.open(CIFAR) as archive:
        members = [member for member in archive if member.name.endswith(("00.jpg", "50.jpg"))]
        archive.extractall(tmp_path, members, filter="data")
    data = check(images(path="cifar10-subset"), tmp_path)
    assert data.shape == (3, 32, 32)
    assert set(data.counts.values()) == {(20, 4)}


def test_sixteen_bits_keep_their_upper_half(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    deep = np.arange(24, dtype=np.uint16).reshape(4, 6) * 2000
    for name in ("cat", "dog"):
        for ending in ("png", "tif"):
            Image.fromarray(deep).save(tmp_path / "images" / name / f"deep.{ending}")
    data = check(images(color="grayscale"), tmp_path)
    found = [x[0] for split in data.splits for x in split.x]
    assert sum(np.array_equal(x, deep >> 8) for x in found) == 4


def test_photographs_are_turned_upright(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        for number in range(10):
            pixels = np.zeros((8, 16, 3), dtype=np.uint8)
            pixels[:, 8:] = 255
            exif = Image.Exif()
            exif[0x0112] = 6  # to be turned by a quarter
            (tmp_path / "images" / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / "images" / name / f"{number}.jpg", exif=exif)
    data = check(images(), tmp_path)
    assert data.shape == (3, 16, 8)
    assert data.train.x[0, :, :7].max() < 30 and data.train.x[0, :, 9:].min() > 225


def test_floating_point_pixels_are_left_out(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    Image.fromarray(np.zeros((4, 6), dtype=np.float32)).save(tmp_path / "images" / "cat" / "f.tif")
    (tmp_path / "images" / "dog" / "x.jpg").write_bytes(b"no image at all")
    (warning,) = check(images(), tmp_path).warnings
    assert "cat/f.tif (its pixels are floating-point numbers), dog/x.jpg (no image)" in warning


def test_levels_of_8_bits_in_32_are_not_black(tmp_path: Path) -> None:
    for name, level in (("a", 40), ("b", 220)):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(8):
            Image.fromarray(np.full((4, 4), level + number, np.int32)).save(
                tmp_path / "images" / name / f"{number}.tif"
            )
    data = check(images(color="grayscale"), tmp_path)
    assert set(np.unique([*data.train.x, *data.validation.x])) == {*range(40, 48), *range(220, 228)}


def test_what_archives_leave_behind_is_no_class_and_deeper_images_are_named(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    draw(tmp_path / "images" / "__MACOSX" / "cat" / "._1.png")
    draw(tmp_path / "images" / "@eaDir" / "1.png")
    draw(tmp_path / "images" / "cat" / "2024" / "1.png")
    draw(tmp_path / "images" / "cat" / "2024" / "2.png")
    (tmp_path / "images" / "dog" / "none").mkdir()
    data = check(images(), tmp_path)
    assert {name: sum(counts) for name, counts in data.counts.items()} == {"cat": 12, "dog": 10}
    assert data.warnings == ("2 images in folders below a class count as of that class: cat/2024",)


def test_folders_of_numbers_are_in_order_of_size(tmp_path: Path) -> None:
    for number in range(12):
        for seed in range(3):
            draw(tmp_path / "images" / str(number) / f"{seed}.png", seed=12 * seed + number)
    data = check(images(), tmp_path)
    assert data.classes == tuple(map(str, range(12)))


def test_two_forms_of_a_letter_in_folders_are_one_class(tmp_path: Path) -> None:
    spelled = ("café", "cafe\N{COMBINING ACUTE ACCENT}", "bar")
    for place, name in enumerate(spelled):
        for seed in range(5):
            draw(tmp_path / "images" / name / f"{seed}.png", seed=10 * place + seed)
    data = check(images(), tmp_path)
    assert data.classes == ("bar", "café")
    assert {name: sum(counts) for name, counts in data.counts.items()} == {"bar": 5, "café": 10}


def test_a_broken_image_is_named_with_its_folder(tmp_path: Path) -> None:
    draw_classes(tmp_path / "images")
    (tmp_path / "images" / "dog" / "3.png").write_bytes(b"")
    (warning,) = [text for text in check(images(), tmp_path).warnings if "left out" in text]
    assert "dog/3.png (no image)" in warning and "cat" not in warning


def test_classes_are_counted_in_one_walk_with_those_that_have_no_image() -> None:
    part = Part("", [], [2, 0, 2, 2], [])
    assert part.counts(4) == (1, 0, 3, 0)
