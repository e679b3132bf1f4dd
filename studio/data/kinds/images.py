"""A folder of images with one folder a class."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from models.codegen.formatting import literal, statement
from models.data import Facts
from models.specs.fields import Choice, OptionalSize, Text
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw
from studio.data.errors import DataError
from studio.data.formats.images import class_images, decoded, header_size, image_files, read_image
from studio.data.formats.memory import check_memory
from studio.data.formats.threads import in_threads
from studio.data.paths import located

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TRAINING, _HELD_OUT = ("train", "training"), ("validation", "val", "valid", "test", "testing")
_NOT_CLASSES = ("__MACOSX", "@eaDir")  # what archives and network disks leave behind
MOST_FILES = 5_000_000
AUTO, STREAMED = "auto", "streamed"
MANY, MUCH = 100_000, 1 << 30
"""Images, and bytes of them in memory, from which they are streamed unasked: decoding all of them would hold up the
start, or take more memory than others leave."""
HEADERS = 512
"""Images of many whose headers tell the size."""
_READ = '''
def read_folder(folder):
    """Images as uint8, N×C×H×W; targets as class indices. What can't be read is left out."""
    x, y = [], []
    for number, name in enumerate(CLASSES):
        for path in class_images(folder, name):
            try:
                x.append(read_image(path, SIZE, MODE))
            except BROKEN:
                continue
            y.append(number)
    return np.stack(x), np.array(y, dtype=np.int64)


def read_data():
    """The images of {what}."""
    return {parts}
