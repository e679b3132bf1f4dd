"""What a folder or an archive of images holds: a folder a class, or images with masks, in one part or two."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from studio.data.errors import DataError
from studio.data.formats.foreign import boxes_in, holds_instead
from studio.data.formats.images import class_files, images_below, without_masks
from studio.data.formats.shards import has_shards
from studio.data.formats.tables.file import missing
from studio.data.formats.threads import Together
from studio.data.images.masks import mask_pairs
from studio.data.images.pairs import ITSELF, PAIRS, image_pairs
from studio.data.images.places import BROKEN, entries
from studio.data.paths import TRAINING, parts_in

AUTO, CLASSES, MASKS = "auto", "classification", "segmentation"
NOT_CLASSES = ("__MACOSX", "@eaDir")  # what archives and network disks leave behind
MOST_FILES = 5_000_000
_OF_IMAGES = ("images", "image", "imgs", "img", "jpegimages", "inputs")
_OF_MASKS = (
    "masks", "mask", "labels", "label", "annotations", "segmentation", "segmentations", "segmentationclass", "gt",
    "groundtruth", "ground_truth", "targets",
)  # fmt: skip
_OF_SOURCES = (
    *_OF_IMAGES, "input", "source", "sources", "noisy", "blurred", "degraded", "low", "lr", "lowres", "gray", "a",
)  # fmt: skip
_OF_AIMS = (
    *_OF_MASKS, "target", "output", "outputs", "clean", "sharp", "original", "high", "hr", "highres", "color", "b",
)  # fmt: skip
_NOT_READ = (".heic", ".heif", ".svg", ".psd", ".exr", ".jxl", ".dng", ".nef", ".cr2", ".cr3", ".arw", ".eps", ".pdf")
_SHOWN = 5


class Part(NamedTuple):
    """The images of one part, with a class index each, or the path of a mask each.

    ``folder`` is where a script finds them, below the root; ``masks_folder`` is where it finds the masks. In place of
    masks there may be the images that are to become of these.
    """

    folder: str
    images: list[str]
    labels: list[int]
    masks: list[str]
    masks_folder: str = ""

    def counts(self, classes: int) -> tuple[int, ...]:
        """How many images each class has: counted in one walk, for a walk a class would hold up the window."""
        counted = Counter(self.labels)
        return tuple(counted[number] for number in range(classes))


_TOGETHER = Together()


class Listing(NamedTuple):
    """What lies below ``root``: one part, or those for training, validation and, if there is one, test. Without
    ``classes`` it holds masks, or images to be given where these are ``aims``."""

    root: Path
    parts: tuple[Part, ...]
    classes: tuple[str, ...]
    remarks: tuple[str, ...]
    aims: bool = False

    @property
    def has_masks(self) -> bool:
        """Whether of each image a mask tells what its pixels are."""
        return bool(self.masks) and not self.aims

    @property
    def images(self) -> list[str]:
        """Those of all parts."""
        return [path for part in self.parts for path in part.images]

    @property
    def masks(self) -> list[str]:
        """Those of all parts."""
        return [path for part in self.parts for path in part.masks]


def listed(root: Path, task: str) -> Listing:
    """Look through a folder or an archive; raises `DataError` where no images lie in it as the task asks for.

    The window reads data for its page and for what it checks, both at once: the folder is looked through once.
    """
    return _TOGETHER.done((root, task), lambda: _listed(root, task))


def _listed(root: Path, task: str) -> Listing:
    if has_shards(root) and find_spec("pyarrow") is None:
        raise missing(root, "pyarrow", "parquet")
    try:
        root = _unwrapped(root)
        found = _found(root, task)
    except OSError as error:
        raise DataError(f"Could not look into {error.filename or root}: {error.strerror}.") from error
    except BROKEN as error:
        raise DataError(f"{root.name}: expected an archive, but it can't be read ({str(error)[:80]}).") from error
    if len(found.images) > MOST_FILES:
        raise DataError(f"{root.name}: expected at most {MOST_FILES:,} images, found more. Use a part of them.")
    return found


def _found(root: Path, task: str) -> Listing:
    if task == ITSELF:
        return _alone(root)
    pairs = [] if task == CLASSES else _pairs(root, task)
    if task == PAIRS and not pairs:
        raise _misnamed(root, "inputs", "targets")
    return _with_masks(root, pairs, task) if pairs else _by_class(root, task)


def _alone(root: Path) -> Listing:
    """All images, each of which is to become of itself."""
    folders = [inner_folder(root, part) for part in _parts(folders_in(root))]
    found = [(folder, images_below(str(root / folder))) for folder in folders]
    if not found[0][1]:
        raise DataError(f"{root.name}: expected images, found none. Choose the folder in which they lie.", task=AUTO)
    parts = tuple(Part(folder, paths, [], paths, folder) for folder, paths in found)
    return Listing(root, parts, (), _other_remark([root / folder for folder in folders]), aims=True)


def _misnamed(root: Path, images: str, others: str) -> DataError:
    names = ", ".join(name[:20] for name in folders_in(root)[:_SHOWN]) or "no folder"
    return DataError(
        f"{root.name}: expected a folder “{images}” and a folder “{others}” with files of the same names, found "
        f"{names}. Rename them so.",
        task=AUTO,
    )


def _unwrapped(root: Path) -> Path:
    """The folder that counts: of one that holds nothing but a folder of folders, as archives do, that one."""
    for _ in range(2):
        folders, below = folders_in(root), []
        if len(folders) == 1 and folders[0].lower() not in TRAINING and not images_below(str(root), 0):
            below = folders_in(root / folders[0])
        if not below or images_below(str(root / folders[0]), 0):
            return root
        root = root / folders[0]
    return root


def _by_class(root: Path, task: str) -> Listing:
    names = folders_in(root)
    if task == MASKS:
        raise _misnamed(root, "images", "masks")
    if task == AUTO and (boxes := boxes_in(root)):
        raise DataError(boxes)
    places = [inner_folder(root, part) for part in _parts(names)]
    places, unlabeled = _labeled(root, places)
    tops = [root / place for place in places]
    classes = _in_order({_composed(name) for top in tops for name in folders_in(top)})
    remarks = [*unlabeled, *_deeper_remark(tops), *_other_remark(tops)]
    parts = tuple(_class_part(root, place, classes, remarks) for place in places)
    if not any(part.images for part in parts):
        found = f"{len(names)} folders and no image in them. Choose the folder that holds the classes."
        if loose := next((folder for folder in [root, *tops] if images_below(str(folder), 0)), None):
            found = f"images alone in {loose.name}. Make a folder of each class, or take “Images with a table”."
        elif instead := holds_instead(root):
            found = instead
        raise DataError(f"{root.name}: expected a folder of images for each class, found {found}")
    return Listing(root, parts, classes, tuple(remarks))


def _labeled(root: Path, places: list[str]) -> tuple[list[str], list[str]]:
    """The folders of the parts but for those of images without classes, as competitions hand out, and what is said of
    these."""
    bare = [place for place in places[1:] if not folders_in(root / place)]
    loose = {place: count for place in bare if (count := len(images_below(str(root / place), 0)))}
    said = [f"{count:,} images in {place} have no class and are left out" for place, count in loose.items()]
    return [place for place in places if place not in loose], said


def inner_folder(root: Path, part: str) -> str:
    """The folder of a part; where it holds nothing but a folder of its own name, as archives do, that one."""
    return f"{part}/{part}" if part and folders_in(root / part) == [part] else part


def _parts(names: list[str]) -> list[str]:
    """The folders of the parts, "" where there are none."""
    return parts_in(names) or [""]


def _class_part(root: Path, part: str, classes: tuple[str, ...], remarks: list[str]) -> Part:
    images, labels, masks = [], [], 0
    for number, name in enumerate(classes):
        every = class_files(str(root / part), name)
        found = without_masks(every)
        images += found
        labels += [number] * len(found)
        masks += len(every) - len(found)
    if masks:
        remarks.append(f"{masks:,} masks beside images are left out, such as a_mask.png beside a.png.")
    return Part(part, images, labels, [])


def _pairs(root: Path, task: str) -> list[tuple[str, str]]:
    """Below the root the folders of images with those of masks, by part; none where images and masks aren't told."""
    names = folders_in(root)
    if both := _both(root, names, task):
        inside = [_parts(folders_in(root / name)) for name in both]
        return [(f"{both[0]}/{one}".rstrip("/"), f"{both[1]}/{other}".rstrip("/")) for one, other in _aligned(*inside)]
    if _parts(names) == [""]:
        return []
    found = [(part, _both(root / part, folders_in(root / part), task)) for part in _parts(names)]
    return [(f"{part}/{both[0]}", f"{part}/{both[1]}") for part, both in found if both]


