"""Images read in plain Python, for exported scripts: at once or as they come, with classes or with masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from models.codegen.feeding.decoding import THREADED, THREADED_IMPORTS
from models.codegen.formatting import literal, statement
from studio.data.formats.images import (
    IMAGE_READERS,
    class_files,
    class_images,
    image_files,
    images_below,
    without_masks,
)
from studio.data.images.folders import Listing
from studio.data.images.masks import mask_name, mask_pairs, read_mask
from studio.data.images.places import sources
from studio.data.script import function_source, parts_source
from studio.data.splitting.listing import name_below

BROKEN_SOURCE = """# What Pillow's decoders raise on broken files.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, TypeError, LookupError)
BROKEN += (ArithmeticError, RuntimeError, MemoryError, AttributeError, AssertionError)
BROKEN += (struct.error, zlib.error)
"""
_CLASSES = '''
def read_folder(folder):
    """Images as uint8, N×C×H×W; targets as class indices. What can't be read is left out."""
    {begun}
    for number, name in enumerate(CLASSES):
        for path in class_images(folder, name):
            try:
                x.append(read_image(path, SIZE, MODE))
            except BROKEN:
                continue
            y.append(number){of_image}
    return np.stack(x), np.array(y, dtype=np.int64){names}
'''
_MASKS = '''
def read_pairs(images, masks):
    """Images as uint8, N×C×H×W; of each pixel its class. What can't be read is left out."""
    {begun}
    for image, mask in mask_pairs(images, masks):
        try:
            pair = read_image(image, SIZE, MODE), read_mask(mask, SIZE, two=TWO)
        except BROKEN:
            continue
        x.append(pair[0])
        y.append(np.searchsorted(LEVELS, pair[1])){of_pair}
    return np.stack(x), np.stack(y){names}
'''
_MASKS_STREAMED = '''
def read_pairs(images, masks):
    """Images that are decoded as they come; of each pixel its class."""
    {begun}
    for image, mask in mask_pairs(images, masks):
        try:
            levels = read_mask(mask, SIZE, two=TWO)
        except BROKEN:
            continue
        x.append(image)
        y.append(np.searchsorted(LEVELS, levels)){of_pair}
    return Images(x), np.stack(y){names}
'''
_UNNAMED = {"begun": "x, y = [], []", "of_image": "", "of_pair": "", "names": "", "all_names": ""}
_NAMED = {
    "begun": "x, y, names = [], [], []",
    "of_image": "\n            names.append(name_below(path, FOLDER))",
    "of_pair": "\n        names.append(name_below(image, FOLDER))",
    "names": ", names",
    "all_names": ", [name_below(path, FOLDER) for path in files]",
}
"""What notes the names of examples, where lists have them."""
_DATA = '''
def read_data():
    """The images of {what}."""
    return {parts}
'''


def images_source(
    found: Listing, size: tuple[int, int], mode: str, *, streams: bool, levels: Sequence[int], two: bool, named: bool
) -> str:
    """A function `read_data` with all that it needs, which gives the names of the examples as well if they are
    ``named``; ``levels`` are those of masks, none where there are classes."""
    from studio.data.formats.streamed import IMAGES

    imports, places = sources(found.root)
    functions = [*places, function_source(image_files), function_source(images_below)]
    of_masks, of_classes = (mask_name, mask_pairs, read_mask), (without_masks, class_images, class_files)
    of_targets: tuple[Callable[..., Any], ...] = of_masks if levels else of_classes
    functions += map(function_source, (*of_targets, *IMAGE_READERS))
    functions += [function_source(name_below)] if named else []
    before = [THREADED, IMAGES.strip() + "\n"] if streams else []
    reading = [part.format(**_NAMED if named else _UNNAMED) for part in _reading(streams, bool(levels))]
    constants = "\n".join(_constants(found, size, mode, imports, streams, levels, two))
    return "\n\n".join((constants, *functions, *before, *reading, _data(found, bool(levels)).strip()))


def _reading(streams: bool, masks: bool) -> list[str]:
    from studio.data.formats.streamed import LISTED

    if not streams:
        return [(_MASKS if masks else _CLASSES).strip() + "\n"]
    return [(_MASKS_STREAMED if masks else LISTED).strip() + "\n"]


def _constants(
    found: Listing,
    size: tuple[int, int],
    mode: str,
    imports: list[str],
    streams: bool,
    levels: Sequence[int],
    two: bool,
) -> list[str]:
    lines = sorted({*imports, *([] if levels else ["import re"]), "import struct", "import unicodedata", "import zlib"})
    lines += THREADED_IMPORTS if streams else ()
    lines = sorted(lines, key=lambda line: line.startswith("from"))
    lines += ["", "from PIL import Image, ImageOps", ""]
    lines += statement(0, f"FOLDER = {literal(str(found.root))}")
    if levels:
        lines += [*statement(0, f"LEVELS = {literal(list(levels))}  # of masks, by class"), f"TWO = {two}"]
    else:
        lines += statement(0, f"CLASSES = {literal(list(found.classes))}")
    return [*lines, f"SIZE = {size}  # height, width", f'MODE = "{mode}"', BROKEN_SOURCE]


def _data(found: Listing, masks: bool) -> str:
    calls = [_call(part.folder, part.masks_folder) if masks else _call(part.folder) for part in found.parts]
    name = "read_pairs" if masks else "read_folder"
    calls = [f"{name}({call})" for call in calls]
    what = "all classes" if not masks else "the folder"
    return parts_source(_DATA, calls, what)


def _call(*folders: str) -> str:
    return ", ".join(f"os.path.join(FOLDER, {literal(folder)})" if folder else "FOLDER" for folder in folders)
