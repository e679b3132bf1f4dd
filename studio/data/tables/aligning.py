"""Other data as the network of a run takes it: its columns in the run's order, its classes by the run's numbers, scaled
and with gaps filled as the run's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from studio.data.data import Column
from studio.data.errors import DataError
from studio.data.splitting.parting import within
from studio.data.tables.columns import CATEGORY, DATE, NUMBER, PARTS, TEXT

Ends = tuple["NDArray[np.float32]", "NDArray[np.float32]"]
"""Mean and standard deviation."""


class Own(NamedTuple):
    """What an Input of a run took: its mean and standard deviation, the names of its numbers, what filled gaps, and
    the limits to which values beyond were set."""

    ends: Ends | None
    features: tuple[str, ...] = ()
    middle: NDArray[np.float32] | None = None
    limits: Ends | None = None


def told_types(settings: Mapping[str, Any], features: Sequence[str], texts: Sequence[str] = ()) -> dict[str, Any]:
    """Settings of a table with the types that its columns have in the run, whose numbers have the names ``features``,
    and some of which are ``texts``: few rows do not show them."""
    if settings.get("source") != "csv" or not (features or texts):
        return dict(settings)
    types = types_of(features) | dict.fromkeys(texts, TEXT)
    return {**settings, "types": types | dict(settings.get("types") or {})}


def types_of(features: Sequence[str]) -> dict[str, str]:
    """What the columns are whose numbers have these names (`studio.data.tables.columns.Taken.features`)."""
    types = {}
    for name in features:
        column, sign, _ = name.rpartition("=")
        stem, _, part = name.rpartition(" ")
        if sign:
            types[column] = CATEGORY
        elif part in PARTS and all(f"{stem} {each}" in features for each in PARTS[:-1]):
            types[stem] = DATE
        else:
            types[name] = NUMBER
    return types


class Told(NamedTuple):
    """A column that the names of numbers tell of: what it is, and its categories or the parts of its dates."""

    name: str
    type: str
    parts: tuple[str, ...]


def columns_of(features: Sequence[str]) -> list[Told]:
    """The columns whose numbers have these names, in order."""
    found = []
    for name, kind in types_of(features).items():
        parts: tuple[str, ...] = ()
        if kind == CATEGORY:
            parts = tuple(item.removeprefix(f"{name}=") for item in features if item.rpartition("=")[0] == name)
        elif kind == DATE:
            parts = PARTS[: sum(item.rpartition(" ")[0] == name for item in features)]
        found.append(Told(name, kind, parts))
    return found


def as_own(column: Column, own: Own, name: str) -> Column:
    """A column of the data called ``name`` as the run took its own; raises `DataError`."""
    column = _with_features(column, own.features, name)
    if column.lacks is not None and own.middle is not None:
        places = column.lacks.nonzero()
        train = column.train.copy()
        train[places] = own.middle[places[1]]
        column = replace(column, train=train, validation=train)
    if own.limits is not None and own.limits[0].shape == column.shape:
        column = within(column, own.limits)
    return _with_ends(column, own.ends, name)


def renumbered(other: Column, own: tuple[str, ...] | None, name: str) -> Column:
    """A column of classes with the numbers that the run knows them by; raises `DataError` for an unknown class."""
    if other.classes is None or own is None or other.classes == own:
        return other
    strangers = [item for item in other.classes if item not in own]
    if strangers:
        raise DataError(f"{name} has a class “{strangers[0][:24]}” that the network never learned. Leave it out.")
    numbers = np.array([own.index(item) for item in other.classes])
    parts = [numbers[part.astype(np.int64)] for part in other.parts]
    return replace(other, train=parts[0], validation=parts[1], classes=own)


def _with_features(column: Column, own: Sequence[str], name: str) -> Column:
    """The numbers that the run learned from, in its order; a category that does not occur is 0 throughout."""
    found = column.features
    if not own or not found or tuple(own) == found:
        return column
    categorical = {feature.rpartition("=")[0] for feature in found if "=" in feature}
    for feature in own:
        if feature not in found and feature.rpartition("=")[0] not in categorical:
            raise DataError(f"{name} has no column “{feature[:40]}”, which the network takes. Choose data that has it.")
    strange = [feature for feature in found if feature not in own and "=" in feature]
    if any((part[:, found.index(feature)] == 1).any() for feature in strange for part in column.parts):
        raise DataError(f"{name} has “{strange[0][:40]}”, which the network never learned. Leave those rows out.")
    places = [found.index(feature) if feature in found else len(found) for feature in own]
    train, validation = (np.pad(part, ((0, 0), (0, 1)))[:, places] for part in column.parts)
    lacks = None if column.lacks is None else np.pad(column.lacks, ((0, 0), (0, 1)))[:, places]
    # Of other data nothing is kept apart.
    return replace(column, train=train, validation=validation, test=None, features=tuple(own), lacks=lacks)


def _with_ends(column: Column, ends: Ends | None, name: str) -> Column:
    """A column with this mean and standard deviation; raises `DataError` where they are of another shape."""
    if ends is None:
        return replace(column, mean=None, std=None)
    if ends[0].ndim != len(column.shape) or not _spreads(ends[0].shape, column.shape):
        shapes = "×".join(map(str, column.shape)), "×".join(map(str, ends[0].shape))
        raise DataError(f"{name} holds {shapes[0]}, but the run was scaled by {shapes[1]}. Choose data of its shape.")
    return replace(column, mean=ends[0], std=ends[1])


def _spreads(small: tuple[int, ...], large: tuple[int, ...]) -> bool:
    return all(size in (1, wanted) for size, wanted in zip(small, large, strict=True))
