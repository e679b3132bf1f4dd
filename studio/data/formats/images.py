"""Reading images without trusting them: only the formats that are announced, none too large, no program started."""

from __future__ import annotations

import os
import re
import struct
import threading
import unicodedata
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from studio.data.images.places import content, entries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM", "TGA", "TIFF", "WEBP")
MOST_PIXELS = 1 << 26
LARGE = 1 << 22
"""Pixels of an image that is decoded alone: decoders take several bytes for each."""
# What Pillow's decoders raise on broken files.
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError, ArithmeticError, RuntimeError)
BROKEN = (*_BROKEN, struct.error, zlib.error, MemoryError, AttributeError, AssertionError)

ORIENTATION, ON_ITS_SIDE = 0x0112, (5, 6, 7, 8)  # as EXIF has it
_alone = threading.Lock()


def image_files(folder: str, files: list[str]) -> list[str]:
    """The image files among those in a folder, in the order of their names."""
    common = (".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".webp")
    others = (".avif", ".j2k", ".jp2", ".pgm", ".ppm", ".tga", ".tif", ".tiff")
    shown = [name for name in files if not name.startswith(".")]
    images = [name for name in shown if name.lower().endswith(common + others)]
    return [os.path.join(folder, name) for name in images]


def images_below(folder: str, depth: int = 2) -> list[str]:
    """The images in a folder, and behind them those in its folders, `depth` levels deep.

    What archives and network disks leave behind is passed over; so are links to folders.
    """
    folders, files = entries(folder)
    found = image_files(folder, files)
    for name in folders if depth else ():
        below = os.path.join(folder, name)
        junk = name.startswith(".") or name in ("__MACOSX", "@eaDir")
        if not junk and not os.path.islink(below):
            found += images_below(below, depth - 1)
    return found


def without_masks(files: list[str]) -> list[str]:
    """Images but for masks that lie beside them: of `a.png` and `a_mask.png` the first."""
    if not any("_mask" in file.lower() for file in files):
        return files
    stems = [os.path.splitext(file)[0].lower() for file in files]
    owners = [re.sub(r"_mask(_\d+)?$", "", stem) for stem in stems]
    known = set(stems)
    each = zip(files, stems, owners, strict=True)
    return [file for file, stem, owner in each if owner == stem or owner not in known]


def class_images(folder: str, name: str) -> list[str]:
    """The images of a class without masks of them."""
    return without_masks(class_files(folder, name))


def class_files(folder: str, name: str) -> list[str]:
    """All images in the folders of a class: systems write letters with marks in two ways."""
    files = []
    for entry in entries(folder)[0]:
        if unicodedata.normalize("NFC", entry) == name:
            files += images_below(os.path.join(folder, entry))
    return files


def opened_image(path: str) -> Image.Image:
    """An image of which the header alone is read; raises `ValueError` for one that is too large."""
    from PIL import Image

    # Others may start programs to be read.
    formats = ["AVIF", "BMP", "GIF", "JPEG", "JPEG2000", "PNG", "PPM"]
    formats += ["TGA", "TIFF", "WEBP"]
    try:
        image = Image.open(content(path), formats=formats)
    except Image.DecompressionBombError as error:
        raise ValueError(str(error)) from error
    if image.width * image.height > 1 << 26:
        image.close()
        raise ValueError(f"{image.width} by {image.height} pixels are too many")
    return image


def upright_pixels(image: Image.Image, size: tuple[int, int], mode: str) -> NDArray[np.uint8]:
    """An image as C×H×W of uint8, upright, resized where it is of another size (height, width)."""
    import numpy as np
    from PIL import Image, ImageOps

    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers")
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I"):  # 16 bits, of which the upper 8 are kept
        levels = np.asarray(image, dtype=np.int64)
        if image.mode != "I" or levels.max() > 255:  # 8 bits may be stored in 32
            levels = levels >> 8
        image = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    pixels = image if image.mode == mode else image.convert(mode)
    if pixels.size != (size[1], size[0]):
        pixels = pixels.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    values = np.asarray(pixels, dtype=np.uint8)
    return values[None] if values.ndim == 2 else values.transpose(2, 0, 1)


def read_image(path: str, size: tuple[int, int], mode: str) -> NDArray[np.uint8]:
    """One image of a file, as `upright_pixels` gives it."""
    with opened_image(path) as image:
        return upright_pixels(image, size, mode)


IMAGE_READERS: tuple[Callable[..., Any], ...] = (opened_image, upright_pixels, read_image)
"""The functions that read an image, all of which a script needs."""


def header_size(path: str) -> tuple[int, int] | None:
    """Height and width as the header says, None where it can't be read."""
    from PIL import Image

    try:
        with Image.open(content(path), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            # Asking a PNG for it decodes the whole image; cameras write others.
            turned = image.format != "PNG" and image.getexif().get(ORIENTATION, 1) in ON_ITS_SIDE
            return (image.width, image.height) if turned else (image.height, image.width)
    except (*BROKEN, Image.DecompressionBombError):
        return None


def reason(error: Exception) -> str:
    """Why an image can't be read, in a few words."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if type(error).__name__ == "UnidentifiedImageError":
        return "no image"
    return str(error)[:80] or type(error).__name__


def decoded(path: str, size: tuple[int, int], mode: str) -> NDArray[np.uint8] | str:
    """The image, or why it can't be read in a few words; large ones one after the other, whatever thread asks."""
    try:
        with opened_image(path) as image, _alone if image.width * image.height > LARGE else nullcontext():
            return upright_pixels(image, size, mode)
    except BROKEN as error:
        return reason(error)
