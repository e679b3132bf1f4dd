"""Images for a network that takes images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.data.errors import DataError
from studio.data.formats.images import decoded
from studio.data.formats.threads import in_threads
from studio.data.given.base import Asked, Given, Left, Wanted, at_once, gathered, only_input
from studio.data.images.steps import threads

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BYTES = (0.0, 255.0)
OLD = "This run is from before it was kept how bright images are. Train it once more."


def image(path: Path, asked: Asked) -> Given:
    """One image."""
    return images([path], asked)


def images(paths: Sequence[Path], asked: Asked) -> Given:
    """Images, each called as its file; those that cannot be read are left out. Raises `DataError` where the network
    takes none."""
    import numpy as np

    wanted = only_input(asked, "an image")
    if not wanted.is_image:
        raise DataError(f"{paths[0].name}: the network takes {wanted.words}, not images. Give it a table or an array.")
    names = map(asked.name, paths)
    found = zip(names, decodings([str(path) for path in paths], wanted), strict=True)
    named = (Left(name, pixels) if isinstance(pixels, str) else (name, pixels) for name, pixels in found)
    yield from gathered(named, lambda some: {wanted.id: np.stack(some)}, at_once(wanted, 64))


def decodings(paths: Sequence[str], wanted: Wanted) -> Iterator[NDArray[np.generic] | str]:
    """Each image as the data holds images, or why it cannot be read; raises `DataError` where that is not known."""
    span = wanted.span
    if span is None:
        raise DataError(OLD)
    channels, height, width = wanted.shape
    work = partial(decoded, size=(height, width), mode="RGB" if channels == 3 else "L")
    for pixels in in_threads(work, paths, threads()):
        yield pixels if isinstance(pixels, str) or span == BYTES else _within(pixels, span)


def _within(pixels: NDArray[np.uint8], span: tuple[float, float]) -> NDArray[Any]:
    """Gray levels from 0 to 255 as the values that the data has."""
    import numpy as np

    low, high = span
    return (low + pixels.astype(np.float32) / 255 * (high - low)).astype(np.float32)


def span_note(wanted: Wanted) -> str:
    """What is said where images are not taken as they are, "" else."""
    if wanted.span in (None, BYTES) or not wanted.is_image:
        return ""
    low, high = wanted.span or BYTES
    return f"Gray levels of images are read as {low:g} to {high:g}, as in the data of the training."
