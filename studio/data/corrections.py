"""Examples that a document corrects: some get another class, some are left out. The split stays what it is without."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from models.basics.text import counted
from models.specs.corrections import Correction
from studio.data.data import Raw, RawColumn
from studio.data.errors import DataError
from studio.data.splitting.splitting import Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def relabeled(title: str, raw: Raw, first: str, corrections: Sequence[Correction]) -> Raw:
    """The data with the classes of its targets corrected, of the ``first`` where none is named; raises `DataError`
    where a correction is of other data."""
    for target, own in by_target(title, raw.targets, first, corrections).items():
        raw = _relabeled(title, raw, target, own)
    return raw


def by_target(
    title: str, targets: Collection[str], first: str, corrections: Sequence[Correction]
) -> dict[str, list[Correction]]:
    """Corrections by the name of their target, the ``first`` where none is named; raises `DataError` for one that the
    data does not have."""
    found: dict[str, list[Correction]] = {}
    for item in corrections:
        found.setdefault(item.target or first, []).append(item)
    for name in found:
        if name not in targets:
            raise _other(title, f"they name a target “{name[:24]}”, which it does not have.")
    return found


def _relabeled(title: str, raw: Raw, target: str, corrections: Sequence[Correction]) -> Raw:
    column = raw.targets[target]
    parts = column.parts
    count = sum(map(len, parts))
    labels = new_labels(title, column.classes if column.values.ndim == 1 else None, corrections, count)
    _check_before(title, column, parts, corrections)
    start = 0
    for place, part in enumerate(parts):
        own = {row - start: label for row, label in labels.items() if start <= row < start + len(part)}
        if own:
            parts[place] = part.copy()
            parts[place][list(own)] = list(own.values())
        start += len(part)
    return raw._replace(targets={**raw.targets, target: column.with_parts(parts)})


def new_labels(
    title: str, classes: tuple[str, ...] | None, corrections: Sequence[Correction], count: int | None
) -> dict[int, int]:
    """The class indices after, by row, of ``count`` (if that is known); raises `DataError` for a row or a class that is
    not there."""
    found = {}
    for item in corrections:
        if count is not None and item.row >= count:
            raise _other(title, f"row {item.row:,} is corrected, but there are {count:,}.")
        if item.after is None:
            continue
        if classes is None:
            raise _other(title, "its targets are no classes, which alone can be corrected.")
        if item.after not in classes:
            raise _other(title, f"row {item.row:,} is to be “{item.after[:24]}”, which is no class of it.")
        found[item.row] = classes.index(item.after)
    return found


def without_left_out(rows: Rows, corrections: Sequence[Correction]) -> Rows:
    """Rows of each part but those that are left out."""
    import numpy as np

    out = np.array([item.row for item in corrections if item.after is None], np.int64)
    return Rows(*(part[~np.isin(part, out)] if len(out) else part for part in rows))


def counts_of(corrections: Sequence[Correction]) -> tuple[int, int]:
    """How many get another class, and how many are left out."""
    out = sum(item.after is None for item in corrections)
    return len(corrections) - out, out


def in_words(corrections: Sequence[Correction]) -> str:
    """Corrections as half a sentence: “3 labels corrected, 1 sample left out”."""
    changed, out = counts_of(corrections)
    words = [f"{counted(changed, 'label')} corrected"] if changed else []
    return ", ".join([*words, *([f"{counted(out, 'sample')} left out"] if out else [])])


def corrected(settings: Mapping[str, object], corrections: Sequence[Correction]) -> dict[str, object]:
    """A document's "data" with these corrections beside those that it has; one for the same row and target takes its
    place, with the class of the data as it was ``before``. Whoever gets another class is no longer left out."""
    known = settings.get("corrections")
    found = dict(known) if isinstance(known, dict) else {}
    for item in corrections:
        first = found.get(item.key)
        before = first[0] if isinstance(first, list) and len(first) == 2 else item.before
        found[item.key] = [before, item.after]
        if item.after == before:
            del found[item.key]
        if item.target and (whole := found.get(str(item.row))) and whole[1] is None:
            del found[str(item.row)]
    rest = {name: value for name, value in settings.items() if name != "corrections"}
    in_order = sorted(found.items(), key=lambda pair: (len(pair[0].partition("@")[0]), pair[0]))
    return {**rest, "corrections": dict(in_order)} if found else rest


def _check_before(
    title: str, column: RawColumn, parts: Sequence[NDArray[np.generic]], corrections: Sequence[Correction]
) -> None:
    import numpy as np

    if column.classes is None or column.values.ndim != 1:
        return
    labels = np.concatenate(parts)
    for item in corrections:
        if item.after is None and not item.before:
            continue  # left out for what another target says
        is_now = column.classes[int(labels[item.row])]
        if is_now != item.before:
            raise _other(title, f"row {item.row:,} is “{is_now[:24]}” there, not “{item.before[:24]}”.")


def _other(title: str, why: str) -> DataError:
    return DataError(f"{title}: the corrections are of other data: {why} Remove them.", corrections={})
