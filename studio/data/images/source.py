"""Images read in plain Python, for exported scripts: at once or as they come, with classes or with masks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

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
from studio.data.images.pairs import Form, image_name, image_pairs
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
_BESIDE = '''
def read_pairs(images, others):
    """Images, and of each {what}. What can't be read is left out."""
    {{begun}}
    for image, other in {pairs}(images, others):
        try:
            one, target = {image}, {target}
        except BROKEN:
            continue
        x.append(one)
        y.append({given}){{of_pair}}
    return {stacked}(x), np.stack(y){{names}}
'''
_OF_MASKS = {
    "what": "its pixels' classes",
    "pairs": "mask_pairs",
    "target": "read_mask(other, SIZE, two=TWO)",
    "given": "np.searchsorted(LEVELS, target)",
}
_OF_IMAGES = {
    "what": "what is to become of it",
    "pairs": "image_pairs",
    "target": "read_image(other, *TARGETS)",
    "given": "target",
}
_AT_ONCE = {"image": "read_image(image, SIZE, MODE)", "stacked": "np.stack"}
_STREAMED = {"image": "image", "stacked": "Images"}
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


class Told(NamedTuple):
    """What stands beside each image: a mask of these ``levels``, or an image that is brought to a ``form``."""

    levels: Sequence[int]
    two: bool
    form: Form | None


def images_source(found: Listing, form: Form, told: Told | None, *, streams: bool, named: bool) -> str:
    """A function `read_data` with all that it needs, which gives the names of the examples as well if they are
    ``named``; ``told`` is what stands beside images, None where they have classes."""
    from studio.data.formats.streamed import IMAGES

    imports, places = sources(found.root)
    functions = [*places, function_source(image_files), function_source(images_below)]
    of_masks, of_classes = (mask_name, mask_pairs, read_mask), (without_masks, class_images, class_files)
    of_targets: tuple[Callable[..., Any], ...] = of_classes
    if told is not None:
        of_targets = of_masks if told.form is None else (image_name, image_pairs)
    functions += map(function_source, (*of_targets, *IMAGE_READERS))
    functions += [function_source(name_below)] if named else []
    before = [THREADED, IMAGES.strip() + "\n"] if streams else []
    reading = [part.format(**_NAMED if named else _UNNAMED) for part in _reading(streams, told)]
    constants = "\n".join(_constants(found, form, imports, streams, told))
    return "\n\n".join((constants, *functions, *before, *reading, _data(found, told is not None).strip()))


def _reading(streams: bool, told: Told | None) -> list[str]:
    from studio.data.formats.streamed import LISTED

    if told is None:
        source = LISTED if streams else _CLASSES
    else:
        aims = _OF_MASKS if told.form is None else _OF_IMAGES
        source = _BESIDE.format(**aims, **(_STREAMED if streams else _AT_ONCE))
    return [source.strip() + "\n"]


def _constants(found: Listing, form: Form, imports: list[str], streams: bool, told: Told | None) -> list[str]:
    lines = sorted({*imports, *([] if told else ["import re"]), "import struct", "import unicodedata", "import zlib"})
    lines += THREADED_IMPORTS if streams else ()
    lines = sorted(lines, key=lambda line: line.startswith("from"))
    lines += ["", "from PIL import Image, ImageOps", ""]
    lines += statement(0, f"FOLDER = {literal(str(found.root))}")
    if told and told.form:
        lines.append(f'TARGETS = {told.form.size}, "{told.form.mode}"  # height, width; mode')
    elif told:
        lines += [*statement(0, f"LEVELS = {literal(list(told.levels))}  # of masks, by class"), f"TWO = {told.two}"]
    else:
        lines += statement(0, f"CLASSES = {literal(list(found.classes))}")
    return [*lines, f"SIZE = {form.size}  # height, width", f'MODE = "{form.mode}"', BROKEN_SOURCE]


def _data(found: Listing, pairs: bool) -> str:
    calls = [_call(part.folder, part.masks_folder) if pairs else _call(part.folder) for part in found.parts]
    name = "read_pairs" if pairs else "read_folder"
    calls = [f"{name}({call})" for call in calls]
    what = "all classes" if not pairs else "the folder"
    return parts_source(_DATA, calls, what)


def _call(*folders: str) -> str:
    return ", ".join(f"os.path.join(FOLDER, {literal(folder)})" if folder else "FOLDER" for folder in folders)