'''
_IMPORTS = """import os
import struct
import unicodedata
import zlib

from PIL import Image, ImageOps

{root}
{classes}
SIZE = {size}  # height, width
MODE = "{mode}"
# What Pillow's decoders raise on broken files.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError)
BROKEN += (ArithmeticError, RuntimeError, MemoryError, AttributeError, AssertionError)
BROKEN += (struct.error, zlib.error)
"""


class _Folders(NamedTuple):
    """Where images lie: one folder (held out by the split) or two (training, held out), below `root`."""

    root: Path
    parts: tuple[str, ...]
    classes: tuple[str, ...]


@DATASETS.register
class ImageFolder(Dataset, kind="image_folder"):
    """Images in folders by class."""

    title = "Image folder"
    icon = "folder"
    synonyms = ("pictures", "photos", "directory", "jpeg", "png")
    help = (
        "A folder with one folder of images for each class. Folders train and test (or validation) inside it are used "
        "as such. Images of another size are resized; broken and huge ones are left out and counted."
    )

    path = Text(label="Folder", path=True, folder=True, help="The folder; relative paths start at the document.")
    size = OptionalSize(
        2, maximum=4096, help="Height and width; where empty, those that most images have.", unit="pixels"
    )
    color = Choice("RGB", ("RGB", "grayscale"), help="Three channels or one.")
    loading = Choice(
        AUTO,
        (AUTO, "resident", STREAMED),
        advanced=True,
        help="Decode all images once and keep them, or each as it comes. Auto streams from 100,000 images or 1 GB on.",
    )

    def read_facts(self, base: Path | None) -> Facts:
        """Classes are the folders' names; only the images' headers are read, and those not where a size is set."""
        folders = self._folders(base)
        parts = [[path for paths in _files(folders, part) for path in paths] for part in folders.parts]
        files = [path for part in parts for path in part]
        size = self._size(files)
        shape = (3 if self.color == "RGB" else 1, *size)
        training = len(parts[0]) if len(parts) == 2 else None
        streamed = self._streams(len(files), size)
        return Facts.simple(self.title, shape, folders.classes, (), len(files), training, streamed=streamed)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        folders = self._folders(base)
        files = {part: _files(folders, part) for part in folders.parts}
        every = [path for groups in files.values() for paths in groups for path in paths]
        size = self._size(every, progress)
        if self._streams(len(every), size):
            held = [self._listed(groups, size) for groups in files.values()]
            return Raw.simple(*held[0], folders.classes, held[1] if len(held) == 2 else None, _deeper_warning(folders))
        step = _Steps(progress, len(every))
        parts, left_out = [], []
        for groups in files.values():
            x, y, skipped = self._decode(groups, size, step)
            parts.append((x, y))
            left_out += [f"{os.path.relpath(path, folders.root)} ({why})" for path, why in skipped]
        if not sum(len(x) for x, _ in parts):
            raise DataError(f"{folders.root.name}: none of {len(every):,} images can be read. First: {left_out[0]}.")
        held_out = parts[1] if len(parts) == 2 else None
        warnings = (*_left_out_warning(left_out, len(every)), *_deeper_warning(folders))
        return Raw.simple(*parts[0], folders.classes, held_out, warnings)

    def read_source(self, base: Path | None) -> str:
        from studio.data.script import function_source

        folders = self._folders(base)
        files = [path for part in folders.parts for paths in _files(folders, part) for path in paths]
        constants = _IMPORTS.format(
            root="\n".join(statement(0, f"FOLDER = {literal(str(folders.root))}")),
            classes="\n".join(statement(0, f"CLASSES = {literal(list(folders.classes))}")),
            size=self._size(files),
            mode=self._mode(),
        )
        own_split = len(folders.parts) == 2
        calls = [
            f"read_folder(os.path.join(FOLDER, {literal(part)}))" if part else "read_folder(FOLDER)"
            for part in folders.parts
        ]
        reading = _READ.format(
            what="both parts" if own_split else "all classes",
            parts=f"(\n        *{calls[0]},\n        *{calls[1]},\n    )" if own_split else calls[0],
        )
        functions = [function_source(function) for function in (image_files, class_images, read_image)]
        if self._streams(len(files), self._size(files)):
            from studio.data.formats.streamed import SOURCE

            constants = f"from concurrent.futures import ThreadPoolExecutor\n{constants}"
            whole = "def read_data():" + reading.partition("def read_data():")[2]
            return "\n\n".join((constants, *functions, SOURCE.strip() + "\n", whole.strip()))
        return "\n\n".join((constants, *functions, reading.strip()))

    def _streams(self, count: int, size: tuple[int, int]) -> bool:
        """Whether images are decoded as they come: by the data alone, so that a run resumes as it began."""
        bytes = count * (3 if self.color == "RGB" else 1) * prod(size)
        return self.loading == STREAMED or (self.loading == AUTO and (count >= MANY or bytes >= MUCH))

    def _listed(self, groups: list[list[str]], size: tuple[int, int]) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
        """The images of one part, none of which is read yet, with their class indices."""
        import numpy as np

        from studio.data.formats.streamed import ImageFiles

        files = np.array([path for paths in groups for path in paths], dtype=object)
        labels = np.repeat(np.arange(len(groups)), [len(paths) for paths in groups])
        images = ImageFiles(files, size, self._mode())
        return cast("NDArray[np.generic]", images), labels.astype(np.int64)

    def _mode(self) -> str:
        return "RGB" if self.color == "RGB" else "L"

    def _size(self, files: list[str], progress: Progress | None = None) -> tuple[int, int]:
        """Height and width as set, else those that most images have (of equals the smallest)."""
        if self.size is not None:
            return self.size[0], self.size[1]
        found: Counter[tuple[int, int]] = Counter()
        some = files if len(files) < MANY else files[:: -(-len(files) // HEADERS)]
        for size in in_threads(header_size, some, _threads()):
            found.update([size] if size else [])
            if progress:
                progress(0, len(files))  # so that it can be left
        if not found:
            raise DataError(f"None of {len(files):,} images can be read. Choose a folder of images.")
        most = max(found.values())
        return min(size for size, count in found.items() if count == most)

    def _decode(
        self, groups: list[list[str]], size: tuple[int, int], step: _Steps
    ) -> tuple[NDArray[np.uint8], NDArray[np.int64], list[tuple[str, str]]]:
        """The images of one part with their class indices, and each that was left out with the reason."""
        import numpy as np

        files = [path for paths in groups for path in paths]
        labels = np.repeat(np.arange(len(groups)), [len(paths) for paths in groups])
        shape = (len(files), 3 if self.color == "RGB" else 1, *size)
        check_memory(f"{len(files):,} images of {size[0]}×{size[1]}", 2 * prod(shape), "Set a smaller size.")
        x = np.empty(shape, dtype=np.uint8)
        decode = partial(decoded, size=size, mode=self._mode())
        kept, skipped = [], []
        for number, image in enumerate(in_threads(decode, files, _threads())):
            if isinstance(image, str):
                skipped.append((files[number], image))
            else:
                x[number] = image
                kept.append(number)
            step()
        return (x if len(kept) == len(x) else x[kept]), labels[kept].astype(np.int64), skipped

    def _folders(self, base: Path | None) -> _Folders:
        root = located(self.path, base, "image folder", folder=True)
        names = _subfolders(root)
        training = next((name for name in names if name.lower() in _TRAINING), None)
        held_out = next((known for known in _HELD_OUT for name in names if name.lower() == known), None)
        parts: tuple[str, ...] = ("",)
        if training:
            parts = (training, *(name for name in names if held_out and name.lower() == held_out))
        classes = _in_order({_composed(name) for part in parts for name in _subfolders(root / part)})
        if not any(_images_of(root / part, name) for part in parts for name in classes):
            raise DataError(
                f"{root.name}: expected a folder of images for each class, found {len(names)} folders and no image in "
                "them. Choose the folder that holds the classes."
            )
        return _Folders(root, parts, classes)


class _Steps:
    """Counts what is done and tells `progress` of each hundredth."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0
        self._every = max(1, total // 100)

    def __call__(self) -> None:
        self._done += 1
        if self._progress and (self._done % self._every == 0 or self._done == self._total):
            self._progress(self._done, self._total)


def _files(folders: _Folders, part: str) -> list[list[str]]:
    """The image files of one part, a list for each class; raises `DataError`."""
    found = [_images_of(folders.root / part, name) for name in folders.classes]
    if sum(map(len, found)) > MOST_FILES:
        raise DataError(f"{folders.root.name}: expected at most {MOST_FILES:,} images, found more. Use a part of them.")
    return found


def _images_of(folder: Path, name: str) -> list[str]:
    """The images of a class."""
    try:
        return class_images(str(folder), name)
    except OSError as error:
        raise DataError(f"Could not look into {folder / name}: {error.strerror}.") from error


def _composed(name: str) -> str:
    """A name with each letter and its marks as one character (Unicode's NFC), as most systems write them."""
    return unicodedata.normalize("NFC", name)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Classes by their names; by size where all of them are numbers, so that the class 10 comes behind 9."""
    names = sorted(names)
    return tuple(sorted(names, key=int) if all(name.isdecimal() for name in names) else names)


def _threads() -> int:
    return min(8, os.cpu_count() or 1)


def _subfolders(folder: Path) -> list[str]:
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_dir())
        return [name for name in names if not name.startswith(".") and name not in _NOT_CLASSES]
    except OSError as error:
        raise DataError(f"Could not look into {folder}: {error.strerror}.") from error


def _left_out_warning(left_out: list[str], total: int) -> tuple[str, ...]:
    if not left_out:
        return ()
    names = ", ".join(left_out[:5]) + (", …" if len(left_out) > 5 else "")
    return (f"{len(left_out):,} of {total:,} images can't be read and are left out: {names}",)


def _deeper_warning(folders: _Folders) -> tuple[str, ...]:
    """Images in folders below a class belong to none."""
    tops = [folders.root / part for part in folders.parts]
    deeper = {
        f"{name}/{below}": _images_of(top / name, below)
        for top in tops
        for name in _subfolders(top)
        for below in _subfolders(top / name)
    }
    count = sum(map(len, deeper.values()))
    if not count:
        return ()
    names = [name for name, images in deeper.items() if images]
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return (f"{count:,} images in folders below a class are left out: {shown}",)