def _aligned(images: list[str], masks: list[str]) -> list[tuple[str, str]]:
    return list(zip(images, masks, strict=True)) if len(images) == len(masks) else [("", "")]


def _both(folder: Path, names: list[str], task: str) -> tuple[str, str] | None:
    known = (_OF_SOURCES, _OF_AIMS) if task == PAIRS else (_OF_IMAGES, _OF_MASKS)
    images, masks = ([name for name in names if name.lower() in words] for words in known)
    if len(masks) > 1:  # annotations beside them may be anything
        masks = [name for name in masks if images_below(str(folder / name))]
    return (images[0], masks[0]) if len(images) == len(masks) == 1 else None


def _with_masks(root: Path, pairs: list[tuple[str, str]], task: str) -> Listing:
    parts, alone, first = [], 0, ""
    aims = task == PAIRS
    paired = image_pairs if aims else mask_pairs
    for images, masks in pairs:
        found = paired(str(root / images), str(root / masks))
        parts.append(Part(images, [path for path, _ in found], [], [path for _, path in found], masks))
        known = set(parts[-1].images)
        lonely = [path for path in images_below(str(root / images)) if path not in known]
        alone, first = alone + len(lonely), first or (lonely[0] if lonely else "")
    if not parts[0].images:
        if boxes := boxes_in(root):
            raise DataError(boxes)
        what = "images" if aims else "masks"
        raise DataError(
            f"{root.name}: expected {what} of the images' names in {pairs[0][1]}, such as a.png "
            "for a.jpg, found none. Rename them so, or set the task to classification."
        )
    what = "their other one" if aims else "a mask"
    said = f"{alone:,} images without {what} are left out: {os.path.basename(first)}{', …' if alone > 1 else ''}"
    tops = [root / folder for pair in pairs for folder in pair]
    return Listing(root, tuple(parts), (), (*([said] if alone else []), *_other_remark(tops)), aims)


