"""Files that are no data for Netloom as they are: each is named for what it is, with what makes data of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from models.basics.text import counted
from studio.data.errors import DataError
from studio.data.images.places import BROKEN, entries, folder_entries


class Foreign(NamedTuple):
    """Files of a kind: what one of them is, what to do with it, and how it is told."""

    what: str
    advice: str
    suffixes: tuple[str, ...] = ()
    starts: tuple[bytes, ...] = ()
    offset: int = 0
    """Where in the file the `starts` stand."""
    line: str = ""
    """What each of its lines is like, as a regular expression."""
    source: str = ""
    """The source that reads it all the same."""


ARRAYS = "numpy"
"""The source that reads arrays."""
_AS_WAV = "Convert it to WAV (ffmpeg does)."
_AS_CSV = "Save it as CSV or Parquet."
_AS_ARRAYS = "Save its arrays in an .npz, by numpy.savez."
_PICKLED = "It could run anything, so it is not opened. Save arrays as .npz or .safetensors."
_IN_FOLDERS = "Choose the folder that holds a folder for each class."
FOREIGN = (
    Foreign("a pointer of Git LFS in place of the file", "Run git lfs pull for it.", (), (b"version https://",)),
    Foreign("a web page in place of the file", "Download the file itself.", (".html",), (b"<!doctype html", b"<html")),
    Foreign("a MATLAB file", "Name it .mat, or choose NumPy arrays as its source.",
            (), (b"MATLAB 5.0 MAT", b"MATLAB 7.3 MAT"), source=ARRAYS),
    Foreign("a pickle of Python objects", _PICKLED, (".pkl", ".pickle", ".joblib"), (b"\x80\x04", b"\x80\x05")),
    Foreign("weights or a checkpoint", "A run takes weights in Train, under “Starting weights”. Choose data here.",
            (".pt", ".pth", ".ckpt", ".onnx", ".keras")),
    Foreign("a FLAC recording", _AS_WAV, (".flac",), (b"fLaC",)),
    Foreign("an MP3 recording", _AS_WAV, (".mp3",), (b"ID3\x02", b"ID3\x03", b"ID3\x04")),
    Foreign("an Ogg recording", _AS_WAV, (".ogg", ".oga", ".opus"), (b"OggS",)),
    Foreign("a recording", _AS_WAV, (".m4a", ".aac", ".wma", ".aif", ".aiff", ".amr", ".sph", ".au")),
    Foreign("a video", "Save its frames as images, or clips as arrays in an .npz.",
            (".mp4", ".avi", ".mov", ".mkv", ".webm", ".mpg", ".mpeg"), (b"ftypisom", b"ftypmp4", b"ftypqt"), 4),
    Foreign("a DICOM file", "Save its pixels as PNG (pydicom), 16-bit ones in an .npz.", (".dcm",), (b"DICM",), 128),
    Foreign("a NIfTI volume", "Save its volumes in an .npz (nibabel, then numpy.savez).", (".nii", ".nii.gz")),
    Foreign("a picture that is not read", "Save it as PNG or JPEG.",
            (".heic", ".heif", ".svg", ".psd", ".exr", ".jxl", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".eps")),
    Foreign("a PDF document", "Save its text as .txt, or its pages as PNG.", (".pdf",), (b"%PDF",)),
    Foreign("a text document", "Save its text as .txt.", (".docx", ".doc", ".odt", ".rtf", ".epub")),
    Foreign("a LibSVM file", "Name it .libsvm, or choose NumPy arrays as its source.",
            line=r"[+-]?[\d.]+( \d+:[-+.\de]+)+ *", source=ARRAYS),
    Foreign("an OpenDocument sheet", "Save it as .xlsx or as CSV.", (".ods",)),
    Foreign("a workbook of old Excel", "Save it as .xlsx or as CSV.", (".xls", ".xlsb")),
    Foreign("a SAS table", _AS_CSV, (".sas7bdat", ".xpt")),
    Foreign("an SPSS table", _AS_CSV, (".sav", ".zsav"), (b"$FL2",)),
    Foreign("a Stata table", _AS_CSV, (".dta",), (b"<stata_dta>",)),
    Foreign("data of R", _AS_CSV, (".rds", ".rda", ".rdata")),
    Foreign("a table", _AS_CSV, (".orc", ".avro", ".mdb", ".accdb", ".dbf", ".duckdb")),
    Foreign("TensorFlow's records", _AS_ARRAYS, (".tfrecord", ".tfrecords")),
    Foreign("a packed file", "Unpack it first.", (".gz", ".bz2", ".xz", ".zst"),
            (b"\x1f\x8b", b"BZh91AY", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!")),
    Foreign("an XML file", "Netloom reads tables, arrays, images, recordings and texts. Convert it.",
            (".xml",), (b"<?xml",)),
    Foreign("settings, no data", "Choose the folder with the data.", (".yaml", ".yml", ".toml", ".ini", ".cfg")),
    Foreign("a single image", _IN_FOLDERS, (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff")),
    Foreign("a single recording", "Choose the folder of recordings.", (".wav",)),
)  # fmt: skip
"""By suffix first, then by what files begin with; of several the first."""
_TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".jsonl", ".npz", ".npy", ".h5", ".sqlite", ".db", ".txt", ".json")
_BOXES = {".json": "COCO", ".txt": "YOLO", ".xml": "Pascal VOC"}
_DEEP, _MOST = 3, 20_000


def foreign_kind(name: str, start: bytes = b"") -> Foreign | None:
    """What a file of no kind of data is, by its name, then by its first bytes; None where nobody knows."""
    low = name.lower()
    for found in FOREIGN:
        if low.endswith(found.suffixes):
            return found
    head = start.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return next((found for found in FOREIGN if _begins(found, start, head)), None)


def _begins(found: Foreign, start: bytes, head: bytes) -> bool:
    if found.line:
        lines = start.decode("utf-8", "replace").splitlines()[:-1]  # the last may be cut off
        return bool(lines) and all(re.fullmatch(found.line, line) for line in lines)
    return start[found.offset :].startswith(found.starts) or head.startswith(found.starts)


def refuse_other(path: Path, start: bytes) -> None:
    """Raise `DataError` for a file that is something else than its name says, by its first bytes."""
    if (found := foreign_kind("", start)) is not None:
        mend = {"source": found.source} if found.source else {}
        raise DataError(f"{path.name}: found {found.what}. {found.advice}", **mend)


def foreign_text(path: Path, start: bytes = b"") -> str:
    """What is said of a file of no kind of data, "" where nobody knows what it is; told without looking at it."""
    found = foreign_kind(path.name, start)
    return f"{path.name[:60]}: found {found.what}. {found.advice}" if found else ""


def boxes_in(folder: Path) -> str:
    """What is said of a folder with boxes around objects, as COCO, YOLO and Pascal VOC have them; "" of others."""
    about = _BOXES.get(next((kind for name in _names_below(folder, "", _DEEP) if (kind := _of_boxes(name))), ""))
    if not about:
        return ""
    return (
        f"{folder.name}: found boxes around objects ({about}), which no loss here learns. For a class an image, "
        "cut them out into a folder for each class, or set the task to classification where folders are classes."
    )


def _of_boxes(name: str) -> str:
    """The ending by which a file tells that it holds boxes, by its path; "" of others."""
    if not name.lower().endswith(tuple(_BOXES)):  # most of very many files, told in a tenth of the time
        return ""
    folder, _, file = name.lower().rpartition("/")
    folders, suffix = folder.split("/"), Path(file).suffix
    coco = file.startswith("instances_") or file.endswith(".coco.json")
    told = {".json": coco, ".txt": "labels" in folders, ".xml": "annotations" in folders}
    return suffix if told.get(suffix) else ""


def holds_instead(folder: Path) -> str:
    """What lies in a folder in place of images, with what to do; "" where nothing in it is known."""
    names = [*islice(_names_below(folder, "", _DEEP), _MOST)]
    counts = Counter(found for name in names if (found := foreign_kind(name)) is not None)
    tables = [name for name in names if name.lower().endswith(_TABLES)]
    if counts and counts.most_common(1)[0][1] > len(tables):
        found, count = counts.most_common(1)[0]
        first = next(name for name in names if foreign_kind(name) is found)
        return f"{counted(count, 'file')} such as {first}, {found.what}. {found.advice}"
    if tables:
        return f"{counted(len(tables), 'file')} such as {tables[0]}. Choose a single file of them, with all rows in it."
    bare = [name for name in names if "." not in name.rsplit("/", 1)[-1]]
    if bare and 2 * len(bare) > len(names):
        return f"{counted(len(bare), 'file')} without an ending, such as {bare[0]}. Name images .png or .jpg."
    return ""


def _names_below(folder: Path, place: str, deep: int) -> Iterator[str]:
    """The files in a folder and below, as paths from it; nothing of what cannot be looked into."""
    try:
        folders, files = folder_entries(str(folder)) if folder.is_dir() else entries(str(folder))
    except (OSError, *BROKEN):
        return
    yield from (f"{place}{name}" for name in files if not name.startswith("."))
    for name in folders if deep else ():
        if not name.startswith((".", "__")) and not (folder / name).is_symlink():
            yield from _names_below(folder / name, f"{place}{name}/", deep - 1)
