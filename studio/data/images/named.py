"""Images that the cells of a table name: found beneath the table's folder alone, whatever a cell says."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.codegen.formatting import literal, statement
from studio.data.errors import DataError
from studio.data.formats.images import IMAGE_READERS, decoded, image_files, images_below
from studio.data.formats.memory import check_memory
from studio.data.formats.threads import in_threads
from studio.data.images.places import sources
from studio.data.images.source import BROKEN_SOURCE
from studio.data.images.steps import Steps, threads, usual_size
from studio.data.script import function_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHOWN = 5
_PICTURE = '''
def picture(images, cell):
    """The image that a cell names, None where it can't be read."""
    try:
        return read_image(images[image_name(cell)], SIZE, MODE)
    except BROKEN:
        return None
'''


def named_images(folder: str) -> dict[str, str]:
    """The images beneath a folder by path, and by each name that one alone has."""
    paths = images_below(folder, 3)
    found = {image_name(os.path.relpath(path, folder)): path for path in paths}
    names = [os.path.basename(path) for path in paths]
    for known in (names, [os.path.splitext(name)[0] for name in names]):
        counts = Counter(known)
        for name, path in zip(known, paths, strict=True):
            if counts[name] == 1:
                found.setdefault(image_name(name), path)
    return found


def image_name(cell: str) -> str:
    """A path or a name of an image in one way of writing."""
    name = unicodedata.normalize("NFC", cell.strip().replace("\\", "/"))
    return name.removeprefix("./")


def name_images(cells: Sequence[str]) -> bool:
    """Whether cells look like names of images, all that hold anything."""
    filled = [os.path.basename(image_name(cell)) for cell in cells if cell.strip()]
    return bool(filled) and len(image_files("", filled)) == len(filled)


def call_images(cells: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether cells are names of images that are there, without their endings: texts, and most of them."""
    filled = [image_name(cell) for cell in cells if cell.strip()]
    return not all(map(str.isdecimal, filled)) and 2 * sum(name in known for name in filled) > len(filled)


class Pictures:
    """The images that some columns of a table name, row by row."""

    def __init__(self, folder: Path, cells: dict[int, list[str]], size: tuple[int, int] | None, mode: str) -> None:
        known = named_images(str(folder))
        self.folder, self.mode = folder, mode
        self._cells = cells
        self.paths = {column: [known.get(image_name(cell), "") for cell in found] for column, found in cells.items()}
        every = sorted({path for paths in self.paths.values() for path in paths if path})
        if not every:
            first = next(iter(cells.values()), [""])[0]
            raise DataError(
                f"{folder.name}: expected images beneath the table’s folder, found none called “{first[:40]}”. Put "
                "the table beside its images."
            )
        self.size = size or usual_size(every)

    def read(
        self, kept: NDArray[np.bool_], step: Steps
    ) -> tuple[dict[int, NDArray[np.uint8]], NDArray[np.bool_], tuple[str, ...]]:
        """The images of the rows that are ``kept`` and have all of them, by column; which rows these are; a remark."""
        import numpy as np

        rows = np.flatnonzero(kept)
        shape = (len(rows), 3 if self.mode == "RGB" else 1, *self.size)
        what = f"{len(rows) * len(self.paths):,} images of {self.size[0]}×{self.size[1]}"
        check_memory(what, 2 * len(self.paths) * prod(shape), "Set a smaller size.")
        whole, found, broken = np.ones(len(rows), dtype=bool), {}, []
        for column, paths in self.paths.items():
            found[column] = np.zeros(shape, dtype=np.uint8)
            decode = partial(_decoded, size=self.size, mode=self.mode)
            asked = [paths[row] for row in rows]
            for place, image in enumerate(in_threads(decode, asked, threads())):
                if isinstance(image, str):
                    whole[place] = False
                    broken.append(f"{self._cells[column][rows[place]][:40] or 'a gap'} ({image})")
                else:
                    found[column][place] = image
                step()
        if not whole.any():
            raise DataError(f"{self.folder.name}: none of {len(broken):,} images can be read. First: {broken[0]}.")
        left = kept.copy()
        left[rows] = whole
        return {column: images[whole] for column, images in found.items()}, left, _remark(broken, len(rows))

    def imports(self) -> list[str]:
        """What a script imports to read them."""
        imports, _ = sources(self.folder)
        more = ("import struct", "import unicodedata", "import zlib", "from collections import Counter")
        return [*imports, *more, "from PIL import Image, ImageOps"]

    def constants(self) -> list[str]:
        """The lines with which a script says what is read."""
        folder = statement(0, f"FOLDER = {literal(str(self.folder))}")
        columns = f"IMAGES = {list(self.paths)}  # columns"
        return [*folder, columns, f"SIZE = {self.size}  # height, width", f'MODE = "{self.mode}"', BROKEN_SOURCE]

    def functions(self) -> list[str]:
        """The functions with which a script reads them."""
        _, places = sources(self.folder)
        used: tuple[Callable[..., Any], ...] = (image_files, images_below, named_images, image_name)
        return [*places, *map(function_source, (*used, *IMAGE_READERS)), _PICTURE.strip() + "\n"]


def _decoded(path: str, size: tuple[int, int], mode: str) -> NDArray[np.uint8] | str:
    return decoded(path, size, mode) if path else "no image of that name beneath the table’s folder"


def _remark(broken: list[str], total: int) -> tuple[str, ...]:
    if not broken:
        return ()
    more = ", …" if len(broken) > _SHOWN else ""
    return (f"{len(broken):,} images can't be read, their rows are left out: {', '.join(broken[:_SHOWN])}{more}",)
