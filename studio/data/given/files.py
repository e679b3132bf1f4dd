"""The door to what is given: each file or folder by its name, and by the data that the network learned from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from models.basics.text import natural
from studio.data.errors import DataError
from studio.data.formats.arrays.door import SUFFIXES as ARRAYS
from studio.data.formats.images import image_files, images_below
from studio.data.formats.tables.door import SUFFIXES as TABLES
from studio.data.frames.files import recording_files
from studio.data.given.arrays import arrays
from studio.data.given.base import Asked, Given, Left, Reading, only_input
from studio.data.given.images import image, images
from studio.data.given.programs import program
from studio.data.given.recordings import recording
from studio.data.given.tables import rows
from studio.data.given.texts import column_of_texts, plain_text
from studio.data.kinds.corpus import PLAIN, Texts
from studio.data.kinds.frames import Frames
from studio.data.kinds.own_code import OwnCode
from studio.data.paths import DEEPEST

USUAL: Mapping[str, Reading] = {**dict.fromkeys(TABLES, rows), **dict.fromkeys(ARRAYS, arrays)}
OF_ITS_OWN: Mapping[type[Any], Mapping[str, Reading]] = {
    Frames: {".wav": recording, ".npy": recording},
    OwnCode: {".py": program},
    Texts: {**dict.fromkeys(TABLES, column_of_texts), **dict.fromkeys(PLAIN, plain_text)},
}
"""What data sets of some kinds read in another way, by the suffixes of files."""
MOST_FILES = 1_000_000


def given(paths: Sequence[Path], asked: Asked) -> Given:
    """The examples in files and folders, in order; what cannot be used is `Left`. Raises `DataError` where nothing is
    at a path, or no file in a folder is one for this network."""
    inside = {path: listed(path, asked) for path in paths}
    every = [file for path in paths for file in inside[path]]
    below = ((path, file) for path, files in inside.items() for file in files if file != path)
    asked = asked._replace(names={file: file.relative_to(path).as_posix() for path, file in below})
    if len(every) > MOST_FILES:
        raise DataError(f"Expected up to {MOST_FILES:,} files, found {len(every):,}. Give fewer at a time.")
    for is_image, some in groupby(every, _is_image):
        files = list(some)
        yield from _tried(files[0], asked, images(files, asked)) if is_image else _each(files, asked)


def listed(path: Path, asked: Asked) -> list[Path]:
    """A file, or the files in a folder that suit the network, as people count them; raises `DataError` for none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise DataError(f"There is no file or folder “{path.name[:60]}”. Check its name.")
    found: list[str] = []
    if any(wanted.is_image for wanted in asked.inputs):
        found = images_below(str(path), DEEPEST)
    else:
        suffixes = dict.fromkeys((*_own(asked), *USUAL))
        found = next((files for suffix in suffixes if (files := recording_files(str(path), suffix))), [])
    if not found:
        raise DataError(f"{path.name}: no file in it is one that this network takes. Choose other files.")
    return sorted(map(Path, found), key=lambda file: _place(file.relative_to(path)))


def _place(file: Path) -> list[tuple[bool, list[tuple[int, str]]]]:
    """Where a file stands among others: those of a folder before the folders in it, as people count them."""
    return [(place < len(file.parts) - 1, natural(part)) for place, part in enumerate(file.parts)]


def _each(files: Sequence[Path], asked: Asked) -> Given:
    for file in files:
        yield from _tried(file, asked, reading_of(file, asked)(file, asked))


def _tried(file: Path, asked: Asked, found: Given) -> Iterator[Any]:
    """The examples of a file; one that does not suit the network is left out with the reason."""
    try:
        yield from found
    except DataError as error:
        yield Left(asked.name(file), str(error))


def reading_of(file: Path, asked: Asked) -> Reading:
    """How a file is read."""
    suffix = file.suffix.lower()
    return _own(asked).get(suffix) or USUAL.get(suffix) or (image if _is_image(file) else _unknown)


def _own(asked: Asked) -> Mapping[str, Reading]:
    kinds = type(asked.dataset).__mro__
    return next((OF_ITS_OWN[kind] for kind in kinds if kind in OF_ITS_OWN), {})


def _unknown(file: Path, asked: Asked) -> Given:
    only_input(asked, f"a {file.suffix[:8]} file" if file.suffix else "this file")
    raise DataError(f"{file.name[:60]}: expected an image, a table, an array, a recording or a text. Convert it.")
    yield


def _is_image(file: Path) -> bool:
    return bool(image_files("", [file.name]))
