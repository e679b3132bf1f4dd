"""Images that are to become of others, which lie in another folder under the same names, or of themselves."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from studio.data.errors import DataError
from studio.data.formats.images import decoded, images_below
from studio.data.formats.memory import check_memory
from studio.data.formats.threads import in_threads
from studio.data.images.steps import threads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAIRS, ITSELF = "image to image", "the image itself"
"""The tasks of which images are the targets."""
SMALLER = "Set a smaller size."


class Form(NamedTuple):
    """What images are brought to: height and width, and Pillow's mode."""

    size: tuple[int, int]
    mode: str

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels × height × width."""
        return (3 if self.mode == "RGB" else 1, *self.size)


def image_name(path: str, folder: str) -> str:
    """What two images have in common: the name without what tells them apart, such as a_noisy.png and a_clean.png."""
    marks = "noisy clean blurred sharp low high lr hr gray color input target output before after original"
    name = os.path.splitext(os.path.relpath(path, folder))[0]
    head, _, last = name.replace("-", "_").rpartition("_")
    name = name[: len(head)] if head and last.lower() in marks.split() else name
    return unicodedata.normalize("NFC", name)


def image_pairs(images: str, others: str) -> list[tuple[str, str]]:
    """Images with those of their names in another folder, or each with itself where it is the same folder."""
    if images == others:
        return [(path, path) for path in images_below(images)]
    found = {image_name(path, others): path for path in images_below(others)}
    every = [(path, image_name(path, images)) for path in images_below(images)]
    return [(path, found[name]) for path, name in every if name in found]


def aims_of(
    name: str, parts: Sequence[Sequence[str]], form: Form, step: Callable[[], None]
) -> tuple[list[list[NDArray[np.uint8] | None]], list[tuple[str, str]]]:
    """The images of each part that are to be given, None for one that can't be read, and why some can't; raises
    `DataError` where none can be."""
    every = [path for paths in parts for path in paths]
    # As bytes, and behind the split as numbers.
    check_memory(f"{len(every):,} images of {form.size[0]}×{form.size[1]}", 6 * len(every) * prod(form.shape), SMALLER)
    read = partial(decoded, size=form.size, mode=form.mode)
    found: list[list[NDArray[np.uint8] | None]] = []
    broken: list[tuple[str, str]] = []
    for paths in parts:
        found.append([])
        for path, image in zip(paths, in_threads(read, paths, threads()), strict=True):
            broken += [(path, image)] if isinstance(image, str) else []
            found[-1].append(None if isinstance(image, str) else image)
            step()
    if every and len(broken) == len(every):
        path, why = broken[0]
        raise DataError(f"{name}: none of {len(every):,} images can be read. First: {os.path.basename(path)} ({why}).")
    return found, broken
