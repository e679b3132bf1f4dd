"""Columns cut into parts: their rows, their gaps filled, what is far out drawn in, their scale measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.data.data import Column, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.splitting.settings import KEEP
from studio.data.splitting.splitting import LIST, TIME, Rows, Splitting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PIECE = 1 << 14
"""Rows that are moved at a time."""


def parted_rows(
    name: str,
    splitting: Splitting,
    target: RawColumn,
    split_by: NDArray[np.generic] | None,
    names: Sequence[str] | None,
) -> tuple[Rows, tuple[str, ...]]:
    """The rows of each part, by the first target, counted through the parts where the data has its own, and what is to
    be said of the lists that part it.

    ``names`` are those of all examples, where lists name them. Raises `DataError` where two things part the data, and
    for a list that can't be used.
    """
    by_class = target.classes is not None and target.values.ndim == 1
    check_folds(name, splitting)
    if target.held_out is not None:
        return _own_rows(name, splitting, target, by_class), ()
    lists = splitting.lists
    if lists.validation and splitting.has_test and not lists.test:
        raise DataError(
            f"{name}: the validation part is listed, but the test part is drawn. List it as well, or keep none apart.",
            test=0,
        )
    if lists.training and not lists.validation:
        raise DataError(
            f"{name}: the training part is listed, but the validation part is drawn. List it as well.",
            training_list="",
        )
    listed, remarks = lists.rows(name, len(target.values), names)
    return splitting.rows(target.values, by_class, split_by, listed), remarks


def check_folds(name: str, splitting: Splitting) -> None:
    """Raise `DataError` for a fold that is not there, and for folds beside another order of rows."""
    if not splitting.folds:
        return
    if splitting.by in (TIME, LIST):
        how = "time" if splitting.by == TIME else "a list"
        raise DataError(f"{name}: the validation part is told by {how}, so there are no folds. Clear one.", folds=0)
    if splitting.folds < 2 or splitting.fold >= splitting.folds:
        raise DataError(
            f"{name}: expected two folds or more and one of them from 0, found fold {splitting.fold:,} of "
            f"{splitting.folds:,}. Choose another.",
            folds=0,
            fold=0,
        )


def _own_rows(name: str, splitting: Splitting, target: RawColumn, by_class: bool) -> Rows:
    """Those of data with a validation part of its own; what is kept apart comes from its training part."""
    import numpy as np

    assert target.held_out is not None
    lists = splitting.lists
    ways = {
        "validation list": bool(lists.validation),
        "training list": bool(lists.training),
        "folds": splitting.folds > 0,
        f"{splitting.by} column": splitting.named,
    }
    if said := next((words for words, used in ways.items() if used), ""):
        setting = said.removesuffix(" column").replace(" ", "_")
        raise DataError(
            f"{name}: the data has a validation part of its own, so nothing else parts it. Clear the {said}.",
            **{setting: 0 if setting == "folds" else ""},
        )
    every, count = np.arange(sum(map(len, target.parts))), len(target.values)
    end = count + len(target.held_out)
    if target.test is not None and splitting.has_test:
        raise DataError(
            f"{name}: the data has a test part of its own, so none is drawn or listed. Set test to 0 and no list.",
            test=0,
            test_list="",
        )
    if not splitting.has_test:
        return Rows(every[:count], every[count:end], every[end:])
    if lists.test and lists.test.by_name:
        raise DataError(
            f"{name}: the data has parts of its own, so its test list must hold numbers of rows. Clear it.",
            test_list="",
        )
    listed = lists.rows(name, count, None)[0]
    training, test = splitting._replace(by="").apart(target.values, by_class, None, listed.test)
    return Rows(training, every[count:], test)


def distinct(raw: Raw, rows: Rows) -> Rows:
    """Rows without those whose inputs and targets all equal an earlier one's: the test part keeps its own, validation
    what the test lacks, training what both lack. Raises `DataError` where examples are read as they come."""
    from studio.data.formats.streamed import is_streamed
    from studio.data.portable import distinct_rows

    columns = [*raw.inputs.values(), *raw.targets.values()]
    if any(is_streamed(column.values) for column in columns):
        raise not_compared()
    places, starts = own_places(columns[0])
    sides = [[column.parts[place] for column in columns] for place in places]
    chosen = [own - start for own, start in zip(rows, starts, strict=True)]
    test, validation, training = distinct_rows([*zip(sides, chosen, strict=True)][::-1])
    return Rows(*(own + start for own, start in zip((training, validation, test), starts, strict=True)))


def own_places(column: RawColumn) -> tuple[list[int], list[int]]:
    """For training, validation and test the part of a column in which they lie, and the row at which that begins."""
    held_out = int(column.held_out is not None)
    places = [0, held_out, 2 if column.test is not None else 0]
    return places, [sum(map(len, column.parts[:place])) for place in places]


def not_compared() -> DataError:
    """For equal examples that are to be dropped of data that is read as it comes."""
    return DataError(
        "Equal examples are not looked for where they are read as they come. Keep them, or load all into memory.",
        duplicates=KEEP,
    )


def told_dropped(name: str, before: Rows, after: Rows) -> tuple[str, ...]:
    """A warning that says how many examples of each part were dropped, none where none was."""
    counts = {part: len(getattr(before, part)) - len(getattr(after, part)) for part in Rows._fields}
    told = ", ".join(f"{count:,} of {part}" for part, count in counts.items() if count)
    return (f"{name}: examples that equal another are left out: {told}.",) if told else ()


def cut(name: str, column: RawColumn, rows: Rows) -> Column:
    """A column in its parts."""
    places, starts = own_places(column)
    validation, test = (_taken(column.parts[places[part]], rows[part] - starts[part]) for part in (1, 2))
    # Last, since it may take the array for itself; of which validation has all where nothing is left for training.
    is_free = column.own and len(column.parts) == 1 and len(rows.training) > 0
    train = (_moved_together if is_free else _taken)(column.values, rows.training)
    return Column(
        name,
        train,
        validation,
        column.classes,
        features=column.features,
        vocabulary=column.vocabulary,
        numbering=column.numbering,
        test=test if len(rows.test) else None,
    )


def _taken(part: NDArray[np.generic], rows: NDArray[np.int64]) -> NDArray[np.generic]:
    """The rows of a part; all of them in order stay the array that it is."""
    import numpy as np

    if len(rows) == len(part) > 0 and rows[0] == 0 and bool((rows[1:] > rows[:-1]).all()):
        return part
    # `take` needs a quarter of the time of brackets, and is there for arrays alone, not for what is streamed.
    return np.asarray(part).take(rows, 0) if isinstance(part, np.ndarray) else part[rows]


def _moved_together(values: NDArray[np.generic], rows: NDArray[np.int64]) -> NDArray[np.generic]:
    """Some rows of an array that nobody needs any more, in its own memory where they are in order and each once."""
    if not values.flags.owndata or not bool((rows[1:] > rows[:-1]).all()):
        return values[rows]
    for start in range(0, len(rows), _PIECE):
        piece = values.take(rows[start : start + _PIECE], 0)
        values[start : start + len(piece)] = piece  # no row stands before its own place
    values.resize((len(rows), *values.shape[1:]), refcheck=False)
    return values


def whole(name: str, column: RawColumn) -> Column:
    """A column as one part, which is both."""
    from studio.data.formats.streamed import joined

    values = joined(column.parts)
    return Column(
        name,
        values,
        values,
        column.classes,
        features=column.features,
        vocabulary=column.vocabulary,
        numbering=column.numbering,
    )


def filled_in(column: Column, raw: RawColumn, *, whole: bool = False) -> Column:
    """With the medians of the training part where values are missing; which these were is kept of ``whole`` data."""
    import numpy as np

    from studio.data.portable import filled, medians

    if not raw.gaps:
        return column
    missing = np.stack([np.isnan(part).sum(0) for part in column.every])
    middle = medians(column.train)  # type: ignore[arg-type]  # only float32 has gaps
    lacks = np.isnan(column.train) if whole else None
    parts = [filled(part, middle) for part in column.every]  # type: ignore[arg-type]
    return replace(in_parts(column, parts), middle=middle, lacks=lacks, missing=missing)


def in_parts(column: Column, parts: Sequence[NDArray[np.generic]]) -> Column:
    """A column with other values, training first."""
    return replace(column, train=parts[0], validation=parts[1], test=parts[2] if len(parts) > 2 else None)


def has_limits(shape: tuple[int, ...], *, tokens: bool, streamed: bool) -> bool:
    """Whether what is far out can be drawn in: of rows of numbers."""
    return len(shape) == 1 and not tokens and not streamed


def drawn_in(column: Column) -> Column:
    """With values far out set to the limits that the training part tells (`studio.data.portable.fences`)."""
    from studio.data.portable import fences

    facts = column.facts("input")
    if not has_limits(column.shape, tokens=facts.tokens, streamed=facts.streamed):
        return column
    return within(column, fences(column.train))  # type: ignore[arg-type]  # rows of numbers are floats


def within(column: Column, limits: tuple[NDArray[np.generic], NDArray[np.generic]]) -> Column:
    """With values beyond limits set to these."""
    import numpy as np

    return replace(in_parts(column, [np.clip(part, *limits) for part in column.every]), limits=limits)


def measured(column: Column) -> Column:
    """With the mean and standard deviation of the training part; tokens have none."""
    from studio.data.formats.streamed import is_streamed
    from studio.data.portable import statistics

    if column.dtype.kind == "i":
        return column
    mean, std = statistics(column.train.sample() if is_streamed(column.train) else column.train)
    return replace(column, mean=mean, std=std)
