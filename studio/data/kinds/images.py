"""Images in a folder or an archive: a folder a class, or images with masks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from models.data import Facts
from models.specs.fields import Choice, OptionalSize, Text
from studio.data.base import DATASETS, Dataset
from studio.data.data import Data, Progress, Raw
from studio.data.errors import DataError
from studio.data.formats.images import decoded
from studio.data.formats.memory import check_memory
from studio.data.formats.shards import IMAGES, holds
from studio.data.formats.threads import in_threads
from studio.data.images.first import decoded_first, first_images
from studio.data.images.folders import AUTO, CLASSES, MASKS, Listing, Part, listed
from studio.data.images.masks import TWO, class_names, levels_of, mask_or_reason
from studio.data.images.pairs import ITSELF, PAIRS, SMALLER, Form, aims_of
from studio.data.images.places import ARCHIVES
from studio.data.images.steps import MANY, Steps, threads, usual_size
from studio.data.kept.sets import ready_named
from studio.data.paths import located
from studio.data.splitting.listing import name_below

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STREAMED = "streamed"
PACKED = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".7z", ".rar")
"""Archives of which the user is told what to do."""
MUCH = 1 << 30
"""Bytes of images in memory from which they are streamed unasked, as `MANY` are: decoding all of them would hold up the
start, or take more memory than others leave."""


class _Masks(NamedTuple):
    """The masks of each part by place, None for one that can't be read; the levels in all; why some can't be read."""

    parts: list[list[NDArray[np.int64] | None]]
    levels: tuple[int, ...]
    broken: list[tuple[str, str]]


@DATASETS.register
class ImageFolder(Dataset, kind="image_folder"):
    """Images in folders by class, or with masks."""

    title = "Image folder"
    icon = "folder"
    suffixes = ARCHIVES
    synonyms = ("pictures", "photos", "directory", "jpeg", "png", "masks", "segmentation", "zip", "tar", "hugging face")
    help = (
        "A folder, .zip or .tar with one folder of images for each class, or folders images and masks. Folders train "
        "and test (or validation) inside it are used as such. Images of another size are resized; broken and huge "
        "ones are left out and counted. Also one that datasets of Hugging Face has saved."
    )

    path = Text(
        label="Folder", path=True, folder=True, help="The folder or archive; relative paths start at the document."
    )
    size = OptionalSize(
        2, maximum=4096, help="Height and width; where empty, those that most images have.", unit="pixels"
    )
    color = Choice("RGB", ("RGB", "grayscale"), help="Three channels or one.")
    task = Choice(
        AUTO,
        (AUTO, CLASSES, MASKS, PAIRS, ITSELF),
        help="Auto takes folders images and masks as pairs, other folders as classes. Image to image takes folders "
        "inputs and targets; with the image itself all images are their own targets.",
    )
    target_size = OptionalSize(
        2,
        maximum=4096,
        advanced=True,
        help="Height and width of targets that are images; where empty, as much larger or smaller as the files are.",
        unit="pixels",
    )
    target_color = Choice(
        AUTO, (AUTO, "RGB", "grayscale"), advanced=True, help="Of targets that are images; auto: as the inputs."
    )
    masks = Choice(
        "levels",
        ("levels", TWO),
        advanced=True,
        help="What masks tell: a class for each level or color, or which pixels are light.",
    )
    loading = Choice(
        AUTO,
        (AUTO, "resident", STREAMED),
        advanced=True,
        help="Decode all images once and keep them, or each as it comes. Auto streams from 100,000 images or 1 GB on.",
    )

    @classmethod
    def accepts(cls, path: Path) -> bool:
        """A folder or an archive, but for data sets of Hugging Face without images."""
        packed = path.name.lower().endswith(PACKED) and not path.is_dir()
        return packed or (super().accepts(path) and holds(path) in ("", IMAGES))

    def read_facts(self, base: Path | None) -> Facts:
        """Classes are the folders' names; only the images' headers are read, and those not where a size is set. Of
        masks the levels are read, and that they are."""
        found = self._listed(base)
        size = self._size(found.images)
        sizes = [len(part.images) for part in found.parts]
        classes: tuple[str, ...] | None = found.classes
        shape: tuple[int, ...] = ()
        if found.has_masks:
            masks = self._masks(found, size, Steps(None, 1))
            sizes = [sum(mask is not None for mask in part) for part in masks.parts]
            classes = class_names(masks.levels, self._two)
        if form := self._aim(found, size):
            classes, shape = None, form.shape
        return Facts.simple(
            self.title,
            (3 if self.color == "RGB" else 1, *size),
            classes,
            size if found.has_masks else shape,
            sum(sizes),
            sizes[0] if len(sizes) > 1 else None,
            own_test=sum(sizes[2:]),
            streamed=self._streams(len(found.images), size),
            counts=() if found.masks else found.parts[0].counts(len(found.classes)),
            spans=((0.0, 255.0), (0.0, 1.0) if found.aims else None),
            shades=found.aims,
        )

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        found = self._listed(base)
        size = self._size(found.images, progress)
        step = Steps(progress, len(found.images) + len(found.masks))
        named = self.lists(base).by_name and len(found.parts) == 1
        masks = self._masks(found, size, step) if found.has_masks else None
        aims, left_out = self._aims(found, size, step) if found.aims else (None, [*masks.broken] if masks else [])
        parts, names = [], list[str]()
        for place, part in enumerate(found.parts):
            truth: list[Any] = aims[place] if aims else masks.parts[place] if masks else part.labels
            x, kept, broken = self._images(part, truth, size, step)
            parts.append((x, _targets(truth, kept, masks.levels if masks else (), self._aim(found, size))))
            left_out += broken
            names += [name_below(part.images[row], str(found.root)) for row in kept] if named else []
        if not sum(len(x) for x, _ in parts):
            first = f"{_below(found, left_out[0][0])} ({left_out[0][1]})"
            raise DataError(f"{found.root.name}: none of {len(found.images):,} images can be read. First: {first}.")
        classes = class_names(masks.levels, self._two) if masks else None if aims else found.classes
        warnings = (*_left_out_warning(found, left_out), *found.remarks)
        held_out, test = (parts[place] if len(parts) > place else None for place in (1, 2))
        raw = Raw.simple(*parts[0], classes, held_out, warnings, test=test)
        return raw._replace(names=names) if named else raw

    def glance(self, base: Path | None) -> Data | None:
        if self._is_called_archive or self.task in (MASKS, PAIRS, ITSELF):
            return None
        import numpy as np

        try:
            classes, found = first_images(located(self.path, base, "image folder", folder=True))
        except OSError:
            return None  # whoever reads it says why
        size = None if self.size is None else (self.size[0], self.size[1])
        images, labels = decoded_first(found, size, self._mode())
        if not images:
            return None
        return self.as_one(Raw.simple(np.stack(images), np.array(labels), classes))  # type: ignore[arg-type]

    def read_source(self, base: Path | None) -> str:
        from studio.data.images.source import Told, images_source

        found = self._listed(base)
        size = self._size(found.images)
        levels = self._masks(found, size, Steps(None, 1)).levels if found.has_masks else ()
        form = Form(size, self._mode())
        how = Told(levels, self._two, self._aim(found, size)) if found.masks else None
        streams = self._streams(len(found.images), size)
        named = self.lists(base).by_name and len(found.parts) == 1
        return images_source(found, form, how, streams=streams, named=named)

    @property
    def _two(self) -> bool:
        return self.masks == TWO

    def _listed(self, base: Path | None) -> Listing:
        if self.path.lower().endswith(PACKED):
            raise DataError(
                f"{self.called()}: found a packed archive, in which no image can be read by itself. "
                "Unpack it, or pack it as .zip or .tar."
            )
        is_archive = self._is_called_archive and not self._is_folder(base)
        return listed(located(self.path, base, "image folder", folder=not is_archive), self.task)

    @property
    def _is_called_archive(self) -> bool:
        """Whether a file or a ready set is called as archives are."""
        ready = ready_named(self.path)
        return (ready.file.name if ready else self.path).lower().endswith(ARCHIVES)

    def _is_folder(self, base: Path | None) -> bool:
        """Whether a folder is called as archives are; what must be asked for first is not looked at."""
        try:
            return bool(located(self.path, base, "image folder", folder=True))
        except DataError:
            return False

    def _streams(self, count: int, size: tuple[int, int]) -> bool:
        """Whether images are decoded as they come: by the data alone, so that a run resumes as it began."""
        bytes = count * (3 if self.color == "RGB" else 1) * prod(size)
        return self.loading == STREAMED or (self.loading == AUTO and (count >= MANY or bytes >= MUCH))

    def _mode(self) -> str:
        return "RGB" if self.color == "RGB" else "L"

    def _size(self, files: list[str], progress: Progress | None = None) -> tuple[int, int]:
        """Height and width as set, else those that most images have (of equals the smallest)."""
        if self.size is not None:
            return self.size[0], self.size[1]
        return usual_size(files, progress)

    def _aim(self, found: Listing, size: tuple[int, int]) -> Form | None:
        """What images are brought to that are to be given; None where none are."""
        if not found.aims:
            return None
        mode = self._mode() if self.target_color == AUTO else "RGB" if self.target_color == "RGB" else "L"
        if self.target_size is not None:
            return Form((self.target_size[0], self.target_size[1]), mode)
        own, theirs = usual_size(found.images), usual_size(found.masks)
        height, width = (round(side * other / one) for side, other, one in zip(size, theirs, own, strict=True))
        return Form((max(height, 1), max(width, 1)), mode)

    def _aims(
        self, found: Listing, size: tuple[int, int], step: Steps
    ) -> tuple[list[list[NDArray[np.uint8] | None]], list[tuple[str, str]]]:
        """The images that are to be given, and why some can't be read."""
        form = self._aim(found, size)
        assert form is not None, "asked for where images are to be given"
        return aims_of(found.root.name, [part.masks for part in found.parts], form, step)

    def _masks(self, found: Listing, size: tuple[int, int], step: Steps) -> _Masks:
        """The masks of all parts; raises `DataError` where they are no masks of a few classes."""
        check_memory(f"{len(found.masks):,} masks of {size[0]}×{size[1]}", 16 * len(found.masks) * prod(size), SMALLER)
        read = partial(mask_or_reason, size=size, two=self._two)
        parts: list[list[NDArray[np.int64] | None]] = []
        broken = []
        for part in found.parts:
            parts.append([])
            for path, mask in zip(part.masks, in_threads(read, part.masks, threads()), strict=True):
                broken += [(path, mask)] if isinstance(mask, str) else []
                parts[-1].append(None if isinstance(mask, str) else mask)
                step()
        whole = [mask for part in parts for mask in part if mask is not None]
        if not whole:
            path, why = broken[0]
            raise DataError(
                f"{found.root.name}: none of {len(broken):,} masks can be read. First: {_below(found, path)} ({why})."
            )
        return _Masks(parts, levels_of(found.root.name, whole, found.masks, self._two), broken)

    def _images(
        self, part: Part, truth: list[Any], size: tuple[int, int], step: Steps
    ) -> tuple[NDArray[np.generic], list[int], list[tuple[str, str]]]:
        """The images of one part that have a target, the places of those that can be read, and why others can't."""
        import numpy as np

        from studio.data.formats.streamed import ImageFiles

        places = [place for place, target in enumerate(truth) if target is not None]
        files = [part.images[place] for place in places]
        if self._streams(len(part.images), size):
            images = ImageFiles(np.array(files, dtype=object), size, self._mode())
            return cast("NDArray[np.generic]", images), places, []
        shape = (len(files), 3 if self.color == "RGB" else 1, *size)
        check_memory(f"{len(files):,} images of {size[0]}×{size[1]}", 2 * prod(shape), SMALLER)
        x, kept, broken = np.empty(shape, dtype=np.uint8), [], []
        decode = partial(decoded, size=size, mode=self._mode())
        for number, image in enumerate(in_threads(decode, files, threads())):
            if isinstance(image, str):
                broken.append((files[number], image))
            else:
                x[number] = image
                kept.append(number)
            step()
        return (x if len(kept) == len(x) else x[kept]), [places[number] for number in kept], broken


def _targets(truth: list[Any], kept: list[int], levels: tuple[int, ...], form: Form | None) -> NDArray[np.generic]:
    """Class indices of the images that are kept, or of their pixels, by the levels in masks; or images of a form."""
    import numpy as np

    if form is not None:
        return np.stack([truth[place] for place in kept]) if kept else np.empty((0, *form.shape), np.uint8)
    if not levels:
        return np.array([truth[place] for place in kept], dtype=np.int64)
    return np.stack([np.searchsorted(levels, truth[place]) for place in kept]) if kept else np.empty((0, 1, 1), int)


def _below(found: Listing, path: str) -> str:
    return os.path.relpath(path, found.root)


def _left_out_warning(found: Listing, left_out: list[tuple[str, str]]) -> Iterator[str]:
    if left_out:
        names = ", ".join(f"{_below(found, path)} ({why})" for path, why in left_out[:5])
        more = ", …" if len(left_out) > 5 else ""
        total = len(found.images) + len(found.masks)
        yield f"{len(left_out):,} of {total:,} images can't be read and are left out: {names}{more}"
