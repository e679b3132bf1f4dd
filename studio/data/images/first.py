"""A few images of a large folder, found without listing it."""

from __future__ import annotations

import os
import time
from functools import partial
from itertools import islice
from pathlib import Path

from studio.data.formats.images import decoded, header_size, image_files
from studio.data.images.folders import folders_in, inner_folder
from studio.data.paths import parts_in

CLASSES, EACH, SCANNED = 24, 2, 200
"""Folders that are looked into, images that are shown of each, and names that are read of each."""
MANY = 1_000
"""Names that are met in a folder of which it is worth showing some first."""
LONGEST = 0.25
"""Seconds after which no further image is decoded."""


def first_images(root: Path) -> tuple[tuple[str, ...], list[tuple[str, int]]]:
    """The classes of a folder, and some images with the class of each; none where the folder is small, or holds no
    folder a class with images in it. Raises `OSError`."""
    top = root.joinpath(*(inner_folder(root, part) for part in parts_in(folders_in(root))[:1]))
    classes = tuple(sorted(folders_in(top)))
    found, met = [], 0
    for place, name in list(enumerate(classes))[:: -(-len(classes) // CLASSES) or 1]:
        with os.scandir(top / name) as items:
            names = [item.name for item in islice(items, SCANNED)]
        met += len(names)
        found += [(path, place) for path in image_files(str(top / name), names)[:EACH]]
    return classes, found if met >= MANY else []


def decoded_first(
    found: list[tuple[str, int]], size: tuple[int, int] | None, mode: str
) -> tuple[list[object], list[int]]:
    """As many of some images as can be decoded at once, with their classes; of the first one's ``size`` unless told."""
    images, labels, end = list[object](), list[int](), time.monotonic() + LONGEST
    size = size or next(filter(None, (header_size(path) for path, _ in found)), None)
    decode = partial(decoded, size=size or (1, 1), mode=mode)
    for path, place in found if size else ():
        image = decode(path)
        if not isinstance(image, str):
            images.append(image)
            labels.append(place)
        if time.monotonic() > end:
            break
    return images, labels
