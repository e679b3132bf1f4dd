"""The columns of a file of arrays: which of them belong together, and what their names say they are for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from models.data.facts import Role
from studio.data.errors import ColumnMissing
from studio.data.formats.arrays.door import array_names
from studio.data.formats.npy import Place

_NAMES: dict[Role, tuple[str, ...]] = {
    "input": ("x_train", "train_x", "x", "X", "train_images", "images", "data", "arr_0"),
    "target": ("y_train", "train_y", "y", "Y", "train_labels", "labels", "target", "targets", "arr_1"),
}
_HELD_OUT: dict[Role, tuple[str, ...]] = {
    "input": ("x_test", "test_x", "x_validation", "x_val", "test_images"),
    "target": ("y_test", "test_y", "y_validation", "y_val", "test_labels"),
}
_PART = r"train|training|test|validation|val"
_PARTED = re.compile(rf"(?P<first>{_PART})[_/](?P<stem>.+)|(?P<other_stem>.+)[_/](?P<last>{_PART})", re.IGNORECASE)
_TARGET_WORDS = ("y", "label", "target", "class", "output")


class Source(NamedTuple):
    """Where a column's values lie, and those held out where the data says itself what validation is."""

    values: Place
    held_out: Place | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """One or both."""
        return (self.values, self.held_out) if self.held_out else (self.values,)


def columns_in(path: Path) -> dict[str, Source]:
    """The columns of an archive: its arrays, those for training and for validation together; raises `DataError`."""
    present = array_names(path)
    stems = {name: stem_of(name) for name in present}
    held_out = {stem: name for name, (stem, is_held_out) in stems.items() if is_held_out}
    parted = {stem for name, (stem, is_held_out) in stems.items() if not is_held_out and stem != name}
    found = {}
    for name, (stem, is_held_out) in stems.items():
        if is_held_out:
            continue
        # Beside x_train a mere x is another column, and both keep their names.
        belongs = stem in held_out and (stem != name or stem not in parted)
        key = name if stem in present else stem
        found[key] = Source(Place(path, name), Place(path, held_out[stem]) if belongs else None)
    return found


def stem_of(name: str) -> tuple[str, bool]:
    """A name without the part it belongs to, and whether that part is held out: x and True for x_test."""
    found = _PARTED.fullmatch(name)
    if not found:
        return name, False
    part = found["first"] or found["last"]
    return found["stem"] or found["other_stem"], not part.lower().startswith("train")


def role_of(name: str) -> Role:
    """The side that a column suggests itself for."""
    return "target" if name.lower().startswith(_TARGET_WORDS) or name in _NAMES["target"] else "input"


def usual_column(path: Path, role: Role, wanted: str) -> tuple[str, Source]:
    """The column of an archive that is usual for a side, by the names of its arrays, or the one that is ``wanted``.

    Raises `ColumnMissing`, and `DataError` for what is no archive.
    """
    present = array_names(path)
    name = wanted or _first_of(_NAMES[role], present)
    if name not in present:
        shown = ", ".join(present[:8]) or "none"
        side = "x" if role == "input" else "y"
        looked = f"“{name}”" if name else f"{side} (such as {_NAMES[role][0]})"
        raise ColumnMissing(f"{path.name}: expected an array {looked}, found {shown}. Name the one to use as {side}.")
    held_out = _first_of(_HELD_OUT[role], present)
    return stem_of(name)[0], Source(Place(path, name), Place(path, held_out) if held_out else None)


def _first_of(known: tuple[str, ...], present: list[str]) -> str:
    """The first known name that is there, in these letters or else in large or small ones; "" if none is."""
    exact = next((name for name in known if name in present), "")
    by_letters = {name.lower().replace("/", "_"): name for name in reversed(present)}
    return exact or next((by_letters[name.lower()] for name in known if name.lower() in by_letters), "")
