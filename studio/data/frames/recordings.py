"""What is known of recordings before they are read: how long they are, in which part, and their labels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from studio.data.errors import DataError
from studio.data.formats.arrays.door import read_array
from studio.data.formats.npy import Place
from studio.data.frames.files import as_names, words_in
from studio.data.frames.wav import Layout
from studio.data.paths import parts_in

LARGEST_LIST = 1 << 26


class Recording(NamedTuple):
    """A file: how long it is in frames of so many bins, its label, or the file with those of its frames."""

    path: str
    frames: int
    bins: int
    label: str
    layout: Layout | None


class Plan(NamedTuple):
    """What is read: recordings by part (training, validation, test), their classes, and those left out, with why."""

    root: Path
    parts: dict[str, list[Recording]]
    classes: tuple[str, ...]
    suffix: str
    how: str
    top: float
    left_out: dict[str, str]
    labels: dict[str, list[str]]
    """The labels of frames by recording, where each has its own."""

    @property
    def recordings(self) -> list[Recording]:
        return [item for part in self.parts.values() for item in part]


def listed_label(listed: dict[str, str], stem: str) -> str:
    return listed.get(stem) or listed.get(os.path.basename(stem), "")


def labels_of(item: Recording, plan: Plan) -> list[str]:
    """The label of each frame of a recording."""
    return plan.labels.get(item.path) or [item.label] * item.frames


def read_labels(item: Recording) -> list[str]:
    """The labels of a recording's frames; raises `DataError`."""
    place = Path(item.label)
    try:
        if place.stat().st_size > LARGEST_LIST:
            raise DataError(f"{place.name}: expected labels of frames, found over 67 MB of them. Use another file.")
        found = as_names(read_array(Place(place))) if place.suffix == ".npy" else words_in(item.label)
    except (OSError, ValueError) as error:
        raise DataError(f"{place.name}: expected labels of frames, but they can't be read: {error}.") from error
    if len(found) != item.frames:
        raise DataError(
            f"{place.name}: expected {item.frames:,} labels, one for each frame of {Path(item.path).name}, found "
            f"{len(found):,}. Write one a frame."
        )
    return found


def parts_of(root: Path) -> tuple[str, ...]:
    """The folders of the parts below: training, validation and perhaps test, or the whole folder."""
    try:
        found = parts_in(path.name for path in root.iterdir() if path.is_dir())
    except OSError as error:
        raise DataError(f"Could not look into {root}: {error.strerror}.") from error
    return tuple(found) if len(found) > 1 else ("",)


def in_order(names: set[str]) -> tuple[str, ...]:
    """Classes by their names; by size where all of them are integers."""
    try:
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    except ValueError:
        return tuple(sorted(names))