def folders_in(folder: Path) -> list[str]:
    """The folders in a folder that may be classes or parts."""
    return [name for name in entries(str(folder))[0] if not name.startswith(".") and name not in NOT_CLASSES]


def _composed(name: str) -> str:
    """A name with each letter and its marks as one character (Unicode's NFC), as most systems write them."""
    return unicodedata.normalize("NFC", name)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Classes by their names; by size where all of them are numbers, so that the class 10 comes behind 9."""
    names = sorted(names)
    return tuple(sorted(names, key=int) if all(name.isdecimal() for name in names) else names)


def _deeper_remark(tops: list[Path]) -> tuple[str, ...]:
    """Images in folders below a class belong to it, which is said."""
    deeper = {
        f"{name}/{below}": len(images_below(str(top / name / below), 1))
        for top in tops
        for name in folders_in(top)
        for below in folders_in(top / name)
    }
    names = [name for name, count in deeper.items() if count]
    if not names:
        return ()
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return (f"{sum(deeper.values()):,} images in folders below a class count as of that class: {shown}",)


def _other_remark(tops: list[Path]) -> tuple[str, ...]:
    """Pictures of kinds that are not read."""
    names = [name for top in tops for name in _files_below(top, 2) if name.lower().endswith(_NOT_READ)]
    if not names:
        return ()
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return (f"{len(names):,} files of other kinds are left out, save them as PNG or JPEG: {shown}",)


def _files_below(folder: Path, depth: int) -> Iterator[str]:
    folders, files = entries(str(folder))
    yield from files
    for name in folders if depth else ():
        if name not in NOT_CLASSES and not (folder / name).is_symlink():
            yield from _files_below(folder / name, depth - 1)
