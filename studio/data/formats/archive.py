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
    "input": ("x_train", "train_x", "x", "X", "train_images", "images", "data", "arr_0", "train_set_x"),
    "target": ("y_train", "train_y", "y", "Y", "train_labels", "labels", "target", "targets", "arr_1", "train_set_y"),
}
_HELD_OUT: dict[Role, tuple[str, ...]] = {
    "input": ("x_validation", "x_valid", "x_val", "x_test", "test_x", "test_images"),
    "target": ("y_validation", "y_valid", "y_val", "y_test", "test_y", "test_labels"),
}
_PART = r"train|training|test|validation|valid|val"
_PARTED = re.compile(rf"(?P<first>{_PART})[_/](?P<stem>.+)|(?P<other_stem>.+)[_/](?P<last>{_PART})", re.IGNORECASE)
_TARGET_WORDS = ("y", "label", "target", "class", "output")


class Source(NamedTuple):
    """Where a column's values lie, with those of validation, or of validation and test, where there are such parts."""

    values: Place
    held_out: Place | None = None
    test: Place | None = None

    @property
    def places(self) -> tuple[Place, ...]:
        """Those that there are."""
        return tuple(place for place in (self.values, self.held_out, self.test) if place)

    def in_parts(self, count: int) -> Source:
        """The first so many places."""
        return Source(*self.places[:count])


def columns_in(path: Path) -> dict[str, Source]:
    """The columns of an archive: its arrays, those of one column in several parts together; raises `DataError`."""
    present = array_names(path)
    stems = {name: stem_of(name) for name in present}
    trained = {stem for stem, part in stems.values() if part == TRAINING}
    held_out = {found: name for name, found in reversed(stems.items()) if found[1] != TRAINING and found[0] in trained}
    parted = {stem for name, (stem, part) in stems.items() if part == TRAINING and stem != name}
    found = {}
    for name, (stem, part) in stems.items():
        if (stem, part) in held_out:
            continue
        # Beside x_train a mere x is another column, and both keep their names.
        belongs = part == TRAINING and (stem != name or stem not in parted)
        key = name if stem in present or part != TRAINING else stem
        others = [held_out[stem, other] for other in (VALIDATION, TEST) if belongs and (stem, other) in held_out]
        found[key] = Source(Place(path, name), *(Place(path, other) for other in others))
    return found


TRAINING, VALIDATION, TEST = range(3)


def stem_of(name: str) -> tuple[str, int]:
    """A name without the part it belongs to, and which that is: x and `TEST` for x_test."""
    found = _PARTED.fullmatch(name)
    if not found:
        return name, TRAINING
    part = (found["first"] or found["last"]).lower()
    of_part = TRAINING if part.startswith("train") else TEST if part == "test" else VALIDATION
    return found["stem"] or found["other_stem"], of_part


def role_of(name: str) -> Role:
    """The side that a column suggests itself for."""
    return "target" if name.lower().startswith(_TARGET_WORDS) or name in _NAMES["target"] else "input"


def usual_column(path: Path, role: Role, wanted: str) -> tuple[str, Source]:
    """The column of an archive that is usual for a side, by the names of its arrays, or the one that is ``wanted``.

    Raises `ColumnMissing`, and `DataError` for what is no archive.
    """
    present = array_names(path)
    name = wanted or _first_of(_NAMES[role], present) or _only(path, role)
    if name not in present:
        shown = ", ".join(present[:8]) or "none"
        side = "x" if role == "input" else "y"
        looked = f"“{name}”" if name else f"{side} (such as {_NAMES[role][0]})"
        advice = (
            f"Name the one to use as {side}." if len(present) > 1 else f"Save one for {side} beside it in the file."
        )
        raise ColumnMissing(f"{path.name}: expected an array {looked}, found {shown}. {advice}")
    own = next(
        (source for source in columns_in(path).values() if source.values.name == name), Source(Place(path, name))
    )
    if own.held_out is None and (held_out := _first_of(_HELD_OUT[role], present)):  # in letters of another size
        own = Source(own.values, Place(path, held_out))
    return stem_of(name)[0], own


def _only(path: Path, role: Role) -> str:
    """The array of a side in a file with one for each, told by what they are called; "" in others."""
    sides = {role_of(name): source.values.name for name, source in columns_in(path).items()}
    return sides[role] if len(sides) == len(columns_in(path)) == 2 else ""


def _first_of(known: tuple[str, ...], present: list[str]) -> str:
    """The first known name that is there, in these letters or else in large or small ones; "" if none is."""
    exact = next((name for name in known if name in present), "")
    by_letters = {name.lower().replace("/", "_"): name for name in reversed(present)}
    return exact or next((by_letters[name.lower()] for name in known if name.lower() in by_letters), "")
