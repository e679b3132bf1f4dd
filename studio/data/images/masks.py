"""Masks beside images: a picture whose levels or colors say of each pixel what it belongs to."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio.data.errors import DataError
from studio.data.formats.images import BROKEN, images_below, reason
from studio.data.formats.threads import in_threads
from studio.data.images.pairs import PAIRS
from studio.data.images.places import content

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COLOR = 1 << 24
"""Added to a color's three bytes, so that colors are told from levels of gray."""
MOST_LEVELS = 256
TWO = "black and white"
_BLURRED = (".jpg", ".jpeg", ".jpe", ".jfif")  # compression makes levels that nobody drew


def mask_name(path: str, folder: str) -> str:
    """What an image and its mask have in common: the name without what marks a mask."""
    marks = ("mask", "masks", "label", "labels", "segmentation", "seg", "gt", "matte")
    name = os.path.splitext(os.path.relpath(path, folder))[0]
    head, _, last = name.replace("-", "_").rpartition("_")
    name = name[: len(head)] if head and last.lower() in marks else name
    return unicodedata.normalize("NFC", name)


def mask_pairs(images: str, masks: str) -> list[tuple[str, str]]:
    """Images with the masks of their names in another folder, such as a_mask.png."""
    found = {mask_name(path, masks): path for path in images_below(masks)}
    every = [(path, mask_name(path, images)) for path in images_below(images)]
    return [(path, found[name]) for path, name in every if name in found]


def read_mask(path: str, size: tuple[int, int], two: bool) -> NDArray[np.int64]:
    """The levels of a mask, H×W, upright and of this size (height, width).

    Gray levels, or numbers in a palette; a color is its three bytes above 1 << 24. With
    `two` a pixel is 1 where it is light, else 0.
    """
    import numpy as np
    from PIL import Image, ImageOps

    formats = ["AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM"]
    formats += ["TGA", "TIFF", "WEBP"]
    with Image.open(content(path), formats=formats) as image:
        if image.width * image.height > 1 << 26:
            raise ValueError(f"{image.width} by {image.height} pixels are too many")
        upright = ImageOps.exif_transpose(image)
        if two:
            upright = upright.convert("L")
        elif upright.mode not in ("1", "L", "P", "I", "I;16", "I;16B"):
            upright = upright.convert("RGB")
        levels = np.asarray(upright).astype(np.int64)
    if levels.ndim == 3:
        red, green, blue = np.moveaxis(levels, -1, 0)
        colors = (1 << 24) + (red << 16) + (green << 8) + blue
        levels = np.where((red == green) & (green == blue), red, colors)
    if two:
        levels = (levels >= 128).astype(np.int64)
    # The pixel in which the middle of each pixel of the new size lies.
    height, width = levels.shape
    rows = ((np.arange(size[0]) + 0.5) * height / size[0]).astype(np.int64)
    columns = ((np.arange(size[1]) + 0.5) * width / size[1]).astype(np.int64)
    return np.ascontiguousarray(levels[rows][:, columns])


def mask_or_reason(path: str, size: tuple[int, int], two: bool) -> NDArray[np.int64] | str:
    """A mask, or why it can't be read in a few words."""
    try:
        return read_mask(path, size, two)
    except BROKEN as error:
        return reason(error)


def levels_of(name: str, masks: Sequence[NDArray[np.int64]], paths: Sequence[str], two: bool) -> tuple[int, ...]:
    """All levels that occur, in order; raises `DataError` where these are no masks of a few classes."""
    import numpy as np

    levels = tuple(int(level) for level in np.unique(np.concatenate([np.unique(mask) for mask in masks])))
    blurred = next((path for path in paths if path.lower().endswith(_BLURRED)), "")
    if len(levels) > MOST_LEVELS and not blurred:
        raise DataError(
            f"{name}: expected masks of a few levels, found {len(levels):,}; at most {MOST_LEVELS} can be classes. Set "
            f"the task to “{PAIRS}” if these are images, or masks to “{TWO}”.",
            task=PAIRS,
        )
    if blurred and len(levels) > 2 and not two:
        raise DataError(
            f"{name}: expected masks of a few levels, found {len(levels):,}; JPEG blurs them. Save them as PNG, set "
            f"masks to “{TWO}”, or the task to “{PAIRS}” if these are images.",
            masks=TWO,
        )
    return levels


def class_names(levels: Sequence[int], two: bool) -> tuple[str, ...]:
    """What the classes of these levels are called: by the level, or the color."""
    if two:
        return tuple(("background", "object")[level] for level in levels)
    return tuple(f"#{level - COLOR:06x}" if level >= COLOR else str(level) for level in levels)


def read_masks(paths: Sequence[str], size: tuple[int, int], two: bool, threads: int) -> list[NDArray[np.int64] | str]:
    """The masks in order, or why each can't be read."""
    return [*in_threads(lambda path: mask_or_reason(path, size, two), paths, threads)]
