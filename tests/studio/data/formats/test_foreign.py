"""Files and folders that are no data as they are: each is named for what it is, with what makes data of it."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
from odd_files import images
from PIL import Image

from studio.data import DATASETS, DataError, Dataset, kind_for
from studio.data.formats.foreign import FOREIGN, Foreign, foreign_kind

SUFFIXES = [(found, suffix) for found in FOREIGN for suffix in found.suffixes]
STARTS = [(found, start) for found in FOREIGN for start in found.starts]


def written(folder: Path, *names: str, content: str = "") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def image_folder(path: Path, **settings: str) -> Dataset:
    return DATASETS["image_folder"](path=str(path), **settings)  # type: ignore[call-arg]


def refusal(path: Path, **settings: str) -> str:
    """The sentence with which a folder is refused, as load and facts agree on it."""
    with pytest.raises(DataError) as caught:
        image_folder(path, **settings).load()
    with pytest.raises(DataError) as told:
        image_folder(path, **settings).facts()
    assert str(told.value) == str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("found", FOREIGN, ids=lambda found: found.what)
def test_each_says_what_it_is_and_what_to_do(found: Foreign) -> None:
    assert found.what[0] in "aT" or found.what.startswith(("data", "weights", "settings", "an "))
    assert found.advice.endswith(".") and found.advice[0].isupper()
    assert found.suffixes or found.starts or found.line
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in found.suffixes)


@pytest.mark.parametrize(("found", "suffix"), SUFFIXES, ids=lambda item: item if isinstance(item, str) else "")
def test_a_name_tells_in_any_case_of_letters_and_no_kind_of_data_reads_it(
    found: Foreign, suffix: str, tmp_path: Path
) -> None:
    assert foreign_kind(f"a{suffix}") is found and foreign_kind(f"A{suffix.upper()}") is found
    (tmp_path / f"a{suffix}").write_bytes(b"")
    assert kind_for(tmp_path / f"a{suffix}") is None


@pytest.mark.parametrize(("found", "start"), STARTS, ids=lambda item: repr(item) if isinstance(item, bytes) else "")
def test_first_bytes_tell_what_is_called_a_table(found: Foreign, start: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\0" * found.offset + start + b"\0\1\2 and more")
    with pytest.raises(DataError, match=f"a.csv: found {found.what[:12]}") as caught:
        DATASETS["csv"](path=str(tmp_path / "a.csv")).load()  # type: ignore[call-arg]
    assert found.advice in str(caught.value)


@pytest.mark.parametrize("text", ["id3,a,y\n", "form,a,y\n", "id, ftyp,y\n", "bzh,a,y\n", "flac,a,y\n", "riff,a,y\n"])
def test_names_of_columns_are_not_taken_for_formats(text: str, tmp_path: Path) -> None:
    assert foreign_kind("a.csv", text.encode()) is None
    (tmp_path / "a.csv").write_text(text + "".join(f"{row},{row % 7},{'ab'[row % 2]}\n" for row in range(20)))
    assert DATASETS["csv"](path=str(tmp_path / "a.csv")).load().sizes["training"] == 16  # type: ignore[call-arg]


def test_libsvm_is_told_by_its_lines_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("".join(f"{'+-'[row % 2]}1 1:{row}.5 7:-{row}e-3\n" for row in range(20)))
    assert kind_for(tmp_path / "a.txt") is DATASETS["csv"], "and never prose"
    with pytest.raises(DataError, match=r"a.txt: found a LibSVM file. Name it .libsvm, or"):
        DATASETS["csv"](path=str(tmp_path / "a.txt")).load()  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("a/0.flac", "a/1.FLAC", "b/0.flac"), "found 3 files such as a/0.flac, a FLAC recording. Convert it to WAV"),
        (("a/0.dcm", "b/0.dcm"), "found 2 files such as a/0.dcm, a DICOM file. Save its pixels as PNG"),
        (("a/0.nii.gz", "b/0.nii.gz"), "a NIfTI volume. Save its volumes in an .npz"),
        (("a/0.mp4", "b/0.mp4"), "a video. Save its frames as images"),
        (("train/a/0.heic", "train/b/0.heic"), "a picture that is not read. Save it as PNG or JPEG."),
        (("part0.csv", "part1.csv"), "found 2 files such as part0.csv. Choose a single file of them"),
        (("a/0", "a/1", "b/0"), "found 3 files without an ending, such as a/0. Name images .png or .jpg."),
        (("a/0.odd", "b/0.odd"), "found 2 folders and no image in them. Choose the folder that holds the classes."),
    ],
)
def test_a_folder_is_told_by_what_most_of_its_files_are(names: tuple[str, ...], said: str, tmp_path: Path) -> None:
    written(tmp_path, *names, ".DS_Store", "__MACOSX/a/._0.png")
    assert said in refusal(tmp_path)


def test_a_table_in_folders_by_value_is_named(tmp_path: Path) -> None:
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    for value in ("p", "q"):
        (tmp_path / f"part={value}").mkdir()
        pq.write_table(pa.table({"a": [1, 2], "y": [3, 4]}), tmp_path / f"part={value}" / "0-0.parquet")
    assert "found 2 files such as part=p/0-0.parquet. Choose a single file of them" in refusal(tmp_path)


def test_a_packed_table_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("data.csv", "a,b\n1,2\n")
    assert "found 1 file such as data.csv. Choose a single file" in refusal(tmp_path / "a.zip")
    (tmp_path / "a.csv").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with pytest.raises(DataError, match=r"a.csv: found a packed file. Unpack it first."):
        DATASETS["csv"](path=str(tmp_path / "a.csv")).load()  # type: ignore[call-arg]


BOXES = {
    "COCO": (["train2017/0.jpg", "val2017/1.jpg"], ["annotations/instances_train2017.json"]),
    "COCO of Roboflow": (["train/0.jpg", "valid/1.jpg"], ["train/_annotations.coco.json"]),
    "YOLO": (["images/train/0.jpg", "images/val/1.jpg"], ["labels/train/0.txt", "labels/val/1.txt"]),
    "YOLO of Roboflow": (["train/images/0.jpg", "valid/images/1.jpg"], ["train/labels/0.txt", "valid/labels/1.txt"]),
    "Pascal VOC": (["JPEGImages/0.jpg", "JPEGImages/1.jpg"], ["Annotations/0.xml", "ImageSets/Main/train.txt"]),
}


@pytest.mark.parametrize("kind", BOXES)
def test_boxes_around_objects_are_named_and_never_read_as_classes(kind: str, tmp_path: Path) -> None:
    pictures, texts = BOXES[kind]
    images(tmp_path, *pictures)
    written(tmp_path, *texts)
    said = refusal(tmp_path)
    assert f"found boxes around objects ({kind.partition(' of ')[0]}), which no loss here learns" in said
    assert "cut them out into a folder for each class, or set the task to classification where folders are" in said


def test_classes_beside_boxes_train_as_the_sentence_says(tmp_path: Path) -> None:
    images(tmp_path, *(f"{name}/{number}.png" for name in ("cat", "dog") for number in range(6)))
    written(tmp_path, "cat/labels/0.txt")
    assert "found boxes around objects (YOLO)" in refusal(tmp_path)
    data = image_folder(tmp_path, task="classification").load()
    assert data.classes == ("cat", "dog") and data.sizes == {"training": 10, "validation": 2}


def test_masks_of_pascal_voc_are_found_beside_its_boxes(tmp_path: Path) -> None:
    images(tmp_path, *(f"JPEGImages/{number}.jpg" for number in range(8)))
    written(tmp_path, *(f"Annotations/{number}.xml" for number in range(8)))
    for number in range(6):
        mask = Image.fromarray((np.arange(30).reshape(5, 6) > 10 + number).astype(np.uint8)).convert("P")
        mask.putpalette([0, 0, 0, 128, 0, 0])
        (tmp_path / "SegmentationClass").mkdir(exist_ok=True)
        mask.save(tmp_path / "SegmentationClass" / f"{number}.png")
    data = image_folder(tmp_path).load()
    assert data.classes == ("0", "1") and data.sizes == {"training": 5, "validation": 1}
    assert any("2 images without a mask are left out" in warning for warning in data.warnings)
