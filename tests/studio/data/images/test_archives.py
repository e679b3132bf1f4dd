"""Images in `.zip` and `.tar`, read without unpacking: the same as from the folder, and no trick gets through."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.data import DATASETS, Data, DataError, kind_for
from studio.data.images.places import content, entries, size_of


def draw_classes(root: Path) -> None:
    generator = np.random.default_rng(0)
    for name in ("cat", "dog", "dog/young"):
        (root / name).mkdir(parents=True)
        for number in range(6):
            pixels = generator.integers(0, 255, (4, 6, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name / f"{number}.png")


def packed(folder: Path, archive: Path, above: str = "") -> Path:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if archive.suffix == ".tar":
        with tarfile.open(archive, "w") as file:
            for path in files:
                file.add(path, f"{above}{path.relative_to(folder)}")
        return archive
    kind = zipfile.ZIP_STORED if "stored" in archive.name else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(archive, "w", kind) as archived:
        for path in files:
            archived.write(path, f"{above}{path.relative_to(folder)}")
        archived.writestr("__MACOSX/cat/._0.png", b"junk")
    return archive


def read(path: Path, **settings: Any) -> Data:
    """The data, as load, facts and script agree on it."""
    dataset = DATASETS["image_folder"](path=str(path), **settings)
    data = dataset.load()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y, data.mean, data.std)
    for mine, theirs in zip(ours, names["load_data"](), strict=True):
        np.testing.assert_array_equal(np.asarray(mine), theirs.read() if hasattr(theirs, "read") else theirs)
    facts = dataset.facts()
    assert (facts.shape, facts.target_shape, facts.classes) == (data.shape, data.target_shape, data.classes)
    assert facts == data.facts() or any("can't be read" in text for text in data.warnings)
    return data


@pytest.mark.parametrize(
    ("name", "above", "loading"),
    [
        ("pets.zip", "", "resident"), ("stored.zip", "pets-v2/", "streamed"),
        ("pets.tar", "./", "resident"), ("pets.tar", "pets-v2/", "streamed"),
    ],
)  # fmt: skip
def test_an_archive_holds_what_the_folder_holds(tmp_path: Path, name: str, above: str, loading: str) -> None:
    draw_classes(tmp_path / "pets")
    archive = packed(tmp_path / "pets", tmp_path / name, above)
    assert kind_for(archive) is DATASETS["image_folder"]
    ours, theirs = read(archive, loading=loading), read(tmp_path / "pets", loading=loading)
    assert ours.classes == theirs.classes == ("cat", "dog") and ours.warnings == theirs.warnings
    np.testing.assert_array_equal(np.asarray(ours.train.x), np.asarray(theirs.train.x))
    np.testing.assert_array_equal(ours.validation.y, theirs.validation.y)
    assert sorted(os.listdir(tmp_path)) == sorted(["pets", name]), "nothing was unpacked"


def test_a_folder_that_is_called_as_archives_are_is_a_folder(tmp_path: Path) -> None:
    draw_classes(tmp_path / "pets.zip")
    assert read(tmp_path / "pets.zip").classes == ("cat", "dog")


def tricks(path: Path, good: bytes) -> None:
    with tarfile.open(path, "w") as archive:
        for name in (
            "../out.png",
            "/etc/out.png",
            "cat/../../out.png",
            "cat/a.png",
            "cat/b.png",
            "dog/c.png",
            "dog/d.png",
        ):
            item = tarfile.TarInfo(name)
            item.size = len(good)
            archive.addfile(item, io.BytesIO(good))
        for name, kind, target in (
            ("cat/link.png", tarfile.SYMTYPE, "/etc/passwd"),
            ("cat/hard.png", tarfile.LNKTYPE, "cat/a.png"),
            ("dog/pipe.png", tarfile.FIFOTYPE, ""),
        ):
            item = tarfile.TarInfo(name)
            item.type, item.linkname = kind, target
            archive.addfile(item)


def test_names_that_lead_out_links_and_devices_are_passed_over(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(buffer, "PNG")
    tricks(tmp_path / "a.tar", buffer.getvalue())
    data = read(tmp_path / "a.tar", validation=0.5)
    assert {name: sum(counts) for name, counts in data.counts.items()} == {"cat": 2, "dog": 2}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("../out.png", "cat/a.png", "cat\\b.png", "dog/c.png"):
            archive.writestr(name, buffer.getvalue())
        link = zipfile.ZipInfo("dog/link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert entries(str(tmp_path / "a.zip" / "cat")) == ([], ["a.png"])
    assert entries(str(tmp_path / "a.zip" / "dog")) == ([], ["c.png"])


def test_bombs_and_damage_are_named_and_left_out(tmp_path: Path) -> None:
    draw_classes(tmp_path / "pets")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((tmp_path / "pets").rglob("*.png")):
            archive.write(path, path.relative_to(tmp_path / "pets"))
        archive.writestr("cat/bomb.png", bytes(300_000_000))
    found = bytearray((tmp_path / "a.zip").read_bytes())
    place = found.find(b"dog/3.png") + 60
    found[place : place + 4] = b"\0\0\0\0"
    (tmp_path / "a.zip").write_bytes(bytes(found))
    (warning, _) = read(tmp_path / "a.zip").warnings
    assert warning.startswith("2 of 19 images can't be read and are left out: cat/bomb.png (")
    assert "dog/3.png" in warning
    assert size_of(str(tmp_path / "a.zip" / "cat" / "0.png")) > 0 > size_of(str(tmp_path / "a.zip" / "none"))


def test_an_archive_that_changes_is_looked_at_anew(tmp_path: Path) -> None:
    draw_classes(tmp_path / "pets")
    archive = packed(tmp_path / "pets", tmp_path / "a.zip")
    before = entries(str(archive / "cat"))[1]
    (tmp_path / "pets" / "cat" / "more.png").write_bytes((tmp_path / "pets" / "cat" / "0.png").read_bytes())
    packed(tmp_path / "pets", archive)
    os.utime(archive, ns=(1, 1))
    assert [*before, "more.png"] == entries(str(archive / "cat"))[1]
    assert content(str(archive / "cat" / "more.png")).read() == (tmp_path / "pets" / "cat" / "0.png").read_bytes()


@pytest.mark.parametrize("name", ["a.zip", "a.tar"])
def test_torn_archives_are_a_sentence(tmp_path: Path, name: str) -> None:
    draw_classes(tmp_path / "pets")
    whole = packed(tmp_path / "pets", tmp_path / name).read_bytes()
    generator = np.random.default_rng(1)
    for share in (0.0, 0.3, 0.9, 0.999):
        torn = bytearray(whole[: int(share * len(whole))])
        for place in generator.integers(0, max(1, len(torn)), 20 if torn else 0):
            torn[place] = int(generator.integers(256))
        (tmp_path / name).write_bytes(bytes(torn))
        try:
            DATASETS["image_folder"](path=str(tmp_path / name)).load()
        except DataError as error:
            assert str(error).endswith(".")
